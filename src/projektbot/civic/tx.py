"""What an action gets: the open transaction, the time, for whom it acts, and what it may ask the road for."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select

from projektbot.civic.city import City
from projektbot.dialog.saying import Button
from projektbot.instants import micros
from projektbot.messages import Media
from projektbot.records import record
from projektbot.store import audit
from projektbot.store.tables import due
from projektbot.texts import Text


@record
class Who:
    """The person who acts, and where. `person_id` never leaves the store."""

    person_id: int
    session_id: int
    address_id: int
    channel: str
    locale: str


@record
class Join:
    """This person and that one are the same: their conversations become one. The other chats are told `notice`."""

    person_id: int
    notice: Text


@record
class Part:
    """A chat of this person gets a person and a conversation of its own; it is told `farewell`, the others `notice`.

    If it is the chat in which they act, it needs no farewell: the dialog has words for it.
    """

    address_id: int
    farewell: Text
    notice: Text


Wish: TypeAlias = Join | Part


@record
class Opens:
    """A button under a notice: it begins `dialog` with its first question, `question`, answered by `value`."""

    label: Text
    dialog: str
    question: str
    value: str


class Topic(StrEnum):
    """What a notice is about, as people choose how to be told."""

    OWN = "own"  # their own matter, or their duty: always told by itself
    FOLLOW = "follow"  # how a project goes on that they care about
    COMMENT = "comment"  # what others say about it
    ALERT = "alert"  # new projects of the kind they asked for


@record
class Notice:
    """What another person is told, in the chat they used last; `about`: of this project, which they may have muted."""

    person_id: int
    text: Text
    opens: Opens | None = None
    topic: Topic = Topic.OWN
    about: int = 0


@record
class Unsaid:
    """News that nobody is to be told any more where they wait still, for a digest or the morning.

    They show these `words` of somebody's, so many `times`, and their button `opens` this, as far as either is given;
    they came about at `since` (microseconds UTC) or later. Those in `but` are told all the same.
    """

    words: str = ""
    since: int = 0
    opens: Opens | None = None
    but: frozenset[int] = frozenset()
    times: int = 1


@record
class Asked:
    """What a messenger asks by a poll of its own, where it has such; the post's buttons are its choices.

    `again` is said in place of the words if it may have asked already.
    """

    words: Text
    again: Text


@record
class Post:
    """What is said in a group: a text, with something to tap under it, and a file.

    `poll` says the same as text and buttons. `ends` is a question that is over: its poll is closed along with this.
    `shows` is a stored question that is put here; or, with `anew`, how it stands now: then the message in which it was
    put is edited, and nothing is said where that cannot be done.
    """

    text: Text
    buttons: tuple[Button, ...] = ()
    media: Media | None = None
    poll: Asked | None = None
    ends: int = 0
    shows: int = 0
    anew: bool = False


@record
class Said:
    """A post in the chat of this address, of which nobody there has just done something."""

    address_id: int
    post: Post


@record
class Happened:
    """Something came about in the team of a project; `text` tells its group, where that is to hear of it."""

    project: int
    text: Text | None = None


@record
class Tx:
    """One turn's transaction. What an action writes is committed together with the answer it leads to.

    `wishes` are what the road does before it goes on, since it alone holds the conversations; `notices`, and what is
    `said` in groups, leave with the commit, and what is `unsaid` does not leave any more. `merged` are projects that
    went on in another, (number, into), and `happened` is what came about in teams: the house lets rooms follow of which
    the one that acts knows nothing.
    """

    db: Connection
    now: datetime
    who: Who
    city: City
    zone: ZoneInfo
    wishes: list[Wish] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    unsaid: list[Unsaid] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    merged: list[tuple[int, int]] = field(default_factory=list)
    happened: list[Happened] = field(default_factory=list)

    @property
    def at(self) -> int:
        """Return now as the store keeps times: microseconds since 1970 UTC."""
        return micros(self.now)

    def post(
        self, person_id: int | None, text: Text, opens: Opens | None = None, topic: Topic = Topic.OWN, about: int = 0
    ) -> None:
        """Tell somebody else something; whoever acts has the dialog's own words, and who is gone is told nothing."""
        if person_id not in (None, self.who.person_id):
            self.notices.append(Notice(person_id, text, opens, topic, about))

    def unsay(self, what: Unsaid) -> None:
        """Let nobody be told any more what has become untrue, or is to be read by nobody."""
        self.unsaid.append(what)

    def due(self, kind: str, subject: str, at: int) -> None:
        """Let something be carried out at a time (microseconds UTC), unless it is due already."""
        let_be_due(self.db, kind, subject, at)

    def tell(self, person_id: int, text: Text, opens: Opens | None = None) -> None:
        """Tell somebody something in private, also whoever acts: in a group they are spoken to as one of many."""
        self.notices.append(Notice(person_id, text, opens))

    def say(self, address_id: int, post: Post) -> None:
        """Say something in a group."""
        self.said.append(Said(address_id, post))

    def happens(self, project: int, text: Text | None = None) -> None:
        """Note that a team is not what it was; its group is told `text`, which names nobody."""
        self.happened.append(Happened(project, text))

    def audit(self, act: str, subject: str, *, area: str = "", words: str = "") -> None:
        """Write down what this person did for the city."""
        audit.note(self.db, self.at, self.who.person_id, act, subject, area=area, words=words)


def let_be_due(db: Connection, kind: str, subject: str, at: int) -> None:
    """Let something be carried out at a time (microseconds UTC), unless it is due already."""
    there = select(due.c.id).where(due.c.kind == kind, due.c.session_id.is_(None), due.c.subject == subject)
    # locked: if it is being carried out right now, it may not see what this turn does, and is set anew
    if db.scalar(there.limit(1).with_for_update()) is None:
        db.execute(insert(due).values(kind=kind, subject=subject, due_at=at))
