"""What of an update can be written down, whatever a messenger sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import orjson

from projektbot.messages import Command, Inbound, Odd, Tap, Words, dump_inbound

NUL: Final = "\0"
ILLEGIBLE: Final = "\N{REPLACEMENT CHARACTER}"


def storable(inbound: Inbound) -> Inbound:
    """Return an update that can be written down: half a character or a number beyond 64 bits becomes something odd.

    Raises TypeError if the update could not even be noted as taken; on PostgreSQL no name may contain a NUL.
    """
    if NUL in inbound.key or NUL in inbound.chat:
        raise TypeError
    if _is_storable(inbound):
        return inbound
    bare = replace(inbound, message="", locale="", name="")
    if _is_storable(bare):  # only its id, locale or name was damaged: what was done is still known
        return bare
    # in a group only words are surely meant for us, and want an answer
    said = not inbound.private and isinstance(inbound.event, Words | Command | Tap)
    odd = replace(bare, event=Words(ILLEGIBLE) if said else Odd("damaged"))
    dump_inbound(odd)
    return odd


def _is_storable(inbound: Inbound) -> bool:
    try:
        orjson.dumps(inbound)
    except TypeError:
        return False
    return True


def as_json(raw: object) -> bytes:
    """Return anything as JSON, or else in words."""
    try:
        return orjson.dumps(raw, default=repr)
    except TypeError:  # half a character, a number beyond 64 bits, a circle
        return repr(raw).encode(errors="backslashreplace")
