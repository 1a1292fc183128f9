"""Inbound events as JSON, for those that must wait in the inbox."""

from __future__ import annotations

from typing import Any

import orjson

from projektbot import messages
from projektbot.messages import Event, Inbound, Kind, Stored, Upload

_EVENTS: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        messages.Words, messages.Command, messages.Tap, messages.Pick, messages.Shared, Upload,
        messages.Edited, messages.Odd, messages.Presence, messages.Migrated, messages.Wake,
    )
}  # fmt: skip


def dump_event(event: Event) -> dict[str, Any]:
    """Return an event as JSON data with its kind."""
    fields = {name: getattr(event, name) for name in type(event).__dataclass_fields__}
    return {"event": type(event).__name__, **fields}


def load_event(data: dict[str, Any]) -> Event:
    """Read an event back."""
    fields = {name: value for name, value in data.items() if name != "event"}
    if data["event"] == "Upload":
        file = fields["file"]
        return Upload(**{**fields, "kind": Kind(fields["kind"]), "file": Stored(**file) if file else None})
    event: Event = _EVENTS[data["event"]](**fields)
    return event


def dump_inbound(inbound: Inbound) -> bytes:
    """Return an Inbound as JSON."""
    fields = {name: getattr(inbound, name) for name in Inbound.__dataclass_fields__}
    return orjson.dumps({**fields, "event": dump_event(inbound.event)})


def load_inbound(data: bytes) -> Inbound:
    """Read an Inbound back."""
    raw = orjson.loads(data)
    return Inbound(**{**raw, "event": load_event(raw["event"])})
