"""A project with a chat on each messenger is one thread: what is done in one is said in the other."""

from __future__ import annotations

from datetime import timedelta

from projektbot.civic.groups.tables import group_answers
from projektbot.messages import Tap
from tests.civic.groups.relay_town import ROOM, Talker, delivered, newest_id, shown, two_chats
from tests.civic.groups.town import GROUP, arrived, posts
from tests.civic.projects.town import taps_notice
from tests.turns.town import Town, bare


async def test_tasks_are_told_in_the_other_chat_with_their_button(town: Town) -> None:
    anna, ben = await two_chats(town, on=False)

    await anna.says("/task Buy wood")
    (told,) = await shown(town)
    assert "Eine neue Aufgabe:\n\n– Buy wood" in bare(told)

    await ben.does(Tap(told.choices[0].token))
    assert "– done: Buy wood" in bare((await shown(town, GROUP))[-1])
    before = len(await shown(town, GROUP))
    await ben.does(Tap(told.choices[0].token))
    assert len(await shown(town, GROUP)) == before  # ticking off twice is once


async def test_polls_dates_and_votes_are_put_in_both_chats_and_counted_together(town: Town) -> None:
    anna, ben = await two_chats(town, on=False)

    await anna.says("/poll Shall we paint it green?")
    (asked,) = await shown(town)
    await anna.does(Tap(posts(town, GROUP)[-1].choices[0].token))
    assert "Ich bin dafür: 2" in await ben.does(Tap(asked.choices[0].token))
    assert await town.count(group_answers) == 2

    await anna.says("/meeting Planning; Friday 18:00; Saturday 10:00")
    assert "Wann passt" in bare((await shown(town))[-1])
    await anna.says("/meeting 1")
    assert ["Kommen Sie?" in bare(post) for post in (await shown(town, ROOM))[-2:]] == [False, True]

    await anna.says("/decide Do we buy the wood?")
    assert "Zu entscheiden ist: Do we buy the wood?" in bare((await shown(town))[-1])


async def test_what_was_decided_and_what_is_near_is_said_in_both_chats(town: Town) -> None:
    anna, _ben = await two_chats(town, on=False)
    await anna.says("/decide Do we buy the wood?")
    await anna.says("/task Buy wood until Friday")
    private = town.person("anna")
    await taps_notice(private, "Vote")
    await private.taps("Yes")

    await town.pass_by(timedelta(days=3, hours=6))

    for chat, verdict, near in ((GROUP, "Decided: yes.", "For tomorrow:"), (ROOM, "Entschieden: ja.", "Bis morgen:")):
        told = [bare(post) for post in await shown(town, chat)]
        assert [sum(words in post for post in told) for words in (verdict, near)] == [1, 1]


# ---- counts ----------------------------------------------------------------------------------------------------------


async def asks_for_a_date(town: Town) -> tuple[Talker, str, str]:
    """Let a date be asked for in both chats; return who leads, the message in the group, and a button."""
    anna, _ben = await two_chats(town, on=False)
    await anna.says("/meeting Planning; Friday 18:00; Saturday 10:00")
    await delivered(town)
    return anna, await newest_id(town, GROUP), posts(town, GROUP)[-1].choices[0].token


async def test_what_is_chosen_in_one_chat_is_counted_in_the_message_of_the_other(town: Town) -> None:
    _anna, message, token = await asks_for_a_date(town)
    before = len(await shown(town, GROUP))

    for name in ("ben", "cem"):
        await Talker(town, name, ROOM).does(Tap(token, "r1"))
    await town.pass_by(timedelta(seconds=4))
    at_once = len(await shown(town, GROUP))
    await town.pass_by(timedelta(seconds=1))

    (anew,) = (await shown(town, GROUP))[before:]
    assert at_once == before
    assert (anew.replaces, anew.or_nothing) == (message, True)
    assert "6:00\u202fPM: 2" in bare(anew)
    assert [choice.label for choice in anew.choices][-1] == "Fix the date"
    await town.pass_by(timedelta(minutes=5))
    assert len(await shown(town, GROUP)) == before + 1


async def test_a_message_that_says_it_already_is_left_alone(town: Town) -> None:
    anna, message, token = await asks_for_a_date(town)
    before = len(await shown(town, GROUP))

    await anna.does(Tap(token, message))
    await delivered(town)
    await town.pass_by(timedelta(seconds=5))

    assert len(await shown(town, GROUP)) == before
    assert ": 1" in bare((await shown(town))[-1])


async def test_a_question_that_is_over_is_not_opened_again(town: Town) -> None:
    anna, message, token = await asks_for_a_date(town)

    await Talker(town, "ben", ROOM).does(Tap(token, "r1"))
    await anna.says("/meeting 1")
    await town.pass_by(timedelta(seconds=5))

    assert not [post for post in await shown(town, GROUP) if post.replaces == message]


async def test_a_message_that_has_not_arrived_yet_is_brought_up_to_date_when_it_has(town: Town) -> None:
    anna, _ben = await two_chats(town, on=False)
    await anna.says("/meeting Planning; Friday 18:00; Saturday 10:00")
    before = len(await shown(town))

    await anna.does(Tap(posts(town, GROUP)[-1].choices[0].token, "g1"))
    await town.pass_by(timedelta(seconds=5))
    too_early = len(await shown(town))
    await delivered(town)
    await town.pass_by(timedelta(seconds=30))

    assert too_early == before
    assert ": 1" in bare((await shown(town))[-1])


async def test_a_poll_of_the_messenger_s_own_is_never_edited(town: Town) -> None:
    anna, ben = await two_chats(town, on=False)
    await anna.says("/poll Which colour? ; red ; green")
    await arrived(town, "$e1", ROOM, poll="$e1")
    await arrived(town, "m1", poll="p1")
    before = len(await shown(town))

    await anna.taps("red")
    await town.pass_by(timedelta(seconds=5))

    assert len(await shown(town)) == before
    assert "red: 1" in await ben.says("/umfragen")
