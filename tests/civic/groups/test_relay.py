"""Plain messages between the two chats of a project: switched on, shown with a name, corrected, deleted, no loops."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import Connection, insert

from projektbot.channels.telegram.texts import units
from projektbot.civic.groups.tables import project_chats, relayed
from projektbot.messages import (
    Command,
    Edited,
    Gone,
    Kind,
    Limits,
    Migrated,
    Odd,
    Part,
    Presence,
    Shared,
    Stored,
    Style,
    Upload,
    Words,
)
from projektbot.store.tables import addresses, outbox
from tests.civic.groups.relay_town import ROOM, Talker, delivered, newest_id, shown, two_chats
from tests.civic.groups.town import GROUP, Member, bound
from tests.civic.projects.town import publishes, sends_an_idea, with_role
from tests.playing.people import photo
from tests.turns.linked import notices
from tests.turns.town import WAIT, Town, bare

PHOTO = Stored("a" * 64, "image/png", 5)


async def texts(town: Town, chat: str = ROOM) -> list[str]:
    """Return the words that a chat was shown by itself."""
    return [bare(message) for message in await shown(town, chat)]


# ---- switching -------------------------------------------------------------------------------------------------------


async def test_a_lead_switches_it_on_and_off_and_both_chats_are_told(town: Town) -> None:
    anna, ben = await two_chats(town, on=False)
    guest = Talker(town, "carla")

    assert "Only who leads" in await guest.says("/relay on")
    assert await town.turns.relays("desk", {GROUP}) == frozenset()
    told = await anna.says("/relay on")

    assert "3 days" in told
    assert "/delete" in told
    assert "verbunden" in (await texts(town))[-1]
    assert await town.turns.relays("desk", {GROUP, "-7"}) == {GROUP}
    assert await town.turns.relays("matrix", {ROOM}) == {ROOM}
    assert "weitergegeben" in await ben.says("/brücke")
    assert "no longer connected" in await anna.says("/relay off")
    assert await town.turns.relays("desk", {GROUP}) == frozenset()
    assert "nicht mehr verbunden" in (await texts(town))[-1]


async def test_nobody_is_told_that_little_is_read_where_all_is_passed_on(town: Town) -> None:
    anna, ben = await two_chats(town)

    assert "other chat too" in await anna.says("/help")
    assert "Befehl" not in (await ben.says("/hilfe")).splitlines()[0]
    await anna.says("/relay off")
    assert "only what begins with a command" in await anna.says("/help")


async def test_a_project_with_one_chat_cannot_have_it(town: Town) -> None:
    anna = await bound(town)

    assert "only chat of the project" in await anna.says("/relay on")


async def test_it_is_off_at_first_and_nothing_is_passed_on(town: Town) -> None:
    anna, _ben = await two_chats(town, on=False)
    before = await town.count(outbox)

    assert not await anna.talks("Who brings the cake?")
    assert not await anna.talks(Edited("m1", "Who?"))
    assert await town.count(outbox) == before
    assert await town.count(relayed) == 0


async def test_it_ends_when_one_of_the_chats_is_separated_or_closed_to_us(town: Town) -> None:
    anna, ben = await two_chats(town)

    await ben.does(Presence(here=False))
    assert "no longer connected" in (await notices(town, GROUP))[-1]
    await ben.does(Presence(here=True))
    assert await town.turns.relays("desk", {GROUP}) == frozenset()

    await anna.says("/relay on")
    await anna.says("/team off")
    assert await town.turns.relays("matrix", {ROOM}) == frozenset()


async def test_it_ends_when_the_project_goes_on_in_another(town: Town) -> None:
    await two_chats(town)
    await sends_an_idea(town.person("cem"), "Seats at the water")
    mia = await with_role(town, "mia2")
    await publishes(mia, "P-1002")
    await mia.says("/queue P-1001")
    await mia.taps("Put it together with another one")
    await mia.says("P-1002")

    for chat, words in ((GROUP, "no longer connected"), (ROOM, "nicht mehr verbunden")):
        assert any(words in told for told in await notices(town, chat))
    assert await town.turns.relays("desk", {GROUP}) == frozenset()


async def test_a_chat_that_is_closed_to_us_is_not_connected_behind_the_back_of_its_people(town: Town) -> None:
    anna, ben = await two_chats(town)
    await ben.does(Presence(here=False))

    assert "taken out of the other chat" in await anna.says("/relay on")
    await ben.does(Presence(here=True))

    assert await town.turns.relays("matrix", {ROOM}) == frozenset()
    assert "From now on" in await anna.says("/relay on")
    assert "verbunden" in (await texts(town))[-1]


async def test_it_ends_when_a_chat_comes_along_that_has_not_heard_of_it(town: Town) -> None:
    await two_chats(town)
    await sends_an_idea(town.person("cem"), "Seats at the water")
    await Member(town, "cem", "third", "another").says("/help")

    def bind_third(db: Connection) -> None:
        third = db.execute(addresses.select().where(addresses.c.chat == "third")).one().id
        row = {"project": 1002, "channel": "another", "thread": "", "bound_at": 1}
        db.execute(insert(project_chats).values(address_id=third, **row))

    await town.store.write(bind_third)
    mia = await with_role(town, "mia2")
    await publishes(mia, "P-1001")
    await mia.says("/queue P-1002")
    await mia.taps("Put it together with another one")
    await mia.says("P-1001")

    assert {row.project for row in await town.rows(project_chats)} == {1001}
    assert await town.turns.relays("another", {"third"}) == frozenset()
    assert any("no longer connected" in told for told in await notices(town, GROUP))


async def test_it_ends_when_a_further_chat_is_connected(town: Town) -> None:
    await two_chats(town)
    (mine,) = await town.rows(addresses, addresses.c.chat == "anna")
    chat = {"channel": "another", "chat": "anna", "session_id": mine.session_id, "private": True}
    await town.store.write(lambda db: db.execute(insert(addresses).values(chat)))

    assert "P-1001" in await Member(town, "anna", "third", "another").says("/team P-1001")

    assert len(await town.rows(project_chats)) == 3
    assert await town.turns.relays("another", {"third"}) == frozenset()


# ---- what is shown ---------------------------------------------------------------------------------------------------


async def test_words_are_shown_with_the_name_before_them_and_call_nobody(town: Town) -> None:
    anna, _ben = await two_chats(town)

    assert not await anna.talks("Ask @ben or @room, a@b.de <b>/now</b>", name="An\u202ena:\n\u200b Müller")

    (message,) = (await shown(town))[-1:]
    assert message.parts == (
        Part("\u2068Anna Müller\u2069", Style.BOLD),
        Part(": "),
        Part("Ask @\u2060ben or @\u2060room, a@b.de <b>/now</b>", Style.SAID),
    )
    assert message.whole


async def test_a_name_calls_nobody_either(town: Town) -> None:
    anna, _ben = await two_chats(town)

    await anna.talks("Hello", name="@ben @room a@b.de")

    assert (await shown(town))[-1].parts[0] == Part("\u2068@\u2060ben @\u2060room a@b.de\u2069", Style.BOLD)


async def test_the_longest_name_and_the_longest_words_are_one_message_of_each_messenger(town: Town) -> None:
    anna, ben = await two_chats(town)

    await anna.talks("\U0001f600" * 2048, name="\U0001f600" * 4000)
    await ben.talks("x" * 60_000, name="Ben " * 1000)
    await anna.talks(Upload(Kind.IMAGE, "r", caption="y" * 4096, file=PHOTO), name="A" * 4000)

    words, photo = (await shown(town))[-2:]
    (back,) = (await shown(town, GROUP))[-1:]
    assert all(units(message.plain()) <= Limits().text for message in (words, back))
    assert units(photo.plain()) <= Limits().caption
    assert [message.plain().endswith("…") for message in (words, back, photo)] == [True] * 3
    assert [units(message.parts[0].text) <= 2 * 40 + 2 for message in (words, back, photo)] == [True] * 3


async def test_somebody_whose_name_cannot_be_seen_is_somebody(town: Town) -> None:
    anna, _ben = await two_chats(town)

    await anna.talks("Hello", name="\u200b\u2800")

    assert (await texts(town))[-1] == "Jemand: Hello"


async def test_what_was_forwarded_is_not_shown_as_the_words_of_who_forwarded_it(town: Town) -> None:
    anna, _ben = await two_chats(town)

    await anna.talks("We need money", forwarded=True)
    await anna.talks(Upload(Kind.IMAGE, "r", file=PHOTO), forwarded=True)

    assert (await texts(town))[-2:] == ["Anna (weitergeleitet): We need money", "Anna (weitergeleitet)"]


async def test_an_update_that_comes_twice_is_shown_once_and_in_order(town: Town) -> None:
    anna, ben = await two_chats(town)
    one, two, three = anna.plain(Words("1"), "a1"), ben.plain(Words("2"), "b1"), anna.plain(Words("3"), "a2")

    await town.take(one, two, one, three)
    await town.take(three)

    assert (await texts(town))[-2:] == ["Anna: 1", "Anna: 3"]
    assert (await texts(town, GROUP))[-1:] == ["Ben: 2"]


async def test_photos_go_along_and_other_files_are_named(town: Town) -> None:
    anna, _ben = await two_chats(town)

    await anna.talks(Upload(Kind.IMAGE, "r", caption="Our bench", file=PHOTO))
    await anna.talks(Odd("voice"))
    await anna.talks(Odd("dice"))
    await anna.talks(Shared(52.5, 13.4))

    photo, *others = (await shown(town))[-4:]
    assert photo.media is not None
    assert photo.media.file == PHOTO
    assert bare(photo) == "Anna: Our bench"
    assert ["Sprachnachricht" in bare(other) for other in others] == [True, False, False]
    assert "52.5" in bare(others[-1])


async def test_a_photo_is_fetched_first_and_not_kept_with_the_photos_of_ideas(town: Town) -> None:
    anna, _ben = await two_chats(town)
    town.desk.files["ref"] = photo()

    await anna.talks(Upload(Kind.IMAGE, "ref"), "a1")
    await asyncio.wait_for(town.turns.settle(), WAIT)

    (message,) = (await shown(town))[-1:]
    assert message.media is not None
    assert bare(message) == "Anna"
    assert town.media.passing.path(message.media.file.sha256).exists()
    assert not town.media.path(message.media.file.sha256).exists()


async def test_an_answer_is_an_answer_in_the_other_chat_too(town: Town) -> None:
    anna, ben = await two_chats(town)
    await anna.talks("Who brings the cake?", "a1")
    await delivered(town)
    copy = await newest_id(town)

    await anna.talks(Words("Anybody?", to="a1"), "a2")
    assert (await shown(town))[-1].reply_to == copy

    # Messengers take an answer to a message of ours for one to us.
    assert not await ben.does(Words("1", to=copy), message="b1", name="Ben")
    assert (await texts(town, GROUP))[-1] == "Ben: 1"
    assert (await shown(town, GROUP))[-1].reply_to == "a1"
    assert not await ben.does(Odd("sticker", to=copy), message="b2", name="Ben")
    assert (await texts(town, GROUP))[-1] == "Ben: (a sticker)"


async def test_an_answer_that_is_faster_than_the_id_of_our_message_is_shown_all_the_same(town: Town) -> None:
    anna, _ben = await two_chats(town)
    await anna.talks("Who brings the cake?", "a1")

    await anna.talks(Words("Anybody?", to="a1"), "a2")
    await town.turns.settle()
    await town.pass_by(timedelta(seconds=60))
    await town.take()

    assert (await texts(town))[-1] == "Anna: Anybody?"


async def test_what_is_said_to_us_and_in_another_topic_is_not_shown(town: Town) -> None:
    anna, _ben = await two_chats(town)
    before = await shown(town)

    await anna.says("/help")
    await anna.does(Words("Are you there?"), name="Anna", message="a1")
    await anna.talks("   ")

    assert await shown(town) == before


# ---- corrections and deletions ---------------------------------------------------------------------------------------


async def test_a_correction_follows_again_and_again(town: Town) -> None:
    anna, _ben = await two_chats(town)
    await anna.talks("Who brings teh cake?", "a1")
    await delivered(town)
    copy = await newest_id(town)

    await anna.talks(Edited("a1", "Who brings the cake?"), "a1")
    await anna.talks(Edited("a1", "Who brings the cake and tea?"), "a1")
    await delivered(town)
    await anna.talks(Edited("a1", "Who brings all?"), "a1")

    (last,) = [message for message in await shown(town) if "Who brings" in bare(message)]
    assert (bare(last), last.replaces) == ("Anna: Who brings all?", copy)


async def test_what_has_not_left_yet_leaves_as_it_should_be(town: Town) -> None:
    anna, _ben = await two_chats(town)
    await anna.talks("Who brings teh cake?", "a1")

    await anna.talks(Edited("a1", "Who brings the cake?"), "a1")

    assert [(bare(message), message.replaces) for message in await shown(town)][-1:] == [
        ("Anna: Who brings the cake?", "")
    ]
    assert not any("teh" in told for told in await texts(town))


async def test_nobody_corrects_or_deletes_what_others_said(town: Town) -> None:
    anna, _ben = await two_chats(town)
    carla = Talker(town, "carla")
    await anna.talks("Who brings the cake?", "a1")
    await delivered(town)
    before = await texts(town)

    await carla.talks(Edited("a1", "I bring nothing"), "a1")

    assert "your own message" in await carla.does(Command("delete", "", "a1"))
    assert await texts(town) == before


async def test_a_deletion_follows_and_the_words_are_forgotten(town: Town) -> None:
    anna, ben = await two_chats(town)
    await ben.talks("Nobody need read this", "b1")
    await delivered(town)
    copy = await newest_id(town, GROUP)

    await ben.does(Gone("b1"))

    assert (await shown(town, GROUP))[-1].removes == copy
    assert not any(b"Nobody need" in row.body for row in await town.rows(outbox))
    assert await town.count(relayed) == 0

    await anna.talks("Nor this", "a1")
    assert "deleted in the other chat" in await anna.does(Command("delete", "", "a1"))
    assert not any("Nor this" in told for told in await texts(town))
    assert not (await shown(town))[-1].removes  # it never left


async def test_what_is_being_sent_can_be_deleted_once_it_has_arrived(town: Town) -> None:
    _anna, ben = await two_chats(town)
    await ben.talks("Nobody need read this", "b1")
    await delivered(town, "sending")

    await ben.does(Gone("b1"))
    await town.turns.settle()
    assert not (await shown(town, GROUP))[-1].removes
    await delivered(town)
    copy = await newest_id(town, GROUP)

    await town.pass_by(timedelta(seconds=1))
    await ben.does(Command("löschen", "", "b1"))
    assert [message.removes for message in await shown(town, GROUP)][-1] == copy


async def test_what_was_passed_on_is_forgotten_after_two_days(town: Town) -> None:
    anna, _ben = await two_chats(town)
    await anna.talks("Who brings the cake?", "a1")
    await delivered(town)

    await town.jobs.prune()
    assert await town.count(relayed) == 1
    await town.pass_by(timedelta(days=2, hours=1))
    await anna.talks("A later one", "a2")
    await town.jobs.prune()

    assert [row.message for row in await town.rows(relayed)] == ["a2"]
    assert not any(b"cake" in row.body for row in await town.rows(outbox))


async def test_a_chat_whose_messages_are_numbered_anew_begins_afresh(town: Town) -> None:
    anna, _ben = await two_chats(town)
    await anna.talks("Who brings the cake?", "a1")

    await town.take(anna.inbound(Migrated("-200")))

    assert await town.count(relayed) == 0
    assert await town.turns.relays("desk", {"-200"}) == {"-200"}


# ---- too much --------------------------------------------------------------------------------------------------------


async def test_a_flood_gets_one_word_and_a_rest(town: Town) -> None:
    anna, _ben = await two_chats(town)

    await town.take(*[anna.plain(Words(f"No. {number}"), f"a{number}") for number in range(30)])

    passed_on = [told for told in await texts(town) if "No. " in told]
    assert passed_on == [f"Anna: No. {number}" for number in range(20)]
    assert ["more than I can pass on" in told for told in await notices(town, GROUP)].count(True) == 1
    await town.pass_by(timedelta(minutes=4))
    await anna.talks("Again")
    assert (await texts(town))[-1] == "Anna: Again"
