"""A turn in the words of its reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import orjson

from projektbot.civic.tx import Asked
from projektbot.dialog.engine import Turn
from projektbot.dialog.saying import Button, Line, Picture, Prompt
from projektbot.i18n import Languages, Runs
from projektbot.messages import Choice, Media, Outgoing, Part, Style
from projektbot.polls import Poll
from projektbot.texts import Text

BREAK, PARAGRAPH = "\n", "\n\n"
MOST_PROMPTS = 1024  # as many as the engine keeps


class Written(NamedTuple):
    """A message, and how the outbox keeps it."""

    message: Outgoing
    body: bytes


class Where(NamedTuple):
    """What goes along with a message, and where in its chat it stands; `poll` is what its buttons are asked as."""

    media: Media | None = None
    replaces: str = ""
    reply_to: str = ""
    thread: str = ""
    poll: Asked | None = None
    ends: tuple[str, ...] = ()


HERE = Where()


class Renderer:
    """Puts turns into words; what it found for a fixed prompt it keeps."""

    def __init__(self, languages: Languages) -> None:
        self.languages = languages
        self._prompts: dict[tuple[Prompt, str], Written] = {}
        self._lines: dict[tuple[int, str], tuple[Line, tuple[Part, ...]]] = {}  # by identity, which the line keeps

    def turn(self, turn: Turn) -> Written:
        """Return what a turn says as one message."""
        prompt, locale = turn.prompt, turn.session.locale
        if turn.lines or turn.replaces or not prompt.fixed:
            return written(self._message((*turn.lines, *prompt.lines), prompt, locale, turn.replaces))
        return self._prompts.get((prompt, locale)) or self._keep(prompt, locale)

    def text(self, text: Text, locale: str, buttons: Sequence[Button] = (), *, where: Where = HERE) -> Written:
        """Return one sentence as a message, with something to tap under it."""
        choices = tuple([_choice(button, self.languages, locale) for button in buttons])
        media, replaces, reply_to, thread, asked, ends = where
        message = Outgoing(
            self.languages.parts(text, locale), choices, media=media, replaces=replaces, reply_to=reply_to,
            lang=locale, thread=thread, poll=self._poll(asked, choices, locale) if asked else None, ends=ends,
        )  # fmt: skip
        return written(message)

    def _poll(self, asked: Asked, choices: Sequence[Choice], locale: str) -> Poll:
        options = tuple([choice.label for choice in choices if not choice.word])
        return Poll(self.languages.words(asked.words, locale), options, self.languages.words(asked.again, locale))

    def again(self, text: Text, message: Outgoing) -> Written:
        """Return a message once more, as a new one, after a sentence in its own language."""
        locale = self.languages.nearest(message.lang)
        runs = Runs()
        self.languages.write(runs, text, locale)
        runs.add(Style.PLAIN, PARAGRAPH)
        for part in message.parts:
            runs.add(part.style, part.text, part.url)
        return written(replace(message, parts=runs.all(), replaces="", reply_to=""))

    def _keep(self, prompt: Prompt, locale: str) -> Written:
        if len(self._prompts) >= MOST_PROMPTS:
            self._prompts.clear()
        ready = self._prompts[prompt, locale] = written(self._message(prompt.lines, prompt, locale))
        return ready

    def _message(self, lines: Sequence[Line], prompt: Prompt, locale: str, replaces: str = "") -> Outgoing:
        runs = Runs()
        for line in lines:
            if runs.parts or runs.words:
                runs.add(Style.PLAIN, BREAK if line.close else PARAGRAPH)
            style = Style.BOLD if line.bold else Style.PLAIN
            if line.fixed:
                self._repeat(runs, line, locale, style)
            else:
                self.languages.write(runs, line.text, locale, style)
        choices = tuple([_choice(button, self.languages, locale) for button in prompt.buttons])
        picture = next((line.picture for line in lines if line.picture), None)
        media = self._media(picture, locale) if picture else None
        return Outgoing(
            runs.all(), choices, prompt.first, media, about=prompt.about, replaces=replaces, lang=locale
        )  # fmt: skip

    def _media(self, picture: Picture, locale: str) -> Media:
        return Media(picture.kind, picture.file, self.languages.words(picture.alt, locale))

    def _repeat(self, runs: Runs, line: Line, locale: str, style: Style) -> None:
        known = self._lines.get((id(line), locale))
        if known is None:
            if len(self._lines) >= MOST_PROMPTS:
                self._lines.clear()
            known = self._lines[id(line), locale] = (line, self.languages.parts(line.text, locale, style))
        for part in known[1]:
            runs.add(part.style, part.text, part.url)


def token_of(body: bytes | None, number: int) -> str:
    """Return what the `number`-th button of a message carries, as the outbox keeps it; empty if there is none."""
    sent: dict[str, Any] = orjson.loads(body) if body else {"choices": [], "first": 1}
    numbered: list[str] = [choice["token"] for choice in sent["choices"] if not choice["word"]]
    index = number - sent["first"]
    return numbered[index] if 0 <= index < len(numbered) else ""


def written(message: Outgoing) -> Written:
    """Return a message, and how the outbox keeps it."""
    return Written(message, orjson.dumps(message))


def _choice(button: Button, languages: Languages, locale: str) -> Choice:
    label = button.label if isinstance(button.label, str) else languages.words(button.label, locale)
    return Choice(button.token, label, _typed(button.word, languages, locale) if button.word else "")


def _typed(word: str, languages: Languages, locale: str) -> str:
    """Return a command as one types it in a language; what stands behind it stays as it is."""
    command, gap, rest = word.partition(" ")
    return languages.form(Text(command), locale) + gap + rest
