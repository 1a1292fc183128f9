"""The delivery of one process: all its accounts, found by name."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from random import Random
from typing import Final, NoReturn

import structlog
from sqlalchemy.exc import SQLAlchemyError

from projektbot.delivery import outbox
from projektbot.delivery.intake import LOOK_SECONDS
from projektbot.delivery.outbox import Account, Recovered
from projektbot.delivery.sender import Ours, Sender
from projektbot.messages import Channel, Letter
from projektbot.store.database import Store

log = structlog.get_logger()

ROOM: Final = 5000  # letters in memory for each account: three minutes of Telegram, some ten megabytes


class Delivery:
    """Sends what is in the outbox over channels of this process: `channels` always, others while `serve` runs.

    `sleep` waits for seconds of the clock `now` (another one in tests), `rest` between looks into the store, unless
    there is something new; `chance` spreads repetitions; `room` is the number of letters in memory for each account.
    """

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        now: Callable[[], datetime],
        *,
        chance: Random,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        rest: Callable[[float], Awaitable[None]] | None = None,
        room: int = ROOM,
    ) -> None:
        self._store = store
        self._rest = rest or sleep
        self._sender = partial(Sender, store, now=now, sleep=sleep, chance=chance, room=room)
        self._senders = {name: self._sender(channel) for name, channel in channels.items()}

    async def recover(self) -> None:
        """Decide about what a crash left in flight. Call it at the start, before `run`."""
        for sender in self._senders.values():
            await self._recover(sender.channel)

    async def serve(self, channel: Channel, ours: Ours) -> NoReturn:
        """Send for an account beside `run`, until cancelled; before each send it asks whether it is still `ours`."""
        await self._recover(channel)
        sender = self._senders[channel.name] = self._sender(channel, ours=ours)
        sender.start()
        try:
            await self._look()  # for what was written while nobody served it
            await asyncio.Event().wait()
        finally:
            del self._senders[channel.name]
            await sender.close()
        raise AssertionError("nobody sets that event")

    async def _recover(self, channel: Channel) -> None:
        recovered: Recovered = await self._store.do(outbox.recover, Account(channel.name, channel.idempotent))
        log.info("outbox_recovered", channel=channel.name, again=recovered.again, unknown=recovered.unknown)

    def hand_over(self, letters: Iterable[Letter]) -> None:
        """Send letters whose rows were just committed; call it without waiting for anything after the commit.

        Never waits. What there is no room for is found in the store later; so are letters of other processes' channels.
        """
        touched = {letter.channel: sender for letter in letters if (sender := self._accepted(letter))}
        for sender in touched.values():
            sender.pump()

    async def run(self) -> None:
        """Send until cancelled. What nobody hands over is found by looking every two seconds."""
        for sender in self._senders.values():
            sender.start()
        try:
            while True:
                await self._look()
                await self._rest(LOOK_SECONDS)
        finally:
            for sender in self._senders.values():
                sender.stop()

    async def idle(self) -> None:
        """Return when, with `run` running, all that is due has been sent or has come to another end.

        What must not go yet is not waited for, nor is an account that the platform has revoked.
        """
        found = 1
        while found:
            found = await self._look()
            for sender in list(self._senders.values()):
                await sender.quiet()

    def in_memory(self) -> dict[str, int]:
        """Return the number of letters in memory for each channel: waiting, in flight, or not yet noted as sent."""
        return {name: sender.in_memory for name, sender in self._senders.items()}

    async def close(self) -> None:
        """Begin no further send, and give what is in flight a moment to finish."""
        await asyncio.gather(*[sender.close() for sender in self._senders.values()])

    def _accepted(self, letter: Letter) -> Sender | None:
        sender = self._senders.get(letter.channel)
        if sender is not None:
            sender.accept(letter)
        return sender

    async def _look(self) -> int:
        """Read what waits; return how many letters were new."""
        found = 0
        for name, sender in list(self._senders.items()):
            try:
                found += await sender.look()
            except SQLAlchemyError as error:
                # Its name only: a statement's parameters may carry what people wrote.
                log.error("outbox_not_read", channel=name, error=type(error).__name__)  # noqa: TRY400
        return found
