"""The public pages: the way in, what machines ask, what went wrong, and the headers on all of it."""

from __future__ import annotations

import gzip
import re
from html import unescape
from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs

from projektbot.web.guard import HEADERS
from projektbot.web.static import FOREVER, load_assets
from tests.web.town import FORM, Town, a_town, two_messengers

GERMAN = {"How it works": "So geht’s", "That did not work.": "Das hat nicht geklappt."}


LINK_OUT = re.compile(r'<a class="button plain" href="(https?:[^"]+)" rel="noopener">([^<]+)</a>')


def links_out(page: str) -> dict[str, str]:
    """Return where a page leads to on other hosts, by the words of the link."""
    found = {label: unescape(url) for url, label in LINK_OUT.findall(page)}
    assert len(found) == page.count('href="http'), "another link leads out"
    return found


def german(msgid: str, locale: str) -> str:
    return GERMAN.get(msgid, msgid) if locale.startswith("de") else msgid


async def test_the_start_page_names_the_city_and_every_way_in(tmp_path: Path) -> None:
    async with a_town(tmp_path, city="Bad <b>Beispiel", invitation="idea", ways=two_messengers) as town:
        page = (await town.visitor().get("/")).text

    assert "Bad &lt;b&gt;Beispiel" in page
    assert 'href="/chat"' in page
    assert "Or in your messenger" in page
    assert links_out(page) == {
        "Telegram": "https://t.me/example_bot?start=idea",
        "Matrix": "https://matrix.to/#/@bot:example.org",
    }


@pytest.mark.parametrize("path", ["/", "/chat"])
async def test_a_page_speaks_of_no_messenger_where_there_is_none(town: Town, path: str) -> None:
    page = (await town.visitor().get(path)).text

    assert "messenger" not in re.sub("<meta.*?>", "", page)
    assert links_out(page) == {}


async def test_a_page_is_in_the_readers_language(tmp_path: Path) -> None:
    async with a_town(tmp_path, translate=german) as town:
        visitor = town.visitor(**{"Accept-Language": "de-AT,en;q=0.5"})
        start, lost = await visitor.get("/"), await visitor.get("/nowhere")

    assert '<html lang="de" dir="ltr">' in start.text
    assert "So geht’s" in start.text
    assert (start.headers["Content-Language"], start.headers["Vary"]) == ("de", "Accept-Language, Accept-Encoding")
    assert lost.status_code == 404
    assert "Das hat nicht geklappt." in lost.text


async def test_arabic_runs_from_right_to_left(town: Town) -> None:
    page = await town.visitor(**{"Accept-Language": "ar"}).get("/")

    assert '<html lang="ar" dir="rtl">' in page.text


@pytest.mark.parametrize("path", ["/", "/chat", "/nowhere", "/healthz", "/static/nothing.css"])
async def test_every_answer_carries_the_security_headers(town: Town, path: str) -> None:
    answer = await town.visitor().get(path)

    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


@pytest.mark.parametrize("path", ["/", "/chat", "/nowhere"])
async def test_no_page_asks_another_host_or_writes_script_and_style_into_itself(town: Town, path: str) -> None:
    page = (await town.visitor().get(path)).text

    assert not re.search(r'(?:src|srcset|action)="(?!/)|<link[^>]+href="(?!/)', page)
    assert not re.search(r"<script(?![^>]+src=)|<style|\sstyle=|\son[a-z]+=", page)


async def test_a_static_file_is_kept_forever_at_an_address_that_changes_with_it(town: Town, tmp_path: Path) -> None:
    (tmp_path / "site.css").write_text("changed")
    asset = load_assets()["site.css"]

    answer = await town.visitor().get(asset.url)

    assert answer.headers["Cache-Control"] == FOREVER
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert asset.url in (await town.visitor().get("/")).text
    assert load_assets(tmp_path)["site.css"].url != asset.url


@pytest.mark.parametrize(
    "path",
    ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static/site.css", "/static//etc/passwd"],
)
async def test_no_path_leads_out_of_the_static_files(town: Town, path: str) -> None:
    assert (await town.visitor().get(path)).status_code == 404


def test_what_all_pages_share_weighs_less_than_15_kb_on_its_way() -> None:
    assert sum(len(gzip.compress(asset.content, 6)) for asset in load_assets().values()) < 15_000


async def test_healthz_answers_while_readyz_says_what_is_wrong(tmp_path: Path) -> None:
    problems = ["the database does not answer", ""]

    async def ready() -> str:
        return problems.pop(0)

    async with a_town(tmp_path, ready=ready) as town:
        visitor = town.visitor()
        health, not_yet, by_now = [await visitor.get(path) for path in ("/healthz", "/readyz", "/readyz")]

    assert (health.status_code, health.text) == (200, "ok\n")
    assert (not_yet.status_code, not_yet.text) == (503, "the database does not answer\n")
    assert by_now.status_code == 200


async def test_a_mistake_of_ours_gives_the_person_the_number_in_the_log(tmp_path: Path) -> None:
    async def ready() -> str:
        message = "secret words of a person"
        raise RuntimeError(message)

    async with a_town(tmp_path, ready=ready) as town:
        with capture_logs() as logs:
            answer = await town.visitor().get("/readyz")

    assert answer.status_code == 500
    [entry] = logs
    assert entry["number"] in answer.text
    assert "secret" not in str(entry) + answer.text
    assert answer.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]


async def test_the_server_is_not_told_of_a_mistake_that_is_answered_and_logged(tmp_path: Path) -> None:
    """It would log the whole of it a second time."""

    async def ready() -> str:
        raise RuntimeError

    async with a_town(tmp_path, ready=ready) as town:
        transport = httpx.ASGITransport(town.app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://town.test") as visitor:
            with capture_logs() as logs:
                answer = await visitor.get("/readyz")

    assert answer.status_code == 500
    assert "test_pages.py" in str(logs[0]["where"])


async def test_a_page_that_takes_no_forms_says_so(town: Town) -> None:
    answer = await town.visitor().post("/", headers=FORM)

    assert answer.status_code == 405
    assert "That did not work." in answer.text


@pytest.mark.parametrize("path", ["/", "/chat", "/feed.atom", "/projects.csv", "/api/v1/projects", "/p/P-9", "/x"])
async def test_who_asks_for_the_head_alone_is_told_what_the_whole_would_be(town: Town, path: str) -> None:
    whole, head = await town.visitor().get(path), await town.visitor().head(path)

    told = ("content-type", "cache-control", "etag", "content-language")
    assert head.status_code == whole.status_code
    assert [head.headers.get(name) for name in told] == [whole.headers.get(name) for name in told]


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "DELETE", "TRACE"])
@pytest.mark.parametrize("path", ["/", "/p/P-1001", "/feed.atom", "/api/v1/projects", "/media/x"])
async def test_what_nobody_offers_is_refused_with_what_is(town: Town, path: str, method: str) -> None:
    answer = await town.visitor().request(method, path)

    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}
