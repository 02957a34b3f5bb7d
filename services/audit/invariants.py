"""What must hold for rows of audits at any time."""

from typing import Final

from services.invariants import COMPUTED, Invariant, InvariantSet

INVARIANTS: Final = (
    InvariantSet(
        "audit",
        "audit",
        ("team_id", "seq"),
        (
            Invariant("whole", "The log is a hash chain without a gap, a fork or a changed entry (X5).", COMPUTED),
            Invariant(
                "no_secret",
                "The log contains neither codes nor tokens.",
                """
                EXISTS (
                  SELECT 1 FROM audit_details d WHERE d.team_id = it.team_id AND d.seq = it.seq
                     AND (d.details LIKE '%"code"%' OR d.details LIKE '%"token"%' OR d.details LIKE '%"password"%'
                          OR d.details LIKE '%"secret"%'))""",
            ),
        ),
        start=("", 0),
    ),
)
