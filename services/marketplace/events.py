"""Events about marketplaces and their partners."""

from services.events import Event


class MarketplaceEvent(Event, frozen=True, kw_only=True):
    """Something that happened on a marketplace; `team_id` is the operator's unless a partner acted."""

    marketplace_id: str


class MarketplaceCreated(MarketplaceEvent, frozen=True, kw_only=True, tag="marketplace.created"):
    """A team opened a marketplace."""

    name: str


class MarketplaceChanged(MarketplaceEvent, frozen=True, kw_only=True, tag="marketplace.changed"):
    """Its operator changed its windows or its questions."""

    offer_window_minutes: int
    return_window_hours: int
    reminder_days: int
    stall_days: int
    questions: int


class PartnerInvited(MarketplaceEvent, frozen=True, kw_only=True, tag="partner.invited"):
    """The operator invited a firm."""

    partner_id: str
    invitation_id: str


class PartnerJoined(MarketplaceEvent, frozen=True, kw_only=True, tag="partner.joined"):
    """A firm accepted and takes part."""

    partner_id: str
    partner_team_id: str


class MarketplaceJoined(MarketplaceEvent, frozen=True, kw_only=True, tag="marketplace.joined"):
    """The same in the log of the firm that joined."""

    silent: bool = True


class PartnerDeclined(MarketplaceEvent, frozen=True, kw_only=True, tag="partner.declined"):
    """A firm declined."""

    partner_id: str


class PartnerEnded(MarketplaceEvent, frozen=True, kw_only=True, tag="partner.ended"):
    """The operator ended the partnership."""

    partner_id: str
    lead_ids: tuple[str, ...] = ()
    """What had been on offer to the firm."""


class PartnerWithdrawn(MarketplaceEvent, frozen=True, kw_only=True, tag="partner.withdrawn"):
    """The operator withdrew an invitation."""

    partner_id: str
    invitation_id: str
