"""Which chat a browser is in: a random number in a signed cookie, nothing else."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.requests import Request
from starlette.responses import Response

COOKIE = "projektbot_chat"
YEAR = 365 * 24 * 3600
CHAT_BYTES = 16  # 128 bits: not to be guessed
_CHAT = re.compile(r"[0-9a-f]{32}")  # no group has such a name, so no cookie leads into one


def new_chat() -> str:
    """Make the id of a new chat."""
    return secrets.token_hex(CHAT_BYTES)


@dataclass(frozen=True, slots=True)
class Cookies:
    """The cookies of one chat page: `path` is its own, so that the demo's seats do not meet."""

    secret: str
    path: str
    secure: bool

    def by(self, _request: Request) -> str:
        """Return no name: in a chat of one's own one writes as oneself."""
        return ""

    def chat(self, request: Request) -> str:
        """Return the chat the browser is in, or an empty string if it has none of ours."""
        try:
            chat = self._signer.loads(request.cookies.get(COOKIE, ""))
        except BadSignature:
            return ""
        return chat if isinstance(chat, str) and _CHAT.fullmatch(chat) else ""

    def keep(self, response: Response, chat: str) -> None:
        """Let the browser stay in `chat`."""
        response.set_cookie(
            COOKIE,
            str(self._signer.dumps(chat)),
            max_age=YEAR,
            path=self.path,
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )

    def forget(self, response: Response) -> None:
        """Let the browser forget its chat."""
        response.delete_cookie(COOKIE, path=self.path, secure=self.secure, httponly=True, samesite="lax")

    @property
    def _signer(self) -> URLSafeSerializer:
        return URLSafeSerializer(self.secret, salt=f"chat at {self.path}")  # no use on another seat's page
