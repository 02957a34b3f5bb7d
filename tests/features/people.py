"""Firms, colleagues and markets that are there at once, for conversations which begin where others end.

People come through the platform's own door; what they would have to arrange first is done by the product's use cases.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count

from services import invitation, lead, marketplace, membership, team, user
from services.actor import Actor
from services.lead import LeadView
from services.membership import page
from services.people import TeamId
from services.permissions import Role
from services.unit_of_work import UnitOfWork
from tests.chat import Chat, Person, Room

_leads = count(1)
ENTRIES_MAX = 100


@dataclass(slots=True)
class Firm:
    """A team whose colleagues all sit in its one channel."""

    chat: Chat
    name: str
    team_id: TeamId
    channel: Room
    people: list[Person]
    """The owner first."""
    roles: dict[str, Role]

    @property
    def owner(self) -> Person:
        return self.people[0]

    def of(self, role: Role) -> Person:
        """The first one with this role."""
        return next(one for one in self.people if self.roles[one.name] is role)


async def newcomer(chat: Chat, name: str) -> Person:
    """Somebody who has written to the bot once, so that it can write to him."""
    person = await chat.person(name)
    await greet([person])
    return person


async def greet(people: Iterable[Person]) -> None:
    """Everybody says the first word; whoever has read the answer has a card with buttons."""
    async with asyncio.TaskGroup() as tasks:
        for one in people:
            tasks.create_task(one.chat.stage.say(one.account, one.direct, one.chat.words(de="hilfe", en="help"), None))


async def found(chat: Chat, name: str, owner: str, colleagues: Mapping[str, Role], *guests: Person) -> Firm:
    """A firm with a connected channel, in which also its guests read along."""
    people = [await chat.person(one) for one in (owner, *colleagues)]
    await greet(people)
    channel = await chat.channel(f"Vertrieb {name}", *people, *guests)
    async with chat.house.units.write() as uow:
        created = await team.create(uow, await actor(uow, people[0], channel), name)
        for one, role in zip(people[1:], colleagues.values(), strict=True):
            await join(uow, TeamId(created.team_id), one, role)
    await chat.settles()
    return Firm(chat, name, TeamId(created.team_id), channel, people, {owner: Role.OWNER, **colleagues})


async def join(uow: UnitOfWork, team_id: TeamId, person: Person, role: Role) -> None:
    """Make somebody a colleague."""
    assert await uow.members.add(team_id, await user_id(uow, person), role, "", uow.now)


async def user_id(uow: UnitOfWork, person: Person) -> str:
    """The user behind somebody who has written to the bot."""
    stage = person.chat.stage
    return await user.known(uow, stage.platform, stage.tenant, person.account.account_id)


async def actor(uow: UnitOfWork, person: Person, room: Room | None = None) -> Actor:
    """Somebody as the dispatch recognises him, in a room or in his own chat."""
    stage = person.chat.stage
    where = (room or person.direct).room_id
    seen = await user.recognise(uow, stage.platform, stage.tenant, person.account.account_id, where)
    if seen is None:
        # He is known, the place is not: nothing there is needed but the place itself.
        seen = await user.recognise(uow, stage.platform, stage.tenant, person.account.account_id, person.direct.room_id)
    assert seen is not None
    return seen.actor()


async def open_market(operator: Firm, *partners: Firm) -> str:
    """A marketplace on which the operator and these firms give and take; its id."""
    async with operator.chat.house.units.write() as uow:
        anna = await actor(uow, operator.owner)
        market = await marketplace.create(uow, anna, f"Markt {operator.name}")
        for number, firm in enumerate(partners):
            await _bring(uow, anna, firm, market.marketplace_id, f"firm-{number}@firms.example")
    await operator.chat.settles()
    return market.marketplace_id


async def _bring(uow: UnitOfWork, operator: Actor, firm: Firm, marketplace_id: str, email: str) -> None:
    """Invite a firm, open the link, accept, and give the code to the bot."""
    await marketplace.invite(
        uow, operator, email=email, name=firm.name, marketplace=marketplace_id, part=marketplace.Part.BOTH
    )
    [invited] = await uow.invitations.open_to(operator.team_id, email)
    opened = await page.accept(uow, invitation.token_of(uow.keyring, invited))
    assert opened is not None
    await membership.join(uow, await actor(uow, firm.owner), opened.code)


async def bring(giver: Firm, title: str = "Dachsanierung, 120 m²", by: Person | None = None) -> LeadView:
    """A lead of the firm, of somebody who never asked before."""
    number = next(_leads)
    draft = lead.Draft(
        title=title, name=f"Elke Schneider {number}", email=f"elke-{number}@posteo.example", postcode="70192"
    )
    async with giver.chat.house.units.write() as uow:
        brought = await lead.create(uow, await actor(uow, by or giver.owner), draft)
    await giver.chat.settles()
    return brought


async def offer(operator: Firm, lead_id: str) -> None:
    """Offer a lead of the operator to every taker of its only marketplace."""
    async with operator.chat.house.units.write() as uow:
        await marketplace.offer(uow, await actor(uow, operator.owner), lead_id)
    await operator.chat.settles()


async def pick(firm: Firm, lead_id: str, by: Person | None = None) -> None:
    """Pick a lead in the firm's name."""
    async with firm.chat.house.units.write() as uow:
        await lead.pick(uow, await actor(uow, by or firm.owner), lead_id)
    await firm.chat.settles()


async def actions(chat: Chat, team_id: TeamId, action: str) -> int:
    """How often something stands in a team's audit log."""
    async with chat.house.units.read() as uow:
        entries = await uow.audit.page(team_id, before_seq=1 << 30, limit=ENTRIES_MAX)
    return sum(one.action == action for one in entries)
