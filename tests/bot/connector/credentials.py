"""Credentials and payloads for connector tests."""

import aiohttp

from bot.platforms.teams.token import TokenSource
from tests.fakes.bot_connector import APP_ID, APP_PASSWORD, TENANT_ID, FakeClock, FakeTeams

CHANNEL = "19:general@thread.tacv2"
CARD = {"type": "message", "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive"}], "text": "ü"}


def create_token_source(
    teams: FakeTeams, session: aiohttp.ClientSession, clock: FakeClock, **changes: str
) -> TokenSource:
    """Create a token source with valid credentials, or with changed ones."""
    settings = {"app_id": APP_ID, "app_password": APP_PASSWORD, "tenant_id": TENANT_ID} | changes
    return TokenSource(session, teams.login_url, timer=clock.timer, **settings)
