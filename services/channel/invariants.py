"""What must hold for rows of channels at any time."""

from typing import Final

from services.invariants import Invariant, InvariantSet

INVARIANTS: Final = (
    InvariantSet(
        "channel",
        "channel_offers",
        ("team_id", "offer_id"),
        (
            Invariant(
                "purged",
                "A channel offer is purged soon after its end.",
                "it.expires_at < :purge_limit",
            ),
        ),
    ),
)
