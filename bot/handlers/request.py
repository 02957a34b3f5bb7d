"""Requests: ask somebody with the right, decide."""

from typing import Any

import msgspec

from bot.commands.context import Context
from bot.commands.registry import Args, Command, Group, Reply
from bot.dispatch.incoming import Placement
from cards import request as cards
from cards.model import Card, t
from services import request
from services.errors import NotFound
from services.permissions import Permission


class AskArgs(Args, frozen=True):
    """A command with its arguments; the one of them that is a text comes from an input, never from the button."""

    command: str
    args: dict[str, Any] = msgspec.field(default_factory=dict[str, Any])
    argument: str = ""
    text: str = ""


class RequestArgs(Args, frozen=True):
    """A request, by its id."""

    request: str


async def ask(ctx: Context, args: AskArgs) -> Card:
    """Ask those who can do it."""
    if args.command not in ctx.registry.commands:
        raise NotFound("request", args.command)
    wanted = ctx.registry.commands[args.command]
    given = {**args.args, args.argument: args.text} if args.argument and args.text else args.args
    return cards.request_sent_card(
        await request.ask(ctx.uow, ctx.actor, args.command, given, wanted.permission, *wanted.also)
    )


async def show(ctx: Context, args: RequestArgs) -> Card:
    """A request as this reader may see it."""
    return cards.request_card(await request.show(ctx.uow, ctx.actor, args.request))


async def approve(ctx: Context, args: RequestArgs) -> Card | Reply | None:
    """Do what was asked for, in one's own name, in the same transaction."""
    asked = await request.approve(ctx.uow, ctx.actor, args.request)
    if asked.command not in ctx.registry.commands:
        raise NotFound("request", args.request)
    outcome = await ctx.run(ctx, asked.command, {**asked.args, "accept": args.accept})
    if outcome is None or ctx.actor.place.is_public:
        return outcome
    # The request's own card says at once, in every copy, that it is decided: in its place the outcome would be lost.
    return Reply(outcome.card if isinstance(outcome, Reply) else outcome, Placement.NEW)


async def decline(ctx: Context, args: RequestArgs) -> Card:
    """Say no."""
    return cards.request_card(await request.decline(ctx.uow, ctx.actor, args.request))


COMMANDS = (
    Command(
        name="request.ask",
        english=(),
        german=(),
        permission=Permission.REQUEST_ASK,
        about=t("Ask a colleague who may do it"),
        verb=t("Ask"),
        group=Group.YOU,
        handler=ask,
        args=AskArgs,
        listed=False,
    ),
    Command(
        name="request.show",
        english=(),
        german=(),
        permission=Permission.REQUEST_ASK,
        about=t("Show a request"),
        verb=t("Show"),
        group=Group.YOU,
        handler=show,
        args=RequestArgs,
        writes=False,
        listed=False,
    ),
    Command(
        name="request.approve",
        english=(),
        german=(),
        permission=Permission.REQUEST_DECIDE,
        about=t("Do what a colleague asked for"),
        verb=t("Do it"),
        group=Group.YOU,
        handler=approve,
        args=RequestArgs,
        listed=False,
    ),
    Command(
        name="request.decline",
        english=(),
        german=(),
        permission=Permission.REQUEST_DECIDE,
        about=t("Decline what a colleague asked for"),
        verb=t("Decline"),
        group=Group.YOU,
        handler=decline,
        args=RequestArgs,
        listed=False,
    ),
)
