"""Command that exports leads as a file."""

from typing import Final

from bot.commands.command import Args, CommandDeclaration, Context, Group
from cards import lead as cards
from cards.model import Card, t
from cards.render.csv_table import CsvTable
from services import file, lead
from services.permissions import Permission

HELP_RANK: Final = 3
"""Help lists this command last of those about leads."""


class ExportArgs(Args, frozen=True):
    """The file begins behind the lead with this number."""

    after: int = 0


@CommandDeclaration(
    name="lead.export",
    english=("leads export", "export leads"),
    german=("leads exportieren", "exportiere leads"),
    permission=Permission.LEAD_EXPORT,
    about=t("Your team's leads as a CSV file, for you alone"),
    verb=t("Export leads"),
    group=Group.LEADS,
    args=ExportArgs,
)
async def export(ctx: Context, args: ExportArgs) -> Card:
    """Export the leads that fit into one file, for the actor alone."""
    writer = ctx.writer
    table = CsvTable(cards.LEAD_HEADER, writer)
    view = await lead.export(ctx.uow, ctx.actor, lambda item: table.add(cards.lead_row(item)), args.after)
    if not view.count:
        return cards.no_leads_card()
    name = writer.format_line(cards.leads_file_name(view))
    return cards.lead_export_card(view, await file.create_for_actor(ctx.uow, ctx.actor, name, table.content()))
