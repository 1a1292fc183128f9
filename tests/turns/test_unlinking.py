"""A chat that is separated begins anew; everything stays in the others."""

from __future__ import annotations

from projektbot.messages import Presence, Tap
from projektbot.store.tables import people, sessions
from tests.turns.linked import connect, notices, session_of
from tests.turns.town import Town


async def test_the_chat_one_writes_in_begins_anew(town: Town) -> None:
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    await anna.begins_an_idea()
    await connect(anna, elsewhere)

    await elsewhere.says("/unlink")
    told = await elsewhere.taps("This chat")
    drafts = await elsewhere.says("/drafts")

    assert "This chat stands alone now" in told
    assert "You have no drafts" in drafts
    assert (await town.session("anna")).frames[-1].answers["title"] == "Benches along the river"
    assert await session_of(town, "anna") != await session_of(town, "elsewhere")
    assert await town.count(people) == 2


async def test_the_others_are_told_once(town: Town) -> None:
    anna, second, third = town.person("anna"), town.person("second"), town.person("third")
    await connect(anna, second)
    await connect(anna, third)
    before = {chat: len(await notices(town, chat)) for chat in ("anna", "second", "third")}

    await third.says("/unlink")
    await third.taps("This chat")

    told = {chat: (await notices(town, chat))[before[chat] :] for chat in before}
    assert [len(told[chat]) for chat in before] == [1, 1, 0]
    assert "One of your chats has been separated: desk" in told["anna"][0]


async def test_another_chat_can_be_separated_from_here(town: Town) -> None:
    """So whoever was connected against their will keeps what is theirs."""
    anna, stranger = town.person("anna"), town.person("stranger")
    await anna.begins_an_idea()
    await connect(anna, stranger)

    await anna.says("/unlink")
    told = await anna.taps("The other one: desk")
    drafts = await stranger.says("/drafts")

    assert "That chat is separated" in told
    assert "What exactly is it" in told
    assert "This chat has been separated from your other chats" in (await notices(town, "stranger"))[-1]
    assert "You have no drafts" in drafts


async def test_a_chat_that_blocked_us_is_separated_without_a_word(town: Town) -> None:
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    await connect(anna, elsewhere)
    await town.take(town.inbound("elsewhere", Presence(here=False)))

    await anna.says("/unlink")
    await anna.taps("The other one: desk")

    assert await notices(town, "elsewhere") == []
    assert await session_of(town, "anna") != await session_of(town, "elsewhere")


async def test_nothing_is_separated_without_being_asked_twice(town: Town) -> None:
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    await connect(anna, elsewhere)

    await elsewhere.says("/unlink")
    told = await elsewhere.taps("None, leave it as it is")

    assert "everything stays as it is" in told
    assert await session_of(town, "anna") == await session_of(town, "elsewhere")


async def test_where_there_is_nothing_to_separate_that_is_said(town: Town) -> None:
    told = await town.person("anna").says("/unlink")

    assert "This chat is not connected with any other" in told


async def test_a_chat_that_was_separated_meanwhile_is_gone(town: Town) -> None:
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    await connect(anna, elsewhere)
    await anna.says("/unlink")
    away = next(c.token for c in town.letters[-1].message.choices if c.label.startswith("The other one"))
    await anna.does(Tap(away))
    await anna.says("/unlink")

    told = await anna.does(Tap(away))

    assert "choose" in told
    assert await town.count(people) == 2


async def test_an_old_button_does_not_separate_a_chat_that_stands_alone(town: Town) -> None:
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    await connect(anna, elsewhere)
    await elsewhere.says("/unlink")
    here = next(c.token for c in town.letters[-1].message.choices if c.label == "This chat")
    await elsewhere.does(Tap(here))
    await elsewhere.begins_an_idea()

    told = await elsewhere.does(Tap(here))

    assert "not connected with this one any more" in told
    assert (await town.session("elsewhere")).frames[-1].answers["title"] == "Benches along the river"
    assert await town.count(people) == 2


async def test_a_separated_chat_keeps_the_language_it_was_told_in(town: Town) -> None:
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    await connect(anna, elsewhere)
    await anna.says("/language")
    await anna.taps("Deutsch")

    await elsewhere.says("/trennen")
    await elsewhere.taps("Diesen Chat")

    assert "Was möchten Sie tun?" in await elsewhere.says("/start")


async def test_buttons_of_the_time_together_move_nothing_afterwards(town: Town) -> None:
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    await anna.begins_an_idea()
    await connect(anna, elsewhere)
    old = town.letters[-1].message.choices[-1].token  # "Back", of the draft
    await elsewhere.says("/unlink")
    await elsewhere.taps("This chat")
    await elsewhere.begins_an_idea()

    told = await elsewhere.does(Tap(old))

    assert "That button belongs to something that is finished" in told
    assert (await town.session("elsewhere")).frames[-1].answers["title"] == "Benches along the river"
    assert (await town.session("anna")).frames[-1].answers["title"] == "Benches along the river"


async def test_what_was_separated_can_be_connected_again_in_either_direction(town: Town) -> None:
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    await anna.begins_an_idea()
    for maker, other in ((anna, elsewhere), (elsewhere, anna), (anna, elsewhere)):
        await connect(maker, other)
        assert await session_of(town, "anna") == await session_of(town, "elsewhere")
        await elsewhere.says("/unlink")
        await elsewhere.taps("This chat")

    assert (await town.session("anna")).frames[-1].answers["title"] == "Benches along the river"
    assert (await town.session("elsewhere")).frames == ()
    assert await town.count(people) == 2


async def test_the_number_of_a_session_is_never_given_again(town: Town) -> None:
    """Frames are named by it: whoever got it would find others' names on their buttons."""
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    await anna.says("/menu")
    await elsewhere.says("/menu")
    gone = await session_of(town, "elsewhere")
    await connect(anna, elsewhere)

    await town.person("new").says("/menu")

    assert await session_of(town, "new") > gone
    (left,) = await town.rows(sessions, sessions.c.id == gone)
    assert (left.person_id, left.address_id) == (None, None)
    assert b"locale" in left.state  # readable, and empty
