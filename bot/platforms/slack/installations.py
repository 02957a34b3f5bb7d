"""Where the app is installed, as Slack's own library asks for it, and the tokens that this opens."""

import time
from collections.abc import Callable
from logging import Logger, getLogger
from typing import Final

import aiohttp
import structlog
from slack_sdk.oauth.installation_store import Bot, Installation as SlackInstallation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore

from bot.platforms.base import NOT_ASKED, Gone, RateLimited, Unavailable
from bot.platforms.slack.tokens import Grant, Leave, look_up
from bot.platforms.ttl_cache import Remembered
from services import installation
from services.errors import Contended
from services.installation import Installation, OpenedInstallation
from services.keyring import Unsealable
from services.unit_of_work import Units

KEPT_S: Final = 60.0
"""So long a token is kept in mind: what another process has noted counts here after a minute at the latest."""
KEPT_MAX: Final = 4096

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("slack.installations")


class SlackInstallations(AsyncInstallationStore):
    """Our tables behind the interface of Slack's library. The app asks for nothing in the name of a person."""

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
        opened = await self._find(*_key(enterprise_id, team_id, is_org_wide=bool(is_enterprise_install)))
        return None if opened is None else _installed(opened).to_bot()

    async def async_find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> SlackInstallation | None:
        """The installation of a workspace; when somebody is named, only what this person has installed."""
        opened = await self._find(*_key(enterprise_id, team_id, is_org_wide=bool(is_enterprise_install)))
        if opened is None or (user_id and opened.installation.installed_by != user_id):
            return None
        return _installed(opened)

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        await self._delete(*_key(enterprise_id, team_id, is_org_wide=not team_id))

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        """There are no tokens of persons: what one of them has installed stays with the workspace."""
        if user_id is None:
            await self._delete(*_key(enterprise_id, team_id, is_org_wide=not team_id))

    async def _save(self, bot: Bot, user_id: str) -> None:
        tenant, workspace = _key(bot.enterprise_id, bot.team_id, is_org_wide=bool(bot.is_enterprise_install))
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
            await installation.keep(uow, made, bot.bot_token)

    async def _find(self, tenant: str, workspace: str) -> OpenedInstallation | None:
        async with self._units.read() as uow:
            return await installation.find(uow, tenant, workspace)

    async def _delete(self, tenant: str, workspace: str) -> None:
        async with self._units.write() as uow:
            if (opened := await installation.find(uow, tenant, workspace)) is not None:
                await installation.withdraw(uow, opened.installation)


class InstalledTokens:
    """The tokens of all workspaces that have installed the app."""

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
        self._grants: Remembered[tuple[str, str], Grant] = Remembered(timer, KEPT_MAX)

    async def grant(self, tenant: str, workspace: str) -> Grant:
        known = self._grants.get((tenant, workspace))
        if known is None:
            known = await self._read(tenant, workspace)
            self._grants.put((tenant, workspace), known, KEPT_S)
        return known

    async def token(self, tenant: str, workspace: str) -> str:
        return (await self.grant(tenant, workspace)).token

    def forget(self, tenant: str, workspace: str) -> None:
        if workspace:
            self._grants.forget((tenant, workspace))
        else:
            # What opens a whole enterprise is in mind under each of its workspaces.
            self._grants = Remembered(self._timer, KEPT_MAX)

    async def withdraw(self, tenant: str, workspace: str, token: str) -> None:
        self.forget(tenant, workspace)
        try:
            async with self._units.write() as uow:
                opened = await installation.find(uow, tenant, workspace)
                if opened is not None and opened.token == token:
                    await installation.withdraw(uow, opened.installation)
        except (Contended, Unsealable) as error:
            # The next call with this token is refused again.
            _log.warning("slack_token_not_withdrawn", error=type(error).__name__)
            return
        _log.info("slack_token_withdrawn", tenant=tenant, workspace=workspace)

    async def uninstalled(self, tenant: str, workspace: str) -> None:
        """Farewells come late and twice: while Slack says that the token lives, the app has been installed anew."""
        self.forget(tenant, workspace)
        try:
            known = await self._read(tenant, workspace)
        except (Gone, Unavailable):
            await self._leave(tenant, workspace)
            return
        if await self._lives(known.token):
            if not known.workspace:
                await self._leave(tenant, workspace)
            return
        await self.withdraw(tenant, workspace, known.token)

    async def _read(self, tenant: str, workspace: str) -> Grant:
        """What lies in the database. Raises Gone, Unavailable."""
        try:
            bot = await self._installations.async_find_bot(enterprise_id=tenant, team_id=workspace)
        except Unsealable as error:
            _log.error("slack_token_unreadable", tenant=tenant, workspace=workspace)
            raise Gone(NOT_ASKED, "token_unreadable") from error
        except Contended as error:
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

    async def _lives(self, token: str) -> bool:
        """Whether Slack says so; where it says nothing, the farewell is believed."""
        try:
            await look_up(self._session, self._api_url, token)
        except (Gone, RateLimited, Unavailable):
            return False
        return True

    async def _leave(self, tenant: str, workspace: str) -> None:
        await leaving(self._units)(tenant, workspace)


def leaving(units: Units) -> Leave:
    """Notes that the bot is in no place of a workspace any more; while the database is away, nothing is noted."""

    async def leave(tenant: str, workspace: str) -> None:
        try:
            async with units.write() as uow:
                await installation.leave(uow, tenant, workspace)
        except Contended as error:
            # Whatever is posted there is refused, and then the place is noted by itself.
            _log.warning("slack_places_not_left", error=type(error).__name__)

    return leave


def _key(enterprise_id: str | None, team_id: str | None, *, is_org_wide: bool) -> tuple[str, str]:
    return enterprise_id or team_id or "", "" if is_org_wide else team_id or ""


def _installed(opened: OpenedInstallation) -> SlackInstallation:
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
