"""The moment at which the examples of the cards are looked at: Tuesday, 24 November 2026, 10:08 in Berlin."""

from datetime import UTC, datetime, timedelta
from typing import Final

from services.lead.model import Act, Contact, LeadState, LeadView, Offer

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
    offer=Offer.OPEN,
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
    acts=frozenset({Act.PICK, Act.REVEAL, Act.SHARE}),
)
"""A lead on offer, as the channel of a taker firm sees it."""
