"""Two firms on a marketplace, made through the product's own use cases: what tests about leads start from."""

from dataclasses import dataclass, replace

from services import lead, marketplace, team, user
from services.actor import Actor
from services.invitation.model import InvitationState
from services.lead.model import LeadView
from services.marketplace.model import MarketplaceView, PartnerState
from services.people import Language, Place, PlaceKind, TeamId
from services.permissions import Role
from services.user.model import Met
from storage.unit_of_work import SqlUnits

ROLES = (Role.OWNER, Role.ADMIN, Role.MEMBER, Role.VIEWER)


@dataclass(slots=True)
class Firm:
    """A team with a colleague in every role, and its channel."""

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

    def reader(self) -> Actor:
        """Everybody who reads along in the channel, as the relay draws for them."""
        return replace(self.in_channel(self.member), user_id="", name="")

    def in_channel(self, actor: Actor) -> Actor:
        return replace(actor, place=self.channel)


def direct(name: str) -> Place:
    """Somebody's own chat with the bot."""
    return Place("web", "demo", f"direct:{name}", PlaceKind.PERSONAL)


async def meet(units: SqlUnits, name: str) -> Actor:
    """Somebody who has written to the bot and is in no team."""
    place = direct(name)
    async with units.write() as uow:
        await user.meet(uow, place, Met(name, name), {"room": place.conversation_id})
    async with units.read() as uow:
        seen = await user.recognise(uow, "web", "demo", name, place.conversation_id)
    assert seen is not None
    return replace(seen.actor(), language=Language.GERMAN)


async def found(units: SqlUnits, name: str) -> Firm:
    """A firm with an owner, an admin, a member and a viewer, and one connected channel."""
    people = {role: await meet(units, f"{role.value.title()} {name}") for role in ROLES}
    async with units.write() as uow:
        created = await team.create(uow, people[Role.OWNER], name)
        team_id = TeamId(created.team_id)
        for role in ROLES[1:]:
            await uow.members.add(team_id, people[role].user_id, role, "", uow.now)
    actors = {role: replace(actor, team_id=team_id, role=role) for role, actor in people.items()}
    channel = await connect(units, actors[Role.OWNER], f"Vertrieb {name}")
    return Firm(units, name, team_id, actors, channel)


async def connect(units: SqlUnits, owner: Actor, name: str) -> Place:
    """A further channel of the owner's team."""
    place = Place("web", "demo", f"channel:{name}", PlaceKind.CHANNEL, name)
    async with units.write() as uow:
        await user.meet(uow, place, Met(owner.name, owner.name), {"room": place.conversation_id})
        await team.connect(uow, replace(owner, place=place))
    return replace(place, team_id=owner.team_id)


async def open_market(operator: Firm, *partners: Firm, takes: bool = False, part: str = "both") -> str:
    """A marketplace of the operator with these partners, each of which has joined by its code; its id."""
    async with operator.units.write() as uow:
        market = await marketplace.create(uow, operator.owner, f"Markt {operator.name}", takes=takes)
    for partner in partners:
        await join(operator, partner, market.marketplace_id, part)
    return market.marketplace_id


async def join(operator: Firm, partner: Firm, marketplace_id: str, part: str = "both") -> str:
    """Invite a firm and let it join; the partner's id."""
    async with operator.units.write() as uow:
        view = await marketplace.invite(
            uow,
            operator.owner,
            email=f"{partner.owner.user_id}@example.com",
            name=partner.name,
            marketplace=marketplace_id,
            part=part,
        )
        invited = next(one for one in view.partners if one.state is PartnerState.PENDING)
        kept = await uow.marketplaces.partner(operator.team_id, invited.partner_id)
        assert kept is not None
        sent = await uow.invitations.get(operator.team_id, kept.invitation_id or "")
        assert sent is not None
        await uow.invitations.move(
            operator.team_id, sent.invitation_id, (InvitationState.PENDING,), InvitationState.ACCEPTED
        )
        await marketplace.join_partner(uow, partner.owner, sent)
        await uow.invitations.join(
            operator.team_id, sent.invitation_id, (InvitationState.ACCEPTED,), partner.owner.user_id
        )
    return invited.partner_id


def draft(title: str = "Dachsanierung, 120 m²", **more: str) -> lead.Draft:
    """A lead as it is typed."""
    parts = {"name": "Eva Schneider", "email": "eva@posteo.de", "phone": "0711 1234567", "postcode": "70173"}
    return lead.Draft(**{**parts, "title": title, **more})


async def bring(firm: Firm, by: Role = Role.OWNER, /, **more: str) -> LeadView:
    """A lead of the firm, of somebody who never asked before."""
    async with firm.units.write() as uow:
        parts = {"email": f"{uow.new_id()}@posteo.de", "phone": "", **more}
        return await lead.create(uow, firm.actors[by], draft(**parts))


async def offered(operator: Firm, **more: str) -> LeadView:
    """A lead of the operator, on offer to every taker of its only marketplace."""
    brought = await bring(operator, **more)
    async with operator.units.write() as uow:
        return await marketplace.offer(uow, operator.owner, brought.lead_id)


async def look(firm: Firm, lead_id: str, actor: Actor | None = None) -> LeadView:
    """The lead as a colleague of the firm sees it. Raises NotFound."""
    async with firm.units.read() as uow:
        return await lead.show(uow, actor or firm.member, lead_id)


async def pick(firm: Firm, lead_id: str, actor: Actor | None = None) -> LeadView:
    """Picked in the firm's name."""
    async with firm.units.write() as uow:
        return await lead.pick(uow, actor or firm.member, lead_id)


async def one_market(firm: Firm) -> MarketplaceView:
    """The firm's only marketplace."""
    async with firm.units.read() as uow:
        view = await marketplace.show(uow, firm.owner)
    assert isinstance(view, MarketplaceView)
    return view
