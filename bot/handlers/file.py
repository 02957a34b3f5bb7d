"""Commands about received and exported files."""

from typing import Final

from bot.commands.command import Args, CommandDeclaration, CommandResult, Context, Group, NoArgs
from bot.dispatch.interaction import Placement
from cards import file as cards
from cards.model import Card, t
from services import file
from services.permissions import Permission

USES: Final = ("lead.import", "marketplace.invite_many")
"""Commands with an argument `file` for a received file."""


class FileArgs(Args, frozen=True):
    """Id of a file."""

    file: str


@CommandDeclaration(
    name="file.receive",
    permission=Permission.FILE_RECEIVE,
    about=t("Receive a file"),
    verb=t("Send file"),
    group=Group.YOU,
    is_askable=False,
    on_click=Placement.PRIVATE,
    listed=False,
)
async def receive(ctx: Context, args: NoArgs) -> Card:
    """Store the attached files and offer the commands that accept them."""
    del args
    files = await file.receive_all(ctx.uow, ctx.actor, ctx.interaction.files)
    known = (ctx.commands[name] for name in USES if name in ctx.commands)
    may = [cards.FileAction(item.verb, item.name) for item in known if ctx.actor.may(item.permission)]
    return cards.received_files_card(files, may)


@CommandDeclaration(
    name="file.show",
    permission=Permission.FILE_FETCH,
    about=t("Get a file that was made for you"),
    verb=t("Get file"),
    group=Group.YOU,
    args=FileArgs,
    writes=False,
    listed=False,
)
async def show(ctx: Context, args: FileArgs) -> CommandResult:
    """Show an exported file to the actor alone."""
    card = cards.download_card(await file.show_generated(ctx.uow, ctx.actor, args.file))
    return CommandResult(card, ctx.message_placement)


@CommandDeclaration(
    name="file.decline",
    permission=Permission.FILE_FETCH,
    about=t("Leave a file where it is for now"),
    verb=t("Don't save"),
    group=Group.YOU,
    args=FileArgs,
    writes=False,
    on_click=Placement.PRIVATE,
    listed=False,
)
async def decline(ctx: Context, args: FileArgs) -> Card:
    """Keep an exported file after the actor declined to save it."""
    return cards.unsaved_file_card(await file.show_generated(ctx.uow, ctx.actor, args.file))


@CommandDeclaration(
    name="file.discard",
    permission=Permission.FILE_RECEIVE,
    about=t("Remove a file that you have sent"),
    verb=t("Remove file"),
    group=Group.YOU,
    args=FileArgs,
    is_askable=False,
    listed=False,
)
async def discard(ctx: Context, args: FileArgs) -> Card:
    """Delete a received file."""
    return cards.discarded_file_card(await file.discard(ctx.uow, ctx.actor, args.file))
