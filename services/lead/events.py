"""Events about leads."""

from services.events import Event
from services.lead.model import DEFAULT_CURRENCY


class LeadEvent(Event, frozen=True, kw_only=True):
    """Something that happened to a lead."""

    lead_id: str


class LeadCreated(LeadEvent, frozen=True, kw_only=True, tag="lead.created"):
    """A team brought in an enquiry."""

    accepted_duplicates: int = 0
    tenant: str = ""
    conversation_id: str = ""
    """The team's channel in which it was asked for, if it was in a thread there."""
    thread: str = ""


class LeadsExported(Event, frozen=True, kw_only=True, tag="lead.exported"):
    """Somebody took the team's leads along as a file."""

    count: int
    first: str
    last: str
    has_contacts: bool
    """Whether contacts stood in it as they are."""
    silent: bool = True


class LeadRevealed(LeadEvent, frozen=True, kw_only=True, tag="lead.revealed"):
    """A colleague looked at the contact unmasked (A42)."""

    silent: bool = True


class LeadSubmitted(LeadEvent, frozen=True, kw_only=True, tag="lead.submitted"):
    """A giver put a lead on a marketplace, where it waits for the operator."""

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
    """A colleague picked a lead in the team's name."""


class LeadUndone(LeadEvent, frozen=True, kw_only=True, tag="lead.undone"):
    """A pick was taken back (B25)."""


class LeadTaken(LeadEvent, frozen=True, kw_only=True, tag="lead.taken"):
    """A colleague took over a lead of the team for which nobody was responsible (B19)."""


class LeadNoted(LeadEvent, frozen=True, kw_only=True, tag="lead.noted"):
    """A colleague noted something or set the step."""

    step: str = ""


class LeadDelegated(LeadEvent, frozen=True, kw_only=True, tag="lead.delegated"):
    """Responsibility went to a colleague (B17, B18)."""

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
    """The team gave the lead back; without further takers it waits for the operator."""

    takers: int


class LeadVacated(LeadEvent, frozen=True, kw_only=True, tag="lead.vacated"):
    """Whoever was responsible left the team; the lead stays (B19)."""

    from_user_id: str


class LeadReminded(LeadEvent, frozen=True, kw_only=True, tag="lead.reminded"):
    """Nothing has happened with an accepted lead for days (B21)."""


class LeadStalled(LeadEvent, frozen=True, kw_only=True, tag="lead.stalled"):
    """Nothing happened even after the reminder: the lead is offered again (B21)."""

    takers: int


class LeadFailed(LeadEvent, frozen=True, kw_only=True, tag="lead.failed"):
    """Nobody took the lead in time: brokerage failed (B21)."""

    giver_team_id: str
