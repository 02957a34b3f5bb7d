"""Events about leads."""

from services.events import Event
from services.lead.model import DEFAULT_CURRENCY


class LeadEvent(Event, frozen=True, kw_only=True):
    """An event of a lead."""

    lead_id: str


class LeadCreated(LeadEvent, frozen=True, kw_only=True, tag="lead.created"):
    """A team created a lead."""

    accepted_duplicates: int = 0
    tenant: str = ""
    conversation_id: str = ""
    """Team's channel in which it was created, if in a thread there."""
    thread: str = ""


class LeadsExported(Event, frozen=True, kw_only=True, tag="lead.exported"):
    """A member exported the team's leads to a file."""

    count: int
    first: str
    last: str
    has_contacts: bool
    """Whether the file held unmasked contacts."""
    is_silent: bool = True


class LeadRevealed(LeadEvent, frozen=True, kw_only=True, tag="lead.revealed"):
    """A member read the unmasked contact (A42)."""

    is_silent: bool = True


class LeadSubmitted(LeadEvent, frozen=True, kw_only=True, tag="lead.submitted"):
    """A giver submitted a lead to a marketplace, where it waits for the operator."""

    operator_team_id: str
    marketplace_id: str


class LeadOffered(LeadEvent, frozen=True, kw_only=True, tag="lead.offered"):
    """The operator offered a lead to every active taker."""

    marketplace_id: str
    takers: int


class LeadAssigned(LeadEvent, frozen=True, kw_only=True, tag="lead.assigned"):
    """The operator offered a lead to one taker alone."""

    marketplace_id: str
    taker_team_id: str


class LeadPicked(LeadEvent, frozen=True, kw_only=True, tag="lead.picked"):
    """A member picked a lead for the team."""


class LeadUndone(LeadEvent, frozen=True, kw_only=True, tag="lead.undone"):
    """A pick was undone (B25)."""


class LeadTaken(LeadEvent, frozen=True, kw_only=True, tag="lead.taken"):
    """A member took over a lead of the team without a responsible member (B19)."""


class LeadNoted(LeadEvent, frozen=True, kw_only=True, tag="lead.noted"):
    """A member added a note or set the step."""

    step: str = ""


class LeadDelegated(LeadEvent, frozen=True, kw_only=True, tag="lead.delegated"):
    """Responsibility passed to another member (B17, B18)."""

    from_user_id: str | None
    to_user_id: str


class LeadShared(LeadEvent, frozen=True, kw_only=True, tag="lead.shared"):
    """The lead's card was posted into another channel of the team (B18)."""

    to_platform: str
    to_tenant: str
    to_conversation_id: str


class LeadWon(LeadEvent, frozen=True, kw_only=True, tag="lead.won"):
    """The team won the lead."""

    won_cents: int | None = None
    currency: str = DEFAULT_CURRENCY


class LeadLost(LeadEvent, frozen=True, kw_only=True, tag="lead.lost"):
    """The team lost the lead."""


class LeadReturned(LeadEvent, frozen=True, kw_only=True, tag="lead.returned"):
    """The team returned the lead; without further takers it waits for the operator."""

    takers: int


class LeadReleased(LeadEvent, frozen=True, kw_only=True, tag="lead.vacated"):
    """The responsible member left the team; the lead stays (B19)."""

    from_user_id: str


class LeadReminded(LeadEvent, frozen=True, kw_only=True, tag="lead.reminded"):
    """A picked lead has had no activity for days (B21)."""


class LeadStalled(LeadEvent, frozen=True, kw_only=True, tag="lead.stalled"):
    """The lead had no activity even after the reminder and is offered again (B21)."""

    takers: int


class LeadFailed(LeadEvent, frozen=True, kw_only=True, tag="lead.failed"):
    """The offer expired without a pick: brokerage failed (B21)."""

    giver_team_id: str
