"""Commands about imports of leads from a file."""

import msgspec

from bot.commands.command import Args, CommandDeclaration, CommandResult, Context, Group
from cards import lead_import as cards
from cards.model import Card, t
from services import lead_import
from services.permissions import Permission
from services.spreadsheet import write_csv


class FileArgs(Args, frozen=True):
    """Id of a file; empty for instructions."""

    file: str = ""


class ImportArgs(Args, frozen=True):
    """Id of an import."""

    lead_import: str


class StartArgs(ImportArgs, frozen=True):
    """Id of an import and the defaults of its rows."""

    title: str = ""
    source: str = ""
    campaign: str = ""
    duplicates: str = ""


class AssignArgs(ImportArgs, frozen=True):
    """Columns of the parts of a lead; `ask` opens the form first."""

    ask: bool = False
    name: str = ""
    title: str = ""
    email: str = ""
    phone: str = ""
    company: str = ""
    postcode: str = ""
    country: str = ""
    text: str = ""
    value: str = ""
    currency: str = ""
    source: str = ""
    campaign: str = ""


@CommandDeclaration(
    name="lead.import",
    english=("import leads", "lead import"),
    german=("leads importieren", "lead import", "importiere leads"),
    permission=Permission.LEAD_IMPORT,
    about=t("Bring in many leads from a CSV file"),
    verb=t("Import leads"),
    group=Group.LEADS,
    args=FileArgs,
    is_askable=False,
)
async def bring(ctx: Context, args: FileArgs) -> Card | CommandResult:
    """Check a received file; the card is a separate message because it is updated with the import."""
    if not args.file:
        name, content = _sample(ctx)
        return cards.import_help_card(await lead_import.show_instructions(ctx.uow, ctx.actor, name, content))
    card = cards.import_card(await lead_import.prepare(ctx.uow, ctx.actor, args.file))
    return CommandResult(card, ctx.message_placement)


def _sample(ctx: Context) -> tuple[str, bytes]:
    writer = ctx.writer
    header, *rows = ([writer.format_line(cell) for cell in row] for row in cards.SAMPLE_ROWS)
    return writer.format_line(cards.SAMPLE_FILE_NAME), write_csv(header, rows, ctx.actor.language)


@CommandDeclaration(
    name="lead.import_show",
    permission=Permission.LEAD_IMPORT,
    about=t("One import as it stands"),
    verb=t("Show import"),
    group=Group.LEADS,
    args=ImportArgs,
    writes=False,
    is_askable=False,
    listed=False,
)
async def show(ctx: Context, args: ImportArgs) -> Card:
    """Show the current import."""
    return cards.import_card(await lead_import.show(ctx.uow, ctx.actor, args.lead_import))


@CommandDeclaration(
    name="lead.import_assign",
    permission=Permission.LEAD_IMPORT,
    about=t("Say which column is what"),
    verb=t("Assign columns"),
    group=Group.LEADS,
    args=AssignArgs,
    is_askable=False,
    listed=False,
)
async def assign(ctx: Context, args: AssignArgs) -> Card:
    """Assign columns to the parts of a lead."""
    if args.ask:
        return cards.columns_form(await lead_import.show(ctx.uow, ctx.actor, args.lead_import))
    told = msgspec.structs.asdict(args)
    places = {str(item): told[item] for item in lead_import.ImportField if told[item] != cards.NO_COLUMN}
    return cards.import_card(await lead_import.assign(ctx.uow, ctx.actor, args.lead_import, places))


@CommandDeclaration(
    name="lead.import_start",
    permission=Permission.LEAD_IMPORT,
    about=t("Let an import begin or go on"),
    verb=t("Import leads"),
    group=Group.LEADS,
    args=StartArgs,
    is_askable=False,
    listed=False,
)
async def start(ctx: Context, args: StartArgs) -> Card:
    """Start or resume the import."""
    defaults = lead_import.ImportDefaults(
        args.title, args.source, args.campaign, args.duplicates == cards.KEEP_DUPLICATES
    )
    return cards.import_card(await lead_import.start(ctx.uow, ctx.actor, args.lead_import, defaults))


@CommandDeclaration(
    name="lead.import_stop",
    permission=Permission.LEAD_IMPORT,
    about=t("Let an import stop"),
    verb=t("Stop"),
    group=Group.LEADS,
    args=ImportArgs,
    is_askable=False,
    listed=False,
)
async def stop(ctx: Context, args: ImportArgs) -> Card:
    """Stop the import."""
    return cards.import_card(await lead_import.stop(ctx.uow, ctx.actor, args.lead_import))
