"""The first word and the last: greeting, language, being blocked, being let in again, chats that move."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest
from sqlalchemy import update

from projektbot.messages import Command, Inbound, Migrated, Pick, Presence, Words
from projektbot.store.tables import addresses, due, outbox, people, sessions
from tests.turns.town import NOON, Town

GREETING = "Here you can send ideas for"


async def test_somebody_new_is_greeted_once(town: Town) -> None:
    anna = town.person("anna")

    told = [await anna.says("Hello"), await anna.says("Hello"), await anna.says("/start")]

    assert [GREETING in words for words in told] == [True, False, False]


async def test_everybody_new_is_greeted_in_one_batch(town: Town) -> None:
    await town.take(*[town.inbound(f"c{number % 5}", Words("Hello")) for number in range(10)])

    for number in range(5):
        assert [GREETING in words for words in town.told(f"c{number}")] == [True, False]
    assert await town.count(people) == 5


@pytest.mark.parametrize(
    ("client", "words"),
    [
        ("de", "Guten Tag!"),
        ("de-AT", "Guten Tag!"),
        ("en-GB", "Hello!"),
        ("xx", "Hello!"),
        ("", "Guten Tag!"),
        ("\x00?", "Hello!"),
    ],
)
async def test_the_language_is_the_clients_or_the_citys(town: Town, client: str, words: str) -> None:
    assert words in await town.person("anna").does(Words("Hi"), locale=client)


async def test_the_language_follows_the_client_until_it_is_chosen(town: Town) -> None:
    anna = town.person("anna")
    await anna.does(Words("Hi"), locale="en")
    german = await anna.does(Command("help"), locale="de")
    await anna.does(Command("language"), locale="de")
    await anna.does(Words("English"), locale="de")

    english = await anna.does(Command("help"), locale="de")

    assert german != english
    assert (await town.session("anna")).chosen


async def test_a_client_that_says_nothing_changes_nothing(town: Town) -> None:
    anna = town.person("anna")
    await anna.does(Words("Hi"), locale="en")

    await anna.does(Words("Hi"), locale="")

    assert (await town.session("anna")).locale == "en"


async def test_who_has_blocked_us_hears_nothing(town: Town) -> None:
    anna = town.person("anna")
    await anna.begins_an_idea()
    assert await anna.does(Presence(here=False)) == ""
    town.letters.clear()

    for _ in range(30):
        await town.pass_by(timedelta(days=1))

    assert not town.letters
    assert not await town.rows(outbox, outbox.c.created_at > NOON.timestamp() * 1e6)


async def test_who_writes_has_let_us_in_again(town: Town) -> None:
    anna = town.person("anna")
    await anna.begins_an_idea()
    await anna.does(Presence(here=False))
    await town.pass_by(timedelta(days=10))

    told = await anna.says("A place to rest for everybody")

    (address,) = await town.rows(addresses)
    assert "Which field" in told
    assert address.blocked_at is None


async def test_a_reaction_lets_us_in_again_too(town: Town) -> None:
    anna = town.person("anna")
    await anna.says("/menu")
    sent = update(outbox).where(outbox.c.id == town.letters[-1].id).values(external_id="m1")
    await town.store.write(lambda db: db.execute(sent))
    await anna.does(Presence(here=False))

    told = await anna.does(Pick(1, "m1"))

    (address,) = await town.rows(addresses)
    assert "Is it something new" in told
    assert address.blocked_at is None


async def test_who_comes_back_is_reminded_again_of_what_they_go_on_with(town: Town) -> None:
    """A reminder that fell into the time of being blocked must not be the last one."""
    anna = town.person("anna")
    await anna.begins_an_idea()
    await anna.does(Presence(here=False))
    await town.pass_by(timedelta(days=10))
    await anna.says("A place to rest for everybody")
    town.letters.clear()

    await town.pass_by(timedelta(days=1))

    assert [letter.kind for letter in town.letters] == ["notice"]


async def test_the_draft_of_somebody_who_never_comes_back_expires(town: Town) -> None:
    anna = town.person("anna")
    await anna.begins_an_idea()
    await anna.does(Presence(here=False))

    for _ in range(100):
        await town.pass_by(timedelta(days=1))

    assert not (await town.session("anna")).frames
    assert not await town.count(due)


async def test_a_number_after_coming_back_answers_the_question_and_no_reminder(town: Town) -> None:
    anna = town.person("anna")
    await anna.says("/idea", "new", "Benches along the river", "A place to rest for everybody")
    await anna.does(Presence(here=False))
    await town.pass_by(timedelta(days=2))

    await anna.says("3")

    assert (await town.session("anna")).frames[-1].answers["field"] == "social"


async def test_unblocking_alone_says_nothing(town: Town) -> None:
    anna = town.person("anna")
    await anna.does(Presence(here=False))

    assert await anna.does(Presence(here=True)) == ""
    (address,) = await town.rows(addresses)
    assert address.blocked_at is None


async def test_a_chat_that_moves_takes_its_conversation_along(town: Town) -> None:
    await town.person("-1").begins_an_idea()

    told = await town.person("-1").does(Migrated("-100"))
    answer = await town.person("-100").says("A place to rest for everybody")

    assert told == ""
    assert "Which field" in answer
    assert [row.chat for row in await town.rows(addresses)] == ["-100"]


async def test_a_chat_that_moves_within_a_batch_is_followed(town: Town) -> None:
    await town.person("-1").begins_an_idea()

    await town.take(town.inbound("-1", Migrated("-100")), town.inbound("-100", Words("A place to rest for everybody")))

    assert "Which field" in town.told("-100")[-1]


async def test_a_chat_that_moves_to_one_we_know_stays_two(town: Town) -> None:
    await town.person("-1").says("Hello")
    await town.person("-100").says("Hello")

    await town.person("-1").does(Migrated("-100"))

    assert {row.chat for row in await town.rows(addresses)} == {"-1", "-100"}


async def test_in_a_group_people_are_asked_to_write_in_private(town: Town) -> None:
    told = await town.person("-5").does(Words("Benches along the river"), private=False)

    assert "unter vier Augen" in told  # a group speaks the city's language
    assert not await town.count(people)
    assert not (await town.session("-5")).frames


async def test_a_person_with_two_messengers_is_answered_where_they_asked(town: Town) -> None:
    """One session, two addresses, one batch: each answer goes where its question came from."""
    await town.take(town.inbound("phone", Words("Hello")), town.inbound("laptop", Words("Hello")))
    join = update(addresses).where(addresses.c.chat == "laptop").values(session_id=1)
    await town.store.write(lambda db: db.execute(join))
    town.letters.clear()

    await town.take(*[town.inbound(chat, Command("help")) for chat in ("phone", "laptop", "phone")])

    assert [letter.chat for letter in town.letters] == ["phone", "laptop", "phone"]
    state = next(row for row in await town.rows(sessions) if row.id == 1)
    assert state.address_id == town.letters[-1].address_id


async def test_one_name_on_two_accounts_is_two_people(town: Town) -> None:
    await town.take(town.inbound("1", Words("Hello")), Inbound("matrix", "k", "1", Words("Hello")))

    assert await town.count(people) == 2
    assert orjson.loads((await town.rows(outbox))[0].body)["parts"]
