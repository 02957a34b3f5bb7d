"""Preparation of an import: the file is examined, its columns are mapped, and its owner sees a preview."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import msgspec

from services import file
from services.actor import Actor
from services.errors import Invalid, NotFound, Outdated
from services.file import FileWithContent
from services.lead.draft import parse_line
from services.lead.model import LEAD_LINE_MAX_CHARS, TITLE_MAX_CHARS
from services.lead_import.columns import build_plan
from services.lead_import.examine import FileExamination, examine
from services.lead_import.model import (
    ImportDefaults,
    ImportField,
    ImportInstructions,
    ImportPlan,
    ImportState,
    ImportView,
    LeadImport,
)
from services.lead_import.refusals import AlreadyImported
from services.lead_import.show import build_preview, build_progress_view
from services.permissions import Permission
from services.table import open_table
from services.unit_of_work import UnitOfWork

IMPORT_KIND = "import"
COLUMN_DIGITS_MAX = 3


async def show_instructions(uow: UnitOfWork, actor: Actor, name: str, content: bytes) -> ImportInstructions:
    """Return the instructions, with an example file except in public places."""
    actor.require(Permission.LEAD_IMPORT)
    if actor.place.is_public:
        return ImportInstructions(None)
    return ImportInstructions(await file.create_for_actor(uow, actor, name, content))


async def prepare(uow: UnitOfWork, actor: Actor, file_id: str) -> ImportView:
    """Examine a file of the actor and store a preview; nothing is imported.

    The same file again resumes the same import.
    """
    team_id = actor.require(Permission.LEAD_IMPORT)
    opened = await file.read_content(uow, actor, file_id)
    same = await uow.lead_imports.find_same_file(team_id, opened.stored.sha256, actor.user_id)
    if same is not None and (same.state is not ImportState.DONE or same.tally.imported):
        return await _again(uow, actor, same, opened)
    plan, near, examined = await asyncio.to_thread(_examine_file, opened)
    found = LeadImport(
        team_id=team_id,
        import_id=uow.new_id(),
        user_id=actor.user_id,
        file_id=file_id,
        file_name=opened.stored.name,
        sha256=opened.stored.sha256,
        state=ImportState.PREVIEW,
        plan=plan,
        rows=examined.rows,
        created_at=uow.now,
    )
    await uow.lead_imports.add(found)
    return replace(await build_preview(uow, actor, found, examined), guessed=near)


async def show(uow: UnitOfWork, actor: Actor, import_id: str) -> ImportView:
    """Return the import. Raises NotFound, also for another member's."""
    actor.require(Permission.LEAD_IMPORT)
    return await build_import_view(uow, actor, await find_own_import(uow, actor, import_id))


async def show_progress(uow: UnitOfWork, actor: Actor, import_id: str) -> ImportView:
    """Return the same for its updated card, also after its owner lost the permission to import."""
    actor.require(Permission.LEAD_VIEW)
    return await build_import_view(uow, actor, await find_own_import(uow, actor, import_id))


async def assign(uow: UnitOfWork, actor: Actor, import_id: str, places: Mapping[str, str]) -> ImportView:
    """Map columns to a lead's parts; unmapped columns are ignored."""
    team_id = actor.require(Permission.LEAD_IMPORT)
    found = await find_own_import(uow, actor, import_id)
    if found.state is not ImportState.PREVIEW:
        raise Outdated(IMPORT_KIND)
    columns = {ImportField(name): _places(name, typed) for name, typed in places.items() if typed}
    changed = replace(found, plan=msgspec.structs.replace(found.plan, columns=columns))
    drawn = await build_import_view(uow, actor, changed)
    if any(item >= len(drawn.columns) for several in columns.values() for item in several):
        raise Invalid("column", "choice")
    if not await uow.lead_imports.update_plan(team_id, import_id, changed.plan):
        raise Outdated(IMPORT_KIND)
    return drawn


async def find_own_import(uow: UnitOfWork, actor: Actor, import_id: str) -> LeadImport:
    """Return an import of the actor. Raises NotFound."""
    found = await uow.lead_imports.get(actor.team_id, import_id)
    if found is None or found.user_id != actor.user_id:
        raise NotFound(IMPORT_KIND)
    return found


async def build_import_view(uow: UnitOfWork, actor: Actor, found: LeadImport) -> ImportView:
    """Build the view of its present state."""
    if found.state is not ImportState.PREVIEW:
        return await build_progress_view(uow, found)
    opened = await file.read_content(uow, actor, found.file_id)
    return await build_preview(uow, actor, found, await asyncio.to_thread(_examine, opened, found.plan))


def apply_defaults(plan: ImportPlan, defaults: ImportDefaults) -> ImportPlan:
    """Return the plan with the defaults. Raises Invalid for values that are too long."""
    return ImportPlan(
        columns=plan.columns,
        title=parse_line("title", defaults.title, TITLE_MAX_CHARS),
        source=parse_line("source", defaults.source, LEAD_LINE_MAX_CHARS),
        campaign=parse_line("campaign", defaults.campaign, LEAD_LINE_MAX_CHARS),
        is_keeping_duplicates=defaults.is_keeping_duplicates,
    )


def build_already_imported(same: LeadImport) -> AlreadyImported:
    """Build the refusal that names the user and the time of the earlier import."""
    at = same.ended_at or same.begun_at or same.created_at
    return AlreadyImported(at, same.user_name, is_done=same.state is ImportState.DONE)


async def _again(uow: UnitOfWork, actor: Actor, same: LeadImport, opened: FileWithContent) -> ImportView:
    """Resume the actor's own import.

    Raises AlreadyImported for a finished one and for another member's.
    """
    if same.state is ImportState.DONE or same.user_id != actor.user_id:
        raise build_already_imported(same)
    if same.state is not ImportState.RUNNING:
        await uow.lead_imports.update_file(actor.team_id, same.import_id, opened.stored.file_id)
    return await build_import_view(uow, actor, replace(same, file_id=opened.stored.file_id))


def _examine_file(opened: FileWithContent) -> tuple[ImportPlan, frozenset[ImportField], FileExamination]:
    table = open_table(opened.content)
    plan, near = build_plan(table, opened.stored.name)
    return plan, near, examine(table, plan)


def _examine(opened: FileWithContent, plan: ImportPlan) -> FileExamination:
    return examine(open_table(opened.content), plan)


def _places(name: str, typed: str) -> tuple[int, ...]:
    """Parse `3` as one column and `3+4` as two joined ones. Raises Invalid."""
    places = typed.split("+")
    if len(places) > (2 if name == ImportField.NAME else 1) or not all(
        item.isdecimal() and len(item) <= COLUMN_DIGITS_MAX for item in places
    ):
        raise Invalid("column", "choice")
    return tuple(int(item) for item in places)
