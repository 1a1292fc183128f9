"""What can go wrong, named by whose matter it is."""

from __future__ import annotations

import traceback
from collections.abc import Awaitable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from projektbot.texts import Text

T = TypeVar("T")


class Refused(Exception):
    """The person's matter: what they asked cannot be done; `text` tells them why.

    With `question`, that answer is taken away and asked again together with the reason.
    """

    def __init__(self, text: Text, *, question: str = "") -> None:
        super().__init__(text.msgid)
        self.text = text
        self.question = question


class DialogError(Exception):
    """The author's matter: dialogs or catalogs have mistakes. Raised at start-up only."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class SettingsError(Exception):
    """The operator's matter: settings are missing or wrong, all of them listed."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class ChannelError(Exception):
    """The messenger's matter: a request failed and surely had no effect.

    `retry_after` seconds (0: at once with back-off) say when to try again.
    """

    def __init__(self, reason: str, *, retry_after: float = 0.0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


class Throttled(ChannelError):
    """The platform asks us to wait; `everyone` says whether it means the whole account or this chat alone."""

    def __init__(self, retry_after: float, *, everyone: bool = False) -> None:
        super().__init__("throttled", retry_after=retry_after)
        self.everyone = everyone


class Unsure(ChannelError):
    """The request left, no answer came: it may or may not have taken effect."""


class Rejected(ChannelError):
    """The platform will never accept this message; trying again is useless."""


class Blocked(ChannelError):
    """The person has blocked us, or we were removed from the chat."""


class Moved(ChannelError):
    """The chat goes on under another id (Telegram supergroup, Matrix room upgrade)."""

    def __init__(self, chat: str) -> None:
        super().__init__("moved")
        self.chat = chat


class Revoked(ChannelError):
    """Our own account is no longer accepted; only the operator can help."""


class Bug(Exception):
    """Our own matter: something failed that nobody foresaw. `cause` is what; its words may be a person's."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(type(cause).__name__)
        self.cause = self.__cause__ = cause


async def guarded(work: Awaitable[T]) -> T:
    """Await what a channel does or waits for; raises ChannelError or Bug, so that no surprise in it stops the rest."""
    try:
        return await work
    except (ChannelError, Bug):
        raise
    except Exception as error:  # whatever it is: who asked for the work knows how to go on without it
        raise Bug(error) from error


def cause_of(error: Exception) -> Exception:
    """Return what happened, out of the Bug it may have come in."""
    return error.cause if isinstance(error, Bug) else error


def where_from(error: BaseException) -> list[str]:
    """Return where an exception came from, without its words: they may be a person's."""
    frames = traceback.extract_tb(error.__traceback__)[-5:]
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
