"""Firms in Microsoft Teams, made through the product's own use cases: what the runs begin with."""

from dataclasses import dataclass, replace

from services import lead, team, user
from services.errors import Contended
from services.people import Actor, Place, PlaceKind, TeamId
from services.permissions import Role
from services.unit_of_work import UnitOfWork
from services.user.model import Met
from storage.unit_of_work import SqlUnits
from tests.fakes.bot_connector import APP_ID, TENANT_ID

TRIES_MAX = 20


@dataclass(frozen=True, slots=True)
class Firm:
    """A team with its channels; the owner first among its people."""

    team_id: TeamId
    actors: tuple[Actor, ...]
    accounts: tuple[str, ...]
    channels: tuple[str, ...]

    @property
    def owner(self) -> Actor:
        return self.actors[0]


async def found(units: SqlUnits, service_url: str, name: str, channels: int, members: int = 0) -> Firm:
    """A firm with an owner, an admin and some members, all of whom the bot can write to."""
    accounts = tuple(f"{role}-{name}" for role in ("owner", "admin", *(f"member-{n}" for n in range(members))))
    people = [await _meet(units, service_url, account) for account in accounts]
    rooms = tuple(f"19:{name}-{number}@thread.tacv2" for number in range(channels))
    async with units.write() as uow:
        team_id = TeamId((await team.create(uow, people[0], name)).team_id)
        for person, role in zip(people[1:], (Role.ADMIN, *(Role.MEMBER for _ in range(members))), strict=True):
            await uow.members.add(team_id, person.user_id, role, "", uow.now)
        roles = (Role.OWNER, Role.ADMIN, *(Role.MEMBER for _ in range(members)))
        actors = tuple(replace(one, team_id=team_id, role=role) for one, role in zip(people, roles, strict=True))
        for room in rooms:
            await _connect(uow, actors[0], room, service_url)
    return Firm(team_id, actors, accounts, rooms)


async def bring(units: SqlUnits, firm: Firm, number: int) -> str:
    """A lead of the firm, of somebody who never asked before; its id."""
    draft = lead.Draft(title=f"Dach {number}", name=f"Kunde {number}", email=f"k{number}-{firm.team_id}@post.example")
    async with units.write() as uow:
        return (await lead.create(uow, firm.owner, draft)).lead_id


async def pick(units: SqlUnits, firm: Firm, lead_id: str) -> None:
    """The owner takes it; as a click would, several times where the database is busy."""
    for _ in range(TRIES_MAX):
        try:
            async with units.write() as uow:
                await lead.pick(uow, firm.owner, lead_id)
        except Contended:
            continue
        return
    raise TimeoutError


async def _meet(units: SqlUnits, service_url: str, account: str) -> Actor:
    place = Place("teams", TENANT_ID, f"a:29:{account}", PlaceKind.PERSONAL)
    reference = {"serviceUrl": service_url, "tenant": TENANT_ID, "bot": f"28:{APP_ID}", "user": f"29:{account}"}
    async with units.write() as uow:
        await user.meet(uow, place, Met(account, account, language_hint="en-GB", reference=reference), reference)
    async with units.read() as uow:
        seen = await user.recognise(uow, "teams", TENANT_ID, account, place.conversation_id)
    assert seen is not None
    return seen.actor()


async def _connect(uow: UnitOfWork, owner: Actor, room: str, service_url: str) -> None:
    place = Place("teams", TENANT_ID, room, PlaceKind.CHANNEL, room)
    reference = {"serviceUrl": service_url, "tenant": TENANT_ID, "bot": f"28:{APP_ID}"}
    met = Met(owner.name, owner.name, reference={**reference, "user": f"29:{owner.name}"})
    await user.meet(uow, place, met, reference)
    await team.connect(uow, replace(owner, place=place))
