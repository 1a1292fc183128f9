"""`relevant` and `constraint` as authors write them."""

from __future__ import annotations

import re

import yaml

from projektbot.dialog import nodes
from projektbot.dialog.conditions import COMPARISONS, All, Answered, AnyOf, Compares, Condition, Is, Not
from projektbot.dialog.model import Constraint, Type
from projektbot.dialog.nodes import NAME, Node, Page

TESTS = (*COMPARISONS, "answered")
CONSTRAINT_KEYS = ("min", "max", "min_length", "max_length", "pattern")
TYPED = frozenset({None, Type.INTEGER, Type.ACKNOWLEDGE})  # answers that are not stored as text


def read_condition(page: Page, node: Node | None) -> Condition | None:
    """Return a condition; several keys must hold together."""
    if node is None:
        return None
    found = nodes.pairs(page, node, "a condition")
    if isinstance(node, yaml.MappingNode) and not node.value:
        page.complain(node, "an empty condition")
    return _together([part for key, value in found.items() for part in _parts(page, key, value)])


def _together(parts: list[Condition]) -> Condition | None:
    if len(parts) > 1:
        return All(tuple(parts))
    return parts[0] if parts else None


def _parts(page: Page, key: str, node: Node) -> list[Condition]:
    match key:
        case "all" | "any":
            found = [read_condition(page, item) for item in nodes.items(page, node, f"'{key}'")]
            parts = tuple(part for part in found if part is not None)
            return [All(parts) if key == "all" else AnyOf(parts)] if parts else []
        case "not":
            part = read_condition(page, node)
            return [Not(part)] if part is not None else []
        case _ if not NAME.fullmatch(key):
            page.complain(node, f"'{key}' is no name of a step{nodes.did_you_mean(key, ('all', 'any', 'not'))}")
            return []
        case _:
            return _about(page, key, node)


def _about(page: Page, name: str, node: Node) -> list[Condition]:
    match node:
        case yaml.MappingNode():
            tests = nodes.fields(page, node, "a comparison", known=TESTS)
            if not node.value:
                page.complain(node, f"what must hold of '{name}'? One of: {', '.join(TESTS)}")
            return [part for test, value in tests.items() if (part := _test(page, name, test, value)) is not None]
        case yaml.SequenceNode():
            return [Is(name, tuple(_value(page, name, item) for item in nodes.items(page, node, f"'{name}'")))]
        case _:
            return [Is(name, (_value(page, name, node),))]


def _test(page: Page, name: str, test: str, node: Node) -> Condition | None:
    if test == "answered":
        return Answered(name, nodes.flag(page, node, "answered", default=True))
    bound = nodes.word(page, node, test)
    return Compares(name, test, bound) if bound else None


def _value(page: Page, name: str, node: Node) -> str | int | bool:
    value = nodes.scalar(node)
    if value is None:
        page.complain(node, f"a value to compare '{name}' with is missing (for none at all: {{answered: false}})")
        return ""
    return value if page.types.get(name) in TYPED else str(node.value)


def read_constraint(page: Page, node: Node | None) -> Constraint:
    """Return what an answer must keep to."""
    if node is None:
        return Constraint()
    found = nodes.fields(page, node, "the constraint", known=CONSTRAINT_KEYS)
    return Constraint(
        nodes.word(page, found.get("min"), "min"),
        nodes.word(page, found.get("max"), "max"),
        nodes.integer(page, found.get("min_length"), "min_length", least=1, default=0),
        nodes.integer(page, found.get("max_length"), "max_length", least=1, default=0),
        _pattern(page, found.get("pattern")),
    )


def _pattern(page: Page, node: Node | None) -> str:
    pattern = nodes.word(page, node, "pattern")
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        page.complain(node or 1, f"'{pattern}' is no pattern: {error}")
        return ""
    return pattern
