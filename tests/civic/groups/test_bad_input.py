"""What nobody should be able to do to a group: figures that are none, endless numbers, words nobody sees, floods."""

from __future__ import annotations

from datetime import timedelta

import pytest

from projektbot.civic.groups.rules import ASKED_AT_ONCE
from projektbot.civic.groups.tables import decisions, group_answers, questions, tasks
from projektbot.messages import Command, Tap, Vote, Words
from projektbot.store.tables import inbox
from projektbot.turns.rows import ASIDE
from tests.civic.groups.town import Member, arrived, bound, posts
from tests.turns.town import Town, bare

ENDLESS = "9" * 40
UNSEEN = "\u200b\u2800\u2060"


async def failed(town: Town) -> int:
    """Return how many updates could not be carried out."""
    return len(await town.rows(inbox, inbox.c.state == ASIDE))


@pytest.mark.parametrize("figure", ["²", "①", "٣", ENDLESS])
async def test_a_figure_that_is_no_number_of_ours_presses_no_button(town: Town, figure: str) -> None:
    anna = await bound(town)
    await anna.says("/task Buy wood")
    await arrived(town, "l1")

    assert "/task" in await anna.does(Words(figure, to="l1"))

    assert (await town.rows(tasks))[0].done_at is None
    assert not await failed(town)


@pytest.mark.parametrize("token", [f"task|{ENDLESS}|done", f"ask|{ENDLESS}|0", f"fix|{ENDLESS}|", "ask|1|" + ENDLESS])
async def test_a_button_that_we_never_made_is_over_or_does_nothing(town: Town, token: str) -> None:
    anna = await bound(town)
    await anna.says("/poll Which colour? ; red ; green")

    assert await anna.does(Tap(token))

    assert not await failed(town)


async def test_a_vote_with_a_number_that_no_store_can_hold_does_not_exist(town: Town) -> None:
    anna = town.person("anna")
    await bound(town)

    for number in (ENDLESS[:20], "²", "-1"):
        assert "does not exist" in await anna.says(f"/vote {number}")

    assert not await failed(town)


async def test_what_nobody_can_see_is_neither_a_task_nor_a_question_nor_a_meeting(town: Town) -> None:
    anna = await bound(town)

    assert "Please write what is to be done" in await anna.says(f"/task {UNSEEN}")
    assert "Please write what is to be done" in await anna.answers("m5", "/task", quoted=UNSEEN)
    assert "by yes or no" in await anna.says(f"/decide {UNSEEN}")
    assert "what it is about" in await anna.says(f"/meeting {UNSEEN}; Friday 18:00; Saturday 10:00")

    for table in (tasks, decisions, questions):
        assert not await town.rows(table)


async def test_four_thousand_characters_are_too_many_wherever_they_stand(town: Town) -> None:
    anna = await bound(town)
    names = " ".join(f"@{'n' * 30}{number}" for number in range(100))

    assert "at most 300 characters" in await anna.says("/task " + "x" * 4000)
    assert "at most 300 characters" in await anna.says(f"/task Buy wood {names}")
    assert "by yes or no" in await anna.says("/decide " + "x" * 4000)
    assert "what it is about" in await anna.says("/meeting " + "x" * 3900 + "; Friday 18:00; Saturday 10:00")
    assert "short question" in await anna.says("/poll " + "x" * 4000)
    assert "no such poll" in await (await _with_poll(anna)).says("/polls " + "9" * 4000)
    assert "no project" in await anna.says("/team " + "P" * 4000)

    assert not await town.rows(tasks)
    assert not await failed(town)


async def _with_poll(anna: Member) -> Member:
    await anna.says("/poll Which colour? ; red ; green")
    return anna


# ---- floods ----------------------------------------------------------------------------------------------------------


async def test_who_floods_a_group_gets_one_word_and_others_are_heard(town: Town) -> None:
    anna, ben = await _with_poll(await bound(town)), Member(town, "ben")
    await arrived(town, "m1", poll="p1")
    before = len(posts(town))

    await town.take(*[ben.inbound(Command("tasks")) for _ in range(3 * ASKED_AT_ONCE)])

    said = [bare(message) for message in posts(town)[before:]]
    assert len(said) == ASKED_AT_ONCE + 1
    assert ["auf einmal" in words or "a lot at once" in words for words in said].index(True) == ASKED_AT_ONCE
    await ben.does(Vote("p1", (0,)))  # a vote makes no noise, and is never lost
    assert await town.count(group_answers) == 1
    assert "No task is open" in await anna.says("/tasks")
    await town.pass_by(timedelta(minutes=3))
    assert "No task is open" in await ben.says("/tasks")


@pytest.mark.parametrize("town", ["postgres"], indirect=True)
async def test_an_answer_that_waits_for_the_id_of_our_message_counts_once(town: Town) -> None:
    anna = await bound(town)
    await anna.says("/task Buy wood")
    await town.take(anna.inbound(Words("1", to="l1")))

    for _ in range(2 * ASKED_AT_ONCE):  # looked at again and again, as long as it may be one of ours
        town.clock.advance(timedelta(seconds=0.1))
        await town.take()
    await arrived(town, "l1")
    town.clock.advance(timedelta(seconds=0.1))
    await town.take()

    assert (await town.rows(tasks))[0].done_at is not None
    assert "done: Buy wood" in await anna.says("/tasks")
