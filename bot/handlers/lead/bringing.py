"""The commands that bring a lead in: from a form, and from a message."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from bot.commands.context import Context
from bot.commands.extensions import CAPTURE
from bot.commands.registry import Args, Command, Group, Reply
from bot.dispatch.incoming import Kind, Placement
from bot.handlers.lead.finding import outlined
from cards import lead as cards
from cards.model import Card, t
from services import lead
from services.errors import Warn
from services.permissions import Permission


class CreateArgs(Args, frozen=True):
    """A lead as it was typed."""

    title: str
    name: str
    email: str = ""
    phone: str = ""
    company: str = ""
    postcode: str = ""
    country: str = ""
    text: str = ""
    value: str = ""
    source: str = ""
    campaign: str = ""


class CaptureArgs(Args, frozen=True):
    """A message that somebody wrote."""

    message: str = ""


async def create(ctx: Context, args: CreateArgs) -> Card | Reply:
    """Bring a lead in; from a dialog its card goes to where that was opened, unless the team's channel gets it."""
    draft = lead.Draft(**{name: value for name, value in msgspec.structs.asdict(args).items() if name != "accept"})
    brought = await lead.create(ctx.uow, ctx.actor, draft, accept=args.accept)
    card = cards.lead_card(brought)
    if ctx.incoming.kind is not Kind.DIALOG or ctx.actor.place.team_id == ctx.actor.team_id:
        return card
    view = await lead.outline(ctx.uow, ctx.actor, brought.lead_id)
    return Reply(card, Placement.NEW, (outlined(ctx, view),))


async def create_form(ctx: Context, known: Mapping[str, Any], warnings: tuple[Warn, ...]) -> Card:
    """What is known already, under the leads of the same contact."""
    ctx.actor.require(Permission.LEAD_CREATE)
    return cards.new_lead_form(known, warnings)


async def capture(ctx: Context, args: CaptureArgs) -> Card:
    """The form, filled from a message."""
    return cards.captured_lead_form(await lead.capture(ctx.uow, ctx.actor, args.message))


COMMANDS: Final = (
    Command(
        name="lead.create",
        english=("lead create", "new lead"),
        german=("lead anlegen", "neuer lead"),
        permission=Permission.LEAD_CREATE,
        about=t("Bring in an enquiry"),
        verb=t("New lead"),
        group=Group.LEADS,
        handler=create,
        args=CreateArgs,
        takes=("title*",),
        form=create_form,
        warns_in_form=True,
    ),
    Command(
        name=CAPTURE,
        english=("lead from",),
        german=("lead aus",),
        permission=Permission.LEAD_CREATE,
        about=t("Read a message and fill the form with it"),
        verb=t("Create lead from message"),
        group=Group.LEADS,
        handler=capture,
        args=CaptureArgs,
        takes=("message*",),
        writes=False,
    ),
)
