"""Our account vouches for our device (cross-signing), since some clients talk to no device that nobody vouches for.

Three Ed25519 keys, as the specification's "Cross-signing" has them: the master signs the two others, one of which signs
our devices. Their seeds are kept in a file beside the device's; they belong to the account, and outlive devices.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Final

import orjson
import structlog
from Crypto.PublicKey import ECC
from Crypto.Signature import eddsa

from projektbot.channels.matrix.events import Raw, as_object
from projektbot.channels.matrix.keeping import keep_secret
from projektbot.channels.matrix.machine import Machine
from projektbot.channels.matrix.server import NeedsPassword, Server, path
from projektbot.channels.matrix.signed import canonical, is_signature
from projektbot.channels.matrix.unpadded import to_bytes, to_text
from projektbot.errors import Blocked, Rejected

USAGES: Final = ("master", "self_signing", "user_signing")
SEED_BYTES: Final = 32

log = structlog.get_logger(__name__)


class Signing:
    """The keys that vouch for us, and the way they become known."""

    def __init__(self, server: Server, machine: Machine, file: Path, *, password: str) -> None:
        self._server = server
        self._machine = machine
        self._file = file
        self._password = password

    async def vouch(self) -> None:
        """See to it that our account vouches for our device; says in the log if it may not."""
        try:
            await self._vouch()
        except (Blocked, Rejected, NeedsPassword) as refused:
            log.warning("matrix_identity_refused", reason=refused.reason)

    async def _vouch(self) -> None:
        me = self._machine.user
        told = await self._server.call("POST", path("keys", "query"), {"device_keys": {me: []}})
        seeds, master = self._kept(), as_object(as_object(told.get("master_keys")).get(me))
        if not seeds or _public(seeds["master"]) not in as_object(master.get("keys")).values():
            seeds = seeds or self._made()
            await self._publish(seeds, replaces=bool(master))
        device = as_object(as_object(as_object(told.get("device_keys")).get(me)).get(self._machine.device))
        if not self._is_vouched_for(device, seeds):
            await self._sign_device(seeds)

    def _made(self) -> dict[str, bytes]:
        seeds = {usage: secrets.token_bytes(SEED_BYTES) for usage in USAGES}
        keep_secret(self._file, {"user_id": self._machine.user, **{usage: to_text(seeds[usage]) for usage in USAGES}})
        return seeds

    async def _publish(self, seeds: dict[str, bytes], *, replaces: bool) -> None:
        await self._upload({f"{usage}_key": self._key(usage, seeds) for usage in USAGES})
        if replaces:
            log.warning("matrix_identity_replaced")

    async def _upload(self, keys: Raw) -> None:
        target = path("keys", "device_signing", "upload")
        try:
            await self._server.call("POST", target, keys)
        except NeedsPassword as asked:  # it does for all but the first keys of an account
            if not self._password:
                raise
            who = {"type": "m.id.user", "user": self._machine.user}
            proof = {"type": "m.login.password", "identifier": who, "password": self._password}
            await self._server.call("POST", target, {**keys, "auth": {**proof, "session": asked.session}})

    def _key(self, usage: str, seeds: dict[str, bytes]) -> Raw:
        public, me = _public(seeds[usage]), self._machine.user
        key: Raw = {"user_id": me, "usage": [usage], "keys": {f"ed25519:{public}": public}}
        signatures = {f"ed25519:{_public(seeds['master'])}": _signature(key, seeds["master"])}
        if usage == "master":  # our device says in turn that it belongs to this account
            signatures = {f"ed25519:{self._machine.device}": self._machine.signature(key)}
        return {**key, "signatures": {me: signatures}}

    # ---- our device ------------------------------------------------------------------------------------------------

    def _is_vouched_for(self, device: Raw, seeds: dict[str, bytes]) -> bool:
        public = _public(seeds["self_signing"])
        signatures = as_object(as_object(device.get("signatures")).get(self._machine.user))
        return is_signature(device, str(signatures.get(f"ed25519:{public}")), public)

    async def _sign_device(self, seeds: dict[str, bytes]) -> None:
        me, device = self._machine.user, self._machine.device_keys()
        name, signature = f"ed25519:{_public(seeds['self_signing'])}", _signature(device, seeds["self_signing"])
        signed = {**device, "signatures": {me: {**device["signatures"][me], name: signature}}}
        answer = await self._server.call(
            "POST", path("keys", "signatures", "upload"), {me: {self._machine.device: signed}}
        )
        if as_object(answer.get("failures")):
            log.warning("matrix_identity_refused", reason="signature")
        else:
            log.info("matrix_device_vouched_for")

    def _kept(self) -> dict[str, bytes]:
        try:
            kept = orjson.loads(self._file.read_bytes())
            seeds = {usage: to_bytes(kept[usage]) for usage in USAGES}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, KeyError) as error:
            log.warning("matrix_identity_unreadable", error=type(error).__name__)
            return {}
        return seeds if kept.get("user_id") == self._machine.user else {}


def _private(seed: bytes) -> ECC.EccKey:
    return ECC.construct(curve="Ed25519", seed=seed)


def _public(seed: bytes) -> str:
    return to_text(_private(seed).public_key().export_key(format="raw"))


def _signature(value: Raw, seed: bytes) -> str:
    return to_text(eddsa.new(_private(seed), "rfc8032").sign(canonical(value)))
