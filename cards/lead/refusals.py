"""Why something could not be done with a lead, and what can be done instead."""

from cards.model import Instant, Run, Style, T, t
from cards.refusal import Explained, explain
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

OFFERED = Run(t("See open leads"), "lead.list", {"kind": "offered"}, Style.PRIMARY)


@explain.register
def _(refusal: AlreadyPicked) -> Explained:
    if refusal.is_self:
        title = t("You have {ref} already.", ref=refusal.ref)
        return Explained(title, None, (_show(refusal.lead_id, Style.PRIMARY),))
    if refusal.by and refusal.at:
        title = t(
            "{name} was faster: {ref} has been theirs since {at}.",
            name=refusal.by,
            ref=refusal.ref,
            at=Instant(refusal.at),
        )
        return Explained(title, None, (OFFERED, _show(refusal.lead_id)))
    return Explained(t("{ref} is already taken.", ref=refusal.ref), None, (OFFERED,))


def _show(lead_id: str, style: Style = Style.NORMAL) -> Run:
    return Run(t("Show lead"), "lead.card", {"lead": lead_id}, style)


@explain.register
def _(refusal: NotOffered) -> Explained:
    return Explained(t("{ref} is not on offer to your team.", ref=refusal.ref), None, (OFFERED,))


@explain.register
def _(refusal: OfferEnded) -> Explained:
    return Explained(t("The time to pick {ref} is over.", ref=refusal.ref), None, (OFFERED,))


@explain.register
def _(refusal: NotPicked) -> Explained:
    title = t("Nobody in your team has picked {ref} yet.", ref=refusal.ref)
    if not refusal.may_pick:
        return Explained(title, None, (OFFERED,))
    return Explained(title, None, (Run(t("Pick"), "lead.pick", {"lead": refusal.lead_id}, Style.PRIMARY),))


@explain.register
def _(refusal: AlreadyClosed) -> Explained:
    return Explained(t("{ref} is closed.", ref=refusal.ref), t("What is won or lost stays as it is."), (OFFERED,))


@explain.register
def _(refusal: HeldElsewhere) -> Explained:
    return Explained(
        t("{ref} is with {firm}.", ref=refusal.ref, firm=refusal.taker),
        t("Only its colleagues work on it. You see here where it stands."),
        (OFFERED,),
    )


@explain.register
def _(refusal: UndoExpired) -> Explained:
    title = t("A pick can be taken back for {minutes} minutes only.", minutes=refusal.minutes)
    if not refusal.may_return:
        return Explained(title)
    back = Run(t("Return"), "lead.return", {"lead": refusal.lead_id}, Style.PRIMARY)
    return Explained(title, t("You can return {ref} with a reason.", ref=refusal.ref), (back,))


@explain.register
def _(refusal: ReturnExpired) -> Explained:
    close = Run(t("Lost"), "lead.lose", {"lead": refusal.lead_id})
    return Explained(
        t("An accepted lead can be returned for {hours} hours only.", hours=refusal.hours),
        t("{ref} stays with your team; you can close it as lost.", ref=refusal.ref),
        (close,),
    )


@explain.register
def _(refusal: AlreadyResponsible) -> Explained:
    return Explained(t("{name} is in charge of {ref} already.", name=refusal.who, ref=refusal.ref))


@explain.register
def _(refusal: CannotWork) -> Explained:
    return Explained(
        t("{name} can't be in charge of {ref}.", name=refusal.who, ref=refusal.ref),
        t("Viewers look on. Owner and admins can change the role."),
        (Run(t("Show colleagues"), "member.list"),),
    )


@explain.register
def _(refusal: NoChannel) -> Explained:
    return Explained(
        t("Your team has no other channel for {ref}.", ref=refusal.ref),
        t("Add the bot to another channel and connect it there."),
    )


@explain.register
def _(refusal: AlreadyOffered) -> Explained:
    return Explained(t("{ref} is on a market or in work already.", ref=refusal.ref), None, (OFFERED,))


@explain.register
def _(refusal: NoTakers) -> Explained:
    detail: T = t("Every active taker has returned it, or there is none yet.")
    return Explained(
        t("On {market} nobody is left to offer {ref} to.", market=refusal.marketplace, ref=refusal.ref),
        detail,
        (Run(t("Invite a partner"), "marketplace.invite"),),
    )
