"""Checks of the Slack settings, which call Slack."""

from collections.abc import AsyncGenerator, Sequence
from http import HTTPStatus
from typing import Any, Final

import aiohttp
import msgspec

from bot.platforms.base import Gone, RateLimited, Unavailable
from bot.platforms.response_body import BodyTooLarge, read_body
from bot.platforms.slack.scopes import REDIRECT_PATH, SCOPES
from bot.platforms.slack.tokens import MAX_RESPONSE_BYTES, TIMEOUT, fetch_grant
from bot.settings import Settings
from services.installation import Installation

NO_CODE: Final = "invalid_code"
"""Error of Slack for valid credentials with an invalid code."""

NAMED_MAX: Final = 5


async def faults_of_slack(
    settings: Settings, session: aiohttp.ClientSession, installations: Sequence[Installation]
) -> AsyncGenerator[tuple[str, str]]:
    """Yield each check with what is wrong; empty if nothing is."""
    if settings.slack_bot_token.get_secret_value():
        yield "KOLLEGA_SLACK_BOT_TOKEN", await _token(settings, session)
    else:
        yield "KOLLEGA_SLACK_CLIENT_SECRET", await _client(settings, session)
        yield "way back from the installation", await _way_back(settings, session)
        yield "permissions in workspaces", _permitted(installations)
    if settings.fetches_from_slack:
        yield "KOLLEGA_SLACK_APP_TOKEN", await _socket(settings, session)


async def _token(settings: Settings, session: aiohttp.ClientSession) -> str:
    """Check that the bot token is valid and has all scopes of the manifest."""
    try:
        grant = await fetch_grant(session, settings.slack_api_url, settings.slack_bot_token.get_secret_value())
    except Gone as gone:
        return f"Slack refuses it ({gone.reason}): install the app again and take the new token"
    except RateLimited as limited:
        return f"Slack wants to be asked again in {limited.retry_after_s:.0f} seconds"
    except Unavailable as failure:
        return f"Slack does not take it ({failure.reason})"
    missing = sorted(set(SCOPES) - grant.scopes)
    return f"may not {', '.join(missing)}: install the app again with the current manifest" if missing else ""


def _permitted(installations: Sequence[Installation]) -> str:
    """Check that every workspace granted all scopes of the current manifest."""
    lacking = [installation for installation in installations if set(SCOPES) - set(installation.scopes)]
    if not lacking:
        return ""
    named = ", ".join(item.name or item.workspace or item.tenant for item in lacking[:NAMED_MAX])
    missing = sorted({scope for item in lacking for scope in set(SCOPES) - set(item.scopes)})
    return (
        f"{len(lacking)} of {len(installations)} workspaces ({named}{' …' if len(lacking) > NAMED_MAX else ''}) "
        f"did not agree to {', '.join(missing)}: the app has to be installed there again"
    )


async def _client(settings: Settings, session: aiohttp.ClientSession) -> str:
    """Check client id and secret; Slack verifies them before the code."""
    form = {
        "client_id": settings.slack_client_id,
        "client_secret": settings.slack_client_secret.get_secret_value(),
        "code": "none",
        "redirect_uri": f"{settings.address}{REDIRECT_PATH}",
    }
    word = await _refusal(settings, session, "oauth.v2.access", form)
    return "" if word == NO_CODE else f"Slack does not take id and secret ({word})"


async def _socket(settings: Settings, session: aiohttp.ClientSession) -> str:
    """Check that the app token may open a connection, without opening one."""
    token = settings.slack_app_token.get_secret_value()
    word = await _refusal(settings, session, "apps.connections.open", {}, token)
    return f"Slack does not take it ({word}); is Socket Mode on, and may it connections:write?" if word else ""


async def _way_back(settings: Settings, session: aiohttp.ClientSession) -> str:
    """Check that the redirect page is reachable; it rejects a visit without state."""
    url = f"{settings.address}{REDIRECT_PATH}"
    try:
        async with session.get(url, timeout=TIMEOUT, allow_redirects=False) as response:
            status = response.status
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        return f"{url} cannot be reached ({type(error).__name__}); is the bot running behind its proxy?"
    return "" if status == HTTPStatus.BAD_REQUEST else f"{url} answers {status} and should answer 400"


async def _refusal(
    settings: Settings, session: aiohttp.ClientSession, method: str, form: dict[str, str], token: str = ""
) -> str:
    """Return the error of a Slack call; empty if it succeeds."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        async with session.post(
            f"{settings.slack_api_url}{method}", data=form, headers=headers, timeout=TIMEOUT, allow_redirects=False
        ) as response:
            body = await read_body(response, MAX_RESPONSE_BYTES)
            answer = msgspec.json.decode(body, type=dict[str, Any])
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError, BodyTooLarge) as error:
        return f"no answer, {type(error).__name__}"
    return "" if answer.get("ok") is True else str(answer.get("error"))[:64]
