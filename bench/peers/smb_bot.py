"""An answer to everything with simplematrixbotlib, as its documentation writes one; rooms without encryption."""

from __future__ import annotations

import os
import sys

import simplematrixbotlib as botlib
from nio import MatrixRoom, RoomMessageText

from bench.peers.words import HELP

url, user, password, store = sys.argv[1:]
os.chdir(store)  # it keeps its session beside itself
bot = botlib.Bot(botlib.Creds(url, user, password))


@bot.listener.on_message_event
async def answer(room: MatrixRoom, message: RoomMessageText) -> None:
    """Answer."""
    match = botlib.MessageMatch(room, message, bot, "!")
    if match.is_not_from_this_bot():
        await bot.api.send_text_message(room.room_id, HELP)


bot.run()
