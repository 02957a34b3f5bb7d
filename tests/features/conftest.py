"""Each conversation runs on one combination of platform, database and language; a core one on each platform.

The conversation's name selects them. `make check-all` runs each conversation on all twelve.
"""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import cast

import pytest
from aiohttp import ClientSession, CookieJar, TCPConnector
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from bot.app import open_application
from bot.platforms.slack.scopes import SCOPES
from bot.settings import SLACK_API_URL, Settings
from services.invariants import check_all
from tests.builders import Clock
from tests.chat import Chat, PlatformDriver
from tests.drivers.slack import SlackDriver
from tests.drivers.teams import TeamsDriver
from tests.drivers.web import WebDriver
from tests.fakes.bot_connector import APP_ID, APP_PASSWORD, TENANT_ID, FakeTeams
from tests.fakes.mail_server import FakeMailServer
from tests.fakes.share_point import FakeSharePoint
from tests.fakes.slack import BOT_TOKEN, SIGNING_SECRET, TEAM_ID, FakeSlack
from tests.features.combinations import ALL, Combination, select_for_each_platform, select_one

PUBLIC_URL = "https://kollega.example"
CONNECTIONS_MAX = 250
"""The most clicks that can be under way at the same time."""


def settings_for(database_url: str, teams: FakeTeams, smtp_url: str, slack: FakeSlack | None = None) -> Settings:
    """Return the settings of a deployment with Teams, Slack, the browser chat and a mail server."""
    return Settings(
        database_url=SecretStr(database_url),
        demo=True,
        public_url=PUBLIC_URL,
        teams_app_id=APP_ID,
        teams_app_password=SecretStr(APP_PASSWORD),
        teams_tenant_id=TENANT_ID,
        teams_openid_url=teams.openid_url,
        teams_login_url=teams.login_url,
        teams_service_hosts=("127.0.0.1",),
        teams_file_hosts=("127.0.0.1",),
        slack_signing_secret=SecretStr(SIGNING_SECRET if slack else ""),
        slack_bot_token=SecretStr(BOT_TOKEN if slack else ""),
        slack_api_url=slack.api_url if slack else SLACK_API_URL,
        smtp_url=SecretStr(smtp_url),
        mail_from="kollega@kollega.example" if smtp_url else "",
        secret_keys=SecretStr("a key of the feature tests and of them alone"),
    )


@pytest.fixture
def has_mail_server() -> bool:
    """Whether the deployment has a mail server; a test without one overrides this fixture."""
    return True


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a conversation its combinations: those of the check, and those that `make check-all` adds."""
    if "combination" in metafunc.fixturenames:
        scopes = cast("tuple[object, object]", (metafunc.cls, metafunc.module))
        named = [vars(scope)["COMBINATIONS"] for scope in scopes if "COMBINATIONS" in getattr(scope, "__dict__", {})]
        possible = cast("tuple[Combination, ...]", named[0] if named else ALL)
        name = metafunc.definition.name
        is_core = metafunc.definition.get_closest_marker("core") is not None
        checked = select_one(possible, name)
        if is_core:
            checked = possible if named else select_for_each_platform(name)
        runs = [
            pytest.param(item, id="-".join(item), marks=() if item in checked else pytest.mark.nightly)
            for item in possible
        ]
        metafunc.parametrize("combination", runs, indirect=True)


@pytest.fixture
def combination(request: pytest.FixtureRequest) -> Combination:
    """The combination of this run, with the address of a new database instead of the database's kind."""
    platform, database, language = request.param
    return platform, request.getfixturevalue(f"{database}_url"), language


@pytest.fixture
async def chat(
    combination: Combination,
    clock: Clock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    has_mail_server: bool,
) -> AsyncGenerator[Chat]:
    """The application with people on one of its platforms; the invariants are checked at the end."""
    monkeypatch.chdir(tmp_path)  # a folder without a developer's .env file
    platform, url, language = combination
    async with AsyncExitStack() as stack:
        teams = await stack.enter_async_context(FakeTeams(clock))
        slack = await stack.enter_async_context(FakeSlack(clock))
        slack.workspaces[TEAM_ID].scopes = set(SCOPES)
        share_point = await stack.enter_async_context(FakeSharePoint())
        mails = await stack.enter_async_context(FakeMailServer())
        settings = settings_for(url, teams, mails.url if has_mail_server else "", slack)
        application = await stack.enter_async_context(open_application(settings, clock))
        server = await stack.enter_async_context(TestServer(application.web_app))
        connector = TCPConnector(limit=CONNECTIONS_MAX)
        session = ClientSession(server.make_url("/"), cookie_jar=CookieJar(unsafe=True), connector=connector)
        client = await stack.enter_async_context(session)
        assert application.slack is not None
        drivers: dict[str, PlatformDriver] = {
            "web": WebDriver(client, application.transcripts),
            "teams": TeamsDriver(client, teams, share_point=share_point),
            "slack": SlackDriver(client, slack, application.slack.join),
        }
        yield Chat(drivers[platform], application, clock, language, client, mails, PUBLIC_URL, drivers=drivers)
        async with application.units.read() as uow:
            assert await check_all(uow.invariants) == ()
