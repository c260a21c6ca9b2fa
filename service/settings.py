"""The settings, read once from the environment (SENDOPT_...) or mounted files, and passed down as arguments."""

import ipaddress
import os
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEMO_KEY = "demonstration only"


class Settings(BaseSettings):
    """Where things are kept and who may reach them. Every field has a default that is safe on one's own computer."""

    model_config = SettingsConfigDict(
        env_prefix="SENDOPT_",
        env_file=None,
        secrets_dir=None,
        extra="ignore",
        frozen=True,
        ignored_types=(cached_property,),
    )

    data: Path = Path("var")
    """The folder that holds the database and backups."""
    database: str | None = None
    """A SQLAlchemy address such as postgresql+psycopg://…; SQLite in the data folder when absent."""
    demo: bool = False
    """Everyone is a demonstrator with every role, on loopback only, with a banner."""
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    secret: SecretStr = SecretStr(DEMO_KEY)
    """The key that signs short-lived addresses; outside demo mode it must be set and long."""
    council: str = "Council SEND services"
    """The council's name, as shown on every page."""
    hosts: tuple[str, ...] = ("*",)
    """Host names that the service answers to."""
    https: bool = False
    """Whether people reach the service over HTTPS (through a proxy): cookies become Secure and HSTS is sent."""
    upload_bytes: int = Field(default=20 * 1024 * 1024, gt=0)
    read_seconds: float = Field(default=360.0, gt=0)
    """How long, by the clock, a file that was sent may take to read; a whole city takes about half a minute."""
    solve_seconds: int = Field(default=120, gt=0, le=6 * 3600)
    """How long a plan may take when nobody says otherwise."""
    most_seconds: int = Field(default=3600, gt=0, le=24 * 3600)
    running: int = Field(default=1, ge=1, le=64)
    """How many plans are worked on at once by one worker."""
    queued_each: int = Field(default=10, ge=1)
    processes: int = Field(default_factory=lambda: min(2, os.cpu_count() or 1), ge=1, le=64)
    """How many processors one plan may use; the plan's own process starts the others, and they end with it."""
    child_bytes: int = Field(default=4 * 1024**3, gt=0)
    """The most memory that each process of a plan may use."""
    lease_seconds: float = Field(default=15.0, gt=0.1)
    attempts: int = Field(default=3, ge=1)
    worker: bool = True
    """Whether ``sendopt serve`` starts a worker of its own."""
    cluster: str | None = None
    idle_minutes: int = Field(default=30, gt=0)
    session_hours: int = Field(default=12, gt=0)
    retain_uploads_days: int = Field(default=30, gt=0)
    retain_plans_days: int = Field(default=730, gt=0)
    retain_sessions_days: int = Field(default=30, gt=0)
    retain_audit_days: int = Field(default=2190, gt=0)
    oidc_discovery: str | None = None
    """The identity provider's discovery address; local accounts are off when it is set."""
    oidc_client: str | None = None
    oidc_secret: SecretStr | None = None
    oidc_name: str = "your council account"
    log: Literal["json", "plain"] = "plain"

    @model_validator(mode="after")
    def _safe(self) -> Self:
        if self.demo and not is_loopback(self.host):
            raise ValueError("demo mode answers on this computer only: use --host 127.0.0.1, or leave --demo out")
        if not self.demo and not is_loopback(self.host) and len(self.secret.get_secret_value()) < 32:
            raise ValueError("set SENDOPT_SECRET to 32 characters or more before serving other computers")
        return self

    @cached_property
    def database_url(self) -> str:
        """The database's address, SQLite in the data folder unless told otherwise."""
        return self.database or f"sqlite:///{(self.data / 'sendopt.sqlite3').resolve()}"


def is_loopback(host: str) -> bool:
    """Return whether a host name or address can be reached from this computer alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
