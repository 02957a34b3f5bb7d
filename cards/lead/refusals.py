"""Texts for the refusals of leads, and what the user can do instead."""

from cards.model import Instant, Run, Style, T, t
from cards.refusal import RefusalText, explain_refusal
from services.lead.refusals import (
    AlreadyClosed,
    AlreadyOffered,
    AlreadyPicked,
    AlreadyResponsible,
    CannotWork,
    HeldElsewhere,
    NoChannel,
    NoTakers,
    NotOffered,
    NotPicked,
    OfferEnded,
    ReturnExpired,
    UndoExpired,
)

SHOW_OFFERED = Run(t("See open leads"), "lead.list", {"kind": "offered"}, Style.PRIMARY)


@explain_refusal.register
def _(refusal: AlreadyPicked) -> RefusalText:
    if refusal.is_self:
        title = t("You have {ref} already.", ref=refusal.ref)
        return RefusalText(title, None, (_show_button(refusal.lead_id, Style.PRIMARY),))
    if refusal.picked_by and refusal.picked_at:
        title = t(
            "{name} was faster: {ref} has been theirs since {at}.",
            name=refusal.picked_by,
            ref=refusal.ref,
            at=Instant(refusal.picked_at),
        )
        return RefusalText(title, None, (SHOW_OFFERED, _show_button(refusal.lead_id)))
    return RefusalText(t("{ref} is already taken.", ref=refusal.ref), None, (SHOW_OFFERED,))


def _show_button(lead_id: str, style: Style = Style.NORMAL) -> Run:
    return Run(t("Show lead"), "lead.card", {"lead": lead_id}, style)


@explain_refusal.register
def _(refusal: NotOffered) -> RefusalText:
    return RefusalText(t("{ref} is not on offer to your team.", ref=refusal.ref), None, (SHOW_OFFERED,))


@explain_refusal.register
def _(refusal: OfferEnded) -> RefusalText:
    return RefusalText(t("The time to pick {ref} is over.", ref=refusal.ref), None, (SHOW_OFFERED,))


@explain_refusal.register
def _(refusal: NotPicked) -> RefusalText:
    title = t("Nobody in your team has picked {ref} yet.", ref=refusal.ref)
    if not refusal.may_pick:
        return RefusalText(title, None, (SHOW_OFFERED,))
    return RefusalText(title, None, (Run(t("Pick"), "lead.pick", {"lead": refusal.lead_id}, Style.PRIMARY),))


@explain_refusal.register
def _(refusal: AlreadyClosed) -> RefusalText:
    return RefusalText(
        t("{ref} is closed.", ref=refusal.ref), t("What is won or lost stays as it is."), (SHOW_OFFERED,)
    )


@explain_refusal.register
def _(refusal: HeldElsewhere) -> RefusalText:
    return RefusalText(
        t("{ref} is with {firm}.", ref=refusal.ref, firm=refusal.taker),
        t("Only its colleagues work on it. You see here where it stands."),
        (SHOW_OFFERED,),
    )


@explain_refusal.register
def _(refusal: UndoExpired) -> RefusalText:
    title = t("A pick can be taken back for {minutes} minutes only.", minutes=refusal.minutes)
    if not refusal.may_return:
        return RefusalText(title)
    return_lead = Run(t("Return"), "lead.return", {"lead": refusal.lead_id}, Style.PRIMARY)
    return RefusalText(title, t("You can return {ref} with a reason.", ref=refusal.ref), (return_lead,))


@explain_refusal.register
def _(refusal: ReturnExpired) -> RefusalText:
    close = Run(t("Lost"), "lead.lose", {"lead": refusal.lead_id})
    return RefusalText(
        t("An accepted lead can be returned for {hours} hours only.", hours=refusal.hours),
        t("{ref} stays with your team; you can close it as lost.", ref=refusal.ref),
        (close,),
    )


@explain_refusal.register
def _(refusal: AlreadyResponsible) -> RefusalText:
    return RefusalText(t("{name} is in charge of {ref} already.", name=refusal.name, ref=refusal.ref))


@explain_refusal.register
def _(refusal: CannotWork) -> RefusalText:
    return RefusalText(
        t("{name} can't be in charge of {ref}.", name=refusal.name, ref=refusal.ref),
        t("Viewers look on. Owner and admins can change the role."),
        (Run(t("Show colleagues"), "member.list"),),
    )


@explain_refusal.register
def _(refusal: NoChannel) -> RefusalText:
    return RefusalText(
        t("Your team has no other channel for {ref}.", ref=refusal.ref),
        t("Add the bot to another channel and connect it there."),
    )


@explain_refusal.register
def _(refusal: AlreadyOffered) -> RefusalText:
    return RefusalText(t("{ref} is on a market or in work already.", ref=refusal.ref), None, (SHOW_OFFERED,))


@explain_refusal.register
def _(refusal: NoTakers) -> RefusalText:
    detail: T = t("Every active taker has returned it, or there is none yet.")
    return RefusalText(
        t("On {market} nobody is left to offer {ref} to.", market=refusal.marketplace, ref=refusal.ref),
        detail,
        (Run(t("Invite a partner"), "marketplace.invite"),),
    )
