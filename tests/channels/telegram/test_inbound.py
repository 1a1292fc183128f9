"""What each sort of update means to us."""

from __future__ import annotations

import inspect

import pytest
import telegram
from hypothesis import given
from hypothesis import strategies as st

from projektbot.channels.telegram.inbound import ABOUT, SERVICE, Reader
from projektbot.messages import (
    Command,
    Edited,
    Event,
    Inbound,
    Kind,
    Migrated,
    Odd,
    Pick,
    Presence,
    Shared,
    Tap,
    Upload,
    Words,
)
from tests.channels.telegram import updates as u

READER = Reader("telegram", u.BOT, u.USERNAME)


def read(update: u.Json) -> Inbound | None:
    """Read one update as our bot."""
    return READER.to_inbound(update)


def event(update: u.Json) -> Event | None:
    """Read one update and return what happened."""
    inbound = read(update)
    return inbound.event if inbound else None


def test_a_typed_message_becomes_words_with_all_that_an_answer_needs() -> None:
    inbound = read(u.message(text="Die Kreuzung an der Schule"))

    assert inbound == Inbound(
        channel="telegram",
        key="9001",
        chat="70001",
        event=Words("Die Kreuzung an der Schule"),
        message="17",
        locale="de",
        private=True,
        order=9001,
    )


def test_an_answer_names_the_message_it_answers() -> None:
    question = u.said(sender=u.OURSELVES, text="Wo?") | {"message_id": 11}

    assert event(u.message(text="Am See", reply_to_message=question)) == Words("Am See", to="11")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/idea", Command("idea")),
        ("/Idea", Command("idea")),
        ("/idea@projekt_test_bot", Command("idea")),
        ("/start p_P-1042", Command("start", "p_P-1042")),
        ("/entwürfe", Command("entwürfe")),
        ("/entwu\u0308rfe", Command("entwürfe")),
        ("/idea  die Brücke\nist kaputt ", Command("idea", "die Brücke\nist kaputt")),
        ("/", Words("/")),
        ("/ 5", Words("/ 5")),
        ("/2", Words("/2")),
        ("/home/ada ist voll", Words("/home/ada ist voll")),
        ("und/oder", Words("und/oder")),
    ],
)
def test_a_slash_and_a_word_are_a_command_however_they_are_spelt(text: str, expected: Event) -> None:
    assert event(u.command(text)) == expected


def test_a_tap_carries_its_token_and_the_message_of_its_button() -> None:
    assert event(u.TAP) == Tap("aB3", "17")


def test_a_tap_on_a_message_too_old_to_be_shown_is_a_tap_still() -> None:
    query = u.TAP["callback_query"] | {"message": {"chat": u.PRIVATE, "message_id": 3, "date": 0}}

    assert event({"update_id": 1, "callback_query": query}) == Tap("aB3", "3")


def test_a_button_without_data_is_odd() -> None:
    query = {key: value for key, value in u.TAP["callback_query"].items() if key != "data"}

    assert event({"update_id": 1, "callback_query": query | {"game_short_name": "x"}}) == Odd("game")


def test_a_tap_that_comes_without_its_message_is_answered_in_private() -> None:
    query = {key: value for key, value in u.TAP["callback_query"].items() if key != "message"}
    inbound = read({"update_id": 1, "callback_query": query | {"inline_message_id": "xyz"}})

    assert inbound is not None
    assert (inbound.chat, inbound.private, inbound.event) == ("70001", True, Tap("aB3", ""))


@pytest.mark.parametrize("kind", ["location", "venue"])
def test_a_place_is_shared_by_pin_or_by_name(kind: str) -> None:
    place = {"latitude": 52.45, "longitude": 13.57}
    venue = {"venue": {"location": place, "title": "Rathaus", "address": "Am Markt"}} if kind == "venue" else {}

    assert event(u.message(location=place, **venue)) == Shared(52.45, 13.57)


def test_a_photo_comes_in_its_largest_size_with_its_caption() -> None:
    assert event(u.message(photo=u.PHOTO, caption="so")) == Upload(Kind.IMAGE, "large", 210_000, "", "so")


def test_a_photo_larger_than_we_may_fetch_comes_in_the_next_size() -> None:
    sizes = [*u.PHOTO, {"file_id": "vast", "width": 9000, "height": 9000, "file_size": 20_000_001}]

    assert event(u.message(photo=sizes)) == Upload(Kind.IMAGE, "large", 210_000)


def test_the_photos_of_an_album_come_one_by_one() -> None:
    album = [u.message(photo=u.PHOTO, media_group_id="77"), u.message(photo=u.PHOTO, media_group_id="77")]

    assert [type(event(one)) for one in album] == [Upload, Upload]


@pytest.mark.parametrize("name", ["voice", "audio"])
def test_what_one_hears_is_audio(name: str) -> None:
    assert event(u.message(**{name: u.VOICE})) == Upload(Kind.AUDIO, "vo", 9_000)


def test_a_document_is_a_file_unless_it_is_a_picture() -> None:
    picture = u.DOCUMENT | {"mime_type": "image/png", "file_name": "Plan.png"}

    assert event(u.message(document=u.DOCUMENT)) == Upload(Kind.FILE, "do", 40_000, "Plan.pdf")
    assert event(u.message(document=picture)) == Upload(Kind.IMAGE, "do", 40_000, "Plan.png")


@pytest.mark.parametrize("what", list(u.ODD))
def test_what_we_cannot_use_is_named_so_that_it_can_be_answered(what: str) -> None:
    assert event(u.message(**u.ODD[what])) == Odd(what)


@pytest.mark.parametrize("content", u.SERVICE, ids=lambda content: next(iter(content)))
def test_what_telegram_tells_of_the_chat_itself_is_not_answered(content: u.Json) -> None:
    assert event(u.message(**content)) is None
    assert event(u.message(u.SUPERGROUP, **content)) is None


def test_an_edit_says_which_message_and_what_it_says_now() -> None:
    edited = {"update_id": 5, "edited_message": u.said(text="1200 Euro", edit_date=1_760_000_100)}

    assert event(edited) == Edited("17", "1200 Euro")


def test_a_live_location_that_moves_says_nothing_new() -> None:
    moved = u.said(location={"latitude": 1.0, "longitude": 2.0}, edit_date=1_760_000_100)

    assert event({"update_id": 5, "edited_message": moved}) is None


@pytest.mark.parametrize(
    ("update", "here"),
    [
        (u.membership("kicked"), False),
        (u.membership("member"), True),
        (u.membership("left", u.GROUP), False),
        (u.membership("administrator", u.GROUP), True),
        (u.membership("restricted", u.SUPERGROUP, is_member=False), False),
        (u.membership("restricted", u.SUPERGROUP, is_member=True), True),
    ],
)
def test_we_notice_when_we_are_blocked_added_or_removed(update: u.Json, *, here: bool) -> None:
    assert event(update) == Presence(here)


def test_a_group_that_becomes_a_supergroup_tells_its_new_id() -> None:
    inbound = read(u.message(u.GROUP, migrate_to_chat_id=-100_500))

    assert inbound is not None
    assert (inbound.chat, inbound.event, inbound.private) == ("-4001", Migrated("-100500"), False)


@pytest.mark.parametrize(("emoji", "number"), [("1️⃣", 1), ("1\u20e3", 1), ("9️⃣", 9), ("🔟", 10)])
def test_a_number_as_reaction_picks_a_choice(emoji: str, number: int) -> None:
    assert event(u.reaction(emoji)) == Pick(number, "12")


def test_other_reactions_and_numbers_taken_back_pick_nothing() -> None:
    assert event(u.reaction("👍")) is None
    assert event(u.reaction(before=("1️⃣",))) is None
    assert event(u.reaction("1️⃣", before=("1️⃣",))) is None
    assert event(u.reaction("1️⃣", "2️⃣", before=("1️⃣",))) == Pick(2, "12")


def test_in_a_group_only_our_commands_and_answers_to_us_are_ours() -> None:
    ours, theirs = u.said(u.GROUP, u.OURSELVES, text="?"), u.said(u.GROUP, u.PERSON, text="?")

    assert event(u.command("/task Plakate", u.GROUP)) == Command("task", "Plakate")
    assert event(u.command("/task@Projekt_Test_Bot", u.GROUP)) == Command("task")
    assert event(u.message(u.GROUP, text="ja", reply_to_message=ours)) == Words("ja", to="17")
    assert event(u.command("/task@wetter_bot", u.GROUP)) is None
    assert event(u.message(u.GROUP, text="/task@wetter_bot", reply_to_message=ours)) is None
    assert event(u.message(u.GROUP, text="Wer bringt Kuchen?")) is None
    assert event(u.message(u.GROUP, text="ich", reply_to_message=theirs)) is None
    assert event(u.message(u.GROUP, photo=u.PHOTO)) is None
    assert event({"update_id": 1, "edited_message": u.said(u.GROUP, text="Kuchen")}) is None


def test_talk_in_a_topic_we_have_opened_is_not_an_answer_to_us() -> None:
    opening = u.said(u.SUPERGROUP, u.OURSELVES, forum_topic_created={"name": "Kosten"})

    assert event(u.message(u.SUPERGROUP, text="hm", reply_to_message=opening, is_topic_message=True)) is None


def test_bots_and_channels_are_not_spoken_with() -> None:
    channel = {"id": -100_7, "title": "Amtsblatt", "type": "channel"}

    assert event(u.message(u.GROUP, u.OTHER_BOT, text="/idea")) is None
    assert event(u.message(u.GROUP, text="/idea", sender_chat=channel, is_automatic_forward=True)) is None
    assert event({"update_id": 1, "message": u.said(channel, text="/idea")}) is None


def test_updates_we_have_not_asked_for_are_nothing_to_us() -> None:
    assert event({"update_id": 1, "poll": {"id": "7"}}) is None
    assert event({"update_id": 1}) is None


def test_every_field_that_a_message_can_have_is_known_as_content_or_not() -> None:
    content = {"text", "photo", "voice", "audio", "document", "location", "venue", "animation", "video", "video_note"}
    content |= {"sticker", "contact", "poll", "dice", "game", "story", "checklist", "paid_media", "invoice", "giveaway"}
    content |= {"live_photo", "rich_message"}
    handled_before = {"migrate_to_chat_id"}
    of_the_library = {"self", "api_kwargs", "from_user", "is_accessible"}
    fields = set(inspect.signature(telegram.Message.__init__).parameters)

    assert fields - of_the_library <= ABOUT | SERVICE | content | handled_before


@pytest.mark.parametrize(
    "content",
    [
        {"photo": []},
        {"photo": [{"width": 1, "height": 1}]},
        {"photo": "x"},
        {"location": {"latitude": "x", "longitude": 1}},
        {"location": {"latitude": None, "longitude": 1}},
        {"text": None},
        {"text": 5},
        {"text": {}},
        {"document": "x"},
        {"voice": {"file_id": 5}},
    ],
    ids=str,
)
def test_a_message_that_cannot_be_read_is_answered_where_it_came_from(content: u.Json) -> None:
    inbound = read(u.message(**content))

    assert inbound is not None
    assert (inbound.chat, inbound.private, inbound.locale) == ("70001", True, "de")
    assert inbound.event == Odd("damaged")


def test_edits_and_taps_that_cannot_be_read_are_answered_too() -> None:
    tap = u.TAP["callback_query"]
    alone = {key: value for key, value in tap.items() if key != "message"}

    assert event({"update_id": 1, "edited_message": u.said(text=5)}) == Odd("damaged")
    assert event({"update_id": 1, "callback_query": tap | {"data": 5}}) == Odd("damaged")
    assert event({"update_id": 1, "callback_query": alone | {"data": None}}) == Odd("damaged")
    assert event({"update_id": 1, "callback_query": tap | {"message": {"message_id": 3}}}) == Odd("damaged")


def test_a_message_without_content_is_answered() -> None:
    assert event(u.message()) == Odd("nothing")
    assert event(u.message(u.GROUP)) is None


@pytest.mark.parametrize(
    "chat", [{"type": "private"}, {"id": {}, "type": "private"}, {"id": 5}, u.GROUP, None, "x"], ids=str
)
def test_what_cannot_be_answered_is_set_aside(chat: object) -> None:
    with pytest.raises((KeyError, TypeError, AttributeError)):
        read({"update_id": 1, "message": {"message_id": 1, "from": u.PERSON, "chat": chat, "text": 5}})


@pytest.mark.parametrize("foreign", [5, None, {"a": 1}, ["de"], True], ids=str)
def test_what_comes_along_in_a_foreign_type_is_as_good_as_missing(foreign: object) -> None:
    stranger = u.PERSON | {"language_code": foreign}
    files = {"file_id": "x", "file_size": "big", "file_name": foreign, "mime_type": foreign}

    inbound = read(u.message(sender=stranger, text="Hallo", reply_to_message=foreign))
    upload = event(u.message(document=files, caption=foreign))

    assert inbound is not None
    assert (inbound.event, inbound.locale) == (Words("Hallo"), "")
    assert upload == Upload(Kind.FILE, "x")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)


@given(text=st.text(min_size=1))
def test_any_text_in_private_is_words_or_a_command(text: str) -> None:
    assert isinstance(event(u.message(text=text)), Words | Command)


@given(name=st.sampled_from(["message", "edited_message", "callback_query", "my_chat_member"]), content=json_values)
def test_nonsense_raises_something_the_road_can_set_aside(name: str, content: object) -> None:
    try:
        inbound = read({"update_id": 1, name: content})
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        inbound = None

    assert inbound is None or isinstance(inbound, Inbound)


def test_in_a_group_it_is_told_who_acts_and_in_which_topic() -> None:
    group = {"id": -500, "type": "supergroup"}
    said = {"message_id": 9, "from": {"id": 7, "is_bot": False}, "chat": group, "text": "/tasks"}
    reader = Reader("telegram", 1, "kiez_bot")

    topic = reader.to_inbound({"update_id": 1, "message": said | {"message_thread_id": 5, "is_topic_message": True}})
    chain = reader.to_inbound({"update_id": 2, "message": said | {"message_thread_id": 5}})
    robot = {"id": 1087968824, "is_bot": True}
    nobody = reader.to_inbound({"update_id": 3, "message": said | {"from": robot, "sender_chat": group}})

    assert topic is not None
    assert (topic.sender, topic.thread) == ("7", "5")
    assert chain is not None
    assert chain.thread == ""  # outside forums each chain of answers has such a number
    assert nobody is not None
    assert nobody.sender == ""
