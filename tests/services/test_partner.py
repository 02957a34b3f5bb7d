"""Partners of a marketplace: invited, active, declined, ended."""

from dataclasses import replace

import pytest

from services import lead, marketplace
from services.errors import NeedsConfirmation, NotFound, NotPermitted
from services.lead.model import LeadState
from services.marketplace import subscribers
from services.marketplace.events import PartnerEnded, PartnerJoined
from services.marketplace.model import MarketplaceView, PartnerState
from services.marketplace.refusals import AlreadyPartner, PartnerActive, PartnerNotActive
from services.notices import Copies, Person
from services.permissions import Role
from storage.unit_of_work import SqlUnits
from tests.services.firms import Firm, found, join, look, offered, one_market, open_market, pick


async def test_partners_have_four_states(units: SqlUnits) -> None:
    """An invited firm is pending, then active or declined; an active one can be ended, not deleted (B22)."""
    operator, taker = await found(units, "Markt"), await found(units, "Nehmer")
    market = await open_market(operator)
    async with units.write() as uow:
        view = await marketplace.invite(uow, operator.owner, email="Neu@Example.com", name="Neue", marketplace=market)
        pending = view.partners[-1]
        assert (pending.state, pending.email) == (PartnerState.PENDING, "neu@example.com")
        kept = await uow.marketplaces.partner(operator.team_id, pending.partner_id)
        assert kept is not None
        sent = await uow.invitations.get(operator.team_id, kept.invitation_id or "")
        assert sent is not None
        assert await marketplace.decline_partner(uow, sent)
        assert not await marketplace.decline_partner(uow, sent)
    partner_id = await join(operator, taker, market)
    states = {one.name: one.state for one in (await one_market(operator)).partners}
    assert states == {"Markt": "active", "Neue": "declined", "Nehmer": "active"}
    async with units.write() as uow:
        with pytest.raises(PartnerActive):
            await marketplace.withdraw(uow, operator.owner, partner_id)
        with pytest.raises(NeedsConfirmation) as asked:
            await marketplace.end(uow, operator.owner, partner_id)
        accept = tuple(one.code for one in asked.value.warnings)
        ended = await marketplace.end(uow, operator.owner, partner_id, accept=accept)
        assert ended.partners[-1].state is PartnerState.ENDED
        for attempt in (marketplace.end, marketplace.withdraw):
            with pytest.raises(PartnerNotActive):
                await attempt(uow, operator.owner, partner_id)
        left = await marketplace.withdraw(uow, operator.owner, pending.partner_id)
    assert [one.name for one in left.partners] == ["Markt", "Nehmer"]


async def test_an_ended_partner_keeps_what_it_picked_and_loses_what_was_on_offer(units: SqlUnits) -> None:
    """When a partnership ends, open offers to the firm end with it; what it has picked it works on (B22)."""
    operator, taker, other = [await found(units, name) for name in ("Markt", "Nehmer", "Andere")]
    market = await open_market(operator, other)
    partner_id = await join(operator, taker, market)
    kept, lost, undone = [await offered(operator) for _ in range(3)]
    await pick(taker, kept.lead_id)
    await pick(other, undone.lead_id)
    async with units.write() as uow:
        await marketplace.end(uow, operator.owner, partner_id, accept=("partner.end",))
        await lead.undo(uow, other.member, undone.lead_id)
    for gone in (lost, undone):
        with pytest.raises(NotFound):
            await look(taker, gone.lead_id)
    async with units.write() as uow:
        assert (await lead.note(uow, taker.member, kept.lead_id, "läuft")).state is LeadState.PICKED
        event = PartnerEnded(
            team_id=operator.team_id, marketplace_id=market, partner_id=partner_id, lead_ids=(lost.lead_id,)
        )
        assert [(type(one.to), one.key) for one in await subscribers.ended(uow, event)] == [(Copies, lost.lead_id)]


@pytest.mark.postgres
async def test_an_address_or_firm_is_invited_once(units: SqlUnits) -> None:
    """A second invitation of the same address, and a firm that takes part already, are refused."""
    operator, taker = await found(units, "Markt"), await found(units, "Nehmer")
    market = await open_market(operator, taker)
    async with units.write() as uow:
        await marketplace.invite(uow, operator.owner, email="neu@example.com", name="Neue")
    async with units.write() as uow:
        with pytest.raises(AlreadyPartner):
            await marketplace.invite(uow, operator.owner, email=" NEU@example.com", name="Neue")
    with pytest.raises(AlreadyPartner):
        await join(operator, replace_mail(taker), market)
    with pytest.raises(AlreadyPartner):
        await join(operator, replace_mail(operator), market)


def replace_mail(firm: Firm) -> Firm:
    """The same firm, invited at the address of another colleague of its."""
    owner = replace(firm.owner, user_id=firm.admin.user_id)
    return replace(firm, actors={**firm.actors, Role.OWNER: owner})


async def test_only_owner_and_admins_bring_their_firm(units: SqlUnits) -> None:
    """A member or viewer cannot commit the firm to a marketplace."""
    operator, taker = await found(units, "Markt"), await found(units, "Nehmer")
    market = await open_market(operator)
    for role in (Role.MEMBER, Role.VIEWER):
        firm = replace(taker, actors={**taker.actors, Role.OWNER: taker.actors[role]})
        with pytest.raises(NotPermitted):
            await join(operator, firm, market)


async def test_partners_are_the_operators_to_see(units: SqlUnits) -> None:
    """A partner sees the marketplace and its own part; who else takes part only the operator sees, masked in public."""
    operator, taker = await found(units, "Markt"), await found(units, "Nehmer")
    await open_market(operator, taker)
    seen = await one_market(taker)
    assert (seen.operator, seen.partners, seen.may_run) == ("Markt", (), False)
    async with units.read() as uow:
        public = await marketplace.show(uow, operator.in_channel(operator.owner))
    assert isinstance(public, MarketplaceView)
    assert public.partners[-1].email.endswith("***@example.com")


async def test_owner_and_admins_of_the_operator_hear_of_partners(units: SqlUnits) -> None:
    """Who joined or declined is told to the operator's owner and admins."""
    operator = await found(units, "Markt")
    event = PartnerJoined(team_id=operator.team_id, marketplace_id="m", partner_id="p", partner_team_id="t")
    async with units.read() as uow:
        told = await subscribers.decided(uow, event)
    assert [one.to for one in told] == [Person(operator.owner.user_id), Person(operator.admin.user_id)]
