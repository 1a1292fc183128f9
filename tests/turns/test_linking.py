"""One person, two messengers: a code connects two chats, and everything goes on in both."""

from __future__ import annotations

from datetime import timedelta

from projektbot.civic.projects.tables import projects
from projektbot.messages import Edited, Presence, Tap, Words
from projektbot.store.tables import due, people
from tests.turns.linked import code_for, connect, notices, session_of
from tests.turns.town import Person, Town

CONNECTED = "The chats are connected"
UNKNOWN = "I do not know this code"
OPEN_ELSEWHERE = "One question is still open from the other chat"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


async def send_idea(person: Person, title: str) -> None:
    """Send an idea."""
    await person.says("/idea")
    await person.taps("Something new")
    await person.says(title, "Something for everybody who lives here.")
    await person.taps("Environment and nature", "Altstadt", "Skip", "Skip", "Skip", "Send the idea")


# ---- going on --------------------------------------------------------------------------------------------------------


async def test_a_draft_goes_on_at_the_same_question(town: Town) -> None:
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    await anna.begins_an_idea()

    told = await connect(anna, elsewhere)
    await elsewhere.says("A place to rest for everybody.")

    assert CONNECTED in told
    assert "What exactly is it" in told
    answers = (await town.session("anna")).frames[-1].answers
    assert answers["title"] == "Benches along the river"
    assert answers["description"] == "A place to rest for everybody."


async def test_a_question_back_goes_on_where_it_is(town: Town) -> None:
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    await anna.begins_an_idea()
    await anna.says("A place to rest for everybody.")
    await anna.taps("Environment and nature", "Altstadt")
    assert "Which of these do you mean?" in await anna.says("1.500")

    told = await connect(anna, elsewhere)
    await elsewhere.says("1")

    assert "Which of these do you mean?" in told
    assert (await town.session("anna")).frames[-1].answers["cost"] == {"EUR": 150_000}


async def test_what_was_begun_on_both_is_kept_and_offered(town: Town) -> None:
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    await anna.begins_an_idea()
    await elsewhere.says("/idea")
    await elsewhere.taps("Something new")
    await elsewhere.says("Trees in the square")

    told = await connect(anna, elsewhere)
    await elsewhere.says("/cancel")
    await elsewhere.says("/idea")

    assert "What you had begun in this chat is kept" in told
    offered = [choice.label for choice in town.letters[-1].message.choices]
    assert offered == [
        "Send an idea: Benches along the river",
        "Send an idea: Trees in the square",
        "Start a new one",
    ]


async def test_where_only_the_other_chat_has_something_open_that_goes_on(town: Town) -> None:
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    await anna.says("/menu")
    await elsewhere.begins_an_idea()

    told = await connect(anna, elsewhere)

    assert "What exactly is it" in told
    assert "is kept" not in told


async def test_ideas_that_were_sent_on_both_are_those_of_one_person(town: Town) -> None:
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    await send_idea(anna, "Benches along the river")
    await send_idea(elsewhere, "Trees in the square")

    await connect(anna, elsewhere)
    await anna.says("/ideas")

    assert [choice.label for choice in town.letters[-1].message.choices] == [
        "P-1002 Trees in the square",
        "P-1001 Benches along the river",
    ]
    assert len({row.person_id for row in await town.rows(projects)}) == 1
    assert await town.count(people) == 1


async def test_what_is_told_at_once_is_told_to_the_one_person(town: Town) -> None:
    """The list that was open speaks of the ideas of both, in the very answer to the code."""
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    await send_idea(anna, "Benches along the river")
    await send_idea(elsewhere, "Trees in the square")
    await anna.says("/ideas")

    await connect(anna, elsewhere)

    assert [choice.label[:6] for choice in town.letters[-1].message.choices] == ["P-1002", "P-1001"]


async def test_a_language_that_was_chosen_wins_over_one_that_was_guessed(town: Town) -> None:
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    await elsewhere.says("/language")
    await elsewhere.taps("Deutsch")
    code = await code_for(anna)
    await elsewhere.says(f"/link {code}")

    told = await elsewhere.taps("Ja, verbinden")

    assert "Die Chats sind verbunden" in told
    assert (await town.session("anna")).locale == "de"


# ---- the other chat ------------------------------------------------------------------------------------------------


async def test_the_other_chat_is_told_once_and_how_to_undo_it(town: Town) -> None:
    anna, elsewhere = town.person("anna"), town.person("elsewhere")

    await connect(anna, elsewhere)
    await elsewhere.says("/menu")

    (notice,) = await notices(town, "anna")
    assert "This chat is now connected with another one of yours: desk" in notice
    assert "/unlink" in notice
    assert await notices(town, "elsewhere") == []


async def test_a_third_chat_is_connected_as_well_and_all_others_are_told(town: Town) -> None:
    anna, second, third = town.person("anna"), town.person("second"), town.person("third")
    await connect(anna, second)

    await connect(third, second)

    assert len({await session_of(town, chat) for chat in ("anna", "second", "third")}) == 1
    assert len(await notices(town, "anna")) == 2
    assert len(await notices(town, "third")) == 1
    assert await town.count(people) == 1


async def test_words_on_the_other_messenger_are_no_answer_to_a_question_it_never_showed(town: Town) -> None:
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    await connect(anna, elsewhere)
    await elsewhere.says("/idea")
    await elsewhere.taps("Something new")

    told = await anna.says("Hello there")

    assert OPEN_ELSEWHERE in told
    assert "What is your idea called?" in told
    assert "title" not in (await town.session("anna")).frames[-1].answers
    assert "Keep: Hello there" in [choice.label for choice in town.letters[-1].message.choices]


async def test_words_that_were_meant_are_taken_with_one_tap(town: Town) -> None:
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    await connect(anna, elsewhere)
    await elsewhere.says("/idea")
    await elsewhere.taps("Something new")

    await anna.says("Benches along the river")
    await anna.taps("Keep: Benches along the river")

    assert (await town.session("anna")).frames[-1].answers["title"] == "Benches along the river"


async def test_an_answer_kept_from_before_is_not_displaced_by_a_greeting(town: Town) -> None:
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    await connect(anna, elsewhere)
    await elsewhere.begins_an_idea()
    await elsewhere.taps("Back")

    await anna.says("Hello there")

    assert "Keep: Benches along the river" in [choice.label for choice in town.letters[-1].message.choices]


async def test_the_words_on_a_choice_are_an_answer_wherever_they_are_typed(town: Town) -> None:
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    await connect(anna, elsewhere)
    await elsewhere.says("/idea")

    told = await anna.says("something new")

    assert "What is your idea called?" in told
    assert OPEN_ELSEWHERE not in told


async def test_once_the_question_was_put_here_words_answer_it(town: Town) -> None:
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    await connect(anna, elsewhere)
    await elsewhere.says("/idea")
    await elsewhere.taps("Something new")
    await anna.says("Hello there")

    told = await anna.says("Benches along the river")

    assert "What exactly is it" in told


async def test_a_number_is_not_taken_for_a_reminder_that_was_told_elsewhere(town: Town) -> None:
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    await connect(anna, elsewhere)
    await elsewhere.begins_an_idea()
    await town.pass_by(DAY)
    assert "not finished" in town.told("elsewhere")[-1]

    told = await anna.says("3")  # there: "Delete the draft"

    assert OPEN_ELSEWHERE in told
    assert (await town.session("anna")).frames[-1].answers["title"] == "Benches along the river"


async def test_an_edited_message_is_one_of_its_own_chat(town: Town) -> None:
    """Platforms count messages from one in each chat."""
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    await connect(anna, elsewhere)
    await elsewhere.says("/idea")
    await elsewhere.taps("Something new")
    await elsewhere.does(Words("Benches along the river"), message="57")

    await anna.does(Edited("57", "Something else"))
    kept = (await town.session("anna")).frames[-1].answers["title"]
    await elsewhere.does(Edited("57", "Benches and tables"))

    assert kept == "Benches along the river"
    assert (await town.session("anna")).frames[-1].answers["title"] == "Benches and tables"


# ---- buttons of the time before --------------------------------------------------------------------------------------


async def test_an_old_button_means_the_draft_it_was_made_for_in_either_chat(town: Town) -> None:
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    for person, title in ((anna, "Benches along the river"), (elsewhere, "Trees in the square")):
        await person.says("/idea")
        await person.taps("Something new")
        await person.says(title)
    back = [letter.message.choices[0].token for letter in town.letters if letter.message.about.endswith("|description")]
    assert back[0] == back[1]  # the same button in both chats

    await connect(anna, elsewhere)
    await elsewhere.does(Tap(back[-1]))
    at_elsewhere = await title_open(town)
    await anna.does(Tap(back[-1]))
    at_annas = await title_open(town)

    assert at_elsewhere == "Trees in the square"
    assert at_annas == "Benches along the river"


async def title_open(town: Town) -> str:
    frame = (await town.session("anna")).frames[-1]
    return str({**frame.old, **frame.answers}["title"])


# ---- reminders -------------------------------------------------------------------------------------------------------


async def test_a_draft_is_reminded_of_once_on_the_messenger_used_last(town: Town) -> None:
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    await elsewhere.begins_an_idea()
    await connect(anna, elsewhere)
    await anna.says("/menu")
    town.letters.clear()

    await town.pass_by(DAY)

    assert [letter.chat for letter in town.letters] == ["anna"]
    assert await town.count(due) == 1


async def test_both_drafts_are_reminded_of_also_the_one_that_came_along(town: Town) -> None:
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    await elsewhere.begins_an_idea()
    await elsewhere.says("/cancel")
    await anna.begins_an_idea()
    await connect(anna, elsewhere)
    town.letters.clear()

    await town.pass_by(DAY)

    assert len([letter for letter in town.letters if "not finished" in letter.message.plain()]) == 2


async def test_where_the_messenger_used_last_has_blocked_us_another_one_is_told(town: Town) -> None:
    anna, elsewhere = town.person("anna"), town.person("elsewhere")
    await connect(anna, elsewhere)
    await elsewhere.begins_an_idea()
    await town.take(town.inbound("elsewhere", Presence(here=False)))
    town.letters.clear()

    await town.pass_by(DAY)

    assert [letter.chat for letter in town.letters] == ["anna"]
