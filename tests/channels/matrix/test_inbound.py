"""What people's clients send, as captured from Element, and what it means to the house."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projektbot.channels.matrix.addressed import Here, answered_by_command, doubtful_message
from projektbot.channels.matrix.inbound import READERS, greeting_for, read
from projektbot.messages import (
    Command,
    Edited,
    Event,
    Gone,
    Kind,
    Migrated,
    Odd,
    Pick,
    Presence,
    Shared,
    Upload,
    Words,
)

US = "@projektbot:city.example"
ANNA = "@anna:city.example"
CHAT, GROUP = "!chat:city.example", "!group:city.example"
OURS, THEIRS = "$ours", "$theirs"
PRIVATE = Here("matrix", US, "Projektbot", private=frozenset({CHAT}))
IN_GROUP = Here("matrix", US, "Projektbot", authors={OURS: US, THEIRS: ANNA})


def raw(content: object, kind: str = "m.room.message", **more: object) -> dict[str, Any]:
    return {
        "type": kind,
        "event_id": "$event",
        "room_id": CHAT,
        "sender": ANNA,
        "origin_server_ts": 1_790_000_000_000,
        "content": content,
        "unsigned": {"age": 12},
        **more,
    }


def text(body: object, **more: object) -> dict[str, Any]:
    return {"msgtype": "m.text", "body": body, **more}


def said(content: object, kind: str = "m.room.message", **more: object) -> Event | None:
    inbound = read(raw(content, kind, **more), PRIVATE)
    return inbound.event if inbound else None


def heard(content: object, kind: str = "m.room.message", **more: object) -> Event | None:
    inbound = read(raw(content, kind, room_id=GROUP, **more), IN_GROUP)
    return inbound.event if inbound else None


def answering(event_id: str) -> dict[str, Any]:
    return {"m.relates_to": {"m.in_reply_to": {"event_id": event_id}}}


# ---- words ---------------------------------------------------------------------------------------------------------


def test_a_text_is_words_from_its_room_with_its_own_id() -> None:
    inbound = read(raw(text("A bench at the school")), PRIVATE)

    assert inbound is not None
    assert inbound.event == Words("A bench at the school")
    assert (inbound.channel, inbound.key, inbound.chat, inbound.message) == ("matrix", "$event", CHAT, "$event")
    assert inbound.private
    assert inbound.locale == ""


@pytest.mark.parametrize("typed", ["/idea", "!idea", "//idea", "!Idea", "/idea@projektbot", "  /idea  "])
def test_a_command_begins_with_a_slash_or_what_element_lets_through(typed: str) -> None:
    assert said(text(typed)) == Command("idea")


def test_a_command_has_an_argument() -> None:
    assert said(text("!start p_P-1042 now")) == Command("start", "p_P-1042 now")
    assert said(text("/skip\nthis one")) == Command("skip", "this one")


@pytest.mark.parametrize("typed", ["/", "!!!", "/ 5", "!Wichtig: das Schild", "/1", "and/or", "///idea"])
def test_not_all_that_begins_with_a_slash_is_a_command(typed: str) -> None:
    assert said(text(typed)) == Words(typed)


def test_a_reply_says_what_it_answers_and_nothing_of_the_quote() -> None:
    body = f"> <{US}> Which place is it?\n> 1. School\n\nThe crossing\n> not this"

    assert said(text(body, **answering(OURS))) == Words("The crossing\n> not this", OURS)
    assert said(text(f"> * <{US}> waves\n\nHello", **answering(OURS))) == Words("Hello", OURS)


def test_a_quote_that_somebody_typed_stays() -> None:
    assert said(text("> as they say\n\nindeed")) == Words("> as they say\n\nindeed")
    assert said(text("> as they say\n\nindeed", **answering(OURS))) == Words("> as they say\n\nindeed", OURS)


def test_a_message_in_a_thread_answers_nothing_unless_it_says_so() -> None:
    thread = {"rel_type": "m.thread", "event_id": OURS, "m.in_reply_to": {"event_id": "$last"}}

    assert said(text("well", **{"m.relates_to": {**thread, "is_falling_back": True}})) == Words("well")
    assert said(text("well", **{"m.relates_to": {**thread, "is_falling_back": False}})) == Words("well", "$last")


def test_an_emote_is_words_and_a_notice_is_nothing() -> None:
    assert said({"msgtype": "m.emote", "body": "agrees"}) == Words("agrees")
    assert said({"msgtype": "m.notice", "body": "I am a bot too"}) is None


def test_our_own_messages_are_nothing() -> None:
    assert said(text("Hello"), sender=US) is None
    assert said({"m.relates_to": annotation("1️⃣")}, "m.reaction", sender=US) is None


def test_words_can_be_stored() -> None:
    assert said(text("a\0b\ud83dc")) == Words("abc")


def test_an_empty_text_is_odd() -> None:
    assert said(text(" \n ")) == Odd("text")
    assert said(text(12)) == Odd("text")


# ---- corrections, reactions, redactions ----------------------------------------------------------------------------


def edit(body: str, **more: object) -> dict[str, Any]:
    new = {**text(body), **more}
    return text(f"* {body}", **{"m.new_content": new, "m.relates_to": {"rel_type": "m.replace", "event_id": THEIRS}})


def test_a_correction_is_no_new_message() -> None:
    inbound = read(raw(edit("1200 €")), PRIVATE)

    assert inbound is not None
    assert inbound.event == Edited(THEIRS, "1200 €")
    assert (inbound.key, inbound.message) == ("$event", THEIRS)


def test_a_corrected_caption_counts_and_a_corrected_picture_without_words_does_not() -> None:
    assert said(edit("the crossing", msgtype="m.image", filename="a.png")) == Edited(THEIRS, "the crossing")
    assert said(edit("a.png", msgtype="m.image")) is None


def annotation(key: object) -> dict[str, Any]:
    return {"rel_type": "m.annotation", "event_id": OURS, "key": key}


@pytest.mark.parametrize(
    ("key", "number"),
    [("1️⃣", 1), ("1⃣", 1), ("9️⃣", 9), ("🔟", 10), ("3", 3), ("3\ufe0f", 3), ("12", 12)],
)
def test_a_number_as_a_reaction_picks_a_choice(key: str, number: int) -> None:
    inbound = read(raw({"m.relates_to": annotation(key)}, "m.reaction"), PRIVATE)

    assert inbound is not None
    assert (inbound.event, inbound.message) == (Pick(number, OURS, "$event"), "")


@pytest.mark.parametrize("key", ["👍", "", "0", "0️⃣", "①", "٣", "100", "-1", "1 2", "ja", None, 1, ["1"]])
def test_other_reactions_are_nothing(key: object) -> None:
    assert said({"m.relates_to": annotation(key)}, "m.reaction") is None


def test_a_message_taken_back_is_nothing() -> None:
    assert said({"redacts": THEIRS}, "m.room.redaction") is None
    assert said({}, unsigned={"redacted_because": {}}) is None


# ---- files, places, the rest ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("msgtype", "kind"), [("m.image", Kind.IMAGE), ("m.audio", Kind.AUDIO), ("m.file", Kind.FILE)])
def test_files_are_uploads(msgtype: str, kind: Kind) -> None:
    content = {"msgtype": msgtype, "body": "photo.png", "url": "mxc://city.example/abc", "info": {"size": 4711}}

    assert said(content) == Upload(kind, "mxc://city.example/abc", 4711, "photo.png")


def test_a_caption_is_the_body_beside_a_file_name() -> None:
    content = {"msgtype": "m.image", "url": "mxc://city.example/abc", "filename": "a.png", "body": "The crossing"}

    assert said(content) == Upload(Kind.IMAGE, "mxc://city.example/abc", 0, "a.png", "The crossing")
    assert said({**content, "body": "a.png"}) == Upload(Kind.IMAGE, "mxc://city.example/abc", 0, "a.png")


def test_a_place_is_shared_with_or_without_accuracy() -> None:
    here = {"msgtype": "m.location", "body": "Location", "geo_uri": "geo:52.4537,13.5152;u=35"}

    assert said(here) == Shared(52.4537, 13.5152)
    assert said({**here, "geo_uri": "geo:-33.9,18.4,25"}) == Shared(-33.9, 18.4)


@pytest.mark.parametrize("uri", ["geo:91,0", "geo:0,181", "geo:nan,1", "geo:52", "", None, f"geo:{'9' * 400},1"])
def test_a_place_nowhere_is_odd(uri: object) -> None:
    assert said({"msgtype": "m.location", "body": "Location", "geo_uri": uri}) == Odd("location")


@pytest.mark.parametrize(
    ("kind", "content", "what"),
    [
        ("m.room.message", {"msgtype": "m.video", "body": "v.mp4", "url": "mxc://a/b"}, "video"),
        ("m.room.message", {"msgtype": "m.image", "body": "a.png"}, "image"),
        ("m.room.message", {"msgtype": "com.example.dance", "body": "x"}, "com.example.dance"),
        ("m.room.message", {"msgtype": "x" * 5000, "body": "x"}, "x" * 64),
        ("m.room.message", {"body": "no type"}, "message"),
        ("m.sticker", {"body": "cat", "url": "mxc://a/b"}, "sticker"),
        ("m.poll.start", {"m.text": "?"}, "poll"),
        ("org.matrix.msc3381.poll.start", {"org.matrix.msc1767.text": "?"}, "poll"),
        ("m.room.encrypted", {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "x"}, "encrypted"),
    ],
)
def test_what_we_have_no_use_for_is_odd_and_so_gets_an_answer(kind: str, content: dict[str, Any], what: str) -> None:
    assert said(content, kind) == Odd(what)


def test_other_events_are_nothing() -> None:
    assert said({"name": "Bench"}, "m.room.name") is None
    assert said({"msgtype": "m.key.verification.request", "body": "verify?"}) is None


# ---- coming and going ----------------------------------------------------------------------------------------------


def membership(now: str, before: str, who: str = US) -> Event | None:
    return said({"membership": now}, "m.room.member", state_key=who, unsigned={"prev_content": {"membership": before}})


def test_our_coming_and_going_is_presence() -> None:
    assert membership("join", "invite") == Presence(here=True)
    assert membership("leave", "join") == Presence(here=False)
    assert membership("ban", "join") == Presence(here=False)


def test_a_new_name_another_person_and_an_invitation_taken_back_are_not() -> None:
    assert membership("join", "join") is None
    assert membership("join", "invite", ANNA) is None
    assert membership("leave", "invite") is None


def test_joining_a_private_room_makes_one_greeting() -> None:
    joined = raw({"membership": "join"}, "m.room.member", state_key=US)

    first, again = (read(greeting_for(joined), PRIVATE) for _ in range(2))

    assert first is not None
    assert (first.event, first.chat, first.message) == (Command("start"), CHAT, "")
    assert first == again
    assert first.key != "$event"


def test_a_room_that_goes_on_elsewhere_has_migrated_once_we_are_there() -> None:
    tombstone = raw({"body": "moved", "replacement_room": "!new:city.example"}, "m.room.tombstone", state_key="")

    followed = read(tombstone, Here("matrix", US, followed=frozenset({"$event"})))

    assert followed is not None
    assert (followed.chat, followed.event) == (CHAT, Migrated("!new:city.example"))
    assert read(tombstone, PRIVATE) is None


# ---- groups --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        text("When do we meet?"),
        text("I told Anna", **{"m.mentions": {"user_ids": [ANNA]}}),
        text("Projektbot is nice", **{"m.mentions": {}}),
        text("@projektbots:city.example"),
        text("yes", **answering(THEIRS)),
        text(f"> <{ANNA}> projektbot?\n\nyes", **answering("$unknown")),
        {"msgtype": "m.image", "body": "photo.png", "url": "mxc://a/b"},
        {"msgtype": "m.video", "body": "v.mp4"},
    ],
)
def test_a_group_keeps_its_talk_to_itself(content: dict[str, Any]) -> None:
    assert heard(content) is None


@pytest.mark.parametrize(
    ("content", "event"),
    [
        (text("!task paint the bench"), Command("task", "paint the bench")),
        (text("Thursday", **answering(OURS)), Words("Thursday", OURS)),
        (text(f"> <{US}> When?\n\nThursday", **answering("$old")), Words("Thursday", "$old")),
        (text("Projektbot: when is it due?", **{"m.mentions": {"user_ids": [US]}}), Words("when is it due?")),
        (text("Projektbot: /task list", **{"m.mentions": {"user_ids": [US]}}), Command("task", "list")),
        (text("so @Projektbot, when?"), Words("so @Projektbot, when?")),
        (text(f"{US} help"), Words(f"{US} help")),
        (
            {"msgtype": "m.image", "body": "a.png", "url": "mxc://a/b", **answering(OURS)},
            Upload(Kind.IMAGE, "mxc://a/b", 0, "a.png", to=OURS),
        ),
    ],
)
def test_a_group_speaks_to_us_by_command_mention_and_reply(content: dict[str, Any], event: Event) -> None:
    assert heard(content) == event


def test_in_private_our_name_may_be_just_a_word() -> None:
    assert said(text("Projektbot: a better name")) == Words("Projektbot: a better name")


def test_a_group_picks_by_reactions_to_our_messages_only() -> None:
    assert heard({"m.relates_to": annotation("2️⃣")}, "m.reaction") == Pick(2, OURS, "$event")
    assert heard({"m.relates_to": {**annotation("2️⃣"), "event_id": THEIRS}}, "m.reaction") is None


def test_a_group_is_heard_to_delete_something_which_the_road_may_know() -> None:
    assert heard({"redacts": THEIRS}, "m.room.redaction") == Gone(THEIRS)
    assert heard({}, "m.room.redaction", redacts=THEIRS) == Gone(THEIRS)  # before room version 11
    assert heard({"redacts": THEIRS}, "m.room.redaction", sender=US) is None
    assert heard({}, "m.room.redaction") is None


def test_nobody_corrects_what_somebody_else_said_to_us() -> None:
    assert heard(edit("!task paint it red")) == Edited(THEIRS, "!task paint it red")
    assert heard(edit("!task paint it red"), sender="@mallory:city.example") is None


def test_the_author_of_a_message_is_asked_for_only_where_it_decides() -> None:
    def asked(content: dict[str, Any], kind: str = "m.room.message", room: str = GROUP) -> str:
        return doubtful_message(raw(content, kind, room_id=room), IN_GROUP)

    assert asked(text("yes", **answering("$x"))) == "$x"
    assert asked({"m.relates_to": annotation("1️⃣")}, "m.reaction") == OURS
    assert asked(edit("!task now")) == THEIRS
    assert asked(text("yes", **answering("$x"), **{"m.mentions": {}})) == ""
    assert asked(text(f"> <{ANNA}> a\n\nyes", **answering("$x"))) == ""
    assert asked({"m.relates_to": annotation("👍")}, "m.reaction") == ""
    assert asked(text("yes", **answering("$x")), room=GROUP) == "$x"
    assert doubtful_message(raw(text("yes", **answering("$x"))), PRIVATE) == ""


@pytest.mark.parametrize("words", ["yes", "/task"])
def test_nobody_is_asked_for_a_message_whose_id_can_be_none(words: str) -> None:
    endless = "$" + "ä" * 128  # a proxy refuses so long an address in words of its own, which would mean: try again
    relations: list[dict[str, Any]] = [
        {"m.in_reply_to": {"event_id": endless}},
        *({"rel_type": kind, "event_id": endless, "key": "1"} for kind in ("m.replace", "m.annotation", "m.reference")),
    ]

    for kind, relation in product(("m.room.message", "m.reaction", "m.poll.response"), relations):
        event = raw({**text(words), "m.new_content": text(words), "m.relates_to": relation}, kind, room_id=GROUP)
        assert (doubtful_message(event, IN_GROUP), answered_by_command(event, IN_GROUP)) == ("", "")


# ---- anything at all -----------------------------------------------------------------------------------------------

NAMES = ["msgtype", "body", "url", "info", "size", "filename", "geo_uri", "m.relates_to", "m.new_content", "rel_type"]
NAMES += ["event_id", "key", "m.in_reply_to", "m.mentions", "user_ids", "membership", "replacement_room"]
VALUES = ["m.text", "m.image", "m.location", "m.replace", "m.annotation", "1️⃣", "join", f"> <{US}> a\n\nb", "/idea", US]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(VALUES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=20,
)


@given(st.sampled_from(sorted(READERS)), json_values, json_values, st.sampled_from([CHAT, GROUP]))
def test_no_content_raises(kind: str, content: object, unsigned: object, room: str) -> None:
    here = Here("matrix", US, "Projektbot", frozenset({CHAT}), {"$a": US}, relayed=frozenset({GROUP}))
    event = raw(content, kind, room_id=room, unsigned=unsigned, state_key=US)

    doubtful_message(event, here)
    answered_by_command(event, here)
    inbound = read(event, here)

    assert inbound is None or inbound.chat == room


@pytest.mark.parametrize("broken", [{}, {"event_id": 5}, {"event_id": "$a", "room_id": CHAT}])
def test_what_is_no_event_is_raised_and_so_set_aside(broken: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError)):
        read(broken, PRIVATE)
