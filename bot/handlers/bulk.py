"""Commands about bulk invitations of marketplace partners."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from bot.commands.command import Args, CommandDeclaration, CommandResult, Context, Group
from bot.dispatch.interaction import private_placement
from cards import bulk as cards
from cards.bulk import export
from cards.model import Card, T, t
from services import bulk, file
from services.bulk import BulkTable
from services.errors import ConfirmationWarning
from services.permissions import Permission
from services.spreadsheet import write_csv

HELP_RANK: Final = 1
"""Help lists the commands that are rarely needed last."""


class InviteManyArgs(Args, frozen=True):
    """Pasted or uploaded firms and their part; without a part the form opens."""

    firms: str = ""
    file: str = ""
    marketplace: str = ""
    part: str = ""
    text: str = ""


class BulkArgs(Args, frozen=True):
    """Reference of a bulk invitation."""

    bulk: str


class ShowArgs(Args, frozen=True):
    """Reference of a bulk invitation; empty for the latest one."""

    bulk: str = ""


class PageArgs(BulkArgs, frozen=True):
    """Reference and page of a bulk invitation."""

    page: int = 1


async def invite_many_form(ctx: Context, known: Mapping[str, Any], warnings: tuple[ConfirmationWarning, ...]) -> Card:
    """Show the form for firms."""
    del warnings
    return cards.bulk_form(await bulk.show_form(ctx.uow, ctx.actor, str(known.get("file", ""))), known)


@CommandDeclaration(
    name="marketplace.invite_many",
    english=("market invite many", "marketplace invite many"),
    german=("markt viele einladen", "marktplatz viele einladen"),
    permission=Permission.MARKETPLACE_RUN,
    about=t("Invite many firms to your market at once, pasted or from a file"),
    verb=t("Invite many firms"),
    group=Group.MARKETPLACE,
    args=InviteManyArgs,
    takes=("marketplace*",),
    form=invite_many_form,
)
async def invite_many(ctx: Context, args: InviteManyArgs) -> Card | CommandResult:
    """Check the firms, or show the form where they are missing."""
    if not args.part or not (args.firms or args.file):
        known = {"firms": args.firms, "marketplace": args.marketplace, "text": args.text}
        card = cards.bulk_form(await bulk.show_form(ctx.uow, ctx.actor, args.file), known)
    else:
        view = await bulk.draft(
            ctx.uow,
            ctx.actor,
            firms=args.firms,
            file_id=args.file,
            marketplace=args.marketplace,
            part=args.part,
            text=args.text,
        )
        card = cards.bulk_card(view)
    # A list of firms concerns whoever invites them, and the form stays for the next try.
    return CommandResult(card, private_placement(ctx.interaction, ctx.actor))


@CommandDeclaration(
    name="bulk.show",
    english=("market report", "marketplace report"),
    german=("markt bericht", "marktplatz bericht"),
    permission=Permission.MARKETPLACE_VIEW,
    about=t("What became of your team's latest bulk invitation"),
    verb=t("Overview"),
    group=Group.MARKETPLACE,
    args=ShowArgs,
    writes=False,
)
async def show(ctx: Context, args: ShowArgs) -> Card:
    """Show the progress."""
    return cards.bulk_card(await bulk.show(ctx.uow, ctx.actor, args.bulk))


@CommandDeclaration(
    name="bulk.page",
    permission=Permission.MARKETPLACE_VIEW,
    about=t("The firms of a bulk invitation"),
    verb=t("Firm by firm"),
    group=Group.MARKETPLACE,
    args=PageArgs,
    writes=False,
    listed=False,
)
async def page(ctx: Context, args: PageArgs) -> Card:
    """Show one page of firms."""
    return cards.bulk_page_card(await bulk.show_lines(ctx.uow, ctx.actor, args.bulk, args.page))


@CommandDeclaration(
    name="bulk.send",
    permission=Permission.MARKETPLACE_RUN,
    about=t("Send the invitations of a list"),
    verb=t("Send"),
    group=Group.MARKETPLACE,
    args=BulkArgs,
    listed=False,
)
async def send(ctx: Context, args: BulkArgs) -> Card:
    """Start sending."""
    return cards.bulk_started_card(await bulk.send(ctx.uow, ctx.actor, args.bulk))


@CommandDeclaration(
    name="bulk.drop",
    permission=Permission.MARKETPLACE_RUN,
    about=t("Discard a list"),
    verb=t("Discard"),
    group=Group.MARKETPLACE,
    args=BulkArgs,
    listed=False,
)
async def drop(ctx: Context, args: BulkArgs) -> Card:
    """Discard the list."""
    return cards.bulk_card(await bulk.drop(ctx.uow, ctx.actor, args.bulk))


@CommandDeclaration(
    name="bulk.resend",
    permission=Permission.MARKETPLACE_RUN,
    about=t("Send the mails again that did not leave"),
    verb=t("Send again"),
    group=Group.MARKETPLACE,
    args=BulkArgs,
    listed=False,
)
async def resend(ctx: Context, args: BulkArgs) -> Card:
    """Resend failed invitations."""
    return cards.bulk_card(await bulk.resend(ctx.uow, ctx.actor, args.bulk))


@CommandDeclaration(
    name="bulk.report",
    permission=Permission.MARKETPLACE_VIEW,
    about=t("The report on a bulk invitation as a file"),
    verb=t("Report as a file"),
    group=Group.MARKETPLACE,
    also=(Permission.FILE_FETCH,),
    args=BulkArgs,
    listed=False,
)
async def report(ctx: Context, args: BulkArgs) -> CommandResult:
    """Export the result of each firm."""
    table = await bulk.show_report(ctx.uow, ctx.actor, args.bulk)
    made = await _made(ctx, table, export.REPORT_NAME, export.REPORT_HEADER, export.report_rows(table))
    return CommandResult(export.report_file_card(table.view, made), ctx.message_placement)


@CommandDeclaration(
    name="bulk.links",
    permission=Permission.MARKETPLACE_RUN,
    about=t("The links of a bulk invitation as a file"),
    verb=t("Links as a file"),
    group=Group.MARKETPLACE,
    also=(Permission.FILE_FETCH,),
    args=BulkArgs,
    listed=False,
)
async def links(ctx: Context, args: BulkArgs) -> CommandResult:
    """Export the links that are not sent by mail."""
    table = await bulk.list_links(ctx.uow, ctx.actor, args.bulk)
    rows = export.link_rows(table, ctx.public_url)
    made = await _made(ctx, table, export.LINKS_NAME, export.LINKS_HEADER, rows)
    return CommandResult(export.links_file_card(table.view, made), ctx.message_placement)


async def _made(
    ctx: Context, table: BulkTable, name: T, header: tuple[T, ...], rows: Iterable[export.BulkTableRow]
) -> file.GeneratedFile:
    """Store the table as a file in the language and format of the actor."""
    writer = ctx.writer
    written = ([writer.format_line(cell) if isinstance(cell, T) else cell for cell in row] for row in rows)
    content = write_csv([writer.format_line(item) for item in header], written, ctx.actor.language)
    return await file.create_for_actor(
        ctx.uow, ctx.actor, writer.format_line(export.bulk_file_name(name, table.view)), content
    )
