"""Who we are on the homeserver: logging in, and staying the same device afterwards."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson
import structlog

from projektbot.channels.matrix.events import as_text
from projektbot.channels.matrix.keeping import keep_secret
from projektbot.channels.matrix.server import Server, path, told
from projektbot.errors import Blocked, ChannelError, Rejected, Revoked

log = structlog.get_logger(__name__)

DEVICE_NAME = "projektbot"


@dataclass(frozen=True, slots=True)
class Login:
    """What a homeserver gave us when we logged in; kept, since transaction ids and keys belong to the device."""

    user_id: str
    device_id: str
    access_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Account:
    """Our account as others see it."""

    user_id: str
    device_id: str
    display_name: str


async def log_in(server: Server, *, user: str, password: str, access_token: str, store: Path) -> Account:
    """Log in as the device of last time if there is one, else as a new one; raises Revoked if we are not let in."""
    login = None if access_token else _kept(store, user)
    server.token = access_token or (login.access_token if login else "")
    me = await _whoami(server) if server.token else None
    if me is None and password and not access_token:
        keep_secret(store, asdict(await _new_device(server, user, password)))
        me = await _whoami(server)
    if me is None:
        raise Revoked("M_UNKNOWN_TOKEN")
    user_id = told(me, "user_id")
    return Account(user_id, as_text(me.get("device_id")), await _display_name(server, user_id))


async def log_out(server: Server) -> None:
    """Take our device back, so that others no longer encrypt for it."""
    try:
        await server.call("POST", path("logout"), {})
    except ChannelError as error:
        log.warning("matrix_logout_failed", reason=error.reason)


async def _whoami(server: Server) -> dict[str, Any] | None:
    try:
        return await server.call("GET", path("account", "whoami"))
    except Revoked as refused:
        log.warning("matrix_token_refused", reason=refused.reason)
        return None


async def _new_device(server: Server, user: str, password: str) -> Login:
    server.token = ""
    form = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": user},
        "password": password,
        "initial_device_display_name": DEVICE_NAME,
    }
    try:
        answer = await server.call("POST", path("login"), form)
    except (Blocked, Rejected) as refused:
        raise Revoked("login_refused") from refused
    login = Login(told(answer, "user_id"), told(answer, "device_id"), told(answer, "access_token"))
    server.token = login.access_token
    log.info("matrix_new_device")
    return login


async def _display_name(server: Server, user_id: str) -> str:
    try:
        return as_text((await server.call("GET", path("profile", user_id))).get("displayname"))
    except (Blocked, Rejected):
        return ""  # none was ever set


# ---- the file ------------------------------------------------------------------------------------------------------


def _kept(store: Path, user: str) -> Login | None:
    try:
        login = Login(**orjson.loads(store.read_bytes()))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        log.warning("matrix_device_unreadable", error=type(error).__name__)
        return None
    localpart = login.user_id.removeprefix("@").split(":")[0]
    if user in {login.user_id, localpart}:
        return login
    log.warning("matrix_device_of_another_account")
    return None
