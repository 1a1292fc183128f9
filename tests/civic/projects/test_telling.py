"""News come at once, in a digest or not at all, as each person wants; and nothing rings at night."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from projektbot.civic.people.rules import Pace, next_digest
from projektbot.civic.people.tables import news, news_choices
from projektbot.instants import micros
from projektbot.messages import outgoing_from
from projektbot.store.tables import addresses, due, outbox
from projektbot.turns.digests import DIGEST
from tests.civic.projects.town import labels, publishes, sends_an_idea, with_role
from tests.turns.linked import connect, notices
from tests.turns.town import NOON, SQLITE, ZONE, Person, Town, bare

COMMENTS = "What others say about them"


async def chooses(somebody: Person, what: str, how: str) -> None:
    """Choose how to be told."""
    await somebody.says("/notifications")
    assert "Done" in await somebody.taps(what, how)


async def follows(somebody: Person) -> None:
    """Follow the first project."""
    await somebody.says("/project P-1001")
    await somebody.taps("Follow it")


async def comments(somebody: Person, *words: str) -> None:
    """Say things about the first project."""
    for said in words:
        await somebody.says("/project P-1001")
        await somebody.taps("Say something about it")
        await somebody.says(said)


async def a_followed_project(town: Town) -> tuple[Person, Person]:
    """Return somebody who follows a published project, and somebody else."""
    await sends_an_idea(town.person("anna"))
    await publishes(await with_role(town, "mia"), "P-1001")
    ben = town.person("ben")
    await follows(ben)
    return ben, town.person("cem")


async def test_news_of_a_day_come_in_one_message_in_the_evening(town: Town) -> None:
    ben, cem = await a_followed_project(town)
    await chooses(ben, COMMENTS, "Once a day")
    await comments(cem, "A good place.", "And shade, please.")
    assert await notices(town, "ben") == []

    await town.pass_by(timedelta(hours=6))  # 18 o'clock in Berlin

    (told,) = await notices(town, "ben")
    assert told.startswith("This is new:")
    assert told.index("A good place.") < told.index("And shade, please.")
    assert labels(ben) == ["P-1001"]
    assert [choice.word for choice in town.letters[-1].message.choices] == ["/project P-1001"]  # a number is an answer
    assert await town.count(news) == 0
    assert "Benches along the river" in await ben.taps("P-1001")
    await town.pass_by(timedelta(days=2))
    assert len(await notices(town, "ben")) == 1


async def test_a_digest_is_told_once_however_often_its_row_is_handed_over(town: Town) -> None:
    ben, cem = await a_followed_project(town)
    await chooses(ben, COMMENTS, "Once a day")
    await comments(cem, "A good place.")
    ids = [row.id for row in await town.rows(due)]
    town.clock.advance(timedelta(hours=6))

    await asyncio.gather(*[town.turns.wake(ids) for _ in range(10)])

    assert len(await notices(town, "ben")) == 1


async def test_who_turns_a_topic_off_is_told_nothing_of_it_but_of_the_others(town: Town) -> None:
    ben, cem = await a_followed_project(town)
    await chooses(ben, COMMENTS, "Once a day")
    await comments(cem, "A good place.")
    await chooses(ben, COMMENTS, "Not at all")
    await comments(cem, "And shade, please.")
    await town.pass_by(timedelta(hours=6))
    assert await notices(town, "ben") == []

    mia = town.person("mia")
    await mia.says("/queue P-1001")
    await mia.taps("Answer officially")
    await mia.says("We look for the money this year.")

    (told,) = await notices(town, "ben")
    assert "The city has answered to P-1001" in told


async def test_a_person_on_two_messengers_gets_a_digest_once_where_they_were_last(town: Town) -> None:
    ben, cem = await a_followed_project(town)
    elsewhere = town.person("elsewhere")
    await chooses(elsewhere, COMMENTS, "Once a day")
    await follows(elsewhere)
    await comments(cem, "A good place.")
    before = len(await notices(town, "ben")), len(await notices(town, "elsewhere"))
    await connect(ben, elsewhere)  # the one who kept a piece of news is no more

    await town.pass_by(timedelta(hours=6))

    told = (await notices(town, "ben"))[before[0] :] + (await notices(town, "elsewhere"))[before[1] :]
    digests = [words for words in told if "This is new" in words]
    assert len(digests) == 1
    assert digests[0] in (await notices(town, "elsewhere"))
    assert [row.name for row in await town.rows(news_choices)] == ["comment"]


# ---- what is taken off before it was told ----------------------------------------------------------------------------

INSULT = 'The baker at No. 5 is a "liar",\nand \u202ea thief\u202c.'


async def waiting(town: Town, chat: str) -> list[str]:
    """Return what is to be told to a chat in the morning."""
    joined = outbox.join(addresses, addresses.c.id == outbox.c.address_id)
    theirs = (addresses.c.chat == chat, outbox.c.kind == "notice", outbox.c.state == "queued", outbox.c.not_before > 0)
    return [bare(outgoing_from(orjson.loads(row.body))) for row in await town.rows(joined, *theirs)]


async def hides_the_first_comment(reporter: Person, moderator: Person) -> None:
    """Let a comment be reported and hidden."""
    await reporter.says("/project P-1001")
    await reporter.taps("Read what others say", "Report one of these")
    await reporter.says("1", "That is an insult.")
    await moderator.says("/reports")
    await moderator.taps(labels(moderator)[0], "Hide the comment")
    assert "Nothing is reported" in await moderator.says("It names a neighbour.")


@pytest.mark.parametrize("by", ["staff", "its author"])
async def test_a_comment_that_is_not_shown_any_more_is_not_told_later(town: Town, by: str) -> None:
    ben, cem = await a_followed_project(town)
    dora = town.person("dora")
    await follows(dora)
    await chooses(ben, COMMENTS, "Once a week")
    town.clock.advance(timedelta(hours=11))  # 23 o'clock in Berlin
    await comments(cem, INSULT, "And shade, please.")
    assert len(await waiting(town, "dora")) == 2

    if by == "staff":
        await hides_the_first_comment(dora, town.person("mia"))
    else:
        await cem.says("/project P-1001")
        await cem.taps("Read what others say", "Delete one of mine")
        assert "It is deleted." in await cem.says("1")

    assert ["shade" in words for words in await waiting(town, "dora")] == [True]
    await town.pass_by(timedelta(days=7))
    (told,) = await notices(town, "ben")
    assert "And shade, please." in told
    assert "liar" not in told


async def deletes_the_first(somebody: Person) -> None:
    """Delete the first comment on the first project, one's own."""
    await somebody.says("/project P-1001")
    await somebody.taps("Read what others say", "Delete one of mine")
    assert "It is deleted." in await somebody.says("1")


async def test_what_others_said_in_the_same_words_is_told_all_the_same(town: Town) -> None:
    _ben, cem = await a_followed_project(town)
    await sends_an_idea(town.person("dora"), "A tool shed for all")
    await publishes(town.person("mia"), "P-1002")
    await chooses(town.person("dora"), COMMENTS, "Once a day")
    await comments(cem, "Great!")
    eva = town.person("eva")
    await eva.says("/project P-1002")
    await eva.taps("Say something about it")
    await eva.says("Great!")

    await deletes_the_first(cem)
    await town.pass_by(timedelta(days=1))

    assert ["Great!" in words for words in (await notices(town, "dora"))[-1:]] == [True]


async def test_who_deletes_a_comment_that_is_the_title_takes_no_other_news_away(town: Town) -> None:
    _ben, cem = await a_followed_project(town)
    town.clock.advance(timedelta(hours=11))  # 23 o'clock in Berlin
    await comments(cem, "Benches along the river")
    mia = town.person("mia")
    await mia.says("/queue P-1001")
    await mia.taps("Answer officially")
    await mia.says("We look for the money this year.")

    await deletes_the_first(cem)

    assert ["We look for the money" in words for words in await waiting(town, "ben")] == [True]


async def test_a_deleted_comment_is_not_told_after_its_project_has_gone_on_in_another(town: Town) -> None:
    _ben, cem = await a_followed_project(town)
    mia = town.person("mia")
    await sends_an_idea(town.person("dora"), "A tool shed for all")
    await publishes(mia, "P-1002")
    town.clock.advance(timedelta(hours=11))
    await comments(cem, INSULT)
    await mia.says("/queue P-1001")
    await mia.taps("Put it together with another one")
    await mia.says("P-1002")

    await deletes_the_first(cem)

    assert not [words for words in await waiting(town, "ben") if "liar" in words]


async def test_of_a_project_that_was_taken_off_nobody_is_told_later(town: Town) -> None:
    ben, cem = await a_followed_project(town)
    await chooses(ben, COMMENTS, "Once a day")
    await cem.says("/alerts")
    await cem.taps("Add one", "Skip", "Skip")
    town.clock.advance(timedelta(hours=11))
    mia = town.person("mia")
    await sends_an_idea(town.person("dora"), "Buy at my shop")
    await publishes(mia, "P-1002")
    await comments(town.person("dora"), "A good place.")
    assert ["Buy at my shop" in words for words in await waiting(town, "cem")] == [True]

    for number in ("P-1001", "P-1002"):
        await mia.says(f"/queue {number}")
        await mia.taps("Decline it")
        await mia.says("That is an advertisement.")

    assert await waiting(town, "cem") == []
    assert ["could not be taken up" in words for words in await waiting(town, "anna")] == [
        False,
        True,
    ]  # her own matter
    assert (
        len(await waiting(town, "dora")) == 3
    )  # hers is published; what she follows is gone; and hers, with its reason
    await town.pass_by(timedelta(days=1))
    told = [words for words in await notices(town, "ben") if "A good place." in words]
    assert told == []


@pytest.mark.parametrize(("chosen", "at"), [("", "2026-06-16T06:00"), ("No, tell me at once", "")])
async def test_nothing_rings_at_night_unless_somebody_wants_it(town: Town, chosen: str, at: str) -> None:
    ben, cem = await a_followed_project(town)
    if chosen:
        await chooses(ben, "The silence at night", chosen)
    town.clock.advance(timedelta(hours=11))  # 23 o'clock in Berlin

    await comments(cem, "A good place.")

    joined = outbox.join(addresses, addresses.c.id == outbox.c.address_id)
    (row,) = await town.rows(joined, addresses.c.chat == "ben", outbox.c.kind == "notice")
    assert row.not_before == (micros(datetime.fromisoformat(f"{at}+00:00")) if at else 0)


async def test_an_answer_to_what_one_does_comes_at_night_too(town: Town) -> None:
    town.clock.advance(timedelta(hours=11))
    ben = town.person("ben")

    await ben.says("/projects")

    assert [letter.not_before for letter in town.letters] == [0]


async def test_a_digest_names_no_more_than_a_message_holds(town: Town) -> None:
    ben, cem = await a_followed_project(town)
    await chooses(ben, COMMENTS, "Once a week")
    await comments(cem, "x" * 900, *(f"Number {n}" for n in range(15)))
    dora = town.person("dora")
    await comments(dora, *(f"Again {n}" for n in range(8)))

    await town.pass_by(timedelta(days=5))

    (letter,) = [letter for letter in town.letters if letter.chat == "ben" and letter.kind == "notice"]
    told = bare(letter.message)
    assert "And 4 more." in told
    assert "x" * 400 not in told
    assert "xxx…" in told
    assert letter.message.plain().count("\u2068") == letter.message.plain().count("\u2069")


def test_a_digest_is_due_in_the_evening_and_on_friday_by_the_citys_clock() -> None:
    evening = NOON.replace(hour=16)  # 18 o'clock in Berlin, a Monday

    assert next_digest(NOON, ZONE, Pace.DAILY) == evening
    assert next_digest(evening, ZONE, Pace.DAILY) == evening + timedelta(days=1)
    assert next_digest(NOON, ZONE, Pace.WEEKLY) == evening + timedelta(days=4)
    assert next_digest(evening + timedelta(days=4), ZONE, Pace.WEEKLY) == evening + timedelta(days=11)
    after_summer = datetime(2026, 10, 24, 20, tzinfo=UTC)
    assert next_digest(after_summer, ZONE, Pace.DAILY) == datetime(2026, 10, 25, 17, tzinfo=UTC)


@pytest.mark.parametrize("town", SQLITE, indirect=True)  # SQLite's way to say no
async def test_a_digest_and_the_end_of_its_row_are_one_transaction(town: Town) -> None:
    """The outbox refuses the message: then the row and the news are still there, and the next look tells them."""
    ben, cem = await a_followed_project(town)
    await chooses(ben, COMMENTS, "Once a day")
    await comments(cem, "A good place.")
    (row,) = await town.rows(due, due.c.kind == DIGEST)
    refuse = "CREATE TRIGGER refuse BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'no'); END"
    await town.store.write(lambda db: db.exec_driver_sql(refuse))
    town.clock.advance(timedelta(hours=6))
    failed = await asyncio.gather(town.store.do(town.turns.transactions.wake, row.id), return_exceptions=True)
    assert isinstance(failed[0], Exception)
    assert (await town.rows(due, due.c.kind == DIGEST), await town.count(news)) == ([row], 1)

    await town.store.write(lambda db: db.exec_driver_sql("DROP TRIGGER refuse"))
    await town.jobs.tick()

    assert len(await notices(town, "ben")) == 1
    assert (await town.rows(due, due.c.kind == DIGEST), await town.count(news)) == ([], 0)
