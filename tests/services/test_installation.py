import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from services import installation
from services.conversation.model import Conversation
from services.installation import Fault, Installation, OpenedInstallation, scheduled
from services.keyring import Keyring, Unsealable
from services.people import PlaceKind
from storage.engine import Database
from storage.tables import slack_installations, slack_questions
from storage.unit_of_work import SqlUnits
from tests.builders import KEYRING, START, Clock
from tests.services.firms import found

SUN = Installation("T1", "T1", "Sun", "A1", "U0", "B0", ("chat:write", "commands"), "U1", START)
ROOF = replace(SUN, tenant="T2", workspace="T2", name="Roof")
GRID = replace(SUN, tenant="E1", workspace="", name="Grid")
GRID_ROOM = replace(GRID, workspace="T7")


async def keep(units: SqlUnits, one: Installation, token: str = "xoxb-1") -> None:  # noqa: S107 - what a test stores
    """Somebody has installed the app."""
    async with units.write() as uow:
        await installation.keep(uow, one, token)


async def find(units: SqlUnits, tenant: str, workspace: str) -> OpenedInstallation | None:
    """What opens a workspace."""
    async with units.read() as uow:
        return await installation.find(uow, tenant, workspace)


async def token(units: SqlUnits, tenant: str, workspace: str) -> str:
    """The token that opens a workspace; none, if nothing does."""
    opened = await find(units, tenant, workspace)
    return opened.token if opened else ""


async def ask(units: SqlUnits, browser: str) -> str:
    """Somebody wants to install the app."""
    async with units.write() as uow:
        return await installation.ask(uow, browser)


async def take(units: SqlUnits, state: str, browser: str) -> Fault | None:
    """Somebody comes back with an answer."""
    async with units.write() as uow:
        return await installation.take(uow, state, browser)


async def place(units: SqlUnits, tenant: str, workspace: str, channel: str) -> None:
    """A channel in which the bot is."""
    reference = {"workspace": workspace, "outsiders": True}
    async with units.write() as uow:
        await uow.conversations.keep(
            Conversation("slack", tenant, channel, PlaceKind.CHANNEL, f"#{channel}", reference=reference)
        )


async def left(units: SqlUnits, tenant: str, channels: Sequence[str]) -> list[str]:
    """Those of the channels in which the bot no longer is."""
    async with units.read() as uow:
        places = [await uow.conversations.find("slack", tenant, channel) for channel in channels]
    return [place.conversation_id for place in places if place is not None and not place.installed]


async def test_each_workspace_has_a_token_of_its_own(units: SqlUnits) -> None:
    """What one workspace gave opens it and no other, and says who gave it and what for."""
    await keep(units, SUN)
    await keep(units, ROOF, "xoxb-2")
    opened = await find(units, "T1", "T1")
    assert opened == OpenedInstallation(SUN, "xoxb-1")
    assert "xoxb" not in repr(opened)
    assert await token(units, "T2", "T2") == "xoxb-2"
    assert await token(units, "T3", "T3") == ""
    assert await token(units, "T1", "T2") == ""


async def test_an_org_wide_installation_opens_all_workspaces_of_its_enterprise(units: SqlUnits) -> None:
    """In an enterprise a workspace's own installation goes before the one for all, and another enterprise has none."""
    await keep(units, GRID)
    await keep(units, GRID_ROOM, "xoxb-7")
    assert await token(units, "E1", "T7") == "xoxb-7"
    assert await token(units, "E1", "T8") == "xoxb-1"
    assert await token(units, "E2", "T7") == ""


async def test_a_token_opens_in_its_own_row_alone(units: SqlUnits, database: Database) -> None:
    """Nobody who can only write to the database gets into a workspace by moving or altering what is in a row."""
    await keep(units, SUN)
    await keep(units, ROOF, "xoxb-2")
    async with database.writer.begin() as connection:
        table = slack_installations
        moved = await connection.scalar(select(table.c.token).where(table.c.tenant == "T1"))
        assert moved
        assert b"xoxb" not in moved
        await connection.execute(update(table).where(table.c.tenant == "T2").values(token=moved))
        await connection.execute(update(table).where(table.c.tenant == "T1").values(token=b"\0" + moved[1:]))
    for workspace in ("T1", "T2"):
        with pytest.raises(Unsealable):
            await find(units, workspace, workspace)


async def test_a_key_can_be_replaced_while_tokens_are_kept(units: SqlUnits, database: Database, clock: Clock) -> None:
    """With a new key in front the old tokens still open; once the old key is gone they do not."""
    await keep(units, SUN)
    both = SqlUnits(database, clock, Keyring((b"a newer key for the tests of keys", *KEYRING.keys)))
    assert await token(both, "T1", "T1") == "xoxb-1"
    await keep(both, ROOF, "xoxb-2")
    newer = SqlUnits(database, clock, Keyring((b"a newer key for the tests of keys",)))
    assert await token(newer, "T2", "T2") == "xoxb-2"
    with pytest.raises(Unsealable):
        await find(newer, "T1", "T1")


async def test_installing_again_renews_the_token_and_leaves_the_channels_to_their_team(units: SqlUnits) -> None:
    """Whoever installs the app anew, or in another workspace, gets no channel of a team that has one."""
    firm = await found(units, "Solarhaus")
    await keep(units, SUN)
    await place(units, "T1", "T1", "C1")
    async with units.write() as uow:
        assert await uow.conversations.connect(firm.team_id, "slack", "T1", "C1", uow.now)
    await keep(units, replace(SUN, installed_by="U666", installed_at=START + timedelta(days=1)), "xoxb-new")
    await keep(units, ROOF, "xoxb-2")
    assert await token(units, "T1", "T1") == "xoxb-new"
    async with units.read() as uow:
        kept = await uow.conversations.find("slack", "T1", "C1")
    assert kept is not None
    assert (kept.team_id, kept.installed) == (firm.team_id, True)


async def test_a_withdrawn_installation_leaves_the_places_of_its_workspace(units: SqlUnits) -> None:
    """Once the token opens nothing it is forgotten, and nothing is posted there any more; elsewhere all stays."""
    for one in (SUN, ROOF):
        await keep(units, one)
        await place(units, one.tenant, one.workspace, "C1")
    async with units.write() as uow:
        await installation.withdraw(uow, SUN)
    assert await token(units, "T1", "T1") == ""
    assert await left(units, "T1", ["C1"]) == ["C1"]
    assert await token(units, "T2", "T2") == "xoxb-1"
    assert await left(units, "T2", ["C1"]) == []


async def test_an_old_farewell_does_not_end_a_new_installation(units: SqlUnits) -> None:
    """Who takes the app out and in again within a second keeps it, though the farewell comes late."""
    await keep(units, replace(SUN, installed_at=START + timedelta(seconds=1)), "xoxb-new")
    await place(units, "T1", "T1", "C1")
    async with units.write() as uow:
        await installation.withdraw(uow, SUN)
    assert await token(units, "T1", "T1") == "xoxb-new"
    assert await left(units, "T1", ["C1"]) == []


async def test_in_an_enterprise_the_other_installation_goes_on(units: SqlUnits) -> None:
    """A workspace's own token ends without a loss where one for all is there; with that one all places are left."""
    for one in (GRID, GRID_ROOM):
        await keep(units, one)
    await place(units, "E1", "T7", "C7")
    await place(units, "E1", "T8", "C8")
    async with units.write() as uow:
        await installation.withdraw(uow, GRID_ROOM)
    assert await left(units, "E1", ["C7", "C8"]) == []
    async with units.write() as uow:
        await installation.leave(uow, "E1", "T8")
    assert await left(units, "E1", ["C7", "C8"]) == ["C8"]
    async with units.write() as uow:
        await installation.withdraw(uow, GRID)
    assert await left(units, "E1", ["C7", "C8"]) == ["C7", "C8"]


@pytest.mark.postgres
async def test_a_question_is_answered_once(units: SqlUnits) -> None:
    """Of many who bring the same answer at the same moment one is let through."""
    state = await ask(units, "browser")
    answers = await asyncio.gather(*(take(units, state, "browser") for _ in range(10)))
    assert sorted(answers, key=str) == [None, *[Fault.USED] * 9]


async def test_a_question_is_answered_in_its_browser_and_in_time(units: SqlUnits, clock: Clock) -> None:
    """Another browser cannot answer, nor use the answer up; after ten minutes nobody can."""
    state, other = await ask(units, "browser"), await ask(units, "browser")
    assert state != other
    assert await take(units, state, "elsewhere") is Fault.ELSEWHERE
    assert await take(units, "never asked", "browser") is Fault.UNKNOWN
    clock.advance(minutes=9, seconds=59)
    assert await take(units, state, "browser") is None
    clock.advance(seconds=1)
    assert await take(units, other, "browser") is Fault.EXPIRED
    assert await take(units, state, "browser") is Fault.USED


async def test_of_a_question_only_digests_are_kept(units: SqlUnits, database: Database) -> None:
    """Who reads the database can answer no question."""
    state = await ask(units, "browser")
    async with database.reader.connect() as connection:
        rows = (await connection.execute(select(slack_questions))).all()
    assert len(rows) == 1
    assert state not in repr(rows)
    assert "browser" not in repr(rows[0][:2])


async def test_a_question_outlives_the_change_of_keys(units: SqlUnits, database: Database, clock: Clock) -> None:
    """Whoever is asked while a key is replaced can still answer."""
    state = await ask(units, "browser")
    both = SqlUnits(database, clock, Keyring((b"a newer key for the tests of keys", *KEYRING.keys)))
    assert await take(both, state, "browser") is None


async def test_old_questions_are_forgotten(units: SqlUnits, clock: Clock) -> None:
    """An hour after its time is over nothing is left of a question; until then one reads that it came too late."""
    state = await ask(units, "browser")
    clock.advance(minutes=69)
    async with units.write() as uow:
        assert await scheduled.purge(uow, 10) == 0
    assert await take(units, state, "browser") is Fault.EXPIRED
    clock.advance(minutes=1)
    async with units.write() as uow:
        assert await scheduled.purge(uow, 10) == 1
    assert await take(units, state, "browser") is Fault.UNKNOWN
