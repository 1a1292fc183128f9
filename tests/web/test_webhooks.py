"""The messengers' way in: handed on as it comes, and nothing else."""

from __future__ import annotations

from pathlib import Path

import httpx

from projektbot.web.webhooks import MAX_BODY
from tests.web.town import a_town

SECRET = {"X-Telegram-Bot-Api-Secret-Token": "s3cret"}


class Bot:
    """A webhook that remembers what it was given."""

    def __init__(self) -> None:
        self.given: list[tuple[bytes, str]] = []

    async def __call__(self, body: bytes, secret: str) -> tuple[int, bytes]:
        self.given.append((body, secret))
        return (200, b'{"method": "sendMessage"}') if secret else (403, b"")


async def call(
    folder: Path, method: str, path: str, *, body: bytes = b"", secret: bool = True
) -> tuple[httpx.Response, Bot]:
    bot = Bot()
    async with a_town(folder, webhooks={"example": bot}) as town:
        transport = httpx.ASGITransport(town.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://town.test") as telegram:
            answer = await telegram.request(method, path, content=body, headers=SECRET if secret else {})
    return answer, bot


async def test_body_and_secret_reach_the_tenants_webhook_and_its_answer_comes_back(tmp_path: Path) -> None:
    answer, bot = await call(tmp_path, "POST", "/telegram/example", body=b'{"update_id": 1}')

    assert bot.given == [(b'{"update_id": 1}', "s3cret")]
    assert (answer.status_code, answer.content) == (200, b'{"method": "sendMessage"}')
    assert answer.headers["Content-Type"] == "application/json"


async def test_a_missing_secret_is_the_webhooks_matter(tmp_path: Path) -> None:
    answer, bot = await call(tmp_path, "POST", "/telegram/example", secret=False)

    assert bot.given == [(b"", "")]
    assert answer.status_code == 403


async def test_an_unknown_tenant_is_not_found(tmp_path: Path) -> None:
    for path in ("/telegram/other", "/telegram/", "/telegram/example/more"):
        answer, bot = await call(tmp_path, "POST", path)
        assert (answer.status_code, bot.given) == (404, [])


async def test_only_post_is_taken(tmp_path: Path) -> None:
    answer, bot = await call(tmp_path, "GET", "/telegram/example")

    assert (answer.status_code, bot.given) == (405, [])


async def test_an_endless_body_is_not_read_to_its_end(tmp_path: Path) -> None:
    answer, bot = await call(tmp_path, "POST", "/telegram/example", body=bytes(MAX_BODY + 1))

    assert (answer.status_code, bot.given) == (413, [])
