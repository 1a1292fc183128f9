"""The link to a bot of which only the token is known: for programs that do not receive."""

from __future__ import annotations

import asyncio

from projektbot.channels.telegram.api import Api
from projektbot.channels.telegram.links import link_to
from projektbot.channels.telegram.polling import me_of
from projektbot.errors import Bug, ChannelError, guarded

SECONDS = 5.0  # a link is a help: nobody waits long for it


async def asked_link(token: str, url: str, start: str) -> str:
    """Ask Telegram for the bot's name and return the link to it; empty if Telegram does not say it soon."""
    api = Api(token, url)
    try:
        me = await asyncio.wait_for(guarded(me_of(api)), SECONDS)
    except (Bug, ChannelError, TimeoutError):
        return ""
    finally:
        await api.close()
    return link_to(me["username"], start)
