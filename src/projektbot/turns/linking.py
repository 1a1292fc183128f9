"""Two people who turn out to be one, and a chat that goes its own way: in the batch, and in the store."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, select, update

from projektbot.civic.house import at_odds, unite
from projektbot.civic.tx import Join, Part, Wish
from projektbot.dialog import engine
from projektbot.dialog.drafts import MAX_DRAFTS
from projektbot.dialog.engine import Turn
from projektbot.dialog.joining import empty
from projektbot.dialog.session import Session, dump, unique_id
from projektbot.errors import Refused
from projektbot.messages import Edited, Event, Tap
from projektbot.store.tables import addresses, due, people, sessions
from projektbot.texts import N_, Text
from projektbot.turns import rows
from projektbot.turns.rows import Found

if TYPE_CHECKING:
    from projektbot.turns.batch import Batch, Conversation

MOST_DRAFTS = 5 * MAX_DRAFTS  # of conversations joined again and again: a session is read and written whole


def grant(batch: Batch, here: Conversation, turn: Turn, wish: Wish) -> Turn:
    """Do what an action wished for; return the turn to go on with."""
    match wish:
        case Join():
            return _join(batch, here, turn, wish)
        case Part(address_id) if address_id == here.found.address_id:
            return _leave(batch, here, turn, wish)
        case Part():
            _send_away(batch, here, wish)
            return turn


# ---- what a chat says, in a conversation that it shares ------------------------------------------------------------


def as_meant(found: Found, event: Event, about: str) -> tuple[Event, str]:
    """Return an event of this chat, and what it is about, in the names its conversation has for frames and messages.

    A button that was made while the chat was on its own means the frame of that time.
    """
    match event:
        case Tap(token, message) if found.first_session:
            event = Tap(_as_named_now(token, found.first_session), message)
        case Edited(message, text):
            event = Edited(heard_in(found, message), text)
    return event, _as_named_now(about, found.first_session) if about and found.first_session else about


def _as_named_now(token: str, session_id: int) -> str:
    frame, bar, rest = token.partition("|")
    return f"{unique_id(frame, session_id)}{bar}{rest}"


def heard_in(found: Found, message: str) -> str:
    """Return what a conversation calls a person's message: platforms use the same numbers in several chats."""
    return f"{found.address_id}/{message}" if message else ""


# ---- two become one ------------------------------------------------------------------------------------------------


def _join(batch: Batch, here: Conversation, turn: Turn, wish: Join) -> Turn:
    """Let the person who was given the code go on here; the one who entered it is no more."""
    gone = here.found
    there = _conversation_of(batch, gone.session_id, wish.person_id)
    if (drafts := len(turn.session.drafts) + len(there.session.drafts)) > MOST_DRAFTS:
        text = N_("Together you would have {n} drafts, and I can keep no more than {most}. Please delete some under "
                  "/drafts, and get a new code.", n=drafts, most=MOST_DRAFTS)  # fmt: skip
        raise Refused(text)
    into = there.found
    assert gone.person_id  # noqa: S101 - groups are not asked anything
    assert into.person_id  # noqa: S101 - likewise
    if reason := at_odds(batch.db, gone.person_id, into.person_id):
        raise Refused(reason)
    turn = engine.join(batch.scene(here), turn, there.session, ours=gone.session_id, theirs=into.session_id)
    unite(batch.db, gone.person_id, into.person_id)
    _hand_over(batch.db, gone.session_id, into.session_id)
    batch.db.execute(delete(people).where(people.c.id == gone.person_id))
    _meet(batch, here, there)
    _tell(batch, into.session_id, wish.notice, turn.session.locale, but=gone.address_id)
    return turn


def _conversation_of(batch: Batch, own: int, person_id: int) -> Conversation:
    """Return the conversation of another person; nobody else changes it, or our own, until the commit."""
    mine = select(sessions.c.id).where((sessions.c.id == own) | (sessions.c.person_id == person_id))
    # in order, so that two who enter each other's codes do not wait for each other
    ids = list(batch.db.scalars(mine.order_by(sessions.c.id).with_for_update()))
    (other,) = [session_id for session_id in ids if session_id != own]
    if other not in batch.by_session:
        batch.load_sessions([other])
    return batch.by_session[other]


def _hand_over(db: Connection, gone: int, into: int) -> None:
    """Let the chats of one session go on in another.

    Its row stays, empty: SQLite would give its number to somebody else, and frames are named by it. Their reminders
    are set anew by the engine; what else is due for it is due for the other one.
    """
    chats = update(addresses)
    for session_id in (gone, into):
        alone = (addresses.c.session_id == session_id) & (addresses.c.first_session == 0)
        db.execute(chats.where(alone).values(first_session=session_id))
    db.execute(chats.where(addresses.c.session_id == gone).values(session_id=into))
    db.execute(delete(due).where(due.c.session_id.in_((gone, into)), due.c.kind == rows.DRAFT))
    twin = due.alias()
    known = select(twin.c.kind).where(twin.c.session_id == into, twin.c.subject == due.c.subject)
    db.execute(update(due).where(due.c.session_id == gone, due.c.kind.not_in(known)).values(session_id=into))
    db.execute(delete(due).where(due.c.session_id == gone))
    left = update(sessions).where(sessions.c.id == gone)
    db.execute(left.values(person_id=None, address_id=None, state=dump(Session())))


def _meet(batch: Batch, here: Conversation, there: Conversation) -> None:
    """Let every chat of both, also those that are yet to speak in this batch, see the one conversation."""
    gone, into = here.found.session_id, there.found
    for name, found in batch.addresses.items():
        if found.session_id in (gone, into.session_id):
            first = found.first_session or found.session_id
            batch.addresses[name] = found._replace(
                session_id=into.session_id, person_id=into.person_id, first_session=first
            )
    for name, conversation in batch.conversations.items():
        if conversation is there:
            batch.conversations[name] = here
    del batch.by_session[gone]
    batch.by_session[into.session_id] = here
    batch.wakes = [wake for wake in batch.wakes if wake[0] not in (gone, into.session_id)]
    here.found = batch.addresses[here.found.channel, here.found.chat]


# ---- one goes its own way ------------------------------------------------------------------------------------------


def _leave(batch: Batch, here: Conversation, turn: Turn, wish: Part) -> Turn:
    """Let this chat begin anew; the conversation stays with the others."""
    was = here.found
    own = _settle(batch, was)
    turn, stays = engine.part(batch.scene(here), turn, own.session_id)
    others = [name for name, one in batch.conversations.items() if one is here and name != (was.channel, was.chat)]
    (rest,) = rows.by_session(batch.db, [was.session_id])
    there = replace(here, found=rest, session=stays, changed=True)
    batch.by_session |= {was.session_id: there, own.session_id: here}
    batch.conversations |= dict.fromkeys([*others, (rest.channel, rest.chat)], there)
    batch.addresses |= {(rest.channel, rest.chat): rest, (own.channel, own.chat): own}
    here.found = own
    _tell(batch, was.session_id, wish.notice, stays.locale)
    return turn


def _send_away(batch: Batch, here: Conversation, wish: Part) -> None:
    """Let another chat begin anew."""
    found = next(one for one in _chats(batch.db, here.found.session_id) if one.address_id == wish.address_id)
    own = _settle(batch, found)
    there = batch.know(own)
    there.session, there.changed = empty(here.session, own.session_id), True
    locale = here.session.locale
    if not own.blocked:
        batch.post(own, batch.renderer.text(wish.farewell, locale), "notice")
    _tell(batch, here.found.session_id, wish.notice, locale, but=here.found.address_id)


def _settle(batch: Batch, found: Found) -> Found:
    """Give a chat a person and a session of its own."""
    person_id, session_id, state = rows.new_session(batch.db, batch.at, private=found.private)
    itself = update(addresses).where(addresses.c.id == found.address_id)
    batch.db.execute(itself.values(session_id=session_id))
    return found._replace(session_id=session_id, person_id=person_id, state=state, last=None)


# ---- telling the others --------------------------------------------------------------------------------------------


def _chats(db: Connection, session_id: int) -> list[Found]:
    return [rows.as_found(row) for row in db.execute(rows.found.where(sessions.c.id == session_id))]


def _tell(batch: Batch, session_id: int, text: Text, locale: str, *, but: int = 0) -> None:
    """Tell every chat of a session something, except one; delivery finds these letters in the outbox."""
    for chat in _chats(batch.db, session_id):
        if chat.address_id != but and not chat.blocked:
            batch.post(chat, batch.renderer.text(text, locale), "notice")
