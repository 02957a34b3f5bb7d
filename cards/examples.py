"""Data shared by the examples of all cards, at Tuesday, 24 November 2026, 10:08 in Berlin."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from services.invitation.model import Invitation, InvitationKind, InvitationState, InvitationView
from services.lead.model import Contact, LeadAction, LeadState, LeadView, OfferStatus
from services.people import Language, TeamId
from services.permissions import Role
from services.team.model import Seats

NOW: Final = datetime(2026, 11, 24, 9, 8, tzinfo=UTC)
ZONE: Final = "Europe/Berlin"

LEAD: Final = LeadView(
    lead_id="0190c0ffee",
    ref="L-12",
    title="Dachsanierung, 120 m²",
    contact=Contact("E. Schneider", "e***@posteo.de", "+49 ***", "", "70***", "DE"),
    text="Wir suchen ein Angebot für ein Walmdach, Baujahr 1974, mit Dämmung und neuen Fenstern.",
    value_cents=1_850_000,
    currency="EUR",
    source="Messe Stuttgart",
    campaign="",
    fields=(),
    state=LeadState.OFFERED,
    offer_status=OfferStatus.OPEN,
    giver="Solarhaus GmbH",
    marketplace="Handwerk Süd",
    taker="",
    offered_until=NOW + timedelta(hours=1, minutes=42),
    picked_by="",
    picked_at=None,
    responsible="",
    responsible_id=None,
    step="",
    worked_at=None,
    closed_by="",
    closed_at=None,
    won_cents=None,
    lost_reason="",
    created_at=NOW - timedelta(minutes=18),
    undo_until=None,
    return_until=None,
    actions=frozenset({LeadAction.PICK, LeadAction.REVEAL, LeadAction.SHARE}),
)
"""A lead on offer, as the channel of a taker sees it."""

REQUESTED_INVITATION: Final = Invitation(
    team_id=TeamId("t1"),
    invitation_id="i1",
    number=7,
    kind=InvitationKind.MEMBER,
    role=Role.MEMBER,
    state=InvitationState.REQUESTED,
    requested_by="u3",
    created_at=NOW - timedelta(minutes=20),
    language=Language.GERMAN,
    email="eva@acme.de",
    requested_by_name="Ben Kaya",
)
SENT_INVITATION: Final = replace(
    REQUESTED_INVITATION,
    state=InvitationState.PENDING,
    decided_by="u1",
    decided_by_name="Anna Weiß",
    decided_at=NOW - timedelta(minutes=5),
    expires_at=NOW + timedelta(days=7),
)
JOIN_REQUEST: Final = replace(
    REQUESTED_INVITATION,
    number=8,
    kind=InvitationKind.JOIN,
    email="",
    name="Eva Lang",
    user_id="u9",
    user_name="Eva Lang",
)
SEATS: Final = Seats(4, 5)
JOIN_URL: Final = "https://kollega.example/join/0011aabb.c2VjcmV0"


def invitation_view(invitation: Invitation, **may: bool) -> InvitationView:
    """Build the view of an invitation for a reader with these rights."""
    return InvitationView(invitation, invitation.email, SEATS, **may)
