"""Babel extractor: the texts of a dialog with their lines, and a comment that says where each is used.

pyproject.toml names it; a comment is "dialog.question".
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, BinaryIO, TypeAlias

import yaml

from projektbot.dialog import nodes
from projektbot.dialog.nodes import Node, Page
from projektbot.dialog.read_steps import KEYS
from projektbot.texts import only_values

TEXTS = ("title", "label", "hint", "note", "again", "submit", "constraint_message")
COMMAND_COMMENT = "a command word: ascii letters, digits, _ only"

Message: TypeAlias = tuple[int, str, str, list[str]]


def extract(
    fileobj: BinaryIO, keywords: Collection[str], comment_tags: Collection[str], options: dict[str, Any]
) -> Iterator[Message]:
    """Yield (line, function name, msgid, comments) for each text of a dialog, as Babel calls it.

    A file that is no dialog raises ValueError with its problems: a catalog without its texts would be wrong in silence.
    """
    del keywords, comment_tags, options
    page = Page(str(getattr(fileobj, "name", "dialog")))
    root = nodes.compose(page, fileobj.read().decode("utf-8-sig"))
    if page.problems or root is None:
        raise ValueError("\n".join(map(str, page.problems)))
    found = _pairs(root)
    name = str(found["dialog"].value) if "dialog" in found else ""
    yield from _texts(root, name)
    for trigger in _entries(found.get("trigger")):
        if (command := _pairs(trigger).get("command")) is not None:
            yield _line(command), "", f"/{nodes.msgid(command)}", [name, COMMAND_COMMENT]
    yield from _steps(found.get("steps"), name)


def _steps(node: Node | None, above: str) -> Iterator[Message]:
    for step in _entries(node):
        found = _pairs(step)
        kind = next((key for key in found if key in KEYS), "")
        where = above if kind in ("note", "") else f"{above}.{found[kind].value}"
        yield from _texts(step, where)
        for choice in _entries(found.get("choices")):
            yield from _texts(choice, where)
        yield from _steps(found.get("steps"), where)


def _texts(node: Node, where: str) -> Iterator[Message]:
    for key, value in _pairs(node).items():
        if key in TEXTS and isinstance(value, yaml.ScalarNode) and not only_values(nodes.msgid(value)):
            yield _line(value), "", nodes.msgid(value), [where]


def _pairs(node: Node) -> dict[str, Node]:
    return {key.value: value for key, value in node.value} if isinstance(node, yaml.MappingNode) else {}


def _entries(node: Node | None) -> list[Node]:
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1
