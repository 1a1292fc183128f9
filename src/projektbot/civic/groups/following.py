"""What groups do of what happens elsewhere: their team changes, their project goes on in another one."""

from __future__ import annotations

from sqlalchemy import update

from projektbot.civic.groups.binding import let_go
from projektbot.civic.groups.decisions import end_where_all_have_voted
from projektbot.civic.groups.queries import ChatRow, bound_chats, chats_of_project
from projektbot.civic.groups.relay import end as end_relay
from projektbot.civic.groups.speaking import leads_of
from projektbot.civic.groups.tables import decisions, project_chats, questions, tasks
from projektbot.civic.projects.queries import ProjectRow, project
from projektbot.civic.projects.rules import reference
from projektbot.civic.tx import Post, Tx
from projektbot.texts import N_, Own, Text


def hear(tx: Tx, number: int, text: Text | None) -> None:
    """Tell a project's groups what came about in its team, and end votes for which nobody is waited for any more."""
    if text is not None:
        for address_id in chats_of_project(tx.db, number):
            tx.say(address_id, Post(text))
    end_where_all_have_voted(tx, number)


def merge_groups(tx: Tx, number: int, into: int) -> None:
    """Let a project's tasks, questions and votes go on with another, and its chats where that one has none."""
    target = project(tx.db, into)
    if target is None:
        return
    for table in (tasks, questions, decisions):
        tx.db.execute(update(table).where(table.c.project == number).values(project=into))
    end_relay(tx, number)  # who reads along is another matter now: a lead of the whole switches it on anew
    taken = {chat.channel for chat in bound_chats(tx.db, into)}
    for chat in bound_chats(tx.db, number):
        if chat.channel in taken:
            _free(tx, chat, target)
        else:
            _take_along(tx, chat, number, target)
    end_where_all_have_voted(tx, into)


def _free(tx: Tx, chat: ChatRow, target: ProjectRow) -> None:
    let_go(tx, target.number, chat.address_id)
    text = N_("Your project goes on as part of {ref} {title}, and so do its tasks. That one has a group already, so "
              "this one is free again.", **_named(target))  # fmt: skip
    tx.say(chat.address_id, Post(text))


def _take_along(tx: Tx, chat: ChatRow, number: int, target: ProjectRow) -> None:
    end_relay(tx, target.number)  # its chats know of each other, and of no third one
    here = project_chats.c.address_id == chat.address_id
    tx.db.execute(update(project_chats).where(here).values(project=target.number))
    text = N_("Your project goes on as part of {ref} {title}. This is its group now, and the tasks are there too.",
              **_named(target))  # fmt: skip
    tx.say(chat.address_id, Post(text))
    news = N_(
        "The group of {gone} is that of {ref} {title} now. If you would rather have another, write {example} there. "
        "Then this one is free again.",
        gone=Own(reference(number)), example=Own(f"/team {reference(target.number)}"), **_named(target),
    )  # fmt: skip
    for person_id in leads_of(tx.db, target.number):
        tx.post(person_id, news)


def _named(target: ProjectRow) -> dict[str, str | Own]:
    return {"ref": Own(reference(target.number)), "title": target.title}
