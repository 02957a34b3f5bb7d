"""Linking a user's accounts on several platforms: code, both confirmations, unlinking."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from cards.confirmation import register_warning
from cards.examples import NOW
from cards.model import (
    Badge,
    Card,
    Fact,
    Facts,
    Instant,
    Item,
    Items,
    Run,
    State,
    Style,
    Subject,
    T,
    Text,
    TextInput,
    Tone,
    t,
    tn,
    verbatim,
)
from cards.platform_names import platform_and_tenant, platform_name
from cards.refusal import RefusalText, explain_refusal
from services.codes import CODE_TYPED_MAX_CHARS, WrongCode
from services.identity.model import (
    LINK_TTL_MINUTES,
    LinkCode,
    LinkedIdentity,
    LinkRequest,
    LinkSide,
    LinkState,
    ListedIdentity,
    UnlinkedIdentity,
)
from services.identity.refusals import (
    AlreadyLinked,
    InDifferentTeams,
    LinkClosed,
    NotLinked,
    OwnerOnOtherSide,
    TooManyIdentities,
    WrongSide,
)
from services.identity.unlink import UNLINK_EFFECT_WARNING, UNLINK_WARNING
from services.people import NO_TEAM, TeamId

REVIEW_VIEW: Final = "identity.review"
CONSENT_VIEW: Final = "identity.consent"

WAITING_BADGE: Final = Badge(t("waiting for confirmation"), State.OPEN, Tone.WARNING)
LINKED_BADGE: Final = Badge(t("linked"), State.DONE, Tone.GOOD)
NOT_LINKED_BADGE: Final = Badge(t("not linked"), State.NONE, Tone.SUBTLE)
SAME_PERSON: Final = t("You are one person in both chats now.")
NEW_CODE: Final = Run(t("New code"), "identity.link")


def link_code_card(view: LinkCode) -> Card:
    """Show the code, how to use it, and its effect."""
    link = {"link": view.link_id}
    actions = [Run(t("Go on here"), "identity.review", link, Style.PRIMARY), Run(t("I have a code"), "identity.enter")]
    if len(view.identities) > 1:
        actions.append(Run(t("Unlink"), "identity.unlink"))
    return Card(
        t("Your code: {code}", code=view.code),
        (
            Text(
                t("Write “link {code}” to me in your other chat, until {until}.", code=view.code, until=_expiry(view))
            ),
            Text(t("I ask there whether it's you, and then here. Only then both chats become one person.")),
            Text(t("Tell the code to nobody: whoever is linked acts in your name."), Tone.WARNING),
        ),
        (*actions, Run(t("Cancel"), "identity.decline", link)),
        subject=Subject(REVIEW_VIEW, view.link_id),
    )


def _expiry(view: LinkCode) -> Instant:
    return Instant(view.expires_at)


def link_code_hidden_card() -> Card:
    """Say that the code was already shown and is not repeated."""
    return Card(t("Your code was shown once and is not shown again."), actions=(NEW_CODE,))


def link_code_form() -> Card:
    """Ask for the code from the other chat."""
    return Card(
        t("Which code did I show you in the other chat?"),
        (
            Text(t("Write “link” to me there to get one.")),
            TextInput(
                "code", t("Code"), required=True, max_length=CODE_TYPED_MAX_CHARS, placeholder=verbatim("7KQF-M2XP")
            ),
        ),
        (Run(t("Go on"), "identity.enter", style=Style.PRIMARY, collects=True), Run(t("Cancel"), "cancel")),
    )


def wrong_link_code_card(view: WrongCode) -> Card:
    """Say that the code is wrong, and how many attempts are left."""
    attempts_text = (
        tn(
            "One more try, then there is a short pause.",
            "{n} more tries, then there is a short pause.",
            view.attempts_left,
        )
        if view.attempts_left
        else t("Please wait a few minutes before the next try.")
    )
    hint = tn("A code works once and for {n} minute.", "A code works once and for {n} minutes.", LINK_TTL_MINUTES)
    return Card(
        t("This code doesn't fit."),
        (Text(hint), Text(attempts_text)),
        (Run(t("Type it again"), "identity.enter", style=Style.PRIMARY),),
        badge=Badge(t("Not possible"), State.WARNING, Tone.WARNING),
    )


def link_consent_card(link: LinkRequest, now: datetime) -> Card:
    """Ask the user who typed the code whether both accounts are theirs."""
    if link.state is LinkState.LINKED:
        return Card(SAME_PERSON, badge=LINKED_BADGE, subject=Subject(CONSENT_VIEW, link.link_id))
    if not link.is_open(now):
        return _not_linked_card(link, CONSENT_VIEW)
    if link.state is LinkState.AGREED:
        return Card(
            t("Please confirm in the other chat now."),
            (Text(t("The question is there already. Until you answer it nothing changes.")),),
            badge=WAITING_BADGE,
            subject=Subject(CONSENT_VIEW, link.link_id),
        )
    args = {"link": link.link_id}
    return Card(
        t("Is this you as well: {name}?", name=link.first.name),
        (
            Facts(_side_facts(replace(link.first, email_hint=""))),
            Text(t("If you go on, whoever writes there acts in your name here, too: your team, your rights.")),
            Text(t("Somebody sent you this code? Then press “No”."), Tone.WARNING),
        ),
        (Run(t("That's me"), "identity.agree", args, Style.PRIMARY), Run(t("No"), "identity.decline", args)),
        subject=Subject(CONSENT_VIEW, link.link_id),
    )


def link_review_card(link: LinkRequest, now: datetime) -> Card:
    """Ask the user who requested the code to confirm the other account."""
    if link.state is LinkState.LINKED:
        return Card(SAME_PERSON, badge=LINKED_BADGE, subject=Subject(REVIEW_VIEW, link.link_id))
    if not link.is_open(now):
        return _not_linked_card(link, REVIEW_VIEW)
    args = {"link": link.link_id}
    if link.state is not LinkState.AGREED or link.other is None:
        return Card(
            t("The other chat has not answered yet."),
            (Text(t("Type the code there and press “That's me”. Then go on here.")),),
            (Run(t("Look again"), "identity.review", args, Style.PRIMARY),),
            badge=WAITING_BADGE,
        )
    team = (Fact(t("Team"), verbatim(link.other.team_name)),) if link.other.team_name else ()
    return Card(
        t("Is this you as well: {name}?", name=link.other.name),
        (
            Facts((*_side_facts(link.other), *team)),
            Text(t("If you confirm, whoever writes there is you: the same team, the same rights, the same leads.")),
            Text(t("You can unlink it later. What was done so far then stays with you."), Tone.SUBTLE),
        ),
        (Run(t("Link"), "identity.confirm", args, Style.PRIMARY), Run(t("Decline"), "identity.decline", args)),
        subject=Subject(REVIEW_VIEW, link.link_id),
    )


def _side_facts(side: LinkSide) -> tuple[Fact, ...]:
    hint = (Fact(t("E-mail there"), verbatim(side.email_hint)),) if side.email_hint else ()
    return (
        Fact(t("Name"), verbatim(side.name)),
        Fact(t("Chat"), platform_and_tenant(side.platform, side.tenant)),
        *hint,
    )


def _not_linked_card(link: LinkRequest, view: str) -> Card:
    return Card(
        t("Nothing was linked."), actions=(NEW_CODE,), badge=NOT_LINKED_BADGE, subject=Subject(view, link.link_id)
    )


def linked_identity_card(view: LinkedIdentity) -> Card:
    """Confirm the link, and the effect on a second membership."""
    other = view.link.other
    platform = platform_name(other.platform) if other else T("")
    lines = [Text(t("In {platform} you now work with the same rights as here.", platform=platform))]
    if view.is_same_team:
        lines.append(Text(t("You were in the team twice: the role that you have here stays, and a seat is free.")))
    return Card(
        SAME_PERSON,
        tuple(lines),
        (Run(t("What can I do here?"), "help"), Run(t("Unlink"), "identity.unlink")),
        badge=LINKED_BADGE,
        subject=Subject(REVIEW_VIEW, view.link.link_id),
    )


def identity_list_card(identities: tuple[ListedIdentity, ...]) -> Card:
    """List the linked accounts of this user."""
    rows = (
        Item(
            platform_and_tenant(identity.platform, identity.tenant),
            t("this chat") if identity.is_here else None,
            actions=(Run(t("Unlink"), "identity.unlink", {"identity": identity.ref}),),
        )
        for identity in identities
    )
    return Card(
        t("In these chats you are one person"), (Items(tuple(rows)),), (Run(t("Link another one"), "identity.link"),)
    )


def unlinked_identity_card(view: UnlinkedIdentity) -> Card:
    """Confirm that the account is no longer linked."""
    chat = t("This chat") if view.is_here else platform_name(view.platform)
    return Card(
        t("{chat} is no longer linked with you.", chat=chat),
        (Text(t("Whoever writes there is in no team. Your leads and your role stay where they were.")),),
        (Run(t("Link again"), "identity.link"),),
        badge=NOT_LINKED_BADGE,
    )


@register_warning(UNLINK_WARNING)
def _(params: Mapping[str, Any]) -> T:
    return t("Unlink {platform} from you?", platform=platform_name(str(params["platform"])))


@register_warning(UNLINK_EFFECT_WARNING)
def _(params: Mapping[str, Any]) -> T:
    del params
    return t("Whoever writes there is in no team then, and your cards there follow nothing any more.")


@explain_refusal.register
def _(refusal: AlreadyLinked) -> RefusalText:
    del refusal
    return RefusalText(
        t("That code was shown to you yourself."),
        t("Type it in the other chat, the one that you'd like to link with this one."),
    )


@explain_refusal.register
def _(refusal: InDifferentTeams) -> RefusalText:
    del refusal
    return RefusalText(
        t("You belong to one team here and to another one there."),
        t("One person belongs to one team: leave one of them first, or hand it over if you own it. Then link again."),
        (Run(t("Show my team"), "team.show"), Run(t("Leave the team"), "member.leave")),
    )


@explain_refusal.register
def _(refusal: OwnerOnOtherSide) -> RefusalText:
    del refusal
    return RefusalText(
        t("The team must keep its owner, and that is the account that would be merged."),
        t("Begin the other way round: write “link” to me where you own the team, and type the code in the other chat."),
    )


@explain_refusal.register
def _(refusal: WrongSide) -> RefusalText:
    del refusal
    return RefusalText(
        t("This question is for your other chat."), t("Answer it there; what is asked here stands here.")
    )


@explain_refusal.register
def _(refusal: LinkClosed) -> RefusalText:
    del refusal
    return RefusalText(t("This has been decided or is too old. Nothing was changed now."), actions=(NEW_CODE,))


@explain_refusal.register
def _(refusal: NotLinked) -> RefusalText:
    del refusal
    return RefusalText(
        t("You are known to me in this chat alone."),
        t("Write “link” to make one person of two chats."),
        (Run(t("Link chats"), "identity.link"),),
    )


@explain_refusal.register
def _(refusal: TooManyIdentities) -> RefusalText:
    return RefusalText(
        t("You are linked in many chats already: at most {limit}.", limit=refusal.limit),
        t("Unlink one of them first."),
        (Run(t("Unlink"), "identity.unlink"),),
    )


_FIRST: Final = LinkSide("u1", "teams", "9f1c2b7e", "29:1", "Ben Kaya")
_OTHER: Final = LinkSide("u2", "slack", "T024BE7LD", "U2", "ben.kaya", "ben@acme.de", "Solarhaus GmbH")
_LINK: Final = LinkRequest("l1", LinkState.AGREED, _FIRST, NOW, NOW + timedelta(minutes=LINK_TTL_MINUTES), _OTHER)
_IDENTITIES: Final = (
    ListedIdentity("k1", "teams", "9f1c2b7e", "29:1", is_here=True),
    ListedIdentity("k2", "slack", "T024BE7LD", "U2"),
)

EXAMPLES: Final = {
    "code": link_code_card(LinkCode("l1", "7KQF-M2XP", NOW + timedelta(minutes=LINK_TTL_MINUTES), _IDENTITIES[:1])),
    "code of somebody linked": link_code_card(
        LinkCode("l1", "7KQF-M2XP", NOW + timedelta(minutes=LINK_TTL_MINUTES), _IDENTITIES)
    ),
    "shown once": link_code_hidden_card(),
    "code form": link_code_form(),
    "wrong code": wrong_link_code_card(WrongCode(2)),
    "last wrong code": wrong_link_code_card(WrongCode(0)),
    "consent": link_consent_card(replace(_LINK, state=LinkState.CLAIMED), NOW),
    "consent given": link_consent_card(_LINK, NOW),
    "consent, linked": link_consent_card(replace(_LINK, state=LinkState.LINKED), NOW),
    "consent, declined": link_consent_card(replace(_LINK, state=LinkState.DECLINED), NOW),
    "review": link_review_card(_LINK, NOW),
    "review too early": link_review_card(replace(_LINK, state=LinkState.ISSUED, other=None), NOW),
    "review, linked": link_review_card(replace(_LINK, state=LinkState.LINKED), NOW),
    "linked": linked_identity_card(LinkedIdentity(_LINK, NO_TEAM, is_same_team=False)),
    "linked, twice in the team": linked_identity_card(LinkedIdentity(_LINK, TeamId("t1"), is_same_team=True)),
    "listed": identity_list_card(_IDENTITIES),
    "unlinked": unlinked_identity_card(UnlinkedIdentity("slack", "T024BE7LD", is_here=False)),
}
