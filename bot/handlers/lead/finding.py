"""The commands that find a lead and show it to others."""

from typing import Final

from bot.commands.context import Context
from bot.commands.extensions import OUTLINE, SEARCH, lead_url
from bot.commands.registry import Args, Command, Group, Reply
from bot.dispatch.incoming import Kind, Placement
from cards import lead as cards
from cards.model import Card, Instant, t
from services import lead
from services.lead.model import PAGE_ROWS
from services.permissions import Permission


class FindArgs(Args, frozen=True):
    """What to look for, and where the page of hits begins."""

    search: str = ""
    skip: int = 0
    count: int = PAGE_ROWS


class OutlineArgs(Args, frozen=True):
    """Which lead."""

    lead: str


async def find(ctx: Context, args: FindArgs) -> Card | Reply:
    """The hits; where one is wanted for a message, drawn for everybody who may read that."""
    wants_one = ctx.incoming.kind is Kind.DIALOG
    hits = await lead.find(ctx.uow, ctx.actor, args.search, skip=args.skip, limit=args.count, for_others=wants_one)
    if not wants_one:
        return cards.search_results_card(hits)
    return Reply(cards.search_results_card(hits), Placement.PRIVATE, tuple(outlined(ctx, one) for one in hits.leads))


async def outline(ctx: Context, args: OutlineArgs) -> Reply:
    """One lead as it may stand in anybody's message."""
    card = outlined(ctx, await lead.outline(ctx.uow, ctx.actor, args.lead))
    return Reply(card, Placement.PRIVATE, (card,))


def outlined(ctx: Context, view: lead.LeadView) -> Card:
    """The card for a message that anybody may read."""
    return cards.lead_outline_card(view, lead_url(ctx.public_url, view.lead_id), Instant(ctx.uow.now))


COMMANDS: Final = (
    Command(
        name=SEARCH,
        english=("find", "search"),
        german=("suche", "finde"),
        permission=Permission.LEAD_VIEW,
        about=t("Find leads by number, title, company, name or postcode"),
        verb=t("Find lead"),
        group=Group.LEADS,
        handler=find,
        args=FindArgs,
        takes=("search*",),
        writes=False,
    ),
    Command(
        name=OUTLINE,
        english=(),
        german=(),
        permission=Permission.LEAD_VIEW,
        about=t("One lead without contact details"),
        verb=t("Show lead"),
        group=Group.LEADS,
        handler=outline,
        args=OutlineArgs,
        writes=False,
        listed=False,
    ),
)
