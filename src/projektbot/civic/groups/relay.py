"""Whether the chats of a project show each other plain messages: switched on and off by its lead, and told in both."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, delete, select

from projektbot.civic.cards import lines, paragraphs
from projektbot.civic.groups.here import Here
from projektbot.civic.groups.queries import chats_of_project
from projektbot.civic.groups.rules import OFF, ON, RELAYED_DAYS
from projektbot.civic.groups.tables import project_chats, relays
from projektbot.civic.projects.rules import reference
from projektbot.civic.tx import Post, Tx
from projektbot.errors import Refused
from projektbot.store.tables import addresses
from projektbot.store.upsert import unless_there
from projektbot.texts import N_, Own, Text

# ---- asked at every message ------------------------------------------------------------------------------------------


def is_on(db: Connection, project: int) -> bool:
    """Say whether the chats of a project show each other plain messages."""
    return db.scalar(select(relays.c.project).where(relays.c.project == project)) is not None


def relaying(db: Connection, channel: str, chats: Collection[str]) -> frozenset[str]:
    """Return in which of these chats of a messenger plain messages are passed on."""
    wanted = (
        select(addresses.c.chat)
        .join(project_chats, project_chats.c.address_id == addresses.c.id)
        .join(relays, relays.c.project == project_chats.c.project)
        .where(addresses.c.channel == channel, addresses.c.chat.in_(chats))
    )
    return frozenset(db.scalars(wanted))


# ---- the command -----------------------------------------------------------------------------------------------------


def relay(here: Here, written: str) -> Post:
    """Switch the relay on or off, or say how it stands."""
    word = written.casefold()
    if word in ON:
        return _switch_on(here)
    if word in OFF:
        return _switch_off(here)
    if is_on(here.tx.db, here.project):
        return Post(paragraphs(N_("Messages are passed on between the two chats of this project."), _meaning(here)))
    return Post(N_("Messages are not passed on between the chats of this project. Who leads it switches that on with "
                   "{example}.", example=N_("/relay on")))  # fmt: skip


def _switch_on(here: Here) -> Post:
    here.need_speaker()
    if len(chats_of_project(here.tx.db, here.project)) < 2:  # noqa: PLR2004 - a relay is between two
        raise Refused(N_("This is the only chat of the project. Connect another one first, on the other messenger: "
                         "whoever leads the project writes {example} there.",
                         example=Own(f"/team {reference(here.project)}")))  # fmt: skip
    if _is_one_closed(here):  # nobody there would hear of it, and the day we are back they would be read along with
        raise Refused(N_("I have been taken out of the other chat of the project. Please invite me there again "
                         "first."))  # fmt: skip
    here.tx.db.execute(unless_there(relays, [{"project": here.project, "at": here.tx.at}]))
    told = Post(paragraphs(
        N_("From now on the two chats of {ref} are connected: what is written in one is also shown in the other, with "
           "the name of who wrote it.", ref=Own(reference(here.project))),
        _meaning(here),
    ))  # fmt: skip
    here.say_elsewhere(told)
    return told


def _is_one_closed(here: Here) -> bool:
    """Say whether we were taken out of a chat of the project."""
    there = select(project_chats.c.project).join(addresses, addresses.c.id == project_chats.c.address_id)
    closed = there.where(project_chats.c.project == here.project, addresses.c.blocked_at.is_not(None))
    return here.tx.db.scalar(closed.limit(1)) is not None


def _meaning(here: Here) -> Text:
    return lines(
        N_("– Text, photos and answers are passed on; of other files I only say that there is one."),
        N_("– A correction follows, and so does a deletion on Matrix. Telegram does not tell me of deletions: there, "
           "answer your own message with /delete, then it is deleted in the other chat."),
        N_("– What I pass on I keep for {n} days at most, so that corrections and deletions can follow.",
           n=RELAYED_DAYS),
        N_("– Telegram shows me plain messages only if I am an administrator of the group, or if my privacy mode is "
           "off (/setprivacy at @BotFather, then take me out and invite me again). Until then I can pass on from there "
           "only what answers me.") if _is_on_telegram(here) else None,
        N_("– Commands, and what is said to me, are not passed on. Who leads the project ends it with /relay off."),
    )  # fmt: skip


def _is_on_telegram(here: Here) -> bool:
    mine = select(project_chats.c.channel).where(project_chats.c.project == here.project)
    return "telegram" in here.tx.db.scalars(mine)


def _switch_off(here: Here) -> Post:
    here.need_speaker()
    if not _forget(here.tx.db, here.project):
        return Post(N_("Messages are not passed on here."))
    told = Post(_ended(here.project))
    here.say_elsewhere(told)
    return told


# ---- what ends it ----------------------------------------------------------------------------------------------------


def end(tx: Tx, project: int, gone: int = 0) -> None:
    """End the relay of a project; if because one of its chats is no longer there, `gone` is that one's address."""
    if not _forget(tx.db, project):
        return
    for address_id in chats_of_project(tx.db, project):
        if address_id != gone:
            tx.say(address_id, Post(_ended(project)))


def _forget(db: Connection, project: int) -> bool:
    found = db.execute(delete(relays).where(relays.c.project == project).returning(relays.c.project))
    return found.first() is not None


def _ended(project: int) -> Text:
    return N_("The two chats of {ref} are no longer connected: from now on I read here only what is said to me. What "
              "was passed on before stays.", ref=Own(reference(project)))  # fmt: skip
