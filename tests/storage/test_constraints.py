"""What concerns a single row is a CHECK constraint: each of them refuses a row, on both databases."""

from typing import Final

import pytest
from sqlalchemy import CheckConstraint, text
from sqlalchemy.exc import IntegrityError

from storage.tables import metadata
from tests.storage.conftest import PopulatedDatabase

pytestmark = pytest.mark.postgres

REFUSED: Final[dict[str, str]] = {
    "identity_links_hashed": "UPDATE identity_links SET code_hash = 'AAAA-AAAA'",
    "identity_links_two_sides": "UPDATE identity_links SET state = 'agreed', code_hash = NULL",
    "channel_offers_hashed": "UPDATE channel_offers SET state = 'offered'",
    "members_email_is_key": "UPDATE members SET email = 'Anna@Acme.example' WHERE team_id = :team AND role = 'admin'",
    "invitations_used_once": "UPDATE invitations SET state = 'joined' WHERE team_id = :team AND state = 'requested'",
    "invitations_hashed": (
        "UPDATE invitations SET code_hash = 'AAAA-AAAA', code_expires_at = created_at, state = 'accepted' "
        "WHERE team_id = :team AND state = 'pending' AND kind = 'member'"
    ),
    "invitations_bound": "UPDATE invitations SET role = 'owner' WHERE team_id = :team AND state = 'requested'",
    "invitations_expires": "UPDATE invitations SET expires_at = NULL WHERE team_id = :team AND state = 'pending'",
    "invitations_two_people": (
        "UPDATE invitations SET state = 'declined', decided_by = requested_by, decided_at = created_at WHERE "
        "team_id = :team AND state = 'requested'"
    ),
    "requests_two_people": (
        "UPDATE requests SET state = 'approved', decided_by = asked_by, decided_at = asked_at WHERE team_id = :team"
    ),
    "leads_winner": "UPDATE leads SET picked_at = NULL WHERE state = 'won'",
    "leads_closed": "UPDATE leads SET closed_by = NULL WHERE state = 'won'",
    "partners_team": "UPDATE partners SET invitation_id = NULL WHERE state = 'pending'",
    "files_expires": "UPDATE files SET expires_at = created_at",
    "lead_imports_counted": "UPDATE lead_imports SET rows = rows + 1 WHERE state = 'done'",
    "lead_imports_numbered": "UPDATE lead_imports SET last_number = first_number WHERE state = 'done'",
    "lead_imports_ends": "UPDATE lead_imports SET ended_at = NULL WHERE state = 'done'",
    "bulks_moving": "UPDATE bulks SET is_moving = true WHERE state = 'draft'",
    "bulk_lines_fate": "UPDATE bulk_lines SET problem = NULL WHERE state = 'refused'",
    "deliveries_ends": "UPDATE deliveries SET state = 'sent', done_at = NULL",
    "members_role": "UPDATE members SET role = 'guest' WHERE team_id = :team AND role = 'viewer'",
    "files_size": "UPDATE files SET size_bytes = 0",
    "leads_brokered": "UPDATE leads SET operator_team_id = NULL WHERE marketplace_id IS NOT NULL",
}
"""A statement for each constraint, by its name; it changes rows that exist, and breaks no other constraint."""


def test_every_constraint_is_tried() -> None:
    """Each CHECK constraint of the schema has a statement here that breaks it."""
    constraints = [each for table in metadata.tables.values() for each in table.constraints]
    named = {str(each.name) for each in constraints if isinstance(each, CheckConstraint)}
    assert named == {f"ck_{name}" for name in REFUSED}


async def test_the_database_refuses_each_row(populated: PopulatedDatabase) -> None:
    """The database names the constraint that the statement breaks, and changes nothing."""
    for name, statement in REFUSED.items():
        async with populated.without_constraints() as connection:
            with pytest.raises(IntegrityError, match=f"ck_{name}"):
                await connection.execute(text(statement), populated.values(statement))
