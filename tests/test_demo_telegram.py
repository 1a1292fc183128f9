"""`make demo-telegram`: a person in the terminal, the real bot, and our own server in Telegram's place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.program import CHECKOUT, Running, environment, running

PLAY = "tests.servers.botapi.play"


@dataclass(slots=True)
class Typist:
    """Types into the program and reads what it prints from then on."""

    program: Running
    read: int = 0

    async def type(self, line: str, answer: str) -> str:
        """Type a line and wait for the answer."""
        self.read = len(self.program.out)
        await self.program.tell(line)
        return await self.program.says(answer, start=self.read)

    async def press(self, label: str, answer: str) -> str:
        """Press a button by the number in front of its label, on the newest message that has it."""
        shown = await self.program.says(label, start=self.read)
        number = re.fullmatch(rf"\s+#(\d+) {re.escape(label)}", shown)
        assert number, f"{label!r} has no number in {self.program.out[self.read :]}"
        return await self.type(f"#{number[1]}", answer)


def bot_of(program: Running) -> psutil.Process:
    """Return the bot that the program has started."""
    (bot,) = psutil.Process(program.process.pid).children()
    return bot


async def test_a_whole_idea_is_sent_by_typing_and_pressing_and_quit_ends_both(tmp_path: Path) -> None:
    async with running(PLAY, environ=environment(tmp_path), cwd=CHECKOUT) as program:
        await program.says("Type /start")
        typist = Typist(program)

        await typist.type("/start", "Was möchten Sie tun?")
        await typist.press("Idee einreichen", "Geht es um etwas Neues")
        await typist.press("Etwas Neues", "Wie heißt Ihre Idee?")
        await typist.type("Bänke am Fluss", "wem hilft es?")
        await typist.type("Zum Ausruhen für alle, die langsam gehen.", "Zu welchem Handlungsfeld")
        await typist.press("Umwelt und Natur", "Wo ist das?")
        await typist.type(":location 52.705 12.98", "Was wird es ungefähr kosten?")
        await typist.type("1200 €", "Haben Sie ein Foto")
        await typist.press("Auslassen", "Was können Sie selbst beitragen?")
        await typist.press("Auslassen", "Stimmt alles?")
        told = await typist.press("Idee einreichen", "Sie hat die Nummer")
        bot = bot_of(program)
        await program.tell(":quit")
        code = await program.ends()

    assert "P-1001" in told
    assert code == 0
    assert not bot.is_running()
    assert [line for line in program.err if "Traceback" in line] == []


async def test_a_wrong_line_is_explained_and_the_end_of_the_input_ends_both(tmp_path: Path) -> None:
    async with running(PLAY, environ=environment(tmp_path), cwd=CHECKOUT) as program:
        typist = Typist(program)
        await program.says("Type /start")
        await typist.type("/start", "Was möchten Sie tun?")

        await typist.type("#99", "There is no such button.")
        await typist.type("#two", "That needs numbers")
        await typist.type(":photo nowhere.jpg", "The file cannot be read: No such file or directory.")
        await typist.type(":dance", "There are :photo FILE")
        bot = bot_of(program)
        assert program.process.stdin is not None
        program.process.stdin.close()
        code = await program.ends()

    assert code == 0
    assert not bot.is_running()


async def test_a_bot_that_cannot_start_is_told(tmp_path: Path) -> None:
    async with running(PLAY, environ=environment(tmp_path, colour="red"), cwd=CHECKOUT) as program:
        code = await program.ends()

    assert code == 1
    assert "  PROJEKTBOT_COLOUR: no such setting" in program.err
    assert [line for line in program.err if "could not be started" in line]
