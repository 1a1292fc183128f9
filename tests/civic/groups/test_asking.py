"""What a group is asked with buttons: dates, who comes; each counts once, in a message that shows it."""

from __future__ import annotations

from datetime import timedelta

from projektbot.civic.groups.tables import questions
from projektbot.messages import Kind
from tests.civic.groups.town import GROUP, Member, bound, posted, posts
from tests.turns.linked import notices
from tests.turns.town import Town, bare


async def test_a_date_is_found_fixed_and_put_into_calendars(town: Town) -> None:
    anna, ben = await bound(town), Member(town, "77")
    told = await anna.says("/meeting Planning; Friday 18:00; Saturday 10:00")
    assert "Jun 19, 2026" in told

    await anna.taps("Jun 19")
    invited = await anna.taps("Fix the date")

    assert "Are you coming?" in invited
    (told,) = await notices(town, GROUP)
    assert "The date is fixed: Planning" in told
    media = (await posted(town))[-1].media
    assert media is not None
    assert (media.kind, media.file.mime, media.file.name) == (Kind.FILE, "text/calendar", "P-1001.ics")
    assert b"DTSTART:20260619T160000Z" in town.media.read(media.file.sha256)
    assert "I come: 1" in await ben.taps("I come")


async def test_a_group_is_reminded_of_a_meeting_a_day_and_an_hour_before(town: Town) -> None:
    anna = await bound(town)
    await anna.says("/meeting Planning; Friday 18:00; Saturday 10:00")
    await anna.says("/meeting 1")

    await town.pass_by(timedelta(days=3, hours=7))
    first = await notices(town, GROUP)
    await town.pass_by(timedelta(hours=22, minutes=30))

    assert ["begins" in told for told in first] == [False, True]
    assert len(await notices(town, GROUP)) == 3


async def test_only_who_leads_fixes_a_date_and_not_where_two_are_level(town: Town) -> None:
    anna, ben = await bound(town), Member(town, "77")
    await anna.says("/meeting Planning; Friday 18:00; Saturday 10:00")

    assert "Only who leads" in await ben.taps("Fix the date")
    assert "No date is ahead" in await anna.taps("Fix the date")
    assert "no such date" in await anna.says("/meeting 7")
    assert [row.kind for row in await town.rows(questions)] == ["dates"]


async def test_where_there_are_no_buttons_the_command_beside_the_dates_fixes_one(town: Town) -> None:
    anna, ben = await bound(town), Member(town, "77")
    await anna.says("/language de")
    await anna.says("/treffen Planung; Freitag 18:00; Samstag 10:00")
    (word,) = [choice.word for choice in posts(town)[-1].choices if choice.word]
    await anna.says("/language en")

    assert "No date is ahead" in await anna.says(word)
    await anna.taps("20.06.2026")
    assert "Only who leads" in await ben.says(word)
    assert "Planung: Jun 20, 2026" in await anna.says(word)
    assert "This question is closed" in await anna.says(word)
    await anna.says("/meeting Party; Friday 18:00; Saturday 10:00")
    assert "Party: Jun 19, 2026" in await anna.says("/fix 1")


async def test_dates_that_cannot_be_read_are_named(town: Town) -> None:
    anna = await bound(town)

    assert "gestern" in await anna.says("/meeting Planning; gestern; Friday 18:00")
    assert "2 to 5 dates" in await anna.says("/meeting Planning; Friday 18:00")


async def test_everything_said_is_about_the_group_alone(town: Town) -> None:
    anna = await bound(town)
    await anna.says("/poll Shall we paint it green?", thread="5")

    assert posts(town)[-1].thread == "5"
    assert "green" in bare(posts(town)[-1])
