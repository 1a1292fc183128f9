"""Invitation links: who opens one is in the team at once, as long as it is good."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from projektbot.civic.teams.rules import INVITATION_DAYS
from projektbot.civic.teams.tables import members, team_invitations
from tests.civic.teams.town import a_project, asks, at_team, comes, invites, joins, labels
from tests.turns.linked import notices
from tests.turns.town import Town


async def test_who_opens_the_link_is_in_the_team_at_once(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    code = await invites(anna, uses="Five")

    told = await comes(town.person("ben"), code, "Ben")

    assert "Welcome! You are in the team now." in told
    assert "Ben: is in the team, Business" in told
    assert "Ben has come into the team of P-1001" in (await notices(town, "anna"))[-1]
    (row,) = await town.rows(team_invitations)
    assert row.uses_left == 4
    assert code.replace("-", "").encode() not in row.digest


async def test_a_guest_comes_in_by_a_typed_code_and_decides_nothing(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    code = await invites(anna, "As guests")
    ben = town.person("ben")
    await ben.says(f"/join {code.lower()}", "Ben")

    told = await ben.taps("Business")

    assert "Ben: is a guest, Business" in told
    assert labels(ben) == ["What I am called here", "Leave the team", "See the project", "That is all", "Back"]


async def test_the_link_for_every_messenger_stands_there(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    links = {"telegram": "https://t.me/bot?start=", "matrix": "https://matrix.to/#/@bot:town"}
    town.turns.transactions.world = replace(
        town.world, links=lambda start: {"telegram": links["telegram"] + start, "matrix": links["matrix"]}
    )
    code = await invites(anna)

    told = town.told("anna")[-1]

    assert f"https://t.me/bot?start=join-{code}" in told
    assert "https://matrix.to/#/@bot:town" in told


async def test_a_link_for_one_is_good_once(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    code = await invites(anna, uses="One")

    await comes(town.person("ben"), code, "Ben")
    told = await comes(town.person("cem"), code, "Cem")

    assert "not good any more" in told
    assert len(await town.rows(members)) == 2


async def test_a_link_ends_by_itself_and_when_a_lead_wants_it(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    old = await invites(anna)
    await town.pass_by(timedelta(days=INVITATION_DAYS, minutes=1))
    assert "not good any more" in await comes(town.person("ben"), old, "Ben")
    code = await invites(anna)
    await at_team(anna, "Invite by a link")
    told = await anna.taps(labels(anna)[1], "Yes, end it")

    assert "Nobody can use this invitation any more." in told
    assert "not good any more" in await comes(town.person("ben"), code, "Ben")


async def test_an_invitation_that_ends_while_somebody_answers_lets_nobody_in(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    code = await invites(anna)
    ben = town.person("ben")
    await ben.says(f"/start join-{code}", "Ben")
    await at_team(anna, "Invite by a link")
    await anna.taps(labels(anna)[1], "Yes, end it")

    told = await ben.taps("Business")

    assert "not good any more" in told
    assert len(await town.rows(members)) == 1


async def test_guessing_codes_is_slowed_down(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    code = await invites(anna)
    ben = town.person("ben")
    for _ in range(3):
        assert "not good any more" in await ben.says("/start join-BBBB-BBBB")

    assert "wrong code three times" in await comes(ben, code, "Ben")
    await town.pass_by(timedelta(minutes=11))
    assert "Welcome!" in await comes(ben, code, "Ben")


async def test_who_is_in_the_team_already_uses_up_no_place(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    code = await invites(anna)

    assert "in this team already" in await comes(anna, code, "Anna")
    assert (await town.rows(team_invitations))[0].uses_left == 5


async def test_who_was_removed_comes_back_by_no_link_but_may_ask(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    ben = town.person("ben")
    await joins(ben, anna, "Ben")
    code = await invites(anna)
    await at_team(anna, "People of the team", "Ben", "Take them out of the team")
    await anna.says("You never came.")

    assert "You were taken out of this team" in await comes(ben, code, "Ben")
    await town.pass_by(timedelta(days=2))
    assert "is with those who lead the team" in await asks(ben)


async def test_a_lead_makes_no_more_than_ten_links(town: Town) -> None:
    (anna,) = await a_project(town, "anna")
    for _ in range(10):
        await invites(anna)

    told = await at_team(anna, "Invite by a link", "Make a new link", "As members", "One")

    assert "ten open invitations already" in told
