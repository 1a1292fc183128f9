"""What is kept of rooms, whatever their homeservers call them."""

from __future__ import annotations

from typing import Any

import pytest

from projektbot.channels.matrix.rooms import Rooms
from projektbot.channels.matrix.server import Server
from tests.channels.matrix.road import RecordingRoad

SHORT = "!bench:city.example"
LONG = "!AbCdEfGhIjKlMnOpQr:matrix.participation.town-hall.havelmuende.example"  # an ordinary one of a federated server
LONGEST = "!" + "x" * 254


def rooms(road: RecordingRoad) -> Rooms:
    """Return what a start finds; its homeserver is never asked here."""
    return Rooms("matrix", Server("http://localhost:9"), road)


@pytest.mark.parametrize("room", [SHORT, LONG, LONGEST])
async def test_which_rooms_are_private_is_kept_whatever_they_are_called(room: str) -> None:
    road = RecordingRoad()

    await rooms(road).note(room, {"m.joined_member_count": 2}, joined=True)
    await rooms(road).note(f"{room[:-1]}y", {"m.joined_member_count": 3}, joined=True)

    assert await rooms(road).is_private(room)
    assert not await rooms(road).is_private(f"{room[:-1]}y")


@pytest.mark.parametrize("heir", [SHORT, LONG, LONGEST])
async def test_what_a_room_goes_on_as_is_kept_whatever_it_is_called(heir: str) -> None:
    road = RecordingRoad()
    tombstone: dict[str, Any] = {"type": "m.room.tombstone", "room_id": "!old", "content": {"replacement_room": heir}}

    await rooms(road).note_heir(tombstone)

    assert await rooms(road).tombstone_naming(heir) == tombstone
