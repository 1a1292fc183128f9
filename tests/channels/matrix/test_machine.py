"""Our device among devices, without a network: garbage, kills at any point, and who may speak for whom."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import vodozemac

from projektbot.channels.matrix.keystore import Device, KeyStore
from projektbot.channels.matrix.machine import MEGOLM, OLM, Machine
from projektbot.channels.matrix.roomkeys import OwnKey, open_event
from projektbot.channels.matrix.signed import is_signed
from projektbot.errors import ChannelError

ROOM = "!room:localhost"
ANNA = "@anna:localhost"
MALLORY = "@mallory:localhost"
BOT = "@projektbot:localhost"
MAKE_STORE = Callable[[str], KeyStore]


@pytest.fixture
def store_in(tmp_path: Path) -> Iterator[MAKE_STORE]:
    stores: list[KeyStore] = []

    def make(name: str) -> KeyStore:
        stores.append(KeyStore(tmp_path / f"{name}.db"))
        return stores[-1]

    yield make
    for store in stores:
        store.close()


@pytest.fixture
def ours(store_in: MAKE_STORE) -> Machine:
    return Machine(store_in("ours"), BOT, "BOT")


@pytest.fixture
def annas(store_in: MAKE_STORE) -> Machine:
    return Machine(store_in("anna"), ANNA, "PHONE")


def device_of(machine: Machine) -> Device:
    return Device(machine.user, machine.device, machine.curve, machine.ed25519)


def key_offered_by(machine: Machine) -> str:
    offered = machine.offer(held=0, spare=True)
    machine.offered()
    return str(next(iter(offered["one_time_keys"].values()))["key"])


def told(sender: Machine, recipient: Machine, kind: str, content: dict[str, Any]) -> dict[str, Any]:
    """Say something to a device, in a first session if there is none; return the event it gets."""
    device = device_of(recipient)
    if not sender.store.has_session(device.curve):
        sender.begin_session(device, key_offered_by(recipient))
    sealed = sender.seal(device, kind, content)
    assert sealed is not None
    return {"type": "m.room.encrypted", "sender": sender.user, "content": sealed}


def said(sender: Machine, key: OwnKey, words: str, event_id: str) -> dict[str, Any]:
    content = key.seal(sender, ROOM, "m.room.message", {"msgtype": "m.text", "body": words})
    return {
        "type": "m.room.encrypted",
        "room_id": ROOM,
        "event_id": event_id,
        "sender": sender.user,
        "content": content,
    }


def body(opened: dict[str, Any] | None) -> object:
    return opened and opened["content"].get("body")


# ---- garbage -------------------------------------------------------------------------------------------------------


def olm(ours: Machine, sealed: object, **more: object) -> dict[str, Any]:
    curve = vodozemac.Account().curve25519_key.to_base64()
    content = {"algorithm": OLM, "sender_key": curve, "ciphertext": {ours.curve: sealed}, **more}
    return {"type": "m.room.encrypted", "sender": MALLORY, "content": content}


def unknown_key(_: Machine) -> object:
    """Encrypt with a key that we never offered."""
    stranger, other = vodozemac.Account(), vodozemac.Account()
    other.generate_one_time_keys(1)
    key = next(iter(other.one_time_keys.values()))
    kind, sealed = stranger.create_outbound_session(other.curve25519_key, key).encrypt(b"{}").to_parts()
    return {"type": kind, "body": base64.b64encode(sealed).decode().rstrip("=")}


GARBAGE: dict[str, Callable[[Machine], dict[str, Any]]] = {
    "an unknown one-time key": lambda ours: olm(ours, unknown_key(ours)),
    "not base64": lambda ours: olm(ours, {"type": 0, "body": "§$%"}),
    "half a surrogate": lambda ours: olm(ours, {"type": 0, "body": "\ud800"}),
    "a normal message of nothing": lambda ours: olm(ours, {"type": 1, "body": "AAAA"}),
    "a normal message of one letter": lambda ours: olm(ours, {"type": 1, "body": "A"}),
    "a number for a body": lambda ours: olm(ours, {"type": 0, "body": 5}),
    "a list for a type": lambda ours: olm(ours, {"type": [], "body": "AAAA"}),
    "a list for everything": lambda ours: olm(ours, []),
    "a key that is none": lambda ours: olm(ours, unknown_key(ours), sender_key="x"),
    "no content": lambda _: {"type": "m.room.encrypted", "sender": MALLORY},
    "no sender": lambda ours: {**olm(ours, unknown_key(ours)), "sender": 7},
    "nothing": lambda _: {},
    "a refusal of nothing": lambda _: {"type": "m.room_key.withheld", "content": []},
}


@pytest.mark.parametrize("kind", GARBAGE)
def test_garbage_of_strangers_raises_nothing_and_holds_up_nobody(ours: Machine, annas: Machine, kind: str) -> None:
    key = OwnKey()
    good = told(annas, ours, "m.room_key", key.gift(ROOM))

    heard = ours.hear([GARBAGE[kind](ours), good, GARBAGE[kind](ours)])

    assert heard.given == {(ROOM, key.key.session_id)}


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"algorithm": MEGOLM, "room_id": ROOM, "session_id": "x", "session_key": "y"},
        {"algorithm": MEGOLM, "room_id": 1, "session_id": 2, "session_key": 3},
        {"algorithm": "other", "room_id": ROOM},
    ],
)
@pytest.mark.parametrize("kind", ["m.room_key", "m.forwarded_room_key", "m.dummy"])
def test_garbage_within_the_envelope_raises_nothing(
    ours: Machine, annas: Machine, kind: str, content: dict[str, Any]
) -> None:
    assert ours.hear([told(annas, ours, kind, content)]).given == set()


@pytest.mark.parametrize(
    "content", [{}, {"ciphertext": 5}, {"ciphertext": "x"}, {"ciphertext": "§", "m.relates_to": 1}]
)
def test_garbage_in_a_room_is_nothing(ours: Machine, annas: Machine, content: dict[str, Any]) -> None:
    key = OwnKey()
    ours.hear([told(annas, ours, "m.room_key", key.gift(ROOM))])
    raw = said(annas, key, "x", "$1")
    raw["content"] = {"session_id": key.key.session_id, **content}

    opened = open_event(ours.store, raw)

    assert opened is not None
    assert opened["content"] == {}


# ---- kills ---------------------------------------------------------------------------------------------------------


def test_what_is_delivered_again_changes_nothing(ours: Machine, annas: Machine, store_in: MAKE_STORE) -> None:
    key = OwnKey()
    events = [told(annas, ours, "m.room_key", key.gift(ROOM)), told(annas, ours, "m.dummy", {})]
    ours.hear(events[:1])

    restarted = Machine(store_in("ours"), BOT, "BOT")
    again = restarted.hear(events)

    assert again.lost == set()  # else a new session would be begun with a device that is well
    assert restarted.hear(events).lost == set()
    assert body(open_event(restarted.store, said(annas, key, "Hello", "$1"))) == "Hello"


def test_only_the_latest_batch_is_remembered(ours: Machine, annas: Machine) -> None:
    first, second = [told(annas, ours, "m.room_key", OwnKey().gift(ROOM)) for _ in range(2)]
    ours.hear([first])
    ours.hear([second])

    assert ours.hear([second]).lost == set()
    assert ours.hear([first]).lost == {(ANNA, annas.curve)}  # opened once, it cannot be opened again


def test_a_kill_while_device_events_are_heard_leaves_them_to_be_heard(
    ours: Machine, annas: Machine, store_in: MAKE_STORE, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With nio's machine each step is written by itself: the session has gone on, the key is lost for good."""
    key = OwnKey()
    event = told(annas, ours, "m.room_key", key.gift(ROOM))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(ours.store, "save_room_key", killed)
        with pytest.raises(KeyboardInterrupt):
            ours.hear([event])

    assert Machine(store_in("ours"), BOT, "BOT").hear([event]).given == {(ROOM, key.key.session_id)}


def test_keys_are_on_disk_before_they_are_offered(ours: Machine, annas: Machine, store_in: MAKE_STORE) -> None:
    """Killed after the upload and before its answer, we must have what others use by then."""
    offered = ours.offer(held=0, spare=False)
    restarted = Machine(store_in("ours"), BOT, "BOT")

    for keys in ("one_time_keys", "fallback_keys"):
        for key in offered[keys].values():
            sender = Machine(store_in(key["key"].replace("/", "-")), ANNA, "PHONE")
            sender.begin_session(device_of(ours), key["key"])
            own = OwnKey()
            assert restarted.hear([told(sender, ours, "m.room_key", own.gift(ROOM))]).given


def test_an_offer_that_was_not_confirmed_is_made_again_as_it_was(ours: Machine, store_in: MAKE_STORE) -> None:
    first = ours.offer(held=0, spare=False)

    again = Machine(store_in("ours"), BOT, "BOT").offer(held=0, spare=False)

    keys = [{name: key["key"] for name, key in offer["one_time_keys"].items()} for offer in (first, again)]
    assert keys[0] == keys[1]
    assert len(keys[0]) == 50


def test_a_session_goes_on_before_its_message_leaves(ours: Machine, annas: Machine, store_in: MAKE_STORE) -> None:
    first = told(ours, annas, "m.dummy", {})

    again = told(Machine(store_in("ours"), BOT, "BOT"), annas, "m.dummy", {})

    assert first["content"]["ciphertext"] != again["content"]["ciphertext"]
    assert annas.hear([again, first]).lost == set()


def test_keys_of_a_conversation_run_out_and_the_spare_one_serves_all(ours: Machine, store_in: MAKE_STORE) -> None:
    spare = next(iter(ours.offer(held=50, spare=False)["fallback_keys"].values()))
    ours.offered()

    for number in range(3):
        sender = Machine(store_in(f"sender-{number}"), f"@person-{number}:localhost", "PHONE")
        sender.begin_session(device_of(ours), spare["key"])
        assert ours.hear([told(sender, ours, "m.room_key", OwnKey().gift(ROOM))]).given


# ---- who may speak for whom ----------------------------------------------------------------------------------------


def test_an_offer_is_signed_by_the_device(ours: Machine) -> None:
    offer = ours.offer(held=0, spare=False)

    for signed in (offer["device_keys"], *offer["one_time_keys"].values(), *offer["fallback_keys"].values()):
        assert is_signed(signed, BOT, ours.ed25519)
        assert not is_signed({**signed, "key": "other"}, BOT, ours.ed25519)


def test_nobody_is_heard_under_another_s_name(ours: Machine, annas: Machine, store_in: MAKE_STORE) -> None:
    """A homeserver that says the words of one are another's is not believed."""
    key, mallorys = OwnKey(), Machine(store_in("mallory"), MALLORY, "PHONE")
    ours.hear([told(mallorys, ours, "m.room_key", key.gift(ROOM))])

    assert open_event(ours.store, {**said(mallorys, key, "I am Anna", "$1"), "sender": ANNA}) is None
    assert ours.hear([{**told(mallorys, ours, "m.room_key", OwnKey().gift(ROOM)), "sender": ANNA}]).given == set()


def test_what_was_said_to_another_cannot_be_passed_on_to_us(
    ours: Machine, annas: Machine, store_in: MAKE_STORE
) -> None:
    mallorys = Machine(store_in("mallory"), MALLORY, "PHONE")
    annas.begin_session(device_of(ours), key_offered_by(ours))
    meant = Device(mallorys.user, mallorys.device, ours.curve, mallorys.ed25519)
    sealed = annas.seal(meant, "m.room_key", OwnKey().gift(ROOM))

    assert ours.hear([{"type": "m.room.encrypted", "sender": ANNA, "content": sealed}]).given == set()


def test_a_message_counts_once_even_under_another_id(ours: Machine, annas: Machine, store_in: MAKE_STORE) -> None:
    key = OwnKey()
    ours.hear([told(annas, ours, "m.room_key", key.gift(ROOM))])
    raw = said(annas, key, "I vote yes", "$1")
    first = open_event(ours.store, raw)

    restarted = Machine(store_in("ours"), BOT, "BOT")

    assert body(first) == body(open_event(restarted.store, raw)) == "I vote yes"
    assert body(open_event(restarted.store, {**raw, "event_id": "$2"})) is None


def test_what_is_never_encrypted_is_not_taken_out_of_an_envelope(ours: Machine, annas: Machine) -> None:
    key = OwnKey()
    ours.hear([told(annas, ours, "m.room_key", key.gift(ROOM))])
    sealed = key.seal(annas, ROOM, "m.room.member", {"membership": "join"})
    elsewhere = key.seal(annas, "!other:localhost", "m.room.message", {"body": "x"})
    untyped = [key.seal(annas, ROOM, kind, {"body": "x"}) for kind in cast(list[str], ([], {}, None, 7))]

    for content in (sealed, elsewhere, *untyped):
        raw = {"type": "m.room.encrypted", "room_id": ROOM, "event_id": "$1", "sender": ANNA, "content": content}
        opened = open_event(ours.store, raw)
        assert opened is not None
        assert opened["content"] == {}


# ---- devices and the file ------------------------------------------------------------------------------------------


def test_a_device_that_changes_its_key_is_not_believed(store_in: MAKE_STORE) -> None:
    store = store_in("ours")
    store.save_devices(ANNA, [Device(ANNA, "PHONE", "curve", "key"), Device(ANNA, "TABLET", "c", "k")], -1)
    store.save_devices(ANNA, [Device(ANNA, "PHONE", "other", "other"), Device(ANNA, "NEW", "c2", "k2")], 0)

    assert [device.id for device in store.devices(ANNA)] == ["NEW"]


def test_news_of_devices_that_comes_while_we_ask_is_asked_for_again(store_in: MAKE_STORE) -> None:
    store = store_in("ours")
    asked_at = store.unknown([ANNA])[ANNA]
    store.mark_changed([ANNA])
    store.save_devices(ANNA, [], asked_at)

    assert list(store.unknown([ANNA])) == [ANNA]


def test_what_fails_in_the_middle_is_undone(store_in: MAKE_STORE) -> None:
    store = store_in("ours")

    def fail() -> None:
        with store.changing():
            store.mark_changed([ANNA])
            raise ChannelError("killed")

    with pytest.raises(ChannelError):
        fail()

    assert store.unknown([ANNA]) == {ANNA: -1}


def test_strangers_cannot_fill_the_store(ours: Machine, annas: Machine) -> None:
    for _ in range(12):
        annas.begin_session(device_of(ours), key_offered_by(ours))
        ours.hear([told(annas, ours, "m.dummy", {})])

    assert len(ours.store.sessions(annas.curve)) == 8
