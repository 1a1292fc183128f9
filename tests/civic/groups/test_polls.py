"""Mood polls: asked in all chats of a project, counted together and once each, ended in words."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from sqlalchemy import delete

from projektbot.civic.groups.tables import early_votes, group_answers, group_askers, group_polls
from projektbot.messages import Event as Said
from projektbot.messages import Inbound, Migrated, Tap, Vote, Words
from projektbot.polls import Poll
from projektbot.store.tables import people
from projektbot.turns import votes
from tests.civic.groups.town import GROUP, Member, arrived, bound, posted, posts
from tests.turns.linked import connect
from tests.turns.town import WAIT, Person, Town, bare

ROOM = "!bench:yard"


class Neighbour(Person):
    """Somebody who writes to us in private on another messenger."""

    async def does(self, event: Said, **more: Any) -> str:  # noqa: ANN401 - as Inbound
        before = len(self.town.letters)
        await self.town.take(replace(self.town.inbound(self.chat, event, **more), channel="yard"))
        return "\n".join(bare(letter.message) for letter in self.town.letters[before:] if letter.chat == self.chat)


async def in_both(town: Town) -> tuple[Member, Member]:
    """Return the lead, who is one person on two messengers, in the project's chat on each of them."""
    here = await bound(town)
    await connect(town.person("anna"), Neighbour(town, "@anna:yard"))
    there = Member(town, "@anna:yard", ROOM, "yard")
    await there.says("/team P-1001")
    await there.says("/language en")
    return here, there


async def test_a_poll_is_one_of_the_messenger_s_own_with_buttons_that_say_the_same(town: Town) -> None:
    anna = await bound(town)

    await anna.says("/poll Which colour? ; red ; green")

    asked = posts(town)[-1]
    assert asked.poll == Poll("Which colour?", ("red", "green"), "Once more, please vote here: Which colour?")
    assert [choice.label for choice in asked.choices] == ["red", "green"]
    assert "Which colour?" in bare(asked)


async def test_votes_are_counted_changed_and_taken_back_without_a_word(town: Town) -> None:
    anna, guest = await bound(town), Member(town, "77")
    await anna.says("/poll Which colour? ; red ; green")
    await arrived(town, "m1", poll="p1")

    said = [await member.does(Vote("p1", places)) for member, places in ((anna, (0,)), (guest, (1,)), (anna, (1,)))]

    assert said == ["", "", ""]
    assert "red: 0\ngreen: 2" in await anna.says("/polls")
    await guest.does(Vote("p1"))
    assert "red: 0\ngreen: 1" in await anna.says("/polls")


async def test_a_vote_for_what_there_is_not_is_none(town: Town) -> None:
    anna = await bound(town)
    await anna.says("/poll Which colour? ; red ; green")
    await arrived(town, "m1", poll="p1")
    await anna.does(Vote("p1", (0,)))

    await anna.does(Vote("p1", (7,)))
    await anna.does(Vote("p2", (0,)))

    assert not await town.rows(group_answers)


async def test_a_poll_is_asked_in_both_chats_and_one_person_counts_once(town: Town) -> None:
    here, there = await in_both(town)
    await here.says("/poll Which colour? ; red ; green")
    (asked,) = [post.poll for post in await posted(town, ROOM) if post.poll]
    await arrived(town, "m1", poll="p1")
    await arrived(town, "$e1", ROOM, poll="$e1")

    await here.does(Vote("p1", (0,)))
    await there.does(Vote("$e1", (1,)))
    await Member(town, "@ben:yard", ROOM, "yard").does(Vote("$e1", (1,)))

    assert asked == Poll("Which colour?", ("red", "green"), "Once more, please vote here: Which colour?")
    assert "red: 0\ngreen: 2" in await here.says("/polls")


async def test_the_end_is_said_in_both_chats_and_closes_both_polls(town: Town) -> None:
    here, there = await in_both(town)
    await here.says("/poll Which colour? ; red ; green")
    await arrived(town, "m1", poll="p1")
    await arrived(town, "$e1", ROOM, poll="$e1")
    await here.does(Vote("p1", (0,)))

    told = await there.says("/poll end")

    assert "The poll is over: Which colour?" in told
    assert "red: 1\ngreen: 0" in told
    assert "1 person took part" in told
    assert posts(town, ROOM)[-1].ends == ("$e1",)
    closing = (await posted(town))[-1]
    assert (bare(closing), closing.ends) == (told, ("m1",))
    await here.does(Vote("p1", (1,)))
    assert [row.choice for row in await town.rows(group_answers)] == [0]
    assert "No poll is open" in await here.says("/polls")


async def test_a_poll_that_arrives_after_its_end_is_closed_then(town: Town) -> None:
    here, _there = await in_both(town)
    await here.says("/poll Which colour? ; red ; green")
    await arrived(town, "m1", poll="p1")
    told = await here.says("/poll end")
    before = await posted(town, ROOM)

    await town.pass_by(timedelta(seconds=30))  # that messenger is still away
    still = await posted(town, ROOM)
    await arrived(town, "$e1", ROOM, poll="$e1")
    await town.pass_by(timedelta(seconds=30))

    assert [post.poll is not None for post in (before[-1], still[-1])] == [True, True]
    closing = (await posted(town, ROOM))[-1]
    assert (bare(closing), closing.ends) == (told, ("$e1",))


async def test_votes_that_do_not_say_their_chat_find_it_by_the_poll(town: Town) -> None:
    anna = await bound(town)
    await anna.says("/poll Which colour? ; red ; green")
    await arrived(town, "m1", poll="p1")
    astray = [anna.inbound(Vote(poll, places)) for poll, places in (("p1", (0,)), ("p9", (1,)), ("p1", (1,)))]

    await town.take(*[replace(inbound, chat="") for inbound in astray])

    assert [row.choice for row in await town.rows(group_answers)] == [1]


async def test_a_vote_that_is_quicker_than_the_poll_s_id_is_counted(town: Town) -> None:
    anna, ben = await bound(town), Member(town, "77")
    await anna.says("/poll Which colour? ; red ; green")
    for member, place in ((anna, 0), (ben, 0), (anna, 1)):
        await town.take(replace(member.inbound(Vote("p1", (place,)), order=place), chat=""))
    before = await town.rows(group_answers)

    await arrived(town, "m1", poll="p1")
    await town.jobs.tick()

    assert not before
    assert "red: 1\ngreen: 1" in await anna.says("/polls")
    assert not await town.rows(early_votes)


async def test_a_vote_that_came_early_counts_when_the_poll_ends_at_once(town: Town) -> None:
    here, there = await in_both(town)
    await here.says("/poll Which colour? ; red ; green")
    await town.take(replace(here.inbound(Vote("p1", (0,))), chat=""))
    await town.take(replace(Member(town, "77").inbound(Vote("p1", (1,))), chat=""))
    await arrived(town, "m1", poll="p1")
    await arrived(town, "$e1", ROOM, poll="$e1")

    assert "red: 1\ngreen: 1" in await there.says("/poll end")
    await town.jobs.tick()
    assert [row.choice for row in await town.rows(group_answers)] == [0, 1]


async def test_of_two_votes_before_the_poll_is_known_the_later_counts_however_they_come(town: Town) -> None:
    anna = await bound(town)
    await anna.says("/poll Which colour? ; red ; green")
    for place in (1, 0):  # brought by two calls of a webhook at once
        await town.take(replace(anna.inbound(Vote("p1", (place,)), order=place + 1), chat=""))

    await arrived(town, "m1", poll="p1")
    await town.jobs.tick()

    assert [row.choice for row in await town.rows(group_answers)] == [1]


async def test_a_vote_that_came_early_does_not_count_after_a_later_one(town: Town) -> None:
    anna = await bound(town)
    await anna.says("/poll Which colour? ; red ; green")
    first = replace(anna.inbound(Vote("p1", (0,))), chat="")
    await town.take(first)
    await arrived(town, "m1", poll="p1")
    await town.take(replace(anna.inbound(Vote("p1", (1,))), chat=""))

    await town.take(first)
    await town.jobs.tick()

    assert [row.choice for row in await town.rows(group_answers)] == [1]


async def test_a_poll_that_is_noted_while_a_vote_in_it_is_kept_is_seen(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = await bound(town)
    await anna.says("/poll Which colour? ; red ; green")
    looked, go_on, look = Event(), Event(), votes._with_chats  # noqa: SLF001 - the moment between looking and keeping

    def looking(*given: Any, **named: Any) -> list[Inbound]:  # noqa: ANN401 - as it was given
        found = look(*given, **named)
        looked.set()
        go_on.wait(WAIT)
        return found

    monkeypatch.setattr(votes, "_with_chats", looking)
    taking = asyncio.ensure_future(town.take(replace(anna.inbound(Vote("p1", (0,))), chat="")))
    await asyncio.to_thread(looked.wait, WAIT)
    await arrived(town, "m1", poll="p1")
    go_on.set()
    await taking
    await town.jobs.tick()

    assert [row.choice for row in await town.rows(group_answers)] == [0]


async def test_votes_of_nobody_or_in_no_poll_of_ours_are_forgotten(town: Town) -> None:
    anna, nobody = await bound(town), Member(town, "")
    for member, poll in ((anna, "p1"), (nobody, "p2"), (anna, "p" * 300), (Member(town, "7" * 300), "p1")):
        await town.take(replace(member.inbound(Vote(poll, (0,))), chat=""))
    assert [row.poll for row in await town.rows(early_votes)] == ["p1"]

    await town.turns.forget_passed_on(town.clock.now() + timedelta(days=3))

    assert not await town.rows(early_votes)


async def test_a_poll_that_stands_twice_counts_each_of_us_once_and_ends_twice(town: Town) -> None:
    anna, ben, cleo = await bound(town), Member(town, "77"), Member(town, "78")
    await anna.says("/poll Which colour? ; red ; green")
    await arrived(town, "m2", poll="p2")  # of whoever served the account after the one that was held up
    await arrived(town, "m1", poll="p1")  # which comes to itself, and notes what it has sent
    await arrived(town, "m1", poll="p1")

    await ben.does(Vote("p1", (0,)))
    await ben.does(Vote("p2", (1,)))
    await cleo.does(Vote("p2", (0,)))
    await town.take(replace(cleo.inbound(Vote("p2", (1,))), chat=""))

    assert "red: 0\ngreen: 2" in await anna.says("/polls")
    assert "The poll is over" in await anna.answers("m2", "/poll end")
    assert posts(town)[-1].ends == ("m1", "m2")


async def test_of_a_poll_that_stands_twice_either_stays_when_a_button_is_pressed(town: Town) -> None:
    anna = await bound(town)
    await anna.says("/poll Which colour? ; red ; green")
    await arrived(town, "m1", poll="p1")
    await arrived(town, "m2", poll="p2")

    for message in ("m1", "m2"):
        await anna.does(Words("1", to=message))
        assert posts(town)[-1].replaces == ""


async def test_only_who_asked_or_leads_ends_a_poll(town: Town) -> None:
    anna, asker, other = await bound(town), Member(town, "77"), Member(town, "78")
    await asker.says("/poll Which colour? ; red ; green")
    await asker.says("/poll Which wood? ; oak ; pine")

    assert "Only who asked" in await other.says("/poll end 1")
    assert "Only who asked" in await Member(town, "").says("/poll end 1")
    assert "Which colour?" in await asker.says("/poll end 1")
    assert "Which wood?" in await anna.says("/poll end")


async def test_of_several_polls_the_one_is_ended_that_is_answered_or_named(town: Town) -> None:
    anna = await bound(town)
    for number, question in enumerate(("Which colour?", "Which wood?", "Which place?")):
        await anna.says(f"/poll {question} ; this ; that")
        await arrived(town, f"m{number}", poll=f"p{number}")

    assert "2. Which wood?" in await anna.says("/polls")
    assert "Several polls are open" in await anna.says("/poll end")
    assert "no such poll" in await anna.says("/poll end 4")
    assert "over: Which wood?" in await anna.answers("m1", "/poll end")
    assert "over already" in await anna.answers("m1", "/poll end")
    assert "over: Which place?" in await anna.says("/poll end 2")
    assert posts(town)[-1].ends == ("m2",)


async def test_who_sees_no_polls_answers_by_button_or_number(town: Town) -> None:
    anna, guest = await bound(town), Member(town, "77")
    await anna.says("/poll How do you like the plan?")
    await arrived(town, "m1", poll="p1")

    told = await guest.does(Words("3", to="m1"))

    assert "I have doubts: 1" in told
    assert posts(town)[-1].replaces == ""  # the poll stays where it is
    shown = await anna.says("/polls")
    assert "I have doubts: 1" in shown
    assert "I am for it: 1" in await anna.taps("I am for it", message="m5")
    assert posts(town)[-1].replaces == "m5"


async def test_a_guest_who_writes_to_us_later_is_still_one(town: Town) -> None:
    anna, ben = await bound(town), Member(town, "ben")
    await anna.says("/poll Which colour? ; red ; green")
    await arrived(town, "m1", poll="p1")
    await ben.does(Vote("p1", (0,)))

    await town.person("ben").says("/start")
    await ben.does(Vote("p1", (1,)))

    assert "red: 0\ngreen: 1" in await anna.says("/polls")


async def test_a_guest_here_who_has_voted_there_by_name_is_one_as_well(town: Town) -> None:
    here, there = await bound(town), Member(town, "@ben:yard", ROOM, "yard")
    await Neighbour(town, "@anna:yard").says("/start")
    await connect(town.person("anna"), Neighbour(town, "@anna:yard"))
    await Member(town, "@anna:yard", ROOM, "yard").says("/team P-1001")
    await here.says("/poll Which colour? ; red ; green")
    await arrived(town, "m1", poll="p1")
    await arrived(town, "$e1", ROOM, poll="$e1")
    ben = Member(town, "ben")
    await ben.does(Vote("p1", (1,)))  # a guest still
    await connect(town.person("ben"), Neighbour(town, "@ben:yard"))

    await there.does(Vote("$e1", (1,)))
    await ben.does(Vote("p1", (1,)))

    assert "red: 0\ngreen: 1" in await here.says("/polls")


async def test_who_is_anonymous_is_not_counted(town: Town) -> None:
    anna, nobody = await bound(town), Member(town, "")
    await anna.says("/poll Which colour? ; red ; green")
    await arrived(town, "m1", poll="p1")

    assert await nobody.does(Vote("p1", (0,))) == ""
    assert "anonymously" in await nobody.taps("red")
    assert not await town.rows(group_answers)


async def test_what_no_messenger_takes_as_a_poll_is_asked_for_anew(town: Town) -> None:
    anna = await bound(town)

    for written in ("Which colour? ; red", "Which colour? ; red ; \u200b", "Which colour? ; red ; " + "x" * 61,
                    "Which? ; " + " ; ".join(map(str, range(13)))):  # fmt: skip
        assert "2 to 12 choices" in await anna.says(f"/poll {written}")
    assert "short question" in await anna.says("/poll \u200b ; red ; green")
    assert "short question" in await anna.says("/poll " + "x" * 301)
    assert not await town.rows(group_polls)


async def test_a_project_has_ten_open_polls_at_most(town: Town) -> None:
    anna = await bound(town)
    for number in range(10):
        await anna.says(f"/poll Is it {number}?")

    assert "10 open polls" in await anna.says("/poll Is it 11?")


async def test_a_group_that_moves_takes_its_polls_along(town: Town) -> None:
    anna = await bound(town)
    await anna.says("/poll Which colour? ; red ; green")
    await arrived(town, "m1", poll="p1")

    await Member(town, "77", "-200").says("/help")
    await town.take(anna.inbound(Migrated("-200")))
    await town.take(replace(anna.inbound(Vote("p1", (1,))), chat=""))

    assert [row.choice for row in await town.rows(group_answers)] == [1]


async def test_who_asked_is_forgotten_with_the_person_who_asked(town: Town) -> None:
    anna = await bound(town)
    await anna.says("/poll Which colour? ; red ; green")
    (row,) = await town.rows(group_askers)
    assert row.guest is None

    await town.store.write(lambda db: db.execute(delete(people).where(people.c.id == row.person_id)))

    assert not await town.rows(group_askers)


async def test_a_poll_without_polls_is_a_message_whose_buttons_work(town: Town) -> None:
    anna = await bound(town)
    await anna.says("/poll Which colour? ; red ; green")
    (token, _) = [choice.token for choice in posts(town, GROUP)[-1].choices]
    await arrived(town, "m1")

    assert "red: 1" in await anna.does(Tap(token, "m1"))
    assert posts(town)[-1].replaces == "m1"
