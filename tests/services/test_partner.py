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
from services.notices import CardCopies, DirectChat
from services.permissions import Role
from storage.unit_of_work import SqlUnits
from tests.services.seeded_team import (
    SeededTeam,
    create_offered_lead,
    join_marketplace,
    only_marketplace,
    open_marketplace,
    pick_lead,
    seed_team,
    show_lead,
)


async def test_partners_have_four_states(units: SqlUnits) -> None:
    """An invited team is pending, then active or declined; an active one can be ended, not deleted (B22)."""
    operator, taker = await seed_team(units, "Markt"), await seed_team(units, "Nehmer")
    marketplace_id = await open_marketplace(operator)
    async with units.write() as uow:
        view = await marketplace.invite(
            uow, operator.owner, email="Neu@Example.com", name="Neue", marketplace=marketplace_id
        )
        pending = view.partners[-1]
        assert (pending.state, pending.email) == (PartnerState.PENDING, "neu@example.com")
        picked = await uow.marketplaces.get_partner(operator.team_id, pending.partner_id)
        assert picked is not None
        sent = await uow.invitations.get(operator.team_id, picked.invitation_id or "")
        assert sent is not None
        assert await marketplace.decline_partner(uow, sent)
        assert not await marketplace.decline_partner(uow, sent)
    partner_id = await join_marketplace(operator, taker, marketplace_id)
    states = {partner.name: partner.state for partner in (await only_marketplace(operator)).partners}
    assert states == {"Markt": "active", "Neue": "declined", "Nehmer": "active"}
    async with units.write() as uow:
        with pytest.raises(PartnerActive):
            await marketplace.withdraw(uow, operator.owner, partner_id)
        with pytest.raises(NeedsConfirmation) as question:
            await marketplace.end(uow, operator.owner, partner_id)
        accept = tuple(warning.code for warning in question.value.warnings)
        ended = await marketplace.end(uow, operator.owner, partner_id, accept=accept)
        assert ended.partners[-1].state is PartnerState.ENDED
        for attempt in (marketplace.end, marketplace.withdraw):
            with pytest.raises(PartnerNotActive):
                await attempt(uow, operator.owner, partner_id)
        left = await marketplace.withdraw(uow, operator.owner, pending.partner_id)
    assert [item.name for item in left.partners] == ["Markt", "Nehmer"]


async def test_an_ended_partner_keeps_picked_leads_only(units: SqlUnits) -> None:
    """When a partnership ends, open offers to the team end; it keeps the leads that it has picked (B22)."""
    operator, taker, other = [await seed_team(units, name) for name in ("Markt", "Nehmer", "Andere")]
    marketplace_id = await open_marketplace(operator, other)
    partner_id = await join_marketplace(operator, taker, marketplace_id)
    picked, offered, undone = [await create_offered_lead(operator) for _ in range(3)]
    await pick_lead(taker, picked.lead_id)
    await pick_lead(other, undone.lead_id)
    async with units.write() as uow:
        await marketplace.end(uow, operator.owner, partner_id, accept=("partner.end",))
        await lead.undo(uow, other.member, undone.lead_id)
    for gone in (offered, undone):
        with pytest.raises(NotFound):
            await show_lead(taker, gone.lead_id)
    async with units.write() as uow:
        assert (await lead.note(uow, taker.member, picked.lead_id, "läuft")).state is LeadState.PICKED
        event = PartnerEnded(
            team_id=operator.team_id, marketplace_id=marketplace_id, partner_id=partner_id, lead_ids=(offered.lead_id,)
        )
        assert [(type(offer.audience), offer.key) for offer in await subscribers.update_ended_offers(uow, event)] == [
            (CardCopies, offered.lead_id)
        ]


@pytest.mark.postgres
async def test_an_address_or_team_is_invited_once(units: SqlUnits) -> None:
    """A second invitation of the same address, and one of a team that takes part already, are refused."""
    operator, taker = await seed_team(units, "Markt"), await seed_team(units, "Nehmer")
    marketplace_id = await open_marketplace(operator, taker)
    async with units.write() as uow:
        await marketplace.invite(uow, operator.owner, email="neu@example.com", name="Neue")
    async with units.write() as uow:
        with pytest.raises(AlreadyPartner):
            await marketplace.invite(uow, operator.owner, email=" NEU@example.com", name="Neue")
    with pytest.raises(AlreadyPartner):
        await join_marketplace(operator, with_other_email(taker), marketplace_id)
    with pytest.raises(AlreadyPartner):
        await join_marketplace(operator, with_other_email(operator), marketplace_id)


def with_other_email(seeded: SeededTeam) -> SeededTeam:
    """Return the same team, invited at another member's address."""
    owner = replace(seeded.owner, user_id=seeded.admin.user_id)
    return replace(seeded, actors={**seeded.actors, Role.OWNER: owner})


async def test_only_owner_and_admins_join_a_marketplace(units: SqlUnits) -> None:
    """A member or viewer cannot join a marketplace for the team."""
    operator, taker = await seed_team(units, "Markt"), await seed_team(units, "Nehmer")
    marketplace_id = await open_marketplace(operator)
    for role in (Role.MEMBER, Role.VIEWER):
        seeded = replace(taker, actors={**taker.actors, Role.OWNER: taker.actors[role]})
        with pytest.raises(NotPermitted):
            await join_marketplace(operator, seeded, marketplace_id)


async def test_only_the_operator_sees_the_partners(units: SqlUnits) -> None:
    """A partner sees the marketplace and its own part; the operator sees all partners, masked in a channel."""
    operator, taker = await seed_team(units, "Markt"), await seed_team(units, "Nehmer")
    await open_marketplace(operator, taker)
    partner_view = await only_marketplace(taker)
    assert (partner_view.operator, partner_view.partners, partner_view.may_run) == ("Markt", (), False)
    async with units.read() as uow:
        public = await marketplace.show(uow, operator.in_channel(operator.owner))
    assert isinstance(public, MarketplaceView)
    assert public.partners[-1].email.endswith("***@example.com")


async def test_owner_and_admins_of_the_operator_are_notified(units: SqlUnits) -> None:
    """The operator's owner and admins are notified when a partner joins or declines."""
    operator = await seed_team(units, "Markt")
    event = PartnerJoined(team_id=operator.team_id, marketplace_id="m", partner_id="p", partner_team_id="t")
    async with units.read() as uow:
        notices = await subscribers.notify_requester(uow, event)
    assert [notice.audience for notice in notices] == [
        DirectChat(operator.owner.user_id),
        DirectChat(operator.admin.user_id),
    ]
