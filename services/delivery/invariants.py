"""What must hold for rows of deliverys at any time."""

from typing import Final

from services.invariants import Invariant, InvariantSet

INVARIANTS: Final = (
    InvariantSet(
        "event",
        "events",
        ("event_id",),
        (
            Invariant(
                "tenant",
                "An event belongs to a team that exists.",
                "NOT EXISTS (SELECT 1 FROM teams t WHERE t.team_id = it.team_id)",
            ),
        ),
    ),
    InvariantSet(
        "delivery",
        "deliveries",
        ("team_id", "delivery_id"),
        (
            Invariant(
                "tenant",
                "A delivery belongs to a team that exists.",
                "it.team_id <> '' AND NOT EXISTS (SELECT 1 FROM teams t WHERE t.team_id = it.team_id)",
            ),
            Invariant(
                "lease",
                "No delivery is in `sending` long after its lease.",
                "it.state = 'sending' AND it.leased_until < :lease_limit",
            ),
            Invariant(
                "once",
                "An event causes the same delivery to a place once.",
                """
                it.kind <> 'update' AND EXISTS (
                  SELECT 1 FROM deliveries d
                   WHERE d.event_id = it.event_id AND d.kind = it.kind AND d.view = it.view AND d.key = it.key
                     AND d.platform = it.platform AND d.tenant = it.tenant
                     AND d.conversation_id = it.conversation_id AND d.user_id = it.user_id
                     AND d.delivery_id <> it.delivery_id)""",
            ),
        ),
    ),
    InvariantSet(
        "post",
        "posts",
        ("team_id", "post_id"),
        (
            Invariant(
                "tenant",
                "A posted card belongs to a team that exists.",
                "it.team_id <> '' AND NOT EXISTS (SELECT 1 FROM teams t WHERE t.team_id = it.team_id)",
            ),
            Invariant(
                "place",
                "A posted card is in a known channel, or in the direct chat of a known user.",
                """
                it.user_id IS NULL AND NOT EXISTS (
                  SELECT 1 FROM conversations c WHERE c.platform = it.platform AND c.tenant = it.tenant
                     AND c.conversation_id = it.conversation_id)
                OR it.user_id IS NOT NULL AND NOT EXISTS (
                  SELECT 1 FROM identities i WHERE i.user_id = it.user_id AND i.platform = it.platform
                     AND i.tenant = it.tenant)""",
            ),
        ),
    ),
)
