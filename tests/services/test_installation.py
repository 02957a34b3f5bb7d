import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from services import installation
from services.conversation.model import Conversation
from services.installation import Installation, InstallationWithToken, OAuthStateFault, scheduled
from services.keyring import Keyring, UnsealFailed
from services.people import PlaceKind
from storage.engine import Database
from storage.tables import slack_installations, slack_questions
from storage.unit_of_work import SqlUnits
from tests.builders import KEYRING, START, Clock
from tests.services.seeded_team import seed_team

SUN = Installation("T1", "T1", "Sun", "A1", "U0", "B0", ("chat:write", "commands"), "U1", START)
ROOF = replace(SUN, tenant="T2", workspace="T2", name="Roof")
GRID = replace(SUN, tenant="E1", workspace="", name="Grid")
GRID_ROOM = replace(GRID, workspace="T7")


async def store_installation(units: SqlUnits, one: Installation, token: str = "xoxb-1") -> None:  # noqa: S107 - a test token
    """Store an installation of the app."""
    async with units.write() as uow:
        await installation.save_installation(uow, one, token)


async def find_installation(units: SqlUnits, tenant: str, workspace: str) -> InstallationWithToken | None:
    """Return the installation for a workspace."""
    async with units.read() as uow:
        return await installation.find_installation(uow, tenant, workspace)


async def token_for(units: SqlUnits, tenant: str, workspace: str) -> str:
    """Return the token for a workspace; "" without one."""
    opened = await find_installation(units, tenant, workspace)
    return opened.token if opened else ""


async def start_installation(units: SqlUnits, browser: str) -> str:
    """Start an installation and return its state."""
    async with units.write() as uow:
        return await installation.issue_state(uow, browser)


async def finish_installation(units: SqlUnits, state: str, browser: str) -> OAuthStateFault | None:
    """Finish an installation with a state, and return whether it is accepted."""
    async with units.write() as uow:
        return await installation.use_state(uow, state, browser)


async def add_channel(units: SqlUnits, tenant: str, workspace: str, channel: str) -> None:
    """Add a channel with the bot in it."""
    reference = {"workspace": workspace, "outsiders": True}
    async with units.write() as uow:
        await uow.conversations.upsert(
            Conversation("slack", tenant, channel, PlaceKind.CHANNEL, f"#{channel}", reference=reference)
        )


async def left_channels(units: SqlUnits, tenant: str, channels: Sequence[str]) -> list[str]:
    """Return the channels that the bot has left."""
    async with units.read() as uow:
        places = [await uow.conversations.get("slack", tenant, channel) for channel in channels]
    return [item.conversation_id for item in places if item is not None and not item.installed]


async def test_each_workspace_has_its_own_token(units: SqlUnits) -> None:
    """A workspace's token is for that workspace alone, and records who installed the app and with which scopes."""
    await store_installation(units, SUN)
    await store_installation(units, ROOF, "xoxb-2")
    opened = await find_installation(units, "T1", "T1")
    assert opened == InstallationWithToken(SUN, "xoxb-1")
    assert "xoxb" not in repr(opened)
    assert await token_for(units, "T2", "T2") == "xoxb-2"
    assert await token_for(units, "T3", "T3") == ""
    assert await token_for(units, "T1", "T2") == ""


async def test_an_org_wide_installation_covers_its_enterprise(units: SqlUnits) -> None:
    """A workspace's own installation takes precedence over its enterprise's, and another enterprise has none."""
    await store_installation(units, GRID)
    await store_installation(units, GRID_ROOM, "xoxb-7")
    assert await token_for(units, "E1", "T7") == "xoxb-7"
    assert await token_for(units, "E1", "T8") == "xoxb-1"
    assert await token_for(units, "E2", "T7") == ""


async def test_a_token_is_bound_to_its_row(units: SqlUnits, database: Database) -> None:
    """A sealed token that is moved to another row or altered does not open."""
    await store_installation(units, SUN)
    await store_installation(units, ROOF, "xoxb-2")
    async with database.writer.begin() as connection:
        table = slack_installations
        moved = await connection.scalar(select(table.c.token).where(table.c.tenant == "T1"))
        assert moved
        assert b"xoxb" not in moved
        await connection.execute(update(table).where(table.c.tenant == "T2").values(token=moved))
        await connection.execute(update(table).where(table.c.tenant == "T1").values(token=b"\0" + moved[1:]))
    for workspace in ("T1", "T2"):
        with pytest.raises(UnsealFailed):
            await find_installation(units, workspace, workspace)


async def test_old_keys_open_tokens(units: SqlUnits, database: Database, clock: Clock) -> None:
    """With a new key in front old tokens still open; without the old key they do not."""
    await store_installation(units, SUN)
    both = SqlUnits(database, clock, Keyring((b"a newer key for the tests of keys", *KEYRING.keys)))
    assert await token_for(both, "T1", "T1") == "xoxb-1"
    await store_installation(both, ROOF, "xoxb-2")
    newer = SqlUnits(database, clock, Keyring((b"a newer key for the tests of keys",)))
    assert await token_for(newer, "T2", "T2") == "xoxb-2"
    with pytest.raises(UnsealFailed):
        await find_installation(newer, "T1", "T1")


async def test_reinstalling_renews_the_token_only(units: SqlUnits) -> None:
    """A reinstallation renews the token and leaves connected channels with their team."""
    seeded = await seed_team(units, "Solarhaus")
    await store_installation(units, SUN)
    await add_channel(units, "T1", "T1", "C1")
    async with units.write() as uow:
        assert await uow.conversations.connect(seeded.team_id, "slack", "T1", "C1", uow.now)
    await store_installation(
        units, replace(SUN, installed_by="U666", installed_at=START + timedelta(days=1)), "xoxb-new"
    )
    await store_installation(units, ROOF, "xoxb-2")
    assert await token_for(units, "T1", "T1") == "xoxb-new"
    async with units.read() as uow:
        stored = await uow.conversations.get("slack", "T1", "C1")
    assert stored is not None
    assert (stored.team_id, stored.installed) == (seeded.team_id, True)


async def test_a_revoked_installation_leaves_its_channels(units: SqlUnits) -> None:
    """A revoked token is deleted and its workspace's channels are left; other workspaces are unchanged."""
    for item in (SUN, ROOF):
        await store_installation(units, item)
        await add_channel(units, item.tenant, item.workspace, "C1")
    async with units.write() as uow:
        await installation.uninstall(uow, SUN)
    assert await token_for(units, "T1", "T1") == ""
    assert await left_channels(units, "T1", ["C1"]) == ["C1"]
    assert await token_for(units, "T2", "T2") == "xoxb-1"
    assert await left_channels(units, "T2", ["C1"]) == []


async def test_a_late_uninstall_event_is_ignored(units: SqlUnits) -> None:
    """A late uninstall event does not end an installation made within the same second."""
    await store_installation(units, replace(SUN, installed_at=START + timedelta(seconds=1)), "xoxb-new")
    await add_channel(units, "T1", "T1", "C1")
    async with units.write() as uow:
        await installation.uninstall(uow, SUN)
    assert await token_for(units, "T1", "T1") == "xoxb-new"
    assert await left_channels(units, "T1", ["C1"]) == []


async def test_a_revoked_token_falls_back_to_the_enterprise(units: SqlUnits) -> None:
    """A workspace without its own token uses the enterprise's; without both, all its channels are left."""
    for item in (GRID, GRID_ROOM):
        await store_installation(units, item)
    await add_channel(units, "E1", "T7", "C7")
    await add_channel(units, "E1", "T8", "C8")
    async with units.write() as uow:
        await installation.uninstall(uow, GRID_ROOM)
    assert await left_channels(units, "E1", ["C7", "C8"]) == []
    async with units.write() as uow:
        await installation.leave_workspace(uow, "E1", "T8")
    assert await left_channels(units, "E1", ["C7", "C8"]) == ["C8"]
    async with units.write() as uow:
        await installation.uninstall(uow, GRID)
    assert await left_channels(units, "E1", ["C7", "C8"]) == ["C7", "C8"]


@pytest.mark.postgres
async def test_an_install_state_is_used_once(units: SqlUnits) -> None:
    """Of concurrent responses with the same install state, one is accepted."""
    state = await start_installation(units, "browser")
    answers = await asyncio.gather(*(finish_installation(units, state, "browser") for _ in range(10)))
    assert sorted(answers, key=str) == [None, *[OAuthStateFault.USED] * 9]


async def test_an_install_state_is_bound_to_its_browser(units: SqlUnits, clock: Clock) -> None:
    """An install state is rejected in another browser without being used up, and after ten minutes."""
    state, other = await start_installation(units, "browser"), await start_installation(units, "browser")
    assert state != other
    assert await finish_installation(units, state, "elsewhere") is OAuthStateFault.OTHER_BROWSER
    assert await finish_installation(units, "never asked", "browser") is OAuthStateFault.UNKNOWN
    clock.advance(minutes=9, seconds=59)
    assert await finish_installation(units, state, "browser") is None
    clock.advance(seconds=1)
    assert await finish_installation(units, other, "browser") is OAuthStateFault.EXPIRED
    assert await finish_installation(units, state, "browser") is OAuthStateFault.USED


async def test_install_states_are_stored_as_digests(units: SqlUnits, database: Database) -> None:
    """The database contains only digests, from which no install state can be derived."""
    state = await start_installation(units, "browser")
    async with database.reader.connect() as connection:
        rows = (await connection.execute(select(slack_questions))).all()
    assert len(rows) == 1
    assert state not in repr(rows)
    assert "browser" not in repr(rows[0][:2])


async def test_an_install_state_survives_key_rotation(units: SqlUnits, database: Database, clock: Clock) -> None:
    """An install state made before a key rotation is still accepted."""
    state = await start_installation(units, "browser")
    both = SqlUnits(database, clock, Keyring((b"a newer key for the tests of keys", *KEYRING.keys)))
    assert await finish_installation(both, state, "browser") is None


async def test_expired_install_states_are_purged(units: SqlUnits, clock: Clock) -> None:
    """An expired install state is reported as late for an hour and then deleted."""
    state = await start_installation(units, "browser")
    clock.advance(minutes=69)
    async with units.write() as uow:
        assert await scheduled.purge(uow, 10) == 0
    assert await finish_installation(units, state, "browser") is OAuthStateFault.EXPIRED
    clock.advance(minutes=1)
    async with units.write() as uow:
        assert await scheduled.purge(uow, 10) == 1
    assert await finish_installation(units, state, "browser") is OAuthStateFault.UNKNOWN
