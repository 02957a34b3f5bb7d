"""Events about marketplaces and their partners."""

from services.events import Event


class MarketplaceEvent(Event, frozen=True, kw_only=True):
    """An event of a marketplace; `team_id` is the operator's unless a partner acted."""

    marketplace_id: str


class MarketplaceCreated(MarketplaceEvent, frozen=True, kw_only=True, tag="marketplace.created"):
    """A team created a marketplace."""

    name: str


class MarketplaceChanged(MarketplaceEvent, frozen=True, kw_only=True, tag="marketplace.changed"):
    """The operator changed its windows or questions."""

    offer_window_minutes: int
    return_window_hours: int
    reminder_days: int
    stall_days: int
    questions: int


class PartnerInvited(MarketplaceEvent, frozen=True, kw_only=True, tag="partner.invited"):
    """The operator invited a partner."""

    partner_id: str
    invitation_id: str


class PartnerJoined(MarketplaceEvent, frozen=True, kw_only=True, tag="partner.joined"):
    """A partner joined."""

    partner_id: str
    partner_team_id: str


class MarketplaceJoined(MarketplaceEvent, frozen=True, kw_only=True, tag="marketplace.joined"):
    """A team joined, in that team's own log."""

    is_silent: bool = True


class PartnerDeclined(MarketplaceEvent, frozen=True, kw_only=True, tag="partner.declined"):
    """A partner declined."""

    partner_id: str


class PartnerEnded(MarketplaceEvent, frozen=True, kw_only=True, tag="partner.ended"):
    """The operator ended the partnership."""

    partner_id: str
    lead_ids: tuple[str, ...] = ()
    """Leads that were on offer to the partner."""


class PartnerWithdrawn(MarketplaceEvent, frozen=True, kw_only=True, tag="partner.withdrawn"):
    """The operator withdrew an invitation."""

    partner_id: str
    invitation_id: str
