"""What people say to each other in a room is read only where it is passed on, and then with their name."""

from __future__ import annotations

from typing import Any

import pytest

from projektbot.channels.matrix.addressed import Here
from projektbot.channels.matrix.inbound import read
from projektbot.channels.matrix.outbound import Picture, media_content, text_contents, whole_content
from projektbot.messages import (
    Edited,
    Event,
    Inbound,
    Kind,
    Media,
    Odd,
    Outgoing,
    Part,
    Stored,
    Style,
    Upload,
    Words,
)
from tests.channels.matrix.test_inbound import ANNA, GROUP, OURS, US, raw, text

RELAYED = Here(
    "matrix", US, "Projektbot", authors={OURS: US}, relayed=frozenset({GROUP}), names={(GROUP, ANNA): "Anna"}
)
SILENT = Here("matrix", US, "Projektbot")
PHOTO = {"msgtype": "m.image", "body": "Bank", "filename": "b.jpg", "url": "mxc://a/b", "info": {"size": 5}}


def heard(content: object, kind: str = "m.room.message", here: Here = RELAYED, **more: object) -> Event | None:
    inbound = read(raw(content, kind, room_id=GROUP, **more), here)
    assert inbound is None or inbound.overheard
    return inbound.event if inbound else None


def test_words_come_with_who_said_them_and_what_they_answer() -> None:
    content = text("Ich", **{"m.relates_to": {"m.in_reply_to": {"event_id": "$a"}}})

    inbound = read(raw(content, room_id=GROUP), RELAYED)

    assert inbound == Inbound(
        "matrix", "$event", GROUP, Words("Ich", "$a"), "$event", private=False, sender=ANNA, name="Anna", overheard=True
    )


def test_photos_are_fetched_and_other_files_only_named() -> None:
    assert heard(PHOTO) == Upload(Kind.IMAGE, "mxc://a/b", 5, "b.jpg", "Bank")
    assert heard({"msgtype": "m.file", "body": "x.pdf", "url": "mxc://a/b"}) == Odd("file")
    assert heard({"msgtype": "m.audio", "body": "x.ogg", "url": "mxc://a/b"}) == Odd("voice")
    assert heard({"body": "ha", "url": "mxc://a/b"}, "m.sticker") == Odd("sticker")


def test_corrections_are_heard() -> None:
    relation = {"rel_type": "m.replace", "event_id": "$a"}
    edit = text("* Tee", **{"m.new_content": text("Tee"), "m.relates_to": relation})

    assert heard(edit) == Edited("$a", "Tee")


@pytest.mark.parametrize(
    ("content", "more"),
    [
        (text("Notiert."), {"sender": US}),
        ({"msgtype": "m.notice", "body": "Es regnet."}, {}),
        ({}, {}),
        ({"msgtype": "m.key.verification.request", "body": "?"}, {}),
    ],
    ids=["ours", "a bot", "deleted", "devices"],
)
def test_what_no_person_says_to_others_is_not_heard(content: object, more: dict[str, Any]) -> None:
    assert read(raw(content, room_id=GROUP, **more), RELAYED) is None


@pytest.mark.parametrize("kind", ["m.room.message", "m.sticker"])
def test_nothing_is_heard_where_nothing_is_passed_on(kind: str) -> None:
    assert heard(PHOTO, kind, SILENT) is None
    assert heard(text("Kuchen?"), kind, SILENT) is None


@pytest.mark.parametrize(
    ("kind", "content", "more"),
    [
        ("m.reaction", {"m.relates_to": {"rel_type": "m.annotation", "event_id": "$a", "key": "👍"}}, {}),
        ("m.reaction", {"m.relates_to": {"rel_type": "m.annotation", "event_id": "$a", "key": "1️⃣"}}, {}),
        ("m.room.member", {"membership": "join", "displayname": "Ben"}, {"state_key": "@ben:test"}),
        ("m.room.member", {"membership": "leave"}, {"state_key": ANNA}),
        ("m.room.tombstone", {"replacement_room": "!new"}, {"state_key": ""}),
        ("m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"}, {"state_key": ""}),
        ("m.room.encrypted", {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "…"}, {}),
        ("m.poll.response", {"m.relates_to": {"rel_type": "m.reference", "event_id": "$p"}}, {}),
    ],
)
def test_what_happens_in_a_room_without_words_is_not_passed_on(
    kind: str, content: dict[str, Any], more: dict[str, Any]
) -> None:
    assert heard(content, kind, **more) is None


def test_a_command_is_for_us_and_has_a_name() -> None:
    inbound = read(raw(text("!aufgabe Holz"), room_id=GROUP), RELAYED)

    assert inbound is not None
    assert (inbound.overheard, inbound.name) == (False, "Anna")


def test_what_somebody_wrote_is_shown_as_they_wrote_it() -> None:
    parts = (Part("Anna", Style.BOLD), Part(": "), Part("see /etc <b>", Style.SAID))

    (content,) = text_contents(Outgoing(parts, whole=True))

    assert content["body"] == "Anna: see /etc <b>"
    assert content["formatted_body"] == "<strong>Anna</strong>: see /etc &lt;b&gt;"


def test_a_photo_and_its_words_are_one_event_and_corrected_as_one() -> None:
    media = Media(Kind.IMAGE, Stored("ab" * 32, "image/png", 5, "b.png"))
    file = media_content(media, {"url": "mxc://a/b"}, Picture(3, 2))
    message = Outgoing((Part("Anna", Style.BOLD), Part(": "), Part("Bank", Style.SAID)), media=media, whole=True)

    sent = whole_content(message, file)

    assert {name: sent[name] for name in ("msgtype", "body", "filename", "url")} == {
        "msgtype": "m.image", "body": "Anna: Bank", "filename": "b.png", "url": "mxc://a/b",
    }  # fmt: skip
    corrected = whole_content(Outgoing(message.parts, media=media, whole=True, replaces="$a"), file)
    assert corrected["m.new_content"] == sent
    assert corrected["m.relates_to"] == {"rel_type": "m.replace", "event_id": "$a"}
