"""The German catalog: nothing is missing, nothing is left over, and it keeps to the rules of good type."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from projektbot.config import Settings
from projektbot.dialog.book import spelled
from tests.program import CHECKOUT

MAKEFILE = (CHECKOUT / "Makefile").read_text("utf-8")
GERMAN = CHECKOUT / "locales" / "de" / "LC_MESSAGES" / "projektbot.po"
COMMAND = re.compile(r"/[a-z]\w*")
PLACEHOLDER = re.compile(r"\{\w+\}")


def catalog_in(path: Path) -> Catalog:
    """Read a catalog, faults and all."""
    with path.open("rb") as file:
        return read_po(file, locale="de", abort_invalid=True)


@pytest.fixture(scope="module")
def german() -> Catalog:
    """Read the German catalog."""
    return catalog_in(GERMAN)


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """Gather the texts of the present tree with the very options of `make messages`."""
    template = tmp_path_factory.mktemp("texts") / "projektbot.pot"
    recipe = re.search(r"pybabel -q extract ((?:.*\\\n)*.*)\n", MAKEFILE)
    assert recipe, "the Makefile does not call `pybabel extract`"
    options = re.findall(r"--(?:mapping-file|no-default-keywords|keyword)\S*", recipe[1])
    command = (sys.executable, "-m", "babel.messages.frontend", "-q", "extract", *options, f"--output-file={template}")
    subprocess.run((*command, "."), cwd=CHECKOUT, check=True, timeout=60)
    return catalog_in(template)


def texts(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """Yield every text and every form of its translation."""
    for message in filter(is_text, catalog):
        yield from ((ids(message)[0], form) for form in forms(message))


def is_text(message: Message) -> bool:
    return bool(message.id)


def forms(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def ids(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


# ---- complete ----------------------------------------------------------------------------------------------------


def test_the_catalog_has_exactly_the_texts_of_code_dialogs_and_pages(german: Catalog, extracted: Catalog) -> None:
    wanted, there = ({ids(message) for message in catalog if message.id} for catalog in (extracted, german))

    assert wanted - there == set(), "missing: run `make messages` and translate"
    assert there - wanted == set(), "no longer used: run `make messages`"
    assert not german.obsolete


def test_texts_come_from_code_dialogs_and_pages(extracted: Catalog) -> None:
    sources = {Path(path).suffix for message in extracted for path, _ in message.locations}

    assert sources == {".py", ".yaml", ".html"}


def test_every_text_is_translated(german: Catalog) -> None:
    assert [msgid for msgid, words in texts(german) if not words.strip()] == []
    assert [message.id for message in german if message.id and message.fuzzy] == []


def test_placeholders_are_those_of_the_text(german: Catalog) -> None:
    wrong = [
        message.id
        for message in german
        if message.id
        for words in forms(message)
        if sorted(PLACEHOLDER.findall(words)) != sorted(PLACEHOLDER.findall(ids(message)[-1]))
    ]

    assert wrong == []


def test_every_language_there_is_can_be_gathered() -> None:
    listed = re.search(r"^LOCALES\s*:= (.*)$", MAKEFILE, re.MULTILINE)

    assert listed
    assert sorted(listed[1].split()) == sorted(path.name for path in (CHECKOUT / "locales").iterdir() if path.is_dir())
    assert Settings.model_fields["locale"].default in listed[1].split()


# ---- command words -----------------------------------------------------------------------------------------------


def commands(catalog: Catalog) -> dict[str, str]:
    """Return the command words: as written and as translated."""
    return {msgid: words for msgid, words in texts(catalog) if COMMAND.fullmatch(msgid)}


def test_command_words_are_what_messengers_take(german: Catalog) -> None:
    words = commands(german)

    assert len(words) > 10
    assert [word for word in words.values() if not re.fullmatch(r"/[a-z0-9_]{1,32}", word)] == []


def test_no_command_word_means_two_things_in_any_language(german: Catalog) -> None:
    words = commands(german)

    meanings: dict[str, set[str]] = {}
    for msgid, word in words.items():
        meanings.setdefault(spelled(word), set()).add(msgid)
        meanings.setdefault(spelled(msgid), set()).add(msgid)

    assert {word: means for word, means in meanings.items() if len(means) > 1} == {}


def test_commands_inside_sentences_are_translated_as_commands_are(german: Catalog) -> None:
    words = commands(german)

    for msgid, told in texts(german):
        wanted = [words[command] for command in re.findall(r"(?<![\w/])/[a-z]+\b", msgid) if command in words]
        assert [word for word in wanted if word not in told] == [], msgid


# ---- German type and tone ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "pattern"),
    [
        ("straight quotation marks", r'"'),
        ("English quotation marks", r"”|“\w|\w„"),
        ("a straight apostrophe", r"\w'\w"),
        ("a hyphen for a dash", r" - "),
        ("an English dash", r"—"),
        ("three dots for an ellipsis", r"\.\.\."),
        ("two spaces", r"\w  \w"),
        ("a space before punctuation", r"\w [,.;:!?](?:\s|$)"),
        ("an informal address", r"\b([Dd]u|[Dd]ein\w*|[Dd]ir|[Dd]ich|[Ee]uch|[Ee]uer\w*)\b"),
        ("'bitte' twice", r"[Bb]itte[^.!?]*\bbitte\b"),
        ("officialese", r"\b(gemäß|bezüglich|diesbezüglich|ggf|bzw|o\. ?g|hiermit|betreffs?|seitens|Vorgang)\b"),
        ("Denglish", r"\b([Uu]ploa\w*|[Dd]ownload\w*|[Ff]eedback|[Cc]anceln?|[Ss]kippen|Button\w*|[Ll]ink klicken)\b"),
        ("a decimal point in a thousand", r"\d,\d{3}\b"),
    ],
)
def test_german_sentences_are_free_of(german: Catalog, fault: str, pattern: str) -> None:
    faulty = [words for _, words in texts(german) if re.search(pattern, words)]

    assert faulty == [], fault


def test_opening_and_closing_quotation_marks_are_paired(german: Catalog) -> None:
    assert [words for _, words in texts(german) if words.count("„") != words.count("“")] == []


def test_a_sentence_ends_as_its_original_does(german: Catalog) -> None:
    def end(words: str) -> bool:
        return words.rstrip()[-1:] in tuple(".!?…“”")

    assert [words for msgid, words in texts(german) if end(words) != end(msgid) and "{url}" not in words] == []


def test_sentences_are_short_enough_to_be_read_in_one_go(german: Catalog) -> None:
    sentences = [part for _, words in texts(german) for part in re.split(r"(?<=[.!?])\s|\n", words)]

    assert [sentence for sentence in sentences if len(sentence.split()) > 30] == []
