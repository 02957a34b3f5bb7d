"""What must hold for rows of files at any time."""

from typing import Final

from services.file.model import GENERATED_FILES_MAX, RECEIVED_FILES_MAX
from services.invariants import NO_MEMBER, Invariant, InvariantSet

INVARIANTS: Final = (
    InvariantSet(
        "file",
        "files",
        ("team_id", "file_id"),
        (
            Invariant(
                "own_team",
                "A file belongs to a user who is or was a member of the team.",
                NO_MEMBER,
            ),
            Invariant(
                "expires",
                "A file is purged soon after its end.",
                "it.expires_at < :purge_limit",
            ),
            Invariant(
                "bounded",
                "No user keeps more files than the limits allow.",
                f"""
                (SELECT count(*) FROM files f
                  WHERE f.team_id = it.team_id AND f.user_id = it.user_id AND f.purpose = it.purpose)
                > CASE it.purpose WHEN 'made' THEN {GENERATED_FILES_MAX} ELSE {RECEIVED_FILES_MAX} END""",  # noqa: S608 - two numbers
            ),
        ),
        # The content is large, and no invariant reads it.
        columns="team_id, file_id, user_id, purpose, expires_at",
    ),
)
