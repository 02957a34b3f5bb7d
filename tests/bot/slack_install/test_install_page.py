import asyncio
import re

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from structlog.testing import capture_logs

from bot.app import open_application
from bot.pages.install import VISITS, InstallPage
from bot.platforms.slack.installations import InstalledTokens, SlackInstallations
from bot.platforms.slack.oauth import OAuth
from bot.platforms.slack.scopes import SCOPES
from services.conversation.model import Conversation
from services.people import PlaceKind
from storage.engine import open_database
from tests.bot.slack_install.install_deployment import (
    PUBLIC_URL,
    REDIRECT,
    Browser,
    InstallDeployment,
    callback_path,
    settings_for,
)
from tests.builders import Clock, units_on
from tests.fakes.slack import (
    APP_ID,
    BOT_ID,
    BOT_TOKEN,
    BOT_USER_ID,
    CLIENT_ID,
    CLIENT_SECRET,
    TEAM_ID,
    CannedResponse,
    Drop,
    FakeSlack,
    ratelimited,
    refused,
)
from tests.services.seeded_team import seed_team


async def test_approval_installs_the_app(deployment: InstallDeployment) -> None:
    """Slack gets the scopes of the manifest, and the callback stores the token."""
    browser = deployment.browser()
    asked = await deployment.start_install(browser)
    assert asked.pop("state")
    assert asked == {"client_id": CLIENT_ID, "scope": ",".join(SCOPES), "redirect_uri": REDIRECT}
    seen = await deployment.install()
    assert (seen.status, seen.button) == (200, f"{deployment.slack.origin}/app_redirect?app={APP_ID}&team={TEAM_ID}")
    assert "Kollega is now in Solarhaus" in seen.words
    stored = await deployment.find_installation()
    assert stored is not None
    assert (stored.token, stored.installation.bot_user_id, stored.installation.bot_id) == (
        BOT_TOKEN,
        BOT_USER_ID,
        BOT_ID,
    )
    assert (stored.installation.installed_by, stored.installation.scopes) == ("U1", tuple(SCOPES))


async def test_pages_speak_the_language_of_the_browser(deployment: InstallDeployment) -> None:
    """The page uses the language of the browser, is not cached and contains no script."""
    seen = await deployment.browser("de-AT").open(callback_path(code="x", state="x"))
    assert "Hier ist nichts abzuschließen" in seen.words
    assert seen.button == f"{PUBLIC_URL}/slack/install"
    assert seen.headers["Cache-Control"] == "no-store"
    assert seen.headers["Content-Language"] == "de"
    assert seen.headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in seen.headers["Content-Security-Policy"]


async def test_state_cookie_is_restricted(deployment: InstallDeployment) -> None:
    """The state cookie is HttpOnly, Secure and bound to the host."""
    browser = deployment.browser()
    await deployment.start_install(browser)
    [cookie] = browser.set_cookies
    name, _, rest = cookie.partition("=")
    value, *attributes = rest.split("; ")
    assert name == "__Host-kollega-install"
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", value)
    assert set(attributes) == {"HttpOnly", "Max-Age=600", "Path=/", "SameSite=Lax", "Secure"}
    await deployment.start_install(browser)
    assert browser.cookies == {name: value}
    browser.cookies[name] = "chosen by somebody else"
    await deployment.start_install(browser)
    assert browser.cookies[name] not in {value, "chosen by somebody else"}


async def test_http_deployment_sets_a_plain_cookie(sqlite_url: str, clock: Clock) -> None:
    """On localhost without TLS the cookie is not Secure, so that the browser returns it."""
    async with (
        FakeSlack(clock) as slack,
        open_application(settings_for(sqlite_url, slack, "http://localhost:3978")) as application,
        TestServer(application.web_app) as server,
        aiohttp.ClientSession() as session,
    ):
        browser = Browser(session, str(server.make_url("")).rstrip("/"))
        seen = await browser.open("/slack/install")
    assert "Secure" not in browser.set_cookies[0]
    assert list(browser.cookies) == ["kollega-install"]
    assert "localhost%3A3978%2Fslack%2Foauth_redirect" in seen.headers["Location"]


@pytest.mark.parametrize("query", [{}, {"code": "c"}, {"code": "c", "state": ""}, {"code": "c", "state": "x" * 300}])
async def test_callback_without_state_is_rejected(deployment: InstallDeployment, query: dict[str, str]) -> None:
    """A callback without a known state causes no call to Slack and shows no parameter."""
    browser = deployment.browser()
    await deployment.start_install(browser)
    seen = await browser.open(callback_path(**query))
    assert (seen.status, "nothing to finish" in seen.words) == (400, True)
    assert deployment.slack.calls == []


@pytest.mark.postgres
async def test_state_is_used_once(deployment: InstallDeployment) -> None:
    """A repeated callback is rejected; of ten simultaneous ones a single one succeeds."""
    browser = deployment.browser()
    path = deployment.approve(await deployment.start_install(browser))
    seen = await asyncio.gather(*(browser.open(path) for _ in range(10)))
    assert sorted(page.status for page in seen) == [200, *[410] * 9]
    assert len(deployment.slack.called("oauth.v2.access")) == 1
    again = await browser.open(path)
    assert (again.status, "done its work" in again.words) == (410, True)
    assert len(deployment.slack.called("oauth.v2.access")) == 1


async def test_state_is_bound_to_the_browser(deployment: InstallDeployment) -> None:
    """A callback from another browser is rejected and does not consume the state."""
    browser, other = deployment.browser(), deployment.browser()
    path = deployment.approve(await deployment.start_install(browser))
    for _ in range(2):
        seen = await other.open(path)
        assert (seen.status, "another browser" in seen.words) == (403, True)
        await deployment.start_install(other)
    assert deployment.slack.calls == []
    assert await deployment.find_installation() is None
    assert (await browser.open(path)).status == 200


@pytest.mark.postgres
async def test_state_expires_after_ten_minutes(deployment: InstallDeployment, clock: Clock) -> None:
    """An expired state is rejected, and the page offers a new start."""
    browser = deployment.browser()
    path = deployment.approve(await deployment.start_install(browser))
    clock.advance(minutes=10)
    seen = await browser.open(path)
    assert (seen.status, "took too long" in seen.words) == (410, True)
    assert deployment.slack.calls == []


async def test_cancelled_installation_is_explained(deployment: InstallDeployment) -> None:
    """A cancelled installation shows a page that repeats no parameter and offers a new start."""
    browser = deployment.browser()
    asked = await deployment.start_install(browser)
    seen = await browser.open(
        callback_path(error="access_denied", error_description="<b>evil</b>", state=asked["state"])
    )
    assert (seen.status, "was not added" in seen.words, "evil" in seen.words) == (200, True, False)
    assert deployment.slack.calls == []


@pytest.mark.parametrize(
    ("trouble", "status", "words"),
    [
        (refused("invalid_code"), 400, "did not accept"),
        (refused("code_already_used"), 400, "did not accept"),
        (refused("<script>"), 400, "did not accept"),
        (refused("internal_error"), 503, "didn't work"),
        (CannedResponse(200, body=b"{}"), 400, "did not accept"),
        (CannedResponse(200, body=b"nonsense"), 503, "didn't work"),
        (CannedResponse(200, body=b"x" * 100_000), 503, "didn't work"),
        (CannedResponse(302, {"Location": "https://evil.example/"}), 503, "didn't work"),
        (CannedResponse(500), 503, "didn't work"),
        (ratelimited(30), 503, "didn't work"),
        (Drop(accepted=False), 503, "didn't work"),
    ],
    ids=["code", "used", "odd", "internal", "empty", "nonsense", "large", "moved", "500", "429", "dropped"],
)
async def test_failed_code_exchange_is_explained(
    deployment: InstallDeployment, trouble: CannedResponse | Drop, status: int, words: str
) -> None:
    """Without a token nothing is stored, the page explains what to do, and the log holds no secret."""
    browser = deployment.browser()
    path = deployment.approve(await deployment.start_install(browser))
    deployment.slack.plan.append(trouble)
    with capture_logs() as logs:
        seen = await browser.open(path)
    assert (seen.status, words in seen.words) == (status, True)
    assert await deployment.find_installation() is None
    assert not {CLIENT_SECRET, BOT_TOKEN, "<script>"} & set(re.findall(r"[^'\" ]+", repr(logs)))
    assert (await deployment.install()).status == 200


@pytest.mark.parametrize(
    ("body", "log"),
    [
        (b'{"ok": true, "refresh_token": "xoxe-1", "access_token": "xoxe.1"}', "slack_token_rotation_is_on"),
        (b'{"ok": true, "token_type": "user", "access_token": "xoxp-1", "app_id": "A1"}', "slack_answer_incomplete"),
        (
            b'{"ok": true, "token_type": "bot", "access_token": "xoxb-1", "app_id": "A 1", "team": {"id": "T1"}}',
            "slack_answer_incomplete",
        ),
        (
            b'{"ok": true, "token_type": "bot", "access_token": "%s", "app_id": "A1", "team": {"id": "T1"}}'
            % BOT_TOKEN.encode(),
            "slack_token_of_another_workspace",
        ),
    ],
)
async def test_unusable_token_is_not_stored(deployment: InstallDeployment, body: bytes, log: str) -> None:
    """An expiring, user or foreign token is not stored, and the log names the reason."""
    browser = deployment.browser()
    path = deployment.approve(await deployment.start_install(browser))
    deployment.slack.plan.append(CannedResponse(200, body=body))
    with capture_logs() as logs:
        seen = await browser.open(path)
    assert (seen.status, log in {log_entry["event"] for log_entry in logs}) == (400, True)
    assert "xox" not in repr(logs)
    assert await deployment.find_installation("T1", "T1") is None


async def test_reinstall_keeps_channels_with_their_team(deployment: InstallDeployment) -> None:
    """A renewed token or another workspace does not change the team of a channel."""
    team = await seed_team(deployment.application.units, "Solarhaus")
    await deployment.install()
    async with deployment.application.units.write() as uow:
        conversation = Conversation(
            "slack", TEAM_ID, "C1", PlaceKind.CHANNEL, "#sales", reference={"workspace": TEAM_ID}
        )
        await uow.conversations.upsert(conversation)
        assert await uow.conversations.connect(team.team_id, "slack", TEAM_ID, "C1", uow.now)
    deployment.slack.workspaces[TEAM_ID].token = "xoxb-renewed"
    deployment.slack.add_workspace("T2", "Dachwerk", token="xoxb-2")
    assert (await deployment.install(by="U666")).status == 200
    assert (await deployment.install("T2")).status == 200
    stored = await deployment.find_installation()
    assert stored is not None
    assert (stored.token, stored.installation.installed_by) == ("xoxb-renewed", "U666")
    async with deployment.application.units.read() as uow:
        channel = await uow.conversations.get("slack", TEAM_ID, "C1")
    assert channel is not None
    assert (channel.team_id, channel.installed) == (team.team_id, True)


async def test_org_wide_installation_covers_all_workspaces(deployment: InstallDeployment) -> None:
    """An org-wide installation serves every workspace of the enterprise."""
    deployment.slack.add_workspace("T7", "Grid", token="xoxb-grid", enterprise_id="E1")
    seen = await deployment.install("T7", org_wide=True)
    assert (seen.status, seen.button) == (200, f"{deployment.slack.origin}/app_redirect?app={APP_ID}")
    for workspace in ("T7", "T8"):
        stored = await deployment.find_installation("E1", workspace)
        assert stored is not None
        assert (stored.token, stored.installation.workspace) == ("xoxb-grid", "")
    assert await deployment.find_installation("T7", "T7") is None


async def test_enterprise_workspace_can_install_alone(deployment: InstallDeployment) -> None:
    """One workspace of an enterprise can install the app alone."""
    deployment.slack.add_workspace("T7", "Room", token="xoxb-7", enterprise_id="E1")
    seen = await deployment.install("T7")
    assert "Kollega is now in Room" in seen.words
    assert await deployment.find_installation("E1", "T7") is not None
    assert await deployment.find_installation("E1", "T8") is None


async def test_install_page_is_rate_limited(deployment: InstallDeployment) -> None:
    """More than sixty starts a minute are rejected; callbacks are not."""
    browser = deployment.browser()
    path = deployment.approve(await deployment.start_install(browser))
    seen = [await deployment.browser().open("/slack/install") for _ in range(VISITS[0].calls)]
    assert [page.status for page in seen] == [*[302] * (VISITS[0].calls - 1), 429]
    assert "try again in a minute" in seen[-1].words
    assert 0 < int(seen[-1].headers["Retry-After"]) <= 61
    assert (await browser.open(path)).status == 200


async def test_head_request_creates_no_state(deployment: InstallDeployment) -> None:
    """A HEAD request creates neither state nor cookie."""
    browser = deployment.browser()
    for path in ("/slack/install", "/slack/oauth_redirect"):
        assert (await browser.open(path, "HEAD")).status == 405
    assert browser.cookies == {}


async def test_callback_with_invalid_code_is_rejected(deployment: InstallDeployment) -> None:
    """An empty or oversized code is not sent to Slack."""
    for code in ("", "x" * 600):
        browser = deployment.browser()
        asked = await deployment.start_install(browser)
        seen = await browser.open(callback_path(code=code, state=asked["state"]))
        assert (seen.status, "did not accept" in seen.words) == (400, True)
    assert deployment.slack.calls == []


@pytest.mark.parametrize(("trouble", "status"), [(refused("token_revoked"), 400), (CannedResponse(500), 503)])
async def test_unverified_token_is_not_stored(
    deployment: InstallDeployment, trouble: CannedResponse, status: int
) -> None:
    """A token is stored only after `auth.test` confirms its workspace."""
    deployment.slack.behaviour = lambda method, _: trouble if method == "auth.test" else None
    assert (await deployment.install()).status == status
    assert await deployment.find_installation() is None


async def test_pages_report_a_database_outage(deployment: InstallDeployment) -> None:
    """Without a database the pages report the outage and call no Slack method."""
    database = open_database("postgresql+asyncpg://nobody:nothing@127.0.0.1:1/kollega")
    oauth = OAuth(
        deployment.session,
        SlackInstallations(deployment.application.units),
        InstalledTokens(deployment.application.units, deployment.session, deployment.slack.api_url),
        api_url=deployment.slack.api_url,
        public_url=PUBLIC_URL,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
    )
    application = web.Application()
    application.add_routes(InstallPage(units_on(database, Clock()), oauth, PUBLIC_URL).routes())
    async with TestServer(application) as server:
        browser = Browser(deployment.session, str(server.make_url("")).rstrip("/"))
        for path in ("/slack/install", callback_path(code="c", state="s")):
            seen = await browser.open(path)
            assert (seen.status, "try again in a minute" in seen.words) == (503, True)
    await database.close()
    assert (browser.cookies, deployment.slack.calls) == ({}, [])
    assert CLIENT_SECRET not in repr(oauth)
