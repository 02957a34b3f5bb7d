"""Simultaneous presses of many people: one press wins, and each person reads what happened."""

import asyncio

import pytest

from services.invitation import InvitationState
from services.lead import ActivityType
from services.permissions import Role
from tests.chat import Chat, Person, Room
from tests.displayed_message import DisplayedMessage
from tests.features import chat_team, team_state
from tests.features.chat_team import ChatTeam
from tests.features.clicks import Click, press_together, responses_to

CLICKS = 1_000
TEAM_COUNT = 11
DECISIONS = 50
REPETITIONS = 20
ENTRIES_MAX = 100


async def seed_teams(chat: Chat) -> list[ChatTeam]:
    """Create teams with as many members as their plan includes."""
    roles = {"Mara": Role.ADMIN, "Ben": Role.MEMBER, "Tim": Role.MEMBER, "Ute": Role.MEMBER}
    return [
        await chat_team.seed_team(
            chat, f"Firma {n}", f"Anna Nr{n}", {f"{name} Nr{n}": role for name, role in roles.items()}
        )
        for n in range(TEAM_COUNT)
    ]


async def card_of(person: Person, room: Room, command: str, args: dict[str, str] | None = None) -> DisplayedMessage:
    """Return the card in the room on which this person sees the button."""
    return next(seen for seen in await person.reads(room) if seen.button(command, args or {}))


class TestThousand:
    @pytest.mark.timeout(120)
    async def test_a_thousand_picks_of_one_lead_have_one_winner(self, chat: Chat) -> None:
        """A thousand clicks of 55 members of eleven teams on one lead have one winner; the rest read so."""
        teams = await seed_teams(chat)
        await chat_team.open_marketplace(teams[0], *teams[1:])
        brought = await chat_team.create_lead(teams[0])
        await chat_team.offer(teams[0], brought.lead_id)
        args = {"lead": brought.lead_id}
        places = [
            (team, person, (await card_of(person, team.channel, "lead.pick", args)).message_id)
            for team in teams
            for person in team.people
        ]
        clicks = [
            Click(person, team.channel, message_id, "lead.pick", args, f"pick-{n}")
            for n in range(CLICKS)
            for team, person, message_id in [places[n % len(places)]]
        ]

        responses = await press_together(clicks)

        assert team_state.defects(chat) == 0
        winner, winners = await _find_winner(chat, teams, brought.lead_id)
        assert sum([await chat_team.actions(chat, team.team_id, "lead.picked") for team in teams]) == 1
        for team in teams:
            for person in team.people:
                seen = await responses_to(person, clicks, responses)
                asked = sum(click.person is person for click in clicks)
                await _check_responses(chat, team, person, seen, asked, (winner, winners, brought.lead_id))


async def _find_winner(chat: Chat, teams: list[ChatTeam], lead_id: str) -> tuple[str, ChatTeam]:
    """Return the winner and the winner's team; the history holds one pick."""
    async with chat.application.units.read() as uow:
        seen = await uow.leads.get(teams[0].team_id, lead_id)
        assert seen is not None
        [winners] = [team for team in teams if team.team_id == seen.lead.picked_team_id]
        history = await uow.leads.list_history(winners.team_id, lead_id, ENTRIES_MAX)
        [picked] = [item for item in history if item.what is ActivityType.PICKED]
        [winner] = [
            person.name for person in winners.people if await chat_team.user_id(uow, person) == seen.lead.picked_by
        ]
    assert picked.user == winner
    return winner, winners


async def _check_responses(
    chat: Chat, team: ChatTeam, person: Person, seen: list[DisplayedMessage], asked: int, won: tuple[str, ChatTeam, str]
) -> None:
    """Check what a person reads: winners their lead, members the winner's name, other teams no name."""
    winner, winners, lead_id = won
    async with chat.application.units.read() as uow:
        visible_lead = await uow.leads.get(team.team_id, lead_id)
    assert visible_lead is not None
    ref = visible_lead.sight.ref
    if person.name == winner:
        mine = chat.words(de=f"{ref} ist schon bei Ihnen", en=f"You have {ref} already")
        assert sum(mine in item for item in seen) == asked - 1
        return
    assert len(seen) == asked
    if team is winners:
        words = chat.words(de=f"{winner} war schneller und hat {ref}", en=f"{winner} was faster: {ref}")
    else:
        words = chat.words(de=f"{ref} ist schon vergeben", en=f"{ref} is already taken")
        assert all(winner not in item and winners.name not in item for item in seen)
    assert [item.words for item in seen if words not in item] == []


@pytest.mark.parametrize("commands", [("invitation.approve",), ("invitation.decline", "invitation.approve")])
async def test_the_first_of_fifty_decisions_counts(chat: Chat, commands: tuple[str, ...]) -> None:
    """Fifty presses of owner and admins on one approval make one decision and at most one mail."""
    roles = {"Mara Lind": Role.ADMIN, "Jan Roth": Role.ADMIN, "Ben Kaya": Role.MEMBER}
    team = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", roles)
    await team.people[3].says(de="einladung erbitten eva@acme.example", en="request invitation eva@acme.example")
    rooms = [(person, room) for person in team.people[:3] for room in (team.channel, person.direct)]
    cards = [(await card_of(person, room, commands[0])) for person, room in rooms]
    clicks = [
        Click(person, room, card.message_id, command, button.args, f"decide-{n}")
        for n in range(DECISIONS)
        for command in [commands[n % len(commands)]]
        for (person, room), card in [(rooms[n // len(commands) % 6], cards[n // len(commands) % 6])]
        for button in [card.button(command, {})]
        if button
    ]
    assert len(clicks) == DECISIONS

    responses = await press_together(clicks)
    await chat.settles()

    assert team_state.defects(chat) == 0
    async with chat.application.units.read() as uow:
        decided = await uow.invitations.find_by_number(team.team_id, 1)
    assert decided is not None
    approved = decided.state is InvitationState.PENDING
    assert approved or decided.state is InvitationState.DECLINED
    assert len(chat.mails.mails) == int(approved)
    done = "approved" if approved else "declined"
    assert await chat_team.actions(chat, team.team_id, "invitation.approved") == int(approved)
    assert await chat_team.actions(chat, team.team_id, f"invitation.{done}") == 1
    faster = chat.words(de=f"{decided.decided_by_name} war schneller", en=f"{decided.decided_by_name} was faster")
    for person in team.people[:3]:
        if person.name != decided.decided_by_name:
            assert await responses_to(person, clicks, responses)
        assert all(
            faster in item
            for item in await responses_to(person, clicks, responses)
            if person.name != decided.decided_by_name
        )
        assert not {"invitation.approve", "invitation.decline"} & (await person.reads(team.channel))[-1].commands


@pytest.mark.core
async def test_a_repeated_click_has_one_effect_and_the_same_response(chat: Chat) -> None:
    """A click that arrives twenty times at once picks once; each copy gets the first response."""
    team = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {"Ben Kaya": Role.MEMBER})
    brought = await chat_team.create_lead(team)
    args = {"lead": brought.lead_id}
    ben = team.people[1]
    card = await card_of(ben, team.channel, "lead.pick", args)
    clicks = [Click(ben, team.channel, card.message_id, "lead.pick", args, "same")] * REPETITIONS

    responses = await press_together(clicks)
    await chat.settles()

    assert team_state.defects(chat) == 0
    assert await chat_team.actions(chat, team.team_id, "lead.picked") == 1
    shown = [response for response in responses if response] or [await card_of(ben, team.channel, "lead.undo")]
    assert len(shown) in {1, REPETITIONS}
    assert len({item.words for item in shown}) == 1
    assert "lead.undo" in shown[0].commands


async def test_a_repeated_message_has_one_effect_and_one_response(chat: Chat) -> None:
    """A message that arrives twenty times at once runs once and gets one response."""
    team = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {"Ben Kaya": Role.MEMBER})
    brought = await chat_team.create_lead(team)
    await chat_team.pick(team, brought.lead_id)
    ben = team.people[1]
    before = len(await ben.reads())
    words = chat.words(de=f"notiz {brought.ref} Ruft morgen an", en=f"note {brought.ref} Calls tomorrow")

    async with asyncio.TaskGroup() as tasks:
        for _ in range(REPETITIONS):
            tasks.create_task(chat.driver.say(ben.account, ben.direct, words, "same"))
    await chat.settles()

    assert team_state.defects(chat) == 0
    assert await chat_team.actions(chat, team.team_id, "lead.noted") == 1
    assert len([item for item in (await ben.reads())[before:] if item.by_bot]) == 1
