"""Sending against the strict server: what people then see, and what each failure means."""

from __future__ import annotations

import asyncio

import pytest

from projektbot.channels.telegram import TelegramChannel
from projektbot.channels.telegram.api import Api
from projektbot.errors import Blocked, ChannelError, Moved, Rejected, Revoked, Throttled, Unsure
from projektbot.messages import Choice, Kind, Media, Outgoing, Part, Stored, Style
from tests.channels.telegram.house import PNG, says
from tests.servers.botapi.limits import Limits, Rate
from tests.servers.botapi.people import Person
from tests.servers.botapi.server import BotApiServer

PICTURE = Stored("ab" * 32, "image/png", len(PNG), "balken.png")


@pytest.fixture
def ada(server: BotApiServer) -> Person:
    """Somebody who has opened the chat."""
    return server.person(7001, "Ada", started=True)


async def send(channel: TelegramChannel, message: Outgoing, chat: str = "7001") -> str:
    """Send to a person."""
    return await channel.send(chat, message, "txn", private=True)


async def test_people_see_words_styles_and_buttons(channel: TelegramChannel, ada: Person) -> None:
    title = (Part("💡 "), Part("Titel", Style.BOLD), Part(": "), Part("*Brücke* <b>", Style.QUOTE))
    link = (Part(" "), Part("mehr", Style.LINK, "https://example.org/p/P-1042"))
    sent = await send(
        channel, Outgoing(title + link, (Choice("a", "Ja"), Choice("b", "Nein"), Choice("c", "Zurück", "/back")))
    )

    seen = await ada.next_message()

    assert (str(seen.id), seen.text) == (sent, "💡 Titel: *Brücke* <b> mehr")
    assert [[button.text for button in row] for row in seen.buttons] == [["Ja", "Nein"], ["Zurück"]]
    assert [(e["type"], e["offset"], e["length"]) for e in seen.raw["entities"]] == [
        ("bold", 3, 5),
        ("italic", 10, 12),
        ("text_link", 23, 4),
    ]


async def test_a_replacement_changes_the_message_in_place(channel: TelegramChannel, ada: Person) -> None:
    sent = await send(channel, says("1 von 3", choices=(Choice("a", "Ja"),)))

    again = await send(channel, says("2 von 3", replaces=sent))
    same = await send(channel, says("2 von 3", replaces=sent))

    assert sent == again == same
    assert [(seen.text, seen.labels) for seen in ada.sees] == [("2 von 3", [])]


async def test_what_can_no_longer_be_replaced_is_sent_anew(channel: TelegramChannel, ada: Person) -> None:
    picture = await send(channel, Outgoing((), media=Media(Kind.IMAGE, PICTURE, "Balken")))

    anew = await send(channel, says("neu", replaces="999"))
    beside = await send(channel, says("Text statt Bild", replaces=picture))

    assert len({picture, anew, beside}) == 3
    assert [seen.text for seen in ada.sees] == ["Balken", "neu", "Text statt Bild"]


async def test_a_change_that_is_not_worth_a_message_is_left_out_if_there_is_nothing_to_change(
    channel: TelegramChannel, ada: Person
) -> None:
    sent = await send(channel, Outgoing((Part("3"),), replaces="999", or_nothing=True))

    assert sent == "999"
    assert ada.sees == []


async def test_a_long_text_arrives_whole_with_the_buttons_at_its_end(channel: TelegramChannel, ada: Person) -> None:
    text = "Wort 💡 " * 1500

    sent = await send(channel, says(text, choices=(Choice("a", "Ja"),)))

    seen = ada.sees
    assert " ".join(one.text for one in seen) == text.strip()
    assert [one.labels for one in seen] == [[]] * (len(seen) - 1) + [["Ja"]]
    assert str(seen[-1].id) == sent


@pytest.mark.parametrize(
    ("kind", "mime", "field"),
    [
        (Kind.IMAGE, "image/png", "photo"),
        (Kind.AUDIO, "audio/ogg", "voice"),
        (Kind.FILE, "application/pdf", "document"),
    ],
)
async def test_files_arrive_with_caption_and_buttons(
    server: BotApiServer, channel: TelegramChannel, ada: Person, kind: Kind, mime: str, field: str
) -> None:
    file = Stored("ab" * 32, mime, len(PNG), "übersicht")
    message = Outgoing((Part("Das "), Part("Ergebnis", Style.BOLD)), (Choice("a", "Gut"),), media=Media(kind, file))

    await send(channel, message)

    (seen,) = ada.sees
    assert (seen.text, seen.labels) == ("Das Ergebnis", ["Gut"])
    assert seen.raw["caption_entities"] == [{"type": "bold", "offset": 4, "length": 8}]
    content = seen.raw[field][-1] if field == "photo" else seen.raw[field]
    assert server.bot().files.by_id[content["file_id"]].data == PNG


async def test_a_reply_to_a_message_that_is_gone_is_sent_all_the_same(channel: TelegramChannel, ada: Person) -> None:
    number = await ada.send("Frage")

    await send(channel, says("Antwort", reply_to=str(number)))
    await send(channel, says("Antwort ohne Frage", reply_to="998"))

    assert [seen.raw.get("reply_to_message", {}).get("message_id") for seen in ada.sees[1:]] == [number, None]


async def test_a_flood_is_named_with_its_wait(server: BotApiServer, channel: TelegramChannel, ada: Person) -> None:
    server.faults.flood(35, "sendMessage")
    with pytest.raises(Throttled) as alone:
        await send(channel, says("x"))
    group = server.group(-4001, "Team", [ada])
    await group.add_bot(server.bot(), ada)
    server.faults.flood(12, "sendMessage")
    with pytest.raises(Throttled) as in_group:
        await channel.send("-4001", says("x"), "txn", private=False)

    assert (alone.value.retry_after, alone.value.everyone) == (35, False)
    assert (in_group.value.retry_after, in_group.value.everyone) == (12, False)
    assert not [seen for seen in ada.sees if seen.text == "x"]


async def test_who_has_blocked_us_is_named(channel: TelegramChannel, ada: Person) -> None:
    await ada.block()

    with pytest.raises(Blocked, match="blocked by the user"):
        await send(channel, says("x"))


async def test_a_chat_we_do_not_know_is_refused_for_good(channel: TelegramChannel) -> None:
    with pytest.raises(Rejected, match="chat not found"):
        await send(channel, says("x"), chat="4242")


async def test_a_group_that_has_moved_says_where_to(
    server: BotApiServer, channel: TelegramChannel, ada: Person
) -> None:
    group = server.group(-4001, "Team", [ada])
    await group.add_bot(server.bot(), ada)
    await group.upgrade(-1_004_001)

    with pytest.raises(Moved) as moved:
        await channel.send("-4001", says("x"), "txn", private=False)

    assert moved.value.chat == "-1004001"


@pytest.mark.parametrize("trouble", ["drop", "garbage", "error"])
async def test_an_answer_that_is_lost_leaves_us_unsure(
    server: BotApiServer, channel: TelegramChannel, ada: Person, trouble: str
) -> None:
    match trouble:
        case "drop":
            server.faults.drop("sendMessage")
        case "garbage":
            server.faults.garbage("sendMessage")
        case _:
            server.faults.error(502, "sendMessage", after=True)

    with pytest.raises(Unsure):
        await send(channel, says("x"))

    assert [seen.text for seen in ada.sees] == ["x"]


async def test_a_server_that_cannot_be_reached_has_surely_done_nothing(unused_tcp_port: int) -> None:
    for url in (f"http://127.0.0.1:{unused_tcp_port}", "http://no-such-host.invalid"):
        channel = TelegramChannel(name="telegram", token="1:x", api_url=url, read_media=lambda _: b"")
        with pytest.raises(ChannelError) as failure:
            await send(channel, says("x"))
        await channel.close()

        assert type(failure.value) is ChannelError


async def test_a_refused_token_is_named(server: BotApiServer, channel: TelegramChannel, ada: Person) -> None:
    server.faults.revoke(server.token)

    with pytest.raises(Revoked):
        await send(channel, says("x"))


async def test_a_message_sent_in_part_is_not_surely_without_effect(
    server: BotApiServer, channel: TelegramChannel, ada: Person
) -> None:
    server.set_limits(Limits(private=Rate(1, 1)))

    with pytest.raises(Unsure) as failure:
        await send(channel, says("wort " * 1500))

    assert failure.value.retry_after >= 1
    assert len(ada.sees) == 1


async def test_files_people_send_can_be_fetched(server: BotApiServer, channel: TelegramChannel, ada: Person) -> None:
    await ada.send_document(b"%PDF", "Plan.pdf")
    (ref,) = server.bot().files.by_id

    assert await channel.fetch(ref) == b"%PDF"


async def test_a_file_that_is_too_big_is_not_fetched_to_its_end(
    server: BotApiServer, channel: TelegramChannel, ada: Person
) -> None:
    await ada.send_document(bytes(20_000_001), "a.bin")
    await ada.send_document(bytes(21 * 1024 * 1024), "b.bin")

    for ref in server.bot().files.by_id:
        with pytest.raises(Rejected, match="too_big"):
            await channel.fetch(ref)
    api = Api(server.token, server.url)  # below getFile, which says how big a file is
    for path in server.bot().files.by_path:
        with pytest.raises(Rejected, match="too_big"):
            await api.download(path)
    await api.close()


async def test_a_file_that_is_gone_is_named(server: BotApiServer, channel: TelegramChannel, ada: Person) -> None:
    await ada.send_document(b"%PDF", "Plan.pdf")
    (ref,) = server.bot().files.by_id
    server.bot().files.by_path.clear()

    with pytest.raises(Rejected, match="unreachable"):
        await channel.fetch(ref)
    with pytest.raises(Rejected):
        await channel.fetch("made up")


async def test_thirty_two_at_once_is_no_trouble(server: BotApiServer, channel: TelegramChannel, ada: Person) -> None:
    sent = await asyncio.gather(*(send(channel, says(f"{number}")) for number in range(32)))

    assert len(set(sent)) == len(ada.sees) == 32


async def test_words_too_long_for_a_caption_follow_their_photo_and_carry_the_buttons(
    channel: TelegramChannel, ada: Person
) -> None:
    words = " ".join(["Bänke"] * 300)

    sent = await send(
        channel, Outgoing((Part(words),), (Choice("a", "Gut"),), media=Media(Kind.IMAGE, PICTURE, "Ufer"))
    )

    shown, said = ada.sees
    assert (shown.text, shown.labels, bool(shown.raw["photo"])) == ("Ufer", [], True)
    assert (said.text, said.labels) == (words, ["Gut"])
    assert str(said.id) == sent
