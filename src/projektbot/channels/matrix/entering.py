"""Coming in: as the device of last time with its keys, else as a new one; known before anybody writes to it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

import structlog

from projektbot.channels.matrix.account import Account, log_in, log_out
from projektbot.channels.matrix.encryption import Encryption
from projektbot.channels.matrix.events import as_object
from projektbot.channels.matrix.keystore import KeyStore
from projektbot.channels.matrix.machine import Machine
from projektbot.channels.matrix.server import Server, path
from projektbot.channels.matrix.signing import Signing
from projektbot.errors import ChannelError, Revoked

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the operator gave us, and where we keep what we make of it."""

    user: str
    password: str
    access_token: str
    file: Path


@dataclass(frozen=True, slots=True)
class Entered:
    """We are in: who we are, and our keys at work."""

    account: Account
    encryption: Encryption
    store: KeyStore


async def enter(server: Server, given: Credentials) -> Entered:
    """Log in, have keys, make them known; raises Revoked if only the operator can help."""
    account = await _logged_in(server, given)
    store = _open(given.file, account)
    try:
        if store.owner() != (account.user_id, account.device_id) and await _is_known(server, account):
            account = await _begin_anew(server, given)
        machine = Machine(store, account.user_id, account.device_id)
        encryption = Encryption(server, machine)
        await encryption.offer()
        identity = given.file.with_name(f"{given.file.stem}-identity.json")
        await Signing(server, machine, identity, password=given.password).vouch()
    except BaseException:
        store.close()
        raise
    return Entered(account, encryption, store)


async def _logged_in(server: Server, given: Credentials) -> Account:
    account = await log_in(
        server, user=given.user, password=given.password, access_token=given.access_token, store=given.file
    )
    if not account.device_id:
        log.error("matrix_token_without_device")
        raise Revoked("no_device")
    return account


async def _is_known(server: Server, account: Account) -> bool:
    """Say whether others know this device already, by keys that we do not have."""
    answer = await server.call("POST", path("keys", "query"), {"device_keys": {account.user_id: []}})
    devices = as_object(as_object(answer.get("device_keys")).get(account.user_id))
    return account.device_id in devices


async def _begin_anew(server: Server, given: Credentials) -> Account:
    """Become a new device: the keys of this one are gone, and nobody would accept others for it."""
    if given.access_token or not given.password:
        log.error("matrix_keys_gone_for_token")
        raise Revoked("keys_gone")
    log.warning("matrix_keys_gone")
    await log_out(server)
    given.file.unlink(missing_ok=True)
    return await _logged_in(server, given)


def _open(file: Path, account: Account) -> KeyStore:
    database = file.with_suffix(".db")
    try:
        store = KeyStore(database)
    except sqlite3.OperationalError as error:  # locked, or the disk is full: no reason to give the keys up
        raise ChannelError("device_store") from error
    except sqlite3.DatabaseError:
        log.warning("matrix_keys_damaged")
        return _opened_anew(database, "damaged")
    if store.owner()[0] not in {"", account.user_id}:
        store.close()
        log.warning("matrix_device_of_another_account")
        return _opened_anew(database, "another-account")
    return store


def _opened_anew(database: Path, reason: str) -> KeyStore:
    database.replace(database.with_name(f"{database.name}.{reason}"))
    for rest in ("-wal", "-shm"):
        database.with_name(f"{database.name}{rest}").unlink(missing_ok=True)
    return KeyStore(database)
