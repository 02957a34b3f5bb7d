from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.__main__ import main
from bot.operations.readiness import findings
from bot.platforms.slack.scopes import SCOPES
from bot.settings import Settings
from services.installation import Installation
from tests.fakes.bot_connector import APP_ID, APP_PASSWORD, TENANT_ID, CannedResponse, FakeTeams
from tests.fakes.slack import (
    APP_TOKEN,
    BOT_TOKEN,
    CLIENT_ID,
    CLIENT_SECRET,
    SIGNING_SECRET,
    TEAM_ID,
    FakeSlack,
    ratelimited,
)

GOOD = (
    "KOLLEGA_TEAMS_APP_ID",
    "KOLLEGA_TEAMS_TENANT_ID",
    "KOLLEGA_PUBLIC_URL",
    "KOLLEGA_OPERATOR_NAME",
    "KOLLEGA_DATABASE_URL",
    "keys of Microsoft",
    "token for Teams",
    "messaging endpoint",
)


@pytest.fixture
async def teams() -> AsyncGenerator[FakeTeams]:
    """Start a fake Teams with valid settings."""
    async with FakeTeams(lambda: datetime(2026, 1, 5, 9, tzinfo=UTC)) as started:
        yield started


@asynccontextmanager
async def serve_status(status: int) -> AsyncGenerator[str]:
    """Serve a messaging endpoint that returns this status without a token."""

    async def respond(_: web.Request) -> web.Response:
        return web.Response(status=status)

    application = web.Application()
    application.add_routes([web.post("/api/messages", respond)])
    async with TestServer(application) as server:
        yield str(server.make_url("")).rstrip("/")


async def faults(teams: FakeTeams, **changes: object) -> dict[str, str]:
    """Return the faults of valid settings after some changes, by subject."""
    settings = {
        "teams_app_id": APP_ID,
        "teams_app_password": APP_PASSWORD,
        "teams_tenant_id": TENANT_ID,
        "teams_openid_url": teams.openid_url,
        "teams_login_url": teams.login_url,
        "operator_name": "Solarhaus GmbH",
        **changes,
    }
    async with aiohttp.ClientSession() as session:
        found = [
            finding
            async for finding in findings(Settings.model_validate(settings), session, database, no_installations)
        ]
    assert tuple(finding.about for finding in found) == GOOD
    return {finding.about: finding.fault for finding in found if finding.fault}


async def no_installations() -> Sequence[Installation]:
    """Return no installations."""
    return ()


async def database() -> str:
    """Return no missing part of the database."""
    return ""


async def test_complete_settings_lack_only_a_public_url(teams: FakeTeams) -> None:
    """Ids, keys, token and endpoint are valid; a loopback URL is reported."""
    async with serve_status(401) as url:
        found = await faults(teams, public_url=url)
    assert set(found) == {"KOLLEGA_PUBLIC_URL"}
    assert "https" in found["KOLLEGA_PUBLIC_URL"]


@pytest.mark.parametrize("status", [200, 404, 502])
async def test_endpoint_without_authentication_is_reported(teams: FakeTeams, status: int) -> None:
    """A status other than 401 means another server, a proxy or a bot without authentication."""
    async with serve_status(status) as url:
        found = await faults(teams, public_url=url)
    assert f"answers {status} and should answer 401" in found["messaging endpoint"]


async def test_unreachable_urls_are_reported(teams: FakeTeams) -> None:
    """An unreachable bot URL and key server have a line each."""
    dead = "http://127.0.0.1:9"
    found = await faults(teams, public_url=dead, teams_openid_url=f"{dead}/openid")
    assert "cannot be reached" in found["messaging endpoint"]
    assert "cannot be reached" in found["keys of Microsoft"]


async def test_key_server_without_keys_is_reported(teams: FakeTeams) -> None:
    """A key server without keys is reported."""
    teams.key_server = CannedResponse(503)
    assert "answers 503" in (await faults(teams))["keys of Microsoft"]


@pytest.mark.parametrize("changes", [{"teams_app_password": "wrong"}, {"teams_app_id": "kollega"}])
async def test_wrong_credentials_are_reported(teams: FakeTeams, changes: dict[str, str]) -> None:
    """A wrong app id, password or tenant is reported without the secret."""
    found = await faults(teams, **changes)
    assert "app id, secret and tenant" in found["token for Teams"]
    assert APP_PASSWORD not in str(found)
    assert "wrong" not in str(found)


async def test_empty_settings_are_reported(teams: FakeTeams) -> None:
    """Each missing setting has a line."""
    empty = {"teams_app_id": "", "teams_tenant_id": "", "operator_name": ""}
    found = await faults(teams, **empty)
    assert set(found) >= {
        "KOLLEGA_TEAMS_APP_ID",
        "KOLLEGA_TEAMS_TENANT_ID",
        "KOLLEGA_PUBLIC_URL",
        "KOLLEGA_OPERATOR_NAME",
        "token for Teams",
    }


def test_command_reports_missing_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`python -m bot check` prints each finding, ends with status 1 and creates no database."""
    monkeypatch.chdir(tmp_path)
    dead = "http://127.0.0.1:9"
    for name in ("TEAMS_OPENID_URL", "TEAMS_LOGIN_URL", "PUBLIC_URL"):
        monkeypatch.setenv(f"KOLLEGA_{name}", dead)
    assert main(["check"]) == 1
    out, err = capsys.readouterr()
    assert tuple(line.split(":")[0][5:] for line in out.splitlines()) == GOOD
    assert err == "7 of these lines need a change.\n"
    assert list(tmp_path.iterdir()) == []


INSTALLED = {"slack_client_id": CLIENT_ID, "slack_client_secret": CLIENT_SECRET, "slack_signing_secret": SIGNING_SECRET}
PAGES = ("way back from the installation", "permissions in workspaces")
FIXED = {"slack_bot_token": BOT_TOKEN, "slack_signing_secret": SIGNING_SECRET}
FETCHED = {"slack_bot_token": BOT_TOKEN, "slack_app_token": APP_TOKEN, "public_url": ""}


@pytest.fixture
async def slack() -> AsyncGenerator[FakeSlack]:
    """Start a fake Slack with an installation that has all scopes."""
    async with FakeSlack(lambda: datetime(2026, 1, 5, 9, tzinfo=UTC)) as started:
        started.workspaces[TEAM_ID].scopes = set(SCOPES)
        yield started


@asynccontextmanager
async def serve_slack_statuses(events: int = 401, way_back: int = 400) -> AsyncGenerator[str]:
    """Serve the Slack endpoints with these statuses for unsigned requests."""
    application = web.Application()

    async def refuse(_: web.Request) -> web.Response:
        return web.Response(status=events)

    async def turn_back(_: web.Request) -> web.Response:
        return web.Response(status=way_back)

    application.add_routes([web.post("/slack/events", refuse), web.get("/slack/oauth_redirect", turn_back)])
    async with TestServer(application) as server:
        yield str(server.make_url("")).rstrip("/")


async def slack_faults(
    slack: FakeSlack, url: str, changes: dict[str, str], installations: Sequence[Installation] = ()
) -> dict[str, str]:
    """Return the faults of a bot for Slack only, by subject, without the public URL."""
    settings = {"operator_name": "Solarhaus", "slack_api_url": slack.api_url, "public_url": url, **changes}

    async def list_installations() -> Sequence[Installation]:
        return installations

    async with aiohttp.ClientSession() as session:
        found = [
            finding
            async for finding in findings(Settings.model_validate(settings), session, database, list_installations)
        ]
    return {finding.about: finding.fault for finding in found if finding.about != "KOLLEGA_PUBLIC_URL"}


@pytest.mark.parametrize(
    ("settings", "lines"),
    [
        (
            INSTALLED,
            [
                "KOLLEGA_SLACK_CLIENT_SECRET",
                "way back from the installation",
                "permissions in workspaces",
                "request address",
            ],
        ),
        (FIXED, ["KOLLEGA_SLACK_BOT_TOKEN", "request address"]),
        (FETCHED, ["KOLLEGA_SLACK_BOT_TOKEN", "KOLLEGA_SLACK_APP_TOKEN"]),
    ],
)
async def test_complete_slack_settings_have_no_fault(
    slack: FakeSlack, settings: dict[str, str], lines: list[str]
) -> None:
    """Each kind of Slack setup has its lines and none about Teams, and the check installs nothing."""
    async with serve_slack_statuses() as url:
        found = await slack_faults(slack, url, settings)
    assert found == dict.fromkeys(["KOLLEGA_OPERATOR_NAME", "KOLLEGA_DATABASE_URL", *lines], "")
    assert slack.sockets.open == []


async def test_rejected_slack_credentials_are_reported(slack: FakeSlack) -> None:
    """A revoked token, a wrong secret and a wrong kind of token have a line each, without the secret."""
    slack.revoke(TEAM_ID)
    async with serve_slack_statuses() as url:
        found = await slack_faults(slack, url, {**FETCHED, "slack_app_token": "xapp-wrong"})
        found |= await slack_faults(slack, url, {**INSTALLED, "slack_client_secret": "wrong-secret"})
    assert "token_revoked" in found["KOLLEGA_SLACK_BOT_TOKEN"]
    assert "invalid_auth" in found["KOLLEGA_SLACK_APP_TOKEN"]
    assert "bad_client_secret" in found["KOLLEGA_SLACK_CLIENT_SECRET"]
    assert not any(secret in str(found) for secret in (BOT_TOKEN, "xapp-wrong", "wrong-secret"))


async def test_misspelt_token_is_reported(slack: FakeSlack) -> None:
    """A token that Slack does not know is reported."""
    async with serve_slack_statuses() as url:
        found = await slack_faults(slack, url, {**FIXED, "slack_bot_token": "xoxb-misspelt"})
    assert found["KOLLEGA_SLACK_BOT_TOKEN"] == "Slack does not take it (invalid_auth)"


async def test_missing_scopes_are_reported(slack: FakeSlack) -> None:
    """An old installation is reported with the missing scopes and what to do."""
    slack.workspaces[TEAM_ID].scopes = set(SCOPES) - {"files:write", "commands"}
    async with serve_slack_statuses() as url:
        found = await slack_faults(slack, url, FIXED)
    assert found["KOLLEGA_SLACK_BOT_TOKEN"].startswith("may not commands, files:write: install the app again")


async def test_wrong_slack_endpoints_are_reported(slack: FakeSlack) -> None:
    """An endpoint without verification, a missing page and an unreachable Slack have a line each."""
    async with serve_slack_statuses(events=200, way_back=404) as url:
        found = await slack_faults(slack, url, INSTALLED)
    assert "answers 200 and should answer 401" in found["request address"]
    assert "answers 404 and should answer 400" in found["way back from the installation"]
    found = await slack_faults(slack, "http://127.0.0.1:9", {**INSTALLED, "slack_api_url": "http://127.0.0.1:9/api/"})
    assert "cannot be reached" in found["request address"]
    assert "cannot be reached" in found["way back from the installation"]
    assert "no answer" in found["KOLLEGA_SLACK_CLIENT_SECRET"]
    found = await slack_faults(slack, url, {**FIXED, "slack_api_url": "http://127.0.0.1:9/api/"})
    assert found["KOLLEGA_SLACK_BOT_TOKEN"] == "Slack does not take it (auth.test not answered)"
    slack.plan.append(ratelimited(70))
    assert "in 70 seconds" in (await slack_faults(slack, url, FIXED))["KOLLEGA_SLACK_BOT_TOKEN"]


async def test_workspaces_with_missing_scopes_are_reported(slack: FakeSlack) -> None:
    """After an update the line names the workspaces that must install again and the scopes."""
    installed_at = datetime(2026, 1, 5, 9, tzinfo=UTC)
    sun = Installation("T1", "T1", "Sun", "A", "U0", "B0", tuple(SCOPES), "U1", installed_at)
    old = replace(sun, tenant="T2", workspace="T2", name="Roof", scopes=tuple(SCOPES)[1:])
    async with serve_slack_statuses() as url:
        assert (await slack_faults(slack, url, INSTALLED, [sun]))["permissions in workspaces"] == ""
        several = [replace(old, tenant=f"T{number}", name="") for number in range(7)]
        finding = (await slack_faults(slack, url, INSTALLED, [sun, old, *several]))["permissions in workspaces"]
    assert finding.startswith("8 of 9 workspaces (Roof, T2, T2, T2, T2 …) did not agree to app_mentions:read: ")


@pytest.mark.parametrize("is_there", [True, False])
def test_command_reads_installations_from_the_database(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], is_there: bool
) -> None:
    """`python -m bot check` reads the workspaces of the database and creates no missing one."""
    monkeypatch.chdir(tmp_path)
    url = sqlite_url if is_there else f"sqlite+aiosqlite:///{tmp_path / 'none.db'}"
    for name, value in {**INSTALLED, "public_url": "http://127.0.0.1:9", "slack_api_url": "http://127.0.0.1:9"}.items():
        monkeypatch.setenv(f"KOLLEGA_{name.upper()}", value)
    monkeypatch.setenv("KOLLEGA_DATABASE_URL", url)
    assert main(["check"]) == 1
    assert "ok   permissions in workspaces\n" in capsys.readouterr().out
    assert not (tmp_path / "none.db").exists()
