"""Checks of a deployment before users reach the bot, one line each."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, TypeAlias
from urllib.parse import urlsplit

import aiohttp

from bot.operations.slack_readiness import faults_of_slack
from bot.platforms.allowed_hosts import is_loopback
from bot.platforms.base import Unavailable
from bot.platforms.slack.scopes import EVENTS_PATH
from bot.platforms.teams.token import TokenSource
from bot.settings import GUID, Settings
from services.installation import Installation

TIMEOUT: Final = aiohttp.ClientTimeout(total=10, connect=5)

Ask: TypeAlias = Callable[[], Awaitable[str]]
"""Returns what is wrong; empty if nothing is."""

AskInstallations: TypeAlias = Callable[[], Awaitable[Sequence[Installation]]]
"""Lists the installations; none while the database is unreachable."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Result of one check."""

    about: str
    fault: str = ""

    def __str__(self) -> str:
        return f"bad  {self.about}: {self.fault}" if self.fault else f"ok   {self.about}"


async def findings(
    settings: Settings, session: aiohttp.ClientSession, ask_database: Ask, ask_installations: AskInstallations
) -> AsyncGenerator[Finding]:
    """Run the checks one after the other, those without network first."""
    if settings.serves_teams:
        yield Finding("KOLLEGA_TEAMS_APP_ID", _guid(settings.teams_app_id))
        yield Finding("KOLLEGA_TEAMS_TENANT_ID", _guid(settings.teams_tenant_id))
    if settings.serves_teams or settings.public_url or not settings.fetches_from_slack:
        yield Finding("KOLLEGA_PUBLIC_URL", _address(settings.public_url))
    yield Finding("KOLLEGA_OPERATOR_NAME", "" if settings.operator_name else "empty: the privacy page names nobody")
    yield Finding("KOLLEGA_DATABASE_URL", await ask_database())
    if settings.serves_teams:
        yield Finding("keys of Microsoft", await _check_signing_keys(settings, session))
        yield Finding("token for Teams", await _token(settings, session))
        yield Finding("messaging endpoint", await _check_rejection(session, f"{settings.address}/api/messages"))
    if settings.serves_slack:
        async for about, fault in faults_of_slack(settings, session, await ask_installations()):
            yield Finding(about, fault)
        if not settings.fetches_from_slack:
            yield Finding("request address", await _check_rejection(session, f"{settings.address}{EVENTS_PATH}"))


def _guid(value: str) -> str:
    return "" if GUID.fullmatch(value) else "must be the id that the registration in Entra ID shows"


def _address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or is_loopback(parts.hostname):
        return "must be the https address under which Microsoft and everybody else reach the bot"
    return ""


async def _check_signing_keys(settings: Settings, session: aiohttp.ClientSession) -> str:
    """Check that Microsoft's keys can be fetched: without them no token is accepted."""
    try:
        async with session.get(settings.teams_openid_url, timeout=TIMEOUT, allow_redirects=False) as response:
            status = response.status
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        return f"{settings.teams_openid_url} cannot be reached ({type(error).__name__})"
    return "" if status == HTTPStatus.OK else f"{settings.teams_openid_url} answers {status}"


async def _token(settings: Settings, session: aiohttp.ClientSession) -> str:
    """Check that the login server issues a token for id, secret and tenant."""
    source = TokenSource(
        session,
        settings.teams_login_url,
        app_id=settings.teams_app_id,
        app_password=settings.teams_app_password.get_secret_value(),
        tenant_id=settings.teams_tenant_id,
    )
    try:
        return "" if await source.fetch() else "needs an app id"
    except Unavailable:
        return "refused: are app id, secret and tenant those of the registration, and is the secret still valid?"


async def _check_rejection(session: aiohttp.ClientSession, url: str) -> str:
    """Check that the public address rejects an unauthenticated request."""
    try:
        async with session.post(url, json={}, timeout=TIMEOUT, allow_redirects=False) as response:
            status = response.status
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        return f"{url} cannot be reached ({type(error).__name__}); is the bot running behind its proxy?"
    return "" if status == HTTPStatus.UNAUTHORIZED else f"{url} answers {status} and should answer 401"
