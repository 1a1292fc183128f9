"""A turn in the words of its reader."""

from __future__ import annotations

from projektbot.dialog.engine import Turn
from projektbot.dialog.talk import Button
from projektbot.i18n import Languages
from projektbot.messages import Choice, Outgoing, Part, Style
from projektbot.texts import Text

BREAK, PARAGRAPH = "\n", "\n\n"


def rendered(turn: Turn, languages: Languages, locale: str) -> Outgoing:
    """Return what a turn says as one message."""
    runs = _Runs()
    for line in turn.lines:
        if runs.parts or runs.words:
            runs.add(Style.PLAIN, BREAK if line.close else PARAGRAPH)
        style = Style.BOLD if line.bold else Style.PLAIN
        if line.text.params:
            for part in languages.parts(line.text, locale, style):
                runs.add(part.style, part.text, part.url)
        else:
            runs.add(style, languages.form(line.text, locale))
    choices = tuple([_choice(button, languages, locale) for button in turn.buttons])
    return Outgoing(runs.all(), choices, turn.first, about=turn.about, replaces=turn.replaces, lang=locale)


def _choice(button: Button, languages: Languages, locale: str) -> Choice:
    label = button.label if isinstance(button.label, str) else languages.words(button.label, locale)
    return Choice(button.token, label, languages.form(Text(button.word), locale) if button.word else "")


class _Runs:
    """Collects words and joins neighbours of one style: fewer entities for the messenger."""

    __slots__ = ("look", "parts", "words")

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.words: list[str] = []
        self.look = (Style.PLAIN, "")

    def add(self, style: Style, words: str, url: str = "") -> None:
        """Add words in a style."""
        if (style, url) != self.look:
            self._flush()
            self.look = (style, url)
        self.words.append(words)

    def all(self) -> tuple[Part, ...]:
        """Return everything that was added."""
        self._flush()
        return tuple(self.parts)

    def _flush(self) -> None:
        if self.words:
            self.parts.append(Part("".join(self.words), *self.look))
            self.words = []


def said(text: Text, languages: Languages, locale: str) -> Outgoing:
    """Return one sentence as a message."""
    return Outgoing(tuple(languages.parts(text, locale)), lang=locale)
