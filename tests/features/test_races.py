"""Many people press at once: one of them decides, and everybody else reads clearly what has happened."""

import asyncio

import pytest

from services.invitation import InvitationState
from services.lead import What
from services.permissions import Role
from tests.chat import Chat, Person, Room
from tests.features import people, state
from tests.features.people import Firm
from tests.features.pressing import Click, press_together, told
from tests.seen import Seen

CLICKS = 1_000
FIRMS = 11
DECISIONS = 50
REPETITIONS = 20
ENTRIES_MAX = 100


async def found_firms(chat: Chat) -> list[Firm]:
    """Firms with as many colleagues as their plan includes."""
    roles = {"Mara": Role.ADMIN, "Ben": Role.MEMBER, "Tim": Role.MEMBER, "Ute": Role.MEMBER}
    return [
        await people.found(chat, f"Firma {n}", f"Anna Nr{n}", {f"{name} Nr{n}": role for name, role in roles.items()})
        for n in range(FIRMS)
    ]


async def card_of(person: Person, room: Room, command: str, args: dict[str, str] | None = None) -> Seen:
    """The card in the room on which this person sees the button."""
    return next(seen for seen in await person.reads(room) if seen.button(command, args or {}))


class TestThousand:
    @pytest.mark.timeout(120)
    async def test_a_thousand_picks_of_one_lead_have_one_winner(self, chat: Chat) -> None:
        """A thousand clicks of 55 colleagues of eleven firms on one lead: one has it, the others read: it is taken."""
        firms = await found_firms(chat)
        await people.open_market(firms[0], *firms[1:])
        brought = await people.bring(firms[0])
        await people.offer(firms[0], brought.lead_id)
        args = {"lead": brought.lead_id}
        places = [
            (firm, person, (await card_of(person, firm.channel, "lead.pick", args)).message_id)
            for firm in firms
            for person in firm.people
        ]
        clicks = [
            Click(person, firm.channel, message_id, "lead.pick", args, f"pick-{n}")
            for n in range(CLICKS)
            for firm, person, message_id in [places[n % len(places)]]
        ]

        answers = await press_together(clicks)

        assert state.defects(chat) == 0
        winner, winners = await _winner(chat, firms, brought.lead_id)
        assert sum([await people.actions(chat, firm.team_id, "lead.picked") for firm in firms]) == 1
        for firm in firms:
            for person in firm.people:
                seen = await told(person, clicks, answers)
                asked = sum(click.person is person for click in clicks)
                await _check_told(chat, firm, person, seen, asked, (winner, winners, brought.lead_id))


async def _winner(chat: Chat, firms: list[Firm], lead_id: str) -> tuple[str, Firm]:
    """Who has the lead; the history knows one pick."""
    async with chat.house.units.read() as uow:
        seen = await uow.leads.see(firms[0].team_id, lead_id)
        assert seen is not None
        [winners] = [firm for firm in firms if firm.team_id == seen.lead.picked_team_id]
        history = await uow.leads.history(winners.team_id, lead_id, ENTRIES_MAX)
        [picked] = [one for one in history if one.what is What.PICKED]
        [winner] = [one.name for one in winners.people if await people.user_id(uow, one) == seen.lead.picked_by]
    assert picked.user == winner
    return winner, winners


async def _check_told(
    chat: Chat, firm: Firm, person: Person, seen: list[Seen], asked: int, won: tuple[str, Firm, str]
) -> None:
    """The winner reads of the own lead, colleagues who was faster, other firms that it is taken, and no name."""
    winner, winners, lead_id = won
    async with chat.house.units.read() as uow:
        sight = await uow.leads.see(firm.team_id, lead_id)
    assert sight is not None
    ref = sight.sight.ref
    if person.name == winner:
        mine = chat.words(de=f"{ref} ist schon bei Ihnen", en=f"You have {ref} already")
        assert sum(mine in one for one in seen) == asked - 1
        return
    assert len(seen) == asked
    if firm is winners:
        words = chat.words(de=f"{winner} war schneller und hat {ref}", en=f"{winner} was faster: {ref}")
    else:
        words = chat.words(de=f"{ref} ist schon vergeben", en=f"{ref} is already taken")
        assert all(winner not in one and winners.name not in one for one in seen)
    assert [one.words for one in seen if words not in one] == []


@pytest.mark.parametrize("commands", [("invitation.approve",), ("invitation.decline", "invitation.approve")])
async def test_the_first_of_fifty_decisions_counts(chat: Chat, commands: tuple[str, ...]) -> None:
    """Owner and admins press fifty times on one approval: one decides, at most one mail goes out, others read who."""
    roles = {"Mara Lind": Role.ADMIN, "Jan Roth": Role.ADMIN, "Ben Kaya": Role.MEMBER}
    firm = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", roles)
    await firm.people[3].says(de="einladung erbitten eva@acme.example", en="request invitation eva@acme.example")
    rooms = [(person, room) for person in firm.people[:3] for room in (firm.channel, person.direct)]
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

    answers = await press_together(clicks)
    await chat.settles()

    assert state.defects(chat) == 0
    async with chat.house.units.read() as uow:
        decided = await uow.invitations.numbered(firm.team_id, 1)
    assert decided is not None
    approved = decided.state is InvitationState.PENDING
    assert approved or decided.state is InvitationState.DECLINED
    assert len(chat.mails.mails) == int(approved)
    done = "approved" if approved else "declined"
    assert await people.actions(chat, firm.team_id, "invitation.approved") == int(approved)
    assert await people.actions(chat, firm.team_id, f"invitation.{done}") == 1
    faster = chat.words(de=f"{decided.decided_by_name} war schneller", en=f"{decided.decided_by_name} was faster")
    for person in firm.people[:3]:
        if person.name != decided.decided_by_name:
            assert await told(person, clicks, answers)
        assert all(
            faster in one for one in await told(person, clicks, answers) if person.name != decided.decided_by_name
        )
        assert not {"invitation.approve", "invitation.decline"} & (await person.reads(firm.channel))[-1].commands


@pytest.mark.core
async def test_a_repeated_click_has_one_effect_and_the_same_answer(chat: Chat) -> None:
    """A click that arrives twenty times at once picks once, and each copy gets the answer of the first."""
    firm = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", {"Ben Kaya": Role.MEMBER})
    brought = await people.bring(firm)
    args = {"lead": brought.lead_id}
    ben = firm.people[1]
    card = await card_of(ben, firm.channel, "lead.pick", args)
    clicks = [Click(ben, firm.channel, card.message_id, "lead.pick", args, "same")] * REPETITIONS

    answers = await press_together(clicks)
    await chat.settles()

    assert state.defects(chat) == 0
    assert await people.actions(chat, firm.team_id, "lead.picked") == 1
    shown = [one for one in answers if one] or [await card_of(ben, firm.channel, "lead.undo")]
    assert len(shown) in {1, REPETITIONS}
    assert len({one.words for one in shown}) == 1
    assert "lead.undo" in shown[0].commands


async def test_a_repeated_message_has_one_effect_and_one_answer(chat: Chat) -> None:
    """A message that arrives twenty times at once is carried out and answered once."""
    firm = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", {"Ben Kaya": Role.MEMBER})
    brought = await people.bring(firm)
    await people.pick(firm, brought.lead_id)
    ben = firm.people[1]
    before = len(await ben.reads())
    words = chat.words(de=f"notiz {brought.ref} Ruft morgen an", en=f"note {brought.ref} Calls tomorrow")

    async with asyncio.TaskGroup() as tasks:
        for _ in range(REPETITIONS):
            tasks.create_task(chat.stage.say(ben.account, ben.direct, words, "same"))
    await chat.settles()

    assert state.defects(chat) == 0
    assert await people.actions(chat, firm.team_id, "lead.noted") == 1
    assert len([one for one in (await ben.reads())[before:] if one.by_bot]) == 1
