"""A Matrix homeserver of our own: Synapse on a free loopback port, with no network and no limits on rates."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import os
import secrets
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from time import monotonic
from typing import Any

import aiohttp

from tests.servers.encrypted_person import EncryptedPerson
from tests.servers.matrix_person import TIMELINE_LIMIT, MatrixPerson

START_SECONDS = 60.0  # 2.5 s on an idle machine; a first start from cold .pyc files on a busy one took 15 s
STOP_SECONDS = 10.0  # 0.1 s usually
PROBE_SECONDS = 0.05

# Synapse, which ends when its standard input does: so none outlives a test run, however that was ended.
_PROGRAM = """
import os, runpy, signal, sys, threading

def end_with_parent():
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGKILL)

threading.Thread(target=end_with_parent, daemon=True).start()
runpy.run_module("synapse.app.homeserver", run_name="__main__", alter_sys=True)
"""


@dataclass(frozen=True, slots=True)
class MatrixUser:
    """An account and the device it was registered with."""

    user_id: str
    device_id: str
    access_token: str = field(repr=False)
    password: str = field(repr=False)


class Synapse:
    """One homeserver in one folder; what it stores survives `stop`, `kill` and `restart`, and so does its address."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()  # Synapse changes its directory: relative paths would break
        self._secret = secrets.token_hex()
        self._port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._namesakes: Counter[str] = Counter()
        _write_config(self._folder, self._port, self._secret)

    @property
    def url(self) -> str:
        """The homeserver's address, `http://127.0.0.1:PORT`."""
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Start it and return when it answers; raises `RuntimeError` with the end of its log if it does not."""
        await asyncio.to_thread(self._start)

    async def stop(self) -> None:
        """Ask it to end (SIGTERM) and wait until it has."""
        await asyncio.to_thread(self._end, kill=False)

    async def kill(self) -> None:
        """End it in the middle of whatever it does (SIGKILL)."""
        await asyncio.to_thread(self._end, kill=True)

    async def restart(self) -> None:
        """Stop it if it runs, and start it again on the same port with the same data."""
        await self.stop()
        await self.start()

    async def user(self, name: str) -> MatrixUser:
        """Register an account with the admin API; a name taken already gets a number: `anna`, `anna-2`, …."""
        self._namesakes[name] += 1
        number = self._namesakes[name]
        localpart = name if number == 1 else f"{name}-{number}"
        password = secrets.token_urlsafe()
        address = f"{self.url}/_synapse/admin/v1/register"
        async with aiohttp.ClientSession(raise_for_status=True) as http:
            async with http.get(address) as answer:
                nonce = (await answer.json())["nonce"]
            form = {
                "nonce": nonce,
                "username": localpart,
                "password": password,
                "admin": False,
                "mac": _registration_mac(self._secret, nonce, localpart, password),
            }
            async with http.post(address, json=form) as answer:
                account = await answer.json()
        return MatrixUser(account["user_id"], account["device_id"], account["access_token"], password)

    @asynccontextmanager
    async def person(self, name: str) -> AsyncIterator[MatrixPerson]:
        """Register someone and let them sit at their messenger until the block ends."""
        user = await self.user(name)
        async with MatrixPerson(self.url, user.user_id, user.access_token) as person:
            yield person

    @asynccontextmanager
    async def encrypted_person(self, name: str) -> AsyncIterator[EncryptedPerson]:
        """Register someone whose client encrypts, and let them sit at it until the block ends."""
        user = await self.user(name)
        async with self.client_of(user) as person:
            yield person

    @asynccontextmanager
    async def client_of(self, user: MatrixUser) -> AsyncIterator[EncryptedPerson]:
        """Let someone sit at a client that encrypts, with the keys it had the last time."""
        store = self._folder / "clients" / user.device_id
        async with EncryptedPerson(self.url, user.user_id, user.device_id, user.access_token, store) as person:
            yield person

    async def log_in(self, user: MatrixUser) -> MatrixUser:
        """Log somebody in once more: another device of the same account."""
        form = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": user.user_id},
            "password": user.password,
        }
        address = f"{self.url}/_matrix/client/v3/login"
        async with aiohttp.ClientSession(raise_for_status=True) as http, http.post(address, json=form) as answer:
            account = await answer.json()
        return MatrixUser(user.user_id, account["device_id"], account["access_token"], user.password)

    def _start(self) -> None:
        if self._process is not None:
            raise RuntimeError("Synapse is running already")
        with (self._folder / "output.log").open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM, "-c", str(self._folder / "homeserver.json")],
                cwd=self._folder,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        deadline = monotonic() + START_SECONDS
        while not _is_healthy(self._port):
            if self._ended_within(PROBE_SECONDS) or monotonic() > deadline:
                self._end(kill=True)
                raise RuntimeError(f"Synapse did not start:\n{self._end_of_logs()}")

    def _ended_within(self, seconds: float) -> bool:
        assert self._process is not None
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _end(self, *, kill: bool) -> None:
        if self._process is None:
            return
        if kill:
            self._process.kill()
        else:
            self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process = None

    def _end_of_logs(self) -> str:
        logs = [self._folder / "output.log", self._folder / "synapse.log"]
        return "\n".join(log.read_text(errors="replace")[-4000:] for log in logs if log.exists())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _is_healthy(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=1.0)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _registration_mac(secret: str, nonce: str, name: str, password: str) -> str:
    """Sign a registration as Synapse's admin API wants it (POST /_synapse/admin/v1/register)."""
    signed = f"{nonce}\0{name}\0{password}\0notadmin"
    return hmac.new(secret.encode(), signed.encode(), hashlib.sha1).hexdigest()


def _write_config(folder: Path, port: int, secret: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    # Written by hand, the key spares a run of Synapse with --generate-keys.
    seed = base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    (folder / "signing.key").write_text(f"ed25519 a_test {seed}\n")
    (folder / "log.json").write_text(json.dumps(_log_config(folder)))
    (folder / "homeserver.json").write_text(json.dumps(_config(folder, port, secret)))


def _log_config(folder: Path) -> dict[str, Any]:
    file = {"class": "logging.FileHandler", "filename": str(folder / "synapse.log")}
    return {"version": 1, "handlers": {"file": file}, "root": {"level": "WARNING", "handlers": ["file"]}}


def _config(folder: Path, port: int, secret: str) -> dict[str, Any]:
    # Synapse reads YAML, of which JSON is a part.
    return {
        "server_name": "localhost",
        "listeners": [
            # Without "federation" among the resources there is none.
            {"port": port, "bind_addresses": ["127.0.0.1"], "type": "http", "resources": [{"names": ["client"]}]},
        ],
        "database": {"name": "sqlite3", "args": {"database": str(folder / "homeserver.db")}},
        "media_store_path": str(folder / "media"),
        "signing_key_path": str(folder / "signing.key"),
        "log_config": str(folder / "log.json"),
        "pid_file": str(folder / "homeserver.pid"),
        "registration_shared_secret": secret,
        "macaroon_secret_key": secrets.token_hex(),
        "form_secret": secrets.token_hex(),
        "enable_registration": False,
        "bcrypt_rounds": 4,
        "report_stats": False,
        "trusted_key_servers": [],
        "suppress_key_server_warning": True,
        "federation_domain_whitelist": [],
        "send_federation": False,
        "url_preview_enabled": False,
        "presence": {"enabled": False},
        # What nobody here asks for, and what would be worked out and written anew with each event.
        "stats": {"enabled": False},
        "push": {"enabled": False},
        "start_pushers": False,
        "update_user_directory": False,
        "filter_timeline_limit": TIMELINE_LIMIT,
        # Else a bot that forgets how far it has read is given everything once more for two minutes, as if it had not.
        "caches": {"sync_response_cache_duration": "0s"},
        **_no_rate_limits(),
    }


def _no_rate_limits() -> dict[str, Any]:
    free = {"per_second": 10_000, "burst_count": 100_000}
    plain = ["message", "registration", "registration_token_validity", "admin_redaction", "joins_per_room"]
    plain += ["3pid_validation", "third_party_invite", "media_create", "key_requests", "reports", "room_creation"]
    plain += ["user_directory", "delayed_event_mgmt"]
    return {
        **{f"rc_{name}": free for name in plain},
        "rc_login": {"address": free, "account": free, "failed_attempts": free},
        "rc_joins": {"local": free, "remote": free},
        "rc_presence": {"per_user": free},
        "rc_invites": {"per_room": free, "per_user": free, "per_issuer": free},
    }
