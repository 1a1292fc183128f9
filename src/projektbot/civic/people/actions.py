"""What people may do with their chats: connect them, and separate them again."""

from __future__ import annotations

from sqlalchemy import delete

from projektbot.civic.people.codes import digest, new_code, note_wrong
from projektbot.civic.people.queries import chats_of, maker_of, wrong_tries
from projektbot.civic.people.rules import (
    CODE_MINUTES,
    MINUTE,
    LinkOutcome,
    UnlinkOutcome,
    bare,
    grouped,
    link_outcome,
    minutes_to_wait,
)
from projektbot.civic.people.tables import link_codes
from projektbot.civic.tx import Join, Part, Tx
from projektbot.dialog.engine import Result
from projektbot.store.upsert import upsert
from projektbot.texts import N_, Own, Text

HERE, STAY = "here", "stay"  # what may be chosen beside the other chats
# As residents call our channels.
MESSENGERS = {
    "telegram": N_("Telegram"),
    "matrix": N_("Matrix"),
    "web": N_("web chat"),
    "terminal": N_("terminal"),
}


def messenger(channel: str) -> Text:
    """Return what residents call a channel."""
    return MESSENGERS.get(channel, Text("{it}", {"it": Own(channel)}))


def make_code(tx: Tx) -> Result:
    """Give this person a code that connects the chat in which it is entered; an earlier one ends."""
    code = new_code()
    tx.db.execute(delete(link_codes).where(link_codes.c.expires_at <= tx.at))
    values = {"address_id": tx.who.address_id, "digest": digest(code), "expires_at": tx.at + CODE_MINUTES * MINUTE}
    upsert(tx.db, link_codes, {"person_id": tx.who.person_id}, values)
    return Result("made", {"code": grouped(code), "minutes": CODE_MINUTES})


def link_chats(tx: Tx, *, code: str) -> Result:
    """Connect this chat with the one in which the code was given, if that is somebody else's still."""
    who = tx.who
    if wait := minutes_to_wait(wrong_tries(tx.db, who.person_id), tx.at):
        return Result(LinkOutcome.TOO_MANY, {"minutes": wait})
    maker = maker_of(tx.db, digest(bare(code)), tx.at)
    outcome = link_outcome(maker, who.person_id, who.address_id)
    if outcome is LinkOutcome.UNKNOWN:
        note_wrong(tx)
    elif outcome is LinkOutcome.LINKED and maker:
        tx.db.execute(delete(link_codes).where(link_codes.c.person_id == maker.person_id))
        tx.wishes.append(Join(maker.person_id, _joined(who.channel)))
    return Result(outcome, {"minutes": 0})


def _joined(channel: str) -> Text:
    return N_(
        "This chat is now connected with another one of yours: {messenger}. Both have the same drafts and ideas. "
        "If that was not you, write /unlink and separate it.",
        messenger=messenger(channel),
    )


def unlink_chat(tx: Tx, *, which: str) -> Result:
    """Separate a chat of this person from the others: `which` is "here", "stay", or the address of another one."""
    if which == STAY:
        return Result(UnlinkOutcome.STAYED)
    chats = {chat.address_id: chat.channel for chat in chats_of(tx.db, tx.who.person_id)}
    wanted = tx.who.address_id if which == HERE else int(which)
    if wanted not in chats or len(chats) == 1:
        return Result(UnlinkOutcome.GONE)
    tx.wishes.append(Part(wanted, *_parted(chats[wanted])))
    return Result(UnlinkOutcome.LEFT if which == HERE else UnlinkOutcome.PARTED)


def _parted(channel: str) -> tuple[Text, Text]:
    return (
        N_("This chat has been separated from your other chats and begins anew. Drafts and ideas are still there."),
        N_(
            "One of your chats has been separated: {messenger}. Your drafts and ideas are still here.",
            messenger=messenger(channel),
        ),
    )
