"""Preparation of an import: the file is examined, its columns are mapped, and its owner sees a preview."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import msgspec

from services import file
from services.actor import Actor
from services.errors import Invalid, NotFound, Outdated
from services.file import OpenedFile
from services.lead.draft import line
from services.lead.model import LINE_MAX_CHARS, TITLE_MAX_CHARS
from services.lead_import.columns import plan_of
from services.lead_import.examine import Examined, examine
from services.lead_import.model import Defaults, Field, HowTo, ImportState, ImportView, LeadImport, Plan
from services.lead_import.refusals import AlreadyImported
from services.lead_import.show import previewed, shown
from services.permissions import Permission
from services.table import open_table
from services.unit_of_work import UnitOfWork

KIND = "import"
DIGITS_MAX = 3


async def explain(uow: UnitOfWork, actor: Actor, name: str, content: bytes) -> HowTo:
    """Return the instructions, with an example file except in public places."""
    actor.require(Permission.LEAD_IMPORT)
    if actor.place.is_public:
        return HowTo(None)
    return HowTo(await file.offer(uow, actor, name, content))


async def prepare(uow: UnitOfWork, actor: Actor, file_id: str) -> ImportView:
    """Examine a file of the actor and store a preview; nothing is imported.

    The same file again resumes the same import.
    """
    team_id = actor.require(Permission.LEAD_IMPORT)
    opened = await file.read(uow, actor, file_id)
    same = await uow.lead_imports.same(team_id, opened.stored.sha256, actor.user_id)
    if same is not None and (same.state is not ImportState.DONE or same.tally.imported):
        return await _again(uow, actor, same, opened)
    plan, near, examined = await asyncio.to_thread(_look, opened)
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
    return replace(await previewed(uow, actor, found, examined), near=near)


async def show(uow: UnitOfWork, actor: Actor, import_id: str) -> ImportView:
    """Return the import. Raises NotFound, also for another member's."""
    actor.require(Permission.LEAD_IMPORT)
    return await view(uow, actor, await own(uow, actor, import_id))


async def follow(uow: UnitOfWork, actor: Actor, import_id: str) -> ImportView:
    """Return the same for its updated card, also after its owner lost the permission to import."""
    actor.require(Permission.LEAD_VIEW)
    return await view(uow, actor, await own(uow, actor, import_id))


async def assign(uow: UnitOfWork, actor: Actor, import_id: str, places: Mapping[str, str]) -> ImportView:
    """Map columns to a lead's parts; unmapped columns are ignored."""
    team_id = actor.require(Permission.LEAD_IMPORT)
    found = await own(uow, actor, import_id)
    if found.state is not ImportState.PREVIEW:
        raise Outdated(KIND)
    columns = {Field(name): _places(name, typed) for name, typed in places.items() if typed}
    changed = replace(found, plan=msgspec.structs.replace(found.plan, columns=columns))
    drawn = await view(uow, actor, changed)
    if any(place >= len(drawn.columns) for several in columns.values() for place in several):
        raise Invalid("column", "choice")
    if not await uow.lead_imports.change_plan(team_id, import_id, changed.plan):
        raise Outdated(KIND)
    return drawn


async def own(uow: UnitOfWork, actor: Actor, import_id: str) -> LeadImport:
    """Return an import of the actor. Raises NotFound."""
    found = await uow.lead_imports.get(actor.team_id, import_id)
    if found is None or found.user_id != actor.user_id:
        raise NotFound(KIND)
    return found


async def view(uow: UnitOfWork, actor: Actor, found: LeadImport) -> ImportView:
    """Build the view of its present state."""
    if found.state is not ImportState.PREVIEW:
        return await shown(uow, found)
    opened = await file.read(uow, actor, found.file_id)
    return await previewed(uow, actor, found, await asyncio.to_thread(_examine, opened, found.plan))


def planned(plan: Plan, defaults: Defaults) -> Plan:
    """Return the plan with the defaults. Raises Invalid for values that are too long."""
    return Plan(
        columns=plan.columns,
        title=line("title", defaults.title, TITLE_MAX_CHARS),
        source=line("source", defaults.source, LINE_MAX_CHARS),
        campaign=line("campaign", defaults.campaign, LINE_MAX_CHARS),
        keeps_duplicates=defaults.keeps_duplicates,
    )


def taken(same: LeadImport) -> AlreadyImported:
    """Build the refusal that names the user and the time of the earlier import."""
    at = same.ended_at or same.begun_at or same.created_at
    return AlreadyImported(at, same.user_name, is_done=same.state is ImportState.DONE)


async def _again(uow: UnitOfWork, actor: Actor, same: LeadImport, opened: OpenedFile) -> ImportView:
    """Resume the actor's own import.

    Raises AlreadyImported for a finished one and for another member's.
    """
    if same.state is ImportState.DONE or same.user_id != actor.user_id:
        raise taken(same)
    if same.state is not ImportState.RUNNING:
        await uow.lead_imports.change_file(actor.team_id, same.import_id, opened.stored.file_id)
    return await view(uow, actor, replace(same, file_id=opened.stored.file_id))


def _look(opened: OpenedFile) -> tuple[Plan, frozenset[Field], Examined]:
    table = open_table(opened.content)
    plan, near = plan_of(table, opened.stored.name)
    return plan, near, examine(table, plan)


def _examine(opened: OpenedFile, plan: Plan) -> Examined:
    return examine(open_table(opened.content), plan)


def _places(name: str, typed: str) -> tuple[int, ...]:
    """Parse `3` as one column and `3+4` as two joined ones. Raises Invalid."""
    places = typed.split("+")
    if len(places) > (2 if name == Field.NAME else 1) or not all(
        one.isdecimal() and len(one) <= DIGITS_MAX for one in places
    ):
        raise Invalid("column", "choice")
    return tuple(int(one) for one in places)
