from collections.abc import AsyncGenerator, Sequence

import aiohttp
import pytest
from slack_sdk.oauth.installation_store import Installation as SlackInstallation
from sqlalchemy import select, update
from structlog.testing import capture_logs

from bot.platforms.base import Gone, Unavailable
from bot.platforms.slack.installations import GRANT_TTL_S, InstalledTokens, SlackInstallations
from services.conversation.model import Conversation
from services.people import PlaceKind
from storage.engine import Database, open_database
from storage.tables import slack_installations
from storage.unit_of_work import SqlUnits
from tests.bot.slack_install.auth_test_api import AuthTestApi
from tests.builders import Clock, units_on
from tests.fakes.bot_connector import FakeClock


@pytest.fixture
async def units(sqlite_url: str, clock: Clock) -> AsyncGenerator[SqlUnits]:
    """Open transactions on SQLite; the SQL of the rules is tested on both databases elsewhere."""
    database = open_database(sqlite_url)
    yield units_on(database, clock)
    await database.close()


@pytest.fixture
def store(units: SqlUnits) -> SlackInstallations:
    """Return the store as Slack's library uses it."""
    return SlackInstallations(units)


@pytest.fixture
def tokens(units: SqlUnits, session: aiohttp.ClientSession, api_url: str, timer: FakeClock) -> InstalledTokens:
    """Return the tokens of a process."""
    return InstalledTokens(units, session, api_url, timer=timer.timer)


def installed(
    token: str = "xoxb-1",  # noqa: S107 - what a test stores
    *,
    workspace: str | None = "T1",
    enterprise: str | None = None,
    by: str = "U1",
) -> SlackInstallation:
    """Return an installation as Slack's library builds it."""
    return SlackInstallation(
        app_id="A1",
        enterprise_id=enterprise,
        team_id=workspace,
        team_name="Sun",
        bot_token=token,
        bot_id="B0",
        bot_user_id="U0",
        bot_scopes=["chat:write", "commands"],
        user_id=by,
        is_enterprise_install=workspace is None,
    )


async def add_conversations(units: SqlUnits, tenant: str, *workspaces: str) -> None:
    """Store a channel in each of the workspaces."""
    async with units.write() as uow:
        for workspace in workspaces:
            conversation = Conversation(
                "slack", tenant, f"C-{workspace}", PlaceKind.CHANNEL, reference={"workspace": workspace}
            )
            await uow.conversations.upsert(conversation)


async def left_workspaces(units: SqlUnits, tenant: str, *workspaces: str) -> Sequence[str]:
    """Return the workspaces whose channel the bot has left."""
    async with units.read() as uow:
        found = {workspace: await uow.conversations.get("slack", tenant, f"C-{workspace}") for workspace in workspaces}
    return [item for item, element in found.items() if element is not None and not element.installed]


async def test_saved_installation_is_found(store: SlackInstallations) -> None:
    """A saved installation is found with token, installer and scopes."""
    await store.async_save(installed())
    bot = await store.async_find_bot(enterprise_id=None, team_id="T1")
    assert bot is not None
    assert (bot.bot_token, bot.bot_user_id, bot.bot_id, bot.app_id) == ("xoxb-1", "U0", "B0", "A1")
    assert (bot.enterprise_id, bot.team_id, bot.is_enterprise_install) == (None, "T1", False)
    found = await store.async_find_installation(enterprise_id=None, team_id="T1", user_id="U1")
    assert found is not None
    assert (found.user_id, found.team_name, list(found.bot_scopes or ())) == ("U1", "Sun", ["chat:write", "commands"])
    assert await store.async_find_installation(enterprise_id=None, team_id="T1", user_id="U2") is None
    assert await store.async_find_bot(enterprise_id="E1", team_id="T1") is None


async def test_org_wide_installation_is_found(store: SlackInstallations) -> None:
    """An org-wide installation is found for the enterprise and for each workspace."""
    await store.async_save(installed("xoxb-e", workspace=None, enterprise="E1"))
    for workspace, is_org_wide in (("T1", False), ("T2", False), (None, True), ("T1", True)):
        bot = await store.async_find_bot(enterprise_id="E1", team_id=workspace, is_enterprise_install=is_org_wide)
        assert bot is not None
        assert (bot.bot_token, bot.enterprise_id, bot.is_enterprise_install) == ("xoxb-e", "E1", True)
    await store.async_save_bot(installed("xoxb-t", workspace="T1", enterprise="E1").to_bot())
    stored = await store.async_find_installation(enterprise_id="E1", team_id="T1")
    assert stored is not None
    assert (
        stored.bot_token,
        stored.enterprise_id,
        stored.team_id,
        stored.user_id,
    ) == ("xoxb-t", "E1", "T1", "")
    await store.async_delete_bot(enterprise_id="E1", team_id=None)
    assert await store.async_find_bot(enterprise_id="E1", team_id="T2") is None


async def test_installation_is_deleted_with_the_workspace(store: SlackInstallations) -> None:
    """Deleting a user's installation keeps the bot token; deleting the bot deletes all."""
    await store.async_save(installed())
    await store.async_delete_installation(enterprise_id=None, team_id="T1", user_id="U1")
    assert await store.async_find_bot(enterprise_id=None, team_id="T1") is not None
    await store.async_delete_all(enterprise_id=None, team_id="T1")
    assert await store.async_find_bot(enterprise_id=None, team_id="T1") is None
    await store.async_delete_all(enterprise_id=None, team_id="T1")


async def test_token_is_cached_for_a_minute(
    store: SlackInstallations, tokens: InstalledTokens, timer: FakeClock
) -> None:
    """A change by another process is seen after a minute, a change by this process at once."""
    await store.async_save(installed())
    grant = await tokens.grant("T1", "T1")
    assert (grant.token, grant.bot_user_id, grant.bot_id) == ("xoxb-1", "U0", "B0")
    assert grant.scopes == {"chat:write", "commands"}
    await store.async_save(installed("xoxb-2"))
    timer.advance(GRANT_TTL_S - 1)
    assert await tokens.token("T1", "T1") == "xoxb-1"
    timer.advance(1)
    assert await tokens.token("T1", "T1") == "xoxb-2"
    await store.async_save(installed("xoxb-3"))
    tokens.drop_cached("T1", "T1")
    assert await tokens.token("T1", "T1") == "xoxb-3"
    with pytest.raises(Gone):
        await tokens.token("T1", "T2")


async def test_org_wide_token_invalidates_all_workspaces(store: SlackInstallations, tokens: InstalledTokens) -> None:
    """A new org-wide token is used in every workspace at once."""
    await store.async_save(installed("xoxb-1", workspace=None, enterprise="E1"))
    assert [await tokens.token("E1", workspace) for workspace in ("T1", "T2")] == ["xoxb-1", "xoxb-1"]
    await store.async_save(installed("xoxb-2", workspace=None, enterprise="E1"))
    tokens.drop_cached("E1", "")
    assert [await tokens.token("E1", workspace) for workspace in ("T1", "T2")] == ["xoxb-2", "xoxb-2"]


async def test_revoked_token_is_deleted(store: SlackInstallations, tokens: InstalledTokens, units: SqlUnits) -> None:
    """A revoked token is deleted and the conversations of its workspace are left; a newer token stays."""
    await store.async_save(installed())
    await add_conversations(units, "T1", "T1")
    await tokens.withdraw("T1", "T1", "xoxb-0")
    assert await tokens.token("T1", "T1") == "xoxb-1"
    assert await left_workspaces(units, "T1", "T1") == []
    await tokens.withdraw("T1", "T1", "xoxb-1")
    with pytest.raises(Gone):
        await tokens.token("T1", "T1")
    assert await left_workspaces(units, "T1", "T1") == ["T1"]


async def test_uninstall_of_a_valid_token_is_ignored(
    store: SlackInstallations, tokens: InstalledTokens, units: SqlUnits, auth_test: AuthTestApi
) -> None:
    """A late `app_uninstalled` is ignored if the token is valid."""
    await store.async_save(installed())
    await add_conversations(units, "T1", "T1")
    await tokens.uninstalled("T1", "T1")
    assert auth_test.tokens == ["Bearer xoxb-1"]
    assert await tokens.token("T1", "T1") == "xoxb-1"
    assert await left_workspaces(units, "T1", "T1") == []
    auth_test.refuse("account_inactive")
    await tokens.uninstalled("T1", "T1")
    with pytest.raises(Gone):
        await tokens.token("T1", "T1")
    assert await left_workspaces(units, "T1", "T1") == ["T1"]
    await tokens.uninstalled("T1", "T1")
    assert len(auth_test.tokens) == 2


async def test_uninstall_is_accepted_without_confirmation(
    store: SlackInstallations, tokens: InstalledTokens, units: SqlUnits, auth_test: AuthTestApi
) -> None:
    """If Slack is unavailable, a signed `app_uninstalled` deletes the installation."""
    await store.async_save(installed())
    await add_conversations(units, "T1", "T1")
    auth_test.status = 503
    await tokens.uninstalled("T1", "T1")
    assert await left_workspaces(units, "T1", "T1") == ["T1"]


async def test_one_workspace_of_an_enterprise_uninstalls(
    store: SlackInstallations, tokens: InstalledTokens, units: SqlUnits, auth_test: AuthTestApi
) -> None:
    """An uninstall in one workspace keeps the others of the enterprise."""
    await store.async_save(installed("xoxb-e", workspace=None, enterprise="E1"))
    await add_conversations(units, "E1", "T1", "T2")
    await tokens.uninstalled("E1", "T1")
    assert await left_workspaces(units, "E1", "T1", "T2") == ["T1"]
    assert await tokens.token("E1", "T2") == "xoxb-e"
    auth_test.refuse("account_inactive")
    await tokens.uninstalled("E1", "T2")
    assert await left_workspaces(units, "E1", "T1", "T2") == ["T1", "T2"]


async def test_altered_token_is_rejected(store: SlackInstallations, tokens: InstalledTokens, sqlite_url: str) -> None:
    """A token that was moved to another row is rejected; the log names the workspace and no token."""
    await store.async_save(installed())
    await store.async_save(installed("xoxb-2", workspace="T2"))
    database: Database = open_database(sqlite_url)
    async with database.writer.begin() as connection:
        table = slack_installations
        moved = await connection.scalar(select(table.c.token).where(table.c.tenant == "T2"))
        await connection.execute(update(table).where(table.c.tenant == "T1").values(token=moved))
    await database.close()
    with capture_logs() as logs, pytest.raises(Gone):
        await tokens.token("T1", "T1")
    assert [(log["event"], log["workspace"]) for log in logs] == [("slack_token_unreadable", "T1")]
    assert "xoxb" not in repr(logs)
    await tokens.withdraw("T1", "T1", "xoxb-2")
    assert await tokens.token("T2", "T2") == "xoxb-2"


async def test_database_outage_keeps_messages(
    session: aiohttp.ClientSession, api_url: str, auth_test: AuthTestApi
) -> None:
    """A database outage makes messages wait and an uninstall event retriable."""
    database = open_database("postgresql+asyncpg://nobody:nothing@127.0.0.1:1/kollega")
    away = InstalledTokens(units_on(database, Clock()), session, api_url)
    with pytest.raises(Unavailable):
        await away.token("T1", "T1")
    with capture_logs() as logs:
        await away.uninstalled("T1", "T1")
        await away.withdraw("T1", "T1", "xoxb-1")
    assert [log["event"] for log in logs] == ["slack_conversations_not_left", "slack_token_not_withdrawn"]
    assert auth_test.tokens == []
    await database.close()
