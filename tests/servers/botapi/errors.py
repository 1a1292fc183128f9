"""The refusals of the Bot API: codes and texts as the public server words them."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """A refusal, carried to the edge and written there as `{"ok": false, …}`.

    `code` is both the error_code and the HTTP status; `parameters` are the ResponseParameters.
    """

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        """Return the JSON the real server would answer."""
        answer: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            answer["parameters"] = self.parameters
        return answer


# Texts from tdlib/telegram-bot-api (Client.cpp, fail_query_with_error and its neighbours).
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
OTHER_POLLER = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_SET = "Conflict: terminated by setWebhook request"
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


def bad_request(text: str, **parameters: int) -> ApiError:
    """Make a 400."""
    return ApiError(400, f"Bad Request: {text}", **parameters)


def forbidden(text: str) -> ApiError:
    """Make a 403."""
    return ApiError(403, f"Forbidden: {text}")


def unauthorized() -> ApiError:
    """Make the 401 of a wrong or revoked token."""
    return ApiError(401, "Unauthorized")


def not_found() -> ApiError:
    """Make the 404 of a method or path that does not exist."""
    return ApiError(404, "Not Found")


def conflict(text: str) -> ApiError:
    """Make a 409; the text already carries its prefix."""
    return ApiError(409, text)


def flooded(retry_after: int) -> ApiError:
    """Make the 429 that asks to wait `retry_after` seconds."""
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)


def not_modelled(what: str) -> ApiError:
    """Make the 404 that says this part of the real API is missing here, so nobody searches in the bot."""
    return ApiError(404, f"Not Found: {what} is not modelled by the test server")
