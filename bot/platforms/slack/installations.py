"""Installations of the Slack app: slack_sdk's installation store over our tables, and the grants read from it."""

import time
from collections.abc import Callable
from logging import Logger, getLogger
from typing import Final

import aiohttp
import structlog
from slack_sdk.oauth.installation_store import Bot, Installation as SlackInstallation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore

from bot.platforms.base import NOT_ASKED, Gone, RateLimited, Unavailable
from bot.platforms.slack.tokens import Grant, LeaveWorkspace, fetch_grant
from bot.platforms.ttl_cache import TtlCache
from services import installation
from services.errors import DatabaseBusy
from services.installation import Installation, InstallationWithToken
from services.keyring import UnsealFailed
from services.unit_of_work import Units

GRANT_TTL_S: Final = 60.0
"""A change by another process takes effect here after a minute at the latest."""
GRANTS_MAX: Final = 4096

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("slack.installations")


class SlackInstallations(AsyncInstallationStore):
    """Implements slack_sdk's store over our tables. The app requests bot scopes alone, so users have no tokens."""

    def __init__(self, units: Units) -> None:
        self._units = units

    @property
    def logger(self) -> Logger:
        return getLogger("slack.installations")

    async def async_save(self, installation: SlackInstallation) -> None:
        await self._save(installation.to_bot(), installation.user_id)

    async def async_save_bot(self, bot: Bot) -> None:
        await self._save(bot, "")

    async def async_find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> Bot | None:
        opened = await self._find(*_build_key(enterprise_id, team_id, is_org_wide=bool(is_enterprise_install)))
        return None if opened is None else _build_installation(opened).to_bot()

    async def async_find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> SlackInstallation | None:
        """Return the installation of a workspace; with a user id, only one that this user made."""
        opened = await self._find(*_build_key(enterprise_id, team_id, is_org_wide=bool(is_enterprise_install)))
        if opened is None or (user_id and opened.installation.installed_by != user_id):
            return None
        return _build_installation(opened)

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        await self._delete(*_build_key(enterprise_id, team_id, is_org_wide=not team_id))

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        """Delete an installation; with a user id there is no user token to delete."""
        if user_id is None:
            await self._delete(*_build_key(enterprise_id, team_id, is_org_wide=not team_id))

    async def _save(self, bot: Bot, user_id: str) -> None:
        tenant, workspace = _build_key(bot.enterprise_id, bot.team_id, is_org_wide=bool(bot.is_enterprise_install))
        scopes = bot.bot_scopes
        async with self._units.write() as uow:
            made = Installation(
                tenant=tenant,
                workspace=workspace,
                name=bot.team_name or bot.enterprise_name or "",
                app_id=bot.app_id or "",
                bot_user_id=bot.bot_user_id,
                bot_id=bot.bot_id,
                scopes=tuple(scopes.split(",") if isinstance(scopes, str) else scopes),
                installed_by=user_id,
                installed_at=uow.now,
            )
            await installation.save_installation(uow, made, bot.bot_token)

    async def _find(self, tenant: str, workspace: str) -> InstallationWithToken | None:
        async with self._units.read() as uow:
            return await installation.find_installation(uow, tenant, workspace)

    async def _delete(self, tenant: str, workspace: str) -> None:
        async with self._units.write() as uow:
            if (opened := await installation.find_installation(uow, tenant, workspace)) is not None:
                await installation.uninstall(uow, opened.installation)


class InstalledTokens:
    """The grants of all workspaces that have installed the app."""

    def __init__(
        self,
        units: Units,
        session: aiohttp.ClientSession,
        api_url: str,
        *,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._units = units
        self._session = session
        self._api_url = api_url
        self._timer = timer
        self._installations = SlackInstallations(units)
        self._grants: TtlCache[tuple[str, str], Grant] = TtlCache(timer, GRANTS_MAX)

    async def grant(self, tenant: str, workspace: str) -> Grant:
        known = self._grants.get((tenant, workspace))
        if known is None:
            known = await self._read(tenant, workspace)
            self._grants.put((tenant, workspace), known, GRANT_TTL_S)
        return known

    async def token(self, tenant: str, workspace: str) -> str:
        return (await self.grant(tenant, workspace)).token

    def drop_cached(self, tenant: str, workspace: str) -> None:
        if workspace:
            self._grants.delete((tenant, workspace))
        else:
            # An org-wide grant is cached under each workspace of the enterprise.
            self._grants = TtlCache(self._timer, GRANTS_MAX)

    async def withdraw(self, tenant: str, workspace: str, token: str) -> None:
        self.drop_cached(tenant, workspace)
        try:
            async with self._units.write() as uow:
                opened = await installation.find_installation(uow, tenant, workspace)
                if opened is not None and opened.token == token:
                    await installation.uninstall(uow, opened.installation)
        except (DatabaseBusy, UnsealFailed) as error:
            # The next call with this token fails again and repeats the attempt.
            _log.warning("slack_token_not_withdrawn", error=type(error).__name__)
            return
        _log.info("slack_token_withdrawn", tenant=tenant, workspace=workspace)

    async def uninstalled(self, tenant: str, workspace: str) -> None:
        """Withdraw a token after an uninstall event, unless it works: events arrive late, after a reinstall too."""
        self.drop_cached(tenant, workspace)
        try:
            known = await self._read(tenant, workspace)
        except (Gone, Unavailable):
            await self._leave(tenant, workspace)
            return
        if await self._is_token_valid(known.token):
            if not known.workspace:
                await self._leave(tenant, workspace)
            return
        await self.withdraw(tenant, workspace, known.token)

    async def _read(self, tenant: str, workspace: str) -> Grant:
        """Read a grant from the database. Raises Gone, Unavailable."""
        try:
            bot = await self._installations.async_find_bot(enterprise_id=tenant, team_id=workspace)
        except UnsealFailed as error:
            _log.error("slack_token_unreadable", tenant=tenant, workspace=workspace)
            raise Gone(NOT_ASKED, "token_unreadable") from error
        except DatabaseBusy as error:
            raise Unavailable("database") from error
        if bot is None:
            raise Gone(NOT_ASKED, "not_installed")
        return Grant(
            bot.bot_token,
            tenant=tenant,
            workspace="" if bot.is_enterprise_install else workspace,
            bot_user_id=bot.bot_user_id,
            bot_id=bot.bot_id,
            scopes=frozenset(bot.bot_scopes),
            app_id=bot.app_id or "",
        )

    async def _is_token_valid(self, token: str) -> bool:
        """Return whether `auth.test` accepts a token; a failed call counts as no, as the event said."""
        try:
            await fetch_grant(self._session, self._api_url, token)
        except (Gone, RateLimited, Unavailable):
            return False
        return True

    async def _leave(self, tenant: str, workspace: str) -> None:
        await workspace_leaver(self._units)(tenant, workspace)


def workspace_leaver(units: Units) -> LeaveWorkspace:
    """Return a function that records that the bot left every conversation of a workspace."""

    async def leave(tenant: str, workspace: str) -> None:
        try:
            async with units.write() as uow:
                await installation.leave_workspace(uow, tenant, workspace)
        except DatabaseBusy as error:
            # The next delivery there fails with Gone and records its conversation.
            _log.warning("slack_conversations_not_left", error=type(error).__name__)

    return leave


def _build_key(enterprise_id: str | None, team_id: str | None, *, is_org_wide: bool) -> tuple[str, str]:
    return enterprise_id or team_id or "", "" if is_org_wide else team_id or ""


def _build_installation(opened: InstallationWithToken) -> SlackInstallation:
    one = opened.installation
    is_org_wide = not one.workspace
    has_enterprise = one.tenant != one.workspace
    return SlackInstallation(
        app_id=one.app_id,
        enterprise_id=one.tenant if has_enterprise else None,
        enterprise_name=one.name if is_org_wide else None,
        team_id=one.workspace or None,
        team_name=None if is_org_wide else one.name,
        bot_token=opened.token,
        bot_id=one.bot_id,
        bot_user_id=one.bot_user_id,
        bot_scopes=list(one.scopes),
        user_id=one.installed_by,
        is_enterprise_install=is_org_wide,
        token_type="bot",  # noqa: S106 - a kind of token, not one
        installed_at=one.installed_at.timestamp(),
    )
