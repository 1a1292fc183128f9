"""A group becomes the chat of a project, stays it through its moves, and ceases to be it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import Connection, delete, select, update

from projektbot.civic.cards import paragraphs
from projektbot.civic.groups import poll_ids, relay
from projektbot.civic.groups.here import Here
from projektbot.civic.groups.queries import chat_on, project_of_chat
from projektbot.civic.groups.rules import BindOutcome, bind_outcome
from projektbot.civic.groups.speaking import leads_of, speaker_of
from projektbot.civic.groups.tables import project_chats
from projektbot.civic.projects.queries import ProjectRow, project, project_for_change
from projektbot.civic.projects.rules import Stage, number_of, reference
from projektbot.civic.tx import Post, Tx
from projektbot.store.upsert import upsert
from projektbot.texts import N_, Own, Text

CLOSED = frozenset({Stage.DECLINED, Stage.MERGED})


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
    if before is not None:
        relay.end(here.tx, found.number, before)
        _forget(here.tx.db, before)
        here.tx.say(before, Post(N_("Another group is the one of {ref} now. This one is free again.", ref=ref)))
    if here.project:
        relay.end(here.tx, here.project, who.address_id)
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
    _forget(here.tx.db, here.tx.who.address_id)
    return Post(N_("This group does not belong to {ref} any more. Its tasks stay with the project.",
                   ref=Own(reference(here.project))))  # fmt: skip


def held(here: Here) -> Here:
    """Return where somebody acts, with a project that does not go on in another one before the commit."""
    project_for_change(here.tx.db, here.project)
    return replace(here, project=project_of_chat(here.tx.db, here.tx.who.address_id) or 0)


def _forget(db: Connection, address_id: int) -> None:
    db.execute(delete(project_chats).where(project_chats.c.address_id == address_id))


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
        "This group belongs to {ref}. Who leads that project can separate it from there with {example}; then it is free "
        "for another one.", ref=Own(reference(here.project)), example=N_("/team off"),
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


def move(db: Connection, address_id: int, into: int) -> None:
    """Let a group's project go along to another address, which the messenger told us of before it told of the move."""
    if address_id == into or project_of_chat(db, address_id) is None:
        return
    taken = select(project_chats.c.address_id).where(project_chats.c.address_id == into)
    if db.scalar(taken) is None:
        db.execute(update(project_chats).where(project_chats.c.address_id == address_id).values(address_id=into))
        poll_ids.move(db, address_id, into)


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
