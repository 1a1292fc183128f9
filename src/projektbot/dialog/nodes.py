"""YAML with line numbers: nodes become plain values, and whatever is wrong is noted rather than raised."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches

import yaml

from projektbot.dialog.model import Type

Node = yaml.Node  # a scalar, a mapping or a sequence, with the marks of where it began

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml reads sixty dialogs in 30 ms, Python in 600
MAX_DEPTH = 24  # a repeat with a nested condition has twelve; composing is recursive
NAME = re.compile(r"[a-z][a-z0-9_]{0,23}")
NAME_RULE = "at most 24 characters: a small letter, then small letters, digits, _"
RESERVED = frozenset({"all", "any", "not"})  # words of conditions
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A mistake of an author, where it stands (line 0: in no line of its own) and in their words."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}" if self.line else f"{self.path}: {self.message}"


@dataclass(frozen=True, slots=True)
class Page:
    """A file being read: what is wrong with it so far, and what kind of answer each name has had."""

    path: str
    problems: list[Problem] = field(default_factory=list)
    types: dict[str, Type] = field(default_factory=dict)

    def complain(self, where: Node | int, message: str) -> None:
        """Note a problem at a node or a line."""
        line = where if isinstance(where, int) else where.start_mark.line + 1
        self.problems.append(Problem(self.path, line, message))


# ---- from text to nodes ----------------------------------------------------------------------------------------------


def compose(page: Page, text: str) -> Node | None:
    """Return the root node of a YAML text, or None after noting why there is none."""
    try:
        strange = [(event, why) for event, why in _strange(text) if why]
        for event, why in strange:
            page.complain(_line(event), why)
        root: Node | None = None if strange else yaml.compose(text, Loader=LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = min(mark.line + 1, max(1, len(text.splitlines()))) if mark else 1  # the end may lie behind the last line
        page.complain(line, _in_plain_words(error, text, mark))
    except yaml.reader.ReaderError as error:
        page.complain(text.count("\n", 0, error.position) + 1, f"a character that YAML does not allow: {error.reason}")
    except (yaml.YAMLError, UnicodeError):
        page.complain(1, "this is not text that YAML could hold")
    else:
        if root is None and not strange:
            page.complain(1, "the file is empty")
        return root
    return None


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _strange(text: str) -> Iterator[tuple[yaml.Event, str]]:
    """Yield what YAML allows and dialogs do not; stop where it nests too deeply."""
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            yield event, f"this is nested more than {MAX_DEPTH} levels deep"
            return
        yield event, _why_strange(event)


def _why_strange(event: yaml.Event) -> str:
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        return "anchors and aliases (& and *) are not used in dialogs; put the text into quotes if it begins so"
    if getattr(event, "tag", None) and isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
        return "tags (!) are not used in dialogs; put the text into quotes if it begins so"
    return ""


def _in_plain_words(error: yaml.MarkedYAMLError, text: str, mark: yaml.Mark | None) -> str:
    problem = str(error.problem or error.context or "cannot be read")
    lines = text.splitlines()
    line = lines[mark.line] if mark and mark.line < len(lines) else ""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "a tab: indent with spaces"
    if "mapping values are not allowed" in problem:
        return "a colon inside a text: put the whole text into quotes"
    if "single document" in str(error.context):
        return "one dialog a file: '---' begins a second document"
    return f"broken YAML: {problem}"


# ---- from nodes to values --------------------------------------------------------------------------------------------


def fields(
    page: Page, node: Node, what: str, *, known: Collection[str], required: Collection[str] = ()
) -> dict[str, Node]:
    """Return a mapping's nodes by key, noting keys that are unknown, missing or there twice."""
    found = _pairs(page, node, what)
    if not isinstance(node, yaml.MappingNode):
        return found
    for key in [key for key in found if key not in known]:
        page.complain(_key_line(node, key), f"unknown key '{key}'{did_you_mean(key, known)}")
        del found[key]
    for key in required:
        if key not in found:
            page.complain(node, f"{what} has no '{key}'")
    return found


def pairs(page: Page, node: Node | None, what: str) -> dict[str, Node]:
    """Return a mapping's nodes by key, whatever the keys are."""
    return _pairs(page, node, what) if node is not None else {}


def _pairs(page: Page, node: Node, what: str) -> dict[str, Node]:
    if not isinstance(node, yaml.MappingNode):
        page.complain(node, f"{what} must be pairs of 'key: value'")
        return {}
    found: dict[str, Node] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            page.complain(key, "a key must be a word")
        elif key.value in found:
            page.complain(key, f"the key '{key.value}' stands here twice")
        else:
            found[key.value] = value
    return found


def _key_line(node: Node, key: str) -> int:
    return next(int(k.start_mark.line) + 1 for k, _ in node.value if k.value == key)


def did_you_mean(word: str, known: Collection[str]) -> str:
    """Return ", did you mean '…'?" if a known word is close, else nothing."""
    close = get_close_matches(word, known, n=1)
    return f", did you mean '{close[0]}'?" if close else ""


def items(page: Page, node: Node | None, what: str) -> list[Node]:
    """Return the nodes of a list that must have at least one entry."""
    if node is None:
        return []
    if not isinstance(node, yaml.SequenceNode):
        page.complain(node, f"{what} must be a list")
        return []
    if not node.value:
        page.complain(node, f"{what} is an empty list")
    return list(node.value)


def text(page: Page, node: Node | None, what: str) -> str:
    """Return a text as it is shown and translated: without blanks at its ends."""
    if node is None:
        return ""
    if not isinstance(node, yaml.ScalarNode) or scalar(node) is None or not node.value.strip():
        page.complain(node, f"'{what}' must be a text")
        return ""
    return msgid(node)


def msgid(node: Node) -> str:
    """Return what a text is translated by; the reader and the extractor must agree on this."""
    return str(node.value).strip()


def scalar(node: Node) -> str | int | bool | None:
    """Return a single value as YAML 1.2 has it: `no` is a word, 09:30 a time; only true and false are truth values."""
    if not isinstance(node, yaml.ScalarNode) or node.style:
        return str(node.value) if isinstance(node, yaml.ScalarNode) else None
    match str(node.value):
        case "" | "~" | "null":
            return None
        case "true" | "false" as word:
            return word == "true"
        case number if _INTEGER.fullmatch(number):
            return int(number)
        case word:
            return word


def integer(page: Page, node: Node | None, what: str, *, least: int, default: int) -> int:
    """Return a whole number of at least `least`."""
    if node is None:
        return default
    number = scalar(node)
    if isinstance(number, bool) or not isinstance(number, int) or number < least:
        page.complain(node, f"'{what}' must be a whole number, at least {least}")
        return default
    return number


def flag(page: Page, node: Node | None, what: str, *, default: bool) -> bool:
    """Return true or false."""
    if node is None:
        return default
    value = scalar(node)
    if not isinstance(value, bool):
        page.complain(node, f"'{what}' must be true or false")
        return default
    return value


def word(page: Page, node: Node | None, what: str) -> str:
    """Return a single value as it is written, without a look at its kind."""
    if node is None:
        return ""
    if not isinstance(node, yaml.ScalarNode) or scalar(node) is None:
        page.complain(node, f"'{what}' must be a single value")
        return ""
    return str(node.value)


def name(page: Page, node: Node | None, what: str) -> str:
    """Return a name of the house's kind (see NAME_RULE)."""
    found = word(page, node, what)
    if node is not None and found and not NAME.fullmatch(found):
        page.complain(node, f"'{found}' is no name ({NAME_RULE})")
        return ""
    if node is not None and found in RESERVED:
        page.complain(node, f"'{found}' is a word of conditions and cannot be a name")
        return ""
    return found
