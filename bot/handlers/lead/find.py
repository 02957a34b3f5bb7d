"""Commands that find leads and put them into messages."""

from typing import Final

from bot.commands.command import Args, CommandDeclaration, CommandResult, Context, Group
from bot.commands.extensions import OUTLINE, SEARCH, lead_url
from bot.dispatch.interaction import InteractionKind, Placement
from cards import lead as cards
from cards.model import Card, Instant, t
from services import lead
from services.lead.model import LEAD_PAGE_ROWS
from services.permissions import Permission

HELP_RANK: Final = 1
"""Help lists these commands behind those of `work`."""


class FindArgs(Args, frozen=True):
    """Search text and page of the hits."""

    search: str = ""
    skip: int = 0
    count: int = LEAD_PAGE_ROWS


class OutlineArgs(Args, frozen=True):
    """Reference of a lead."""

    lead: str


@CommandDeclaration(
    name=SEARCH,
    english=("find", "search"),
    german=("suche", "finde"),
    permission=Permission.LEAD_VIEW,
    about=t("Find leads by number, title, company, name or postcode"),
    verb=t("Find lead"),
    group=Group.LEADS,
    args=FindArgs,
    takes=("search*",),
    writes=False,
)
async def find(ctx: Context, args: FindArgs) -> Card | CommandResult:
    """List the hits; in a menu, with masked cards for a message."""
    wants_one = ctx.interaction.kind is InteractionKind.DIALOG
    hits = await lead.find(ctx.uow, ctx.actor, args.search, skip=args.skip, limit=args.count, for_others=wants_one)
    if not wants_one:
        return cards.search_results_card(hits)
    return CommandResult(
        cards.search_results_card(hits), Placement.PRIVATE, tuple(outlined(ctx, item) for item in hits.leads)
    )


@CommandDeclaration(
    name=OUTLINE,
    permission=Permission.LEAD_VIEW,
    about=t("One lead without contact details"),
    verb=t("Show lead"),
    group=Group.LEADS,
    args=OutlineArgs,
    writes=False,
    listed=False,
)
async def outline(ctx: Context, args: OutlineArgs) -> CommandResult:
    """Render a masked lead for a message."""
    card = outlined(ctx, await lead.outline(ctx.uow, ctx.actor, args.lead))
    return CommandResult(card, Placement.PRIVATE, (card,))


def outlined(ctx: Context, view: lead.LeadView) -> Card:
    """Render the masked card of a lead."""
    return cards.lead_outline_card(view, lead_url(ctx.public_url, view.lead_id), Instant(ctx.uow.now))
