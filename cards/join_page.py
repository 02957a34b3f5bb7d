"""Cards of the page behind an invitation's link."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from cards.examples import NOW
from cards.model import Card, Fact, Facts, Instant, Quote, T, Text, Tone, t, tn, verbatim
from cards.roles import ROLES
from services.invitation.model import (
    INVITATION_CODE_MINUTES,
    SENT_STATES,
    Invitation,
    InvitationKind,
    InvitationPage,
    InvitationState,
)
from services.people import Language, TeamId
from services.permissions import Role

JOIN_TITLE: Final = t("Invitation")
ACCEPT_LABEL: Final = t("Accept the invitation")
NEW_CODE_LABEL: Final = t("Show a new code")
DECLINE_LABEL: Final = t("Decline")

ENDED_TEXTS: Final[dict[InvitationState, T]] = {
    InvitationState.JOINED: t("This invitation has been used."),
    InvitationState.DECLINED: t("This invitation was declined."),
    InvitationState.REVOKED: t("This invitation was withdrawn."),
    InvitationState.EXPIRED: t("This invitation has expired."),
    InvitationState.REQUESTED: t("This invitation has not been approved yet."),
}


def join_page_card(page: InvitationPage) -> Card:
    """Show who invites to what; after accepting, the code and what to do with it."""
    if page.code:
        return join_code_card(page)
    if page.invitation.state not in SENT_STATES:
        return ended_invitation_card(page.invitation.state)
    return _open_invitation_card(page)


def _open_invitation_card(page: InvitationPage) -> Card:
    invitation = page.invitation
    is_firm = invitation.kind is InvitationKind.PARTNER
    title = (
        t("{team} invites your firm to {marketplace}", team=page.team_name, marketplace=page.marketplace)
        if is_firm
        else t("{name} invites you to {team}", name=page.inviter_name, team=page.team_name)
    )
    facts = [Fact(t("Invited by"), verbatim(page.inviter_name)), Fact(t("Team"), verbatim(page.team_name))]
    facts.append(
        Fact(t("Marketplace"), verbatim(page.marketplace)) if is_firm else Fact(t("Your role"), ROLES[invitation.role])
    )
    if invitation.expires_at:
        facts.append(Fact(t("Valid until"), T("{at}", {"at": Instant(invitation.expires_at)})))
    quote = (Quote(verbatim(invitation.text), lines=9),) if invitation.text else ()
    return Card(title, (*quote, Facts(tuple(facts)), Text(_next_step_text(invitation), Tone.SUBTLE)))


def _next_step_text(invitation: Invitation) -> T:
    if invitation.state is InvitationState.ACCEPTED:
        return t("You have accepted already. If your code is lost or too old, show a new one.")
    if invitation.kind is InvitationKind.PARTNER:
        return t("After accepting you get a code. The owner or an admin of your team tells it to the bot.")
    return t("After accepting you get a code that lets you in through the chat.")


def _non_breaking(code: str) -> str:
    """Replace the hyphen by U+2011, which does not wrap; the code's parser accepts it when pasted."""
    return code.replace("-", "\u2011")


def join_code_card(page: InvitationPage) -> Card:
    """Show the code and how to use it."""
    return Card(
        t("Your code: {code}", code=_non_breaking(page.code)),
        (
            Text(t("Open the chat with Kollega and write: join {code}", code=_non_breaking(page.code)), Tone.STRONG),
            Text(
                tn(
                    "The code works once and for {n} minute. On this page you can get a new one at any time.",
                    "The code works once and for {n} minutes. On this page you can get a new one at any time.",
                    INVITATION_CODE_MINUTES,
                )
            ),
        ),
    )


def ended_invitation_card(state: InvitationState) -> Card:
    """Say why the invitation can no longer be used."""
    return Card(
        ENDED_TEXTS[state], (Text(t("If you would still like to join, ask whoever invited you for a new one.")),)
    )


def unknown_link_card() -> Card:
    """Say that the link is not valid, without saying whether it ever was."""
    return Card(
        t("This link isn't valid."),
        (Text(t("Take the newest link you got, or ask whoever invited you for a new one.")),),
    )


_SENT: Final = Invitation(
    team_id=TeamId("t1"),
    invitation_id="i1",
    number=7,
    kind=InvitationKind.MEMBER,
    role=Role.MEMBER,
    state=InvitationState.PENDING,
    requested_by="u1",
    created_at=NOW,
    language=Language.GERMAN,
    email="eva@acme.de",
    expires_at=NOW + timedelta(days=7),
)
_PAGE: Final = InvitationPage(_SENT, "Solarhaus GmbH", "Europe/Berlin", "Anna Weiß")
_PARTNER_PAGE: Final = replace(
    _PAGE, invitation=replace(_SENT, kind=InvitationKind.PARTNER, text="Come and join us."), marketplace="Handwerk Süd"
)

EXAMPLES: Final = {
    "invited": join_page_card(_PAGE),
    "accepted": join_page_card(replace(_PAGE, invitation=replace(_SENT, state=InvitationState.ACCEPTED))),
    "firm invited": join_page_card(_PARTNER_PAGE),
    "code": join_page_card(replace(_PAGE, code="7KQF-M2XP")),
    **{f"ended {state}": ended_invitation_card(state) for state in ENDED_TEXTS},
    "unknown": unknown_link_card(),
}
