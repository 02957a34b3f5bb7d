"""A Slack channel of two workspaces: people of the other workspace see and change nothing (X1)."""

from dataclasses import dataclass
from typing import cast

import pytest

from cards.chat import SHOW_COMMAND
from services import user
from services.permissions import Role
from tests.chat import Chat, Person, Room
from tests.drivers.slack import SlackDriver
from tests.features import chat_team, command_arguments, team_state
from tests.features.chat_team import ChatTeam
from tests.features.combinations import SLACK

COMBINATIONS = SLACK


@dataclass(slots=True)
class Shared:
    """A team with a channel of its own and one that it shares with another workspace."""

    chat: Chat
    team: ChatTeam
    olga: Person
    """A person of the other workspace."""
    channel: Room


@pytest.fixture
async def shared(chat: Chat) -> Shared:
    """Solarhaus has connected the shared channel, too."""
    driver = cast("SlackDriver", chat.driver)
    roles = {"Mara Lind": Role.ADMIN, "Ben Kaya": Role.MEMBER, "Tom Fischer": Role.VIEWER}
    team = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", roles)
    olga = Person(chat, await driver.external_user("Olga Fremd", chat.language))
    accounts = [*(person.account for person in team.people), olga.account]
    channel = await driver.shared_room("Partner", accounts)
    await driver.install(channel, team.owner.account)
    await team.owner.says(de="verbinden", en="connect", room=channel)
    await team.owner.presses("team.connect", room=channel)
    return Shared(chat, team, olga, channel)


async def test_the_shared_channel_is_connected_after_a_warning(shared: Shared) -> None:
    """A34: only the owner saw the warning; nothing in the channel names the team."""
    async with shared.chat.application.units.read() as uow:
        names = [item.name for item in await uow.conversations.list_connected(shared.team.team_id)]
    assert sorted(names) == ["Partner", "Vertrieb Solarhaus GmbH"]
    assert shared.team.name not in await shared.olga.sees(shared.channel)


async def test_a_lead_is_a_stub_there_and_each_member_opens_it_alone(shared: Shared) -> None:
    """A42: the shared channel shows a stub; each member who may see the card opens it in private."""
    brought = await chat_team.create_lead(shared.team)
    [stub] = [item for item in await shared.olga.reads(shared.channel) if SHOW_COMMAND in item.commands]
    assert brought.title not in await shared.olga.sees(shared.channel)
    ben = shared.team.of(Role.MEMBER)
    shown = await ben.presses(SHOW_COMMAND, room=shared.channel)
    assert brought.title in shown
    assert "lead.pick" in shown.commands
    refused = await shared.olga.presses(SHOW_COMMAND, room=shared.channel)
    assert brought.title not in refused
    assert brought.title not in await shared.olga.sees(shared.channel)
    assert (
        stub.message_id
        == [item for item in await ben.reads(shared.channel) if SHOW_COMMAND in item.commands][-1].message_id
    )


async def test_a_pick_from_the_stub_changes_the_teams_channel(shared: Shared) -> None:
    """X4: a member's pick on the private card updates the cards in all other rooms."""
    brought = await chat_team.create_lead(shared.team)
    ben = shared.team.of(Role.MEMBER)
    await ben.presses(SHOW_COMMAND, room=shared.channel)
    await ben.presses("lead.pick", room=shared.channel, lead=brought.lead_id)
    words = shared.chat.words(de="übernommen von Ben Kaya", en="picked by Ben Kaya")
    assert words in await ben.finds(brought.title, shared.team.channel)
    assert "Ben Kaya" not in await shared.olga.sees(shared.channel)


async def test_an_external_user_presses_nothing_with_effect(shared: Shared) -> None:
    """X1: commands with the team's ids get the same refusal, are logged, and change nothing."""
    things = await command_arguments.build(shared.team)
    await chat_team.create_lead(shared.team)
    [*_, card] = [item for item in await shared.olga.reads(shared.channel) if item.by_bot]
    before, rules = (
        await team_state.rows_without_refusals(shared.chat, shared.team.team_id),
        team_state.refused(shared.chat),
    )
    for command in ("lead.pick", "lead.show", "lead.reveal", "team.show", "member.list", "audit.export", "lead.create"):
        args = command_arguments.ROWS[command].args(things)
        await shared.chat.driver.press(shared.olga.account, shared.channel, card.message_id, command, args, None)
    await shared.chat.settles()
    assert team_state.newly_refused(shared.chat, rules) == {"ExternalUserDenied"}
    assert await team_state.rows_without_refusals(shared.chat, shared.team.team_id) == before
    assert await chat_team.actions(shared.chat, shared.team.team_id, "access.refused") == 7
    seen = await shared.olga.sees(shared.channel)
    assert not [name for name in (shared.team.name, *shared.team.roles, "posteo") if name in seen]
    assert team_state.defects(shared.chat) == 0


async def test_an_external_user_types_without_effect_and_joins(shared: Shared) -> None:
    """A46: a person of the other workspace gets neutral refusals, asks to join, and is a member after approval."""
    chat, olga = shared.chat, shared.olga
    brought = await chat_team.create_lead(shared.team)
    refused = await olga.says(f"lead {brought.ref}", room=shared.channel)
    assert "invitation.join" in refused.commands
    assert brought.title not in refused
    await olga.presses("invitation.join", room=shared.channel)
    words = chat.words(de="aus einer anderen Organisation", en="from another organisation")
    await shared.team.owner.finds(words, shared.team.owner.direct)
    await shared.team.owner.presses("invitation.approve")
    async with chat.application.units.read() as uow:
        known = await user.find_user_id(uow, "slack", chat.driver.tenant, olga.account.account_id)
        assert await uow.members.get(shared.team.team_id, known)
    shown = await olga.presses(SHOW_COMMAND, room=shared.channel)
    assert shown.words


async def test_cards_are_redacted_once_a_channel_is_shared(shared: Shared) -> None:
    """A42, X5: once a channel is shared, old and new cards become stubs; the log records the time."""
    chat, team, driver = shared.chat, shared.team, cast("SlackDriver", shared.chat.driver)
    first = await chat_team.create_lead(team, "Dachsanierung")
    assert first.title in await team.owner.sees(team.channel)
    channel = driver.slack.channels[team.channel.room_id]
    channel.is_ext_shared = True
    channel.members.append(shared.olga.account.account_id)
    await driver.tell({"type": "channel_shared", "channel": team.channel.room_id, "connected_team_id": "T0OTHERS"})
    await chat.settles()
    second = await chat_team.create_lead(team, "Kellerdecke")
    seen = await shared.olga.sees(team.channel)
    assert first.title not in seen
    assert second.title not in seen
    assert await chat_team.actions(chat, team.team_id, "team.channel_shared") == 1
    shown = await team.owner.presses(SHOW_COMMAND, room=team.channel, key=first.lead_id)
    assert first.title in shown
