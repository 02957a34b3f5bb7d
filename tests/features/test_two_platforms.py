"""One team in two chats: a channel connected by a code, and cards that are updated in both chats (X4)."""

import re
from dataclasses import dataclass, replace

import pytest

from services.conversation.model import Conversation
from services.lead import ActivityType
from services.people import EXTERNAL_USERS_KEY, Language
from services.permissions import Role
from tests.chat import Chat, Person, Room
from tests.displayed_message import DisplayedMessage
from tests.features import chat_team, team_state
from tests.features.chat_team import ChatTeam
from tests.features.clicks import Click, press_together, responses_to
from tests.features.combinations import Combination

COMBINATIONS: tuple[Combination, ...] = (
    ("teams", "sqlite", Language.ENGLISH),
    ("slack", "postgres", Language.GERMAN),
)
OTHER = {"teams": "slack", "slack": "teams"}
CODE = re.compile(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}\b")
PICKS = 100


@dataclass(slots=True)
class Both:
    """A team in one chat, and people in a channel of another chat."""

    chat: Chat
    far: Chat
    team: ChatTeam
    visitor: Person
    """A person without a team in the far channel."""
    channel: Room
    """The channel in the far chat."""

    async def code(self) -> str:
        seen = await self.team.owner.says(de="verbinden code", en="connect code")
        found = CODE.search(seen.words)
        assert found, seen.words
        return found[0]

    async def type(self, code: str, room: Room | None = None) -> DisplayedMessage:
        return await self.visitor.says(de=f"verbinden {code}", en=f"connect {code}", room=room or self.channel)

    async def connect(self) -> DisplayedMessage:
        """Connect the far channel by a code."""
        await self.type(await self.code())
        return await self.team.owner.presses("channel.confirm")


@pytest.fixture
async def both(chat: Chat) -> Both:
    """Solarhaus in one chat, and Uta in a channel of the other one."""
    roles = {"Mara Lind": Role.ADMIN, "Ben Kaya": Role.MEMBER, "Tom Fischer": Role.VIEWER}
    team = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", roles)
    far = chat.on(OTHER[chat.driver.platform])
    visitor = await chat_team.user_without_team(far, "Uta Berg")
    return Both(chat, far, team, visitor, await far.channel("Aussendienst", visitor))


async def connected(both: Both) -> list[tuple[str, str]]:
    """List platform and name of the team's channels."""
    async with both.chat.application.units.read() as uow:
        return [(item.platform, item.name) for item in await uow.conversations.list_connected(both.team.team_id)]


@pytest.mark.core
async def test_a_code_connects_a_channel_of_another_chat(both: Both) -> None:
    """X4, X5: a code typed in the other chat's channel and confirmed by the owner connects it; the log records it."""
    response = await both.type(await both.code())
    assert both.team.name not in response
    assert both.team.name not in await both.visitor.sees(both.channel)
    asked = (await both.team.owner.reads())[-1]
    assert "Uta Berg" in asked
    assert "channel.confirm" in asked.commands
    assert len(await connected(both)) == 1
    await both.team.owner.presses("channel.confirm")
    assert both.far.driver.platform in {platform for platform, _ in await connected(both)}
    assert both.team.name in await both.visitor.sees(both.channel)
    async with both.chat.application.units.read() as uow:
        entries = await uow.audit.list_entries(both.team.team_id)
    offered = next(item for item in entries if item.action == "channel.offered")
    done = next(item for item in entries if item.action == "team.channel_connected")
    assert (offered.platform, offered.user_name) == (both.far.driver.platform, "Uta Berg")
    assert (done.platform, done.details["channel_platform"]) == (both.chat.driver.platform, both.far.driver.platform)
    assert team_state.defects(both.chat) == 0


async def test_only_permitted_roles_get_and_confirm_a_code(both: Both) -> None:
    """A34: a member neither gets a code nor confirms the offered channel; an admin does."""
    ben, mara = both.team.of(Role.MEMBER), both.team.of(Role.ADMIN)
    refused = await ben.says(de="verbinden code", en="connect code")
    assert not CODE.search(refused.words)
    await both.type(await both.code())
    offer = newest_offer(await both.team.owner.reads())
    await ben.forges("channel.confirm", {"offer": offer})
    assert len(await connected(both)) == 1
    await mara.forges("channel.confirm", {"offer": offer})
    assert len(await connected(both)) == 2


def newest_offer(shown: list[DisplayedMessage]) -> str:
    """Return the offer on the newest card."""
    found = [button.args["offer"] for seen in shown if (button := seen.button("channel.confirm", {}))]
    return found[-1]


async def test_a_declined_channel_stays_as_it_was(both: Both) -> None:
    """After the owner declines, neither the code nor the card works any more."""
    code = await both.code()
    await both.type(code)
    offer = newest_offer(await both.team.owner.reads())
    await both.team.owner.presses("channel.decline")
    await both.team.owner.forges("channel.confirm", {"offer": offer})
    wrong = both.chat.words(de="Dieser Code passt nicht", en="This code doesn't fit")
    assert wrong in await both.type(code)
    assert len(await connected(both)) == 1


async def test_a_code_for_a_channel_ends_after_ten_minutes(both: Both) -> None:
    """Code and question expire after ten minutes."""
    expired_code = await both.code()
    both.chat.clock.advance(minutes=10)
    assert both.chat.words(de="Dieser Code passt nicht", en="This code doesn't fit") in await both.type(expired_code)
    await both.type(await both.code())
    both.chat.clock.advance(minutes=10)
    await both.team.owner.presses("channel.confirm")
    assert len(await connected(both)) == 1


async def test_a_channel_of_another_team_is_refused(both: Both) -> None:
    """X1: a channel of another team is not connected, and neither team learns of the other."""
    await both.visitor.says(de="team anlegen Dachwerk KG", en="team create Dachwerk KG", room=both.channel)
    refused = await both.type(await both.code())
    assert both.team.name not in refused
    assert "Dachwerk KG" not in await both.team.owner.sees()
    assert len(await connected(both)) == 1


async def test_a_code_typed_in_a_direct_chat_connects_nothing(both: Both) -> None:
    """A code typed in a direct chat connects nothing and stays valid for a channel."""
    code = await both.code()
    await both.type(code, both.visitor.direct)
    await both.type(code)
    await both.team.owner.presses("channel.confirm")
    assert len(await connected(both)) == 2


async def test_an_offered_channel_with_external_users_warns_first(both: Both) -> None:
    """A34: a channel with external users is connected after the owner accepts the warning."""
    await both.type(await both.code())
    async with both.chat.application.units.write() as uow:
        found = await uow.conversations.get(both.far.driver.platform, both.far.driver.tenant, both.channel.room_id)
        assert found is not None
        await uow.conversations.upsert(_shared(found))
    await both.team.owner.presses("channel.confirm")
    assert len(await connected(both)) == 1
    await both.team.owner.presses("channel.confirm")
    assert len(await connected(both)) == 2


def _shared(found: Conversation) -> Conversation:
    return replace(found, reference={**found.reference, EXTERNAL_USERS_KEY: True})


async def test_a_linked_person_connects_without_a_code(both: Both) -> None:
    """X4: a linked person connects a channel of the other chat directly, without a code."""
    seen = await both.team.owner.says(de="verknüpfen", en="link")
    found = CODE.search(seen.words)
    assert found
    await both.visitor.says(de=f"verknüpfen {found[0]}", en=f"link {found[0]}")
    await both.visitor.presses("identity.agree")
    await both.team.owner.presses("identity.confirm")
    await both.visitor.says(de="verbinden", en="connect", room=both.channel)
    assert len(await connected(both)) == 2


async def add_members_to_far_chat(both: Both, *names: str) -> list[Person]:
    """Create members of the team who are in the far channel alone."""
    found = [await chat_team.user_without_team(both.far, name) for name in names]
    room = await both.far.channel("Aussendienst 2", *found)
    async with both.chat.application.units.write() as uow:
        for person in found:
            await chat_team.join(uow, both.team.team_id, person, Role.MEMBER)
    await found[0].chat.settles()
    await _connect_there(both, room)
    both.channel = room
    return found


async def _connect_there(both: Both, room: Room) -> None:
    driver = both.far.driver
    async with both.chat.application.units.write() as uow:
        assert await uow.conversations.connect(both.team.team_id, driver.platform, driver.tenant, room.room_id, uow.now)


async def test_a_pick_on_one_side_changes_the_card_on_the_other(both: Both) -> None:
    """X4: a lead has a card in each chat; a pick in one chat updates the card in the other."""
    [uwe] = await add_members_to_far_chat(both, "Uwe Kern")
    ben = both.team.of(Role.MEMBER)
    first, second = await chat_team.create_lead(both.team, "Dach"), await chat_team.create_lead(both.team, "Keller")
    for who, room, lead, other, other_room in (
        (ben, both.team.channel, first, uwe, both.channel),
        (uwe, both.channel, second, ben, both.team.channel),
    ):
        assert lead.title in await other.sees(other_room)
        await who.presses("lead.pick", room=room, lead=lead.lead_id)
        words = both.chat.words(de=f"übernommen von {who.name}", en=f"picked by {who.name}")
        card = await other.finds(lead.title, other_room)
        assert words in card
        assert "lead.pick" not in card.commands
        assert sum(lead.title in item for item in await other.reads(other_room)) == 1


@pytest.mark.timeout(120)
async def test_a_hundred_picks_from_both_sides_have_one_winner(both: Both) -> None:
    """B10, X4: a hundred simultaneous clicks in two chats have one winner, whose name all cards show."""
    far = await add_members_to_far_chat(both, "Uwe Kern")
    near = [both.team.owner, both.team.people[1], both.team.people[2]]
    brought = await chat_team.create_lead(both.team)
    args = {"lead": brought.lead_id}
    places = [(person, both.team.channel) for person in near] + [(person, both.channel) for person in far]
    cards = {person.name: await _card(person, room, args) for person, room in places}
    turns = [places[n % len(near)] if n % 2 else places[len(near) + n // 2 % len(far)] for n in range(PICKS)]
    clicks = [
        Click(person, room, cards[person.name].message_id, "lead.pick", args, f"pick-{n}")
        for n, (person, room) in enumerate(turns)
    ]

    responses = await press_together(clicks)
    await both.chat.settles()

    assert team_state.defects(both.chat) == 0
    async with both.chat.application.units.read() as uow:
        seen = await uow.leads.get(both.team.team_id, brought.lead_id)
        history = await uow.leads.list_history(both.team.team_id, brought.lead_id, PICKS)
        assert seen is not None
        winner = await uow.users.get(seen.lead.picked_by or "")
    assert winner is not None
    assert [item.user for item in history if item.what is ActivityType.PICKED] == [winner.name]
    assert await chat_team.actions(both.chat, both.team.team_id, "lead.picked") == 1
    words = both.chat.words(de=f"übernommen von {winner.name}", en=f"picked by {winner.name}")
    for person, room in ((near[0], both.team.channel), (far[0], both.channel)):
        card = await person.finds(brought.title, room)
        assert words in card
        assert "lead.pick" not in card.commands
    faster = both.chat.words(de=f"{winner.name} war schneller", en=f"{winner.name} was faster")
    for person, _ in places:
        if person.name != winner.name:
            assert any(faster in seen for seen in await responses_to(person, clicks, responses)), person.name


async def _card(person: Person, room: Room, args: dict[str, str]) -> DisplayedMessage:
    return next(item for item in await person.reads(room) if item.button("lead.pick", args))
