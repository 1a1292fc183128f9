"""Settings: environment variables PROJEKTBOT_* or a TOML file; every mistake is reported at once."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AnyHttpUrl, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from projektbot.errors import SettingsError

PREFIX = "PROJEKTBOT_"
HERE = Path(__file__).parent


def folder(name: str) -> Path:
    """Return where `dialogs` or `locales` lie: in the installed package, or at the root of a checkout."""
    packed = HERE / name
    return packed if packed.is_dir() else HERE.parents[1] / name


class Settings(BaseSettings):
    """Everything an operator can set."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    database_url: str = ""
    data_dir: Path = Path("var")
    city: Path = HERE / "demo" / "city.yaml"
    locale: str = Field(default="de", pattern=r"^[a-z]{2,3}([-_@][A-Za-z]+)?$")
    timezone: str = "Europe/Berlin"

    telegram_token: SecretStr = SecretStr("")
    telegram_api_url: AnyHttpUrl = AnyHttpUrl("https://api.telegram.org")
    telegram_webhook_url: AnyHttpUrl | None = None
    telegram_webhook_secret: SecretStr = SecretStr("")
    telegram_rate: float = Field(default=30.0, gt=0, le=1000)

    matrix_homeserver: AnyHttpUrl | None = None
    matrix_user: str = ""
    matrix_password: SecretStr = SecretStr("")
    matrix_access_token: SecretStr = SecretStr("")

    web_listen: str = "127.0.0.1:8080"
    web_url: AnyHttpUrl | None = None
    log_level: str = Field(default="info", pattern=r"^(debug|info|warning|error)$")

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

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"no such time zone: {value!r}") from error
        return value

    @field_validator("web_listen")
    @classmethod
    def _host_and_port(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not host or not port.isdigit() or int(port) > 65535:  # noqa: PLR2004 - the last TCP port
            raise ValueError("write HOST:PORT, for example 127.0.0.1:8080")
        return value

    @model_validator(mode="after")
    def _belong_together(self) -> Settings:
        problems = []
        if self.telegram_webhook_url and not self.telegram_webhook_secret.get_secret_value():
            problems.append("TELEGRAM_WEBHOOK_URL needs TELEGRAM_WEBHOOK_SECRET")
        if self.matrix_homeserver and not self.matrix_user:
            problems.append("MATRIX_HOMESERVER needs MATRIX_USER")
        secrets = (self.matrix_password, self.matrix_access_token)
        if self.matrix_homeserver and not any(secret.get_secret_value() for secret in secrets):
            problems.append("MATRIX_HOMESERVER needs MATRIX_PASSWORD or MATRIX_ACCESS_TOKEN")
        if self.matrix_user and not self.matrix_homeserver:
            problems.append("MATRIX_USER needs MATRIX_HOMESERVER")
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def database(self) -> str:
        """Return the database to open: SQLite in the data folder unless another is set."""
        return self.database_url or f"sqlite:///{self.data_dir / 'projektbot.db'}"

    @property
    def host(self) -> str:
        """Return the host to listen on."""
        return self.web_listen.rpartition(":")[0]

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
    settings = None
    try:
        settings = Settings()
    except ValidationError as error:
        problems += [_problem(fault["loc"], fault["msg"]) for fault in error.errors()]
    except (OSError, tomllib.TOMLDecodeError) as error:
        problems.append(f"{PREFIX}CONFIG: {error}")
    if problems or settings is None:
        raise SettingsError(problems)
    return settings


def _unknown(name: str) -> bool:
    known = {*Settings.model_fields, "config", "chromium", "fuzz"}  # the last two belong to the tests
    return name.startswith(PREFIX) and name.removeprefix(PREFIX).lower() not in known


def _problem(location: tuple[int | str, ...], message: str) -> str:
    name = PREFIX + str(location[0]).upper() if location else "settings"
    return f"{name}: {message.removeprefix('Value error, ')}"
