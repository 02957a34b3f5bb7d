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
    """Transactions on SQLite; what the rules ask of a database is tried with them."""
    database = open_database(sqlite_url)
    yield units_on(database, clock)
    await database.close()


@pytest.fixture
def store(units: SqlUnits) -> SlackInstallations:
    """The tables, as Slack's library sees them."""
    return SlackInstallations(units)


@pytest.fixture
def tokens(units: SqlUnits, session: aiohttp.ClientSession, api_url: str, timer: FakeClock) -> InstalledTokens:
    """The tokens of a process."""
    return InstalledTokens(units, session, api_url, timer=timer.timer)


def installed(
    token: str = "xoxb-1",  # noqa: S107 - what a test stores
    *,
    workspace: str | None = "T1",
    enterprise: str | None = None,
    by: str = "U1",
) -> SlackInstallation:
    """What Slack's library makes of an answer of Slack."""
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


async def places(units: SqlUnits, tenant: str, *workspaces: str) -> None:
    """A channel in each of the workspaces."""
    async with units.write() as uow:
        for workspace in workspaces:
            conversation = Conversation(
                "slack", tenant, f"C-{workspace}", PlaceKind.CHANNEL, reference={"workspace": workspace}
            )
            await uow.conversations.keep(conversation)


async def left(units: SqlUnits, tenant: str, *workspaces: str) -> Sequence[str]:
    """Those of the workspaces in whose channel the bot no longer is."""
    async with units.read() as uow:
        found = {workspace: await uow.conversations.find("slack", tenant, f"C-{workspace}") for workspace in workspaces}
    return [item for item, element in found.items() if element is not None and not element.installed]


async def test_slacks_library_finds_what_it_saved(store: SlackInstallations) -> None:
    """What was given comes back as it was: the bot's token, who installed it, what for."""
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


async def test_slacks_library_knows_enterprises(store: SlackInstallations) -> None:
    """An org-wide installation is found for the enterprise and for each of its workspaces."""
    await store.async_save(installed("xoxb-e", workspace=None, enterprise="E1"))
    for workspace, is_org_wide in (("T1", False), ("T2", False), (None, True), ("T1", True)):
        bot = await store.async_find_bot(enterprise_id="E1", team_id=workspace, is_enterprise_install=is_org_wide)
        assert bot is not None
        assert (bot.bot_token, bot.enterprise_id, bot.is_enterprise_install) == ("xoxb-e", "E1", True)
    await store.async_save_bot(installed("xoxb-t", workspace="T1", enterprise="E1").to_bot())
    installation_found = await store.async_find_installation(enterprise_id="E1", team_id="T1")
    assert installation_found is not None
    assert (
        installation_found.bot_token,
        installation_found.enterprise_id,
        installation_found.team_id,
        installation_found.user_id,
    ) == ("xoxb-t", "E1", "T1", "")
    await store.async_delete_bot(enterprise_id="E1", team_id=None)
    assert await store.async_find_bot(enterprise_id="E1", team_id="T2") is None


async def test_slacks_library_deletes_what_is_the_workspaces(store: SlackInstallations) -> None:
    """That somebody left takes nothing from the workspace; taking the app out takes all."""
    await store.async_save(installed())
    await store.async_delete_installation(enterprise_id=None, team_id="T1", user_id="U1")
    assert await store.async_find_bot(enterprise_id=None, team_id="T1") is not None
    await store.async_delete_all(enterprise_id=None, team_id="T1")
    assert await store.async_find_bot(enterprise_id=None, team_id="T1") is None
    await store.async_delete_all(enterprise_id=None, team_id="T1")


async def test_a_token_is_kept_in_mind_for_a_minute(
    store: SlackInstallations, tokens: InstalledTokens, timer: FakeClock
) -> None:
    """What another process notes counts here after a minute, and at once where this one is told."""
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
    tokens.forget("T1", "T1")
    assert await tokens.token("T1", "T1") == "xoxb-3"
    with pytest.raises(Gone):
        await tokens.token("T1", "T2")


async def test_what_opens_an_enterprise_is_forgotten_for_all_its_workspaces(
    store: SlackInstallations, tokens: InstalledTokens
) -> None:
    """A new token for the whole enterprise counts in each of its workspaces at once."""
    await store.async_save(installed("xoxb-1", workspace=None, enterprise="E1"))
    assert [await tokens.token("E1", workspace) for workspace in ("T1", "T2")] == ["xoxb-1", "xoxb-1"]
    await store.async_save(installed("xoxb-2", workspace=None, enterprise="E1"))
    tokens.forget("E1", "")
    assert [await tokens.token("E1", workspace) for workspace in ("T1", "T2")] == ["xoxb-2", "xoxb-2"]


async def test_a_dead_token_is_withdrawn(store: SlackInstallations, tokens: InstalledTokens, units: SqlUnits) -> None:
    """A token that Slack refuses for good is deleted, and the places of its workspace are left; a newer one stays."""
    await store.async_save(installed())
    await places(units, "T1", "T1")
    await tokens.withdraw("T1", "T1", "xoxb-0")
    assert await tokens.token("T1", "T1") == "xoxb-1"
    assert await left(units, "T1", "T1") == []
    await tokens.withdraw("T1", "T1", "xoxb-1")
    with pytest.raises(Gone):
        await tokens.token("T1", "T1")
    assert await left(units, "T1", "T1") == ["T1"]


async def test_a_farewell_counts_unless_slack_says_that_the_token_lives(
    store: SlackInstallations, tokens: InstalledTokens, units: SqlUnits, auth_test: AuthTestApi
) -> None:
    """Taken out and in again within a second, the app stays, though the farewell comes late."""
    await store.async_save(installed())
    await places(units, "T1", "T1")
    await tokens.uninstalled("T1", "T1")
    assert auth_test.tokens == ["Bearer xoxb-1"]
    assert await tokens.token("T1", "T1") == "xoxb-1"
    assert await left(units, "T1", "T1") == []
    auth_test.refuse("account_inactive")
    await tokens.uninstalled("T1", "T1")
    with pytest.raises(Gone):
        await tokens.token("T1", "T1")
    assert await left(units, "T1", "T1") == ["T1"]
    await tokens.uninstalled("T1", "T1")
    assert len(auth_test.tokens) == 2


async def test_a_farewell_is_believed_when_slack_says_nothing(
    store: SlackInstallations, tokens: InstalledTokens, units: SqlUnits, auth_test: AuthTestApi
) -> None:
    """It was signed by Slack: where nothing speaks against it, nothing is kept of the workspace."""
    await store.async_save(installed())
    await places(units, "T1", "T1")
    auth_test.status = 503
    await tokens.uninstalled("T1", "T1")
    assert await left(units, "T1", "T1") == ["T1"]


async def test_one_workspace_of_an_enterprise_says_farewell(
    store: SlackInstallations, tokens: InstalledTokens, units: SqlUnits, auth_test: AuthTestApi
) -> None:
    """Taken out of one workspace, the app stays in the others of the enterprise; taken from all, it is in none."""
    await store.async_save(installed("xoxb-e", workspace=None, enterprise="E1"))
    await places(units, "E1", "T1", "T2")
    await tokens.uninstalled("E1", "T1")
    assert await left(units, "E1", "T1", "T2") == ["T1"]
    assert await tokens.token("E1", "T2") == "xoxb-e"
    auth_test.refuse("account_inactive")
    await tokens.uninstalled("E1", "T2")
    assert await left(units, "E1", "T1", "T2") == ["T1", "T2"]


async def test_an_altered_row_opens_nothing_and_says_so(
    store: SlackInstallations, tokens: InstalledTokens, sqlite_url: str
) -> None:
    """A token that somebody moved into another row is not used; the log names the workspace, and no token."""
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


async def test_while_the_database_is_away_messages_wait(
    session: aiohttp.ClientSession, api_url: str, auth_test: AuthTestApi
) -> None:
    """Nothing is given up because a token cannot be looked up, and a farewell that cannot be noted is no defect."""
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
