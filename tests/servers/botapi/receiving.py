"""How a bot gets its updates: getUpdates, and the methods that set a webhook and take it away."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp
import orjson

from tests.servers.botapi.chats import Json
from tests.servers.botapi.errors import WEBHOOK_ACTIVE, WEBHOOK_SET, bad_request, conflict
from tests.servers.botapi.faults import Faults
from tests.servers.botapi.updates import UpdateQueue
from tests.servers.botapi.webhook import Backoff, Execute, Target, WebhookPump

DEFAULT_CONNECTIONS = 40
MOST_CONNECTIONS = 100


@dataclass(frozen=True, slots=True)
class Described:
    """A result with the `description` the real server adds to a few answers."""

    result: object
    description: str


@dataclass(slots=True)
class Receiving:
    """The receiving end of one bot: it polls, or it has a webhook, never both."""

    queue: UpdateQueue
    faults: Faults
    backoff: Backoff
    execute: Execute
    session: aiohttp.ClientSession
    pump: WebhookPump | None = None
    _confirmed: int = 0

    async def answer(self, method: str, given: Json) -> object:
        """Carry out one of the four methods."""
        match method:
            case "getUpdates":
                return await self._get_updates(given)
            case "setWebhook" if given["url"]:
                return self._set_webhook(given)
            case "setWebhook" | "deleteWebhook":
                return self._delete_webhook(given)
            case _:
                return self._info()

    async def _get_updates(self, given: Json) -> list[orjson.Fragment]:
        if self.pump is not None:
            raise conflict(WEBHOOK_ACTIVE)
        self.queue.allow(given.get("allowed_updates"))
        offset: int = given.get("offset", 0)
        if self.faults.active and offset > self._confirmed and self._would_confirm(offset) and self.faults.redelivers():
            offset = self._confirmed  # as if this confirmation had got lost on the way
        self._confirmed = max(self._confirmed, offset)
        batch = await self.queue.poll(offset, given.get("limit", 100), given.get("timeout", 0))
        if self.faults.active:
            batch = self.faults.in_order(batch)
        return [orjson.Fragment(update.body) for update in batch]

    def _would_confirm(self, offset: int) -> bool:
        return any(update_id < offset for update_id in self.queue.pending)

    def _set_webhook(self, given: Json) -> Described:
        url = urlsplit(given["url"])
        # http is allowed as by the real server's --local mode: tests have no certificates
        if url.scheme not in ("http", "https") or not url.hostname:
            raise bad_request("invalid webhook URL specified")
        self.queue.allow(given.get("allowed_updates"))
        self.queue.end_poll(WEBHOOK_SET)
        self._drop(given)
        self.close()
        connections = min(max(given.get("max_connections", DEFAULT_CONNECTIONS), 1), MOST_CONNECTIONS)
        target = Target(given["url"], given.get("secret_token", ""), connections)
        self.pump = WebhookPump(self.queue, target, self.session, self.execute, self.faults, self.backoff)
        self.pump.start()
        return Described(result=True, description="Webhook was set")

    def _delete_webhook(self, given: Json) -> Described:
        self._drop(given)
        was_set = self.pump is not None
        self.close()
        text = "Webhook was deleted" if was_set else "Webhook is already deleted"
        return Described(result=True, description=text)

    def _drop(self, given: Json) -> None:
        if given.get("drop_pending_updates"):
            self.queue.pending.clear()

    def _info(self) -> Json:
        self.queue.expire()
        info: Json = {"url": "", "has_custom_certificate": False, "pending_update_count": len(self.queue.pending)}
        if self.pump is not None:
            info |= {"url": self.pump.target.url, "max_connections": self.pump.target.max_connections}
            if self.pump.last_error:
                info["last_error_date"], info["last_error_message"] = self.pump.last_error
        if self.queue.allowed != self.queue.standard:
            info["allowed_updates"] = sorted(self.queue.allowed)
        return info

    def close(self) -> None:
        """Stop a webhook's delivery."""
        if self.pump is not None:
            self.pump.stop()
            self.pump = None
