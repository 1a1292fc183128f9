"""Both chats of one person in one transaction, and what fails beside them."""

from __future__ import annotations

import asyncio

import pytest

from projektbot.civic import house
from projektbot.messages import Command, Event, Tap, Words
from projektbot.store.tables import people
from tests.turns.linked import code_for, notices, said, session_of
from tests.turns.test_batches import together
from tests.turns.town import Person, Town

YES = Tap("=link_code|sure|yes")


async def about_to_connect(town: Town) -> tuple[Person, Person]:
    """Let one person begin an idea and the other be asked whether the code is theirs."""
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    await anna.says("/idea")
    await anna.taps("Something new")
    await elsewhere.begins_an_idea()
    await elsewhere.says(f"/link {await code_for(anna)}")
    town.letters.clear()
    return anna, elsewhere


async def in_one_batch(town: Town, *events: tuple[str, Event]) -> None:
    await together(town, [town.inbound(chat, event) for chat, event in events])


async def test_both_chats_see_the_one_conversation_in_the_batch_that_connects_them(town: Town) -> None:
    await about_to_connect(town)

    await in_one_batch(
        town,
        ("elsewhere", YES),
        ("anna", Command("keep")),  # no answer: only a look
        ("anna", Words("Trees in the square")),
        ("elsewhere", Command("back")),
        ("elsewhere", Words("Trees and benches")),
    )

    session = await town.session("elsewhere")
    assert session == await town.session("anna")
    assert session.frames[-1].answers["title"] == "Trees and benches"
    assert [draft.answers["title"] for draft in session.drafts] == ["Benches along the river"]


async def test_old_buttons_of_both_chats_work_in_the_very_batch(town: Town) -> None:
    await about_to_connect(town)  # both ideas are the second thing that their chat began: they have the same name
    (annas,) = (await town.session("anna")).frames
    others = (await town.session("elsewhere")).frames[0]
    assert annas.id == others.id

    await in_one_batch(
        town,
        ("elsewhere", YES),
        ("elsewhere", Tap(f"{others.id}|description|.back")),
        ("anna", Tap(f"{annas.id}|title|.back")),
    )

    session = await town.session("anna")
    assert session.frames[-1].old == {"kind": "new"}
    assert [draft.old for draft in session.drafts] == [{"title": "Benches along the river"}]


async def test_what_came_before_in_the_same_batch_comes_along(town: Town) -> None:
    await about_to_connect(town)

    await in_one_batch(
        town, ("anna", Words("Trees in the square")), ("elsewhere", YES), ("elsewhere", Words("For shade in summer."))
    )

    assert (await town.session("anna")).frames[-1].answers == {
        "kind": "new",
        "title": "Trees in the square",
        "description": "For shade in summer.",
    }


async def test_a_batch_that_is_rolled_back_connects_once_when_it_is_replayed(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setitem(house.CALCULATES, "count_ideas", broken)
    await about_to_connect(town)

    await in_one_batch(
        town, ("elsewhere", YES), ("unlucky", Command("ideas")), ("anna", Command("back")), ("anna", Command("keep"))
    )

    assert await session_of(town, "anna") == await session_of(town, "elsewhere")
    assert len(await notices(town, "anna")) == 1
    assert len([words for _, words in await said(town, "elsewhere") if "The chats are connected" in words]) == 1
    assert len((await town.session("anna")).drafts) == 1


async def test_two_who_enter_each_others_codes_at_once_are_one_afterwards(town: Town) -> None:
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    await anna.begins_an_idea()
    await elsewhere.begins_an_idea()
    annas, others = await code_for(anna), await code_for(elsewhere)
    await anna.says(f"/link {others}")
    await elsewhere.says(f"/link {annas}")

    await in_one_batch(town, ("anna", YES), ("elsewhere", YES))

    session = await town.session("anna")
    assert session == await town.session("elsewhere")
    assert len([frame for frame in (*session.frames, *session.drafts) if frame.dialog == "submit_idea"]) == 2
    assert await town.count(people) == 1


async def test_two_who_enter_one_code_at_once_are_not_both_connected(town: Town) -> None:
    anna, second, third = town.person("anna"), town.person("second"), town.person("third")
    code = await code_for(anna)
    await second.says(f"/link {code}")
    await third.says(f"/link {code}")

    await in_one_batch(town, ("second", YES), ("third", YES))

    assert await session_of(town, "second") == await session_of(town, "anna")
    assert await session_of(town, "third") != await session_of(town, "anna")
    assert "I do not know this code" in town.told("third")[-1]


async def test_separating_and_going_on_in_one_batch_stay_apart(town: Town) -> None:
    anna, elsewhere = await about_to_connect(town)
    await elsewhere.does(YES)
    await elsewhere.says("/unlink")

    await in_one_batch(
        town,
        ("anna", Words("something that is no choice")),
        ("elsewhere", Tap("=unlink_chat|which|here")),
        ("elsewhere", Command("idea")),
        ("anna", Command("idea")),
        ("elsewhere", Words("1")),
    )

    assert (await town.session("elsewhere")).frames[-1].answers == {"kind": "new"}
    assert (await town.session("elsewhere")).drafts == ()
    assert len((await town.session("anna")).drafts) == 2
    assert "You have already started one" in town.told("anna")[-1]
    assert anna.chat != elsewhere.chat


async def test_a_chat_that_is_sent_away_goes_on_alone_in_the_same_batch(town: Town) -> None:
    anna, elsewhere = await about_to_connect(town)
    await elsewhere.does(YES)
    await anna.says("/unlink")
    away = next(c.token for c in town.letters[-1].message.choices if c.label.startswith("The other one"))

    await in_one_batch(town, ("elsewhere", Command("keep")), ("anna", Tap(away)), ("elsewhere", Command("idea")))

    assert (await town.session("elsewhere")).frames[-1].dialog == "submit_idea"
    assert (await town.session("elsewhere")).drafts == ()
    assert len((await town.session("anna")).drafts) == 1


async def test_many_pairs_connect_at_once(town: Town) -> None:
    pairs = [(town.person(f"a{number}"), town.person(f"b{number}")) for number in range(8)]
    for maker, other in pairs:
        await other.says(f"/link {await code_for(maker)}")

    await asyncio.gather(*[in_one_batch(town, *[(other.chat, YES) for _, other in pairs])])

    assert await town.count(people) == 8
    for maker, other in pairs:
        assert await session_of(town, maker.chat) == await session_of(town, other.chat)
