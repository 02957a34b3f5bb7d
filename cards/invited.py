"""What the invited read: the mail, the code, the way in; and how it ended, for whoever invited or asked."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from cards.examples import JOIN_REQUEST, JOIN_URL, SENT_INVITATION, shown_invitation
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
from cards.refusal import Explained, explain
from cards.roles import ROLES
from services.codes import TooManyCodes, WrongCode
from services.invitation.model import (
    CODE_MINUTES,
    Invitation,
    InvitationKind,
    InvitationState,
    JoinedTeam,
    ShownInvitation,
)
from services.invitation.refusals import AlreadyAsked, NoTeamHere
from services.permissions import Role

CODE_TYPED_MAX_CHARS: Final = 40

LEADS: Final = Run(t("Show leads"), "lead.list", style=Style.PRIMARY)
HELP: Final = Run(t("What can I do here?"), "help")
WAITING: Final = Badge(t("waiting for approval"), State.OPEN, Tone.WARNING)
OVER: Final[dict[InvitationState, Badge]] = {
    InvitationState.DECLINED: Badge(t("declined"), State.NONE, Tone.SUBTLE),
    InvitationState.EXPIRED: Badge(t("expired"), State.NONE, Tone.SUBTLE),
    InvitationState.JOINED: Badge(t("joined"), State.DONE, Tone.GOOD),
}


def asked_to_join(view: ShownInvitation) -> Card:
    """For whoever would like to join."""
    del view
    return Card(
        t("Owner and admins have been asked."),
        (Text(t("As soon as one of them says yes, you're in. You'll hear from me.")),),
        badge=WAITING,
    )


def join_form() -> Card:
    """The code from the invitation's page."""
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


def joined(view: JoinedTeam | WrongCode) -> Card:
    """Whoever typed a code is in; or the code was wrong."""
    if isinstance(view, WrongCode):
        return _wrong(view)
    if view.kind is InvitationKind.PARTNER:
        return Card(
            t("Your team now takes part in {marketplace}.", marketplace=view.marketplace),
            (Text(t("It is run by {team}.", team=view.team_name)),),
            (LEADS, Run(t("Show marketplaces"), "marketplace.show")),
            badge=OVER[InvitationState.JOINED],
        )
    return Card(
        t("You're now a colleague in {team}.", team=view.team_name),
        (Text(t("Role: {role}", role=ROLES[view.role])),),
        (LEADS, HELP),
        badge=OVER[InvitationState.JOINED],
    )


def _wrong(view: WrongCode) -> Card:
    left = (
        tn("One more try, then there is a short pause.", "{n} more tries, then there is a short pause.", view.left)
        if view.left
        else t("Please wait a few minutes before the next try.")
    )
    return Card(
        t("This code doesn't fit."),
        (
            Text(tn("Codes are valid for {n} minute.", "Codes are valid for {n} minutes.", CODE_MINUTES)),
            Text(t("Open the link in your invitation again to get a new one.")),
            Text(left),
        ),
        (Run(t("Type it again"), "invitation.join", style=Style.PRIMARY),),
        badge=Badge(t("Not possible"), State.WARNING, Tone.WARNING),
    )


def decided(view: ShownInvitation, team: str) -> Card:
    """How it ended, for whoever asked or invited."""
    one = view.invitation
    names: Mapping[str, Any] = {"name": one.decided_by_name, "email": view.email, "team": team, "ref": one.ref}
    if one.kind is InvitationKind.JOIN:
        return _decided_join(one, names)
    match one.state:
        case InvitationState.DECLINED if one.decided_by and one.expires_at is None:
            return Card(t("{name} declined your invitation {ref} to {email}.", **names), badge=OVER.get(one.state))
        case InvitationState.DECLINED:
            return Card(t("{email} declined the invitation to {team}.", **names), badge=OVER.get(one.state))
        case InvitationState.EXPIRED:
            return Card(
                t("The invitation to {email} has expired.", **names), actions=_again(view), badge=OVER.get(one.state)
            )
        case _:
            return Card(
                t("{name} approved your invitation {ref} to {email}.", **names),
                (Text(t("The invited person can join now.")),),
                badge=OVER.get(one.state),
            )


def _again(view: ShownInvitation) -> tuple[Run, ...]:
    ref = {"invitation": view.invitation.invitation_id}
    return (Run(t("Send again"), "invitation.resend", ref, Style.PRIMARY),) if view.may_resend else ()


def _decided_join(one: Invitation, names: Mapping[str, Any]) -> Card:
    if one.state is InvitationState.JOINED:
        return Card(
            t("{name} has let you into {team}.", **names),
            (Text(t("Role: {role}", role=ROLES[one.role])),),
            (LEADS, HELP),
            badge=OVER.get(one.state),
        )
    if one.from_outside:
        return Card(t("Your wish to join was declined."), badge=OVER.get(one.state))
    return Card(t("Your wish to join {team} was declined.", **names), badge=OVER.get(one.state))


def link(one: Invitation, url: str) -> Card:
    """The link itself, for whoever invited, where no mail can be sent."""
    return Card(
        t("Please pass this link on to {email}.", email=one.email),
        (
            Text(verbatim(url)),
            Text(t("I can't send mails here. Whoever has the link can accept the invitation."), Tone.SUBTLE),
            *((Text(t("Valid until {until}", until=Instant(one.expires_at)), Tone.SUBTLE),) if one.expires_at else ()),
        ),
        (Open(t("Open the invitation"), url),),
    )


def mail_subject(one: Invitation, team: str, marketplace: str = "") -> T:
    """What the mail is about."""
    if one.kind is InvitationKind.PARTNER:
        return t("{team} invites your firm to {marketplace}", team=team, marketplace=marketplace)
    return t("{name} invites you to {team}", name=one.requested_by_name, team=team)


def mail(one: Invitation, team: str, url: str, marketplace: str = "") -> Card:
    """The invitation itself, for the invitee."""
    what = (
        t(
            "{name} would like your firm to take part in the marketplace {marketplace}.",
            name=one.requested_by_name,
            marketplace=marketplace,
        )
        if one.kind is InvitationKind.PARTNER
        else t("In {team} you would work on leads together. Your role: {role}.", team=team, role=ROLES[one.role])
    )
    words = (Quote(verbatim(one.text), lines=20),) if one.text else ()
    return Card(
        mail_subject(one, team, marketplace),
        (
            Text(what),
            *words,
            Text(t("The page shows who invites you to what; opening it changes nothing.")),
            *((Text(t("Valid until {until}", until=Instant(one.expires_at)), Tone.SUBTLE),) if one.expires_at else ()),
        ),
        (Open(t("View the invitation"), url),),
    )


@explain.register
def _(refusal: AlreadyAsked) -> Explained:
    del refusal
    return Explained(t("You have asked already."), t("You'll hear from me as soon as somebody decides."))


@explain.register
def _(refusal: TooManyCodes) -> Explained:
    return Explained(
        t("Too many wrong codes."),
        tn("You can try again in {n} minute.", "You can try again in {n} minutes.", refusal.minutes),
    )


@explain.register
def _(refusal: NoTeamHere) -> Explained:
    del refusal
    return Explained(
        t("No team is connected here, so there is none to join here."),
        t("With an invitation you join by its code."),
        (Run(t("Join with a code"), "invitation.join"), Run(t("Create a team"), "team.create")),
    )


def _told(one: Invitation, **may: bool) -> Card:
    return decided(shown_invitation(one, **may), "Solarhaus GmbH")


EXAMPLES: Final = {
    "asked to join": asked_to_join(shown_invitation(JOIN_REQUEST)),
    "join form": join_form(),
    "joined": joined(JoinedTeam("Solarhaus GmbH", Role.MEMBER)),
    "joined a marketplace": joined(JoinedTeam("Solarhaus GmbH", Role.OWNER, InvitationKind.PARTNER, "Handwerk Süd")),
    "wrong code": joined(WrongCode(1)),
    "last wrong code": joined(WrongCode(0)),
    "told approved": _told(SENT_INVITATION),
    "told declined": _told(replace(SENT_INVITATION, state=InvitationState.DECLINED, expires_at=None)),
    "told declined by the invitee": _told(replace(SENT_INVITATION, state=InvitationState.DECLINED)),
    "told expired": _told(replace(SENT_INVITATION, state=InvitationState.EXPIRED), may_resend=True),
    "told you are in": _told(replace(JOIN_REQUEST, state=InvitationState.JOINED, decided_by_name="Anna Weiß")),
    "told you are not": _told(replace(JOIN_REQUEST, state=InvitationState.DECLINED)),
    "told you are not, from outside": _told(replace(JOIN_REQUEST, state=InvitationState.DECLINED, from_outside=True)),
    "link": link(SENT_INVITATION, JOIN_URL),
    "mail": mail(SENT_INVITATION, "Solarhaus GmbH", JOIN_URL),
    "mail to a firm": mail(
        replace(SENT_INVITATION, kind=InvitationKind.PARTNER, text="We have more enquiries than roofers."),
        "Solarhaus GmbH",
        JOIN_URL,
        "Handwerk Süd",
    ),
}
