"""Starting, stopping and resuming an import for its owner; a background job does the processing."""

from services import file
from services.actor import Actor
from services.file.model import FILE_TTL, FileOrigin
from services.lead_import.events import LeadImportStarted, LeadImportStopped
from services.lead_import.model import (
    ImportDefaults,
    ImportField,
    ImportPlan,
    ImportState,
    ImportView,
    LeadImport,
    StopReason,
)
from services.lead_import.prepare import apply_defaults, build_already_imported, build_import_view, find_own_import
from services.lead_import.refusals import NameUnmapped
from services.permissions import Permission
from services.unit_of_work import UnitOfWork


async def start(uow: UnitOfWork, actor: Actor, import_id: str, defaults: ImportDefaults | None = None) -> ImportView:
    """Start the import or resume a stopped one. Idempotent for a running or finished one."""
    actor.require(Permission.LEAD_IMPORT)
    found = await find_own_import(uow, actor, import_id)
    if found.state is ImportState.PREVIEW:
        await _begin(uow, actor, found, apply_defaults(found.plan, defaults) if defaults else found.plan)
    elif found.state is ImportState.STOPPED:
        await _go(uow, actor, found)
    return await build_import_view(uow, actor, await find_own_import(uow, actor, import_id))


async def stop(uow: UnitOfWork, actor: Actor, import_id: str) -> ImportView:
    """Stop the import after the batch in progress."""
    team_id = actor.require(Permission.LEAD_IMPORT)
    await find_own_import(uow, actor, import_id)
    if await uow.lead_imports.stop(team_id, import_id, StopReason.REQUESTED):
        uow.emit(LeadImportStopped(import_id=import_id, reason=StopReason.REQUESTED), by=actor)
    return await build_import_view(uow, actor, await find_own_import(uow, actor, import_id))


async def _begin(uow: UnitOfWork, actor: Actor, found: LeadImport, plan: ImportPlan) -> None:
    if not plan.columns.keys() & {ImportField.NAME, ImportField.COMPANY}:
        raise NameUnmapped(found.import_id)
    # Lock the team: two members may start the same file concurrently.
    await uow.teams.get_for_update(found.team_id)
    same = await uow.lead_imports.find_same_file(found.team_id, found.sha256, actor.user_id)
    if same is not None and same.import_id != found.import_id and _is_taken(same):
        raise build_already_imported(same)
    await uow.lead_imports.update_plan(found.team_id, found.import_id, plan)
    await _go(uow, actor, found)


def _is_taken(same: LeadImport) -> bool:
    if same.state is ImportState.DONE:
        return same.tally.imported > 0
    return same.state is not ImportState.PREVIEW


async def _go(uow: UnitOfWork, actor: Actor, found: LeadImport) -> None:
    stored = await file.show(uow, actor, found.file_id)
    await uow.files.update_expiry(found.team_id, stored.file_id, uow.now + FILE_TTL[FileOrigin.RECEIVED])
    if await uow.lead_imports.start(found.team_id, found.import_id, found.state, uow.now):
        uow.emit(
            LeadImportStarted(import_id=found.import_id, rows=found.rows, done=found.tally.rows),
            by=actor,
        )
