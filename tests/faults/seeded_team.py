"""A team in a chat platform, created through the product's use cases."""

from dataclasses import dataclass, replace
from typing import Protocol

from services import lead, team, user
from services.actor import Actor
from services.errors import DatabaseBusy
from services.people import Place, PlaceKind, TeamId
from services.permissions import Role
from services.unit_of_work import UnitOfWork
from services.user.model import UserProfile
from storage.unit_of_work import SqlUnits
from tests.fakes.bot_connector import APP_ID, TENANT_ID
from tests.fakes.slack import TEAM_ID, FakeSlack

TRIES_MAX = 20


class SeedPlatform(Protocol):
    """Addresses of conversations and accounts on a platform."""

    @property
    def platform(self) -> str: ...

    @property
    def tenant(self) -> str: ...

    def channel(self, team: str, number: int) -> str:
        """Return the id of a channel that the bot is in."""
        ...

    def direct(self, account: str) -> str:
        """Return the id of a user's direct chat with the bot."""
        ...

    def reference(self, account: str = "") -> dict[str, str]:
        """Return the delivery reference of a channel, or of a user."""
        ...


@dataclass(frozen=True, slots=True)
class TeamsSeed:
    """Addresses in Microsoft Teams."""

    service_url: str
    platform: str = "teams"
    tenant: str = TENANT_ID

    def channel(self, team: str, number: int) -> str:
        return f"19:{team}-{number}@thread.tacv2"

    def direct(self, account: str) -> str:
        return f"a:29:{account}"

    def reference(self, account: str = "") -> dict[str, str]:
        user = {"user": f"29:{account}"} if account else {}
        return {"serviceUrl": self.service_url, "tenant": TENANT_ID, "bot": f"28:{APP_ID}", **user}


@dataclass(frozen=True, slots=True)
class SlackSeed:
    """Addresses in a Slack workspace."""

    slack: FakeSlack
    platform: str = "slack"
    tenant: str = TEAM_ID

    def channel(self, team: str, number: int) -> str:
        return self.slack.add_channel(f"C{team}{number}", f"{team}-{number}").channel_id

    def direct(self, account: str) -> str:
        self.slack.add_user(account, account)
        return self.slack.direct(account).channel_id

    def reference(self, account: str = "") -> dict[str, str]:
        del account
        return {"workspace": TEAM_ID}


@dataclass(frozen=True, slots=True)
class SeededTeam:
    """A team with its channels; the owner is its first actor."""

    team_id: TeamId
    actors: tuple[Actor, ...]
    accounts: tuple[str, ...]
    channels: tuple[str, ...]

    @property
    def owner(self) -> Actor:
        return self.actors[0]


async def seed_team(units: SqlUnits, platform: SeedPlatform, name: str, channels: int, members: int = 0) -> SeededTeam:
    """Create a team with an owner, an admin and members, all with a direct chat."""
    accounts = tuple(f"{role}-{name}" for role in ("owner", "admin", *(f"member-{n}" for n in range(members))))
    people = [await _add_user(units, platform, account) for account in accounts]
    rooms = tuple(platform.channel(name, number) for number in range(channels))
    async with units.write() as uow:
        team_id = TeamId((await team.create(uow, people[0], name)).team_id)
        for person, role in zip(people[1:], (Role.ADMIN, *(Role.MEMBER for _ in range(members))), strict=True):
            await uow.members.add(team_id, person.user_id, role, "", uow.now)
        roles = (Role.OWNER, Role.ADMIN, *(Role.MEMBER for _ in range(members)))
        actors = tuple(replace(item, team_id=team_id, role=role) for item, role in zip(people, roles, strict=True))
        for room in rooms:
            await _connect_channel(uow, actors[0], room, platform)
    return SeededTeam(team_id, actors, accounts, rooms)


async def create_lead(units: SqlUnits, team: SeededTeam, number: int) -> str:
    """Create a lead of the team with a new contact, and return its id."""
    draft = lead.LeadDraft(
        title=f"Dach {number}", name=f"Kunde {number}", email=f"k{number}-{team.team_id}@post.example"
    )
    async with units.write() as uow:
        return (await lead.create(uow, team.owner, draft)).lead_id


async def pick_lead(units: SqlUnits, team: SeededTeam, lead_id: str) -> None:
    """Pick the lead as the owner; retry while the database is busy."""
    for _ in range(TRIES_MAX):
        try:
            async with units.write() as uow:
                await lead.pick(uow, team.owner, lead_id)
        except DatabaseBusy:
            continue
        return
    raise TimeoutError


async def _add_user(units: SqlUnits, platform: SeedPlatform, account: str) -> Actor:
    place = Place(platform.platform, platform.tenant, platform.direct(account), PlaceKind.PERSONAL)
    profile = UserProfile(account, account, language_hint="en-GB", reference=platform.reference(account))
    async with units.write() as uow:
        await user.upsert_profile(uow, place, profile, platform.reference(account))
    async with units.read() as uow:
        recognised = await user.recognise(uow, platform.platform, platform.tenant, account, place.conversation_id)
    assert recognised is not None
    return recognised.actor()


async def _connect_channel(uow: UnitOfWork, owner: Actor, room: str, platform: SeedPlatform) -> None:
    place = Place(platform.platform, platform.tenant, room, PlaceKind.CHANNEL, room)
    await user.upsert_profile(
        uow, place, UserProfile(owner.name, owner.name, reference=platform.reference(owner.name)), platform.reference()
    )
    await team.connect(uow, replace(owner, place=place))
