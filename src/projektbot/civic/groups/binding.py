"""A group becomes the chat of a project, stays it through its moves, and ceases to be it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import Connection, ScalarSelect, delete, insert, select, update

from projektbot.civic.cards import paragraphs
from projektbot.civic.groups import copies, poll_ids, relay
from projektbot.civic.groups.here import Here
from projektbot.civic.groups.queries import chat_on, open_polls, project_of_chat
from projektbot.civic.groups.rules import BindOutcome, bind_outcome
from projektbot.civic.groups.speaking import leads_of, speaker_of
from projektbot.civic.groups.tables import project_chats
from projektbot.civic.projects.queries import ProjectRow, project, project_for_change
from projektbot.civic.projects.rules import Stage, number_of, reference
from projektbot.civic.tx import Post, Tx
from projektbot.store.tables import addresses, due, sessions
from projektbot.store.upsert import upsert
from projektbot.texts import N_, Own, Text

CLOSED = frozenset({Stage.DECLINED, Stage.MERGED})
CLOSED_TO_US = "closed"  # kind of the due rows


def bind(here: Here, ref: str) -> Post:
    """Make this group the one of a project, if whoever acts may speak for it."""
    found = project_for_change(here.tx.db, number_of(ref))
    outcome = bind_outcome(
        seen=bool(here.sender),
        known=bool(here.people),
        exists=found is not None,
        open_=found is not None and Stage(found.stage) not in CLOSED,
        speaks=found is not None and speaker_of(here.tx.db, here.people, found.number) is not None,
        here=found is not None and found.number == here.project,
        taken=_is_taken(here),
    )
    if outcome is BindOutcome.BOUND and found:
        return _bind(here, found)
    return Post(REFUSALS[outcome](ref, here))


def _is_taken(here: Here) -> bool:
    """Say whether the group is one of people who would have to give it away first."""
    before = project(here.tx.db, here.project)
    if before is None or Stage(before.stage) in CLOSED or speaker_of(here.tx.db, here.people, before.number):
        return False
    return bool(leads_of(here.tx.db, before.number))


def _bind(here: Here, found: ProjectRow) -> Post:
    who, ref = here.tx.who, Own(reference(found.number))
    before = chat_on(here.tx.db, found.number, who.channel)
    relay.end(here.tx, found.number, before or 0)  # its chats know of each other, and of no further one
    if before is not None:
        let_go(here.tx, found.number, before)
        here.tx.say(before, Post(N_("Another group is the one of {ref} now. This one is free again.", ref=ref)))
    if here.project:
        relay.end(here.tx, here.project, who.address_id)
        let_go(here.tx, here.project, who.address_id)
    values = {"project": found.number, "channel": who.channel, "thread": here.thread, "bound_at": here.tx.at}
    upsert(here.tx.db, project_chats, {"address_id": who.address_id}, values)
    belongs = N_("This group belongs to {ref} {title} now.", ref=ref, title=found.title)
    more = N_("What I can do here is listed under /help.")
    return Post(paragraphs(belongs, _moved(here, before), more))


def _moved(here: Here, before: int | None) -> Text | None:
    if here.project:
        return N_("Before, it was the one of {ref}.", ref=Own(reference(here.project)))
    return N_("The group that it had on this messenger before is free again.") if before is not None else None


def unbind(here: Here) -> Post:
    """Let this group belong to no project any more; tasks and votes stay with the project."""
    if not here.project:
        return Post(REFUSALS[BindOutcome.UNKNOWN]("", here))
    here.need_speaker()
    relay.end(here.tx, here.project, here.tx.who.address_id)
    let_go(here.tx, here.project, here.tx.who.address_id)
    return Post(N_("This group does not belong to {ref} any more. Its tasks stay with the project.",
                   ref=Own(reference(here.project))))  # fmt: skip


def held(here: Here) -> Here:
    """Return where somebody acts, with a project that does not go on in another one before the commit."""
    project_for_change(here.tx.db, here.project)
    return replace(here, project=project_of_chat(here.tx.db, here.tx.who.address_id) or 0)


def let_go(tx: Tx, number: int, address_id: int) -> None:
    """Let a group be the one of a project no more. The messenger's polls there end: it would go on taking votes."""
    tx.db.execute(delete(project_chats).where(project_chats.c.address_id == address_id))
    for question in open_polls(tx.db, number):
        if poll_ids.messages_of_question(tx.db, address_id, question.id):
            over = N_("Here this poll is over: {question}. What was answered so far counts.", question=question.words)
            tx.say(address_id, Post(over, ends=question.id))


REFUSALS: dict[BindOutcome, Callable[[str, Here], Text]] = {
    BindOutcome.ALREADY: lambda _ref, here: N_(
        "This group belongs to {ref} already.", ref=Own(reference(here.project)),
    ),
    BindOutcome.CLOSED: lambda _ref, _here: N_("This project was declined, or goes on together with another one."),
    BindOutcome.MAY_NOT: lambda _ref, _here: N_(
        "Only who leads the project can connect it with a group: whoever had the idea, or to whom they handed over. If "
        "you lead it on another messenger, connect your chats first, with /link in private."
    ),
    BindOutcome.TAKEN: lambda _ref, here: N_(
        "This group belongs to {ref}. Who leads that project can separate it from there with {example}; then it is "
        "free for another one.", ref=Own(reference(here.project)), example=N_("/team off"),
    ),
    BindOutcome.STRANGER: lambda _ref, _here: N_(
        "I do not know you yet. Please write to me in private first: there I see what you lead. Then come back here."
    ),
    BindOutcome.UNSEEN: lambda _ref, _here: N_(
        "I cannot see who you are: you write as an anonymous administrator. Please switch that off for a moment."
    ),
    BindOutcome.UNKNOWN: lambda ref, _here: N_(
        "I know no project {ref}. Please write its number, for example: {example}", ref=ref[:20],
        example=Own("/team P-1042"),
    ) if ref else N_(
        "This group does not belong to a project yet. Who leads one writes its number here, for example: {example}. "
        "Ideas are told in private: please write to me in a chat of our own.", example=Own("/team P-1042"),
    ),
}  # fmt: skip


# ---- what happens to the chat ----------------------------------------------------------------------------------------


def follow(db: Connection, address_id: int, channel: str, chat: str) -> int:
    """Follow a chat to its new id, in which nothing has the old ids; return its address from now on.

    That is another one if the messenger told us of the new id before it told of the move.
    """
    known: int | None = db.scalar(
        select(addresses.c.id).where(addresses.c.channel == channel, addresses.c.chat == chat)
    )
    if known == address_id:
        return known
    copies.forget_chat(db, address_id)
    db.execute(update(project_chats).where(project_chats.c.address_id == address_id).values(thread=""))
    if known is None:
        db.execute(update(addresses).where(addresses.c.id == address_id).values(chat=chat))
        return address_id
    _go_along(db, address_id, known)
    return known


def _go_along(db: Connection, address_id: int, into: int) -> None:
    """Let a group's project, polls and language be those of another address."""
    if project_of_chat(db, address_id) is None or project_of_chat(db, into) is not None:
        return
    db.execute(update(project_chats).where(project_chats.c.address_id == address_id).values(address_id=into))
    poll_ids.move(db, address_id, into)
    spoken = select(sessions.c.state).where(sessions.c.id == _session_of(address_id)).scalar_subquery()
    db.execute(update(sessions).where(sessions.c.id == _session_of(into)).values(state=spoken))


def _session_of(address_id: int) -> ScalarSelect[int]:
    return select(addresses.c.session_id).where(addresses.c.id == address_id).scalar_subquery()


def note_closed(db: Connection, address_id: int, at: int) -> None:
    """Note that a group takes no message of ours any more: who leads its project is told, unless we are back soon."""
    if project_of_chat(db, address_id) is not None:
        db.execute(insert(due).values(kind=CLOSED_TO_US, subject=str(address_id), due_at=at))


def tell_closed(tx: Tx, subject: str) -> None:
    """Tell who leads a project that its group is closed to us."""
    number = project_of_chat(tx.db, int(subject))
    closed = select(addresses.c.id).where(addresses.c.id == int(subject), addresses.c.blocked_at.is_not(None))
    if number is not None and tx.db.scalar(closed) is not None:
        tell_gone(tx, number, int(subject))


def tell_gone(tx: Tx, number: int, address_id: int) -> None:
    """Tell who leads a project that we were taken out of its group, and the other chat that it stands alone."""
    relay.end(tx, number, address_id)
    _tell_leads(tx, number, N_(
        "I have been taken out of the group of {ref}. Nothing is lost: invite me again, and it goes on there. Or "
        "connect another group with {example}.", ref=Own(reference(number)), example=Own(f"/team {reference(number)}"),
    ))  # fmt: skip


def tell_shut_out(tx: Tx, number: int) -> None:
    """Tell who leads a project that its room goes on as one we may not enter."""
    _tell_leads(tx, number, N_(
        "The room of {ref} goes on as a new one, which I cannot enter by myself. Please invite me there: then it stays "
        "the room of the project.", ref=Own(reference(number)),
    ))  # fmt: skip


def _tell_leads(tx: Tx, number: int, text: Text) -> None:
    for person_id in leads_of(tx.db, number):
        tx.post(person_id, text)
