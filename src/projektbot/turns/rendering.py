"""A turn in the words of its reader."""

from __future__ import annotations

from itertools import groupby

from projektbot.dialog.engine import Turn
from projektbot.i18n import Languages
from projektbot.messages import Choice, Outgoing, Part, Style
from projektbot.texts import Text

BREAK, PARAGRAPH = Part("\n"), Part("\n\n")


def rendered(turn: Turn, languages: Languages, locale: str) -> Outgoing:
    """Return what a turn says as one message."""
    parts: list[Part] = []
    for line in turn.lines:
        if parts:
            parts.append(BREAK if line.close else PARAGRAPH)
        parts += languages.parts(line.text, locale, Style.BOLD if line.bold else Style.PLAIN)
    choices = tuple(
        Choice(b.token, languages.words(b.label, locale), languages.form(Text(b.word), locale) if b.word else "")
        for b in turn.buttons
    )
    return Outgoing(tuple(_joined(parts)), choices, turn.first, about=turn.about, replaces=turn.replaces, lang=locale)


def _joined(parts: list[Part]) -> list[Part]:
    """Join neighbours of one style: fewer entities for the messenger."""
    joined: list[Part] = []
    for (style, url), run in groupby(parts, _look):
        words = "".join([part.text for part in run])
        joined.append(Part(words, style, url))
    return joined


def _look(part: Part) -> tuple[Style, str]:
    return part.style, part.url


def said(text: Text, languages: Languages, locale: str) -> Outgoing:
    """Return one sentence as a message."""
    return Outgoing(tuple(languages.parts(text, locale)), lang=locale)
