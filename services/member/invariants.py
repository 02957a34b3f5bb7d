"""What must hold for rows of members at any time."""

from typing import Final

from services.invariants import Invariant, InvariantSet

INVARIANTS: Final = (
    InvariantSet(
        "member",
        "members",
        ("team_id", "user_id"),
        (
            Invariant(
                "one_team",
                "A user is a member of at most one living team (B2).",
                """
                it.removed_at IS NULL AND EXISTS (
                  SELECT 1 FROM members m WHERE m.user_id = it.user_id AND m.team_id <> it.team_id
                     AND m.removed_at IS NULL)""",
            ),
        ),
    ),
)
