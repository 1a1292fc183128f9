"""A project with a chat on each messenger is one thread: what is done in one is said in the other."""

from __future__ import annotations

from projektbot.civic.groups.tables import group_answers
from projektbot.messages import Tap
from tests.civic.groups.relay_town import ROOM, shown, two_chats
from tests.civic.groups.town import GROUP, posts
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
