"""Inside a team: its size, who is what in it, who leads it, and how one goes."""

from __future__ import annotations

from projektbot.civic.teams.tables import lead_offers, members
from projektbot.store.tables import people
from tests.civic.teams.town import a_project, asks, at_team, comes, invites, joins, labels, taps_notice
from tests.turns.linked import notices
from tests.turns.town import Person, Town


async def seats(lead: Person, words: str) -> str:
    """Set the size of the team."""
    await at_team(lead, "Size of the team")
    return await lead.says(words)


async def roles(town: Town) -> dict[str, str]:
    """Return who is what, by the names in the team."""
    return {row.name or "author": row.role for row in await town.rows(members)}


# ---- size ------------------------------------------------------------------------------------------------------------


async def test_a_full_team_turns_people_away_until_it_is_made_larger(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    assert "That is noted." in await seats(anna, "2")
    ben, cem = town.person("ben"), town.person("cem")
    await asks(ben)
    await asks(cem, "Cem")
    code = await invites(anna)
    await taps_notice(anna, "Answer")  # the last one, of Cem
    await anna.taps("Yes, welcome")
    await anna.says("/skip")

    assert "The team is full." in await at_team(town.person("dora"))
    assert "full at the moment" in await town.person("dora").says("/join P-1001")
    assert "full at the moment" in await comes(town.person("dora"), code, "Dora")
    await at_team(anna, "Answer 1 request", "Ben", "Yes, welcome")
    assert "The team is full. Make it larger first" in await anna.says("/skip")

    await seats(anna, "/skip")
    await at_team(anna, "Answer 1 request", "Ben", "Yes, welcome")
    assert "Ben is in the team now" in await anna.says("/skip")


async def test_a_team_cannot_be_smaller_than_it_is(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    await joins(town.person("ben"), anna, "Ben")

    told = await seats(anna, "1")

    assert "You are 2 already: it cannot be less." in told
    assert "There is room for 1 more." in await anna.says("3")


async def test_a_guest_takes_no_seat_and_needs_one_to_become_a_member(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    await seats(anna, "1")
    ben = town.person("ben")
    assert "Welcome!" in await comes(ben, await invites(anna, "As guests"), "Ben")

    told = await at_team(anna, "People of the team", "Ben", "Make them a member")

    assert "The team is full" in told
    await seats(anna, "2")
    assert "Done." in await at_team(anna, "People of the team", "Ben", "Make them a member")
    assert (await roles(town))["Ben"] == "member"
    assert "You are a member of the team now: P-1001" in (await notices(town, "ben"))[-1]


# ---- people ----------------------------------------------------------------------------------------------------------


async def test_a_lead_corrects_role_and_sector_of_others_and_everybody_their_own_name(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    ben = town.person("ben")
    await joins(ben, anna, "Ben")
    await at_team(anna, "People of the team", "Ben", "Make them a guest")
    told = await at_team(anna, "People of the team", "Ben", "Correct where they come from", "Administration")
    assert "Ben: is a guest, Administration" in told

    await at_team(ben, "What I am called here")
    await ben.says("Benno")
    told = await ben.taps("Business")

    assert "Benno: is a guest, Business" in told


async def test_who_is_removed_hears_why_and_is_told_so_when_they_act(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    ben = town.person("ben")
    await joins(ben, anna, "Ben")
    await at_team(ben, "Partners", "Add a partner")
    await ben.says("Repair café")
    await ben.taps("Civil society")
    await at_team(anna, "People of the team", "Ben", "Take them out of the team")
    await anna.says("You never came to a meeting.")
    assert "You never came to a meeting." in (await notices(town, "ben"))[-1]

    told = await ben.says("A workshop")

    assert "Something has changed meanwhile." in told
    assert "You are not in this team any more. The reason:\nYou never came to a meeting." in told
    assert "Repair café" not in await at_team(anna)
    assert labels(ben) == ["Ask to join", "See the project", "That is all", "Back"]


async def test_an_old_button_of_a_removed_member_does_nothing(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    ben = town.person("ben")
    await joins(ben, anna, "Ben")
    await at_team(ben, "Leave the team")
    old = [choice.token for choice in town.letters[-1].message.choices if choice.label == "Yes, leave it"]
    await at_team(anna, "People of the team", "Ben", "Take them out of the team")
    await anna.says("You never came to a meeting.")

    told = await ben.taps("Yes, leave it")

    assert old
    assert "You are not in this team any more. The reason:" in told


# ---- the lead --------------------------------------------------------------------------------------------------------


async def test_the_last_lead_cannot_leave_without_a_successor_and_is_told_how(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    ben = town.person("ben")
    await joins(ben, anna, "Ben")

    told = await at_team(anna, "Leave the team", "Yes, leave it")
    assert "ask them to lead" in told
    told = await at_team(anna, "People of the team", "Ben", "Ask them to lead", "Instead of me")
    assert "They are being asked." in told
    assert (await roles(town))["Ben"] == "member"
    told = await taps_notice(ben, "Answer")
    assert "asks you to lead the team of P-1001 Benches along the river from now on." in told
    assert "You lead the team now." in await ben.taps("Yes, I will")
    assert "Ben leads the team of P-1001" in (await notices(town, "anna"))[-1]
    assert await roles(town) == {"author": "member", "Ben": "lead"}

    told = await at_team(anna, "Leave the team", "Yes, leave it")
    assert "not in the team any more" in told
    assert await roles(town) == {"Ben": "lead"}
    assert "Ask to join" in labels(anna)


async def test_two_may_lead_together_and_then_either_may_go(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    ben = town.person("ben")
    await joins(ben, anna, "Ben")
    await at_team(anna, "People of the team", "Ben", "Ask them to lead", "Together with me")
    await taps_notice(ben, "Answer")
    await ben.taps("Yes, I will")
    assert await roles(town) == {"author": "lead", "Ben": "lead"}
    await at_team(ben, "People of the team", "Whoever had the idea")
    assert labels(ben) == ["Correct where they come from", "Back to the team", "Back"]  # nobody deposes a lead

    assert "Thank you for all" in await at_team(anna, "Leave the team", "Yes, leave it")
    assert "ask them to lead" in await at_team(ben, "Leave the team", "Yes, leave it")


async def test_who_would_rather_not_lead_stays_what_they_are(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    ben = town.person("ben")
    await joins(ben, anna, "Ben")
    await at_team(anna, "People of the team", "Ben", "Ask them to lead", "Instead of me")
    await taps_notice(ben, "Answer")

    await ben.taps("No, rather not")

    assert "Ben would rather not lead" in (await notices(town, "anna"))[-1]
    assert (await roles(town))["Ben"] == "member"
    assert "Nobody asks you to lead this team any more." in await taps_notice(ben, "Answer")


async def test_an_offer_to_lead_ends_when_whoever_made_it_leads_no_more(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    ben, cem = town.person("ben"), town.person("cem")
    for person, name in ((ben, "Ben"), (cem, "Cem")):
        await joins(person, anna, name)
        await at_team(anna, "People of the team", name, "Ask them to lead", "Instead of me")
    await at_team(ben, "Answer whether I will lead", "Yes, I will")

    told = await at_team(cem)

    assert "Answer whether I will lead" not in labels(cem)
    assert told
    assert await town.count(lead_offers) == 1
    await at_team(anna, "Leave the team", "Yes, leave it")
    assert await town.count(lead_offers) == 0


async def test_where_the_lead_is_erased_whoever_is_longest_in_the_team_leads(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    ben, cem = town.person("ben"), town.person("cem")
    await comes(cem, await invites(anna, "As guests"), "Cem")
    await joins(ben, anna, "Ben")
    (row,) = await town.rows(members, members.c.role == "lead")
    await town.store.write(lambda db: db.execute(people.delete().where(people.c.id == row.person_id)))

    await at_team(ben)

    assert "People of the team" in labels(ben)
    assert "People of the team" not in (await at_team(cem), labels(cem))[1]
