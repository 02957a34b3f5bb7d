from collections import Counter

import pytest
from sqlalchemy import select

from services.delivery import State
from storage.tables import deliveries
from tests.bot.slack_install.desk import Desk
from tests.fakes.slack import TEAM_ID
from tests.services.seeded_team import SeededTeam, create_lead, seed_team

GONE = {"type": "app_uninstalled"}


@pytest.fixture
async def firm(desk: Desk) -> SeededTeam:
    """A firm with a channel in a workspace that has installed the app."""
    firm = await seed_team(desk.house.units, "Solarhaus")
    await desk.installs()
    await desk.joins("C1")
    async with desk.house.units.write() as uow:
        assert await uow.conversations.connect(firm.team_id, "slack", TEAM_ID, "C1", uow.now)
    desk.slack.calls.clear()
    return firm


async def ended(desk: Desk) -> Counter[tuple[str, str]]:
    """How what was to go to Slack has ended, and why."""
    async with desk.house.database.reader.connect() as connection:
        rows = await connection.execute(
            select(deliveries.c.state, deliveries.c.reason).where(deliveries.c.platform == "slack")
        )
        return Counter((row.state, row.reason) for row in rows)


async def test_a_lead_reaches_the_channel_of_a_workspace_that_installed_the_app(desk: Desk, firm: SeededTeam) -> None:
    """With the token that was given at the installation the bot speaks in that workspace."""
    await create_lead(firm)
    await desk.house.relay.drain()
    assert len(desk.slack.called("chat.postMessage")) == 1
    assert len(desk.slack.said("C1")) == 2  # the welcome, and the lead


async def test_after_the_farewell_nothing_is_sent(desk: Desk, firm: SeededTeam) -> None:
    """Taken out of the workspace, the bot forgets the token, leaves the channel, and what was waiting ends."""
    await create_lead(firm)
    desk.slack.revoke(TEAM_ID)
    assert await desk.tells(GONE) == 200
    assert await desk.kept() is None
    assert not await desk.is_in(TEAM_ID, "C1")
    desk.slack.calls.clear()
    await create_lead(firm)
    await desk.house.relay.drain()
    assert desk.slack.calls == []
    assert not {State.PENDING, State.SENDING} & {state for state, _ in await ended(desk)}


async def test_a_token_that_slack_refuses_ends_it_likewise(desk: Desk, firm: SeededTeam) -> None:
    """Where no farewell came, the first refused message counts as one; nothing is tried for ever."""
    await create_lead(firm)
    desk.slack.revoke(TEAM_ID)
    await desk.house.relay.drain()
    assert Counter(call.method for call in desk.slack.calls) == {"chat.postMessage": 1}
    assert await ended(desk) == {(State.FAILED, "gone token_revoked"): 1}
    assert await desk.kept() is None
    assert not await desk.is_in(TEAM_ID, "C1")
    await create_lead(firm)
    await desk.house.relay.drain()
    assert len(desk.slack.calls) == 1


async def test_only_that_workspace_is_left(desk: Desk, firm: SeededTeam) -> None:
    """What one workspace takes back is nobody else's loss, and installing again brings the channel back to its team."""
    desk.slack.add_workspace("T2", "Dachwerk", token="xoxb-2")
    await desk.installs("T2")
    await desk.joins("C2", team_id="T2")
    desk.slack.revoke(TEAM_ID)
    await desk.tells(GONE)
    assert await desk.kept("T2", "T2") is not None
    assert await desk.is_in("T2", "C2")
    await desk.installs()
    await desk.joins("C1")
    async with desk.house.units.read() as uow:
        place = await uow.conversations.find("slack", TEAM_ID, "C1")
    assert place is not None
    assert (place.team_id, place.installed) == (firm.team_id, True)
    await create_lead(firm)
    await desk.house.relay.drain()
    assert desk.slack.called("chat.postMessage")[-1].channel == "C1"


@pytest.mark.usefixtures("firm")
async def test_tokens_of_people_are_none_of_ours(desk: Desk) -> None:
    """That a person's token was taken back, or that a farewell comes late, ends nothing while Slack knows the bot."""
    assert await desk.tells({"type": "tokens_revoked", "tokens": {"oauth": ["U1"]}}) == 200
    assert await desk.tells(GONE) == 200
    assert await desk.kept() is not None
    assert await desk.is_in(TEAM_ID, "C1")
    desk.slack.revoke(TEAM_ID)
    assert await desk.tells({"type": "tokens_revoked", "tokens": {"bot": ["U0BOT"]}}) == 200
    assert await desk.kept() is None


async def test_a_workspace_that_never_installed_the_app_is_not_served(desk: Desk) -> None:
    """Signed as it may be: where no token was given, nothing is done and nothing is written down."""
    desk.slack.add_workspace("T9", "Fremd", token="xoxb-9")
    status = await desk.tells({"type": "app_mention", "user": "U9", "channel": "C9", "text": "help"}, team_id="T9")
    assert status == 403
    assert desk.slack.calls == []
    assert not await desk.is_in("T9", "C9")
