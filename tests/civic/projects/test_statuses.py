"""Who cares about a project sees in one message how it stands; small changes change that message."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from projektbot.civic.projects.tables import status_messages
from projektbot.messages import Letter
from projektbot.store.tables import due, outbox
from tests.civic.projects.test_telling import chooses, follows
from tests.civic.projects.town import publishes, sends_an_idea, with_role
from tests.turns.town import Person, Town, bare

SOON = timedelta(minutes=5)


async def a_published_project(town: Town) -> Person:
    """Let anna's idea be published; return anna."""
    anna = town.person("anna")
    await sends_an_idea(anna)
    await publishes(await with_role(town, "mia"), "P-1001")
    return anna


async def supports(somebody: Person) -> None:
    """Support the first project."""
    await somebody.says("/project P-1001")
    await somebody.taps("Support it")


async def arrives(town: Town, letter: Letter, external_id: str) -> None:
    """Let a letter have been sent."""
    sent = update(outbox).where(outbox.c.id == letter.id).values(state="sent", external_id=external_id)
    await town.store.write(lambda db: db.execute(sent))


def statuses(town: Town, chat: str) -> list[Letter]:
    """Return the status messages a chat was sent, and their changes."""
    notices = [letter for letter in town.letters if letter.chat == chat and letter.kind == "notice"]
    return [letter for letter in notices if re.search(r"\n\d+ (person|people) supports? it", bare(letter.message))]


async def test_many_supports_are_one_message_and_later_ones_change_it(town: Town) -> None:
    await a_published_project(town)
    for name in ("ben", "cem"):
        await supports(town.person(name))
    assert statuses(town, "anna") == []
    await town.pass_by(SOON)
    (first,) = statuses(town, "anna")
    await arrives(town, first, "41")

    await supports(town.person("dora"))
    await town.pass_by(SOON)

    _, change = statuses(town, "anna")
    assert bare(first.message) == "P-1001 Benches along the river\n2 people support it."
    assert bare(change.message) == "P-1001 Benches along the river\n3 people support it."
    assert (first.message.replaces, change.message.replaces, change.message.or_nothing) == ("", "41", True)
    assert await town.count(status_messages) == 1


async def test_what_comes_out_the_same_changes_nothing(town: Town) -> None:
    await a_published_project(town)
    ben = town.person("ben")
    await supports(ben)
    await town.pass_by(SOON)
    await arrives(town, statuses(town, "anna")[0], "41")

    await supports(town.person("cem"))
    await ben.says("/project P-1001")
    await ben.taps("Support it no longer")
    await town.pass_by(SOON)

    assert len(statuses(town, "anna")) == 1


async def test_a_message_that_has_not_arrived_yet_is_changed_later(town: Town) -> None:
    await a_published_project(town)
    await supports(town.person("ben"))
    await town.pass_by(SOON)
    await supports(town.person("cem"))
    await town.pass_by(SOON)
    (first,) = statuses(town, "anna")
    await arrives(town, first, "41")

    await town.pass_by(timedelta(minutes=30))

    assert [one.message.replaces for one in statuses(town, "anna")] == ["", "41"]


@pytest.mark.parametrize("how", ["Once a day", "Not at all"])
async def test_who_wants_no_news_at_once_is_shown_no_small_changes(town: Town, how: str) -> None:
    await a_published_project(town)
    ben = town.person("ben")
    await follows(ben)
    await chooses(ben, "News of projects I care about", how)

    await supports(town.person("cem"))
    await town.pass_by(SOON)

    assert statuses(town, "ben") == []
    assert len(statuses(town, "anna")) == 1
    assert await town.rows(due, due.c.kind == "status") == []
