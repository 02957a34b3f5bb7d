"""Commands that create a lead from a form or from a message."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from bot.commands.command import Args, CommandDeclaration, CommandResult, Context, Group
from bot.commands.extensions import CAPTURE
from bot.dispatch.interaction import InteractionKind, Placement
from bot.handlers.lead.find import outlined
from cards import lead as cards
from cards.model import Card, t
from services import lead
from services.errors import ConfirmationWarning
from services.permissions import Permission

HELP_RANK: Final = 2
"""Help lists these commands behind those of `find`."""


class CreateArgs(Args, frozen=True):
    """Fields of a new lead."""

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
    """Text of a message."""

    message: str = ""


async def create_form(ctx: Context, known: Mapping[str, Any], warnings: tuple[ConfirmationWarning, ...]) -> Card:
    """Show the form of a new lead below duplicate leads."""
    ctx.actor.require(Permission.LEAD_CREATE)
    return cards.new_lead_form(known, warnings)


@CommandDeclaration(
    name="lead.create",
    english=("lead create", "new lead"),
    german=("lead anlegen", "neuer lead"),
    permission=Permission.LEAD_CREATE,
    about=t("Bring in an enquiry"),
    verb=t("New lead"),
    group=Group.LEADS,
    args=CreateArgs,
    takes=("title*",),
    form=create_form,
    warns_in_form=True,
)
async def create(ctx: Context, args: CreateArgs) -> Card | CommandResult:
    """Create a lead; from a dialog its card is posted there, unless the team's channel gets it."""
    draft = lead.LeadDraft(**{name: value for name, value in msgspec.structs.asdict(args).items() if name != "accept"})
    brought = await lead.create(ctx.uow, ctx.actor, draft, accept=args.accept)
    card = cards.lead_card(brought)
    if ctx.interaction.kind is not InteractionKind.DIALOG or ctx.actor.place.team_id == ctx.actor.team_id:
        return card
    view = await lead.outline(ctx.uow, ctx.actor, brought.lead_id)
    return CommandResult(card, Placement.NEW, (outlined(ctx, view),))


@CommandDeclaration(
    name=CAPTURE,
    english=("lead from",),
    german=("lead aus",),
    permission=Permission.LEAD_CREATE,
    about=t("Read a message and fill the form with it"),
    verb=t("Create lead from message"),
    group=Group.LEADS,
    args=CaptureArgs,
    takes=("message*",),
    writes=False,
)
async def capture(ctx: Context, args: CaptureArgs) -> Card:
    """Show the form, filled from a message."""
    return cards.captured_lead_form(await lead.capture(ctx.uow, ctx.actor, args.message))
