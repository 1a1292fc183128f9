"""The steps of a dialog as authors write them."""

from __future__ import annotations

import re
from collections.abc import Callable

import yaml

from projektbot.dialog import nodes
from projektbot.dialog.model import (
    CHOOSING,
    FILES,
    Calculate,
    Call,
    ChoiceSpec,
    Do,
    Link,
    Note,
    Question,
    Repeat,
    Review,
    Step,
    Type,
)
from projektbot.dialog.nodes import Node, Page
from projektbot.dialog.read_conditions import read_condition, read_constraint

# What each kind of step may say; its kind is the key that stands here.
QUESTION_KEYS = (
    *("question", "type", "label", "hint", "title", "choices", "locate", "location", "lookup", "finds"),
    *("relevant", "constraint", "constraint_message", "required", "aside", "currency", "begins_at", "in_place"),
)
KEYS: dict[str, tuple[str, ...]] = {
    "question": QUESTION_KEYS,
    "note": ("note", "picture", "relevant"),
    "calculate": ("calculate", "function", "relevant"),
    "repeat": ("repeat", "again", "steps", "min", "max", "title", "relevant"),
    "review": ("review", "label", "submit", "relevant"),
    "do": ("do", "name", "with", "quiet", "relevant"),
    "call": ("call", "name", "with", "relevant"),
    "link": ("link", "with", "relevant"),
}
NEEDED: dict[str, tuple[str, ...]] = {
    "question": ("type", "label"),
    "calculate": ("function",),
    "repeat": ("again", "steps"),
    "review": ("submit",),
}
CHOICE_KEYS = ("name", "label")
CHOICE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@+-]*")  # travels in buttons between "|"
BESIDE = FILES | {Type.TEXT, Type.GEOPOINT}  # kinds of answer that can be told apart without asking


def read_steps(page: Page, node: Node | None) -> tuple[Step, ...]:
    """Return the steps of a dialog or a repeat, those left out that cannot be read."""
    found = [read_step(page, item) for item in nodes.items(page, node, "'steps'")]
    return tuple(step for step in found if step is not None)


def read_step(page: Page, node: Node) -> Step | None:
    """Return one step, or None after noting why it is none."""
    if not isinstance(node, yaml.MappingNode):
        page.complain(node, f"a step must be one of: {', '.join(KEYS)}")
        return None
    words = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
    kind = next((word for word in words if word in KEYS), "")
    if not kind:
        meant = nodes.did_you_mean(words[0], KEYS) if words else ""
        page.complain(node, f"a step must be one of: {', '.join(KEYS)}{meant}")
        return None
    found = nodes.fields(page, node, f"the {kind}", known=KEYS[kind], required=NEEDED.get(kind, ()))
    return READ[kind](page, found, node.start_mark.line + 1)


def _question(page: Page, found: dict[str, Node], line: int) -> Question:
    name = nodes.name(page, found["question"], "question")
    relevant = read_condition(page, found.get("relevant"))
    kind, *also = _types(page, found.get("type")) or [Type.TEXT]
    page.types[name] = kind
    choices, provider = _choices(page, found.get("choices"))
    _fitting(page, found, kind, line)
    return Question(
        name,
        kind,
        nodes.text(page, found.get("label"), "label"),
        nodes.text(page, found.get("hint"), "hint"),
        tuple(also),
        choices,
        provider,
        nodes.name(page, found.get("locate"), "locate"),
        _location(page, found.get("location")),
        relevant,
        read_constraint(page, found.get("constraint")),
        nodes.text(page, found.get("constraint_message"), "constraint_message"),
        nodes.flag(page, found.get("required"), "required", default=True),
        nodes.text(page, found.get("title"), "title"),
        _currency(page, found.get("currency")),
        line,
        nodes.name(page, found.get("lookup"), "lookup"),
        nodes.name(page, found.get("finds"), "finds"),
        nodes.flag(page, found.get("aside"), "aside", default=False),
        nodes.name(page, found.get("begins_at"), "begins_at"),
        tuple(nodes.word(page, item, "in_place") for item in nodes.items(page, found.get("in_place"), "'in_place'")),
    )


def _types(page: Page, node: Node | None) -> list[Type]:
    if not isinstance(node, yaml.SequenceNode):
        return [kind for kind in [_type(page, node)] if kind]
    kinds = [kind for item in nodes.items(page, node, "'type'") if (kind := _type(page, item))]
    for kind in kinds:
        if len(kinds) > 1 and kind not in BESIDE:
            page.complain(node, f"'{kind}' cannot stand beside another type (only {', '.join(sorted(BESIDE))})")
    if len(set(kinds)) < len(kinds):
        page.complain(node, "a type stands here twice")
    return kinds


def _type(page: Page, node: Node | None) -> Type | None:
    word = nodes.word(page, node, "type")
    if word in set(Type):
        return Type(word)
    if node is not None and word:
        meant = nodes.did_you_mean(word, list(Type)) or f" (there are: {', '.join(Type)})"
        page.complain(node, f"unknown type '{word}'{meant}")
    return None


def _choices(page: Page, node: Node | None) -> tuple[tuple[ChoiceSpec, ...], str]:
    if isinstance(node, yaml.MappingNode):
        found = nodes.fields(page, node, "the choices", known=("from",), required=("from",))
        return (), nodes.name(page, found.get("from"), "from")
    return tuple(_choice(page, item) for item in nodes.items(page, node, "'choices'")), ""


def _choice(page: Page, node: Node) -> ChoiceSpec:
    found = nodes.fields(page, node, "a choice", known=CHOICE_KEYS, required=CHOICE_KEYS)
    name = nodes.word(page, found.get("name"), "name")
    if name and not CHOICE_NAME.fullmatch(name):
        page.complain(found["name"], f"'{name}' is no name of a choice (letters, digits and _ . @ + -)")
    return ChoiceSpec(name, nodes.text(page, found.get("label"), "label"), node.start_mark.line + 1)


def _fitting(page: Page, found: dict[str, Node], kind: Type, line: int) -> None:
    """Note keys that say nothing for this type of question."""
    if kind in CHOOSING and "choices" not in found:
        page.complain(line, f"a question of type '{kind}' needs 'choices'")
    for key, sensible in (
        ("choices", kind in CHOOSING),
        ("locate", kind is Type.SELECT_ONE),
        ("location", "locate" in found),
        ("lookup", "finds" in found),
        ("finds", "lookup" in found),
        ("currency", kind is Type.MONEY),
        ("begins_at", kind is Type.SELECT_ONE),
        ("in_place", kind is Type.SELECT_ONE),
        ("constraint_message", "constraint" in found),
    ):
        if key in found and not sensible:
            page.complain(found[key], f"'{key}' says nothing here ({SENSE[key]})")


SENSE = {
    "choices": "only select_one, select_multiple and rank have choices",
    "locate": "only for select_one",
    "location": "only together with 'locate'",
    "lookup": "only together with 'finds'",
    "finds": "only together with 'lookup'",
    "currency": "only for money",
    "begins_at": "only for select_one",
    "in_place": "only for select_one",
    "constraint_message": "only together with 'constraint'",
}


def _location(page: Page, node: Node | None) -> str:
    name = nodes.name(page, node, "location")
    if name:
        page.types[name] = Type.GEOPOINT
    return name


def _currency(page: Page, node: Node | None) -> str:
    currency = nodes.word(page, node, "currency") or "EUR"
    if not re.fullmatch(r"[A-Z]{3}", currency):
        page.complain(node or 1, f"'{currency}' is no currency (three capital letters, such as EUR)")
    return currency


def _note(page: Page, found: dict[str, Node], line: int) -> Note:
    picture = nodes.name(page, found.get("picture"), "picture")
    return Note(nodes.text(page, found["note"], "note"), read_condition(page, found.get("relevant")), line, picture)


def _calculate(page: Page, found: dict[str, Node], line: int) -> Calculate:
    name = nodes.name(page, found["calculate"], "calculate")
    function = nodes.name(page, found.get("function"), "function")
    return Calculate(name, function, read_condition(page, found.get("relevant")), line)


def _repeat(page: Page, found: dict[str, Node], line: int) -> Repeat:
    name = nodes.name(page, found["repeat"], "repeat")
    again = nodes.text(page, found.get("again"), "again")
    least = nodes.integer(page, found.get("min"), "min", least=0, default=1)
    most = nodes.integer(page, found.get("max"), "max", least=1, default=20)
    if most < least:
        page.complain(line, f"at least {least} and at most {most}: 'max' must not be less than 'min'")
    relevant = read_condition(page, found.get("relevant"))
    title = nodes.text(page, found.get("title"), "title")
    return Repeat(name, again, read_steps(page, found.get("steps")), least, most, relevant, title, line)


def _review(page: Page, found: dict[str, Node], line: int) -> Review:
    name = nodes.name(page, found["review"], "review")
    page.types[name] = Type.ACKNOWLEDGE
    submit = nodes.text(page, found.get("submit"), "submit")
    label = nodes.text(page, found.get("label"), "label")
    return Review(name, submit, label, read_condition(page, found.get("relevant")), line)


def _do(page: Page, found: dict[str, Node], line: int) -> Do:
    action = nodes.name(page, found["do"], "do")
    name = nodes.name(page, found.get("name"), "name") or action
    page.types[name] = Type.TEXT
    quiet = tuple(nodes.word(page, item, "quiet") for item in nodes.items(page, found.get("quiet"), "'quiet'"))
    return Do(name, action, _given(page, found.get("with")), quiet, read_condition(page, found.get("relevant")), line)


def _call(page: Page, found: dict[str, Node], line: int) -> Call:
    dialog = nodes.name(page, found["call"], "call")
    name = nodes.name(page, found.get("name"), "name") or dialog
    page.types[name] = Type.ACKNOWLEDGE
    return Call(name, dialog, _given(page, found.get("with")), read_condition(page, found.get("relevant")), line)


def _link(page: Page, found: dict[str, Node], line: int) -> Link:
    dialog = nodes.name(page, found["link"], "link")
    return Link(dialog, _given(page, found.get("with")), read_condition(page, found.get("relevant")), line)


def _given(page: Page, node: Node | None) -> dict[str, str]:
    given = {}
    for key, value in nodes.pairs(page, node, "'with'").items():
        if not nodes.NAME.fullmatch(key):
            page.complain(value, f"'{key}' is no name ({nodes.NAME_RULE})")
        given[key] = nodes.word(page, value, key)
    return given


READ: dict[str, Callable[[Page, dict[str, Node], int], Step]] = {
    "question": _question,
    "note": _note,
    "calculate": _calculate,
    "repeat": _repeat,
    "review": _review,
    "do": _do,
    "call": _call,
    "link": _link,
}
