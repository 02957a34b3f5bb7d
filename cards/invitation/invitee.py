"""Cards for invitees (mail, code, joining) and the decision for the user who invited or asked."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from cards.examples import JOIN_REQUEST, JOIN_URL, SENT_INVITATION, invitation_view
from cards.model import (
    Badge,
    Card,
    Instant,
    Open,
    Quote,
    Run,
    State,
    Style,
    T,
    Text,
    TextInput,
    Tone,
    t,
    tn,
    verbatim,
)
from cards.refusal import RefusalText, explain_refusal
from cards.roles import ROLES
from services.codes import TooManyWrongCodes, WrongCode
from services.invitation.model import (
    INVITATION_CODE_MINUTES,
    Invitation,
    InvitationKind,
    InvitationState,
    InvitationView,
    JoinedTeam,
)
from services.invitation.refusals import AlreadyRequested, ChannelNotConnected
from services.permissions import Role

CODE_TYPED_MAX_CHARS: Final = 40

SHOW_LEADS: Final = Run(t("Show leads"), "lead.list", style=Style.PRIMARY)
HELP: Final = Run(t("What can I do here?"), "help")
WAITING_BADGE: Final = Badge(t("waiting for approval"), State.OPEN, Tone.WARNING)
ENDED_BADGES: Final[dict[InvitationState, Badge]] = {
    InvitationState.DECLINED: Badge(t("declined"), State.NONE, Tone.SUBTLE),
    InvitationState.EXPIRED: Badge(t("expired"), State.NONE, Tone.SUBTLE),
    InvitationState.JOINED: Badge(t("joined"), State.DONE, Tone.GOOD),
}


def join_requested_card(view: InvitationView) -> Card:
    """Confirm to a user that owner and admins were asked to let them join."""
    del view
    return Card(
        t("Owner and admins have been asked."),
        (Text(t("As soon as one of them says yes, you're in. You'll hear from me.")),),
        badge=WAITING_BADGE,
    )


def join_form() -> Card:
    """Ask for the code from the invitation's page."""
    return Card(
        t("Which code did you get?"),
        (
            Text(t("You see it after accepting the invitation behind the link in your mail.")),
            TextInput(
                "code", t("Code"), required=True, max_length=CODE_TYPED_MAX_CHARS, placeholder=verbatim("7KQF-M2XP")
            ),
        ),
        (
            Run(t("Join"), "invitation.join", style=Style.PRIMARY, collects=True),
            Run(t("Cancel"), "cancel"),
        ),
    )


def join_result_card(view: JoinedTeam | WrongCode) -> Card:
    """Confirm that the user joined, or say that the code was wrong."""
    if isinstance(view, WrongCode):
        return _wrong_code_card(view)
    if view.kind is InvitationKind.PARTNER:
        return Card(
            t("Your team now takes part in {marketplace}.", marketplace=view.marketplace),
            (Text(t("It is run by {team}.", team=view.team_name)),),
            (SHOW_LEADS, Run(t("Show marketplaces"), "marketplace.show")),
            badge=ENDED_BADGES[InvitationState.JOINED],
        )
    return Card(
        t("You're now a colleague in {team}.", team=view.team_name),
        (Text(t("Role: {role}", role=ROLES[view.role])),),
        (SHOW_LEADS, HELP),
        badge=ENDED_BADGES[InvitationState.JOINED],
    )


def _wrong_code_card(view: WrongCode) -> Card:
    attempts_text = (
        tn(
            "One more try, then there is a short pause.",
            "{n} more tries, then there is a short pause.",
            view.attempts_left,
        )
        if view.attempts_left
        else t("Please wait a few minutes before the next try.")
    )
    return Card(
        t("This code doesn't fit."),
        (
            Text(tn("Codes are valid for {n} minute.", "Codes are valid for {n} minutes.", INVITATION_CODE_MINUTES)),
            Text(t("Open the link in your invitation again to get a new one.")),
            Text(attempts_text),
        ),
        (Run(t("Type it again"), "invitation.join", style=Style.PRIMARY),),
        badge=Badge(t("Not possible"), State.WARNING, Tone.WARNING),
    )


def invitation_decided_card(view: InvitationView, team: str) -> Card:
    """Tell the user who invited or asked how it was decided."""
    invitation = view.invitation
    names: Mapping[str, Any] = {
        "name": invitation.decided_by_name,
        "email": view.email,
        "team": team,
        "ref": invitation.ref,
    }
    if invitation.kind is InvitationKind.JOIN:
        return _join_decided_card(invitation, names)
    match invitation.state:
        case InvitationState.DECLINED if invitation.decided_by and invitation.expires_at is None:
            return Card(
                t("{name} declined your invitation {ref} to {email}.", **names),
                badge=ENDED_BADGES.get(invitation.state),
            )
        case InvitationState.DECLINED:
            return Card(
                t("{email} declined the invitation to {team}.", **names), badge=ENDED_BADGES.get(invitation.state)
            )
        case InvitationState.EXPIRED:
            return Card(
                t("The invitation to {email} has expired.", **names),
                actions=_resend_buttons(view),
                badge=ENDED_BADGES.get(invitation.state),
            )
        case _:
            return Card(
                t("{name} approved your invitation {ref} to {email}.", **names),
                (Text(t("The invited person can join now.")),),
                badge=ENDED_BADGES.get(invitation.state),
            )


def _resend_buttons(view: InvitationView) -> tuple[Run, ...]:
    ref = {"invitation": view.invitation.invitation_id}
    return (Run(t("Send again"), "invitation.resend", ref, Style.PRIMARY),) if view.may_resend else ()


def _join_decided_card(invitation: Invitation, names: Mapping[str, Any]) -> Card:
    if invitation.state is InvitationState.JOINED:
        return Card(
            t("{name} has let you into {team}.", **names),
            (Text(t("Role: {role}", role=ROLES[invitation.role])),),
            (SHOW_LEADS, HELP),
            badge=ENDED_BADGES.get(invitation.state),
        )
    if invitation.from_outside:
        return Card(t("Your wish to join was declined."), badge=ENDED_BADGES.get(invitation.state))
    return Card(t("Your wish to join {team} was declined.", **names), badge=ENDED_BADGES.get(invitation.state))


def invitation_link_card(invitation: Invitation, url: str) -> Card:
    """Show the link to the user who invited when no mail can be sent."""
    return Card(
        t("Please pass this link on to {email}.", email=invitation.email),
        (
            Text(verbatim(url)),
            Text(t("I can't send mails here. Whoever has the link can accept the invitation."), Tone.SUBTLE),
            *(
                (Text(t("Valid until {until}", until=Instant(invitation.expires_at)), Tone.SUBTLE),)
                if invitation.expires_at
                else ()
            ),
        ),
        (Open(t("Open the invitation"), url),),
    )


def invitation_mail_subject(invitation: Invitation, team: str, marketplace: str = "") -> T:
    """Build the subject line of the invitation's mail."""
    if invitation.kind is InvitationKind.PARTNER:
        return t("{team} invites your firm to {marketplace}", team=team, marketplace=marketplace)
    return t("{name} invites you to {team}", name=invitation.requested_by_name, team=team)


def invitation_mail_card(invitation: Invitation, team: str, url: str, marketplace: str = "") -> Card:
    """Build the mail to the invitee."""
    offer = (
        t(
            "{name} would like your firm to take part in the marketplace {marketplace}.",
            name=invitation.requested_by_name,
            marketplace=marketplace,
        )
        if invitation.kind is InvitationKind.PARTNER
        else t("In {team} you would work on leads together. Your role: {role}.", team=team, role=ROLES[invitation.role])
    )
    quote = (Quote(verbatim(invitation.text), lines=20),) if invitation.text else ()
    return Card(
        invitation_mail_subject(invitation, team, marketplace),
        (
            Text(offer),
            *quote,
            Text(t("The page shows who invites you to what; opening it changes nothing.")),
            *(
                (Text(t("Valid until {until}", until=Instant(invitation.expires_at)), Tone.SUBTLE),)
                if invitation.expires_at
                else ()
            ),
        ),
        (Open(t("View the invitation"), url),),
    )


@explain_refusal.register
def _(refusal: AlreadyRequested) -> RefusalText:
    del refusal
    return RefusalText(t("You have asked already."), t("You'll hear from me as soon as somebody decides."))


@explain_refusal.register
def _(refusal: TooManyWrongCodes) -> RefusalText:
    return RefusalText(
        t("Too many wrong codes."),
        tn("You can try again in {n} minute.", "You can try again in {n} minutes.", refusal.minutes),
    )


@explain_refusal.register
def _(refusal: ChannelNotConnected) -> RefusalText:
    del refusal
    return RefusalText(
        t("No team is connected here, so there is none to join here."),
        t("With an invitation you join by its code."),
        (Run(t("Join with a code"), "invitation.join"), Run(t("Create a team"), "team.create")),
    )


def _decided_example(invitation: Invitation, **may: bool) -> Card:
    return invitation_decided_card(invitation_view(invitation, **may), "Solarhaus GmbH")


EXAMPLES: Final = {
    "asked to join": join_requested_card(invitation_view(JOIN_REQUEST)),
    "join form": join_form(),
    "joined": join_result_card(JoinedTeam("Solarhaus GmbH", Role.MEMBER)),
    "joined a marketplace": join_result_card(
        JoinedTeam("Solarhaus GmbH", Role.OWNER, InvitationKind.PARTNER, "Handwerk Süd")
    ),
    "wrong code": join_result_card(WrongCode(1)),
    "last wrong code": join_result_card(WrongCode(0)),
    "told approved": _decided_example(SENT_INVITATION),
    "told declined": _decided_example(replace(SENT_INVITATION, state=InvitationState.DECLINED, expires_at=None)),
    "told declined by the invitee": _decided_example(replace(SENT_INVITATION, state=InvitationState.DECLINED)),
    "told expired": _decided_example(replace(SENT_INVITATION, state=InvitationState.EXPIRED), may_resend=True),
    "told you are in": _decided_example(
        replace(JOIN_REQUEST, state=InvitationState.JOINED, decided_by_name="Anna Weiß")
    ),
    "told you are not": _decided_example(replace(JOIN_REQUEST, state=InvitationState.DECLINED)),
    "told you are not, from outside": _decided_example(
        replace(JOIN_REQUEST, state=InvitationState.DECLINED, from_outside=True)
    ),
    "link": invitation_link_card(SENT_INVITATION, JOIN_URL),
    "mail": invitation_mail_card(SENT_INVITATION, "Solarhaus GmbH", JOIN_URL),
    "mail to a firm": invitation_mail_card(
        replace(SENT_INVITATION, kind=InvitationKind.PARTNER, text="We have more enquiries than roofers."),
        "Solarhaus GmbH",
        JOIN_URL,
        "Handwerk Süd",
    ),
}
