"""Commands that list leads and work on them."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from bot.commands.command import RECIPIENT_PREPOSITIONS, Args, CommandDeclaration, CommandResult, Context, Form, Group
from bot.commands.extensions import lead_url
from bot.dispatch.interaction import Placement
from cards import lead as cards
from cards.model import Card, t
from services import lead
from services.errors import ConfirmationWarning
from services.permissions import Permission

KINDS: Final = {
    "aktuell": "current",
    "angeboten": "offered",
    "offen": "offered",
    "open": "offered",
    "arbeit": "work",
    "meine": "mine",
    "my": "mine",
    "andere": "given",
    "others": "given",
    "erledigt": "closed",
    "geschlossen": "closed",
}
"""Words for the kinds of lists."""


class ListArgs(Args, frozen=True):
    """Kind of list and page."""

    kind: str = ""
    before: int = msgspec.field(default=0)


class LeadArgs(Args, frozen=True):
    """Reference of a lead."""

    lead: str


class CardArgs(LeadArgs, frozen=True):
    """Reference of a lead and view of its posted card."""

    view: str = ""


class PickArgs(LeadArgs, frozen=True):
    """Reference of a lead and the page of the list that holds the button."""

    back: str = ""
    kind: str = ""
    before: int = 0


class NoteArgs(LeadArgs, frozen=True):
    """Text of a note and the reached step."""

    note: str
    step: str = ""


class WinArgs(LeadArgs, frozen=True):
    """Amount of a won lead; `ask` opens the form first."""

    amount: str = ""
    ask: bool = False


class ReasonArgs(LeadArgs, frozen=True):
    """Reference of a lead and a reason."""

    reason: str


class DelegateArgs(LeadArgs, frozen=True):
    """Reference of a lead and the new responsible member."""

    who: str


class ShareArgs(LeadArgs, frozen=True):
    """Reference of a lead and a channel or a member."""

    who: str = ""
    channel: str = ""


@CommandDeclaration(
    name="lead.list",
    english=("leads", "list leads"),
    german=("leads", "liste leads"),
    permission=Permission.LEAD_VIEW,
    about=t("What is on offer and what is in work"),
    verb=t("Show leads"),
    group=Group.LEADS,
    args=ListArgs,
    takes=("kind",),
    writes=False,
    private=False,
)
async def list_(ctx: Context, args: ListArgs) -> Card:
    """List one page of leads."""
    kind = KINDS.get(args.kind.casefold(), args.kind.casefold())
    return cards.lead_list_card(await lead.list_(ctx.uow, ctx.actor, kind, before=args.before))


async def choose(ctx: Context, known: Mapping[str, Any], warnings: tuple[ConfirmationWarning, ...]) -> Card:
    """List the leads where a command lacks its reference."""
    del known, warnings
    return cards.lead_list_card(await lead.list_(ctx.uow, ctx.actor, ""))


@CommandDeclaration(
    name="lead.show",
    english=("lead", "show lead"),
    german=("lead", "zeige lead"),
    permission=Permission.LEAD_VIEW,
    about=t("One lead with its buttons"),
    verb=t("Show lead"),
    group=Group.LEADS,
    args=LeadArgs,
    takes=("lead",),
    form=choose,
    writes=False,
    private=False,
)
async def show(ctx: Context, args: LeadArgs) -> Card:
    """Show a lead."""
    return cards.lead_card(await lead.show(ctx.uow, ctx.actor, args.lead))


@CommandDeclaration(
    name="lead.card",
    permission=Permission.LEAD_VIEW,
    about=t("One lead with its buttons"),
    verb=t("Show lead"),
    group=Group.LEADS,
    args=CardArgs,
    writes=False,
    listed=False,
)
async def glance(ctx: Context, args: CardArgs) -> Card:
    """Render a posted card for this reader."""
    return cards.posted_lead_card(await lead.show_posted(ctx.uow, ctx.actor, args.lead), args.view)


@CommandDeclaration(
    name="lead.pick",
    english=("pick", "take"),
    german=("nimm", "übernimm", "übernehmen"),
    permission=Permission.LEAD_PICK,
    about=t("Take a lead that is on offer"),
    verb=t("Pick"),
    group=Group.LEADS,
    args=PickArgs,
    takes=("lead",),
    form=choose,
    private=False,
)
async def pick(ctx: Context, args: PickArgs) -> Card:
    """Pick a lead and show the lead or the list of the button."""
    picked = await lead.pick(ctx.uow, ctx.actor, args.lead)
    return await _back(ctx, args, picked, kept=picked.lead_id)


@CommandDeclaration(
    name="lead.undo",
    english=("undo",),
    german=("rückgängig",),
    permission=Permission.LEAD_WORK,
    about=t("Take a pick back within five minutes"),
    verb=t("Undo"),
    group=Group.LEADS,
    args=PickArgs,
    takes=("lead",),
    form=choose,
    private=False,
)
async def undo(ctx: Context, args: PickArgs) -> Card:
    """Undo a pick and show the lead or the list of the button."""
    return await _back(ctx, args, await lead.undo(ctx.uow, ctx.actor, args.lead))


async def _back(ctx: Context, args: PickArgs, view: lead.LeadView, kept: str = "") -> Card:
    if args.back != cards.BACK_TO_LIST:
        return cards.lead_card(view)
    return cards.lead_list_card(await lead.list_(ctx.uow, ctx.actor, args.kind, before=args.before, kept=kept))


@CommandDeclaration(
    name="lead.reveal",
    english=("contact", "details"),
    german=("kontakt", "einzelheiten"),
    permission=Permission.LEAD_REVEAL,
    about=t("Contact and history of a lead, for you alone"),
    verb=t("Details"),
    group=Group.LEADS,
    args=LeadArgs,
    takes=("lead",),
    form=choose,
    on_click=Placement.PRIVATE,
)
async def reveal(ctx: Context, args: LeadArgs) -> Card:
    """Show contact and history to the actor alone."""
    details = await lead.reveal(ctx.uow, ctx.actor, args.lead)
    return cards.lead_details_card(details, lead_url(ctx.public_url, details.lead.lead_id))


def _form(drawn: Callable[[lead.LeadView, Mapping[str, Any]], Card]) -> Form:
    """Build a form for a lead that the actor may work on."""

    async def ask(ctx: Context, known: Mapping[str, Any], warnings: tuple[ConfirmationWarning, ...]) -> Card:
        if "lead" not in known:
            return await choose(ctx, known, warnings)
        return drawn(await lead.get_workable(ctx.uow, ctx.actor, str(known["lead"])), known)

    return ask


@CommandDeclaration(
    name="lead.note",
    english=("note",),
    german=("notiz",),
    permission=Permission.LEAD_WORK,
    about=t("Note something on a lead"),
    verb=t("Note"),
    group=Group.LEADS,
    args=NoteArgs,
    takes=("lead", "note*"),
    form=_form(cards.note_form),
)
async def note(ctx: Context, args: NoteArgs) -> Card:
    """Add a note."""
    return cards.lead_card(await lead.note(ctx.uow, ctx.actor, args.lead, args.note, step=args.step))


@CommandDeclaration(
    name="lead.share",
    english=("share",),
    german=("teile", "teilen"),
    permission=Permission.LEAD_SHARE,
    about=t("Put a lead into another channel, or hand it to a colleague"),
    verb=t("Share"),
    group=Group.LEADS,
    also=(Permission.LEAD_DELEGATE,),
    args=ShareArgs,
    takes=("lead", "who*"),
    before=RECIPIENT_PREPOSITIONS,
    form=choose,
)
async def share(ctx: Context, args: ShareArgs) -> Card | CommandResult:
    """Share a lead with a channel or a member, or show the form."""
    if not args.who and not args.channel:
        return CommandResult(
            cards.share_form(await lead.show_share_form(ctx.uow, ctx.actor, args.lead)), Placement.PRIVATE
        )
    return cards.shared_lead_card(await lead.share(ctx.uow, ctx.actor, args.lead, channel=args.channel, who=args.who))


async def delegate_form(ctx: Context, known: Mapping[str, Any], warnings: tuple[ConfirmationWarning, ...]) -> Card:
    """Show the form for a member."""
    if "lead" not in known:
        return await choose(ctx, known, warnings)
    return cards.delegate_form(await lead.show_delegate_form(ctx.uow, ctx.actor, str(known["lead"])))


@CommandDeclaration(
    name="lead.delegate",
    english=("delegate",),
    german=("delegiere", "delegieren"),
    permission=Permission.LEAD_DELEGATE,
    about=t("Put a colleague in charge of a lead"),
    verb=t("Delegate"),
    group=Group.LEADS,
    args=DelegateArgs,
    takes=("lead", "who*"),
    before=RECIPIENT_PREPOSITIONS,
    form=delegate_form,
)
async def delegate(ctx: Context, args: DelegateArgs) -> Card:
    """Delegate a lead."""
    return cards.lead_card(await lead.delegate(ctx.uow, ctx.actor, args.lead, args.who))


@CommandDeclaration(
    name="lead.win",
    english=("won", "win"),
    german=("gewonnen",),
    permission=Permission.LEAD_WORK,
    about=t("Close a lead as won"),
    verb=t("Won"),
    group=Group.LEADS,
    args=WinArgs,
    takes=("lead", "amount*"),
    form=choose,
    private=False,
)
async def win(ctx: Context, args: WinArgs) -> Card | CommandResult:
    """Close a lead as won."""
    if args.ask:
        return CommandResult(cards.win_form(await lead.get_workable(ctx.uow, ctx.actor, args.lead)), Placement.PRIVATE)
    return cards.lead_card(await lead.win(ctx.uow, ctx.actor, args.lead, args.amount))


@CommandDeclaration(
    name="lead.lose",
    english=("lost", "lose"),
    german=("verloren",),
    permission=Permission.LEAD_WORK,
    about=t("Close a lead as lost"),
    verb=t("Lost"),
    group=Group.LEADS,
    args=ReasonArgs,
    takes=("lead", "reason*"),
    form=_form(cards.lose_form),
    private=False,
)
async def lose(ctx: Context, args: ReasonArgs) -> Card:
    """Close a lead as lost."""
    return cards.lead_card(await lead.lose(ctx.uow, ctx.actor, args.lead, args.reason))


@CommandDeclaration(
    name="lead.return",
    english=("return",),
    german=("zurückgeben",),
    permission=Permission.LEAD_WORK,
    about=t("Give a lead back"),
    verb=t("Return"),
    group=Group.LEADS,
    args=ReasonArgs,
    takes=("lead", "reason*"),
    form=_form(cards.return_form),
)
async def return_(ctx: Context, args: ReasonArgs) -> Card:
    """Return a lead."""
    return cards.returned_lead_card(await lead.return_(ctx.uow, ctx.actor, args.lead, args.reason))
