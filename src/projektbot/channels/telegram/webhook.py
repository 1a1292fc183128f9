"""What Telegram posts to us: who may post, what it says, what the answer may carry."""

from __future__ import annotations

import hmac
from typing import Any, TypeGuard

import orjson
from telegram.error import TelegramError

from projektbot.channels.telegram.transport import AiohttpRequest


def is_telegram(given: str, secret: str) -> bool:
    """Compare the header X-Telegram-Bot-Api-Secret-Token in constant time; without a secret nobody is Telegram."""
    return bool(secret) and hmac.compare_digest(given.encode(errors="replace"), secret.encode())


def update_of(body: bytes) -> dict[str, Any] | None:
    """Read an update, or None if it is none."""
    try:
        update = AiohttpRequest.parse_json_payload(body)
    except TelegramError:
        return None
    return update if is_update(update) else None


def is_update(update: object) -> TypeGuard[dict[str, Any]]:
    """Say whether JSON has the form of an update: what it brings is read on the road."""
    return isinstance(update, dict) and type(update.get("update_id")) is int  # which True is not


def query_of(update: Any) -> str:  # noqa: ANN401 - JSON
    """Return the id of the callback query in an update, or an empty string."""
    query = update.get("callback_query") if isinstance(update, dict) else None
    found = query.get("id") if isinstance(query, dict) else None
    return found if isinstance(found, str) else ""


def response_to(update: dict[str, Any]) -> bytes:
    """Return the body of our 200: Telegram carries out a call it finds there, which spares us one of our own."""
    query = query_of(update)
    return orjson.dumps({"method": "answerCallbackQuery", "callback_query_id": query}) if query else b""
