"""What fails three times, or cannot be read at all, is kept aside: the person gets a number, the log has the same."""

from __future__ import annotations

import json
import re
from collections.abc import MutableMapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from projektbot.civic import house
from projektbot.commands.doctor import doctor
from projektbot.i18n import FSI
from projektbot.messages import Command, Inbound, Kind, Upload, Words, load_inbound
from projektbot.store.tables import due, inbox, sessions
from projektbot.turns import relaying
from projektbot.turns.batch import Batch
from projektbot.turns.rows import ASIDE
from tests.turns.town import SQLITE, Town

Logs = list[MutableMapping[str, Any]]
SECRET = "I am Anna from the Hafenstraße"


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Break what /ideas asks for; the list grows with every try."""
    tries: list[int] = []

    def count_ideas(*_: object) -> int:
        tries.append(1)
        raise LookupError(SECRET)

    monkeypatch.setitem(house.CALCULATES, "count_ideas", count_ideas)
    return tries


def number_in(words: str) -> str:
    found = re.search(r"E-\d+", words)
    assert found, f"no number in {words!r}"
    return found[0]


def events(logs: Logs) -> list[str]:
    return [entry["event"] for entry in logs]


async def test_an_update_that_fails_three_times_is_set_aside_with_its_content(town: Town, broken: list[int]) -> None:
    update = town.inbound("anna", Command("ideas", SECRET))

    await town.take(update)

    (row,) = await town.rows(inbox)
    assert len(broken) == 3 + town.queued  # once with the others of its batch
    assert (row.state, row.key) == (ASIDE, update.key)
    assert load_inbound(row.raw) == update


async def test_where_even_the_apology_fails_the_others_go_on(
    town: Town, broken: list[int], logs: Logs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: Any) -> None:  # noqa: ANN401 - whatever it is asked
        raise AttributeError

    monkeypatch.setattr(Batch, "apologise", failing)
    await town.take(town.inbound("anna", Command("ideas")), town.inbound("ben", Words("Hello")))

    (row,) = await town.rows(inbox, inbox.c.state == ASIDE)
    assert row.error.split()[0] == logged(logs, "turn_set_aside")["number"] == logged(logs, "apology_failed")["number"]
    assert len(town.told("ben")) == 1
    assert not await town.waiting()


def logged(logs: Logs, what: str) -> MutableMapping[str, Any]:
    (entry,) = [entry for entry in logs if entry["event"] == what]
    return entry


async def test_the_person_and_the_log_have_the_same_number(town: Town, broken: list[int], logs: Logs) -> None:
    told = await town.person("anna").says("/ideas")

    (entry,) = [entry for entry in logs if entry["event"] == "turn_set_aside"]
    (row,) = await town.rows(inbox)
    assert entry["number"] == number_in(told)
    assert row.error == f"{number_in(told)} LookupError"


async def test_an_apology_is_in_the_language_of_the_person(town: Town, broken: list[int]) -> None:
    told = await town.person("anna").does(Command("ideas"), locale="de-DE")

    assert "schief" in told
    assert FSI not in town.letters[-1].message.parts[0].text


async def test_a_failure_that_no_future_carries_is_told_like_any_other(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python refuses to hand StopIteration on: the conversation would have been silent for ever."""

    def count_ideas(*_: object) -> int:
        raise StopIteration

    monkeypatch.setitem(house.CALCULATES, "count_ideas", count_ideas)

    assert number_in(await town.person("anna").says("/ideas"))


async def test_two_failures_in_the_same_moment_have_two_numbers(town: Town, broken: list[int]) -> None:
    await town.take(*[town.inbound(f"c{chat}", Command("ideas")) for chat in range(5)])

    assert len({number_in(letter.message.plain()) for letter in town.letters}) == 5


async def test_what_was_set_aside_is_not_tried_again_when_it_comes_again(town: Town, broken: list[int]) -> None:
    update = town.inbound("anna", Command("ideas"))
    await town.take(update)

    await town.take(update)

    assert len(broken) == 3 + town.queued  # once with the others of its batch
    assert len(town.letters) == 1


async def test_after_an_apology_the_conversation_goes_on(town: Town, broken: list[int]) -> None:
    anna = town.person("anna")
    await anna.begins_an_idea()
    await anna.says("/ideas")

    assert "Which field" in await anna.says("A place to rest for everybody")


async def test_nothing_people_write_is_in_the_log(town: Town, broken: list[int], logs: Logs) -> None:
    anna = town.person("anna")
    await anna.says(f"/ideas {SECRET}")
    await town.take(town.inbound("ben", Words(SECRET)))
    await town.turns.take("desk", [{"text": SECRET}], unreadable)

    written = repr(logs)
    assert {"turn_failed", "turn_set_aside", "update_unreadable"} <= set(events(logs))
    assert SECRET not in written
    assert "anna" not in written
    assert not any(entry.get("exc_info") for entry in logs), "a traceback is written with the exception's words"


async def test_the_log_says_where_it_happened(town: Town, broken: list[int], logs: Logs) -> None:
    await town.person("anna").says("/ideas")

    entry = next(entry for entry in logs if entry["event"] == "turn_failed")
    assert entry["error"] == "LookupError"
    assert "count_ideas" in entry["where"][-1]


def unreadable(raw: dict[str, Any]) -> Inbound | None:
    """Read like a channel that does not understand."""
    raise ValueError(f"cannot read {raw['text']}")


async def test_an_unreadable_update_is_kept_and_the_rest_goes_on(town: Town, logs: Logs) -> None:
    hello = town.inbound("anna", Words("Hello"))

    def read(raw: object) -> Inbound | None:
        return raw if isinstance(raw, Inbound) else unreadable(raw)  # type: ignore[arg-type] # nonsense is meant

    await town.read([{"text": SECRET}, hello, {"text": "more"}], read)

    aside = {row.raw: row.error for row in await town.rows(inbox, inbox.c.state == ASIDE)}
    numbers = [entry["number"] for entry in logs if entry["event"] == "update_unreadable"]
    assert [json.loads(raw)["text"] for raw in aside] == [SECRET, "more"]
    assert list(aside.values()) == [f"{number} ValueError" for number in numbers]
    assert len(town.told("anna")) == 1


@pytest.mark.parametrize(
    "raw",
    [{"text": "half a smile \ud83d"}, {"id": 10**40}, {1: 2}, object(), b"\xff\xfe", {"x": {1, 2}}, None, float("nan")],
    ids=["surrogate", "long number", "number as key", "object", "bytes", "set", "none", "nan"],
)
async def test_whatever_cannot_be_read_can_be_kept(town: Town, raw: object) -> None:
    def read(_: object) -> Inbound | None:
        raise TypeError

    await town.turns.take("desk", [raw, raw], read)

    assert [row.state for row in await town.rows(inbox)] == [ASIDE, ASIDE]


@pytest.mark.parametrize("name", ["\ud83d", "an\0na"], ids=["surrogate", "nul"])
async def test_an_update_without_a_proper_name_is_unreadable(town: Town, logs: Logs, name: str) -> None:
    await town.take(town.inbound(name, Words("Hello")), town.inbound("ben", Words("Hello")))

    assert events(logs) == ["update_unreadable"]
    assert len(town.told("ben")) == 1


async def test_a_file_whose_turn_fails_is_set_aside_and_the_line_goes_on(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits behind it is not silenced."""
    anna = town.person("anna")
    await anna.begins_an_idea()
    voice = b"OggS\x00\x02" + bytes(20) + b"\x01\x13OpusHead\x01\x01\x38\x01\x80\xbb\x00\x00\x00\x00\x00"
    town.desk.files["voice"] = voice
    take = town.turns.transactions.batch  # where a bug in the engine would show

    def failing(*args: Any) -> Any:  # noqa: ANN401 - a batch
        batch = take(*args)
        whole = type(batch).take

        class Failing(type(batch)):  # type: ignore[misc] # of a class known at run time only
            def take(self, inbound: Inbound, *, patient: bool = True) -> Any:  # noqa: ANN401 - a letter
                if isinstance(inbound.event, Upload):
                    raise ZeroDivisionError
                return whole(self, inbound, patient=patient)

        return Failing(batch.db, batch.world, batch.renderer, batch.kept, batch.next_id, batch.now, batch.at)

    monkeypatch.setattr(town.turns.transactions, "batch", failing)
    await town.take(
        town.inbound("anna", Upload(Kind.AUDIO, "voice")), town.inbound("anna", Words("A place to rest for everybody"))
    )
    await town.turns.settle()

    assert "Something went wrong" in town.told("anna")[-2]
    assert "Which field" in town.told("anna")[-1]


async def test_a_wake_up_that_fails_is_dropped_and_the_others_are_carried_out(town: Town, logs: Logs) -> None:
    for chat in ("anna", "ben", "cem"):
        await town.person(chat).begins_an_idea()
    spoil = sessions.update().where(sessions.c.id == 2).values(state=b"{")
    await town.store.write(lambda db: db.execute(spoil))
    town.letters.clear()

    await town.pass_by(timedelta(days=1))

    assert [letter.chat for letter in town.letters] == ["anna", "cem"]
    assert events(logs) == ["due_dropped"]
    assert {row.session_id for row in await town.rows(due)} == {1, 3}


DEADLOCKS = """
    CREATE SEQUENCE meetings;
    CREATE FUNCTION meet() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval('meetings') <= 5 THEN RAISE 'two met' USING ERRCODE = 'deadlock_detected'; END IF;
        RETURN OLD;
        END $$;
    CREATE TRIGGER meet BEFORE DELETE ON due FOR EACH ROW EXECUTE FUNCTION meet()
"""


@pytest.mark.parametrize("town", ["postgres"], indirect=True)  # where transactions meet
async def test_a_wake_up_that_meets_another_transaction_again_and_again_is_carried_out(town: Town, logs: Logs) -> None:
    await town.person("anna").begins_an_idea()
    await town.store.write(lambda db: db.exec_driver_sql(DEADLOCKS))
    town.letters.clear()

    await town.pass_by(timedelta(days=1))

    assert [letter.chat for letter in town.letters] == ["anna"]
    assert set(events(logs)) == {"due_again"}


@pytest.mark.parametrize("town", SQLITE, indirect=True)  # which doctor is told of by a file's name
async def test_doctor_lists_what_was_set_aside(
    town: Town, broken: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = await town.person("anna").says(f"/ideas {SECRET}")
    monkeypatch.setenv("PROJEKTBOT_DATABASE_URL", f"sqlite:///{tmp_path}/town.db")
    monkeypatch.setenv("PROJEKTBOT_DATA_DIR", str(tmp_path))

    code = doctor(as_json=True)

    printed = capsys.readouterr().out
    assert code == 1
    assert number_in(told) in printed
    assert "Set aside" in printed
    assert SECRET not in printed


async def test_what_was_said_to_others_is_set_aside_without_what_was_said(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise LookupError(SECRET)

    monkeypatch.setattr(relaying, "pass_on", fail)
    said = town.inbound("-100", Words(SECRET), private=False, sender="7", name="Anna", overheard=True)

    await town.take(said)

    (row,) = await town.rows(inbox)
    assert row.state == ASIDE
    assert b"Anna" not in row.raw
    assert town.letters == []
