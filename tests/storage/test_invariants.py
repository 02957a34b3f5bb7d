"""Each invariant is violated on purpose, past all rules and constraints, and the violation is reported by name."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import aiosqlite
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services import bulk, channel, identity, invitation, lead, marketplace, request
from services.delivery import Delivery, Kind, Posted, State
from services.inbox import Arrival
from services.invariants import INVARIANTS, KINDS, Breach, check_all
from services.lead_import import process
from services.lead_import.model import Tally
from services.lead_import.parse_row import batches
from services.permissions import Permission
from services.plans import DEFAULT_PLAN
from services.table import open_table
from storage.engine import Database
from storage.invariants import NAMES
from storage.unit_of_work import Common, Ids, SqlUnit, SqlUnits
from tests.builders import KEYRING, Clock
from tests.services import import_steps
from tests.services.seeded_team import (
    SeededTeam,
    create_lead,
    create_offered_lead,
    open_marketplace,
    pick_lead,
    seed_team,
)

HOLDER: Final = "process-1"
UNIQUE: Final = (
    "uq_members_owner",
    "uq_members_user",
    "uq_invitations_open",
    "uq_partners_team",
    "uq_deliveries_post",
    "uq_deliveries_update",
)
"""Unique indexes that prevent violations; dropped here, because invariants must not depend on them."""

# The statement that violates each invariant and no other.
VIOLATIONS: Final[dict[str, str]] = {
    "identity.person": "UPDATE users SET merged_into = user_id WHERE user_id = :non_member",
    "identity.one_of_each": "UPDATE identities SET is_latest = false WHERE user_id = :non_member",
    "link.hashed": "UPDATE identity_links SET code_hash = 'AAAA-AAAA'",
    "link.two_sides": "UPDATE identity_links SET state = 'agreed', code_hash = NULL",
    "link.forgotten": "UPDATE identity_links SET expires_at = :days_ago",
    "channel.hashed": "UPDATE channel_offers SET state = 'offered'",
    "channel.forgotten": "UPDATE channel_offers SET expires_at = :days_ago",
    "team.one_owner": "UPDATE members SET role = 'admin' WHERE role = 'owner' AND team_id = :team",
    "member.one_team": (
        "INSERT INTO members (team_id, user_id, role, joined_at) SELECT :other, user_id, 'viewer', joined_at "
        "FROM members WHERE team_id = :team AND role = 'viewer'"
    ),
    "member.email_is_key": "UPDATE members SET email = 'Anna@Acme.example' WHERE team_id = :team AND role = 'admin'",
    "invitation.once": (
        "UPDATE invitations SET email = 'eva@acme.example' WHERE team_id = :team AND email = 'udo@acme.example'"
    ),
    "invitation.numbered": "UPDATE invitations SET number = 99 WHERE team_id = :team AND state = 'requested'",
    "invitation.used_once": "UPDATE invitations SET state = 'joined' WHERE team_id = :team AND state = 'requested'",
    "invitation.hashed": (
        "UPDATE invitations SET code_hash = 'AAAA-AAAA', code_expires_at = created_at, state = 'accepted' "
        "WHERE team_id = :team AND state = 'pending' AND kind = 'member'"
    ),
    "invitation.bound": "UPDATE invitations SET role = 'owner' WHERE team_id = :team AND state = 'requested'",
    "invitation.expires": "UPDATE invitations SET expires_at = NULL WHERE team_id = :team AND state = 'pending'",
    "invitation.two_people": (
        "UPDATE invitations SET state = 'declined', decided_by = requested_by, decided_at = created_at WHERE "
        "team_id = :team AND state = 'requested'"
    ),
    "request.two_people": (
        "UPDATE requests SET state = 'approved', decided_by = asked_by, decided_at = asked_at WHERE team_id = :team"
    ),
    "request.own_team": (
        "UPDATE requests SET asked_by = (SELECT user_id FROM members WHERE team_id = :other AND role = 'viewer')"
    ),
    "lead.one_winner": "UPDATE leads SET picked_at = NULL WHERE state = 'won'",
    "lead.held_once": "UPDATE lead_sights SET offer = 'held' WHERE operates AND offer = 'none'",
    "lead.in_history": "UPDATE lead_history SET what = 'noted' WHERE what = 'undone'",
    "lead.in_audit": "UPDATE audit SET subject = 'L-77' WHERE action = 'lead.picked'",
    "lead.undone_once": "UPDATE lead_history SET reverses = NULL WHERE what = 'undone'",
    "lead.offered": "UPDATE lead_sights SET offer = 'assigned' WHERE offer = 'open'",
    "lead.closed": "UPDATE leads SET closed_by = NULL WHERE state = 'won'",
    "lead.responsible": (
        "UPDATE leads SET responsible_id = (SELECT user_id FROM members WHERE team_id = :stranger AND role = "
        "'viewer') WHERE state = 'picked'"
    ),
    "lead.brokered": "UPDATE lead_sights SET operates = false WHERE operates",
    "lead.known_to_actors": "UPDATE lead_history SET team_id = :stranger WHERE what = 'created'",
    "sight.numbered": "UPDATE counters SET last = 1 WHERE kind = 'lead' AND team_id = :team",
    "sight.entitled": "UPDATE partners SET takes = false WHERE partner_team_id = :other",
    "partner.team": "UPDATE partners SET invitation_id = NULL WHERE state = 'pending'",
    "partner.once": (
        "INSERT INTO partners (team_id, marketplace_id, partner_id, partner_team_id, name, gives, takes, "
        "state, created_at, changed_at) SELECT team_id, marketplace_id, 'twice', partner_team_id, name, gives, "
        "takes, state, created_at, changed_at FROM partners WHERE partner_team_id = :other"
    ),
    "file.own_team": "UPDATE files SET user_id = :non_member WHERE purpose = 'received'",
    "file.expires": "UPDATE files SET expires_at = created_at",
    "file.bounded": (
        "WITH RECURSIVE more (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM more WHERE n < 50) "
        "INSERT INTO files (team_id, file_id, user_id, name, media_type, purpose, size_bytes, sha256, content, "
        "created_at, expires_at) SELECT team_id, file_id || n, user_id, name, media_type, purpose, size_bytes, "
        "sha256, content, created_at, expires_at FROM files, more WHERE purpose = 'made'"
    ),
    "lead_import.own_team": "UPDATE lead_imports SET user_id = :non_member WHERE state = 'running'",
    "lead_import.counted": "UPDATE lead_imports SET rows = rows + 1 WHERE state = 'done'",
    "lead_import.skipped": "DELETE FROM lead_import_rows",
    "lead_import.numbered": "UPDATE lead_imports SET last_number = first_number WHERE state = 'done'",
    "lead_import.ends": "UPDATE lead_imports SET ended_at = NULL WHERE state = 'done'",
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
    "bulk.moving": "UPDATE bulks SET is_moving = true WHERE state = 'draft'",
    "bulk_line.fate": "UPDATE bulk_lines SET problem = NULL WHERE state = 'refused'",
    "bulk_line.invited": "UPDATE bulk_lines SET email = 'other@holzbau.example' WHERE state = 'invited'",
    "bulk_line.once": (
        "INSERT INTO bulk_lines (team_id, bulk_id, line, firm, email, part, language, state, invitation_id, "
        "mailed_after) SELECT team_id, bulk_id, 9, firm, email, part, language, state, invitation_id, mailed_after "
        "FROM bulk_lines WHERE state = 'invited'"
    ),
    "event.tenant": "UPDATE events SET team_id = 'nobody' WHERE team_id = :team",
    "delivery.tenant": "UPDATE deliveries SET team_id = 'nobody'",
    "delivery.ends": "UPDATE deliveries SET state = 'sent', done_at = NULL",
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
    "lead.one_winner": {"lead.in_history"},
    "lead.in_audit": {"audit.whole"},
    "audit.no_secret": {"audit.whole"},
}
"""Further invariants that the statement necessarily violates."""


def test_every_invariant_has_a_query_and_a_violation() -> None:
    """Each declared invariant has a query and a statement in this module that violates it."""
    assert set(INVARIANTS) == NAMES == set(VIOLATIONS)


@dataclass(frozen=True, slots=True)
class InvariantDatabase:
    """Three teams with rows of every kind, and a way to change rows past all constraints."""

    database: Database
    clock: Clock
    ours: SeededTeam
    theirs: SeededTeam
    unrelated: SeededTeam

    @property
    def names(self) -> dict[str, Any]:
        """Return the parameters of the violating statements."""
        return {
            "team": self.ours.team_id,
            "other": self.theirs.team_id,
            "stranger": self.unrelated.team_id,
            "non_member": self.unrelated.viewer.user_id,
            "long_ago": self.clock() - timedelta(hours=2),
            "days_ago": self.clock() - timedelta(days=3),
        }

    @asynccontextmanager
    async def without_constraints(self) -> AsyncGenerator[AsyncConnection]:
        """Open a transaction without unique indexes and foreign keys; it is rolled back."""
        async with self.database.writer.connect() as connection:
            raw = (await connection.get_raw_connection()).driver_connection
            if isinstance(raw, aiosqlite.Connection):
                await (await raw.execute("PRAGMA foreign_keys = OFF")).close()
            async with connection.begin() as transaction:
                if not isinstance(raw, aiosqlite.Connection):
                    await connection.execute(text("SET LOCAL session_replication_role = replica"))
                for index in UNIQUE:
                    await connection.execute(text(f"DROP INDEX {index}"))
                yield connection
                await transaction.rollback()

    async def violations(self, connection: AsyncConnection) -> tuple[Breach, ...]:
        """Return the violations in the transaction of the connection."""
        return await check_all(SqlUnit(connection, self.clock(), Common(KEYRING, DEFAULT_PLAN, Ids()), writes=False))

    async def violated_after(self, name: str) -> set[str]:
        """Return the invariants that are violated after the statement of this one."""
        async with self.without_constraints() as connection:
            assert await self.violations(connection) == ()
            statement = VIOLATIONS[name]
            wanted = {key: value for key, value in self.names.items() if f":{key}" in statement}
            assert (await connection.execute(text(statement), wanted)).rowcount, statement
            return {violation.invariant for violation in await self.violations(connection)}


@pytest.fixture
async def populated(database: Database, units: SqlUnits, clock: Clock) -> InvariantDatabase:
    """Solarhaus operates a marketplace with the partner Dachwerk; Nordwind is unrelated."""
    ours, theirs, unrelated = [await seed_team(units, name) for name in ("Solarhaus", "Dachwerk", "Nordwind")]
    await open_marketplace(ours, theirs)
    await create_leads(ours, theirs)
    async with units.write() as uow:
        await request.ask(uow, ours.member, "member.remove", {}, Permission.MEMBER_REMOVE)
        await invitation.request(uow, ours.member, "eva@acme.example")
        await invitation.create(uow, ours.owner, "udo@acme.example", "viewer")
        await marketplace.invite(uow, ours.owner, email="dach@acme.example", name="Dachwerk II")
        await uow.inbox.register(Arrival("web", "demo", "click/1", ours.owner.user_id))
        await identity.ask(uow, ours.member)
        await channel.ask(uow, ours.owner)
        await add_posted_card(uow, ours)
    await create_imports(units, ours)
    await create_bulks(units, ours)
    return InvariantDatabase(database, clock, ours, theirs, unrelated)


async def create_leads(ours: SeededTeam, theirs: SeededTeam) -> None:
    """Create a lead on offer, a picked one, a won one, one with an undone pick, and one on no marketplace."""
    await create_lead(ours)
    leads = [await create_offered_lead(ours) for _ in range(4)]
    for one in leads[1:]:
        await pick_lead(theirs, one.lead_id)
    async with ours.units.write() as uow:
        await lead.win(uow, theirs.member, leads[2].lead_id)
        await lead.undo(uow, theirs.member, leads[3].lead_id)


async def create_imports(units: SqlUnits, seeded: SeededTeam) -> None:
    """Create an import with a rejected row, a running one, and one that was only previewed."""
    done = import_steps.table(import_steps.row(1), import_steps.row(2), ";;nobody;;;;;")
    view = await import_steps.begin(units, seeded.member, done, "Messe.csv")
    async with units.write() as uow:
        carried = await process.claim(uow, HOLDER)
        assert carried is not None
        for batch in batches(open_table(done), carried.plan, 0):
            carried = await process.carry(uow, carried, HOLDER, batch) or carried
        assert await process.finish(uow, carried, HOLDER, "Rest.csv", b"left out", 1)
    assert (await import_steps.stored_import(units, view)).tally == Tally(imported=2, rejected=1)
    await import_steps.begin(units, seeded.member, import_steps.numbered_table(2, first=3), "Lager.csv")
    await import_steps.prepare(units, seeded.member, import_steps.numbered_table(2, first=5), "Laden.csv")


async def create_bulks(units: SqlUnits, seeded: SeededTeam) -> None:
    """Create a bulk invitation with an invited and a skipped team, and one that was only previewed."""
    async with units.write() as uow:
        sent = await bulk.draft(uow, seeded.owner, firms="Holzbau; post@holzbau.example\nNiemand; nowhere")
        await bulk.send(uow, seeded.owner, sent.bulk_id)
        await bulk.draft(uow, seeded.owner, firms="Spengler; post@spengler.example")


async def add_posted_card(uow: SqlUnit, seeded: SeededTeam) -> None:
    """Add a card posted into the team's channel."""
    conversation: dict[str, Any] = {
        "platform": "web",
        "tenant": "demo",
        "conversation_id": seeded.channel.conversation_id,
    }
    delivery = Delivery(
        team_id=seeded.team_id,
        delivery_id=uow.new_id(),
        event_id=uow.new_id(),
        kind=Kind.POST,
        view="lead.card",
        key="lead-1",
        state=State.SUPPRESSED,
        reason="not connected",
        **conversation,
    )
    await uow.deliveries.add([delivery], uow.now)
    posted = Posted(
        team_id=seeded.team_id,
        post_id=uow.new_id(),
        view="lead.card",
        key="lead-1",
        message_id="message-1",
        **conversation,
    )
    await uow.deliveries.add_post(posted, uow.now)


async def test_each_violation_is_reported(populated: InvariantDatabase) -> None:
    """Each violating statement is reported under its invariant, and no other one except those listed."""
    wrong: list[str] = []
    for name in VIOLATIONS:
        violated = await populated.violated_after(name)
        if violated != {name} | ALSO_VIOLATED.get(name, set()):
            wrong.append(f"{name}: {sorted(violated)}")
    assert not wrong, "\n".join(wrong)


async def test_a_violation_contains_ids_only(populated: InvariantDatabase) -> None:
    """A violation contains the row's primary key and no other value."""
    async with populated.without_constraints() as connection:
        await connection.execute(text(VIOLATIONS["request.two_people"]), {"team": populated.ours.team_id})
        [found] = await populated.violations(connection)
        stored = (await connection.execute(text("SELECT team_id, request_id FROM requests"))).one()
    assert found == Breach("request.two_people", "/".join(stored))


async def test_windows_cover_every_row_once(populated: InvariantDatabase) -> None:
    """Scans with small windows find the same violations as one scan, each once."""
    async with populated.without_constraints() as connection:
        for name in ("lead.closed", "sight.numbered", "audit.whole", "delivery.ends"):
            statement = VIOLATIONS[name]
            await connection.execute(text(statement), {"team": populated.ours.team_id} if ":team" in statement else {})
        unit = SqlUnit(connection, populated.clock(), Common(KEYRING, DEFAULT_PLAN, Ids()), writes=False)
        found: list[Breach] = []
        for kind in KINDS:
            scan = await unit.invariants.look(kind, "", 3)
            found += scan.breaches
            while scan.until:
                scan = await unit.invariants.look(kind, scan.until, 3)
                found += scan.breaches
        assert sorted(map(str, found)) == sorted(map(str, await populated.violations(connection)))
        assert len(found) > 4


async def test_erased_details_violate_nothing(populated: InvariantDatabase) -> None:
    """An entry with erased details stays a link of the chain; a missing first entry is a violation."""
    async with populated.without_constraints() as connection:
        await connection.execute(text("DELETE FROM audit_details"))
        assert await populated.violations(connection) == ()
        await connection.execute(text("DELETE FROM audit WHERE seq = 1"))
        violated = {violation.invariant for violation in await populated.violations(connection)}
    assert violated == {"audit.whole"}
