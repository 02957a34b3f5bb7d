"""Installation of the app by OAuth v2: the consent URL, and the exchange of the code for a token."""

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
from bot.platforms.slack.tokens import MAX_RESPONSE_BYTES, TIMEOUT, Grant, Tokens, fetch_grant

CODE_MAX_CHARS: Final = 512

_BOT: Final = "bot"
_ID: Final = re.compile(r"[A-Z0-9]{1,32}")
_ERROR_CODE: Final = re.compile(r"[a-z0-9_]{1,64}")
# Error codes of failures on Slack's side.
_SERVER_ERRORS: Final = frozenset(
    {"fatal_error", "internal_error", "ratelimited", "request_timeout", "service_unavailable"}
)

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("slack.oauth")


class InstallRefused(Exception):
    """Slack refused the code."""


class SlackUnavailable(Exception):
    """Slack does not answer at the moment."""


class _IdAndName(msgspec.Struct):
    id: str = ""
    name: str = ""


class _OAuthAccess(msgspec.Struct):
    """The response of `oauth.v2.access`."""

    ok: bool = False
    error: str = ""
    access_token: str = ""
    token_type: str = ""
    scope: str = ""
    bot_user_id: str = ""
    app_id: str = ""
    team: _IdAndName | None = None
    enterprise: _IdAndName | None = None
    authed_user: _IdAndName | None = None
    is_enterprise_install: bool = False
    refresh_token: str = ""


@dataclass(frozen=True, slots=True)
class CompletedInstall:
    """A finished installation."""

    name: str
    """The workspace or the enterprise; empty where Slack names none."""
    url: str
    """A link that opens the app in Slack."""


@dataclass(frozen=True, slots=True)
class OAuth:
    """Slack's OAuth v2 flow for this app."""

    session: aiohttp.ClientSession
    store: AsyncInstallationStore
    tokens: Tokens
    api_url: str
    public_url: str
    client_id: str
    client_secret: str = field(repr=False)

    def consent_url(self, state: str) -> str:
        """Return the URL of Slack's consent page. slack_sdk's AuthorizeUrlGenerator does not URL-encode."""
        query = {
            "client_id": self.client_id,
            "scope": ",".join(SCOPES),
            "state": state,
            "redirect_uri": self._redirect_url,
        }
        return f"{urljoin(self.api_url, '/oauth/v2/authorize')}?{urlencode(query)}"

    async def finish(self, code: str) -> CompletedInstall:
        """Exchange the code and store the installation. Raises InstallRefused, SlackUnavailable, DatabaseBusy."""
        access = await self._exchange(code)
        grant = await self._verify(access)
        await self.store.async_save(_build_installation(access, grant))
        self.tokens.drop_cached(grant.tenant, grant.workspace)
        _log.info("slack_installed", tenant=grant.tenant, workspace=grant.workspace)
        named = access.enterprise if access.is_enterprise_install else access.team
        return CompletedInstall(named.name if named else "", self._app_url(access.app_id, grant.workspace))

    @property
    def _redirect_url(self) -> str:
        return f"{self.public_url}{REDIRECT_PATH}"

    def _app_url(self, app_id: str, workspace: str) -> str:
        query = {"app": app_id, **({"team": workspace} if workspace else {})}
        return f"{urljoin(self.api_url, '/app_redirect')}?{urlencode(query)}"

    async def _exchange(self, code: str) -> _OAuthAccess:
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
                    _log.warning("oauth_code_not_exchanged", status=response.status)
                    raise SlackUnavailable
                access = msgspec.json.decode(await read_body(response, MAX_RESPONSE_BYTES), type=_OAuthAccess)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError, BodyTooLarge) as error:
            _log.warning("oauth_code_not_exchanged", error=type(error).__name__)
            raise SlackUnavailable from error
        return _require_complete(access)

    async def _verify(self, access: _OAuthAccess) -> Grant:
        """Return the grant that `auth.test` names for the token, which must be of the same workspace."""
        try:
            grant = await fetch_grant(self.session, self.api_url, access.access_token)
        except Gone as error:
            raise InstallRefused from error
        except (RateLimited, Unavailable) as error:
            _log.warning("oauth_token_not_verified", error=type(error).__name__)
            raise SlackUnavailable from error
        if (grant.tenant, grant.workspace) != _find_workspace(access):
            _log.error("slack_token_of_another_workspace")
            raise InstallRefused
        return grant


def _require_complete(access: _OAuthAccess) -> _OAuthAccess:
    """Return a response with everything that an installation needs. Raises InstallRefused, SlackUnavailable."""
    if not access.ok:
        _log.warning("oauth_code_refused", error=access.error if _ERROR_CODE.fullmatch(access.error) else "other")
        raise SlackUnavailable if access.error in _SERVER_ERRORS else InstallRefused
    if access.refresh_token:
        # With token rotation tokens expire after 12 hours; the manifest turns it off.
        _log.error("slack_token_rotation_is_on")
        raise InstallRefused
    tenant, _workspace = _find_workspace(access)
    is_bot = access.token_type == _BOT and access.access_token
    if not is_bot or not all(map(_ID.fullmatch, (tenant, access.app_id))):
        _log.error("slack_answer_incomplete")
        raise InstallRefused
    return access


def _find_workspace(access: _OAuthAccess) -> tuple[str, str]:
    """Return tenant and workspace; an org-wide installation has no workspace."""
    team, enterprise = access.team or _IdAndName(), access.enterprise or _IdAndName()
    return enterprise.id or team.id, "" if access.is_enterprise_install else team.id


def _build_installation(access: _OAuthAccess, grant: Grant) -> Installation:
    names: dict[str, Any] = {
        "enterprise_id": access.enterprise.id if access.enterprise else None,
        "enterprise_name": access.enterprise.name if access.enterprise else None,
        "team_id": access.team.id if access.team else None,
        "team_name": access.team.name if access.team else None,
    }
    return Installation(
        **names,
        app_id=access.app_id,
        bot_token=access.access_token,
        bot_id=grant.bot_id,
        bot_user_id=grant.bot_user_id,
        bot_scopes=[item.strip() for item in access.scope.split(",") if item.strip()],
        user_id=access.authed_user.id if access.authed_user else "",
        is_enterprise_install=access.is_enterprise_install,
        token_type=access.token_type,
    )
