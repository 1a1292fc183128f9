"""The delivery of one process: all its accounts, found by name."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from random import Random
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from projektbot.delivery import outbox
from projektbot.delivery.intake import LOOK_SECONDS
from projektbot.delivery.outbox import Account, Recovered
from projektbot.delivery.sender import Sender
from projektbot.messages import Channel, Letter
from projektbot.store.database import Store

log = structlog.get_logger()

ROOM: Final = 5000  # letters in memory for each account: three minutes of Telegram, some ten megabytes


class Delivery:
    """Sends what is in the outbox over the channels of this process, by their names; no other process has these.

    `sleep` waits for seconds of the clock `now` (another one in tests); `chance` spreads repetitions; `room` is the
    number of letters in memory for each account.
    """

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        now: Callable[[], datetime],
        *,
        chance: Random,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        room: int = ROOM,
    ) -> None:
        self._store = store
        self._sleep = sleep
        self._senders = {name: Sender(store, channel, now, sleep, chance, room) for name, channel in channels.items()}

    async def recover(self) -> None:
        """Decide about what a crash left in flight. Call it at the start, before `run`."""
        for name, sender in self._senders.items():
            account = Account(name, sender.channel.idempotent)
            recovered: Recovered = await self._store.do(outbox.recover, account)
            log.info("outbox_recovered", channel=name, again=recovered.again, unknown=recovered.unknown)

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
                await self._sleep(LOOK_SECONDS)
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
            for sender in self._senders.values():
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
        for name, sender in self._senders.items():
            try:
                found += await sender.look()
            except SQLAlchemyError as error:
                # Its name only: a statement's parameters may carry what people wrote.
                log.error("outbox_not_read", channel=name, error=type(error).__name__)  # noqa: TRY400
        return found
