"""Running the house: what a process does, and how it ends."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from datetime import timedelta
from functools import partial
from socket import socket
from typing import Any, Final, NoReturn

import uvicorn

from projektbot.app import AHEAD, House, make_web
from projektbot.errors import Revoked
from projektbot.messages import Channel
from projektbot.store.leases import ALWAYS, Lease
from projektbot.store.listening import WEB, Bell
from projektbot.turns.queue import Queue

WEB_LOOK_SECONDS: Final = 15.0

Work = Coroutine[Any, Any, None]


async def serve(
    house: House, announce: Callable[[str], None], first: Callable[[], Awaitable[None]] | None = None
) -> None:
    """Run until SIGTERM or SIGINT: receive on all channels, deliver, tick, answer the web.

    `announce` is told the address of the web once it answers; `first` is done before, with delivery at work.
    """
    stop = _told_to_stop()
    house.clock.ahead = timedelta(seconds=float(await house.turns.recall(AHEAD) or 0))
    server = _server(house, announce)
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(work) for work in [*hands(house), *accounts(house)]]
        if first:
            await first()
        house.jobs.start()
        answering = tasks.create_task(server.serve())
        gc.collect()
        gc.freeze()  # the collector no longer walks the libraries: pauses of 120 ms become 4
        await stop.wait()
        await house.web_chat.close()  # ends the open streams; the web server would wait for them
        server.should_exit = True
        await answering
        for task in running:
            task.cancel()
    await house.close()


async def work(house: House, announce: Callable[[], None]) -> None:
    """Run until SIGTERM or SIGINT beside others: give updates their turns, and tick; receive and send nothing."""
    stop = _told_to_stop()
    async with asyncio.TaskGroup() as tasks:
        house.jobs.start()
        running = [tasks.create_task(work) for work in hands(house)]
        announce()
        gc.collect()
        gc.freeze()  # the collector no longer walks the libraries: pauses of 120 ms become 4
        await stop.wait()
        for task in running:
            task.cancel()
    await house.close()


def accounts(house: House) -> list[Work]:
    """Return the work of serving each account, beside that of `hands`."""
    return [_account(house, channel) for channel in house.channels.values()]


def _told_to_stop() -> asyncio.Event:
    """Return what is set when the program is told to stop."""
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    return stop


def hands(house: House) -> list[Work]:
    """Return the work of a process whatever accounts it serves; what is due is the jobs'."""
    several: list[Work] = []
    if house.bell and isinstance(house.turns.carrier, Queue):
        several = [house.bell.listen(), house.turns.carrier.work(), _wake_web_chat(house, house.bell)]
    return [house.delivery.run(), *several]


async def _wake_web_chat(house: House, bell: Bell) -> NoReturn:
    """Show what other processes put into the web chat."""
    while True:
        await bell.wait(WEB, WEB_LOOK_SECONDS)
        house.web_chat.wake()


# ---- one account ---------------------------------------------------------------------------------------------------


async def _account(house: House, channel: Channel) -> None:
    """Serve an account: alone, as long as it is ours; only what may come in anywhere is received in any case."""
    if house.leases is None:
        await _serve(house, channel, ALWAYS, receive=True)
        return
    serving = partial(_serve, house, channel, receive=channel.one_receiver)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(house.leases.hold(channel.name, serving))
        if not channel.one_receiver:
            tasks.create_task(_receive(house, channel))


async def _serve(house: House, channel: Channel, lease: Lease, *, receive: bool) -> None:
    await house.turns.restore(channel.name)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(house.delivery.serve(channel, lease.is_good))
        if receive:
            tasks.create_task(_receive(house, channel))


async def _receive(house: House, channel: Channel) -> None:
    """Receive on one channel; when its account is revoked, the others go on."""
    with contextlib.suppress(Revoked):
        await channel.receive(house.turns)


# ---- the web -------------------------------------------------------------------------------------------------------


class _Web(uvicorn.Server):
    """The web server, without a say in when the program ends; says when it answers."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[str], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Begin to listen, and say where: the port may have been left to the system."""
        await super().startup(sockets)
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        self._announce(f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}")

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to `serve`, which closes everything in order."""
        yield


def _server(house: House, announce: Callable[[str], None]) -> uvicorn.Server:
    config = uvicorn.Config(
        make_web(house),
        host=house.settings.host,
        port=house.settings.port,
        lifespan="off",
        log_config=None,
        access_log=False,  # addresses of people
        timeout_graceful_shutdown=2,
    )
    return _Web(config, announce)
