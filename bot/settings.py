"""Settings from the environment and `.env`: read once, validated as a whole, frozen."""

import os
import re
import secrets
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import SplitResult, urlsplit

from email_validator import EmailNotValidError, validate_email
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.platforms.allowed_hosts import is_loopback
from bot.platforms.teams.service_hosts import MICROSOFT_FILE_HOSTS, MICROSOFT_SERVICE_HOSTS
from services.keyring import Keyring
from services.plans import DEFAULT_PLAN, PLANS

PREFIX: Final = "KOLLEGA_"
SQLITE: Final = "sqlite+aiosqlite:///"
POSTGRES: Final = "postgresql+asyncpg://"
OPENID_URL: Final = "https://login.botframework.com/v1/.well-known/openidconfiguration"
SLACK_API_URL: Final = "https://slack.com/api/"
LOGIN_URL: Final = "https://login.microsoftonline.com"
KEY_MIN_CHARS: Final = 32
NAME_MAX_CHARS: Final = 100
TOKEN_STARTS: Final = {"slack_bot_token": "xoxb-", "slack_app_token": "xapp-"}
GUID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
"""Matches an id as Entra ID shows it."""

Listed = Annotated[tuple[str, ...], NoDecode]


class BadSettings(Exception):
    """A setting is invalid; the text is one line that names the setting and never holds its value."""


class Settings(BaseSettings):
    """The settings of one deployment."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        frozen=True,
        extra="ignore",
        env_ignore_empty=True,
        use_attribute_docstrings=True,
    )

    database_url: SecretStr = SecretStr(f"{SQLITE}kollega.db")
    """SQLite file, or `postgresql+asyncpg://user:password@host/database` for several processes."""
    host: str = "127.0.0.1"
    """Address on which the server listens."""
    port: int = Field(default=3978, ge=0, le=65535)
    """Port on which the server listens."""
    demo: bool = False
    """Whether the browser chat with its demo data is served, on a loopback host only; `make run` sets it."""
    public_url: str = ""
    """Public https address for links in mails and cards; empty: `http://localhost` and the port."""
    operator_name: str = Field(default="", max_length=NAME_MAX_CHARS)
    """Name of the operator, for the pages about data and terms."""
    operator_email: str = ""
    """Contact address of the operator, for the same pages."""

    teams_app_id: str = ""
    """Application id of the bot registration; empty: Teams without authentication, on a loopback host only."""
    teams_app_password: SecretStr = SecretStr("")
    """Client secret of the registration; required with the application id."""
    teams_tenant_id: str = ""
    """Tenant of the registration."""
    teams_openid_url: str = OPENID_URL
    """Where Microsoft publishes the keys of its tokens; differs in sovereign clouds."""
    teams_login_url: str = LOGIN_URL
    """Where the bot gets its own tokens; differs in sovereign clouds."""
    teams_service_hosts: Listed = MICROSOFT_SERVICE_HOSTS
    """Hosts to which the bot may send messages, separated by commas."""
    teams_file_hosts: Listed = MICROSOFT_FILE_HOSTS
    """Hosts from which the bot may read files and to which it may upload them, separated by commas."""

    slack_signing_secret: SecretStr = SecretStr("")
    """Secret that authenticates requests from Slack; or the app token, with Socket Mode."""
    slack_client_id: str = ""
    """Client id for workspaces that install the app themselves at `/slack/install`."""
    slack_client_secret: SecretStr = SecretStr("")
    """Client secret; required with the client id."""
    slack_bot_token: SecretStr = SecretStr("")
    """Bot token (`xoxb-…`) of a single workspace, instead of the client id."""
    slack_app_token: SecretStr = SecretStr("")
    """App token (`xapp-…`) for Socket Mode, which needs no public port."""
    slack_api_url: str = SLACK_API_URL
    """Base address of the Slack API, for tests and proxies."""

    stripe_secret_key: SecretStr = SecretStr("")
    """Reserved for billing; the start warns that it has no effect."""
    stripe_webhook_secret: SecretStr = SecretStr("")
    """Reserved for billing."""
    stripe_api_url: str = ""
    """Reserved for billing."""

    smtp_url: SecretStr = SecretStr("")
    """Mail server, `smtp://user:password@host:587` or `smtps://`; empty: invitation links appear in the
    inviter's chat.
    """
    mail_from: str = ""
    """Sender address of mails; required with the mail server."""

    secret_keys: SecretStr = SecretStr("")
    """Secret keys, separated by commas, newest first, each of at least 32 characters. Empty: a key file beside
    the SQLite database. PostgreSQL requires them.
    """
    default_plan: str = DEFAULT_PLAN
    """Plan of a new team while billing is off."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """`debug`, `info`, `warning` or `error`."""
    log_format: Literal["console", "json"] = "console"
    """`console` or `json`."""
    metrics_token: SecretStr = SecretStr("")
    """Bearer token for `/metrics`; empty: only this machine may read it."""

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is an SQLite file."""
        return self.database_url.get_secret_value().startswith(SQLITE)

    @property
    def address(self) -> str:
        """Public address without a trailing slash; this machine where none is set."""
        return self.public_url.rstrip("/") or f"http://localhost:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the bot."""
        return is_loopback(self.host)

    @property
    def serves_slack(self) -> bool:
        """Whether Slack is served."""
        return bool(self.slack_client_id or self.slack_bot_token.get_secret_value())

    @property
    def fetches_from_slack(self) -> bool:
        """Whether events of Slack arrive by Socket Mode instead of by HTTP."""
        return self.serves_slack and bool(self.slack_app_token.get_secret_value())

    @property
    def serves_teams(self) -> bool:
        """Whether Teams is served: with an application id, or unauthenticated for trials on a loopback host."""
        return bool(self.teams_app_id) or not self.serves_slack

    @property
    def unserved(self) -> tuple[str, ...]:
        """Settings that are set and have no effect in this version."""
        idle = {"STRIPE_SECRET_KEY": self.stripe_secret_key}
        return tuple(f"{PREFIX}{name}" for name, value in idle.items() if value.get_secret_value())

    @field_validator("teams_service_hosts", "teams_file_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(host.strip() for host in value.split(",") if host.strip()) if isinstance(value, str) else value

    @field_validator("log_level", "log_format", mode="before")
    @classmethod
    def _fold(cls, value: object) -> object:
        return value.strip().lower() if isinstance(value, str) else value

    @field_validator("database_url")
    @classmethod
    def _check_database(cls, value: SecretStr) -> SecretStr:
        url = value.get_secret_value()
        if url.startswith(SQLITE) and url.removeprefix(SQLITE) not in {"", ":memory:"}:
            return value
        if url.startswith(POSTGRES):
            return value
        raise ValueError(f"must be {SQLITE}<file> or {POSTGRES}<user>:<password>@<host>/<database>")

    @field_validator("public_url", "teams_openid_url", "teams_login_url", "slack_api_url")
    @classmethod
    def _check_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
            raise ValueError("must be an address such as https://bot.example.com")
        return value

    @field_validator("slack_api_url")
    @classmethod
    def _check_slack(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
            raise ValueError("must be an https address: the tokens travel there")
        return value if value.endswith("/") else f"{value}/"

    @field_validator("slack_bot_token", "slack_app_token")
    @classmethod
    def _check_token(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        """Refuse a bot token in the place of an app token and vice versa."""
        start = TOKEN_STARTS[info.field_name or ""]
        if value.get_secret_value() and not value.get_secret_value().startswith(start):
            raise ValueError(f"must be the token that begins with {start}")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _check_mail_server(cls, value: SecretStr) -> SecretStr:
        parts = urlsplit(value.get_secret_value())
        if value.get_secret_value() and (
            parts.scheme not in {"smtp", "smtps"} or not parts.hostname or not _port_ok(parts)
        ):
            raise ValueError("must be smtp://<user>:<password>@<host>:587, or smtps://")
        return value

    @field_validator("mail_from", "operator_email")
    @classmethod
    def _check_mailbox(cls, value: str) -> str:
        if not value:
            return value
        try:
            return validate_email(value, check_deliverability=False).normalized
        except EmailNotValidError as error:
            raise ValueError("must be a mail address") from error

    @field_validator("secret_keys")
    @classmethod
    def _check_keys(cls, value: SecretStr) -> SecretStr:
        if any(len(key) < KEY_MIN_CHARS for key in _keys_in(value)):
            raise ValueError(f"each key needs at least {KEY_MIN_CHARS} characters")
        return value

    @field_validator("default_plan")
    @classmethod
    def _check_plan(cls, value: str) -> str:
        if value not in PLANS:
            raise ValueError(f"must be one of {', '.join(PLANS)}")
        return value

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        if self.demo and not self.is_loopback:
            raise _wrong("demo", "only on a loopback KOLLEGA_HOST: the browser chat has no authentication")
        if self.serves_teams and not self.teams_app_id and not self.is_loopback:
            raise _wrong(
                "teams_app_id", "must be set, unless KOLLEGA_HOST is loopback: requests would not be authenticated"
            )
        if self.teams_app_id and not self.teams_app_password.get_secret_value():
            raise _wrong("teams_app_password", "must be set together with KOLLEGA_TEAMS_APP_ID")
        if self.smtp_url.get_secret_value() and not self.mail_from:
            raise _wrong("mail_from", "must be set together with KOLLEGA_SMTP_URL")
        if not self.is_sqlite and not _keys_in(self.secret_keys):
            raise _wrong("secret_keys", "must be set with PostgreSQL, the same for every process")
        if fault := self._wrong_with_slack():
            raise _wrong(*fault)
        return self

    def _wrong_with_slack(self) -> tuple[str, str] | None:
        """Find the setting of Slack that conflicts with the others, and the reason."""
        signed, app = self.slack_signing_secret.get_secret_value(), self.slack_app_token.get_secret_value()
        secret, bot = self.slack_client_secret.get_secret_value(), self.slack_bot_token.get_secret_value()
        checks = (
            (self.slack_client_id and not secret, "slack_client_secret", "must be set with KOLLEGA_SLACK_CLIENT_ID"),
            (secret and not self.slack_client_id, "slack_client_id", "must be set with KOLLEGA_SLACK_CLIENT_SECRET"),
            (
                self.slack_client_id and bot,
                "slack_bot_token",
                "is for one workspace, KOLLEGA_SLACK_CLIENT_ID for those that install the app: not both",
            ),
            (
                self.slack_client_id and not self.public_url,
                "public_url",
                "must be set with KOLLEGA_SLACK_CLIENT_ID: Slack redirects there after an installation",
            ),
            (
                (signed or app) and not self.serves_slack,
                "slack_bot_token",
                "or KOLLEGA_SLACK_CLIENT_ID must be set: without them the bot cannot post in Slack",
            ),
            (
                self.serves_slack and not (signed or app),
                "slack_signing_secret",
                "must be set (or KOLLEGA_SLACK_APP_TOKEN): requests would not be authenticated",
            ),
        )
        return next(((name, why) for is_wrong, name, why in checks if is_wrong), None)


def read_settings() -> Settings:
    """Read the settings of this process. Raises BadSettings."""
    try:
        return Settings()
    except ValidationError as error:
        raise BadSettings(_line(error)) from None


def build_keyring(settings: Settings) -> Keyring:
    """Build the keyring from KOLLEGA_SECRET_KEYS or from the key file, which the first start creates."""
    keys = _keys_in(settings.secret_keys) or _kept_keys(_key_file(settings))
    return Keyring(tuple(key.encode() for key in keys))


def _key_file(settings: Settings) -> Path:
    database = settings.database_url.get_secret_value().removeprefix(SQLITE).partition("?")[0]
    return Path(database).with_suffix(".keys")


def _kept_keys(path: Path) -> list[str]:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read_keys(path)
    except OSError as error:
        raise BadSettings(f"{PREFIX}SECRET_KEYS: {path} cannot be written: {error.strerror}") from error
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(KEY_MIN_CHARS))
        file.flush()
        # A lost key file would make sealed contents unreadable and links invalid.
        os.fsync(file.fileno())
    return _read_keys(path)


def _read_keys(path: Path) -> list[str]:
    try:
        keys = [key.strip() for key in path.read_text(encoding="ascii").split(",")]
        is_open = os.name == "posix" and path.stat().st_mode & 0o077
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"{PREFIX}SECRET_KEYS: {path} cannot be read") from error
    if is_open:
        raise BadSettings(f"{PREFIX}SECRET_KEYS: {path} can be read by other users; make it 0600")
    if any(len(key) < KEY_MIN_CHARS for key in keys):
        raise BadSettings(f"{PREFIX}SECRET_KEYS: {path} holds no usable key")
    return keys


def _keys_in(value: SecretStr) -> list[str]:
    return [key.strip() for key in value.get_secret_value().split(",") if key.strip()]


def _port_ok(parts: SplitResult) -> bool:
    try:
        return parts.port is None or parts.port > 0
    except ValueError:
        return False


class _WrongTogetherError(ValueError):
    """A setting conflicts with another one."""


def _wrong(name: str, why: str) -> ValueError:
    return _WrongTogetherError(f"{PREFIX}{name.upper()}: {why}")


def _line(error: ValidationError) -> str:
    """Name the first invalid setting without its value, which may be a secret."""
    first = error.errors(include_input=False, include_url=False)[0]
    message = first["msg"].removeprefix("Value error, ")
    return message if not first["loc"] else f"{PREFIX}{str(first['loc'][0]).upper()}: {message}"
