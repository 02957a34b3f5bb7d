"""How a workspace takes the app in: where somebody agrees to it, and what Slack gives for the agreement."""

import re
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode, urljoin

import aiohttp
import msgspec
import structlog
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore

from bot.platforms.base import Gone, RateLimited, Unavailable
from bot.platforms.response_body import BodyTooLarge, read_body
from bot.platforms.slack.scopes import REDIRECT_PATH, SCOPES
from bot.platforms.slack.tokens import MAX_ANSWER_BYTES, TIMEOUT, Grant, Tokens, look_up

CODE_MAX_CHARS: Final = 512

_BOT: Final = "bot"
_ID: Final = re.compile(r"[A-Z0-9]{1,32}")
_WORD: Final = re.compile(r"[a-z0-9_]{1,64}")
# Slack's words for troubles of its own.
_AWAY: Final = frozenset({"fatal_error", "internal_error", "ratelimited", "request_timeout", "service_unavailable"})

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("slack.oauth")


class Refused(Exception):
    """Slack gives nothing for the code."""


class Away(Exception):
    """Slack cannot be asked at the moment."""


class _Named(msgspec.Struct):
    id: str = ""
    name: str = ""


class _Given(msgspec.Struct):
    """What `oauth.v2.access` answers."""

    ok: bool = False
    error: str = ""
    access_token: str = ""
    token_type: str = ""
    scope: str = ""
    bot_user_id: str = ""
    app_id: str = ""
    team: _Named | None = None
    enterprise: _Named | None = None
    authed_user: _Named | None = None
    is_enterprise_install: bool = False
    refresh_token: str = ""


@dataclass(frozen=True, slots=True)
class Installed:
    """The app is in."""

    name: str
    """Of the workspace or the enterprise; empty where Slack does not say."""
    url: str
    """Opens the app in Slack."""


@dataclass(frozen=True, slots=True)
class OAuth:
    """Slack's way of agreeing to an app, second version."""

    session: aiohttp.ClientSession
    store: AsyncInstallationStore
    tokens: Tokens
    api_url: str
    public_url: str
    client_id: str
    client_secret: str = field(repr=False)

    def agree_url(self, state: str) -> str:
        """Where somebody reads what the app asks for, and agrees."""
        asked = {
            "client_id": self.client_id,
            "scope": ",".join(SCOPES),
            "state": state,
            "redirect_uri": self._redirect_url,
        }
        return f"{urljoin(self.api_url, '/oauth/v2/authorize')}?{urlencode(asked)}"

    async def finish(self, code: str) -> Installed:
        """Take the app in. Raises Refused, Away; Contended of the database."""
        given = await self._exchange(code)
        grant = await self._prove(given)
        await self.store.async_save(_installation(given, grant))
        self.tokens.forget(grant.tenant, grant.workspace)
        _log.info("slack_installed", tenant=grant.tenant, workspace=grant.workspace)
        named = given.enterprise if given.is_enterprise_install else given.team
        return Installed(named.name if named else "", self._app_url(given.app_id, grant.workspace))

    @property
    def _redirect_url(self) -> str:
        return f"{self.public_url}{REDIRECT_PATH}"

    def _app_url(self, app_id: str, workspace: str) -> str:
        asked = {"app": app_id, **({"team": workspace} if workspace else {})}
        return f"{urljoin(self.api_url, '/app_redirect')}?{urlencode(asked)}"

    async def _exchange(self, code: str) -> _Given:
        form = {
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "code": code,
            "redirect_uri": self._redirect_url,
        }
        try:
            async with self.session.post(
                f"{self.api_url}oauth.v2.access", data=form, timeout=TIMEOUT, allow_redirects=False
            ) as response:
                if response.status != HTTPStatus.OK:
                    _log.warning("slack_code_not_exchanged", status=response.status)
                    raise Away
                given = msgspec.json.decode(await read_body(response, MAX_ANSWER_BYTES), type=_Given)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError, BodyTooLarge) as error:
            _log.warning("slack_code_not_exchanged", error=type(error).__name__)
            raise Away from error
        return _checked(given)

    async def _prove(self, given: _Given) -> Grant:
        """What Slack says of the token itself, which also knows as whom the bot speaks."""
        try:
            grant = await look_up(self.session, self.api_url, given.access_token)
        except Gone as error:
            raise Refused from error
        except (RateLimited, Unavailable) as error:
            _log.warning("slack_token_not_looked_up", error=type(error).__name__)
            raise Away from error
        if (grant.tenant, grant.workspace) != _place(given):
            _log.error("slack_token_of_another_workspace")
            raise Refused
        return grant


def _checked(given: _Given) -> _Given:
    """An answer with everything that an installation needs. Raises Refused, Away."""
    if not given.ok:
        _log.warning("slack_code_refused", error=given.error if _WORD.fullmatch(given.error) else "other")
        raise Away if given.error in _AWAY else Refused
    if given.refresh_token:
        # Such a token ends within hours; the manifest asks for one that stays.
        _log.error("slack_token_rotation_is_on")
        raise Refused
    tenant, _workspace = _place(given)
    is_bot = given.token_type == _BOT and given.access_token
    if not is_bot or not all(map(_ID.fullmatch, (tenant, given.app_id))):
        _log.error("slack_answer_incomplete")
        raise Refused
    return given


def _place(given: _Given) -> tuple[str, str]:
    """The tenant, and the workspace unless all of an enterprise are meant."""
    team, enterprise = given.team or _Named(), given.enterprise or _Named()
    return enterprise.id or team.id, "" if given.is_enterprise_install else team.id


def _installation(given: _Given, grant: Grant) -> Installation:
    names: dict[str, Any] = {
        "enterprise_id": given.enterprise.id if given.enterprise else None,
        "enterprise_name": given.enterprise.name if given.enterprise else None,
        "team_id": given.team.id if given.team else None,
        "team_name": given.team.name if given.team else None,
    }
    return Installation(
        **names,
        app_id=given.app_id,
        bot_token=given.access_token,
        bot_id=grant.bot_id,
        bot_user_id=grant.bot_user_id,
        bot_scopes=[one.strip() for one in given.scope.split(",") if one.strip()],
        user_id=given.authed_user.id if given.authed_user else "",
        is_enterprise_install=given.is_enterprise_install,
        token_type=given.token_type,
    )
