"""Pages of the audit log (X5)."""

from services.actor import Actor
from services.audit.model import AuditPage
from services.audit.store import SEQ_MAX
from services.permissions import Permission
from services.unit_of_work import UnitOfWork

AUDIT_PAGE_ROWS = 10


async def show(uow: UnitOfWork, actor: Actor, before_seq: int = SEQ_MAX) -> AuditPage:
    """Return the team's entries before a sequence number, newest first."""
    team_id = actor.require(Permission.AUDIT_VIEW)
    entries = await uow.audit.list_entries(team_id, before_seq=before_seq, limit=AUDIT_PAGE_ROWS + 1)
    older = entries[AUDIT_PAGE_ROWS - 1].seq if len(entries) > AUDIT_PAGE_ROWS else 0
    return AuditPage(await uow.teams.get_name(team_id) or "", tuple(entries[:AUDIT_PAGE_ROWS]), older)
