from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.__main__ import main
from bot.readiness import findings
from bot.settings import Settings
from tests.fakes.bot_connector import APP_ID, APP_PASSWORD, TENANT_ID, Answer, FakeTeams

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
    """Microsoft, as it should be."""
    async with FakeTeams(lambda: datetime(2026, 1, 5, 9, tzinfo=UTC)) as started:
        yield started


@asynccontextmanager
async def answering(status: int) -> AsyncGenerator[str]:
    """The address of a bot whose door answers like this to whoever brings no token."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status)

    application = web.Application()
    application.add_routes([web.post("/api/messages", answer)])
    async with TestServer(application) as server:
        yield str(server.make_url("")).rstrip("/")


async def faults(teams: FakeTeams, **changes: object) -> dict[str, str]:
    """What is wrong with good settings after some changes, by what it is about."""
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
        found = [one async for one in findings(Settings.model_validate(settings), session, database)]
    assert tuple(one.about for one in found) == GOOD
    return {one.about: one.fault for one in found if one.fault}


async def database() -> str:
    """A database that has what it needs."""
    return ""


async def test_a_bot_that_is_all_set_has_only_its_address_to_show(teams: FakeTeams) -> None:
    """Ids, keys, token and a door that turns strangers away are found good; an address of this machine is not."""
    async with answering(401) as url:
        found = await faults(teams, public_url=url)
    assert set(found) == {"KOLLEGA_PUBLIC_URL"}
    assert "https" in found["KOLLEGA_PUBLIC_URL"]


@pytest.mark.parametrize("status", [200, 404, 502])
async def test_a_door_that_does_not_turn_strangers_away_is_named(teams: FakeTeams, status: int) -> None:
    """Whatever answers there otherwise is another server, a proxy without a bot, or a bot without a lock."""
    async with answering(status) as url:
        found = await faults(teams, public_url=url)
    assert f"answers {status} and should answer 401" in found["messaging endpoint"]


async def test_what_cannot_be_reached_is_named(teams: FakeTeams) -> None:
    """A dead address of the bot and of the key server each have their line."""
    dead = "http://127.0.0.1:9"
    found = await faults(teams, public_url=dead, teams_openid_url=f"{dead}/openid")
    assert "cannot be reached" in found["messaging endpoint"]
    assert "cannot be reached" in found["keys of Microsoft"]


async def test_a_key_server_without_keys_is_named(teams: FakeTeams) -> None:
    """The key server is there and has nothing to give."""
    teams.key_server = Answer(503)
    assert "answers 503" in (await faults(teams))["keys of Microsoft"]


@pytest.mark.parametrize("changes", [{"teams_app_password": "wrong"}, {"teams_app_id": "kollega"}])
async def test_a_secret_that_opens_nothing_is_named_and_kept(teams: FakeTeams, changes: dict[str, str]) -> None:
    """Whichever of the three values is wrong, the line says where to look and does not say the secret."""
    found = await faults(teams, **changes)
    assert "app id, secret and tenant" in found["token for Teams"]
    assert APP_PASSWORD not in str(found)
    assert "wrong" not in str(found)


async def test_empty_settings_are_named(teams: FakeTeams) -> None:
    """Nothing set: each setting that is needed has its line."""
    empty = {"teams_app_id": "", "teams_tenant_id": "", "operator_name": ""}
    found = await faults(teams, **empty)
    assert set(found) >= {
        "KOLLEGA_TEAMS_APP_ID",
        "KOLLEGA_TEAMS_TENANT_ID",
        "KOLLEGA_PUBLIC_URL",
        "KOLLEGA_OPERATOR_NAME",
        "token for Teams",
    }


def test_the_command_says_how_much_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`python -m bot check` prints a line for everything, ends with status 1, and makes no database."""
    monkeypatch.chdir(tmp_path)
    dead = "http://127.0.0.1:9"
    for name in ("TEAMS_OPENID_URL", "TEAMS_LOGIN_URL", "PUBLIC_URL"):
        monkeypatch.setenv(f"KOLLEGA_{name}", dead)
    assert main(["check"]) == 1
    out, err = capsys.readouterr()
    assert tuple(line.split(":")[0][5:] for line in out.splitlines()) == GOOD
    assert err == "7 of these lines need a change.\n"
    assert list(tmp_path.iterdir()) == []
