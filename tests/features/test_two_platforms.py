"""One team in two chats at once: a channel connected by a code, and cards that follow each other across both (X4)."""

import re
from dataclasses import dataclass, replace

import pytest

from services.conversation.model import Conversation
from services.lead import What
from services.people import OUTSIDERS, Language
from services.permissions import Role
from tests.chat import Chat, Person, Room
from tests.features import people, state
from tests.features.combinations import Combination
from tests.features.people import Firm
from tests.features.pressing import Click, press_together, told
from tests.seen import Seen

COMBINATIONS: tuple[Combination, ...] = (
    ("teams", "sqlite", Language.ENGLISH),
    ("slack", "postgres", Language.GERMAN),
)
OTHER = {"teams": "slack", "slack": "teams"}
CODE = re.compile(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}\b")
PICKS = 100


@dataclass(slots=True)
class Both:
    """A firm in one chat, and people in a channel of another one."""

    chat: Chat
    far: Chat
    firm: Firm
    there: Person
    """Somebody in the far channel, who is nobody's colleague."""
    channel: Room
    """The far one."""

    async def code(self) -> str:
        seen = await self.firm.owner.says(de="verbinden code", en="connect code")
        found = CODE.search(seen.words)
        assert found, seen.words
        return found[0]

    async def type(self, code: str, at: Room | None = None) -> Seen:
        return await self.there.says(de=f"verbinden {code}", en=f"connect {code}", at=at or self.channel)

    async def connect(self) -> Seen:
        """All of it."""
        await self.type(await self.code())
        return await self.firm.owner.presses("channel.confirm")


@pytest.fixture
async def both(chat: Chat) -> Both:
    """Solarhaus in one chat; Uta sits in a channel of the other one."""
    roles = {"Mara Lind": Role.ADMIN, "Ben Kaya": Role.MEMBER, "Tom Fischer": Role.VIEWER}
    firm = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", roles)
    far = chat.on(OTHER[chat.stage.platform])
    there = await people.newcomer(far, "Uta Berg")
    return Both(chat, far, firm, there, await far.channel("Aussendienst", there))


async def connected(both: Both) -> list[tuple[str, str]]:
    """The platforms of the firm's channels, and what they are called."""
    async with both.chat.house.units.read() as uow:
        return [(one.platform, one.name) for one in await uow.conversations.connected(both.firm.team_id)]


@pytest.mark.core
async def test_a_code_connects_a_channel_of_another_chat(both: Both) -> None:
    """X4, X5: a code typed in a channel elsewhere and confirmed by the owner makes it the team's; it is logged."""
    answer = await both.type(await both.code())
    assert both.firm.name not in answer
    assert both.firm.name not in await both.there.sees(both.channel)
    asked = (await both.firm.owner.reads())[-1]
    assert "Uta Berg" in asked
    assert "channel.confirm" in asked.commands
    assert len(await connected(both)) == 1
    await both.firm.owner.presses("channel.confirm")
    assert both.far.stage.platform in {platform for platform, _ in await connected(both)}
    assert both.firm.name in await both.there.sees(both.channel)
    async with both.chat.house.units.read() as uow:
        entries = await uow.audit.page(both.firm.team_id)
    offered = next(one for one in entries if one.action == "channel.offered")
    done = next(one for one in entries if one.action == "team.channel_connected")
    assert (offered.platform, offered.user_name) == (both.far.stage.platform, "Uta Berg")
    assert (done.platform, done.details["channel_platform"]) == (both.chat.stage.platform, both.far.stage.platform)
    assert state.defects(both.chat) == 0


async def test_only_whoever_may_connect_channels_gets_and_confirms_a_code(both: Both) -> None:
    """A34: a member neither gets a code nor confirms the channel that was offered; an admin does."""
    ben, mara = both.firm.of(Role.MEMBER), both.firm.of(Role.ADMIN)
    refused = await ben.says(de="verbinden code", en="connect code")
    assert not CODE.search(refused.words)
    await both.type(await both.code())
    offer = both_button(await both.firm.owner.reads())
    await ben.forges("channel.confirm", {"offer": offer})
    assert len(await connected(both)) == 1
    await mara.forges("channel.confirm", {"offer": offer})
    assert len(await connected(both)) == 2


def both_button(shown: list[Seen]) -> str:
    """The offer that the newest card asks about."""
    found = [button.args["offer"] for seen in shown if (button := seen.button("channel.confirm", {}))]
    return found[-1]


async def test_a_declined_channel_stays_as_it_was(both: Both) -> None:
    """The owner says no, and neither the code nor the card works any more."""
    code = await both.code()
    await both.type(code)
    offer = both_button(await both.firm.owner.reads())
    await both.firm.owner.presses("channel.decline")
    await both.firm.owner.forges("channel.confirm", {"offer": offer})
    wrong = both.chat.words(de="Dieser Code passt nicht", en="This code doesn't fit")
    assert wrong in await both.type(code)
    assert len(await connected(both)) == 1


async def test_a_code_for_a_channel_ends_after_ten_minutes(both: Both) -> None:
    """Whoever comes too late with the code, or to the question, begins anew."""
    late = await both.code()
    both.chat.clock.advance(minutes=10)
    assert both.chat.words(de="Dieser Code passt nicht", en="This code doesn't fit") in await both.type(late)
    await both.type(await both.code())
    both.chat.clock.advance(minutes=10)
    await both.firm.owner.presses("channel.confirm")
    assert len(await connected(both)) == 1


async def test_a_channel_of_another_team_is_refused(both: Both) -> None:
    """X1: what belongs to another team is not connected, and neither team learns of the other."""
    await both.there.says(de="team anlegen Dachwerk KG", en="team create Dachwerk KG", at=both.channel)
    refused = await both.type(await both.code())
    assert both.firm.name not in refused
    assert "Dachwerk KG" not in await both.firm.owner.sees()
    assert len(await connected(both)) == 1


async def test_a_code_typed_in_a_direct_chat_connects_nothing(both: Both) -> None:
    """Only channels are connected; the code stays good for one."""
    code = await both.code()
    await both.type(code, both.there.direct)
    await both.type(code)
    await both.firm.owner.presses("channel.confirm")
    assert len(await connected(both)) == 2


async def test_an_offered_channel_with_outsiders_warns_first(both: Both) -> None:
    """A34: a channel in which other organisations read along is connected once that is accepted."""
    await both.type(await both.code())
    async with both.chat.house.units.write() as uow:
        found = await uow.conversations.find(both.far.stage.platform, both.far.stage.tenant, both.channel.room_id)
        assert found is not None
        await uow.conversations.keep(_shared(found))
    await both.firm.owner.presses("channel.confirm")
    assert len(await connected(both)) == 1
    await both.firm.owner.presses("channel.confirm")
    assert len(await connected(both)) == 2


def _shared(found: Conversation) -> Conversation:
    return replace(found, reference={**found.reference, OUTSIDERS: True})


async def test_whoever_is_linked_connects_at_once(both: Both) -> None:
    """X4: whoever is the same person in both chats connects a channel there as here, without a code."""
    seen = await both.firm.owner.says(de="verknüpfen", en="link")
    found = CODE.search(seen.words)
    assert found
    await both.there.says(de=f"verknüpfen {found[0]}", en=f"link {found[0]}")
    await both.there.presses("identity.agree")
    await both.firm.owner.presses("identity.confirm")
    await both.there.says(de="verbinden", en="connect", at=both.channel)
    assert len(await connected(both)) == 2


async def colleagues_there(both: Both, *names: str) -> list[Person]:
    """Colleagues of the firm who sit in the far channel alone."""
    found = [await people.newcomer(both.far, name) for name in names]
    room = await both.far.channel("Aussendienst 2", *found)
    async with both.chat.house.units.write() as uow:
        for one in found:
            await people.join(uow, both.firm.team_id, one, Role.MEMBER)
    await found[0].chat.settles()
    await _connect_there(both, room)
    both.channel = room
    return found


async def _connect_there(both: Both, room: Room) -> None:
    stage = both.far.stage
    async with both.chat.house.units.write() as uow:
        assert await uow.conversations.connect(both.firm.team_id, stage.platform, stage.tenant, room.room_id, uow.now)


async def test_a_pick_on_one_side_changes_the_card_on_the_other(both: Both) -> None:
    """X4: a lead has a card in each channel; whoever picks it here changes the card there, and the other way round."""
    [uwe] = await colleagues_there(both, "Uwe Kern")
    ben = both.firm.of(Role.MEMBER)
    first, second = await people.bring(both.firm, "Dach"), await people.bring(both.firm, "Keller")
    for who, room, lead, other, there in (
        (ben, both.firm.channel, first, uwe, both.channel),
        (uwe, both.channel, second, ben, both.firm.channel),
    ):
        assert lead.title in await other.sees(there)
        await who.presses("lead.pick", at=room, lead=lead.lead_id)
        words = both.chat.words(de=f"übernommen von {who.name}", en=f"picked by {who.name}")
        card = await other.finds(lead.title, there)
        assert words in card
        assert "lead.pick" not in card.commands
        assert sum(lead.title in one for one in await other.reads(there)) == 1


@pytest.mark.timeout(120)
async def test_a_hundred_picks_from_both_sides_have_one_winner(both: Both) -> None:
    """B10, X4: a hundred simultaneous clicks in two chats; one has the lead, both cards name him, others read who."""
    far = await colleagues_there(both, "Uwe Kern")
    near = [both.firm.owner, both.firm.people[1], both.firm.people[2]]
    brought = await people.bring(both.firm)
    args = {"lead": brought.lead_id}
    places = [(one, both.firm.channel) for one in near] + [(one, both.channel) for one in far]
    cards = {one.name: await _card(one, room, args) for one, room in places}
    turns = [places[n % len(near)] if n % 2 else places[len(near) + n // 2 % len(far)] for n in range(PICKS)]
    clicks = [
        Click(one, room, cards[one.name].message_id, "lead.pick", args, f"pick-{n}")
        for n, (one, room) in enumerate(turns)
    ]

    answers = await press_together(clicks)
    await both.chat.settles()

    assert state.defects(both.chat) == 0
    async with both.chat.house.units.read() as uow:
        seen = await uow.leads.see(both.firm.team_id, brought.lead_id)
        history = await uow.leads.history(both.firm.team_id, brought.lead_id, PICKS)
        assert seen is not None
        winner = await uow.users.get(seen.lead.picked_by or "")
    assert winner is not None
    assert [one.user for one in history if one.what is What.PICKED] == [winner.name]
    assert await people.actions(both.chat, both.firm.team_id, "lead.picked") == 1
    words = both.chat.words(de=f"übernommen von {winner.name}", en=f"picked by {winner.name}")
    for one, room in ((near[0], both.firm.channel), (far[0], both.channel)):
        card = await one.finds(brought.title, room)
        assert words in card
        assert "lead.pick" not in card.commands
    faster = both.chat.words(de=f"{winner.name} war schneller", en=f"{winner.name} was faster")
    for one, _ in places:
        if one.name != winner.name:
            assert any(faster in seen for seen in await told(one, clicks, answers)), one.name


async def _card(person: Person, room: Room, args: dict[str, str]) -> Seen:
    return next(one for one in await person.reads(room) if one.button("lead.pick", args))
