"""Somebody asks to join, and is answered; who is not in the team sees figures and no names."""

from __future__ import annotations

from datetime import timedelta

import pytest

from projektbot.civic.teams.tables import join_requests, members
from projektbot.messages import Tap
from tests.civic.teams.town import a_project, accepts, asks, at_team, joins, labels, taps_notice
from tests.turns.linked import notices
from tests.turns.town import Town


async def test_whoever_had_a_published_idea_leads_its_team(town: Town) -> None:
    (anna,) = await a_project(town, "anna")

    told = await at_team(anna)

    assert "Whoever had the idea: leads the team" in told
    assert "People of the team" in labels(anna)
    assert await town.count(members) == 0


async def test_somebody_asks_from_the_card_is_taken_in_and_sees_names(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    ben = town.person("ben")
    await ben.says("/project P-1001")
    assert "in the team" not in town.told("ben")[-1]
    told = await ben.taps("Take part", "Ask to join")
    assert "called in the team" in told
    await ben.says("Ben")
    await ben.taps("Civil society")
    await ben.says("I build <b>benches</b>.", "Sawing", "3")
    told = await ben.taps("Send the request")

    assert "is with those who lead the team" in told
    assert "Ben would like to take part in P-1001 Benches along the river:" in (await notices(town, "anna"))[-1]
    told = await taps_notice(anna, "Answer")
    assert "Can do: Sawing" in told
    assert "3 hours a week" in told
    await anna.taps("Yes, welcome")
    told = await anna.says("We meet on Monday.")
    assert "Ben is in the team now" in told
    heard = (await notices(town, "ben"))[-1]
    assert "Welcome! You are in the team of P-1001" in heard
    assert "A word from the team: We meet on Monday." in heard
    told = await taps_notice(ben, "See the team")
    assert "Ben: is in the team, Civil society" in told
    assert {row.role for row in await town.rows(members)} == {"lead", "member"}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("N" * 4_000, None),
        ("\u200b\u2060\ufeff", None),
        ("\u202e\u2066", None),
        ("B\u202een\u200b <b>\n/team", "Ben <b> /team"),
    ],
    ids=["4,000 characters", "zero width", "only controls", "tricks"],
)
async def test_a_name_that_nobody_could_read_is_asked_for_again(town: Town, name: str, shown: str | None) -> None:
    await a_project(town, "anna")
    ben = town.person("ben")
    await ben.says("/join P-1001")

    told = await ben.says(name)

    if shown is None:
        assert "What would you like to be called in the team?" in told
        assert len(told) < 1_000
        told = await ben.says("Ben")
    await ben.taps("Civil society")
    await ben.says("I like to build.", "/skip", "/skip")
    await ben.taps("Send the request")
    assert [row.name for row in await town.rows(join_requests)] == [shown or "Ben"]
    assert f"{shown or 'Ben'} would like to take part" in (await notices(town, "anna"))[-1]


async def test_what_was_written_for_an_answer_is_forgotten_with_it_and_the_name_on_leaving(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    ben = town.person("ben")
    await joins(ben, anna, "Ben")
    (row,) = await town.rows(join_requests)
    assert (row.name, row.why, row.skills, row.hours) == ("Ben", "", None, None)

    await at_team(ben, "Leave the team", "Yes, leave it")

    assert await town.count(join_requests) == 0


async def test_who_is_not_in_the_team_sees_figures_and_no_names(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    await joins(town.person("ben"), anna, "Benedikt")

    told = await at_team(town.person("cem"))

    assert "2 people are in the team." in told
    assert "Civil society: 1" in told
    assert "Benedikt" not in told
    assert "2 people are in the team." in await town.person("cem").says("/project P-1001")


async def test_a_no_is_told_with_its_reason_and_may_be_asked_again_after_a_week(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    ben = town.person("ben")
    await asks(ben)
    await taps_notice(anna, "Answer")
    await anna.taps("No, not now")
    await anna.says("We are enough for the beginning.")

    assert "We are enough for the beginning." in (await notices(town, "ben"))[-1]
    assert "not long ago" in await asks(ben)
    await town.pass_by(timedelta(days=8))
    assert "is with those who lead the team" in await asks(ben)
    assert await town.count(join_requests) == 1


async def test_asking_twice_changes_the_request_and_tells_the_lead_once(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    ben = town.person("ben")
    await asks(ben)
    assert "You have asked already" in await ben.says("/join P-1001")
    told = await asks(ben, name="Benno", why="I have thought about it.")

    assert "Your request is changed" in told
    assert len([heard for heard in await notices(town, "anna") if "take part" in heard]) == 1
    told = await taps_notice(anna, "Answer")
    assert "I have thought about it." in told
    assert "Benno" in told


async def test_what_stands_on_the_button_of_a_notice_is_no_choice_that_is_only_like_it(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    await at_team(anna)
    await asks(town.person("ben"))

    told = await anna.says("Answer")

    assert "Would you like to take Ben into the team?" in told  # “Answer 1 request” had led to a list of them
    await at_team(anna)
    assert "Whose request would you like to read?" in await anna.says("Answer 1 request")


async def test_the_button_of_a_withdrawn_request_says_so(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    ben = town.person("ben")
    await asks(ben)
    told = await at_team(ben, "See my request", "Take it back")

    assert "Your request is taken back." in told
    told = await taps_notice(anna, "Answer")
    assert "Ben has taken this request back." in told
    assert "I like to build" not in told
    assert "Yes, welcome" not in labels(anna)


async def test_the_button_of_an_answered_request_says_how_it_was_answered(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    ben, cem = town.person("ben"), town.person("cem")
    await asks(ben)
    await accepts(anna)
    assert "Ben is in the team already" in await taps_notice(anna, "Answer")

    await asks(cem, "Cem")
    await taps_notice(anna, "Answer")
    await anna.taps("No, not now")
    await anna.says("Not now, sorry.")
    assert "answered already, with a no" in await taps_notice(anna, "Answer")


async def test_a_request_withdrawn_while_the_lead_answers_is_not_accepted(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    ben = town.person("ben")
    await asks(ben)
    await taps_notice(anna, "Answer")
    await anna.taps("Yes, welcome")
    await at_team(ben, "See my request", "Take it back")

    told = await anna.says("Good that you come.")

    assert "Ben has taken this request back." in told
    assert {row.role for row in await town.rows(members)} == {"lead"}


async def test_nobody_but_a_lead_reads_a_request(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    cem = town.person("cem")
    await joins(cem, anna, "Cem")
    await asks(town.person("ben"), why="Only for whoever leads.")
    (row,) = await town.rows(join_requests, join_requests.c.state == "open")

    await at_team(cem)
    assert "Answer 1 request" not in labels(cem)
    told = await cem.does(Tap(f"=join_request|request|{row.id}"))

    assert "not for you to answer" in told
    assert "Yes, welcome" not in labels(cem)
    assert not [words for words in town.told("cem") if row.why in words]
    assert "Answer 1 request" in (await at_team(anna), labels(anna))[1]


async def test_a_team_of_no_project_or_of_an_unpublished_one_is_none(town: Town) -> None:
    await a_project(town, "anna")
    dora = town.person("dora")
    await dora.begins_an_idea()

    assert "no team that you could see" in await at_team(dora, ref="P-4711")
    assert "no project of this number" in await dora.says("/join P-4711")
    assert "no project of this number" in await dora.says("/join what?")


async def test_my_teams_are_in_the_menu(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    ben = town.person("ben")
    await ben.says("/start")
    assert "You are in no team yet" in await ben.taps("See my teams")
    await joins(ben, anna, "Ben")

    for person in (anna, ben):
        await person.says("/teams")
        told = await person.taps("P-1001 Benches along the river")
        assert "Ben: is in the team" in told


async def test_a_german_story(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    ben = town.person("ben")
    await ben.says("/language")
    await ben.taps("Deutsch")
    await ben.says("/mitmachen P-1001", "Ben")
    await ben.taps("Zivilgesellschaft")
    await ben.says("Ich baue gern.", "/auslassen", "3")
    told = await ben.taps("Anfrage abschicken")
    assert "Ihre Anfrage liegt bei denen, die das Team leiten." in told
    await taps_notice(anna, "Answer")
    await anna.taps("Yes, welcome")
    await anna.says("See you on Monday.")

    heard = (await notices(town, "ben"))[-1]

    assert "Willkommen! Sie sind jetzt im Team von P-1001 Benches along the river." in heard
    assert "Ein Wort aus dem Team: See you on Monday." in heard
    assert "Ben: ist im Team, Zivilgesellschaft" in await taps_notice(ben, "Das Team ansehen")
