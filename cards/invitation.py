"""Invitations: asked for, decided, sent, listed, used."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from cards.examples import ASKED_INVITATION, JOIN_REQUEST, SEATS, SENT_INVITATION, shown_invitation
from cards.model import (
    Badge,
    Card,
    Choice,
    ChoiceInput,
    Fact,
    Facts,
    Instant,
    Item,
    Items,
    Quote,
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
from cards.refusal import Explained, explain
from cards.roles import ROLES
from services.invitation.model import (
    EMAIL_MAX_CHARS,
    TEXT_MAX_CHARS,
    Invitation,
    InvitationKind,
    InvitationState,
    ListedInvitations,
    ShownInvitation,
)
from services.invitation.refusals import (
    AlreadyColleague,
    AlreadyDecided,
    AlreadyInvited,
    NotOpen,
    OwnerDecides,
    OwnRequest,
    TooManyOpen,
)
from services.member.model import GIVEN_ROLES
from services.permissions import Role
from services.team.model import Seats

VIEW: Final = "invitation.approval"

LIST: Final = Run(t("Show invitations"), "invitation.list")
LEADS: Final = Run(t("Show leads"), "lead.list", style=Style.PRIMARY)

STATES: Final[dict[InvitationState, Badge]] = {
    InvitationState.REQUESTED: Badge(t("waiting for approval"), State.OPEN, Tone.WARNING),
    InvitationState.PENDING: Badge(t("invited"), State.OPEN),
    InvitationState.ACCEPTED: Badge(t("accepted"), State.OPEN),
    InvitationState.JOINED: Badge(t("joined"), State.DONE, Tone.GOOD),
    InvitationState.DECLINED: Badge(t("declined"), State.NONE, Tone.SUBTLE),
    InvitationState.REVOKED: Badge(t("withdrawn"), State.NONE, Tone.SUBTLE),
    InvitationState.EXPIRED: Badge(t("expired"), State.NONE, Tone.SUBTLE),
}


def shown(view: ShownInvitation) -> Card:
    """An invitation in whatever state: the approval card, which says in every copy how it was decided."""
    one = view.invitation
    return Card(
        _title(one),
        _body(view),
        _actions(view),
        badge=None if one.state is InvitationState.REQUESTED else STATES[one.state],
        subject=Subject(VIEW, one.invitation_id),
        refresh=Run(T(""), "invitation.show", {"invitation": one.invitation_id}),
    )


def _title(one: Invitation) -> T:
    named: Mapping[str, Any] = {
        "ref": one.ref,
        "name": one.decided_by_name,
        "at": Instant(one.decided_at) if one.decided_at else "",
    }
    if one.state is InvitationState.REQUESTED:
        return t("Invitation {ref} is waiting for approval", ref=one.ref)
    if not one.decided_by_name:
        return t("Invitation {ref}", ref=one.ref)
    match one.state:
        case InvitationState.DECLINED:
            return t("Invitation {ref} · declined by {name}, {at}", **named)
        case InvitationState.REVOKED:
            return t("Invitation {ref} · withdrawn by {name}, {at}", **named)
        case _:
            return t("Invitation {ref} · approved by {name}, {at}", **named)


def _body(view: ShownInvitation) -> tuple[Text | Facts | Quote, ...]:
    one = view.invitation
    said = Text(_wish(view))
    if one.state is not InvitationState.REQUESTED:
        until = (
            (Text(t("Valid until {until}", until=Instant(one.expires_at)), Tone.SUBTLE),)
            if one.expires_at and one.state in {InvitationState.PENDING, InvitationState.ACCEPTED}
            else ()
        )
        return (said, *until)
    words = (Quote(verbatim(one.text)),) if one.text else ()
    return (said, *words, Facts((Fact(t("Seats"), _seats(view.seats)),)))


def _wish(view: ShownInvitation) -> T:
    one = view.invitation
    if one.kind is InvitationKind.JOIN:
        name = one.user_name or one.name
        if one.from_outside:
            return t("{name}, from another organisation, would like to join the team.", name=name)
        return t("{name} would like to join the team.", name=name)
    names: Mapping[str, Any] = {"name": one.requested_by_name, "email": view.email, "role": ROLES[one.role]}
    if one.state is InvitationState.REQUESTED:
        return t("{name} would like to invite {email}. Role: {role}.", **names)
    return t("{name} invites {email}. Role: {role}.", **names)


def _seats(seats: Seats) -> T:
    if not seats.free:
        return t("{taken} of {limit} taken: none is free", taken=seats.taken, limit=seats.limit)
    return t(
        "{taken} of {limit} taken (then {then} of {limit})",
        taken=seats.taken,
        then=seats.taken + 1,
        limit=seats.limit,
    )


def _actions(view: ShownInvitation) -> tuple[Run, ...]:
    ref = {"invitation": view.invitation.invitation_id}
    actions: list[Run] = []
    if view.may_decide:
        actions.append(Run(t("Approve"), "invitation.approve", ref, Style.PRIMARY))
        actions.append(Run(t("Decline"), "invitation.decline", ref))
        if view.invitation.kind is InvitationKind.MEMBER:
            name = view.invitation.requested_by_name.split(maxsplit=1)[0]
            actions.append(Run(t("Ask {name} back", name=name), "invitation.question", ref))
    if view.may_resend:
        actions.append(Run(t("Send again"), "invitation.resend", ref))
    if view.may_revoke:
        actions.append(Run(t("Withdraw"), "invitation.revoke", ref, Style.DESTRUCTIVE))
    return tuple(actions)


def sent(view: ShownInvitation) -> Card:
    """For whoever has just invited, asked, or sent a link again."""
    one = view.invitation
    if one.state is InvitationState.REQUESTED:
        return Card(
            t("Invitation {ref} is waiting for approval", ref=one.ref),
            (Text(t("Owner and admins have been asked. You'll hear from me as soon as somebody decides.")),),
            badge=STATES[one.state],
        )
    return Card(
        t("Invitation {ref} is on its way to {email}.", ref=one.ref, email=view.email),
        (
            Text(t("Role: {role}", role=ROLES[one.role])),
            *((Text(t("Valid until {until}", until=Instant(one.expires_at)), Tone.SUBTLE),) if one.expires_at else ()),
        ),
        (*_actions(view), LIST),
        badge=STATES[one.state],
    )


def listed(view: ListedInvitations) -> Card:
    """The team's invitations."""
    actions: list[Run] = []
    if view.may_invite:
        actions.append(Run(t("Invite"), "invitation.create", style=Style.PRIMARY))
    if view.may_request:
        actions.append(Run(t("Ask for an invitation"), "invitation.request", style=Style.PRIMARY))
    seats = Text(t("{taken} of {limit} seats taken", taken=view.seats.taken, limit=view.seats.limit), Tone.SUBTLE)
    if not view.rows:
        return Card(t("Nobody has been invited yet."), (seats,), tuple(actions))
    open_ones = sum(1 for row in view.rows if _is_open(row))
    return Card(
        tn("{n} open invitation", "{n} open invitations", open_ones),
        (Items(tuple(_row(row) for row in view.rows)), seats),
        tuple(actions),
    )


def _is_open(row: ShownInvitation) -> bool:
    return row.invitation.state in {
        InvitationState.REQUESTED,
        InvitationState.PENDING,
        InvitationState.ACCEPTED,
    }


def _row(row: ShownInvitation) -> Item:
    one = row.invitation
    who = row.email or one.user_name or one.name
    return Item(
        t("{ref} · {who} · {role}", ref=one.ref, who=who, role=ROLES[one.role]),
        t("{name}, {at}", name=one.requested_by_name, at=Instant(one.created_at)),
        STATES[one.state],
        _actions(row)[:2],
    )


def create_form(email: str = "", role: str = "member", *, asks: bool = False) -> Card:
    """Whom to invite, or to ask an invitation for."""
    command = "invitation.request" if asks else "invitation.create"
    chosen = role if role in {one.value for one in GIVEN_ROLES} else Role.MEMBER
    return Card(
        t("Whom shall the owner or an admin invite?") if asks else t("Whom would you like to invite?"),
        (
            TextInput("email", t("E-mail address"), email, required=True, max_length=EMAIL_MAX_CHARS, kind="email"),
            ChoiceInput("role", t("Role"), tuple(Choice(one, ROLES[one]) for one in GIVEN_ROLES), chosen),
            TextInput("text", t("Some words of your own"), multiline=True, max_length=TEXT_MAX_CHARS),
        ),
        (
            Run(t("Ask") if asks else t("Invite"), command, style=Style.PRIMARY, collects=True),
            Run(t("Cancel"), "cancel"),
        ),
    )


@explain.register
def _(refusal: AlreadyInvited) -> Explained:
    return Explained(
        t("{email} is invited already: {ref}.", email=refusal.email, ref=refusal.ref)
        if refusal.ref
        else t("{email} is invited already.", email=refusal.email),
        t("The invitation can be sent again or withdrawn."),
        (LIST,),
    )


@explain.register
def _(refusal: AlreadyColleague) -> Explained:
    return Explained(
        t("{email} belongs to a colleague already.", email=refusal.email),
        actions=(Run(t("Show colleagues"), "member.list"),),
    )


@explain.register
def _(refusal: AlreadyDecided) -> Explained:
    if not refusal.by:
        return Explained(t("{ref} has been decided already.", ref=refusal.ref), actions=(LIST,))
    words = (
        t("{name} was faster and declined {ref}.", name=refusal.by, ref=refusal.ref)
        if refusal.state is InvitationState.DECLINED
        else t("{name} was faster and decided about {ref}.", name=refusal.by, ref=refusal.ref)
    )
    at = t("Decided: {at}. The first decision counts.", at=Instant(refusal.at)) if refusal.at else None
    return Explained(words, at, (LIST,))


@explain.register
def _(refusal: OwnRequest) -> Explained:
    del refusal
    return Explained(t("Nobody decides about their own request."), t("The owner or another admin can decide about it."))


@explain.register
def _(refusal: OwnerDecides) -> Explained:
    return Explained(
        t("The owner decides about the admins' invitations."),
        t("{name} has been asked.", name=refusal.owner) if refusal.owner else None,
    )


@explain.register
def _(refusal: NotOpen) -> Explained:
    return Explained(
        t("{ref} is no longer open.", ref=refusal.ref),
        t("State: {state}", state=STATES[refusal.state].text),
        (LIST,),
    )


@explain.register
def _(refusal: TooManyOpen) -> Explained:
    return Explained(
        tn("{n} invitation is open already.", "{n} invitations are open already.", refusal.limit),
        t("Decide about some of them or withdraw them first."),
        (LIST,),
    )


EXAMPLES: Final = {
    "waiting": shown(replace(shown_invitation(ASKED_INVITATION, may_decide=True), email="e***@acme.de")),
    "somebody asks to join": shown(shown_invitation(JOIN_REQUEST, may_decide=True)),
    "somebody from outside asks to join": shown(
        shown_invitation(replace(JOIN_REQUEST, from_outside=True), may_decide=True)
    ),
    "approved": shown(shown_invitation(SENT_INVITATION)),
    "declined": shown(shown_invitation(replace(SENT_INVITATION, state=InvitationState.DECLINED))),
    "withdrawn": shown(shown_invitation(replace(SENT_INVITATION, state=InvitationState.REVOKED))),
    "sent": sent(shown_invitation(replace(SENT_INVITATION, decided_by_name=""), may_resend=True, may_revoke=True)),
    "asked": sent(shown_invitation(ASKED_INVITATION)),
    "listed": listed(
        ListedInvitations(
            (
                shown_invitation(ASKED_INVITATION, may_decide=True),
                shown_invitation(SENT_INVITATION, may_resend=True, may_revoke=True),
                shown_invitation(replace(SENT_INVITATION, number=3, state=InvitationState.JOINED)),
            ),
            SEATS,
            may_invite=True,
            may_request=False,
        )
    ),
    "nobody invited": listed(ListedInvitations((), SEATS, may_invite=False, may_request=True)),
    "form": create_form(),
    "request form": create_form("eva@acme.de", asks=True),
}
