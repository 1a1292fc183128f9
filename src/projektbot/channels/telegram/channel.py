"""One bot account of ours on Telegram."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import structlog
from telegram import InputFile

from projektbot.channels.telegram.api import DEFAULT_URL, Api
from projektbot.channels.telegram.faults import Floods, NotEditable, NotModified, NoTopic
from projektbot.channels.telegram.inbound import ALLOWED_UPDATES, Reader, groups_in
from projektbot.channels.telegram.links import link_to
from projektbot.channels.telegram.outbound import FREE_RATE, Call, asking, calls, edit, ends_of_polls, removal
from projektbot.channels.telegram.polling import me_of, persist, poll, watch
from projektbot.channels.telegram.webhook import is_telegram, query_of, response_to, update_of
from projektbot.errors import Bug, ChannelError, Rejected, Revoked, Throttled, Unsure, cause_of, guarded
from projektbot.messages import MAX_FILE_BYTES, Limits, Media, Outgoing, Road
from projektbot.polls import Sent

log = structlog.get_logger()

Commands = Mapping[str, Sequence[tuple[str, str]]]

ANSWERS_AT_ONCE = 16  # of a batch of a hundred taps; more connections would only wait for each other
CLOSING_SECONDS = 2.0
TAPS_WAIT = 150.0  # seconds (tdlib/telegram-bot-api, add_update_callback_query)
WORDS_WAIT = 86_400.0  # Bot API, "Getting updates": all else no longer than 24 hours


class TelegramChannel:
    """A channel of the house over the Bot API: long polling, or a webhook if `webhook_url` is given.

    `read_media` returns the bytes of a stored file by its SHA-256. `commands` is the menu by language code, "" for
    everyone else.
    """

    def __init__(
        self,
        *,
        name: str,
        token: str,
        read_media: Callable[[str], bytes],
        api_url: str = DEFAULT_URL,
        rate: float = FREE_RATE,
        webhook_url: str = "",
        webhook_secret: str = "",
        commands: Commands | None = None,
    ) -> None:
        self.name = name
        self.limits = Limits(rate=rate, taps_wait=TAPS_WAIT, words_wait=WORDS_WAIT)
        self.idempotent = False  # Telegram has no key by which it would know a message again
        self.one_receiver = not webhook_url  # posts may reach any process
        self._api = Api(token, api_url)
        self._floods = Floods()
        self._read_media = read_media
        self._webhook_url = webhook_url
        self._webhook_secret = webhook_secret
        self._commands = commands or {}
        self._house: tuple[Road, Reader] | None = None  # known once receiving
        self._username = ""  # likewise
        self._answers: set[asyncio.Task[None]] = set()
        self._answering = asyncio.Semaphore(ANSWERS_AT_ONCE)

    async def receive(self, road: Road) -> None:
        """Receive until cancelled. Raises Revoked, after telling the operator, if the token is no longer accepted."""
        try:
            await self._start(road)
            await (watch if self._webhook_url else poll)(self._api, self.name, self._take)
        except Revoked:
            self._username = ""  # nobody would be answered there
            hint = "Telegram does not accept the bot token: get a new one from @BotFather and set TELEGRAM_TOKEN"
            log.error("telegram_token_refused", channel=self.name, hint=hint)  # noqa: TRY400 - a fact, no traceback
            raise

    async def webhook(self, body: bytes, secret: str) -> tuple[int, bytes]:
        """Take what Telegram posts; return status and JSON body. Never raises; 200 means committed."""
        if not is_telegram(secret, self._webhook_secret):
            return 401, b""
        update = update_of(body)
        if update is None:
            return 400, b""
        if not (self._house and await self._commit([update], self._house)):
            return 503, b""  # Telegram posts it again
        return 200, response_to(update)

    async def send(self, chat: str, message: Outgoing, txn: str, *, private: bool) -> str:  # noqa: ARG002 - Telegram has no use for them
        """Send or edit a message; return the id of the (last) message. Raises ChannelError and its kinds."""
        try:
            return await self._send(chat, message)
        except NoTopic as error:  # the group goes on, and hears of it where all of it is
            log.info("telegram_topic_gone", channel=self.name, reason=error.reason)
            return await self._send(chat, replace(message, thread=""))

    async def _send(self, chat: str, message: Outgoing) -> str:
        if message.removes:
            await self._api.call(*removal(chat, message))
            return message.removes
        for ending in ends_of_polls(chat, message):
            await self._end_poll(chat, ending)
        if asked := asking(chat, message, self.limits):
            try:
                return _sent(await self._carry_out(chat, asked))
            except Rejected as error:  # where the group allows no polls: words and buttons do the same
                log.info("telegram_poll_refused", channel=self.name, reason=error.reason)
        replaced = edit(chat, message, self.limits)
        if replaced is not None:
            try:
                return _sent(await self._carry_out(chat, replaced))
            except NotModified:
                return message.replaces
            except NotEditable:
                log.info("telegram_edit_gone", channel=self.name)
                if message.or_nothing:
                    return message.replaces
        return await self._send_all(chat, calls(chat, message, self.limits))

    async def _end_poll(self, chat: str, ending: Call) -> None:
        """Close a poll. Whatever speaks against it, such as that it is closed or gone, what came of it is said."""
        try:
            await self._carry_out(chat, ending)
        except Rejected as error:
            log.info("telegram_poll_not_closed", channel=self.name, reason=error.reason)

    async def fetch(self, ref: str) -> bytes:
        """Return the bytes of a file somebody sent. Raises Rejected("too_big"), Rejected or ChannelError."""
        try:
            file = await self._api.call("getFile", {"file_id": ref})
        except Unsure as error:
            raise ChannelError(error.reason) from None  # asking changes nothing, so asking again is safe
        if file.get("file_size", 0) > MAX_FILE_BYTES:
            raise Rejected("too_big")
        if "file_path" not in file:
            raise Rejected("unreachable")
        return await self._api.download(file["file_path"])

    def address(self, start: str = "") -> str:
        """Return the link to the bot, once Telegram has told its name."""
        return link_to(self._username, start)

    async def close(self) -> None:
        """Give back connections, after a moment for answers under way."""
        if self._answers:
            await asyncio.wait(self._answers, timeout=CLOSING_SECONDS)
        for task in self._answers:
            task.cancel()
        await self._api.close()

    # ---- receiving ---------------------------------------------------------------------------------------------------

    async def _start(self, road: Road) -> None:
        me = await persist(partial(me_of, self._api), self.name, "getMe")
        house = road, Reader(self.name, me["id"], me["username"])
        await self._commit([], house)  # we are back: what is answered from now on is no longer the outage's
        self._house, self._username = house, me["username"]
        await self._set_commands()
        if self._webhook_url:
            await self._persist("setWebhook", self._webhook_parameters())
        else:
            await self._persist("deleteWebhook")  # what waits there is not dropped
        log.info("telegram_receiving", channel=self.name, by="webhook" if self._webhook_url else "polling")

    def _webhook_parameters(self) -> dict[str, Any]:
        return {
            "url": self._webhook_url,
            "secret_token": self._webhook_secret,
            "allowed_updates": ALLOWED_UPDATES,
        }

    async def _set_commands(self) -> None:
        for language, commands in self._commands.items():
            menu = [{"command": command, "description": words} for command, words in commands]
            parameters: dict[str, Any] = {"commands": menu} | ({"language_code": language} if language else {})
            try:
                await self._persist("setMyCommands", parameters, giving_up=Rejected)
            except Rejected as error:  # a menu is a help; without it everything works
                log.warning("telegram_commands_refused", channel=self.name, language=language, reason=error.reason)

    async def _persist(
        self, method: str, parameters: dict[str, Any] | None = None, *, giving_up: type[ChannelError] = Revoked
    ) -> Any:  # noqa: ANN401 - JSON
        return await persist(partial(self._api.call, method, parameters), self.name, method, giving_up=giving_up)

    async def _take(self, updates: list[Any]) -> bool:
        """Commit what a poll brought, then let the buttons stop spinning."""
        if not (self._house and await self._commit(updates, self._house)):
            return False
        for query in filter(None, map(query_of, updates)):
            task = asyncio.create_task(self._answer(query))
            self._answers.add(task)
            task.add_done_callback(self._answers.discard)
        return True

    async def _commit(self, updates: list[Any], house: tuple[Road, Reader]) -> bool:
        """Say whether the updates are committed. Whatever went wrong is not Telegram's matter: it brings them again."""
        road, reader = house
        try:
            await guarded(self._carry(updates, road, reader))
        except (Bug, ChannelError) as error:  # receiving must outlive a store that is away
            # The road has logged the whole of it; a traceback of its statements would carry what people wrote.
            name = type(cause_of(error)).__name__
            log.error("telegram_not_taken", channel=self.name, updates=len(updates), error=name)  # noqa: TRY400
            return False
        return True

    async def _carry(self, updates: list[Any], road: Road, reader: Reader) -> None:
        if groups := groups_in(updates):
            reader = replace(reader, relayed=await road.relays(self.name, groups))
        await road.take(self.name, updates, reader.to_inbound)

    async def _answer(self, query: str) -> None:
        async with self._answering:
            try:
                await self._api.call("answerCallbackQuery", {"callback_query_id": query})
            except ChannelError as error:  # mostly "query is too old": nobody looks at that button any more
                log.debug("telegram_tap_unanswered", channel=self.name, reason=error.reason)

    # ---- sending -----------------------------------------------------------------------------------------------------

    async def _send_all(self, chat: str, several: list[Call]) -> str:
        """Send the calls of one message. What fails after the first has left is no longer sure to have no effect."""
        last = ""
        for call in several:
            try:
                last = _sent(await self._carry_out(chat, call))
            except (Rejected, Revoked):
                raise
            except ChannelError as error:
                if not last:
                    raise
                raise Unsure("half_sent", retry_after=error.retry_after) from None
        return last

    async def _carry_out(self, chat: str, call: Call) -> Any:  # noqa: ANN401 - JSON
        upload = (call.slot, await self._file(call.media)) if call.media else None
        try:
            return await self._api.call(call.method, call.parameters, upload=upload)
        except Throttled as error:
            raise self._floods.judged(error, chat, time.monotonic()) from None

    async def _file(self, media: Media) -> InputFile:
        content = await asyncio.to_thread(self._read_media, media.file.sha256)
        file = InputFile(content, media.file.name or media.kind.value)
        file.mimetype = media.file.mime or file.mimetype
        return file


def _sent(message: Any) -> str:  # noqa: ANN401 - JSON
    """Read the ids of a Message that Telegram has taken."""
    number = str(message["message_id"])
    return Sent(number, str(message["poll"]["id"])) if "poll" in message else number
