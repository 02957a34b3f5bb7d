"""What must hold for rows of lead imports at any time."""

from typing import Final

from services.invariants import NO_MEMBER, Invariant, InvariantSet

INVARIANTS: Final = (
    InvariantSet(
        "lead_import",
        "lead_imports",
        ("team_id", "import_id"),
        (
            Invariant(
                "own_team",
                "The user who imports is or was a member of the team.",
                NO_MEMBER,
            ),
            Invariant(
                "skipped",
                "Every skipped row is kept, as many as were counted.",
                """
                (SELECT count(*) FROM lead_import_rows r WHERE r.team_id = it.team_id AND r.import_id = it.import_id)
                <> it.known + it.rejected""",
            ),
            Invariant(
                "once",
                "The same file is imported once in a team.",
                """
                (it.state IN ('running', 'stopped') OR it.state = 'done' AND it.imported > 0) AND EXISTS (
                  SELECT 1 FROM lead_imports i WHERE i.team_id = it.team_id AND i.sha256 = it.sha256
                     AND i.import_id <> it.import_id
                     AND (i.state IN ('running', 'stopped') OR i.state = 'done' AND i.imported > 0))""",
            ),
            Invariant(
                "files",
                "The source file of a finished import is deleted; the result file belongs to the import's user.",
                """
                it.result_file_id IS NOT NULL AND it.state <> 'done'
                OR it.state = 'done' AND EXISTS (
                  SELECT 1 FROM files f WHERE f.team_id = it.team_id AND f.file_id = it.file_id)
                OR EXISTS (SELECT 1 FROM files f WHERE f.team_id = it.team_id AND f.file_id = it.result_file_id
                     AND (f.user_id <> it.user_id OR f.purpose <> 'made'))""",
            ),
        ),
    ),
)
