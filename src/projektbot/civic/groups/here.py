"""The group as one of its people meets it in one turn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from projektbot.civic.groups.queries import chats_of_project
from projektbot.civic.groups.speaking import speaker_of
from projektbot.civic.tx import Post, Tx
from projektbot.errors import Refused
from projektbot.messages import Stored
from projektbot.records import record
from projektbot.texts import N_


@record
class Here:
    """Who acts, in which group, of which project (0: of none yet).

    `sender` is the messenger's id of who acts, empty if it does not tell; `people` are those who write to us in private
    as that account, none for a guest; `keep` stores a file of ours (content, type, name);
    `thread` is where in the group they act; `to` the messenger's id of the message they answer, and `quoted` what that
    one says, if it is shown to us; `reaction` the messenger's id of the reaction by which they act, if it has one.
    """

    tx: Tx
    project: int
    sender: str
    people: tuple[int, ...]
    zone: ZoneInfo
    keep: Callable[[bytes, str, str], Stored]
    thread: str = ""
    to: str = ""
    quoted: str = ""
    reaction: str = ""

    @property
    def local(self) -> datetime:
        """Return now, by the city's clocks."""
        return self.tx.now.astimezone(self.zone)

    @property
    def today(self) -> date:
        """Return the day, by the city's calendar."""
        return self.local.date()

    @property
    def person_id(self) -> int | None:
        """Return who acts, if we know them."""
        return self.people[0] if self.people else None

    @property
    def voter(self) -> str:
        """Return what names who acts among those who answer a question; empty if nothing does."""
        return f"p:{self.people[0]}" if self.people else self.guest

    @property
    def guest(self) -> str:
        """Return what names who acts as long as they have not written to us in private; empty if nothing does."""
        return f"{self.tx.who.channel}:{self.sender}" if self.sender else ""

    @property
    def voters(self) -> list[str]:
        """Return all names under which who acts may have answered: they may have been a guest then."""
        return [name for name in (*[f"p:{person_id}" for person_id in self.people], self.guest) if name]

    def say_elsewhere(self, post: Post) -> None:
        """Say in the other chats of the project what was said or done here: both are one thread."""
        for address_id in chats_of_project(self.tx.db, self.project):
            if address_id != self.tx.who.address_id:
                self.tx.say(address_id, post)

    def need_speaker(self) -> int:
        """Return the person who acts, if they may speak for the project; else raise Refused."""
        found = speaker_of(self.tx.db, self.people, self.project)
        if found is None:
            raise Refused(
                N_("Only who leads the project can do that. If you do: write /start to me in private first, and do "
                   "not write here as an anonymous administrator.")
            )  # fmt: skip
        return found
