"""Pages of the audit log (X5)."""

from services.actor import Actor
from services.audit.model import ListedEntries
from services.audit.store import NEWEST
from services.permissions import Permission
from services.unit_of_work import UnitOfWork

PAGE = 10


async def show(uow: UnitOfWork, actor: Actor, before_seq: int = NEWEST) -> ListedEntries:
    """Return the team's entries before a sequence number, newest first."""
    team_id = actor.require(Permission.AUDIT_VIEW)
    entries = await uow.audit.page(team_id, before_seq=before_seq, limit=PAGE + 1)
    older = entries[PAGE - 1].seq if len(entries) > PAGE else 0
    return ListedEntries(await uow.teams.name(team_id) or "", tuple(entries[:PAGE]), older)
