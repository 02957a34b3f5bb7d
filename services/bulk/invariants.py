"""What must hold for rows of bulks at any time."""

from typing import Final

from services.invariants import NO_MEMBER, Invariant, InvariantSet

INVARIANTS: Final = (
    InvariantSet(
        "bulk",
        "bulks",
        ("team_id", "bulk_id"),
        (
            Invariant(
                "own_team",
                "The user who sends a bulk invitation is or was a member of the team.",
                NO_MEMBER,
            ),
            Invariant(
                "settled",
                "A finished bulk invitation has no waiting line; an unsent one has invited no team (B22).",
                """
                EXISTS (
                  SELECT 1 FROM bulk_lines l WHERE l.team_id = it.team_id AND l.bulk_id = it.bulk_id
                     AND (it.state = 'done' AND l.state = 'waiting'
                          OR it.state IN ('draft', 'dropped') AND l.state = 'invited'))""",
            ),
        ),
    ),
    InvariantSet(
        "bulk_line",
        "bulk_lines",
        ("team_id", "bulk_id", "line"),
        (
            Invariant(
                "invited",
                "A line's invitation is to the line's address and to the marketplace of the list.",
                """
                it.invitation_id IS NOT NULL AND NOT EXISTS (
                  SELECT 1 FROM invitations i JOIN bulks b ON b.team_id = i.team_id
                     AND b.marketplace_id = i.marketplace_id
                   WHERE i.team_id = it.team_id AND i.invitation_id = it.invitation_id AND b.bulk_id = it.bulk_id
                     AND i.kind = 'partner' AND i.email = it.email)""",
            ),
            Invariant(
                "once",
                "An invitation belongs to one line of one list.",
                """
                EXISTS (
                  SELECT 1 FROM bulk_lines l WHERE l.team_id = it.team_id AND l.invitation_id = it.invitation_id
                     AND (l.bulk_id <> it.bulk_id OR l.line <> it.line))""",
            ),
        ),
        start=("", "", 0),
    ),
)
