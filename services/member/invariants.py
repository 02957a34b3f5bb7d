"""What must hold for rows of members at any time."""

from typing import Final

from services.invariants import Checked, Invariant

INVARIANTS: Final = (
    Checked(
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
