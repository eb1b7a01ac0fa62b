"""Settings: from the environment (prefix CASEWRIGHT_), else from a TOML file, else defaults."""

from __future__ import annotations

import hashlib
import hmac
import os
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

FILE = "casewright.toml"


class Settings(BaseSettings):
    """What an operator sets; every field is described in docs/reference/settings.md."""

    model_config = SettingsConfigDict(env_prefix="CASEWRIGHT_", extra="forbid", frozen=True)

    database_url: str = Field(
        default="sqlite:///var/casewright.db",
        description="SQLAlchemy URL of the database: sqlite:///file or postgresql://…",
    )
    secret_key: SecretStr = Field(
        default=SecretStr(""),
        description="At least 32 characters; the journal's chain and sessions hang on it.",
    )
    timezone: str = Field(default="Europe/Warsaw", description="Zone of dates without one.")
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8080, ge=0, le=65535, description="Port to listen on.")
    public_url: str = Field(default="", description="Address that people use, for links.")
    data_dir: Path = Field(default=Path("var"), description="Folder for checkpoints and logs.")
    worker_threads: int = Field(default=4, ge=1, le=64, description="Jobs run side by side.")

    @property
    def zone(self) -> ZoneInfo:
        """The zone of dates that name none."""
        return ZoneInfo(self.timezone)

    def key(self, purpose: str) -> bytes:
        """Return the key for `purpose`, derived from the secret key."""
        secret = self.secret_key.get_secret_value()
        if len(secret) < 32:
            raise ValueError("SECRET_KEY needs at least 32 characters: run `casewright init`")
        return hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).digest()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources: arguments, environment, TOML file."""
        file = Path(os.environ.get("CASEWRIGHT_CONFIG", FILE))
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, file)
