"""The strict Bot API server refuses what the public one refuses, in its words, and names the parameter."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import BadRequest, Forbidden, InvalidToken

from tests.servers.botapi import BotApiServer, Limits
from tests.servers.botapi.reduce import SPEC_FILE, dump, reduce

PUBLISHED = Path(__file__).resolve().parents[3] / "shared" / "telegram" / "api.json"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + (3).to_bytes(4, "big") + (2).to_bytes(4, "big")
TAP = {"text": "Yes", "callback_data": "yes"}


@pytest.fixture
async def server() -> AsyncIterator[BotApiServer]:
    async with BotApiServer(limits=Limits.off()) as running:
        running.person(1, "Ada", started=True)
        yield running


async def refusal(server: BotApiServer, method: str, **parameters: object) -> str:
    """Call a method and return the description of its refusal, empty when it is accepted."""
    url = f"{server.url}/bot{server.token}/{method}"
    async with aiohttp.ClientSession() as session, session.post(url, json=parameters) as answer:
        body = await answer.json()
        return str(body.get("description", ""))


def markup(*rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"inline_keyboard": list(rows)}


def bold(offset: int, length: int) -> dict[str, Any]:
    return {"type": "bold", "offset": offset, "length": length}


WRONG = [
    ({}, "message text is empty"),
    ({"text": "  \n"}, "message text is empty"),
    ({"text": "a" * 4097}, "message is too long"),
    ({"text": "🚲" * 2049}, "message is too long"),
    ({"text": 5}, 'parameter "text" must be a String'),
    ({"text": None}, 'parameter "text" must be a String'),
    ({"text": "x", "colour": "red"}, 'unknown parameter "colour"'),
    ({"text": "x", "protect_content": "perhaps"}, 'parameter "protect_content" must be a Boolean'),
    ({"text": "x", "parse_mode": "HTML"}, 'parameter "parse_mode" is not modelled by the test server'),
    ({"text": "x", "entities": [bold(0, 2)]}, "ENTITY_BOUNDS_INVALID"),
    ({"text": "🚲", "entities": [bold(1, 1)]}, "cuts a character in two"),
    ({"text": "x", "entities": [{"type": "loud", "offset": 0, "length": 1}]}, 'parameter "entities[0].type" must be'),
    ({"text": "x", "entities": [{"type": "text_link", "offset": 0, "length": 1}]}, 'lacks the field "url"'),
    ({"text": "x", "reply_parameters": {"message_id": 99}}, "message to be replied not found"),
    ({"text": "x", "reply_markup": {"rows": []}}, 'parameter "reply_markup" fits none of'),
    ({"text": "x", "reply_markup": markup([TAP | {"url": "https://a.de"}])}, "[inline_keyboard]"),
    ({"text": "x", "reply_markup": markup([{"text": "Yes"}])}, "Text buttons are unallowed in the inline keyboard"),
    ({"text": "x", "reply_markup": markup([{"callback_data": "yes"}])}, 'lacks the field "text"'),
    ({"text": "x", "reply_markup": markup([TAP | {"callback_data": "ü" * 33}])}, "BUTTON_DATA_INVALID"),
    ({"text": "x", "reply_markup": markup([TAP | {"callback_data": ""}])}, "BUTTON_DATA_INVALID"),
    ({"text": "x", "reply_markup": markup([TAP] * 9)}, "has more than 8 buttons"),
    ({"text": "x", "reply_markup": markup(*[[TAP]] * 101)}, "reply markup is too long"),
    ({"text": "x", "reply_markup": markup([TAP | {"size": 3}])}, 'has a field "size"'),
]


@pytest.mark.parametrize(("parameters", "expected"), WRONG, ids=[text for _, text in WRONG])
async def test_a_wrong_message_is_refused(server: BotApiServer, parameters: dict[str, Any], expected: str) -> None:
    expected = expected.replace("[inline_keyboard]", "must have exactly one of its optional fields")

    assert expected in await refusal(server, "sendMessage", chat_id=1, **parameters)
    assert server.bot().private[1].log == []


RIGHT: list[dict[str, Any]] = [
    {"text": "a" * 4096},
    {"text": "🚲" * 2048},
    {"text": "🚲x", "entities": [bold(0, 2), bold(2, 1)]},
    {"text": "x", "reply_markup": markup(*[[TAP] * 8] * 12)},
    {"text": "x", "reply_markup": markup([TAP | {"callback_data": "ü" * 32}])},
    {"text": "x", "reply_markup": {"keyboard": [["Yes", {"text": "No"}]]}},
    {"text": "x", "reply_markup": {"remove_keyboard": True}},
    {"text": "x", "chat_id": "1"},
]


@pytest.mark.parametrize("parameters", RIGHT, ids=range(len(RIGHT)))
async def test_what_just_fits_is_accepted(server: BotApiServer, parameters: dict[str, Any]) -> None:
    assert await refusal(server, "sendMessage", **({"chat_id": 1} | parameters)) == ""


async def test_text_is_trimmed_and_its_entities_move_along(server: BotApiServer) -> None:
    await refusal(server, "sendMessage", chat_id=1, text="  bold ", entities=[bold(2, 5)])

    assert server.person(1, "Ada").sees[-1].raw["entities"] == [bold(0, 4)]


@pytest.mark.parametrize("command", ["Start", "grüße", "a" * 33, "with-dash", ""])
async def test_command_names_have_their_alphabet(server: BotApiServer, command: str) -> None:
    commands = [{"command": command, "description": "what it does"}]

    assert await refusal(server, "setMyCommands", commands=commands) == "Bad Request: BOT_COMMAND_INVALID"


async def test_commands_are_kept_by_scope_and_language(server: BotApiServer) -> None:
    bot = Bot(server.token, base_url=f"{server.url}/bot")
    async with bot:
        await bot.set_my_commands([("idea", "New idea")])
        await bot.set_my_commands([("idea", "Neue Idee")], language_code="de")

        assert [command.description for command in await bot.get_my_commands()] == ["New idea"]
        assert [command.description for command in await bot.get_my_commands(language_code="de")] == ["Neue Idee"]


async def test_a_long_toast_is_refused(server: BotApiServer) -> None:
    answer = await refusal(server, "answerCallbackQuery", callback_query_id="1", text="x" * 201)

    assert answer == "Bad Request: MESSAGE_TOO_LONG"


async def test_form_and_query_parameters_are_read_like_json(server: BotApiServer) -> None:
    url = f"{server.url}/bot{server.token}/sendMessage"
    fields = {"chat_id": "1", "text": "7", "reply_markup": json.dumps(markup([TAP]))}
    async with aiohttp.ClientSession() as session:
        async with session.get(url, params=fields) as by_query:
            assert by_query.status == 200
        async with session.post(url, data=fields) as by_form:
            assert by_form.status == 200
        async with session.post(url, data=fields | {"reply_markup": "{"}) as broken:
            assert (await broken.json())["description"].startswith('Bad Request: parameter "reply_markup"')

    assert [(seen.text, seen.labels) for seen in server.person(1, "Ada").sees] == [("7", ["Yes"])] * 2


async def test_a_real_client_library_accepts_the_answers(server: BotApiServer) -> None:
    ada = server.person(1, "Ada")
    bot = Bot(server.token, base_url=f"{server.url}/bot", base_file_url=f"{server.url}/file/bot")
    async with bot:
        assert (await bot.get_me()).username == "projekt_test_bot"
        keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Yes", callback_data="yes")]])
        sent = await bot.send_message(1, "Sure?", reply_markup=keyboard)
        await ada.tap("Yes")
        await ada.send_photo(b"a picture", caption="my street")
        updates: tuple[Update, ...] = await bot.get_updates()
        query, photo = updates[0].callback_query, updates[1].message
        assert query is not None
        assert photo is not None
        assert await query.answer("Thanks")
        edited = await bot.edit_message_text("Done", 1, sent.message_id)
        assert isinstance(edited, type(sent))
        file = await photo.photo[-1].get_file()
        assert bytes(await file.download_as_bytearray()) == b"a picture"
        shown = await bot.send_photo(1, PNG, caption="back")
        assert (shown.photo[-1].width, shown.photo[-1].height) == (3, 2)
        document = await bot.send_document(1, b"%PDF", filename="plan.pdf")
        assert document.document is not None
        assert document.document.file_name == "plan.pdf"
        assert (await bot.send_poll(1, "When?", ["Monday", "Friday"])).poll is not None
        assert (await bot.get_chat(1)).first_name == "Ada"
        assert (await bot.get_chat_member(1, 1)).status == "member"
        assert await bot.set_message_reaction(1, sent.message_id, "👍")
        with pytest.raises(BadRequest, match="Message is not modified"):
            await bot.edit_message_text("Done", 1, sent.message_id)
        await ada.block()
        with pytest.raises(Forbidden, match="blocked by the user"):
            await bot.send_message(1, "?")
    stranger = Bot("9:wrong", base_url=f"{server.url}/bot")
    with pytest.raises(InvalidToken):
        await stranger.initialize()
    await stranger.shutdown()


async def test_a_file_above_20_mb_cannot_be_fetched(server: BotApiServer) -> None:
    await server.person(1, "Ada").send_document(b"x" * (20 * 1024 * 1024 + 1), "big.pdf")
    file_id = next(iter(server.bot().files.by_id))

    assert await refusal(server, "getFile", file_id=file_id) == "Bad Request: file is too big"
    assert await refusal(server, "getFile", file_id="made up") == "Bad Request: invalid file_id"


async def test_what_is_no_picture_is_no_photo(server: BotApiServer) -> None:
    url = f"{server.url}/bot{server.token}/sendPhoto"
    form = aiohttp.FormData({"chat_id": "1", "photo": "attach://p"})
    form.add_field("p", b"text", filename="a.png")
    async with aiohttp.ClientSession() as session, session.post(url, data=form) as answer:
        assert (await answer.json())["description"] == "Bad Request: IMAGE_PROCESS_FAILED"


def test_the_specification_is_the_published_one() -> None:
    if not PUBLISHED.exists():
        pytest.skip("the published specification is not beside the repository; spec.json stands for itself")

    assert SPEC_FILE.read_text() == dump(reduce(json.loads(PUBLISHED.read_text())))
