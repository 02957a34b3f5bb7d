"""What must hold for rows of users at any time."""

from typing import Final

from services.invariants import Invariant, InvariantSet

INVARIANTS: Final = (
    InvariantSet(
        "inbox",
        "inbox",
        ("platform", "tenant", "interaction_id"),
        (
            Invariant(
                "person",
                "An interaction came from a known user.",
                "NOT EXISTS (SELECT 1 FROM users u WHERE u.user_id = it.user_id)",
            ),
        ),
    ),
)
