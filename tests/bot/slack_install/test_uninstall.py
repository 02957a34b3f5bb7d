from collections import Counter

import pytest
from sqlalchemy import select

from services.delivery import DeliveryState
from storage.tables import deliveries
from tests.bot.slack_install.install_deployment import InstallDeployment
from tests.fakes.slack import TEAM_ID
from tests.services.seeded_team import SeededTeam, create_lead, seed_team

GONE = {"type": "app_uninstalled"}


@pytest.fixture
async def team(deployment: InstallDeployment) -> SeededTeam:
    """Return a team with a channel in a workspace that has installed the app."""
    team = await seed_team(deployment.application.units, "Solarhaus")
    await deployment.install()
    await deployment.join_channel("C1")
    async with deployment.application.units.write() as uow:
        assert await uow.conversations.connect(team.team_id, "slack", TEAM_ID, "C1", uow.now)
    deployment.slack.calls.clear()
    return team


async def ended(deployment: InstallDeployment) -> Counter[tuple[str, str]]:
    """Return the states and reasons of deliveries to Slack."""
    async with deployment.application.database.reader.connect() as connection:
        rows = await connection.execute(
            select(deliveries.c.state, deliveries.c.reason).where(deliveries.c.platform == "slack")
        )
        return Counter((row.state, row.reason) for row in rows)


async def test_lead_is_posted_with_the_installed_token(deployment: InstallDeployment, team: SeededTeam) -> None:
    """The bot posts with the token of the installation."""
    await create_lead(team)
    await deployment.application.relay.drain()
    assert len(deployment.slack.called("chat.postMessage")) == 1
    assert len(deployment.slack.messages_in("C1")) == 2  # The welcome message and the lead.


async def test_uninstall_ends_pending_deliveries(deployment: InstallDeployment, team: SeededTeam) -> None:
    """After `app_uninstalled` the token is deleted, the channel is left and pending deliveries end."""
    await create_lead(team)
    deployment.slack.revoke(TEAM_ID)
    assert await deployment.send_event(GONE) == 200
    assert await deployment.find_installation() is None
    assert not await deployment.is_in_channel(TEAM_ID, "C1")
    deployment.slack.calls.clear()
    await create_lead(team)
    await deployment.application.relay.drain()
    assert deployment.slack.calls == []
    assert not {DeliveryState.PENDING, DeliveryState.SENDING} & {state for state, _ in await ended(deployment)}


async def test_revoked_token_ends_the_installation(deployment: InstallDeployment, team: SeededTeam) -> None:
    """Without an event, the first rejected message ends the installation."""
    await create_lead(team)
    deployment.slack.revoke(TEAM_ID)
    await deployment.application.relay.drain()
    assert Counter(call.method for call in deployment.slack.calls) == {"chat.postMessage": 1}
    assert await ended(deployment) == {(DeliveryState.FAILED, "gone token_revoked"): 1}
    assert await deployment.find_installation() is None
    assert not await deployment.is_in_channel(TEAM_ID, "C1")
    await create_lead(team)
    await deployment.application.relay.drain()
    assert len(deployment.slack.calls) == 1


async def test_uninstall_affects_one_workspace(deployment: InstallDeployment, team: SeededTeam) -> None:
    """An uninstall affects one workspace; a new installation gives the channel back to its team."""
    deployment.slack.add_workspace("T2", "Dachwerk", token="xoxb-2")
    await deployment.install("T2")
    await deployment.join_channel("C2", team_id="T2")
    deployment.slack.revoke(TEAM_ID)
    await deployment.send_event(GONE)
    assert await deployment.find_installation("T2", "T2") is not None
    assert await deployment.is_in_channel("T2", "C2")
    await deployment.install()
    await deployment.join_channel("C1")
    async with deployment.application.units.read() as uow:
        conversation = await uow.conversations.get("slack", TEAM_ID, "C1")
    assert conversation is not None
    assert (conversation.team_id, conversation.installed) == (team.team_id, True)
    await create_lead(team)
    await deployment.application.relay.drain()
    assert deployment.slack.called("chat.postMessage")[-1].channel == "C1"


@pytest.mark.usefixtures("team")
async def test_revoked_user_token_keeps_the_installation(deployment: InstallDeployment) -> None:
    """A revoked user token or a late `app_uninstalled` keeps an installation whose token is valid."""
    assert await deployment.send_event({"type": "tokens_revoked", "tokens": {"oauth": ["U1"]}}) == 200
    assert await deployment.send_event(GONE) == 200
    assert await deployment.find_installation() is not None
    assert await deployment.is_in_channel(TEAM_ID, "C1")
    deployment.slack.revoke(TEAM_ID)
    assert await deployment.send_event({"type": "tokens_revoked", "tokens": {"bot": ["U0BOT"]}}) == 200
    assert await deployment.find_installation() is None


async def test_workspace_without_installation_is_rejected(deployment: InstallDeployment) -> None:
    """A signed request from a workspace without an installation stores nothing."""
    deployment.slack.add_workspace("T9", "Fremd", token="xoxb-9")
    status = await deployment.send_event(
        {"type": "app_mention", "user": "U9", "channel": "C9", "text": "help"}, team_id="T9"
    )
    assert status == 403
    assert deployment.slack.calls == []
    assert not await deployment.is_in_channel("T9", "C9")
