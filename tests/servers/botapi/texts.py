"""Texts as Telegram counts and trims them, their entities, and the entities it finds in what people write."""

from __future__ import annotations

import re
from typing import Any

from tests.servers.botapi.errors import bad_request

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_ENTITIES = 100  # more are cut off by the real server; here they are refused, since text would lose its form

# One scan finds what clients mark themselves: commands, addresses, mentions, hashtags.
MARKS = re.compile(
    r"(?P<bot_command>(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?)"
    r"|(?P<url>https?://[^\s]+)"
    r"|(?P<mention>(?<!\w)@[A-Za-z][A-Za-z0-9_]{2,31})"
    r"|(?P<hashtag>(?<!\w)#\w+)"
)


def utf16_length(text: str) -> int:
    """Count UTF-16 code units, the unit of all offsets and lengths in the Bot API."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def formatted(text: str, entities: list[dict[str, Any]], name: str, most: int) -> tuple[str, list[dict[str, Any]]]:
    """Check the entities, trim the text as the real server does, and check its length.

    `name` is the parameter that carried the entities. Raises ApiError.
    """
    if entities:
        _check_entities(text, entities, name)
    trimmed = text.strip()
    if len(trimmed) != len(text) and entities:
        entities = _shifted(entities, utf16_length(text[: len(text) - len(text.lstrip())]), utf16_length(trimmed))
    if utf16_length(trimmed) > most:
        raise bad_request("message is too long" if most == MAX_TEXT else "message caption is too long")
    return trimmed, entities


def _check_entities(text: str, entities: list[dict[str, Any]], name: str) -> None:
    if len(entities) > MAX_ENTITIES:
        raise bad_request(f'parameter "{name}" has more than {MAX_ENTITIES} entities')
    length = utf16_length(text)
    inside_pairs = _inside_pairs(text)
    for index, entity in enumerate(entities):
        start, end = entity["offset"], entity["offset"] + entity["length"]
        if start < 0 or entity["length"] < 1 or end > length:
            raise _out_of_bounds(name, index, f"lies outside the {length} UTF-16 units of the text")
        if start in inside_pairs or end in inside_pairs:
            raise _out_of_bounds(name, index, "cuts a character in two")
        needed = {"text_link": "url", "text_mention": "user", "custom_emoji": "custom_emoji_id"}.get(entity["type"])
        if needed and needed not in entity:
            raise bad_request(f'parameter "{name}[{index}]" lacks the field "{needed}"')


def _out_of_bounds(name: str, index: int, why: str) -> Exception:
    return bad_request(f'ENTITY_BOUNDS_INVALID: parameter "{name}[{index}]" {why}')


def _inside_pairs(text: str) -> frozenset[int]:
    """Return the offsets that fall between the two halves of a surrogate pair."""
    if text.isascii():
        return frozenset()
    inside, offset = set(), 0
    for character in text:
        if character > "\uffff":
            inside.add(offset + 1)
            offset += 1
        offset += 1
    return frozenset(inside)


def _shifted(entities: list[dict[str, Any]], by: int, length: int) -> list[dict[str, Any]]:
    moved = []
    for entity in entities:
        start = max(0, entity["offset"] - by)
        end = min(length, entity["offset"] + entity["length"] - by)
        if end > start:
            moved.append(entity | {"offset": start, "length": end - start})
    return moved


def found_entities(text: str) -> list[dict[str, Any]]:
    """Return the entities a client would mark in what a person typed."""
    return [
        {
            "type": match.lastgroup,
            "offset": utf16_length(text[: match.start()]),
            "length": utf16_length(match[0]),
        }
        for match in MARKS.finditer(text)
    ]
