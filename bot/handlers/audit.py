"""Commands about the audit log."""

from typing import Final

from bot.commands.command import Args, CommandDeclaration, Context, Group
from cards import audit as cards
from cards.model import Card, t
from cards.render.csv_table import CsvTable
from services import audit, file
from services.audit.store import SEQ_MAX
from services.permissions import Permission

HELP_RANK: Final = 1
"""Help lists the commands that are rarely needed last."""


class PageArgs(Args, frozen=True):
    """Arguments of `audit.show`: the page ends before this entry."""

    before: int = SEQ_MAX


@CommandDeclaration(
    name="audit.show",
    english=("audit",),
    german=("protokoll",),
    permission=Permission.AUDIT_VIEW,
    about=t("Show who did what in the team"),
    verb=t("Show audit log"),
    group=Group.TEAM,
    args=PageArgs,
    writes=False,
)
async def show(ctx: Context, args: PageArgs) -> Card:
    """Show the newest entries before one."""
    return cards.audit_log_card(await audit.show(ctx.uow, ctx.actor, args.before))


class ExportArgs(Args, frozen=True):
    """Arguments of `audit.export`: the file begins behind this entry."""

    after: int = 0


@CommandDeclaration(
    name="audit.export",
    english=("audit export", "export audit"),
    german=("protokoll export", "protokoll exportieren"),
    permission=Permission.AUDIT_VIEW,
    about=t("The audit log as a CSV file that can be checked"),
    verb=t("Export audit log"),
    group=Group.TEAM,
    args=ExportArgs,
)
async def export(ctx: Context, args: ExportArgs) -> Card:
    """Export the entries that fit into one file."""
    writer = ctx.writer
    table = CsvTable(cards.AUDIT_HEADER, writer)
    view = await audit.export(ctx.uow, ctx.actor, lambda item: table.add(cards.audit_row(item)), args.after)
    name = writer.format_line(cards.audit_file_name(view))
    return cards.audit_export_card(view, await file.create_for_actor(ctx.uow, ctx.actor, name, table.content()))
