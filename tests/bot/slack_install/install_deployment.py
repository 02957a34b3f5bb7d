"""A bot that workspaces can install, a fake Slack and browsers of users."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import aiohttp
from pydantic import SecretStr
from selectolax.lexbor import LexborHTMLParser

from bot.app import Application
from bot.settings import Settings
from services import installation
from services.installation import InstallationWithToken
from tests.fakes.slack import CLIENT_ID, CLIENT_SECRET, SIGNING_SECRET, TEAM_ID, FakeSlack

PUBLIC_URL = "https://kollega.example"
REDIRECT = f"{PUBLIC_URL}/slack/oauth_redirect"


@dataclass(slots=True)
class Page:
    """Status, text, first link and headers of a page."""

    status: int
    words: str
    button: str
    headers: dict[str, str]


@dataclass(slots=True)
class Browser:
    """A user's browser behind a proxy that terminates TLS."""

    session: aiohttp.ClientSession
    address: str
    language: str = "en"
    cookies: dict[str, str] = field(default_factory=dict[str, str])
    set_cookies: list[str] = field(default_factory=list[str])
    """`Set-Cookie` headers in the order of arrival."""

    async def open(self, path: str, method: str = "GET") -> Page:
        headers = {"Accept-Language": self.language, "Cookie": "; ".join(f"{n}={v}" for n, v in self.cookies.items())}
        async with self.session.request(
            method, f"{self.address}{path}", headers=headers, allow_redirects=False
        ) as response:
            for cookie in response.headers.getall("Set-Cookie", []):
                self._keep(cookie)
            return _page_of(response.status, await response.text(), dict(response.headers))

    def _keep(self, header: str) -> None:
        self.set_cookies.append(header)
        for name, morsel in SimpleCookie(header).items():
            if morsel["max-age"] == "0":
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value


def _page_of(status: int, text: str, headers: dict[str, str]) -> Page:
    page = LexborHTMLParser(text)
    link = page.css_first("a")
    words = re.sub(r"\s+", " ", page.body.text(separator=" ")) if page.body else ""
    return Page(status, words, (link.attributes.get("href") or "") if link else "", headers)


@dataclass(slots=True)
class InstallDeployment:
    """The application, the fake Slack and an HTTP client."""

    application: Application
    slack: FakeSlack
    session: aiohttp.ClientSession
    address: str

    def browser(self, language: str = "en") -> Browser:
        return Browser(self.session, self.address, language)

    async def start_install(self, browser: Browser) -> dict[str, str]:
        """Open the install page and return the query that Slack receives."""
        page = await browser.open("/slack/install")
        assert page.status == 302
        address, authorize_query = page.headers["Location"].split("?")
        assert address == f"{self.slack.origin}/oauth/v2/authorize"
        return dict(parse_qsl(authorize_query))

    def approve(
        self, authorize_query: dict[str, str], *, team_id: str = TEAM_ID, by: str = "U1", org_wide: bool = False
    ) -> str:
        """Approve the installation in Slack and return the path to which Slack redirects."""
        code = self.slack.issue_code(
            team_id,
            by,
            scopes=authorize_query["scope"].split(","),
            org_wide=org_wide,
            redirect_uri=authorize_query["redirect_uri"],
        )
        return callback_path(code=code, state=authorize_query["state"])

    async def install(self, team_id: str = TEAM_ID, *, by: str = "U1", org_wide: bool = False) -> Page:
        """Install the app in a workspace."""
        browser = self.browser()
        return await browser.open(
            self.approve(await self.start_install(browser), team_id=team_id, by=by, org_wide=org_wide)
        )

    async def find_installation(self, tenant: str = TEAM_ID, workspace: str = TEAM_ID) -> InstallationWithToken | None:
        """Return the stored installation of a workspace."""
        async with self.application.units.read() as uow:
            return await installation.find_installation(uow, tenant, workspace)

    async def send_event(self, event: Mapping[str, Any], *, team_id: str = TEAM_ID) -> int:
        """Send a signed event and return the status."""
        body = json.dumps(self.slack.envelope(event, team_id=team_id)).encode()
        headers = {**self.slack.sign(body), "Content-Type": "application/json"}
        async with self.session.post(f"{self.address}/slack/events", data=body, headers=headers) as response:
            return response.status

    async def join_channel(self, channel_id: str, *, team_id: str = TEAM_ID) -> None:
        """Add the bot to a channel of a workspace."""
        bot = self.slack.workspaces[team_id].bot_user_id
        self.slack.add_channel(channel_id, channel_id.lower(), [bot, "U1"], team_id=team_id)
        event = {"type": "member_joined_channel", "user": bot, "inviter": "U1", "channel": channel_id, "team": team_id}
        assert await self.send_event(event, team_id=team_id) == 200

    async def is_in_channel(self, tenant: str, channel_id: str) -> bool:
        """Return whether the bot is stored as installed in a channel."""
        async with self.application.units.read() as uow:
            conversation = await uow.conversations.get("slack", tenant, channel_id)
        return conversation is not None and conversation.installed


def callback_path(**query: str) -> str:
    """Return the path of the OAuth callback."""
    return f"{urlsplit(REDIRECT).path}?{urlencode(query)}"


def settings_for(database_url: str, slack: FakeSlack, public_url: str = PUBLIC_URL) -> Settings:
    """Return settings for an app that workspaces install."""
    return Settings(
        database_url=SecretStr(database_url),
        public_url=public_url,
        slack_client_id=CLIENT_ID,
        slack_client_secret=SecretStr(CLIENT_SECRET),
        slack_signing_secret=SecretStr(SIGNING_SECRET),
        slack_api_url=slack.api_url,
        secret_keys=SecretStr("a key of the tests of these pages and of them alone"),
    )
