"""Seeds teams, members, marketplaces and leads for the conversations.

People write to the bot through the platform's endpoints; the use cases create the rest.
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
class ChatTeam:
    """A team whose members are all in its one channel."""

    chat: Chat
    name: str
    team_id: TeamId
    channel: Room
    people: list[Person]
    """The members, the owner first."""
    roles: dict[str, Role]

    @property
    def owner(self) -> Person:
        return self.people[0]

    def of(self, role: Role) -> Person:
        """Return the first person with this role."""
        return next(person for person in self.people if self.roles[person.name] is role)


async def user_without_team(chat: Chat, name: str) -> Person:
    """Add a person who has written to the bot once, so that the bot can write to them."""
    person = await chat.person(name)
    await send_first_message([person])
    return person


async def send_first_message(people: Iterable[Person]) -> None:
    """Let each person ask for help, so that each has a card with buttons."""
    async with asyncio.TaskGroup() as tasks:
        for person in people:
            tasks.create_task(
                person.chat.driver.say(person.account, person.direct, person.chat.words(de="hilfe", en="help"), None)
            )


async def seed_team(chat: Chat, name: str, owner: str, members: Mapping[str, Role], *guests: Person) -> ChatTeam:
    """Create a team with a connected channel, which also its guests can read."""
    people = [await chat.person(full_name) for full_name in (owner, *members)]
    await send_first_message(people)
    channel = await chat.channel(f"Vertrieb {name}", *people, *guests)
    async with chat.application.units.write() as uow:
        created = await team.create(uow, await actor(uow, people[0], channel), name)
        for person, role in zip(people[1:], members.values(), strict=True):
            await join(uow, TeamId(created.team_id), person, role)
    await chat.settles()
    return ChatTeam(chat, name, TeamId(created.team_id), channel, people, {owner: Role.OWNER, **members})


async def join(uow: UnitOfWork, team_id: TeamId, person: Person, role: Role) -> None:
    """Add a person to a team."""
    assert await uow.members.add(team_id, await user_id(uow, person), role, "", uow.now)


async def user_id(uow: UnitOfWork, person: Person) -> str:
    """Return the user of a person who has written to the bot."""
    driver = person.chat.driver
    return await user.find_user_id(uow, driver.platform, driver.tenant, person.account.account_id)


async def actor(uow: UnitOfWork, person: Person, room: Room | None = None) -> Actor:
    """Return the actor of a person, in a room or in their direct chat."""
    driver = person.chat.driver
    where = (room or person.direct).room_id
    seen = await user.recognise(uow, driver.platform, driver.tenant, person.account.account_id, where)
    if seen is None:
        # The bot knows the person, but not the room; the actor needs only the person.
        seen = await user.recognise(
            uow, driver.platform, driver.tenant, person.account.account_id, person.direct.room_id
        )
    assert seen is not None
    return seen.actor()


async def open_marketplace(operator: ChatTeam, *partners: ChatTeam) -> str:
    """Create a marketplace on which the operator and these teams give and take; return its id."""
    async with operator.chat.application.units.write() as uow:
        anna = await actor(uow, operator.owner)
        created = await marketplace.create(uow, anna, f"Markt {operator.name}")
        for number, seeded in enumerate(partners):
            await _take_part(uow, anna, seeded, created.marketplace_id, f"partner-{number}@partners.example")
    await operator.chat.settles()
    return created.marketplace_id


async def _take_part(uow: UnitOfWork, operator: Actor, seeded: ChatTeam, marketplace_id: str, email: str) -> None:
    """Invite a team, open the link, accept, and enter the code."""
    await marketplace.invite(
        uow, operator, email=email, name=seeded.name, marketplace=marketplace_id, part=marketplace.Part.BOTH
    )
    [invited] = await uow.invitations.list_open_to(operator.team_id, email)
    opened = await page.accept(uow, invitation.build_token(uow.keyring, invited))
    assert opened is not None
    await membership.join(uow, await actor(uow, seeded.owner), opened.code)


async def create_lead(giver: ChatTeam, title: str = "Dachsanierung, 120 m²", by: Person | None = None) -> LeadView:
    """Create a lead of the team with a contact that no other lead has."""
    number = next(_leads)
    draft = lead.LeadDraft(
        title=title, name=f"Elke Schneider {number}", email=f"elke-{number}@posteo.example", postcode="70192"
    )
    async with giver.chat.application.units.write() as uow:
        brought = await lead.create(uow, await actor(uow, by or giver.owner), draft)
    await giver.chat.settles()
    return brought


async def offer(operator: ChatTeam, lead_id: str) -> None:
    """Offer a lead of the operator to every taker of its only marketplace."""
    async with operator.chat.application.units.write() as uow:
        await marketplace.offer(uow, await actor(uow, operator.owner), lead_id)
    await operator.chat.settles()


async def pick(seeded: ChatTeam, lead_id: str, by: Person | None = None) -> None:
    """Pick a lead for the team."""
    async with seeded.chat.application.units.write() as uow:
        await lead.pick(uow, await actor(uow, by or seeded.owner), lead_id)
    await seeded.chat.settles()


async def actions(chat: Chat, team_id: TeamId, action: str) -> int:
    """Count the entries with this action in a team's audit log."""
    async with chat.application.units.read() as uow:
        entries = await uow.audit.list_entries(team_id, before_seq=1 << 30, limit=ENTRIES_MAX)
    return sum(item.action == action for item in entries)
