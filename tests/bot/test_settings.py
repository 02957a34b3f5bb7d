import os
from pathlib import Path

import pytest

from bot.settings import BadSettings, build_keyring, read_settings

POSTGRES = "postgresql+asyncpg://kollega:geheim@db.example/kollega"
KEY = "k" * 40
LIVE = {
    "HOST": "0.0.0.0",  # noqa: S104 - what a deployment behind a proxy sets
    "TEAMS_APP_ID": "app",
    "TEAMS_APP_PASSWORD": "geheim-1234",
}
SLACK = {
    "PUBLIC_URL": "https://kollega.example",
    "SLACK_CLIENT_ID": "1.2",
    "SLACK_CLIENT_SECRET": "geheim-1234",
    "SLACK_SIGNING_SECRET": "geheim-5678",
}

WRONG = [
    ({"PORT": "geheim"}, "KOLLEGA_PORT: "),
    ({"PORT": "70000"}, "KOLLEGA_PORT: "),
    ({"DEMO": "geheim"}, "KOLLEGA_DEMO: "),
    ({"DATABASE_URL": "mysql://u:geheim@h/d"}, "KOLLEGA_DATABASE_URL: "),
    ({"DATABASE_URL": "sqlite+aiosqlite:///:memory:"}, "KOLLEGA_DATABASE_URL: "),
    ({"DATABASE_URL": POSTGRES}, "KOLLEGA_SECRET_KEYS: "),
    ({"SECRET_KEYS": "geheim"}, "KOLLEGA_SECRET_KEYS: "),
    ({"PUBLIC_URL": "geheim"}, "KOLLEGA_PUBLIC_URL: "),
    ({"PUBLIC_URL": "ftp://geheim.example"}, "KOLLEGA_PUBLIC_URL: "),
    ({"TEAMS_LOGIN_URL": "geheim"}, "KOLLEGA_TEAMS_LOGIN_URL: "),
    ({"TEAMS_OPENID_URL": "geheim"}, "KOLLEGA_TEAMS_OPENID_URL: "),
    ({"TEAMS_APP_ID": "app"}, "KOLLEGA_TEAMS_APP_PASSWORD: "),
    ({"HOST": "0.0.0.0"}, "KOLLEGA_TEAMS_APP_ID: "),  # noqa: S104 - what must not start
    ({**LIVE, "DEMO": "1"}, "KOLLEGA_DEMO: "),
    ({"SLACK_CLIENT_ID": "1.2", "SLACK_SIGNING_SECRET": "geheim"}, "KOLLEGA_SLACK_CLIENT_SECRET: "),
    ({"SLACK_CLIENT_SECRET": "geheim", "SLACK_SIGNING_SECRET": "geheim"}, "KOLLEGA_SLACK_CLIENT_ID: "),
    ({**SLACK, "SLACK_BOT_TOKEN": "xoxb-geheim"}, "KOLLEGA_SLACK_BOT_TOKEN: "),
    ({**SLACK, "PUBLIC_URL": ""}, "KOLLEGA_PUBLIC_URL: "),
    ({**SLACK, "SLACK_SIGNING_SECRET": ""}, "KOLLEGA_SLACK_SIGNING_SECRET: "),
    ({"SLACK_SIGNING_SECRET": "geheim"}, "KOLLEGA_SLACK_BOT_TOKEN: or KOLLEGA_SLACK_CLIENT_ID "),
    ({"SLACK_APP_TOKEN": "xapp-geheim"}, "KOLLEGA_SLACK_BOT_TOKEN: or KOLLEGA_SLACK_CLIENT_ID "),
    ({"SLACK_BOT_TOKEN": "xoxb-geheim"}, "KOLLEGA_SLACK_SIGNING_SECRET: "),
    ({"SLACK_BOT_TOKEN": "xapp-geheim"}, "KOLLEGA_SLACK_BOT_TOKEN: "),
    ({"SLACK_APP_TOKEN": "xoxb-geheim"}, "KOLLEGA_SLACK_APP_TOKEN: "),
    ({"SLACK_API_URL": "http://geheim.example/api/"}, "KOLLEGA_SLACK_API_URL: "),
    ({"SMTP_URL": "geheim"}, "KOLLEGA_SMTP_URL: "),
    ({"SMTP_URL": "smtp://mail.example:geheim"}, "KOLLEGA_SMTP_URL: "),
    ({"SMTP_URL": "smtp://mail.example"}, "KOLLEGA_MAIL_FROM: "),
    ({"MAIL_FROM": "geheim"}, "KOLLEGA_MAIL_FROM: "),
    ({"DEFAULT_PLAN": "geheim"}, "KOLLEGA_DEFAULT_PLAN: "),
    ({"LOG_LEVEL": "geheim"}, "KOLLEGA_LOG_LEVEL: "),
    ({"LOG_FORMAT": "geheim"}, "KOLLEGA_LOG_FORMAT: "),
]


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Clear the environment and change to an empty folder."""
    for name in [name for name in os.environ if name.startswith("KOLLEGA_")]:  # noqa: TID251 - to take them away
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def set_all(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    """Set environment variables."""
    for name, value in values.items():
        monkeypatch.setenv(f"KOLLEGA_{name}", value)


@pytest.mark.parametrize(("values", "line"), WRONG)
def test_a_bad_setting_is_named_in_one_line(monkeypatch: pytest.MonkeyPatch, values: dict[str, str], line: str) -> None:
    """The line names the setting and the expected value, and does not repeat the given one."""
    set_all(monkeypatch, values)
    with pytest.raises(BadSettings) as raised:
        read_settings()
    message = str(raised.value)
    assert message.startswith(line)
    assert "\n" not in message
    assert "geheim" not in message
    assert raised.value.__cause__ is None


def test_without_settings_everything_has_its_default() -> None:
    """Without settings the bot uses a SQLite file and listens on loopback only."""
    settings = read_settings()
    assert (settings.host, settings.port, settings.demo, settings.is_sqlite) == ("127.0.0.1", 3978, False, True)
    assert settings.is_loopback


def test_an_empty_value_means_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty value in `.env` means the default."""
    set_all(monkeypatch, {"PORT": "", "TEAMS_OPENID_URL": "", "TEAMS_SERVICE_HOSTS": ""})
    settings = read_settings()
    assert settings.port == 3978
    assert settings.teams_openid_url.startswith("https://login.botframework.com/")
    assert "smba.trafficmanager.net" in settings.teams_service_hosts


def test_a_file_sets_what_the_environment_does_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`.env` is read; the environment wins."""
    (tmp_path / ".env").write_text("KOLLEGA_PORT=1\nKOLLEGA_HOST=localhost\n", encoding="utf-8")
    set_all(monkeypatch, {"PORT": "2"})
    settings = read_settings()
    assert (settings.port, settings.host) == (2, "localhost")


def test_hosts_are_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several hosts are separated by commas."""
    set_all(monkeypatch, {"TEAMS_SERVICE_HOSTS": "a.example, .b.example,"})
    assert read_settings().teams_service_hosts == ("a.example", ".b.example")


def test_a_live_deployment_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """With an app id, PostgreSQL and keys the bot may listen on all interfaces."""
    set_all(monkeypatch, {**LIVE, "DATABASE_URL": POSTGRES, "SECRET_KEYS": f"{KEY}, {KEY}2"})
    settings = read_settings()
    assert build_keyring(settings).keys == (KEY.encode(), f"{KEY}2".encode())
    assert "geheim" not in repr(settings)


def test_keys_are_made_once_and_kept_private(tmp_path: Path) -> None:
    """With SQLite the key is created at the first start, readable for its owner only, and reused."""
    first = build_keyring(read_settings())
    key_file = tmp_path / "kollega.keys"
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert build_keyring(read_settings()) == first
    assert len(first.keys[0]) >= 32


def test_keys_that_others_can_read_are_refused(tmp_path: Path) -> None:
    """A key file that other users can read stops the start."""
    build_keyring(read_settings())
    (tmp_path / "kollega.keys").chmod(0o644)
    with pytest.raises(BadSettings, match=r"^KOLLEGA_SECRET_KEYS: kollega.keys can be read by other users"):
        build_keyring(read_settings())


def test_an_empty_key_file_is_rejected(tmp_path: Path) -> None:
    """An empty key file is not replaced because that would invalidate every link."""
    build_keyring(read_settings())
    (tmp_path / "kollega.keys").write_text("", encoding="ascii")
    with pytest.raises(BadSettings, match="holds no usable key"):
        build_keyring(read_settings())


def test_a_bot_for_slack_alone_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """With Slack only, the bot may listen on all interfaces because the Teams route is disabled."""
    set_all(monkeypatch, {**SLACK, "HOST": LIVE["HOST"]})
    settings = read_settings()
    assert (settings.serves_slack, settings.serves_teams, settings.unserved) == (True, False, ())
    assert "geheim" not in repr(settings)


@pytest.mark.parametrize("proof", [{"SLACK_SIGNING_SECRET": "s"}, {"SLACK_APP_TOKEN": "xapp-1"}])
def test_one_workspace_needs_no_installation(monkeypatch: pytest.MonkeyPatch, proof: dict[str, str]) -> None:
    """A bot token and a signing secret are enough; the API URL ends with a slash."""
    set_all(monkeypatch, {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_API_URL": "http://127.0.0.1:1/api", **proof})
    settings = read_settings()
    assert (settings.serves_slack, settings.slack_api_url) == (True, "http://127.0.0.1:1/api/")


def test_teams_and_slack_can_be_combined(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both platforms can be enabled; without either, Teams works on loopback."""
    assert (read_settings().serves_slack, read_settings().serves_teams) == (False, True)
    set_all(monkeypatch, {**LIVE, **SLACK})
    assert (read_settings().serves_slack, read_settings().serves_teams) == (True, True)


def test_unserved_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting for a feature that this version does not serve is named."""
    assert read_settings().unserved == ()
    set_all(monkeypatch, {"STRIPE_SECRET_KEY": "s"})
    assert read_settings().unserved == ("KOLLEGA_STRIPE_SECRET_KEY",)
