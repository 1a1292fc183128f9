"""Texts as Telegram counts them: UTF-16 units, entities, and where a long text may be cut."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from projektbot.messages import Part, Style

# User text is set in italics: Telegram's quotation is a block of its own and cannot stand within a sentence.
ENTITY = {Style.BOLD: "bold", Style.QUOTE: "italic"}
BARE = (Style.PLAIN, Style.SAID)
ZWJ = "\u200d"
# A cut that leaves less than half a message is worse than one at a lesser boundary.
BOUNDARIES = ("\n\n", "\n", " ")


def units(text: str) -> int:
    """Return the length in UTF-16 code units, Telegram's measure for limits and offsets."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def entities(parts: Sequence[Part]) -> list[dict[str, Any]]:
    """Return the entities of a text, offsets and lengths in UTF-16 units."""
    found: list[dict[str, Any]] = []
    offset = 0
    for part in parts:
        length = units(part.text)
        if length and part.style not in BARE:
            found.append(_entity(part) | {"offset": offset, "length": length})
        offset += length
    return found


def _entity(part: Part) -> dict[str, Any]:
    if part.style is Style.LINK:
        return {"type": "text_link", "url": part.url}
    return {"type": ENTITY[part.style]}


def pieces(parts: Sequence[Part], limit: int) -> Iterator[tuple[Part, ...]]:
    """Cut a text into pieces of at most `limit` units; joined they are the same text."""
    rest = tuple(parts)
    text = "".join(part.text for part in rest)
    while units(text) > limit:
        at = cut_at(text, limit)
        piece, rest = _divided(rest, at)
        text = text[at:]
        yield piece
    yield rest


def cut_at(text: str, limit: int) -> int:
    """Return where to cut: behind a paragraph, a line, a word, or else between two visible characters."""
    window = _within(text, limit)
    for boundary in BOUNDARIES:
        at = window.rfind(boundary, len(window) // 2)
        if at >= 0:
            return at + len(boundary)
    return _before_mark(text, len(window))


def shortened(label: str, limit: int) -> str:
    """Return a label of at most `limit` characters, the last one an ellipsis if something had to go."""
    return label if len(label) <= limit else label[: _before_mark(label, limit - 1)].rstrip() + "…"


def _within(text: str, limit: int) -> str:
    """Return the longest beginning of at most `limit` units."""
    raw = text[:limit].encode("utf-16-le", "surrogatepass")
    return raw[: 2 * limit].decode("utf-16-le", "ignore")


def _before_mark(text: str, at: int) -> int:
    """Move a cut to the left until it no longer parts a character from its accents, or joined emoji."""
    start = at
    while 0 < at < len(text) and (_joins(text[at]) or text[at - 1] == ZWJ):
        at -= 1
    return at or start  # nothing but marks: then anywhere


def _joins(char: str) -> bool:
    return char == ZWJ or unicodedata.category(char) in ("Mn", "Me", "Mc") or "\U0001f3fb" <= char <= "\U0001f3ff"


def _divided(parts: tuple[Part, ...], at: int) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """Divide parts before the `at`-th character of their text."""
    for index, part in enumerate(parts):
        if at < len(part.text):
            left, right = replace(part, text=part.text[:at]), replace(part, text=part.text[at:])
            return (*parts[:index], left), (right, *parts[index + 1 :])
        at -= len(part.text)
    return parts, ()
