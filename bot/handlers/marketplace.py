"""Commands about marketplaces."""

from collections.abc import Mapping
from typing import Any

from bot.commands.command import RECIPIENT_PREPOSITIONS, Args, CommandDeclaration, CommandResult, Context, Group
from bot.dispatch.interaction import Placement
from cards import lead as lead_cards, marketplace as cards
from cards.model import Card, t
from services import lead, marketplace
from services.errors import ConfirmationWarning
from services.marketplace.model import OFFER_WINDOW_MINUTES, RETURN_WINDOW_HOURS, MarketplaceList
from services.permissions import Permission


class ShowArgs(Args, frozen=True):
    """Reference of a marketplace; empty where the team has only one."""

    marketplace: str = ""


class CreateArgs(Args, frozen=True):
    """Settings of a new marketplace."""

    name: str
    takes: bool = True
    offer_window_minutes: int = OFFER_WINDOW_MINUTES
    return_window_hours: int = RETURN_WINDOW_HOURS
    questions: str = ""


class ChangeArgs(Args, frozen=True):
    """All settings of a marketplace, as its form sends them."""

    marketplace: str
    offer_window_minutes: int
    return_window_hours: int
    reminder_days: int
    stall_days: int
    questions: str = ""


class InviteArgs(Args, frozen=True):
    """Address, name and part of a new partner."""

    email: str
    name: str
    marketplace: str = ""
    part: str = ""
    text: str = ""


class PartnerArgs(Args, frozen=True):
    """Reference of a partner."""

    partner: str


class OfferArgs(Args, frozen=True):
    """Lead, marketplace, takers and answers; a click names only the lead and opens the form."""

    lead: str
    marketplace: str = ""
    to: str = ""
    choose: bool = False
    asked: str = ""
    answer_1: str = ""
    answer_2: str = ""
    answer_3: str = ""
    answer_4: str = ""
    answer_5: str = ""


@CommandDeclaration(
    name="marketplace.show",
    english=("market", "markets", "marketplace"),
    german=("markt", "märkte", "marktplatz"),
    permission=Permission.MARKETPLACE_VIEW,
    about=t("The markets on which your team gives or takes leads"),
    verb=t("Show markets"),
    group=Group.MARKETPLACE,
    args=ShowArgs,
    takes=("marketplace*",),
    writes=False,
)
async def show(ctx: Context, args: ShowArgs) -> Card:
    """Show a marketplace or the list of marketplaces."""
    view = await marketplace.show(ctx.uow, ctx.actor, args.marketplace)
    return cards.marketplace_list_card(view) if isinstance(view, MarketplaceList) else cards.marketplace_card(view)


async def create_form(ctx: Context, known: Mapping[str, Any], warnings: tuple[ConfirmationWarning, ...]) -> Card:
    """Show the form of a new marketplace."""
    del warnings
    ctx.actor.require(Permission.MARKETPLACE_RUN)
    return cards.new_marketplace_form(known)


@CommandDeclaration(
    name="marketplace.create",
    english=("market create", "marketplace create"),
    german=("markt anlegen", "marktplatz anlegen"),
    permission=Permission.MARKETPLACE_RUN,
    about=t("Open a market and invite firms to it"),
    verb=t("Open market"),
    group=Group.MARKETPLACE,
    args=CreateArgs,
    takes=("name*",),
    form=create_form,
)
async def create(ctx: Context, args: CreateArgs) -> Card:
    """Create a marketplace."""
    opened = await marketplace.create(
        ctx.uow,
        ctx.actor,
        args.name,
        takes=args.takes,
        offer_window_minutes=args.offer_window_minutes,
        return_window_hours=args.return_window_hours,
        questions=args.questions,
    )
    return cards.marketplace_card(opened)


async def change_form(ctx: Context, known: Mapping[str, Any], warnings: tuple[ConfirmationWarning, ...]) -> Card:
    """Show the form with the current settings, or the list where several marketplaces match."""
    del warnings
    ctx.actor.require(Permission.MARKETPLACE_RUN)
    view = await marketplace.show(ctx.uow, ctx.actor, str(known.get("marketplace", "")))
    if isinstance(view, MarketplaceList):
        return cards.marketplace_list_card(view)
    return cards.marketplace_settings_form(view, known) if view.may_run else cards.marketplace_card(view)


@CommandDeclaration(
    name="marketplace.change",
    english=("market settings", "marketplace settings"),
    german=("markt einstellungen", "marktplatz einstellungen"),
    permission=Permission.MARKETPLACE_RUN,
    about=t("Change a market's times and the questions that its form asks"),
    verb=t("Save"),
    group=Group.MARKETPLACE,
    args=ChangeArgs,
    takes=("marketplace*",),
    form=change_form,
)
async def change(ctx: Context, args: ChangeArgs) -> Card:
    """Change windows and questions."""
    settings = marketplace.MarketplaceSettings(
        offer_window_minutes=args.offer_window_minutes,
        return_window_hours=args.return_window_hours,
        reminder_days=args.reminder_days,
        stall_days=args.stall_days,
        questions=args.questions,
    )
    return cards.marketplace_card(await marketplace.change(ctx.uow, ctx.actor, args.marketplace, settings))


async def invite_form(ctx: Context, known: Mapping[str, Any], warnings: tuple[ConfirmationWarning, ...]) -> Card:
    """Show the form for a partner."""
    del warnings
    ctx.actor.require(Permission.MARKETPLACE_RUN)
    return cards.partner_invitation_form(
        await marketplace.show(ctx.uow, ctx.actor, str(known.get("marketplace", ""))), known
    )


@CommandDeclaration(
    name="marketplace.invite",
    english=("market invite", "marketplace invite"),
    german=("markt einladen", "marktplatz einladen"),
    permission=Permission.MARKETPLACE_RUN,
    about=t("Invite a firm to your market"),
    verb=t("Send invitation"),
    group=Group.MARKETPLACE,
    args=InviteArgs,
    takes=("email", "name*"),
    form=invite_form,
)
async def invite(ctx: Context, args: InviteArgs) -> Card:
    """Invite a partner."""
    view = await marketplace.invite(
        ctx.uow,
        ctx.actor,
        email=args.email,
        name=args.name,
        marketplace=args.marketplace,
        part=args.part,
        text=args.text,
    )
    return cards.marketplace_card(view)


async def offer_form(ctx: Context, known: Mapping[str, Any], warnings: tuple[ConfirmationWarning, ...]) -> Card:
    """Show the form of an offer below duplicate leads; without a lead, list the leads."""
    if "lead" not in known:
        return lead_cards.lead_list_card(await lead.list_(ctx.uow, ctx.actor))
    form = await marketplace.show_offer_form(ctx.uow, ctx.actor, str(known["lead"]), str(known.get("marketplace", "")))
    return cards.offer_form(form, known, warnings)


@CommandDeclaration(
    name="marketplace.offer",
    english=("offer", "market offer", "marketplace offer"),
    german=("anbieten", "markt anbieten", "marktplatz anbieten"),
    permission=Permission.MARKETPLACE_GIVE,
    about=t("Offer a lead on a market"),
    verb=t("Offer"),
    group=Group.MARKETPLACE,
    also=(Permission.MARKETPLACE_RUN,),
    args=OfferArgs,
    takes=("lead", "to*"),
    before=RECIPIENT_PREPOSITIONS,
    form=offer_form,
    warns_in_form=True,
)
async def offer(ctx: Context, args: OfferArgs) -> Card | CommandResult:
    """Offer a lead, or show the form where a choice is missing."""
    if args.choose or (not args.marketplace and not args.to):
        form = await marketplace.show_offer_form(ctx.uow, ctx.actor, args.lead, args.marketplace)
        return CommandResult(cards.offer_form(form, {}), Placement.PRIVATE)
    view = await marketplace.offer(
        ctx.uow,
        ctx.actor,
        args.lead,
        marketplace=args.marketplace,
        to=args.to,
        answers=marketplace.Answers(
            args.asked, (args.answer_1, args.answer_2, args.answer_3, args.answer_4, args.answer_5)
        ),
        accept=args.accept,
    )
    return lead_cards.lead_card(view)


@CommandDeclaration(
    name="marketplace.end",
    english=("market end",),
    german=("markt beenden",),
    permission=Permission.MARKETPLACE_RUN,
    about=t("End a partnership"),
    verb=t("End partnership"),
    group=Group.MARKETPLACE,
    args=PartnerArgs,
    listed=False,
)
async def end(ctx: Context, args: PartnerArgs) -> Card:
    """End a partnership."""
    return cards.marketplace_card(await marketplace.end(ctx.uow, ctx.actor, args.partner, accept=args.accept))


@CommandDeclaration(
    name="marketplace.withdraw",
    english=("market withdraw",),
    german=("markt zurückziehen",),
    permission=Permission.MARKETPLACE_RUN,
    about=t("Delete a partner that is merely invited"),
    verb=t("Delete"),
    group=Group.MARKETPLACE,
    args=PartnerArgs,
    listed=False,
)
async def withdraw(ctx: Context, args: PartnerArgs) -> Card:
    """Delete a partner that has not accepted the invitation."""
    return cards.marketplace_card(await marketplace.withdraw(ctx.uow, ctx.actor, args.partner))
