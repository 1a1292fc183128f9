"""Signatures over JSON, as Matrix makes them ("Signing JSON"): by devices and by what vouches for devices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson
import vodozemac

from projektbot.channels.matrix.events import Raw, as_object, as_text

UNSIGNED: Final = ("signatures", "unsigned")


def canonical(value: Mapping[str, Any]) -> bytes:
    """Return the bytes that are signed; raises TypeError for numbers that JSON of Matrix does not have."""
    return orjson.dumps({name: value[name] for name in value if name not in UNSIGNED}, option=orjson.OPT_SORT_KEYS)


def is_signed(value: Raw, user: str, key: str) -> bool:
    """Say whether `value` has a good signature by the Ed25519 key (unpadded base64) of one of a user's devices."""
    signatures = as_object(as_object(value.get("signatures")).get(user))
    return any(is_signature(value, as_text(signature), key) for signature in signatures.values())


def is_signature(value: Raw, signature: str, key: str) -> bool:
    """Say whether this is a signature over `value`."""
    try:
        public = vodozemac.Ed25519PublicKey.from_base64(key)
        public.verify_signature(canonical(value), vodozemac.Ed25519Signature.from_base64(signature))
    except (ValueError, TypeError):  # garbage of any kind is no signature
        return False
    return True
