"""Bad input in moderation and on the marketplace: every one gets words, and changes nothing it should not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Table, delete, text, update
from sqlalchemy.exc import DBAPIError

from projektbot.civic.projects.rules import COMMENTS_A_DAY, REPORTS_A_DAY
from projektbot.civic.projects.tables import comments, projects, reports
from projektbot.civic.staff.actions import revoke
from projektbot.civic.staff.queries import all_grants
from projektbot.instants import micros
from projektbot.messages import Command, Presence, Tap
from projektbot.store.audit import audit
from projektbot.store.tables import people
from tests.civic.projects.town import publishes, sends_an_idea, taps_notice, with_role
from tests.turns.linked import notices
from tests.turns.town import Person, Town

NO_NUMBER = (
    "P-0", "p-0001", "P-99999999999", "P-999999999", "P--1", "-1", "0", "1e3", "P-1001x", "P-1001 OR 1=1",
    "'; DROP TABLE projects; --", "🌳", "P-🌳", "１００１２", "²",
    "\u202eP-1001", "P-\u200b9999", "\u200b", "%", "_", "\\",
    "../P-1001", "<b>P-1001</b>", "{ref}", "null", "P-1001" * 700, "\u0000", "\u0661\u0660\u0660\u0662",
)  # fmt: skip
ANSWERS = ("There is no such project here", "Which project? Please write its number.")
STAFF_ANSWERS = ("There is no idea with this number", "Which idea? Please write its number.")


async def published(town: Town, title: str = "Benches along the river") -> tuple[Person, Person]:
    """Return the author of a published idea, and the moderator who published it."""
    anna = town.person("anna")
    await sends_an_idea(anna, title)
    mia = await with_role(town, "mia")
    await publishes(mia, "P-1001")
    return anna, mia


def tokens(somebody: Person) -> dict[str, str]:
    """Return what the buttons under the last message carry, by their labels."""
    mine = [letter for letter in somebody.town.letters if letter.chat == somebody.chat]
    return {choice.label: choice.token for choice in mine[-1].message.choices}


# ---- numbers that are none -------------------------------------------------------------------------------------------


async def test_whatever_stands_behind_project_or_queue_gets_words(town: Town) -> None:
    _, mia = await published(town)
    ben = town.person("ben")

    for wrong in NO_NUMBER:
        told = await ben.does(Command("project", wrong))
        assert any(answer in told for answer in ANSWERS), (wrong, told)
        told = await ben.does(Command("start", f"project-{wrong}"))
        assert told, wrong
        assert "Something went wrong" not in told, wrong
        told = await mia.does(Command("queue", wrong))
        assert any(answer in told for answer in STAFF_ANSWERS), (wrong, told)
    assert (await town.rows(projects))[0].stage == "published"


@pytest.mark.parametrize("command", ["reports", "request", "matches", "join", "team", "lead", "ideas"])
async def test_whatever_stands_behind_any_command_gets_words(town: Town, command: str) -> None:
    """Also what is a number, but larger than a column holds."""
    await published(town)
    mia = town.person("mia")

    for wrong in (*NO_NUMBER, "9" * 18, "9" * 19, "9" * 20):
        told = await mia.does(Command(command, wrong))
        assert told, wrong
        assert "Something went wrong" not in told, wrong


@pytest.mark.parametrize("meant", ["P-1001", "p1001", "1001", " p – 1001 ", "P.1001", "#"])
async def test_a_number_is_understood_as_people_write_it(town: Town, meant: str) -> None:
    await published(town)

    told = await town.person("ben").does(Command("project", meant))

    assert ("Benches along the river" in told) == (meant != "#")


# ---- too much --------------------------------------------------------------------------------------------------------


async def test_a_comment_that_is_too_long_is_said_to_be_and_one_that_just_fits_is_taken(town: Town) -> None:
    await published(town)
    ben = town.person("ben")
    await ben.says("/project P-1001")
    await ben.taps("Say something about it")

    told = await ben.says("x" * 1001)
    assert "At most 1,000 characters, please; yours has 1,001." in told
    assert "What would you like to say?" in told
    assert await town.count(comments) == 0

    assert "Everybody can read it" in await ben.says("x" * 1000)
    assert await town.count(comments) == 1


@pytest.mark.parametrize(
    ("act", "table", "most", "word"),
    [
        ("Say something about it", comments, COMMENTS_A_DAY, "Please go on tomorrow."),
        ("Report it", reports, REPORTS_A_DAY, "Please write to us directly."),
    ],
)
async def test_who_floods_a_project_is_asked_to_rest_and_others_go_on(
    town: Town,
    act: str,
    table: Table,
    most: int,
    word: str,
) -> None:
    anna, _ = await published(town)
    ben = town.person("ben")
    await ben.says("/project P-1001")
    for number in range(most):
        await ben.taps(act)
        assert word not in await ben.says(f"Number {number}")

    await ben.taps(act)
    assert word in await ben.says("Number one too many")

    assert await town.count(table) == most
    told = len(await notices(town, "anna"))
    await anna.says("/project P-1001")
    await anna.taps(act)
    assert word not in await anna.says("From somebody else")
    assert len(await notices(town, "anna")) == told
    town.clock.advance(timedelta(days=1, seconds=1))
    await ben.taps(act)
    assert word not in await ben.says("The next day")


async def test_who_guesses_codes_must_wait_and_a_right_one_is_not_used_up(town: Town) -> None:
    ben = town.person("ben")
    for wrong in ("BBBB-BBBB", "'; --", "🌳" * 30):
        assert "I do not know this code." in await ben.says(f"/staff {wrong}")

    assert "please wait" in await ben.says("/staff CCCC-CCCC")

    await with_role(town, "ben")  # a right one, within the same ten minutes
    assert await town.store.read(all_grants) == []
    town.clock.advance(timedelta(minutes=11))
    await with_role(town, "ben")
    assert len(await town.store.read(all_grants)) == 1


# ---- the world has changed meanwhile ---------------------------------------------------------------------------------


async def test_a_moderator_whose_role_was_taken_away_decides_nothing(town: Town) -> None:
    await sends_an_idea(town.person("anna"))
    mia = await with_role(town, "mia")
    await mia.says("/queue", "1")
    (grant,) = await town.store.read(all_grants)
    before = await town.count(audit)
    assert await town.store.write(lambda db: revoke(db, micros(town.clock.now()), grant.id))

    told = await mia.taps("Publish it")

    assert "That button belongs to something that is finished." in told
    assert "There is no idea with this number that you may work on." in told
    assert (await town.rows(projects))[0].stage == "submitted"
    assert await notices(town, "anna") == []
    assert [row.act for row in await town.rows(audit)][before:] == ["revoke"]
    assert "You have no such role" in await mia.says("/queue")


async def test_a_moderator_whose_role_was_taken_away_while_writing_decides_nothing(town: Town) -> None:
    await sends_an_idea(town.person("anna"))
    mia = await with_role(town, "mia")
    await mia.says("/queue", "1")
    await mia.taps("Decline it")
    (grant,) = await town.store.read(all_grants)
    await town.store.write(lambda db: revoke(db, micros(town.clock.now()), grant.id))

    told = await mia.says("It is built already, since last autumn.")

    assert told
    assert "Done" not in told
    assert (await town.rows(projects))[0].stage == "submitted"
    assert await notices(town, "anna") == []


async def test_an_old_button_of_an_idea_that_was_decided_meanwhile_changes_nothing(town: Town) -> None:
    await sends_an_idea(town.person("anna"))
    mia, noor = await with_role(town, "mia"), await with_role(town, "noor")
    await mia.says("/queue", "1")
    await noor.says("/queue", "1")
    old = tokens(noor)
    await mia.taps("Publish it")

    for label in ("Publish it", "Ask the author something"):
        assert await noor.does(Tap(old[label])), label

    assert (await town.rows(projects))[0].stage == "published"
    assert len(await notices(town, "anna")) == 1
    assert [row.act for row in await town.rows(audit)].count("publish") == 1


async def test_an_old_button_of_a_project_that_was_merged_meanwhile_leads_on(town: Town) -> None:
    _, mia = await published(town)
    await sends_an_idea(town.person("cem"), "Seats at the water")
    await publishes(mia, "P-1002")
    ben = town.person("ben")
    await ben.says("/project P-1002")
    old = tokens(ben)
    await mia.says("/queue P-1002")
    await mia.taps("Put it together with another one")
    await mia.says("P-1001")

    told = await ben.does(Tap(old["Support it"]))

    assert "P-1002 goes on together with another project." in told, told
    assert "Benches along the river" in told


async def test_the_button_of_a_question_that_was_answered_or_overtaken_shows_how_it_stands(town: Town) -> None:
    anna = town.person("anna")
    await sends_an_idea(anna)
    mia = await with_role(town, "mia")
    await mia.says("/queue", "1")
    await mia.taps("Ask the author something")
    await mia.says("Where exactly?")
    await taps_notice(anna, "Answer")
    await mia.says("/queue P-1001")
    await mia.taps("Publish it")

    told = await anna.says("Between the bridge and the mill.")

    assert "Nobody has supported it yet." in told  # the card as everybody sees it
    (row,) = await town.rows(projects)
    assert (row.stage, "mill" in row.description) == ("published", False)


async def test_what_stands_on_the_button_of_a_notice_may_be_typed(town: Town) -> None:
    anna, _ = await published(town)

    assert "Nobody has supported it yet." in await anna.says("have a look")
    assert "I could not match that." in await anna.says("Answer"), "only what the last notice offers"
    assert "Have a look" not in await town.person("ben").says("Have a look")


# ---- people who cannot be told ---------------------------------------------------------------------------------------


async def test_an_author_who_has_blocked_us_is_told_nothing_and_nobody_fails(town: Town) -> None:
    anna = town.person("anna")
    await sends_an_idea(anna)
    await anna.does(Presence(here=False))

    told = await publishes(await with_role(town, "mia"), "P-1001")

    assert "Done" in told
    assert await notices(town, "anna") == []


async def test_an_author_who_is_gone_is_told_nothing_and_nobody_fails(town: Town) -> None:
    await sends_an_idea(town.person("anna"))
    (idea,) = await town.rows(projects)
    await town.store.write(lambda db: db.execute(delete(people).where(people.c.id == idea.person_id)))
    mia = await with_role(town, "mia")

    assert "Done" in await publishes(mia, "P-1001")
    await mia.says("/queue P-1001")
    await mia.taps("Answer officially")
    assert "Done" in await mia.says("We build it in autumn.")
    ben = town.person("ben")
    await ben.says("/project P-1001")
    await ben.taps("Say something about it")
    assert "Everybody can read it" in await ben.says("Good!")
    assert (await town.rows(projects))[0].person_id is None


# ---- what comes twice ------------------------------------------------------------------------------------------------


async def test_a_decision_that_is_delivered_twice_is_taken_once(town: Town) -> None:
    await sends_an_idea(town.person("anna"))
    mia = await with_role(town, "mia")
    await mia.says("/queue", "1")
    tap = town.inbound("mia", Tap(tokens(mia)["Publish it"]), key="twice")

    await town.take(tap, tap)
    await town.take(tap)

    assert [row.act for row in await town.rows(audit)].count("publish") == 1
    assert len(await notices(town, "anna")) == 1


async def test_two_taps_on_the_same_button_publish_once(town: Town) -> None:
    await sends_an_idea(town.person("anna"))
    mia = await with_role(town, "mia")
    await mia.says("/queue", "1")
    token = tokens(mia)["Publish it"]

    await town.take(town.inbound("mia", Tap(token)), town.inbound("mia", Tap(token)))

    assert [row.act for row in await town.rows(audit)].count("publish") == 1
    assert len(await notices(town, "anna")) == 1


# ---- the audit log ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change", [update(audit).values(note="nothing happened"), delete(audit), delete(audit).where(audit.c.id < 0)]
)
async def test_the_database_refuses_to_change_what_was_done(town: Town, change: Any) -> None:  # noqa: ANN401 - a statement
    await published(town)
    before = await town.rows(audit)

    if "WHERE" in str(change) and town.engine.dialect.name == "sqlite":
        await town.store.write(lambda db: db.execute(change))  # concerns no row: there is nothing to refuse
    else:
        with pytest.raises(DBAPIError, match="append-only"):
            await town.store.write(lambda db: db.execute(change))

    assert await town.rows(audit) == before


async def test_postgresql_refuses_to_empty_the_audit_log(town: Town) -> None:
    await published(town)
    before = await town.count(audit)
    if town.engine.dialect.name != "postgresql":
        return  # SQLite has no such statement: there it is DELETE

    with pytest.raises(DBAPIError, match="append-only"):
        await town.store.write(lambda db: db.execute(text("TRUNCATE audit")))

    assert await town.count(audit) == before
