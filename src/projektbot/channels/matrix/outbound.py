"""What we say as contents of Matrix events. Pure: nothing here knows a server."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any, Final, TypeAlias

import orjson

from projektbot.messages import Choice, Kind, Media, Outgoing, Part, Style

Content: TypeAlias = dict[str, Any]

# An event may have 65,536 bytes with signatures and hashes (about 2 kB); encrypted it grows by a third, as base64 does.
MAX_CONTENT_BYTES: Final = 45_000
LINKED = ("https://", "http://", "mailto:", "matrix:", "geo:", "tel:")
_COMMAND = re.compile(r"(?<!\S)/(?=[a-z])")
OTHERS = (Style.QUOTE, Style.SAID)  # words of people, in which nothing is ours to spell
MSGTYPES = {Kind.IMAGE: "m.image", Kind.AUDIO: "m.audio", Kind.FILE: "m.file"}


@dataclass(frozen=True, slots=True)
class Picture:
    """The size of an image in pixels; zero if it is none or cannot be read."""

    width: int = 0
    height: int = 0


def text_contents(message: Outgoing) -> list[Content]:
    """Set the words and choices of a message: one event, or several in order if they do not fit into one.

    The last one carries the choices. Of a corrected message the first replaces the old one.
    """
    if not message.plain() and not message.choices:
        return []
    spelled = _spelled(message)
    if _is_short(whole := _content(spelled)):
        return [whole]
    first, *others = _pieces(spelled)
    return [_content(first), *(_content(replace(piece, replaces="", reply_to="")) for piece in others)]


def media_content(media: Media, where: Content, picture: Picture) -> Content:
    """Set a file that the homeserver keeps; `where` says how to get it ("url", or "file" with its key).

    Words with it go into an event of their own: about half of the clients still show a caption (MSC2530) as the file's
    name, shortened, and a question must not get lost. Without a caption, the body of an image is its text alternative.
    """
    name = media.file.name or media.kind.value
    info: Content = {"mimetype": media.file.mime, "size": media.file.size}
    if picture.width and picture.height:
        info |= {"w": picture.width, "h": picture.height}
    body = media.alt or name if media.kind is Kind.IMAGE else name
    return {"msgtype": MSGTYPES[media.kind], "body": body, **where, "info": info, "m.mentions": {}}


def _spelled(message: Outgoing) -> Outgoing:
    """Spell commands as they can be typed here: clients such as Element keep an unknown "/idea" to themselves."""
    parts = tuple(
        replace(part, text=_COMMAND.sub("!", part.text))
        if part.style not in OTHERS and _COMMAND.search(part.text)
        else part
        for part in message.parts
    )
    choices = tuple(replace(choice, word=_COMMAND.sub("!", choice.word)) for choice in message.choices)
    return replace(message, parts=parts, choices=choices)


# ---- one event -----------------------------------------------------------------------------------------------------


def whole_content(message: Outgoing, file: Content) -> Content:
    """Set a file and its words as one event: it can be answered, corrected and taken away as one.

    What is only passed on may be shown by older clients as a file that is called what somebody wrote with it.
    """
    return _content(_spelled(message), {**file, "filename": file["body"]})


def _content(message: Outgoing, file: Content | None = None) -> Content:
    body, html = _body(message), _html(message)
    # m.text and not m.notice, which would mark us as a bot: some clients hide notices or show them grey, none notifies.
    # No "@name" in quoted words rings anybody.
    said: Content = {"msgtype": "m.text", **(file or {}), "body": body, "m.mentions": {}}
    if html != escape(body, quote=False):
        said |= {"format": "org.matrix.custom.html", "formatted_body": html}
    if message.replaces:
        relation = {"rel_type": "m.replace", "event_id": message.replaces}
        return {**said, "body": f"* {body}", "m.new_content": said, "m.relates_to": relation}
    if relation := relation_of(message):
        return {**said, "m.relates_to": relation}
    return said


def relation_of(message: Outgoing) -> Content:
    """Return what a message answers, and to which thread it belongs."""
    answered: Content = {"m.in_reply_to": {"event_id": message.reply_to}} if message.reply_to else {}
    if not message.thread:
        return answered
    # Clients that know no threads show it as an answer to what began this one.
    shown: Content = answered or {"m.in_reply_to": {"event_id": message.thread}, "is_falling_back": True}
    return {"rel_type": "m.thread", "event_id": message.thread, **shown}


def _body(message: Outgoing) -> str:
    blocks = [
        "".join(_plain(part) for part in message.parts),
        "\n".join(f"{number}. {choice.label}" for number, choice in enumerate(_numbered(message), message.first)),
        _asides(message),
    ]
    return "\n\n".join(block for block in blocks if block)


def _html(message: Outgoing) -> str:
    words, asides = "".join(_marked(part) for part in message.parts), _lines(_asides(message))
    items = "".join(f"<li>{_lines(choice.label)}</li>" for choice in _numbered(message))
    if not items:
        return "<br><br>".join(block for block in (words, asides) if block)
    start = f' start="{message.first}"' if message.first != 1 else ""
    return f"{words}<ol{start}>{items}</ol>{asides}"


def _numbered(message: Outgoing) -> list[Choice]:
    return [choice for choice in message.choices if not choice.word]


def _asides(message: Outgoing) -> str:
    return " · ".join(f"{choice.word} {choice.label}" for choice in message.choices if choice.word)


def _plain(part: Part) -> str:
    return f"{part.text} ({part.url})" if _is_link(part) and part.url != part.text else part.text


def _marked(part: Part) -> str:
    words = _lines(part.text)
    if _is_link(part):
        return f'<a href="{escape(part.url)}">{words}</a>'
    match part.style:
        case Style.BOLD:
            return f"<strong>{words}</strong>"
        case Style.QUOTE:
            return f"<em>{words}</em>"
    return words


def _is_link(part: Part) -> bool:
    return part.style is Style.LINK and part.url.lower().startswith(LINKED)


def _lines(words: str) -> str:
    return escape(words, quote=False).replace("\n", "<br>")


# ---- more than one event can hold ----------------------------------------------------------------------------------


def _pieces(message: Outgoing) -> list[Outgoing]:
    pieces: list[Outgoing] = []
    rest = message
    while not _fits(rest):
        head, parts = _cut(rest.parts, _room_for_words(rest))
        if not head:
            break  # the choices alone are too many; the homeserver will say so
        pieces.append(replace(rest, parts=head, choices=()))
        rest = replace(rest, parts=parts)
    return [*pieces, rest] if rest.parts or rest.choices else pieces


def _fits(message: Outgoing) -> bool:
    return _is_short(_content(message))


def _is_short(content: Content) -> bool:
    return len(orjson.dumps(content)) <= MAX_CONTENT_BYTES


def _room_for_words(message: Outgoing) -> int:
    """Find how many characters of the words fit into one event, by halving."""
    low, high = 0, sum(len(part.text) for part in message.parts)
    while low < high:
        middle = (low + high + 1) // 2
        if _fits(replace(message, parts=_first(message.parts, middle), choices=())):
            low = middle
        else:
            high = middle - 1
    return low


def _cut(parts: Sequence[Part], most: int) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """Divide after at most `most` characters, at the last paragraph, line or word that ends in the second half."""
    words = "".join(part.text for part in parts)
    if most == len(words):
        return tuple(parts), ()
    at = most
    for gap in ("\n\n", "\n", " "):
        if (found := words.rfind(gap, most // 2, most + 1)) > 0:
            at = found
            break
    return _first(parts, at), _without_first_gap(_after(parts, at))


def _first(parts: Sequence[Part], count: int) -> tuple[Part, ...]:
    return tuple(part for part in _measured(parts, 0, count) if part.text)


def _after(parts: Sequence[Part], count: int) -> tuple[Part, ...]:
    return tuple(part for part in _measured(parts, count, None) if part.text)


def _measured(parts: Sequence[Part], start: int, end: int | None) -> list[Part]:
    found, begin = [], 0
    for part in parts:
        upto = None if end is None else max(end - begin, 0)
        found.append(replace(part, text=part.text[max(start - begin, 0) : upto]))
        begin += len(part.text)
    return found


def _without_first_gap(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    if not parts:
        return parts
    trimmed = replace(parts[0], text=parts[0].text.lstrip("\n "))
    return (trimmed, *parts[1:]) if trimmed.text else parts[1:]
