"""A channel of two workspaces in Slack: whoever belongs to the other one sees nothing and changes nothing (X1)."""

from dataclasses import dataclass
from typing import cast

import pytest

from cards.chat import SHOW_COMMAND
from services import user
from services.permissions import Role
from tests.chat import Chat, Person, Room
from tests.features import matrix, people, state
from tests.features.combinations import SLACK
from tests.features.people import Firm
from tests.stage_slack import SlackStage

COMBINATIONS = SLACK


@dataclass(slots=True)
class Shared:
    """A firm with a channel of its own, and one that it shares with another workspace."""

    chat: Chat
    firm: Firm
    olga: Person
    """Of the other workspace."""
    channel: Room


@pytest.fixture
async def shared(chat: Chat) -> Shared:
    """Solarhaus has connected the shared channel, too."""
    stage = cast("SlackStage", chat.stage)
    roles = {"Mara Lind": Role.ADMIN, "Ben Kaya": Role.MEMBER, "Tom Fischer": Role.VIEWER}
    firm = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", roles)
    olga = Person(chat, await stage.outsider("Olga Fremd", chat.language))
    accounts = [*(one.account for one in firm.people), olga.account]
    channel = await stage.shared_room("Partner", accounts)
    await stage.install(channel, firm.owner.account)
    await firm.owner.says(de="verbinden", en="connect", at=channel)
    await firm.owner.presses("team.connect", at=channel)
    return Shared(chat, firm, olga, channel)


async def test_the_shared_channel_is_connected_after_a_warning(shared: Shared) -> None:
    """A34: the warning stood before the owner alone; nothing in the channel names the team."""
    async with shared.chat.house.units.read() as uow:
        names = [one.name for one in await uow.conversations.connected(shared.firm.team_id)]
    assert sorted(names) == ["Partner", "Vertrieb Solarhaus GmbH"]
    assert shared.firm.name not in await shared.olga.sees(shared.channel)


async def test_a_lead_is_a_stub_there_and_each_colleague_opens_it_alone(shared: Shared) -> None:
    """A42: the shared channel shows that there is something; the card comes to whoever may see it alone."""
    brought = await people.bring(shared.firm)
    [stub] = [one for one in await shared.olga.reads(shared.channel) if SHOW_COMMAND in one.commands]
    assert brought.title not in await shared.olga.sees(shared.channel)
    ben = shared.firm.of(Role.MEMBER)
    shown = await ben.presses(SHOW_COMMAND, at=shared.channel)
    assert brought.title in shown
    assert "lead.pick" in shown.commands
    refused = await shared.olga.presses(SHOW_COMMAND, at=shared.channel)
    assert brought.title not in refused
    assert brought.title not in await shared.olga.sees(shared.channel)
    assert (
        stub.message_id
        == [one for one in await ben.reads(shared.channel) if SHOW_COMMAND in one.commands][-1].message_id
    )


async def test_a_pick_out_of_the_stub_changes_the_own_channel(shared: Shared) -> None:
    """X4: what a colleague does on the card that came to him alone stands on the cards elsewhere at once."""
    brought = await people.bring(shared.firm)
    ben = shared.firm.of(Role.MEMBER)
    await ben.presses(SHOW_COMMAND, at=shared.channel)
    await ben.presses("lead.pick", at=shared.channel, lead=brought.lead_id)
    words = shared.chat.words(de="übernommen von Ben Kaya", en="picked by Ben Kaya")
    assert words in await ben.finds(brought.title, shared.firm.channel)
    assert "Ben Kaya" not in await shared.olga.sees(shared.channel)


async def test_an_outsider_presses_everything_in_vain(shared: Shared) -> None:
    """X1: commands with real things of the team are refused in the same words, logged, and change nothing."""
    things = await matrix.build(shared.firm)
    await people.bring(shared.firm)
    [*_, card] = [one for one in await shared.olga.reads(shared.channel) if one.by_bot]
    before, rules = await state.kept(shared.chat, shared.firm.team_id), state.refused(shared.chat)
    for command in ("lead.pick", "lead.show", "lead.reveal", "team.show", "member.list", "audit.export", "lead.create"):
        args = matrix.ROWS[command].args(things)
        await shared.chat.stage.press(shared.olga.account, shared.channel, card.message_id, command, args, None)
    await shared.chat.settles()
    assert state.newly_refused(shared.chat, rules) == {"FromOutside"}
    assert await state.kept(shared.chat, shared.firm.team_id) == before
    assert await people.actions(shared.chat, shared.firm.team_id, "access.refused") == 7
    seen = await shared.olga.sees(shared.channel)
    assert not [name for name in (shared.firm.name, *shared.firm.roles, "posteo") if name in seen]
    assert state.defects(shared.chat) == 0


async def test_an_outsider_types_in_vain_and_joins(shared: Shared) -> None:
    """A46: somebody of the other workspace is told nothing, asks to join, and is a colleague once an owner says yes."""
    chat, olga = shared.chat, shared.olga
    brought = await people.bring(shared.firm)
    refused = await olga.says(f"lead {brought.ref}", at=shared.channel)
    assert "invitation.join" in refused.commands
    assert brought.title not in refused
    await olga.presses("invitation.join", at=shared.channel)
    words = chat.words(de="aus einer anderen Organisation", en="from another organisation")
    await shared.firm.owner.finds(words, shared.firm.owner.direct)
    await shared.firm.owner.presses("invitation.approve")
    async with chat.house.units.read() as uow:
        known = await user.known(uow, "slack", chat.stage.tenant, olga.account.account_id)
        assert await uow.members.get(shared.firm.team_id, known)
    shown = await olga.presses(SHOW_COMMAND, at=shared.channel)
    assert shown.words


async def test_what_stands_in_a_channel_is_concealed_when_others_come(shared: Shared) -> None:
    """A42, X5: once a channel is shared, its cards become stubs, new ones too, and the team's log says since when."""
    chat, firm, stage = shared.chat, shared.firm, cast("SlackStage", shared.chat.stage)
    first = await people.bring(firm, "Dachsanierung")
    assert first.title in await firm.owner.sees(firm.channel)
    channel = stage.slack.channels[firm.channel.room_id]
    channel.is_ext_shared = True
    channel.members.append(shared.olga.account.account_id)
    await stage.tell({"type": "channel_shared", "channel": firm.channel.room_id, "connected_team_id": "T0OTHERS"})
    await chat.settles()
    second = await people.bring(firm, "Kellerdecke")
    seen = await shared.olga.sees(firm.channel)
    assert first.title not in seen
    assert second.title not in seen
    assert await people.actions(chat, firm.team_id, "team.channel_shared") == 1
    shown = await firm.owner.presses(SHOW_COMMAND, at=firm.channel, key=first.lead_id)
    assert first.title in shown
