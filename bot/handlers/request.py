"""Commands about requests: ask an approver, decide."""

from typing import Any

import msgspec

from bot.commands.command import Args, CommandDeclaration, CommandResult, Context, Group
from bot.dispatch.interaction import Placement
from cards import request as cards
from cards.model import Card, t
from services import request
from services.errors import NotFound
from services.permissions import Permission


class AskArgs(Args, frozen=True):
    """A command with its arguments; a free text comes from an input, never from the button."""

    command: str
    args: dict[str, Any] = msgspec.field(default_factory=dict[str, Any])
    argument: str = ""
    text: str = ""


class RequestArgs(Args, frozen=True):
    """Id of a request."""

    request: str


@CommandDeclaration(
    name="request.ask",
    permission=Permission.REQUEST_ASK,
    about=t("Ask a colleague who may do it"),
    verb=t("Ask"),
    group=Group.YOU,
    args=AskArgs,
    listed=False,
)
async def ask(ctx: Context, args: AskArgs) -> Card:
    """Ask the approvers to run a command."""
    if args.command not in ctx.commands:
        raise NotFound("request", args.command)
    wanted = ctx.commands[args.command]
    given = {**args.args, args.argument: args.text} if args.argument and args.text else args.args
    return cards.asked(await request.ask(ctx.uow, ctx.actor, args.command, given, wanted.permission, *wanted.also))


@CommandDeclaration(
    name="request.show",
    permission=Permission.REQUEST_ASK,
    about=t("Show a request"),
    verb=t("Show"),
    group=Group.YOU,
    args=RequestArgs,
    writes=False,
    listed=False,
)
async def show(ctx: Context, args: RequestArgs) -> Card:
    """Show what the actor may see of a request."""
    return cards.shown(await request.show(ctx.uow, ctx.actor, args.request))


@CommandDeclaration(
    name="request.approve",
    permission=Permission.REQUEST_DECIDE,
    about=t("Do what a colleague asked for"),
    verb=t("Do it"),
    group=Group.YOU,
    args=RequestArgs,
    listed=False,
)
async def approve(ctx: Context, args: RequestArgs) -> Card | CommandResult | None:
    """Run the requested command as the approver, in the same transaction."""
    asked = await request.approve(ctx.uow, ctx.actor, args.request)
    if asked.command not in ctx.commands:
        raise NotFound("request", args.request)
    outcome = await ctx.run(ctx, asked.command, {**asked.args, "accept": args.accept})
    if outcome is None or ctx.actor.place.is_public:
        return outcome
    # The request's own card says at once, in every copy, that it is decided: in its place the outcome would be lost.
    return CommandResult(outcome.card if isinstance(outcome, CommandResult) else outcome, Placement.NEW)


@CommandDeclaration(
    name="request.decline",
    permission=Permission.REQUEST_DECIDE,
    about=t("Decline what a colleague asked for"),
    verb=t("Decline"),
    group=Group.YOU,
    args=RequestArgs,
    listed=False,
)
async def decline(ctx: Context, args: RequestArgs) -> Card:
    """Decline a request."""
    return cards.shown(await request.decline(ctx.uow, ctx.actor, args.request))
