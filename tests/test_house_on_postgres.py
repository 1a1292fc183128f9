"""The whole house on PostgreSQL: a story from the first word to the stored idea, and words that no column can hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from projektbot.messages import Inbound, Tap, Words
from tests.playing.living import living, submissions
from tests.playing.people import ByTerminal
from tests.playing.transcripts import play, read_transcript
from tests.program import CHECKOUT
from tests.servers.postgres import Postgres

STORIES = CHECKOUT / "tests" / "transcripts" / "projects"
NUL = "\0"


@pytest.fixture
def url(postgres: Postgres) -> Iterator[str]:
    with postgres.database() as url:
        yield url


async def test_a_story_is_stored_as_it_is_told(url: str, tmp_path: Path) -> None:
    story = read_transcript(STORIES / "besserer_ueberweg.de.yaml")
    person = ByTerminal(tmp_path, story.locale)

    async with living(tmp_path / "var", person.channel, database_url=url) as house:
        await play(story, house, person)

        assert len(await submissions(house)) == 1


async def test_a_conversation_goes_on_after_a_crash_of_the_server(url: str, tmp_path: Path, postgres: Postgres) -> None:
    person = ByTerminal(tmp_path, "de")
    async with living(tmp_path / "var", person.channel, database_url=url):
        for words in ("/idee", "1", "Bänke am Fluss"):
            await person.write(words)
        postgres.order("CHECKPOINT")  # this one writes without waiting for the disk
        postgres.kill()
        postgres.start()

        await person.write("Zum Ausruhen für alle, die langsam gehen.")

        assert "Handlungsfeld" in await person.told()


async def test_a_nul_in_whatever_a_messenger_sends_is_no_fault(url: str, tmp_path: Path) -> None:
    """In words, in the ids of messages, in languages: everything is taken, answered, and nothing set aside."""
    person = ByTerminal(tmp_path, "en")
    async with living(tmp_path / "var", person.channel, database_url=url) as house:
        name = person.channel.name

        def from_somebody(key: str, event: object) -> Inbound:
            return Inbound(name, key, "chat", event, message=f"m{NUL}", locale=f"en{NUL}")  # type: ignore[arg-type]

        said = ["/idea", "new", f"Ben{NUL}ches", f"A place to {NUL}rest", "Health", "Altstadt", "/skip"]
        events = [Words(words, to=NUL) for words in said]
        updates = [from_somebody(str(number), event) for number, event in enumerate([*events, Tap(NUL)])]
        for update in updates:
            await house.turns.take(name, [update], lambda raw: raw)
        await house.turns.take(name, updates, lambda raw: raw)
        await house.turns.keep(f"n{NUL}", f"v{NUL}")

        assert await house.turns.recall(f"n{NUL}") == "v\ufffd"
    with psycopg.connect(url.replace("+psycopg", "")) as db:
        assert db.execute("SELECT count(*) FROM inbox WHERE state = 2").fetchone() == (0,)
        assert db.execute("SELECT count(*) FROM inbox").fetchone() == (len(updates),)
        assert db.execute("SELECT count(*) FROM addresses").fetchone() == (1,)
