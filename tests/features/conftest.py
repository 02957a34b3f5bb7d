"""Each conversation runs on every platform, on both databases and in both languages; with an option on all of both."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import cast

import pytest
from aiohttp import ClientSession, CookieJar, TCPConnector
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from bot.app import opened
from bot.platforms.slack.scopes import SCOPES
from bot.settings import SLACK_API_URL, Settings
from services.invariants import check_all
from tests.builders import Clock
from tests.chat import Chat, Stage
from tests.fakes.bot_connector import APP_ID, APP_PASSWORD, TENANT_ID, FakeTeams
from tests.fakes.mail_server import FakeMailServer
from tests.fakes.share_point import FakeSharePoint
from tests.fakes.slack import BOT_TOKEN, SIGNING_SECRET, TEAM_ID, FakeSlack
from tests.features.combinations import EVERYWHERE, Combination, all_of, measured, some_of
from tests.stage_slack import SlackStage
from tests.stage_teams import TeamsStage
from tests.stage_web import WebStage

PUBLIC_URL = "https://kollega.example"
CONNECTIONS_MAX = 250
"""So many people can press at the same moment."""


def settings_for(database_url: str, teams: FakeTeams, smtp_url: str, slack: FakeSlack | None = None) -> Settings:
    """A deployment with Teams, Slack, the browser chat and a mail server."""
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
    """Whether the deployment has one; a test without it says so by overriding this."""
    return True


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each conversation runs on some combinations of each platform, or on those that its class or module names."""
    if "combination" in metafunc.fixturenames:
        places = cast("tuple[object, object]", (metafunc.cls, metafunc.module))
        named = [vars(one)["COMBINATIONS"] for one in places if "COMBINATIONS" in getattr(one, "__dict__", {})]
        name = metafunc.definition.nodeid
        usual = all_of(EVERYWHERE) if metafunc.config.getoption("all_combinations") else some_of(EVERYWHERE, name)
        chosen = cast("tuple[Combination, ...]", named[0] if named else usual)
        watched = measured(chosen, name)
        metafunc.parametrize("combination", [_run_on(one, watched=one == watched) for one in chosen], indirect=True)


def _run_on(combination: Combination, *, watched: bool) -> pytest.ParameterSet:
    """A run of a conversation, whose coverage is watched or not."""
    return pytest.param(combination, id="-".join(combination), marks=() if watched else pytest.mark.no_cover)


@pytest.fixture
def combination(request: pytest.FixtureRequest) -> Combination:
    """The combination of this run, with the address of a database of its own in place of the database's kind."""
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
    """The whole bot, with people on one of its platforms."""
    monkeypatch.chdir(tmp_path)  # where no .env of a developer lies
    platform, url, language = combination
    async with AsyncExitStack() as stack:
        teams = await stack.enter_async_context(FakeTeams(clock))
        slack = await stack.enter_async_context(FakeSlack(clock))
        slack.workspaces[TEAM_ID].scopes = set(SCOPES)
        share_point = await stack.enter_async_context(FakeSharePoint())
        mails = await stack.enter_async_context(FakeMailServer())
        settings = settings_for(url, teams, mails.url if has_mail_server else "", slack)
        house = await stack.enter_async_context(opened(settings, clock))
        server = await stack.enter_async_context(TestServer(house.application))
        connector = TCPConnector(limit=CONNECTIONS_MAX)
        session = ClientSession(server.make_url("/"), cookie_jar=CookieJar(unsafe=True), connector=connector)
        client = await stack.enter_async_context(session)
        assert house.slack is not None
        stages: dict[str, Stage] = {
            "web": WebStage(client, house.transcripts),
            "teams": TeamsStage(client, teams, share_point=share_point),
            "slack": SlackStage(client, slack, house.slack.settle),
        }
        yield Chat(stages[platform], house, clock, language, client, mails, PUBLIC_URL, stages=stages)
        async with house.units.read() as uow:
            assert await check_all(uow.invariants) == ()
