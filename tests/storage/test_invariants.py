"""Each invariant is violated on purpose, past all rules and constraints, and the violation is reported by name."""

from typing import Final

import pytest
from sqlalchemy import text

from services.invariants import Violation, invariant_sets, sentences
from services.plans import DEFAULT_PLAN
from storage.unit_of_work import Ids, SqlUnit, UnitSettings
from tests.builders import KEYRING
from tests.storage.conftest import PopulatedDatabase

pytestmark = pytest.mark.postgres

# The statement that violates each invariant and no other.
VIOLATIONS: Final[dict[str, str]] = {
    "identity.person": "UPDATE users SET merged_into = user_id WHERE user_id = :non_member",
    "identity.one_main": "UPDATE identities SET is_latest = false WHERE user_id = :non_member",
    "link.purged": "UPDATE identity_links SET expires_at = :days_ago",
    "channel.purged": "UPDATE channel_offers SET expires_at = :days_ago",
    "team.one_owner": "UPDATE members SET role = 'admin' WHERE role = 'owner' AND team_id = :team",
    "member.one_team": (
        "INSERT INTO members (team_id, user_id, role, joined_at) SELECT :other, user_id, 'viewer', joined_at "
        "FROM members WHERE team_id = :team AND role = 'viewer'"
    ),
    "invitation.once": (
        "UPDATE invitations SET email = 'eva@acme.example' WHERE team_id = :team AND email = 'udo@acme.example'"
    ),
    "invitation.numbered": "UPDATE invitations SET number = 99 WHERE team_id = :team AND state = 'requested'",
    "request.own_team": (
        "UPDATE requests SET asked_by = (SELECT user_id FROM members WHERE team_id = :other AND role = 'viewer')"
    ),
    "lead.held_once": "UPDATE lead_sights SET offer = 'held' WHERE operates AND offer = 'none'",
    "lead.in_history": "UPDATE lead_history SET what = 'noted' WHERE what = 'undone'",
    "lead.in_audit": "UPDATE audit SET subject = 'L-77' WHERE action = 'lead.picked'",
    "lead.undone_once": "UPDATE lead_history SET reverses = NULL WHERE what = 'undone'",
    "lead.offered": "UPDATE lead_sights SET offer = 'assigned' WHERE offer = 'open'",
    "lead.responsible": (
        "UPDATE leads SET responsible_id = (SELECT user_id FROM members WHERE team_id = :stranger AND role = "
        "'viewer') WHERE state = 'picked'"
    ),
    "lead.brokered": "UPDATE lead_sights SET operates = false WHERE operates",
    "lead.known_to_actors": "UPDATE lead_history SET team_id = :stranger WHERE what = 'created'",
    "sight.numbered": "UPDATE counters SET last = 1 WHERE kind = 'lead' AND team_id = :team",
    "sight.entitled": "UPDATE partners SET takes = false WHERE partner_team_id = :other",
    "partner.once": (
        "INSERT INTO partners (team_id, marketplace_id, partner_id, partner_team_id, name, gives, takes, "
        "state, created_at, changed_at) SELECT team_id, marketplace_id, 'twice', partner_team_id, name, gives, "
        "takes, state, created_at, changed_at FROM partners WHERE partner_team_id = :other"
    ),
    "file.own_team": "UPDATE files SET user_id = :non_member WHERE purpose = 'received'",
    "file.expires": "UPDATE files SET created_at = :week_ago, expires_at = :days_ago",
    "file.bounded": (
        "WITH RECURSIVE more (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM more WHERE n < 50) "
        "INSERT INTO files (team_id, file_id, user_id, name, media_type, purpose, size_bytes, sha256, content, "
        "created_at, expires_at) SELECT team_id, file_id || n, user_id, name, media_type, purpose, size_bytes, "
        "sha256, content, created_at, expires_at FROM files, more WHERE purpose = 'made'"
    ),
    "lead_import.own_team": "UPDATE lead_imports SET user_id = :non_member WHERE state = 'running'",
    "lead_import.skipped": "DELETE FROM lead_import_rows",
    "lead_import.once": "UPDATE lead_imports SET sha256 = 'the same' WHERE state <> 'preview'",
    "lead_import.files": (
        "UPDATE lead_imports SET file_id = (SELECT min(file_id) FROM files WHERE purpose = 'received') "
        "WHERE state = 'done'"
    ),
    "bulk.own_team": "UPDATE bulks SET user_id = :non_member WHERE state = 'draft'",
    "bulk.settled": (
        "UPDATE bulk_lines SET state = 'waiting', problem = NULL WHERE state = 'refused' AND bulk_id IN "
        "(SELECT bulk_id FROM bulks WHERE state = 'done')"
    ),
    "bulk_line.invited": "UPDATE bulk_lines SET email = 'other@holzbau.example' WHERE state = 'invited'",
    "bulk_line.once": (
        "INSERT INTO bulk_lines (team_id, bulk_id, line, firm, email, part, language, state, invitation_id, "
        "mailed_after) SELECT team_id, bulk_id, 9, firm, email, part, language, state, invitation_id, mailed_after "
        "FROM bulk_lines WHERE state = 'invited'"
    ),
    "event.tenant": "UPDATE events SET team_id = 'nobody' WHERE team_id = :team",
    "delivery.tenant": "UPDATE deliveries SET team_id = 'nobody'",
    "delivery.lease": "UPDATE deliveries SET state = 'sending', done_at = NULL, leased_until = :long_ago",
    "delivery.once": (
        "INSERT INTO deliveries (team_id, delivery_id, event_id, kind, view, key, params, platform, tenant, "
        "conversation_id, user_id, state, reason, created_at, due_at, done_at) SELECT team_id, 'twice', "
        "event_id, kind, view, key, params, platform, tenant, conversation_id, user_id, state, reason, "
        "created_at, due_at, done_at FROM deliveries"
    ),
    "post.tenant": "UPDATE posts SET team_id = 'nobody'",
    "post.place": "UPDATE posts SET conversation_id = 'nowhere' WHERE user_id IS NULL",
    "inbox.person": "UPDATE inbox SET user_id = 'nobody'",
    "audit.whole": "UPDATE audit SET subject = 'I-7' WHERE team_id = :team AND seq = 2",
    "audit.no_secret": (
        """UPDATE audit_details SET details = '{"code":"AAAA-AAAA"}' WHERE team_id = :team AND seq = 2"""
    ),
}
ALSO_VIOLATED: Final[dict[str, set[str]]] = {
    "lead.in_audit": {"audit.whole"},
    "audit.no_secret": {"audit.whole"},
}
"""Further invariants that the statement necessarily violates."""


def test_every_invariant_has_a_violation() -> None:
    """Each declared invariant has a statement in this module that violates it."""
    assert set(sentences()) == set(VIOLATIONS)


async def violated_after(populated: PopulatedDatabase, name: str) -> set[str]:
    """Return the invariants that are violated after the statement of this one."""
    async with populated.without_constraints() as connection:
        assert await populated.violations(connection) == ()
        statement = VIOLATIONS[name]
        assert (await connection.execute(text(statement), populated.values(statement))).rowcount, statement
        return {violation.invariant for violation in await populated.violations(connection)}


async def test_each_violation_is_reported(populated: PopulatedDatabase) -> None:
    """Each violating statement is reported under its invariant, and no other one except those listed."""
    wrong: list[str] = []
    for name in VIOLATIONS:
        violated = await violated_after(populated, name)
        if violated != {name} | ALSO_VIOLATED.get(name, set()):
            wrong.append(f"{name}: {sorted(violated)}")
    assert not wrong, "\n".join(wrong)


async def test_a_violation_contains_ids_only(populated: PopulatedDatabase) -> None:
    """A violation contains the row's primary key and no other value."""
    statement = VIOLATIONS["request.own_team"]
    async with populated.without_constraints() as connection:
        await connection.execute(text(statement), populated.values(statement))
        [found] = await populated.violations(connection)
        stored = (await connection.execute(text("SELECT team_id, request_id FROM requests"))).one()
    assert found == Violation("request.own_team", "/".join(stored))


async def test_windows_cover_every_row_once(populated: PopulatedDatabase) -> None:
    """Scans with small windows find the same violations as one scan, each once."""
    async with populated.without_constraints() as connection:
        for name in ("lead.brokered", "sight.numbered", "audit.whole", "delivery.lease"):
            statement = VIOLATIONS[name]
            await connection.execute(text(statement), populated.values(statement))
        unit = SqlUnit(connection, populated.clock(), UnitSettings(KEYRING, DEFAULT_PLAN, Ids()), writes=False)
        found: list[Violation] = []
        for kind in invariant_sets():
            scan = await unit.invariants.scan(kind, "", 3)
            found += scan.violations
            while scan.last_key:
                scan = await unit.invariants.scan(kind, scan.last_key, 3)
                found += scan.violations
        assert sorted(map(str, found)) == sorted(map(str, await populated.violations(connection)))
        assert len(found) > 4


async def test_erased_details_violate_nothing(populated: PopulatedDatabase) -> None:
    """An entry with erased details stays a link of the chain; a missing first entry is a violation."""
    async with populated.without_constraints() as connection:
        await connection.execute(text("DELETE FROM audit_details"))
        assert await populated.violations(connection) == ()
        await connection.execute(text("DELETE FROM audit WHERE seq = 1"))
        violated = {violation.invariant for violation in await populated.violations(connection)}
    assert violated == {"audit.whole"}
