"""Two teams on a marketplace, created through the product's use cases: where tests about leads start."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from services import lead, marketplace, team, user
from services.actor import Actor
from services.errors import Refusal
from services.invitation.model import InvitationState
from services.lead.model import LeadView
from services.marketplace.model import MarketplaceView, PartnerState
from services.people import Language, Place, PlaceKind, TeamId
from services.permissions import Role
from services.unit_of_work import UnitOfWork
from services.user.model import UserProfile
from storage.unit_of_work import SqlUnits

ROLES = (Role.OWNER, Role.ADMIN, Role.MEMBER, Role.VIEWER)


@dataclass(slots=True)
class SeededTeam:
    """A team with a member in every role, and its channel."""

    units: SqlUnits
    name: str
    team_id: TeamId
    actors: dict[Role, Actor]
    channel: Place

    @property
    def owner(self) -> Actor:
        return self.actors[Role.OWNER]

    @property
    def member(self) -> Actor:
        return self.actors[Role.MEMBER]

    @property
    def viewer(self) -> Actor:
        return self.actors[Role.VIEWER]

    @property
    def admin(self) -> Actor:
        return self.actors[Role.ADMIN]

    def channel_reader(self) -> Actor:
        """Return the channel's readers as one actor, as the relay renders cards for them."""
        return replace(self.in_channel(self.member), user_id="", name="")

    def in_channel(self, actor: Actor) -> Actor:
        return replace(actor, place=self.channel)


def direct_chat(name: str) -> Place:
    """Return a user's direct chat with the bot."""
    return Place("web", "demo", f"direct:{name}", PlaceKind.PERSONAL)


async def add_user(units: SqlUnits, name: str) -> Actor:
    """Add a user who has written to the bot and is in no team."""
    place = direct_chat(name)
    async with units.write() as uow:
        await user.upsert_profile(uow, place, UserProfile(name, name), {"room": place.conversation_id})
    async with units.read() as uow:
        recognised = await user.recognise(uow, "web", "demo", name, place.conversation_id)
    assert recognised is not None
    return replace(recognised.actor(), language=Language.GERMAN)


async def seed_team(units: SqlUnits, name: str) -> SeededTeam:
    """Create a team with an owner, an admin, a member and a viewer, and one connected channel."""
    people = {role: await add_user(units, f"{role.value.title()} {name}") for role in ROLES}
    async with units.write() as uow:
        created = await team.create(uow, people[Role.OWNER], name)
        team_id = TeamId(created.team_id)
        for role in ROLES[1:]:
            await uow.members.add(team_id, people[role].user_id, role, "", uow.now)
    actors = {role: replace(actor, team_id=team_id, role=role) for role, actor in people.items()}
    channel = await connect_channel(units, actors[Role.OWNER], f"Vertrieb {name}")
    return SeededTeam(units, name, team_id, actors, channel)


async def connect_channel(units: SqlUnits, owner: Actor, name: str) -> Place:
    """Connect a further channel of the owner's team."""
    place = Place("web", "demo", f"channel:{name}", PlaceKind.CHANNEL, name)
    async with units.write() as uow:
        await user.upsert_profile(uow, place, UserProfile(owner.name, owner.name), {"room": place.conversation_id})
        await team.connect(uow, replace(owner, place=place))
    return replace(place, team_id=owner.team_id)


async def open_marketplace(operator: SeededTeam, *partners: SeededTeam, takes: bool = False, part: str = "both") -> str:
    """Create a marketplace of the operator, let the partners join by their codes, and return its id."""
    async with operator.units.write() as uow:
        marketplace_id = await marketplace.create(uow, operator.owner, f"Markt {operator.name}", takes=takes)
    for partner in partners:
        await join_marketplace(operator, partner, marketplace_id.marketplace_id, part)
    return marketplace_id.marketplace_id


async def join_marketplace(operator: SeededTeam, partner: SeededTeam, marketplace_id: str, part: str = "both") -> str:
    """Invite a team, let it join, and return the partner id."""
    async with operator.units.write() as uow:
        view = await marketplace.invite(
            uow,
            operator.owner,
            email=f"{partner.owner.user_id}@example.com",
            name=partner.name,
            marketplace=marketplace_id,
            part=part,
        )
        invited = next(item for item in view.partners if item.state is PartnerState.PENDING)
        stored = await uow.marketplaces.get_partner(operator.team_id, invited.partner_id)
        assert stored is not None
        sent = await uow.invitations.get(operator.team_id, stored.invitation_id or "")
        assert sent is not None
        await uow.invitations.change_state(
            operator.team_id, sent.invitation_id, (InvitationState.PENDING,), InvitationState.ACCEPTED
        )
        await marketplace.join_partner(uow, partner.owner, sent)
        await uow.invitations.join(
            operator.team_id, sent.invitation_id, (InvitationState.ACCEPTED,), partner.owner.user_id
        )
    return invited.partner_id


def lead_draft(title: str = "Dachsanierung, 120 m²", **more: str) -> lead.LeadDraft:
    """Return a lead as a user types it."""
    parts = {"name": "Eva Schneider", "email": "eva@posteo.de", "phone": "0711 1234567", "postcode": "70173"}
    return lead.LeadDraft(**{**parts, "title": title, **more})


async def create_lead(seeded: SeededTeam, by: Role = Role.OWNER, /, **more: str) -> LeadView:
    """Create a lead of the team with a new contact."""
    async with seeded.units.write() as uow:
        parts = {"email": f"{uow.new_id()}@posteo.de", "phone": "", **more}
        return await lead.create(uow, seeded.actors[by], lead_draft(**parts))


async def create_offered_lead(operator: SeededTeam, **more: str) -> LeadView:
    """Create a lead of the operator and offer it to every taker of its only marketplace."""
    new_lead = await create_lead(operator, **more)
    async with operator.units.write() as uow:
        return await marketplace.offer(uow, operator.owner, new_lead.lead_id)


async def show_lead(seeded: SeededTeam, lead_id: str, actor: Actor | None = None) -> LeadView:
    """Show the lead to a member of the team. Raises NotFound."""
    async with seeded.units.read() as uow:
        return await lead.show(uow, actor or seeded.member, lead_id)


async def pick_lead(seeded: SeededTeam, lead_id: str, actor: Actor | None = None) -> LeadView:
    """Pick the lead for the team."""
    async with seeded.units.write() as uow:
        return await lead.pick(uow, actor or seeded.member, lead_id)


async def only_marketplace(seeded: SeededTeam) -> MarketplaceView:
    """Return the team's only marketplace."""
    async with seeded.units.read() as uow:
        view = await marketplace.show(uow, seeded.owner)
    assert isinstance(view, MarketplaceView)
    return view


class RolledBack(Exception):
    """Ends a transaction without changes."""


async def refusal_of(
    units: SqlUnits, actor: Actor, attempt: Callable[[UnitOfWork, Actor], Awaitable[object]]
) -> type[Refusal] | None:
    """Attempt a use case in a transaction that is rolled back, and return the refusal; None without one."""
    refusal: type[Refusal] | None = None
    with suppress(RolledBack):
        async with units.write() as uow:
            try:
                await attempt(uow, actor)
            except Refusal as refused:
                refusal = type(refused)
            raise RolledBack
    return refusal
