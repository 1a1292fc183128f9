"""What people write never becomes markup: looked at as the messengers' own servers got it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.playing.casts import on_matrix, telegram_people
from tests.playing.living import living
from tests.playing.people import ByMatrix
from tests.playing.transcripts import FOLDER, Person, play, read_transcript
from tests.servers import botapi
from tests.servers.synapse import Synapse

STORY = read_transcript(FOLDER / "staff" / "markup.en.yaml")
WRITTEN = ("<b>Benches</b>", "<script>", "<i>side</i>", "<img src=x", '<a href="https://example.org">')
OURS = {"bold", "italic", "blockquote", "bot_command"}  # what Telegram shows of our messages beside plain words
TAGS = {"strong", "em", "ol", "li", "br"}  # likewise on Matrix
FSI, PDI = "\u2068", "\u2069"


async def test_on_telegram_it_is_plain_text_between_our_own_entities(tmp_path: Path) -> None:
    async with (
        botapi.BotApiServer(limits=botapi.Limits.off()) as server,
        living(tmp_path, telegram_token=server.token, telegram_api_url=server.url) as house,
    ):
        call = telegram_people(server, "en", text=False)
        await play(STORY, house, await call("anna"), call=call)
        sent = [call.parameters for call in server.bot().calls if call.method == "sendMessage"]

    assert not any("parse_mode" in given for given in sent)
    assert {entity["type"] for given in sent for entity in given.get("entities", [])} <= OURS
    words = "\n".join(given["text"] for given in sent)
    assert [written for written in WRITTEN if written not in words] == []
    assert not re.search("[\u200b\u202a-\u202e\u2066\u2067]", words)
    assert all(_isolated(given["text"], written) for given in sent for written in WRITTEN)


def _isolated(words: str, written: str) -> bool:
    """Say whether what somebody wrote stands between marks of ours; choices have lines of their own."""
    said = "\n".join(line for line in words.splitlines() if not re.match(r"\d+\. ", line))
    return all(_is_inside(said[: at.start()]) for at in re.finditer(re.escape(written), said))


def _is_inside(before: str) -> bool:
    return before.count(FSI) > before.count(PDI)


@pytest.mark.asyncio(loop_scope="session")
async def test_on_matrix_it_is_escaped(tmp_path: Path, synapse: Synapse) -> None:
    people: list[ByMatrix] = []
    async with on_matrix(tmp_path, "en", synapse) as cast:

        async def call(name: str) -> Person:
            person = await cast.call(name)
            assert isinstance(person, ByMatrix)
            people.append(person)
            return person

        await play(STORY, cast.house, await call("anna"), call=call)
        sent: list[dict[str, Any]] = [content for person in people for content in person.heard()]

    bodies = "\n".join(content["body"] for content in sent)
    html = "\n".join(content.get("formatted_body", "") for content in sent)
    assert [written for written in WRITTEN if written not in bodies] == []
    assert set(re.findall(r"</?([a-z]+)", html)) <= TAGS
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert all(content["m.mentions"] == {} for content in sent)
    assert all(_isolated(content["body"], written) for content in sent for written in WRITTEN)
