"""Firms in a chat platform, made through the product's own use cases: what the runs begin with."""

from dataclasses import dataclass, replace
from typing import Protocol

from services import lead, team, user
from services.actor import Actor
from services.errors import Contended
from services.people import Place, PlaceKind, TeamId
from services.permissions import Role
from services.unit_of_work import UnitOfWork
from services.user.model import Met
from storage.unit_of_work import SqlUnits
from tests.fakes.bot_connector import APP_ID, TENANT_ID
from tests.fakes.slack import TEAM_ID, FakeSlack

TRIES_MAX = 20


class Ground(Protocol):
    """The platform on which a firm is, as the bot knows its places and people."""

    @property
    def platform(self) -> str: ...

    @property
    def tenant(self) -> str: ...

    def room(self, firm: str, number: int) -> str:
        """A channel in which the bot is."""
        ...

    def direct(self, account: str) -> str:
        """Somebody's chat with the bot."""
        ...

    def reference(self, account: str = "") -> dict[str, str]:
        """How a channel, or a person, is reached."""
        ...


@dataclass(frozen=True, slots=True)
class InTeams:
    """Microsoft Teams."""

    service_url: str
    platform: str = "teams"
    tenant: str = TENANT_ID

    def room(self, firm: str, number: int) -> str:
        return f"19:{firm}-{number}@thread.tacv2"

    def direct(self, account: str) -> str:
        return f"a:29:{account}"

    def reference(self, account: str = "") -> dict[str, str]:
        user = {"user": f"29:{account}"} if account else {}
        return {"serviceUrl": self.service_url, "tenant": TENANT_ID, "bot": f"28:{APP_ID}", **user}


@dataclass(frozen=True, slots=True)
class InSlack:
    """A workspace of Slack."""

    slack: FakeSlack
    platform: str = "slack"
    tenant: str = TEAM_ID

    def room(self, firm: str, number: int) -> str:
        return self.slack.add_channel(f"C{firm}{number}", f"{firm}-{number}").channel_id

    def direct(self, account: str) -> str:
        self.slack.add_user(account, account)
        return self.slack.direct(account).channel_id

    def reference(self, account: str = "") -> dict[str, str]:
        del account
        return {"workspace": TEAM_ID}


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


async def found(units: SqlUnits, ground: Ground, name: str, channels: int, members: int = 0) -> Firm:
    """A firm with an owner, an admin and some members, all of whom the bot can write to."""
    accounts = tuple(f"{role}-{name}" for role in ("owner", "admin", *(f"member-{n}" for n in range(members))))
    people = [await _meet(units, ground, account) for account in accounts]
    rooms = tuple(ground.room(name, number) for number in range(channels))
    async with units.write() as uow:
        team_id = TeamId((await team.create(uow, people[0], name)).team_id)
        for person, role in zip(people[1:], (Role.ADMIN, *(Role.MEMBER for _ in range(members))), strict=True):
            await uow.members.add(team_id, person.user_id, role, "", uow.now)
        roles = (Role.OWNER, Role.ADMIN, *(Role.MEMBER for _ in range(members)))
        actors = tuple(replace(one, team_id=team_id, role=role) for one, role in zip(people, roles, strict=True))
        for room in rooms:
            await _connect(uow, actors[0], room, ground)
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


async def _meet(units: SqlUnits, ground: Ground, account: str) -> Actor:
    place = Place(ground.platform, ground.tenant, ground.direct(account), PlaceKind.PERSONAL)
    met = Met(account, account, language_hint="en-GB", reference=ground.reference(account))
    async with units.write() as uow:
        await user.meet(uow, place, met, ground.reference(account))
    async with units.read() as uow:
        seen = await user.recognise(uow, ground.platform, ground.tenant, account, place.conversation_id)
    assert seen is not None
    return seen.actor()


async def _connect(uow: UnitOfWork, owner: Actor, room: str, ground: Ground) -> None:
    place = Place(ground.platform, ground.tenant, room, PlaceKind.CHANNEL, room)
    await user.meet(uow, place, Met(owner.name, owner.name, reference=ground.reference(owner.name)), ground.reference())
    await team.connect(uow, replace(owner, place=place))
