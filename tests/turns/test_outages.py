"""After an outage: whoever may have answered in vain is asked again, once, and nobody else hears of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from sqlalchemy import insert, update

from projektbot.clock import Clock
from projektbot.instants import micros
from projektbot.messages import Choice, Limits, Outgoing, Part, Presence, Words
from projektbot.store.tables import addresses, due, outbox, sessions
from projektbot.turns import outages, rows
from tests.turns.town import NOON, Desk, Town

SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1))
AWAY = "I was away for a while. If you pressed a button meanwhile, it did not reach me."
LONG_AWAY = "I was away for a long time. If you wrote to me or pressed a button meanwhile"
EVENING = datetime(2026, 6, 15, 20, 30, tzinfo=UTC)  # half past ten in Berlin


@pytest.fixture(autouse=True)
def _forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the desk forget as Telegram does."""
    monkeypatch.setattr(Desk, "limits", Limits(taps_wait=150, words_wait=86_400))


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    town = Town(tmp_path)
    await town.take()
    yield town
    await town.close()


async def arrive(town: Town) -> None:
    """Let everything that was said be sent."""
    await town.store.write(lambda db: db.execute(update(outbox).values(state="sent")))
    town.letters.clear()


async def outage(town: Town, length: timedelta) -> None:
    """Send what was said, be in touch once more, be away, come back, and do what is due shortly after."""
    await arrive(town)
    await town.take()
    town.clock.advance(length)
    await town.take()
    await town.pass_by(MINUTE)


def asked_again(town: Town) -> list[str]:
    """Return the chats that were told of an outage."""
    return sorted(letter.chat for letter in town.letters if "I was away" in letter.message.plain())


async def ask_for_words(town: Town) -> None:
    """Let everything that was said be a question that only words answer."""
    bare = orjson.dumps(Outgoing((Part("What is it called?"),), about="1|title", lang="en"))
    await town.store.write(lambda db: db.execute(update(outbox).values(body=bare)))


NEWS = Outgoing((Part("News"),), (Choice("tok", "More"),), lang="en")


async def hear(town: Town, chat: str, kind: str, message: Outgoing = NEWS) -> None:
    """Let somebody be told something, which asks nothing unless the message is about a question."""
    (address,) = await town.rows(addresses, addresses.c.chat == chat)
    at = micros(town.clock.now())
    body = orjson.dumps(message)
    row = {"id": at + 1000 + address.id, "address_id": address.id, "kind": kind, "state": "sent", "body": body}
    await town.store.write(lambda db: db.execute(insert(outbox).values(**row, created_at=at)))


async def test_who_had_buttons_before_them_is_asked_the_same_again(town: Town) -> None:
    anna = town.person("anna")
    question = await anna.says("/idea")

    await outage(town, 5 * MINUTE)

    (told,) = town.told("anna")
    assert told == f"{AWAY} Here is my question again:\n\n{question}"
    assert town.letters[0].kind == "notice"
    assert "What is your idea called?" in await anna.taps("Something new")


async def test_it_is_said_in_their_language(town: Town) -> None:
    anna = town.person("anna")
    await anna.does(Words("/idea"), locale="de")
    await anna.says("/language")
    await anna.taps("Deutsch")
    await anna.says("/idee")

    await outage(town, 5 * MINUTE)

    assert town.told("anna")[0].startswith("Ich war eine Weile nicht erreichbar.")


@pytest.mark.parametrize(("length", "told"), [(150 * SECOND, []), (151 * SECOND, ["anna"])])
async def test_as_long_as_taps_wait_nothing_is_lost(town: Town, length: timedelta, told: list[str]) -> None:
    await town.person("anna").says("/idea")

    await outage(town, length)

    assert asked_again(town) == told


async def test_typed_words_wait_a_day(town: Town) -> None:
    """A question for words alone is repeated only if the words may be lost."""
    anna = town.person("anna")
    await anna.says("/idea")
    await anna.taps("Something new")
    await arrive(town)
    await ask_for_words(town)

    await outage(town, 23 * HOUR)
    short = asked_again(town)
    await town.person("bert").says("/idea")
    await outage(town, 25 * HOUR)

    assert short == []
    assert asked_again(town) == ["bert"]
    assert town.told("bert")[-1].startswith(LONG_AWAY)


async def test_after_more_than_a_day_words_are_asked_for_again(town: Town) -> None:
    await town.person("anna").says("/idea")
    await arrive(town)
    await ask_for_words(town)

    await outage(town, 25 * HOUR)

    assert asked_again(town) == ["anna"]


async def test_who_was_answered_at_the_return_is_not_asked(town: Town) -> None:
    """Their message had waited on the platform and is taken first."""
    anna = town.person("anna")
    await anna.says("/idea")
    await arrive(town)
    town.clock.advance(5 * MINUTE)
    await anna.says("Something new")
    await arrive(town)

    await town.pass_by(MINUTE)

    assert asked_again(town) == []


async def test_who_has_nothing_open_hears_nothing(town: Town) -> None:
    anna = town.person("anna")
    await anna.begins_an_idea()
    await anna.says("/cancel")
    await arrive(town)
    await hear(town, "anna", "notice")

    await outage(town, 5 * MINUTE)

    assert asked_again(town) == []


@pytest.mark.parametrize(
    ("before", "length", "told"),
    [
        (9 * MINUTE, 5 * MINUTE, ["anna"]),
        (11 * MINUTE, 5 * MINUTE, []),
        (11 * MINUTE, HOUR, ["anna"]),
        (61 * MINUTE, HOUR, []),
        (23 * HOUR, 3 * DAY, ["anna"]),
        (25 * HOUR, 3 * DAY, []),
    ],
)
async def test_asked_is_who_was_asked_shortly_before(
    town: Town, before: timedelta, length: timedelta, told: list[str]
) -> None:
    await town.person("anna").says("/language")
    await arrive(town)
    await town.take()
    for _ in range(before // MINUTE):
        town.clock.advance(MINUTE)
        await town.take()

    await outage(town, length)
    await town.pass_by(DAY)  # a long outage may end at night

    assert asked_again(town) == told


async def test_what_is_still_on_its_way_is_not_said_twice(town: Town) -> None:
    await town.person("anna").says("/idea")
    town.clock.advance(5 * MINUTE)
    await town.take()

    await town.pass_by(MINUTE)

    assert asked_again(town) == []


async def test_groups_and_those_who_blocked_us_are_left_out(town: Town) -> None:
    await town.person("blocked").says("/idea")
    await town.person("blocked").does(Presence(here=False))
    await town.take(town.inbound("-100", Words("Hello"), private=False))
    await hear(town, "-100", "receipt", replace(NEWS, about="1|kind"))
    await town.person("anna").says("/idea")

    await outage(town, 5 * MINUTE)

    assert asked_again(town) == ["anna"]


async def test_people_of_another_channel_and_those_who_went_on_elsewhere_are_left_out(town: Town) -> None:
    for chat in ("moved", "elsewhere", "anna"):
        await town.person(chat).says("/idea")
    gone_on = update(sessions).where(sessions.c.address_id == 1).values(address_id=99)
    other = update(addresses).where(addresses.c.chat == "elsewhere").values(channel="other")
    await town.store.write(lambda db: [db.execute(gone_on), db.execute(other)])

    await outage(town, 5 * MINUTE)

    assert asked_again(town) == ["anna"]


async def test_what_waited_is_answered_before_anybody_is_asked(town: Town) -> None:
    """More waits on the platform than the first poll brings: half a minute is left for it."""
    anna = town.person("anna")
    await anna.says("/idea")
    await arrive(town)
    town.clock.advance(5 * MINUTE)
    await town.take()
    await town.pass_by(29 * SECOND)
    assert asked_again(town) == []

    await anna.says("Something new")
    await arrive(town)
    await town.pass_by(MINUTE)

    assert asked_again(town) == []


async def test_a_message_that_was_an_edit_is_repeated_as_a_new_one(town: Town) -> None:
    await town.person("anna").says("/idea")
    await hear(town, "anna", "receipt", replace(NEWS, about="1|kind", replaces="17", reply_to="18"))

    await outage(town, 5 * MINUTE)

    (letter,) = town.letters
    assert (letter.message.replaces, letter.message.reply_to, letter.message.choices) == ("", "", NEWS.choices)


async def test_a_broadcast_is_no_answer(town: Town) -> None:
    await town.person("anna").says("/idea")
    await arrive(town)
    await hear(town, "anna", "bulk")

    await outage(town, 5 * MINUTE)

    assert asked_again(town) == ["anna"]


async def test_a_platform_that_forgets_nothing_knows_no_outage(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Desk, "limits", Limits())
    patient = Town(town.home, clock=town.clock)
    await patient.person("anna").says("/idea")

    await outage(patient, 5 * MINUTE)

    assert asked_again(patient) == []
    await patient.close()


async def test_the_clock_of_a_demo_makes_no_outage(town: Town) -> None:
    await town.person("anna").says("/idea")
    await arrive(town)
    town.turns.hearing.skip(HOUR)
    town.clock.advance(HOUR)

    await town.take()
    await town.pass_by(MINUTE)

    assert asked_again(town) == []


async def test_after_long_outages_nobody_is_woken_at_night(town: Town) -> None:
    town.clock.advance(EVENING - NOON)
    await town.take()
    await town.person("anna").says("/language")

    await outage(town, 5 * HOUR)
    at_night = asked_again(town)
    await town.pass_by(datetime(2026, 6, 16, 6, 59, tzinfo=UTC) - town.clock.now())
    before_nine = asked_again(town)
    await town.pass_by(2 * MINUTE)

    assert at_night == before_nine == []
    assert asked_again(town) == ["anna"]


async def test_after_short_ones_people_are_still_up(town: Town) -> None:
    town.clock.advance(EVENING - NOON)
    await town.take()
    await town.person("anna").says("/language")

    await outage(town, 5 * MINUTE)

    assert asked_again(town) == ["anna"]


async def test_who_is_reminded_at_the_same_time_is_told_enough(town: Town) -> None:
    await town.person("anna").begins_an_idea()

    await outage(town, 24 * HOUR)

    (told,) = town.told("anna")
    assert "You began something" in told


async def test_an_outage_between_two_lives_is_noticed(town: Town, tmp_path: Path) -> None:
    await town.person("anna").says("/idea")
    await arrive(town)
    later = Town(tmp_path, clock=Clock(lambda: town.clock.now() + 5 * MINUTE))
    await later.turns.restore("desk")

    await later.take()
    await later.pass_by(MINUTE)

    assert asked_again(later) == ["anna"]
    await later.close()


async def test_two_updates_at_the_return_are_one_outage(town: Town) -> None:
    await town.person("anna").says("/idea")
    await arrive(town)
    at = micros(NOON)

    both = [outages.Heard("desk", at + 300_000_000, at), outages.Heard("desk", at + 300_000_001, at)]
    await town.store.write(lambda db: outages.keep(db, both))

    assert len(await town.rows(due, due.c.kind == outages.OUTAGE)) == 1
    assert await town.turns.recall("desk:heard") == str(at + 300_000_001)


@pytest.mark.parametrize("done", range(1, 6))
async def test_a_kill_forgets_nobody_and_asks_nobody_twice(
    tmp_path: Path, done: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first life looks through some pages, a transaction each, and dies; the second does the rest."""
    monkeypatch.setattr(outages, "_page", outages._page.limit(4))  # noqa: SLF001
    monkeypatch.setattr(outages, "PAGE", 4)
    town = Town(tmp_path, clock=Clock(lambda: NOON))
    people = sorted(f"c{number}" for number in range(10))
    for chat in people:
        await town.person(chat).says("/language")
    await arrive(town)
    await town.take()
    town.clock.advance(5 * MINUTE)
    await town.take()
    for _ in range(done):
        await town.turns.wake(await town.store.read(lambda db: rows.due_now(db, 2**62, 1)))
    assert len(town.letters) <= 4 * done
    await town.kill()

    later = Town(tmp_path, clock=Clock(lambda: NOON + 6 * MINUTE))
    await later.jobs.tick()

    stored = await later.rows(outbox, outbox.c.kind == "notice")
    assert len(stored) == len(people)
    assert sorted([*asked_again(town), *asked_again(later)]) == people
    assert not await later.rows(due, due.c.kind == outages.OUTAGE)
    await later.close()
