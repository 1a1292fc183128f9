"""How what a test has started ends: a process when it is told to, tasks as in a crash."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import Process


async def end(process: Process, within: float) -> None:
    """Tell a process to end (SIGTERM), if it still runs; after so many seconds make it (SIGKILL)."""
    if process.returncode is None:
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), within)
    except TimeoutError:
        process.kill()
        await process.wait()


async def cancel_all_tasks() -> None:
    """Cancel all tasks but this one: nothing that is in flight gets a chance to say what became of it."""
    here = asyncio.current_task()
    victims = [task for task in asyncio.all_tasks() if task is not here]
    for task in victims:
        task.cancel()
    await asyncio.gather(*victims, return_exceptions=True)
