"""Somebody writes an idea that is there already: they see it, and can support that instead."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import Connection, update

from projektbot.civic.projects.caring import support_instead
from projektbot.civic.projects.tables import project_people, projects
from projektbot.civic.teams.tables import join_requests
from projektbot.civic.tx import Tx, Who
from projektbot.dialog.session import dump, load
from projektbot.errors import Refused
from projektbot.messages import Tap
from projektbot.store.tables import sessions
from tests.civic.projects.town import labels, publishes, sends_an_idea, with_role
from tests.turns.town import Person, Town

CROSSING = "Zebrastreifen vor der Grundschule"
OTHERWISE = "Sicherer Überweg an der Schule"
SUPPORT, LOOK, ANOTHER = "That is what I mean: support P-1001", "Look at P-1001", "Mine is another one"
JOIN = "That is what I mean: take part in P-1001"
DESCRIPTION = "What exactly is it"


async def a_crossing_is_published(town: Town, title: str = CROSSING) -> Person:
    """Let an idea of somebody's be public; return the moderator."""
    await sends_an_idea(town.person("anna"), title)
    moderator = await with_role(town, "mia")
    await publishes(moderator, "P-1001")
    return moderator


async def titles(somebody: Person, title: str) -> str:
    """Begin an idea and say how it is called."""
    await somebody.says("/idea")
    await somebody.taps("Something new")
    return await somebody.says(title)


async def test_one_tap_supports_the_same_instead(town: Town) -> None:
    await a_crossing_is_published(town)
    ben = town.person("ben")

    told = await titles(ben, OTHERWISE)
    assert f"P-1001 {CROSSING} (Altstadt)" in told
    assert "Question" not in told  # it is none of the questions about the idea
    told = await ben.taps(SUPPORT)

    assert "Thank you! You support P-1001" in told
    assert "/project P-1001" in told
    session = await town.session("ben")
    assert (session.frames, session.drafts) == ((), ())
    cares = [row for row in await town.rows(project_people) if row.project == 1001]
    assert [(row.supports_at is None, row.follows_at is None) for row in cares] == [(False, False)]
    assert await town.count(projects) == 1
    assert "1 person supports it" in await ben.says("/project P-1001")


@pytest.mark.parametrize("taps", [(JOIN,), (LOOK, "That is what I mean: take part")], ids=["at once", "after a look"])
async def test_who_would_rather_take_part_supports_it_and_asks_the_team(town: Town, taps: tuple[str, ...]) -> None:
    await a_crossing_is_published(town)
    ben = town.person("ben")
    await titles(ben, OTHERWISE)

    told = await ben.taps(*taps)

    assert "You support P-1001" in told
    assert "What would you like to be called in the team?" in told
    assert (await town.session("ben")).drafts == ()
    await ben.says("Ben")
    await ben.taps("Civil society")
    await ben.says("I live next to it.", "/skip", "/skip")
    await ben.taps("Send the request")
    assert await town.count(join_requests) == 1
    assert [row.supports_at is None for row in await town.rows(project_people) if row.project == 1001] == [False]


async def test_who_looks_at_it_first_can_still_mean_it(town: Town) -> None:
    await a_crossing_is_published(town)
    ben = town.person("ben")
    await titles(ben, OTHERWISE)

    told = await ben.taps(LOOK)
    assert "every two hundred metres" in told
    assert "Is that what you mean?" in told
    assert "much like this" in await ben.says("/back")
    await ben.taps(LOOK)
    told = await ben.taps("That is what I mean: support it")

    assert "You support P-1001" in told
    assert (await town.session("ben")).drafts == ()


async def test_who_means_another_one_goes_on_and_sends_it(town: Town) -> None:
    await a_crossing_is_published(town)
    ben = town.person("ben")
    await titles(ben, OTHERWISE)

    assert DESCRIPTION in await ben.taps(ANOTHER)
    assert "much like this" in await ben.says("/back")
    await ben.taps(LOOK)
    assert DESCRIPTION in await ben.taps("Mine is another one")
    told = await ben.says("Somebody helps the children.", "1", "1", "/skip", "/skip", "/skip")
    assert "This is your idea" in told
    assert ANOTHER not in told  # what was said on the way is no part of it
    await ben.taps("Change something")
    assert "Title" in labels(ben)
    assert not any("Similar" in label for label in labels(ben))
    await ben.taps("Title")
    assert "This is your idea" in await ben.says("Ein Überweg an der Schule")
    assert "P-1002" in await ben.taps("Send the idea")


async def test_where_nothing_is_alike_nothing_is_asked(town: Town) -> None:
    await a_crossing_is_published(town)

    assert DESCRIPTION in await titles(town.person("ben"), "Bücherschrank am Hafen")


async def test_what_is_not_public_is_not_shown(town: Town) -> None:
    await sends_an_idea(town.person("anna"), CROSSING)

    assert DESCRIPTION in await titles(town.person("ben"), OTHERWISE)


async def test_a_description_may_find_what_a_title_did_not(town: Town) -> None:
    await a_crossing_is_published(town)
    ben = town.person("ben")
    assert DESCRIPTION in await titles(ben, "Mehr Sicherheit für Kinder")

    told = await ben.says("Vor der Grundschule fehlt ein Zebrastreifen, morgens ist das gefährlich.")
    assert "Now that you have said more" in told
    assert "P-1001" in told
    assert "Which field" in await ben.taps(ANOTHER)


async def test_what_was_seen_after_the_title_is_not_shown_again(town: Town) -> None:
    await a_crossing_is_published(town)
    ben = town.person("ben")
    await titles(ben, OTHERWISE)
    await ben.taps(ANOTHER)

    assert "Which field" in await ben.says("Vor der Grundschule fehlt ein Zebrastreifen.")


async def test_words_that_came_first_count_with_the_title(town: Town) -> None:
    await a_crossing_is_published(town)
    ben = town.person("ben")
    await ben.says("Vor der Grundschule fehlt ein Zebrastreifen.")
    await ben.taps("Send this as an idea", "Something new")

    assert "P-1001" in await ben.says("Mehr Sicherheit für Kinder")


async def test_a_title_that_is_corrected_is_looked_up_anew(town: Town) -> None:
    await a_crossing_is_published(town)
    ben = town.person("ben")
    await titles(ben, "Bücherschrank am Hafen")
    assert "What is your idea called?" in await ben.says("/back")

    assert "P-1001" in await ben.says(OTHERWISE)
    await ben.says("/back")
    assert DESCRIPTION in await ben.says("Bücherschrank am Hafen")


async def test_a_project_that_went_meanwhile_is_no_choice_any_more(town: Town) -> None:
    moderator = await a_crossing_is_published(town)
    ben, cem = town.person("ben"), town.person("cem")
    for somebody in (ben, cem):
        await titles(somebody, OTHERWISE)
    (letter,) = [letter for letter in town.letters if letter.chat == "ben"][-1:]
    token = next(choice.token for choice in letter.message.choices if choice.label == SUPPORT)
    await cem.taps(LOOK)
    await moderator.says("/queue P-1001")
    await moderator.taps("Decline it")
    await moderator.says("It is built already.")

    assert DESCRIPTION in await ben.does(Tap(token))
    assert DESCRIPTION in await cem.says("1")
    assert await town.count(project_people) == 0


async def test_support_that_comes_too_late_is_refused_with_a_reason(town: Town) -> None:
    """On PostgreSQL somebody may decline a project while somebody else taps: then the question is asked again."""
    await sends_an_idea(town.person("anna"), CROSSING)

    def supports(db: Connection) -> str:
        tx = Tx(db, town.clock.now(), Who(1, 1, 1, "desk", "de"), town.world.city, town.world.languages.zone)
        with pytest.raises(Refused) as refused:
            support_instead(tx, ref="P-1001", asked="meant")
        assert refused.value.question == "meant"
        return refused.value.text.msgid

    assert "not public any more" in await town.store.write(supports)
    assert await town.count(project_people) == 0


async def test_two_supporters_at_once_count_twice_and_one_tapping_twice_once(town: Town) -> None:
    await a_crossing_is_published(town)
    ben, cem = town.person("ben"), town.person("cem")
    for somebody in (ben, cem):
        await titles(somebody, OTHERWISE)

    await asyncio.gather(ben.taps(SUPPORT), cem.taps(SUPPORT))
    mine = [letter for letter in town.letters if letter.chat == "ben" and letter.message.choices]
    token = next(choice.token for letter in mine for choice in letter.message.choices if choice.label == SUPPORT)
    assert "finished" in await ben.does(Tap(token))

    assert "2 people support it" in await ben.says("/project P-1001")


async def test_a_draft_of_the_first_version_goes_on_as_it_was(town: Town) -> None:
    await a_crossing_is_published(town)
    ben = town.person("ben")
    await titles(ben, "Bücherschrank am Hafen")
    row = next(row for row in await town.rows(sessions) if b"cherschrank" in row.state)
    session = load(row.state)
    (frame,) = session.frames
    answers = {**frame.answers, "title": OTHERWISE, "description": "Vor der Schule fehlt ein sicherer Weg hinüber."}
    old = replace(frame, version=1, shape="00000000", answers=answers)
    state = dump(replace(session, frames=(old,)))
    await town.store.write(lambda db: db.execute(update(sessions).where(sessions.c.id == row.id).values(state=state)))

    told = await ben.says("1", "1", "/skip", "/skip", "/skip")

    assert "This is your idea" in told
    assert OTHERWISE in told
    assert "P-1002" in await ben.taps("Send the idea")


@pytest.mark.parametrize(
    "title",
    ["%%%", '"""', "🌳🌳🌳", "AND OR", "a b c", "___", "x" * 80, "{title}", "der die das", "' OR 1=1 --", "a\"b' c*"],
)
async def test_whatever_a_title_is_it_is_taken(town: Town, title: str) -> None:
    await a_crossing_is_published(town)

    assert DESCRIPTION in await titles(town.person("ben"), title)
