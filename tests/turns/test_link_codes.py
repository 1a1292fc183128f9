"""The code that connects two chats: good once, for ten minutes, and not to be guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert

from projektbot.civic.ballots.tables import voters
from projektbot.civic.people.tables import link_codes, link_tries
from projektbot.messages import Command, Tap, Words
from projektbot.store.tables import outbox, people, sessions
from projektbot.turns import linking
from tests.turns.linked import code_for, connect, enter, notices, session_of
from tests.turns.town import Town

CONNECTED = "The chats are connected"
UNKNOWN = "I do not know this code"
MINUTE = timedelta(minutes=1)


async def test_a_link_carries_the_code(town: Town) -> None:
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    await anna.begins_an_idea()
    code = await code_for(anna)

    await elsewhere.says(f"/start link-{code}")
    told = await elsewhere.taps("Yes, connect them")

    assert CONNECTED in told


async def test_a_code_comes_with_links_to_where_the_person_is_not_yet(town: Town) -> None:
    def links(start: str) -> Mapping[str, str]:
        return {"telegram": f"https://t.me/bot?start={start}", "matrix": "https://matrix.to/#/@bot:city.example"}

    town.turns.transactions.world = replace(town.world, links=links)
    anna = town.person("anna")
    begin = replace(town.inbound("4711", Words("Hello there")), channel="telegram")
    await town.take(begin)

    code = await code_for(anna)
    nowhere_else = town.told("anna")[-1]
    for event in (Command("link", code), Tap("=link_code|sure|yes")):
        await town.take(replace(town.inbound("4711", event), channel="telegram"))
    await code_for(anna)
    on_telegram = town.told("anna")[-1]

    assert f"https://t.me/bot?start=link-{code}" in nowhere_else
    assert f"“!link {code}”" in nowhere_else
    assert "t.me" not in on_telegram
    assert "https://matrix.to/#/@bot:city.example" in on_telegram


@pytest.mark.parametrize("typed", [str.lower, lambda code: code.replace("-", " "), lambda code: code.replace("-", "")])
async def test_a_code_may_be_typed_in_any_way(town: Town, typed: object) -> None:
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    code = await code_for(anna)
    await elsewhere.says("/link")
    await elsewhere.taps("Yes, I have a code")

    await elsewhere.says(typed(code))  # type: ignore[operator]  # one of the above
    told = await elsewhere.taps("Yes, connect them")

    assert CONNECTED in told


async def test_nothing_is_connected_before_one_has_said_that_the_code_is_ones_own(town: Town) -> None:
    """A link somebody sends must not be enough to open one's drafts to them."""
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    code = await code_for(anna)

    await elsewhere.says(f"/start link-{code}")
    before = await session_of(town, "elsewhere") != await session_of(town, "anna")
    told = await elsewhere.taps("No, leave it")

    assert before
    assert "nothing has been connected" in told
    assert await session_of(town, "elsewhere") != await session_of(town, "anna")


async def test_a_code_is_good_for_ten_minutes_by_the_clock(town: Town) -> None:
    anna, late, in_time = town.person("anna"), town.person("late"), town.person("in_time")
    code = await code_for(anna)

    town.clock.advance(10 * MINUTE - timedelta(seconds=1))
    told_in_time = await enter(in_time, code)
    code = await code_for(anna)
    town.clock.advance(10 * MINUTE)
    told_late = await enter(late, code)

    assert CONNECTED in told_in_time
    assert UNKNOWN in told_late


async def test_a_used_a_replaced_and_a_wrong_code_get_the_same_words(town: Town) -> None:
    anna, second, third = town.person("anna"), town.person("second"), town.person("third")
    replaced = await code_for(anna)
    used = await code_for(anna)
    await enter(second, used)

    told = [await enter(third, code) for code in (replaced, used, "BBBB-BBBB")]

    assert UNKNOWN in told[0]
    assert told[0] == told[1] == told[2]


async def test_ones_own_code_is_for_the_other_chat(town: Town) -> None:
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    code = await code_for(anna)

    told = await enter(anna, code)

    assert "You got this code in this very chat" in told
    assert CONNECTED in await enter(elsewhere, code)  # it is still good


async def test_who_is_connected_already_is_told_so(town: Town) -> None:
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    await connect(anna, elsewhere)

    told = await connect(anna, elsewhere)

    assert "These two chats are connected already" in told


async def test_after_three_wrong_codes_even_the_right_one_waits(town: Town) -> None:
    anna, guesser = town.person("anna"), town.person("guesser")
    await code_for(anna)
    for wrong in ("BBBB-BBBB", "CCCC-CCCC", "DDDD-DDDD"):
        assert UNKNOWN in await enter(guesser, wrong)
        town.clock.advance(MINUTE)
    code = await code_for(anna)

    told = await enter(guesser, code)
    assert "you can try again in 7 minutes" in told
    assert await session_of(town, "guesser") != await session_of(town, "anna")

    town.clock.advance(7 * MINUTE)
    assert CONNECTED in await enter(guesser, code)
    assert await town.count(link_tries) == 0


async def test_a_code_is_stored_as_a_digest_only(town: Town) -> None:
    code = await code_for(town.person("anna"))

    (row,) = await town.rows(link_codes)
    states = [bytes(found.state) for found in await town.rows(sessions)]

    assert len(row.digest) == 32
    assert not [state for state in [*states, row.digest] if code[:4].encode() in state]


async def test_the_update_that_connects_changes_nothing_when_it_comes_again(town: Town) -> None:
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    await anna.begins_an_idea()
    code = await code_for(anna)
    await elsewhere.says(f"/link {code}")
    token = next(choice.token for choice in town.letters[-1].message.choices)
    update = town.inbound("elsewhere", Tap(token))
    await town.take(update)
    before, letters = await town.session("anna"), await town.count(outbox)

    await town.take(update, update)

    assert await town.session("anna") == before
    assert await town.count(outbox) == letters


async def test_more_drafts_than_can_be_kept_are_not_put_together(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linking, "MOST_DRAFTS", 1)
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    for person in (anna, elsewhere):
        await person.begins_an_idea()
        await person.says("/cancel")

    told = await connect(anna, elsewhere)

    assert "Together you would have 2 drafts" in told
    assert await session_of(town, "anna") != await session_of(town, "elsewhere")
    assert len((await town.session("elsewhere")).drafts) == 1


async def test_two_people_who_have_both_voted_in_a_round_stay_two(town: Town) -> None:
    """Else one person had two votes there, or somebody's vote would be lost."""
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    code = await code_for(anna)
    await elsewhere.says("/help")
    mine, theirs = [row.id for row in await town.rows(people)]
    await vote(town, mine, "K-2026")
    await vote(town, theirs, "K-2026")

    told = await enter(elsewhere, code)

    assert "one person has one vote" in told
    assert [(row.round, row.person_id) for row in await town.rows(voters)] == [("K-2026", mine), ("K-2026", theirs)]
    assert await town.count(people) == 2
    assert await notices(town, "anna") == []


async def test_votes_in_different_rounds_are_those_of_the_one_person(town: Town) -> None:
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    code = await code_for(anna)
    await elsewhere.says("/help")
    mine, theirs = [row.id for row in await town.rows(people)]
    await vote(town, mine, "K-2025")
    await vote(town, theirs, "K-2026")

    told = await enter(elsewhere, code)

    assert "The chats are connected" in told
    assert sorted((row.round, row.person_id) for row in await town.rows(voters)) == [("K-2025", mine), ("K-2026", mine)]


async def vote(town: Town, person_id: int, name: str) -> None:
    """Note that somebody has voted in a round."""
    await town.store.write(lambda db: db.execute(insert(voters).values(round=name, person_id=person_id)))
