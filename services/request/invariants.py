"""What must hold for rows of requests at any time."""

from typing import Final

from services.invariants import Invariant, InvariantSet

INVARIANTS: Final = (
    InvariantSet(
        "request",
        "requests",
        ("team_id", "request_id"),
        (
            Invariant(
                "own_team",
                "The user who asked is or was a member of the team.",
                """
                NOT EXISTS (SELECT 1 FROM members m WHERE m.team_id = it.team_id AND m.user_id = it.asked_by)""",
            ),
        ),
    ),
)
