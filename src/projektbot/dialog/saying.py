"""What a turn says: paragraphs, and the question it ends with."""

from __future__ import annotations

from dataclasses import dataclass

from projektbot.messages import Kind, Stored
from projektbot.records import record
from projektbot.texts import Text


@record
class Picture:
    """A stored file that a note shows, or plays if it is a voice note; `alt` is its content in words."""

    kind: Kind
    file: Stored
    alt: Text


@record
class Line:
    """A paragraph of a message. `close` binds it to the one before (one line break instead of two).

    With `fixed` the same object is said to everybody who is told the same, so that its words need finding but once.
    """

    text: Text
    bold: bool = False
    close: bool = False
    fixed: bool = False
    picture: Picture | None = None


@record
class Button:
    """A choice; its label may be in the reader's language already."""

    token: str
    label: Text | str
    word: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Prompt:
    """How something is asked: its words, what can be tapped (numbered from `first` on), and what it is about.

    Compared by identity. With `fixed` the same object asks everybody who is asked the same, so that its words need
    finding but once.
    """

    lines: tuple[Line, ...] = ()
    buttons: tuple[Button, ...] = ()
    first: int = 1
    about: str = ""
    fixed: bool = False


NOTHING = Prompt()
