"""Being the same device after a restart, and a new one where there is no other way."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from projektbot.channels.matrix import MatrixChannel
from projektbot.errors import Revoked
from projektbot.messages import Outgoing, Part
from tests.channels.matrix.conftest import MakeChannel
from tests.channels.matrix.homeserver import stand_in
from tests.channels.matrix.road import RecordingRoad, receiving
from tests.servers.synapse import MatrixUser, Synapse


def kept_in(store: Path) -> dict[str, str]:
    kept: dict[str, str] = json.loads(store.read_text())
    return kept


def device_in(store: Path) -> str:
    return kept_in(store)["device_id"]


def mode_of(store: Path) -> int:
    return stat.S_IMODE(store.stat().st_mode)


def texts_in(folder: Path) -> list[str]:
    return [file.read_text(errors="replace") for file in folder.iterdir()]


def write_other(store: Path, **other: str) -> None:
    store.write_text(json.dumps({**kept_in(store), **other}))


async def test_a_restart_is_the_same_device(make_channel: MakeChannel, road: RecordingRoad, device_store: Path) -> None:
    async with receiving(make_channel(), road):
        first = device_in(device_store)
    async with receiving(make_channel(), RecordingRoad()):
        again = device_in(device_store)

    assert first == again


async def test_nobody_else_may_read_what_we_keep(
    make_channel: MakeChannel, road: RecordingRoad, device_store: Path
) -> None:
    async with receiving(make_channel(), road):
        kept = list(device_store.parent.iterdir())

        assert {file.name for file in kept} >= {"device.json", "device.db", "device-identity.json"}
        assert {mode_of(file) for file in kept} == {0o600}


DAMAGE: list[Callable[[Path], object]] = [
    lambda store: store.unlink(),
    lambda store: store.write_text(""),
    lambda store: write_other(store, user_id="@somebody:localhost"),
    lambda store: write_other(store, access_token="removed"),
]


@pytest.mark.parametrize("damage", DAMAGE, ids=["gone", "empty", "another account's", "removed by somebody"])
async def test_without_the_device_we_are_a_new_one(
    make_channel: MakeChannel, device_store: Path, damage: Callable[[Path], object]
) -> None:
    async with receiving(make_channel(), RecordingRoad()):
        first = device_in(device_store)
    damage(device_store)

    async with receiving(make_channel(), RecordingRoad()):
        assert device_in(device_store) != first


async def test_a_given_token_is_not_written_down(synapse: Synapse, account: MatrixUser, tmp_path: Path) -> None:
    channel = MatrixChannel(
        homeserver=synapse.url,
        access_token=account.access_token,
        device_store=tmp_path / "device.json",
        read_media=lambda _: b"",
    )
    async with receiving(channel, RecordingRoad()):
        pass
    await channel.close()

    assert not any(account.access_token in text for text in texts_in(tmp_path))


async def test_a_wrong_password_and_a_wrong_token_are_the_operator_s_matter(synapse: Synapse, tmp_path: Path) -> None:
    us = await synapse.user("projektbot")
    for secret in ({"password": "wrong"}, {"access_token": "wrong"}):
        channel = MatrixChannel(
            homeserver=synapse.url,
            user=us.user_id,
            device_store=tmp_path / "device.json",
            read_media=lambda _: b"",
            **secret,
        )
        with pytest.raises(Revoked):
            await channel.receive(RecordingRoad())
        with pytest.raises(Revoked):
            await channel.send("!a:localhost", Outgoing((Part("Hello"),)), "1", private=True)
        await channel.close()


async def test_one_login_serves_all_who_wait_for_it(tmp_path: Path) -> None:
    async with stand_in() as homeserver:
        channel = MatrixChannel(
            homeserver=homeserver.url,
            user="projektbot",
            password="password",
            device_store=tmp_path / "device.json",
            read_media=lambda _: b"",
        )
        road = RecordingRoad()
        async with receiving(channel, road):
            await channel.send("!a:stand.in", Outgoing((Part("Hello"),)), "1", private=True)
        await channel.close()

        assert homeserver.asked.count("/_matrix/client/v3/login") == 1


# ---- the keys of the device ----------------------------------------------------------------------------------------


def events_of(logs: list[MutableMapping[str, Any]]) -> set[object]:
    return {entry["event"] for entry in logs}


def without_device(store: Path) -> None:
    store.unlink()


def without_keys(store: Path) -> None:
    store.with_suffix(".db").unlink()


def with_damaged_keys(store: Path) -> None:
    store.with_suffix(".db").write_bytes(b"no database, whatever it was before " * 100)


@pytest.mark.parametrize(
    ("damage", "word"), [(without_keys, "matrix_keys_gone"), (with_damaged_keys, "matrix_keys_damaged")]
)
async def test_without_its_keys_a_device_is_of_no_use_and_we_are_a_new_one(
    make_channel: MakeChannel, device_store: Path, damage: Callable[[Path], None], word: str
) -> None:
    """Others would encrypt for keys that nobody has, for ever."""
    channel = make_channel()
    async with receiving(channel, RecordingRoad()):
        first = device_in(device_store)
    await channel.close()
    damage(device_store)

    with capture_logs() as logs:
        async with receiving(make_channel(), RecordingRoad()):
            assert device_in(device_store) != first

    assert {word, "matrix_keys_gone"} <= events_of(logs)


async def test_a_token_without_the_keys_of_its_device_is_the_operator_s_matter(
    synapse: Synapse, account: MatrixUser, tmp_path: Path
) -> None:
    def make() -> MatrixChannel:
        return MatrixChannel(
            homeserver=synapse.url,
            access_token=account.access_token,
            device_store=tmp_path / "device.json",
            read_media=lambda _: b"",
        )

    first = make()
    async with receiving(first, RecordingRoad()):
        pass
    await first.close()
    without_keys(tmp_path / "device.json")
    again = make()

    with capture_logs() as logs:
        with pytest.raises(Revoked):
            await again.receive(RecordingRoad())
        with pytest.raises(Revoked):
            await again.send("!a:localhost", Outgoing((Part("Hello"),)), "1", private=True)
    await again.close()

    assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == [
        "matrix_keys_gone_for_token",
        "matrix_shut_out",
    ]


async def test_the_keys_of_another_account_stand_aside(
    synapse: Synapse, make_channel: MakeChannel, device_store: Path
) -> None:
    channel = make_channel()
    async with receiving(channel, RecordingRoad()):
        pass
    await channel.close()
    other = await synapse.user("another-bot")
    channel = MatrixChannel(
        homeserver=synapse.url,
        user=other.user_id,
        password=other.password,
        device_store=device_store,
        read_media=lambda _: b"",
    )

    with capture_logs() as logs:
        async with receiving(channel, RecordingRoad()):
            assert kept_in(device_store)["user_id"] == other.user_id
    await channel.close()

    assert "matrix_device_of_another_account" in events_of(logs)
    assert device_store.with_name("device.db.another-account").exists()


async def test_a_new_device_is_vouched_for_by_the_same_identity(
    synapse: Synapse, make_channel: MakeChannel, device_store: Path
) -> None:
    identity = device_store.with_name("device-identity.json")
    async with receiving(make_channel(), RecordingRoad()):
        first = identity.read_bytes()
    without_device(device_store)

    with capture_logs() as logs:
        async with receiving(make_channel(), RecordingRoad()):
            assert identity.read_bytes() == first

    assert "matrix_device_vouched_for" in events_of(logs)
    assert "matrix_identity_replaced" not in events_of(logs)


async def test_a_lost_identity_is_replaced_with_the_password(make_channel: MakeChannel, device_store: Path) -> None:
    async with receiving(make_channel(), RecordingRoad()):
        device_store.with_name("device-identity.json").unlink()

    with capture_logs() as logs:
        async with receiving(make_channel(), RecordingRoad()):
            pass

    assert {"matrix_identity_replaced", "matrix_device_vouched_for"} <= events_of(logs)


async def test_a_restart_vouches_for_nothing_again(make_channel: MakeChannel) -> None:
    async with receiving(make_channel(), RecordingRoad()):
        pass

    with capture_logs() as logs:
        async with receiving(make_channel(), RecordingRoad()):
            pass

    assert events_of(logs) == set()
