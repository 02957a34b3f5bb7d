"""What must hold for rows of marketplaces at any time."""

from typing import Final

from services.invariants import Invariant, InvariantSet

INVARIANTS: Final = (
    InvariantSet(
        "partner",
        "partners",
        ("team_id", "marketplace_id", "partner_id"),
        (
            Invariant(
                "once",
                "A team takes part in a marketplace once.",
                """
                it.state = 'active' AND EXISTS (
                  SELECT 1 FROM partners p WHERE p.team_id = it.team_id AND p.marketplace_id = it.marketplace_id
                     AND p.partner_team_id = it.partner_team_id AND p.state = 'active'
                     AND p.partner_id <> it.partner_id)""",
            ),
        ),
    ),
)
