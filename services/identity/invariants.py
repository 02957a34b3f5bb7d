"""What must hold for rows of identitys at any time."""

from typing import Final

from services.invariants import Invariant, InvariantSet

INVARIANTS: Final = (
    InvariantSet(
        "identity",
        "identities",
        ("platform", "tenant", "platform_user_id"),
        (
            Invariant(
                "person",
                "A chat identity belongs to a user who was not merged into another user (X4).",
                """
                NOT EXISTS (SELECT 1 FROM users u WHERE u.user_id = it.user_id AND u.merged_into IS NULL)""",
            ),
            Invariant(
                "one_main",
                "Exactly one identity of a user gives the name, and exactly one is written to.",
                """
                (SELECT count(CASE WHEN i.is_main THEN 1 END) FROM identities i WHERE i.user_id = it.user_id) <> 1
                OR (SELECT count(CASE WHEN i.is_latest THEN 1 END) FROM identities i WHERE i.user_id = it.user_id)
                   <> 1""",
            ),
        ),
    ),
    InvariantSet(
        "link",
        "identity_links",
        ("link_id",),
        (
            Invariant(
                "purged",
                "A request to link is purged soon after its end.",
                "it.expires_at < :purge_limit",
            ),
        ),
    ),
)
