"""The marketplace and a project's page: what they show, what they never show, and where they lead."""

from __future__ import annotations

import io
import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import segno
from PIL import ExifTags, Image
from sqlalchemy import Engine, event

from projektbot.civic.projects.showcase import Shown
from projektbot.civic.projects.tables import comments, projects
from tests.turns.conftest import database, logs
from tests.web.market import Market, a_market, messengers, picture

__all__ = ["database", "logs"]


@pytest_asyncio.fixture(params=["sqlite", "postgres"])
async def market(tmp_path: Path, database: str) -> AsyncIterator[Market]:
    """Open a market on each database."""
    async with a_market(tmp_path, ways=messengers, database=database, queued=bool(database)) as market:
        yield market


async def test_a_published_project_is_on_the_first_page_and_has_one_of_its_own(market: Market) -> None:
    ref = await market.shows("Bänke am Fluss", "Zum Ausruhen.\n\nMit Lehne.", area="2", cost="1200 €", number=6)
    await market.supports(ref, "ben", "cem")
    await market.comments(ref, "Bitte auch im Schatten.")
    market.town.clock.advance(timedelta(days=3))
    await market.answers(ref, "Im Herbst stellen wir vier auf.")

    first, page = (await market.get("/")).text, (await market.get(f"/p/{ref}")).text

    assert "2 unterstützen es" in first
    assert "Antwort der Stadt" in first
    for words in ("Bänke am Fluss", '<p dir="auto">Mit Lehne.</p>', "2 Menschen unterstützen es.", "1.200 €",
                  "Bitte auch im Schatten.", "Im Herbst stellen wir vier auf.", "15. Juni 2026", "18. Juni 2026",
                  "Umwelt und Natur", "https://t.me/example_bot?start=project-P-1001"):  # fmt: skip
        assert words in page, words


async def test_a_day_is_the_one_of_the_city_for_programs_too(market: Market) -> None:
    market.town.clock.advance(timedelta(hours=13))  # 1 o'clock on the 16th in Berlin, 23 o'clock on the 15th in UTC
    ref = await market.shows("Bänke am Fluss")

    page = (await market.get(f"/p/{ref}")).text

    linked = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert linked
    assert json.loads(linked[1])["foundingDate"] == "2026-06-16"
    assert "16. Juni 2026" in page


async def test_what_is_not_public_is_nowhere(market: Market) -> None:
    shown = await market.shows("Sichtbar", own="Ich habe einen Bagger")
    waiting = await market.sends("Wartet noch auf die Stadt")
    await market.comments(shown, "Ein böses Wort")
    await market.town.store.write(lambda db: db.execute(comments.update().values(hidden_at=1)))

    pages = [
        (await market.get(path)).text
        for path in (
            "/",
            f"/p/{shown}",
            "/feed.atom",
            "/projects.csv",
            "/projects.geojson",
            "/sitemap.xml",
            "/api/v1/projects",
            f"/api/v1/projects/{shown}",
        )
    ]

    assert not [words for words in ("Bagger", "Wartet noch", waiting, "böses") if words in "".join(pages)]
    assert (await market.get(f"/p/{waiting}")).status_code == 404
    assert (await market.get(f"/api/v1/projects/{waiting}")).status_code == 404
    assert not {"person_id", "contribution"} & set(Shown._fields)


async def test_projects_are_filtered_and_paged(market: Market) -> None:
    for number in range(13):
        await market.shows(f"Vorhaben Nummer {number}", area="2" if number == 5 else "1", number=1 + number % 2)

    first, second = (await market.get("/")).text, (await market.get("/?page=2")).text

    assert first.count("<article") == 12
    assert second.count("<article") == 1
    assert 'rel="next" href="/?page=2#projects"' in first
    assert "Nummer 0" in second
    assert re.findall(r"Nummer (\d+)</a>", (await market.get("/?area=hafen")).text) == ["5"]
    assert re.findall(r"Nummer (\d+)</a>", (await market.get("/?q=Nummer+12")).text) == ["12"]
    assert (await market.get("/?field=digital")).text.count("<article") == 6
    beyond = await market.get("/?page=99&field=digital")
    assert beyond.status_code == 404
    assert 'href="/?field=digital#projects">Zur letzten Seite' in beyond.text
    assert "Dazu passt hier nichts" not in beyond.text
    assert "Alle zeigen" in (await market.get("/?q=gibtesnicht")).text


async def test_the_areas_count_what_was_chosen(market: Market) -> None:
    await market.shows("Bänke", area="2", number=6, place=(52.705, 12.98))
    await market.shows("Bäume", area="1", number=6)
    await market.shows("Busse", area="1", number=1, place=(52.7055, 12.9865))

    def counts(page: str) -> list[str]:
        return re.findall(r'class="count">(\d+)<', page)

    every, nature, words = [
        (await market.get(path)).text for path in ("/", "/?field=nature&area=altstadt", "/?q=Busse")
    ]

    assert [sum(map(int, counts(page))) for page in (every, nature, words)] == [3, 2, 1]
    places = [re.findall(r'class="places" d="([^"]+)"', page) for page in (every, nature, words)]
    assert [path.count("M") for paths in places for path in paths] == [2, 1]
    assert [page.count('class="dot"') for page in (every, nature, words)] == [2, 1, 1]


async def test_an_address_leads_to_the_project_whatever_became_of_it(market: Market) -> None:
    one, other, gone = [await market.shows(title) for title in ("Erstes Projekt", "Zweites Projekt", "Drittes Projekt")]
    await market.merges(other, one)
    await market.declines(gone)
    refused = await market.sends("Viertes Projekt")
    await market.declines(refused)

    asked = {path: await market.get(path) for path in ("/p/p-1001", "/p/1001", "/p/P-1002", "/p/p1002", "/p/P-1003",
                                                       "/p/P-1004", "/p/P-77777", "/p/nothing")}  # fmt: skip

    assert {path: (answer.status_code, answer.headers.get("location", "")) for path, answer in asked.items()} == {
        "/p/p-1001": (301, "/p/P-1001"),
        "/p/1001": (301, "/p/P-1001"),
        "/p/P-1002": (301, "/p/P-1001"),
        "/p/p1002": (301, "/p/P-1001"),
        "/p/P-1003": (410, ""),
        "/p/P-1004": (404, ""),
        "/p/P-77777": (404, ""),
        "/p/nothing": (404, ""),
    }
    assert "Hier geht auch weiter: P-1002" in (await market.get("/p/P-1001")).text
    assert "Drittes" not in asked["/p/P-1003"].text
    for path in ("/p/P-1003", "/p/P-1004", "/p/P-77777"):
        assert 'href="/#projects">Zu den Projekten' in asked[path].text


async def test_a_program_is_led_on_too_from_wherever_it_asks_and_not_forever(market: Market) -> None:
    one, other, gone = [await market.shows(title) for title in ("Erstes Projekt", "Zweites Projekt", "Drittes Projekt")]
    await market.merges(other, one)
    await market.declines(gone)

    merged, declined, never = [await market.get(f"/api/v1/projects/{ref}") for ref in (other, gone, "P-7777")]

    assert (merged.status_code, merged.headers["location"]) == (301, f"/api/v1/projects/{one}")
    assert merged.headers["access-control-allow-origin"] == "*"
    assert "max-age=300" in merged.headers["cache-control"], "the one it went on in may go on in a third"
    assert [declined.status_code, never.status_code] == [410, 404]
    assert "Drittes" not in declined.text


async def test_an_empty_city_invites(tmp_path: Path) -> None:
    async with a_market(tmp_path) as market:
        page = (await market.get("/")).text

    assert "Die erste Idee könnte Ihre sein." in page
    assert 'href="/chat?start=idea"' in page


# ---- photos ----------------------------------------------------------------------------------------------------------


async def test_a_photo_is_shown_small_in_its_own_proportions(market: Market) -> None:
    ref = await market.shows("Mit Foto", photo=picture(900, 1200), caption="Die Wiese")

    [source] = re.findall(
        r'<img src="(/media/[^"]+)" width="320" height="427" alt="Die Wiese"', (await market.get("/")).text
    )
    small, large = await market.get(source), await market.get(source.replace("/320", "/960"))

    assert len(small.content) <= 4_500
    assert len(large.content) <= 50_000
    assert small.headers["content-type"] == "image/webp"
    assert "immutable" in small.headers["cache-control"]
    assert small.headers["x-content-type-options"] == "nosniff"
    assert (
        f'<meta property="og:image" content="http://town.test{source.replace("/320", "/960")}">'
        in (await market.get(f"/p/{ref}")).text
    )
    await market.declines(ref)
    assert [(await market.get(path)).status_code for path in (source, source[: -len("/320")])] == [404, 404]


async def test_a_photo_is_served_without_the_place_where_it_was_taken(market: Market) -> None:
    exif, out = Image.Exif(), io.BytesIO()
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (52.0, 42.0, 0.0)})
    exif[ExifTags.Base.Make] = "A camera"
    Image.open(io.BytesIO(picture())).save(out, "JPEG", exif=exif)
    await market.shows("Mit Foto", photo=out.getvalue())

    [source] = re.findall(r'<img src="(/media/[^"]+)/320"', (await market.get("/")).text)
    served = [(await market.get(f"{source}{size}")).content for size in ("", "/320", "/960")]

    assert dict(Image.open(out).getexif())
    assert [dict(Image.open(io.BytesIO(photo)).getexif()) for photo in served] == [{}, {}, {}]


async def test_a_page_asks_the_store_no_more_often_for_more_projects(market: Market) -> None:
    """What keeps it fast with ten thousand, whatever the machine: `python -m bench page` measures it."""
    asked: list[str] = []

    def note(*given: Any) -> None:  # noqa: ANN401 - of SQLAlchemy
        asked.append(given[2])

    event.listen(Engine, "before_cursor_execute", note)
    counts: list[int] = []
    for number in (1, 6):
        for _ in range(number):
            await market.shows(f"Vorhaben {len(counts)} {number}", photo=picture(90 + len(counts), 60))
        asked.clear()
        await market.get("/")
        counts.append(len([words for words in asked if words.startswith("SELECT") and "project" in words]))
    event.remove(Engine, "before_cursor_execute", note)

    assert counts[0] == counts[1] == 6


@pytest.mark.parametrize("path", [
    "/media/../town.db", "/media/%2e%2e%2ftown.db", "/media/" + "0" * 64, "/media/" + "0" * 64 + "/320", "/media/x/320",
    "/media/" + "A" * 64, "/media/" + "٣" * 64, "/p/..%2f..%2fetc", "/p/%00", "/p/P-1%0d%0aX: y",
])  # fmt: skip
async def test_no_path_leads_where_it_should_not(tmp_path: Path, path: str) -> None:
    async with a_market(tmp_path) as market:
        answer = await market.get(path)

    assert answer.status_code == 404
    assert "location" not in answer.headers


@pytest.mark.parametrize("path", [
    "//evil.example", "//evil.example/", "/p//evil.example", "/p/P-1001//evil.example/", "/\\evil.example",
    "/?page=//evil.example", "/p/https:%2f%2fevil.example",
])  # fmt: skip
async def test_nobody_is_sent_to_another_host(tmp_path: Path, path: str) -> None:
    async with a_market(tmp_path) as market, market.visitor() as visitor:
        answer = await visitor.get("http://town.test" + path)

    assert not re.match(r"(https?:)?//(?!town\.test)", answer.headers.get("location", "/"))
    assert 'href="//' not in answer.text


@pytest.mark.parametrize("path", ["/p/P-1001/", "/projects.csv/", "/chat/?start=idea", "/api/v1/areas///",
                                  "//evil.example/", "/\\evil.example/", "/%09/evil.example/", "/x/"])  # fmt: skip
@pytest.mark.parametrize("host", ["evil.example", "evil.example:1", "["])
async def test_a_slash_too_many_leads_on_upon_this_host_whatever_host_is_named(
    tmp_path: Path, path: str, host: str
) -> None:
    async with a_market(tmp_path) as market, market.visitor() as visitor:
        answer = await visitor.get("http://town.test" + path, headers={"Host": host})

    assert answer.status_code == 307
    assert re.match(r"/[\w%]", answer.headers["location"])
    assert not re.search(r"/($|\?)", answer.headers["location"])


# ---- what people write -----------------------------------------------------------------------------------------------

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&"


async def test_nothing_people_write_becomes_markup(market: Market) -> None:
    ref = await market.shows(EVIL[:80], EVIL)
    await market.comments(ref, EVIL)
    await market.answers(ref, EVIL)
    turned = {
        "description": f"{EVIL}\u202e und um \x07",
        "title": f"{EVIL[:80]}\u2067",
    }  # the road takes some of it out
    await market.town.store.write(lambda db: db.execute(projects.update().values(turned)))

    pages = [
        (await market.get(path)).text for path in ("/", f"/p/{ref}", "/feed.atom", f"/?q={EVIL}", f"/?area={EVIL}")
    ]

    for page in pages:
        assert "<script>" not in page
        assert "<img src=x" not in page
        assert not {"\u202e", "\u2067", "\x07"} & set(page)
    [linked] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', pages[1])
    assert json.loads(linked)["description"].startswith(EVIL)


@pytest.mark.parametrize("unseen", ["\u200b", "\u202e", "\u2067", "\ufeff", "\u00ad"])
async def test_a_title_holds_nothing_that_is_not_seen(market: Market, unseen: str) -> None:
    ref = await market.shows(f"{unseen}Bän{unseen}ke{unseen}", f"Zum {unseen}Ausruhen am Fluss.{unseen}")

    for path in ("/", f"/p/{ref}", "/feed.atom", "/projects.csv", f"/api/v1/projects/{ref}"):
        words = (await market.get(path)).text.removeprefix("\ufeff")
        assert "Bänke" in words
        assert "Zum Ausruhen am Fluss." in words
        assert unseen not in words


async def test_endless_words_are_looked_for_no_longer_than_makes_sense(market: Market) -> None:
    await market.shows("Kurzes Wort")

    answer = await market.get("/?q=" + "w" * 4_000)
    odd = await market.get("/?q=%00%ff%ed%a0%80&page=%00&area=%00")

    assert answer.status_code == 200
    assert len(answer.content) < 20_000
    assert odd.status_code == 200


async def test_every_way_to_a_project_has_its_link_and_its_code(market: Market) -> None:
    page = (await market.get(f"/p/{await market.shows('Bänke am Fluss')}")).text

    found = re.findall(r'aria-label="QR-Code: ([^"]+)".*?class="dark" d="([^"]+)"', page)
    ways = {
        "Telegram": "https://t.me/example_bot?start=project-P-1001",
        "Matrix": "https://matrix.to/#/@bot:example.org",
        "Im Browser": "http://town.test/chat?start=project-P-1001",
    }
    for way, url in ways.items():
        assert f'href="{url}"' in page
        assert drawn(dict(found)[way]) == modules(url)
    assert [way for way, _ in found] == list(ways)


def drawn(path: str) -> set[tuple[int, int]]:
    """Return the dark modules of a drawing, as (column, row)."""
    runs = [map(int, run) for run in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path)]
    return {(x + step, y) for x, y, length in runs for step in range(length)}


def modules(url: str) -> set[tuple[int, int]]:
    """Return the dark modules of the code of an address, with the quiet zone of four around it."""
    rows = segno.make(url, error="m", micro=False).matrix
    return {(x + 4, y + 4) for y, row in enumerate(rows) for x, dark in enumerate(row) if dark}


async def test_a_project_describes_itself_to_others(market: Market) -> None:
    ref = await market.shows("Bänke am Fluss", place=(52.70512345, 12.98012345))

    page = (await market.get(f"/p/{ref}")).text

    [linked] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert json.loads(linked)["areaServed"]["geo"] == {
        "@type": "GeoCoordinates", "latitude": 52.7051, "longitude": 12.9801,
    }  # fmt: skip
    assert f'<link rel="canonical" href="http://town.test/p/{ref}">' in page
    assert '<meta property="og:title" content="Bänke am Fluss">' in page
    assert 'class="here"' in page
