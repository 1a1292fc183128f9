"""Tasks in a group: written down in one line, ticked off in place, reminded of on the day before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from projektbot.civic.groups.rules import MOST_SHOWN
from projektbot.civic.groups.tables import tasks
from projektbot.messages import Command, Tap, Words
from tests.civic.groups.town import GROUP, Member, arrived, bound, posts
from tests.turns.linked import notices
from tests.turns.town import Town


async def test_a_task_is_written_down_with_who_and_until_when(town: Town) -> None:
    await bound(town)

    told = await Member(town, "ben").says("/task Buy wood @ben until Friday", message="m7")

    assert "Buy wood (@ben), until June 19, 2026" in told
    assert posts(town)[-1].reply_to == "m7"
    (row,) = await town.rows(tasks)
    assert (row.words, row.who, row.until, row.done_at) == ("Buy wood", "@ben", "2026-06-19", None)


async def test_a_list_is_ticked_off_in_place(town: Town) -> None:
    anna = await bound(town)
    await anna.says("/task Buy wood")
    await anna.says("/task Ask the office")

    told = await Member(town, "ben").taps("Done: Buy wood", message="m9")

    assert "done: Buy wood" in told
    assert posts(town)[-1].replaces == "m9"
    assert {row.words: row.done_at is not None for row in await town.rows(tasks)} == {
        "Buy wood": True,
        "Ask the office": False,
    }


async def test_ticking_off_twice_is_once_and_can_be_taken_back(town: Town) -> None:
    anna, ben = await bound(town), Member(town, "ben")
    await anna.says("/task Buy wood")
    (token,) = [choice.token for choice in posts(town)[-1].choices]

    await town.take(anna.inbound(Tap(token)), ben.inbound(Tap(token)))
    assert (await town.rows(tasks))[0].done_at is not None

    await ben.taps("Not done after all: Buy wood")
    assert (await town.rows(tasks))[0].done_at is None


async def test_a_number_that_answers_the_list_is_its_button(town: Town) -> None:
    anna = await bound(town)
    await anna.says("/task Buy wood")
    await arrived(town, "l1")

    told = await anna.does(Words("1", to="l1"))

    assert "done: Buy wood" in told
    assert posts(town)[-1].replaces == "l1"


async def test_what_was_done_today_leaves_room_for_what_is_to_be_done(town: Town) -> None:
    anna = await bound(town)
    for number in range(MOST_SHOWN):
        await anna.says(f"/task Plank {number}")
        await anna.taps(f"Done: Plank {number}")
        town.clock.advance(timedelta(minutes=1))  # or it is a flood

    await anna.says("/task Buy wood")
    told = await anna.says("/tasks")

    assert "Buy wood" in told
    assert told.count("done: Plank") == MOST_SHOWN - 1
    for number in range(MOST_SHOWN):
        told = await anna.says(f"/task Board {number}")
        town.clock.advance(timedelta(minutes=1))
    assert [told.count("done: Plank"), told.count("Board")] == [3, MOST_SHOWN - 4]
    assert f"and {4} more" in told


async def test_the_group_is_reminded_on_the_day_before_unless_it_is_done(town: Town) -> None:
    anna = await bound(town)
    await anna.says("/task Buy wood until Friday")
    await anna.says("/task Ask the office until Friday")
    await anna.taps("Done: Ask the office")

    await town.pass_by(timedelta(days=3, hours=6))

    assert ["Buy wood" in told for told in await notices(town, GROUP)] == [True]


async def test_what_is_overdue_is_said_in_words(town: Town) -> None:
    anna = await bound(town)
    await anna.says("/task Buy wood @ben until Friday")
    await anna.says("/task Ask the office until Friday")
    await anna.says("/task Sweep until 20.06.")

    await town.pass_by(timedelta(days=5))
    told = await anna.says("/tasks")

    assert "– Buy wood (@ben), until June 19, 2026 (overdue)" in told
    assert "– Ask the office, until June 19, 2026 (overdue)" in told
    assert told.endswith("– Sweep, until June 20, 2026")  # the day itself is not over yet
    assert "– done: Ask the office\n" in await anna.taps("Done: Ask the office")


@pytest.mark.parametrize(
    ("away", "words"),
    [(timedelta(days=4), "For today:"), (timedelta(days=5), "This should be done by now:")],
)
async def test_a_reminder_that_comes_late_says_what_is_true_then(town: Town, away: timedelta, words: str) -> None:
    anna = await bound(town)
    await anna.says("/task Buy wood until Friday")

    await town.pass_by(away)

    assert [told.splitlines()[0] for told in await notices(town, GROUP)] == [words]


async def test_a_reminder_that_comes_late_keeps_the_night_s_rest(town: Town) -> None:
    anna = await bound(town)
    await anna.says("/task Buy wood until Friday")

    await town.pass_by(timedelta(days=3, hours=11))  # 11 pm
    at_night = await notices(town, GROUP)
    await town.pass_by(timedelta(hours=10))

    assert not at_night
    assert [told.splitlines()[0] for told in await notices(town, GROUP)] == ["For today:"]


async def test_what_cannot_be_read_is_answered_with_an_example(town: Town) -> None:
    anna = await bound(town)

    assert "For example: /task Buy wood" in await anna.says("/task")
    assert "32.13." in await anna.says("/task Buy wood until 32.13.")
    assert "wait until it is dry" in (await anna.says("/task wait until it is dry")).lower()
    assert "characters" in await anna.says("/task " + "x" * 301)


async def test_a_button_of_another_project_does_nothing(town: Town) -> None:
    anna = await bound(town)
    await anna.says("/task Buy wood")
    (token,) = [choice.token for choice in posts(town)[-1].choices]
    other = Member(town, "anna", "-300")

    assert "vorbei" in await other.does(Tap(token))
    assert (await town.rows(tasks))[0].done_at is None


async def test_an_update_that_comes_twice_makes_one_task(town: Town) -> None:
    anna = await bound(town)
    written = anna.inbound(Command("task", "Buy wood"))

    await town.take(written, written)
    await town.take(written)

    assert await town.count(tasks) == 1


async def test_a_message_that_is_answered_is_the_task(town: Town) -> None:
    await bound(town)

    told = await Member(town, "ben").answers("m5", "/task @ben until Friday", quoted="Somebody should\nbuy wood")

    assert "Somebody should buy wood (@ben), until June 19, 2026" in told
    (row,) = await town.rows(tasks)
    assert (row.words, row.who, row.until) == ("Somebody should buy wood", "@ben", "2026-06-19")


async def test_words_of_its_own_come_before_those_that_are_answered(town: Town) -> None:
    anna = await bound(town)

    await anna.answers("m5", "/task Order planks", quoted="Somebody should buy wood")

    assert [row.words for row in await town.rows(tasks)] == ["Order planks"]


async def test_what_is_answered_is_cut_and_without_marks_that_turn_text(town: Town) -> None:
    anna = await bound(town)

    await anna.answers("m5", "/task", quoted="\u202eevil\0 " + "x" * 400)

    (row,) = await town.rows(tasks)
    assert row.words.startswith("evil xxx")
    assert row.words.endswith("x…")
    assert len(row.words) == 300


async def test_where_the_answered_message_is_hidden_that_is_said(town: Town) -> None:
    anna = await bound(town)

    assert "cannot see what the message says" in await anna.answers("m5", "/task @ben")
    assert not await town.rows(tasks)
