"""What must hold for rows of invitations at any time."""

from typing import Final

from services.invariants import Invariant, InvariantSet

INVARIANTS: Final = (
    InvariantSet(
        "invitation",
        "invitations",
        ("invitation_id",),
        (
            Invariant(
                "once",
                "At most one invitation to an address is open at a time (A45).",
                """
                it.state IN ('requested', 'pending', 'accepted') AND it.email <> '' AND EXISTS (
                  SELECT 1 FROM invitations i
                   WHERE i.team_id = it.team_id AND i.kind = it.kind AND i.email = it.email
                     AND coalesce(i.marketplace_id, '') = coalesce(it.marketplace_id, '')
                     AND i.state IN ('requested', 'pending', 'accepted') AND i.invitation_id <> it.invitation_id)""",
            ),
            Invariant(
                "numbered",
                "An invitation's number is unique in its team and not beyond the team's counter.",
                """
                EXISTS (SELECT 1 FROM invitations i WHERE i.team_id = it.team_id AND i.number = it.number
                           AND i.invitation_id <> it.invitation_id)
                OR NOT EXISTS (SELECT 1 FROM counters c WHERE c.team_id = it.team_id AND c.kind = 'invitation'
                                  AND c.last >= it.number)""",
            ),
        ),
    ),
)
