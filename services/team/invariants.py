"""What must hold for rows of teams at any time."""

from typing import Final

from services.invariants import Invariant, InvariantSet

INVARIANTS: Final = (
    InvariantSet(
        "team",
        "teams",
        ("team_id",),
        (
            Invariant(
                "one_owner",
                "A living team has exactly one owner; a deleted team has no members (A44, A77).",
                """
                (SELECT count(*) FROM members m
                  WHERE m.team_id = it.team_id AND m.removed_at IS NULL
                    AND (it.deleted_at IS NOT NULL OR m.role = 'owner'))
                <> CASE WHEN it.deleted_at IS NULL THEN 1 ELSE 0 END""",
            ),
        ),
    ),
)
