"""What one team has and another needs: both are asked, and nobody hears of the other before both have said yes."""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from projektbot.civic.teams.exchange_rules import fitting
from projektbot.civic.teams.tables import matches, offers
from projektbot.store.tables import people
from tests.civic.teams.town import a_project, at_team, joins, labels, taps_notice
from tests.turns.linked import notices
from tests.turns.town import Person, Town

ALIKE = (
    ("Lastenrad", "Ein Lastenrad am Samstag"),
    ("cargo bike", "A cargo bike for moving"),
    ("Lastenräder", "Lastenrad"),
    ("Bohrmaschine", "eine Schlagbohrmaschine"),
    ("Raum für Treffen", "Wir haben einen Raum mit Küche"),
    ("Anhänger", "Fahrradanhänger"),
    ("Werkzeug", "Werkzeuge zum Ausleihen"),
    ("someone who can weld", "a welder who can weld on Fridays"),
    ("Übersetzung ins Arabische", "Übersetzungen Arabisch"),
)
UNLIKE = (
    ("Lastenrad", "Lastwagen"),
    ("Wir brauchen einen Raum", "Wir brauchen eine Säge"),
    ("Tische für das Fest", "Stühle"),
    ("cargo bike", "a room with a kitchen"),
    ("Bohrmaschine", "Waschmaschine"),
    ("Tee", "Teller"),
    ("", "Lastenrad"),
)


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_words_for_the_same_thing_fit(one: str, other: str) -> None:
    assert fitting(one, [(1, other)]) == [1]
    assert fitting(other, [(1, one)]) == [1]


@pytest.mark.parametrize(("one", "other"), UNLIKE)
def test_words_for_other_things_do_not(one: str, other: str) -> None:
    assert fitting(one, [(1, other)]) == []


def test_the_best_three_are_asked() -> None:
    others = [(number, "cargo bike") for number in range(5)] + [(9, "cargo bike for children")]

    assert len(fitting("a cargo bike for children", others)) == 3


async def offers_something(somebody: Person, kind: str, what: str, ref: str = "P-1001", when: str = "/skip") -> str:
    """Write down what a team has or needs."""
    await at_team(somebody, "What we have and need", kind, ref=ref)
    return await somebody.says(what, when)


async def two_that_fit(town: Town) -> tuple[Person, Person]:
    """Let one team have what another needs."""
    anna, ben = await a_project(town, "anna", "ben")
    await offers_something(anna, "We have something for others", "A cargo bike", when="on Saturdays")
    await offers_something(ben, "We need something", "cargo bike", ref="P-1002")
    return anna, ben


async def agrees(somebody: Person, contact: str, ref: str, what: str) -> str:
    """Say yes to being brought together."""
    await at_team(somebody, "See what fits ours elsewhere", what, "Yes, gladly", ref=ref)
    return await somebody.says(contact)


async def test_both_are_asked_and_only_two_yeses_bring_them_together(town: Town) -> None:
    anna, ben = await two_that_fit(town)

    (asked,) = [heard for heard in await notices(town, "anna") if "looking for something" in heard]
    assert "A cargo bike" in asked
    assert "P-1002" not in asked
    told = await taps_notice(anna, "Have a look")
    await anna.taps("cargo bike")
    assert "Another team needs: cargo bike" in town.told("anna")[-1]
    await anna.taps("Yes, gladly")
    told = await anna.says("Anna, 0170 1234")
    assert "As soon as the other team says yes too" in told
    assert not [words for words in town.told("ben") + await notices(town, "ben") if "0170" in words]

    told = await agrees(ben, "ben@example.org", "P-1002", "A cargo bike")

    assert "This is how you reach the other team:\nAnna, 0170 1234" in told
    heard = (await notices(town, "anna"))[-1]
    assert "the team of P-1002 Seats at the water would like to hear from you" in heard
    assert "ben@example.org" in heard
    (row,) = await town.rows(matches)
    assert (row.has_says, row.needs_says, row.words) == ("yes", "yes", None)


async def test_a_no_ends_it_and_the_words_are_forgotten(town: Town) -> None:
    anna, ben = await two_that_fit(town)
    await agrees(ben, "ben@example.org", "P-1002", "A cargo bike")

    told = await at_team(anna, "See what fits ours elsewhere", "cargo bike", "No, not this time")

    assert "nobody is told who you are" in told
    assert "cannot do it this time" in (await notices(town, "ben"))[-1]
    assert (await town.rows(matches))[0].words is None
    assert "See what fits ours elsewhere" not in (await at_team(ben, ref="P-1002"), labels(ben))[1]


async def test_what_is_settled_brings_nobody_together_any_more(town: Town) -> None:
    anna, ben = await two_that_fit(town)
    await agrees(ben, "ben@example.org", "P-1002", "A cargo bike")
    await at_team(anna, "See what fits ours elsewhere", "cargo bike", "Yes, gladly")
    told = await at_team(ben, "What we have and need", "We need: cargo bike", "Yes, take it off", ref="P-1002")
    assert "That is off the list." in told

    told = await anna.says("Anna, 0170 1234")

    assert "ben@example.org" not in told
    assert (await town.rows(matches))[0].words is None
    assert not [words for words in await notices(town, "ben") if "0170" in words]


async def test_who_waits_for_a_yes_hears_that_what_they_wanted_is_gone(town: Town) -> None:
    anna, ben = await two_that_fit(town)
    await agrees(ben, "ben@example.org", "P-1002", "A cargo bike")

    await at_team(anna, "What we have and need", "We have: A cargo bike", "Yes, take it off")

    assert "About “cargo bike”: the other team cannot do it this time." in (await notices(town, "ben"))[-1]


async def two_that_fit_by_a_member(town: Town) -> tuple[Person, Person, Person]:
    """Let a member of one team say yes to another: lead, member, and the lead of the other."""
    anna, ben = await two_that_fit(town)
    cem = town.person("cem")
    await joins(cem, anna, "Cem")
    await agrees(cem, "Cem, 0170 1234", "P-1001", "cargo bike")
    return anna, cem, ben


@pytest.mark.parametrize("how", ["leaves", "is removed"])
async def test_how_to_reach_somebody_goes_with_them_and_their_team_is_asked_anew(town: Town, how: str) -> None:
    anna, cem, ben = await two_that_fit_by_a_member(town)
    if how == "leaves":
        await at_team(cem, "Leave the team", "Yes, leave it")
        assert "Shall I bring you together?" in (await notices(town, "anna"))[-2]  # and that Cem has left
    else:
        await at_team(anna, "People of the team", "Cem", "Take them out of the team")
        await anna.says("You never come.")

    assert (await town.rows(matches))[0].words is None
    assert "See what fits ours elsewhere" in (await at_team(anna), labels(anna))[1]
    told = await agrees(ben, "ben@example.org", "P-1002", "A cargo bike")

    assert "0170" not in told
    told = await agrees(anna, "Anna, 0171 5678", "P-1001", "cargo bike")
    assert "This is how you reach the other team:\nben@example.org" in told
    assert "Anna, 0171 5678" in (await notices(town, "ben"))[-1]


async def test_how_to_reach_somebody_who_was_erased_is_told_to_nobody(town: Town) -> None:
    anna, _, ben = await two_that_fit_by_a_member(town)
    (offer,) = await town.rows(offers, offers.c.project == 1001)
    await town.store.write(lambda db: db.execute(delete(people).where(people.c.id == offer.person_id)))

    told = await agrees(ben, "ben@example.org", "P-1002", "A cargo bike")

    assert "0170" not in told
    assert "As soon as the other team says yes too" in told
    assert "Shall I bring you together?" in (await notices(town, "anna"))[-1]
    told = await agrees(anna, "Anna, 0171 5678", "P-1001", "cargo bike")
    assert "ben@example.org" in told


async def test_who_wrote_it_down_is_asked_or_a_lead_if_they_have_left(town: Town) -> None:
    anna, ben = await a_project(town, "anna", "ben")
    cem, dora = town.person("cem"), town.person("dora")
    await joins(cem, anna, "Cem")
    await joins(dora, anna, "Dora")
    await offers_something(cem, "We have something for others", "A cargo bike")
    await offers_something(dora, "We have something for others", "A trailer")
    await at_team(dora, "Leave the team", "Yes, leave it")

    await offers_something(ben, "We need something", "cargo bike", ref="P-1002")
    await offers_something(ben, "We need something", "trailer", ref="P-1002")

    assert "cargo bike" in (await notices(town, "cem"))[-1]
    assert "trailer" in (await notices(town, "anna"))[-1]
    assert not [heard for heard in await notices(town, "dora") if "trailer" in heard]


async def test_a_team_is_never_matched_with_itself(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    await offers_something(anna, "We have something for others", "A cargo bike")

    told = await offers_something(anna, "We need something", "A second cargo bike")

    assert "I will tell you as soon as something fits it." in told
    assert await town.count(matches) == 0
    assert await town.count(offers) == 2


async def test_everybody_sees_what_is_needed_and_nobody_else_what_is_there(town: Town) -> None:
    anna, _ = await two_that_fit(town)

    told = await town.person("dora").says("/project P-1002")

    assert "Needed:\n– cargo bike" in told
    assert "cargo bike" not in await town.person("dora").says("/project P-1001")
    assert "We have: A cargo bike (on Saturdays)" in await at_team(anna)


async def test_a_project_that_was_taken_off_offers_nothing_and_gives_no_contact(town: Town) -> None:
    anna, ben = await two_that_fit(town)
    await agrees(ben, "ben@example.org", "P-1002", "A cargo bike")
    await at_team(anna, "See what fits ours elsewhere", "cargo bike")
    mia = town.person("mia")
    await mia.says("/queue P-1002")
    await mia.taps("Decline it")
    await mia.says("That is an advertisement.")

    await anna.taps("Yes, gladly")
    told = await anna.says("Anna, 0170 1234")

    assert "ben@example.org" not in told
    assert not [words for words in await notices(town, "ben") if "0170" in words]
    assert "See what fits ours elsewhere" not in labels(anna)
