"""Invitations: the approval card, confirmation, list and form."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from cards.examples import JOIN_REQUEST, REQUESTED_INVITATION, SEATS, SENT_INVITATION, invitation_view
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
from cards.refusal import RefusalText, explain_refusal
from cards.roles import ROLES
from services.invitation.model import (
    EMAIL_MAX_CHARS,
    INVITATION_TEXT_MAX_CHARS,
    Invitation,
    InvitationKind,
    InvitationList,
    InvitationState,
    InvitationView,
)
from services.invitation.refusals import (
    AlreadyDecided,
    AlreadyInvited,
    AlreadyMember,
    InvitationNotOpen,
    IsRequester,
    OwnerDecides,
    TooManyInvitations,
)
from services.member.model import ASSIGNABLE_ROLES
from services.permissions import Role
from services.team.model import Seats

VIEW: Final = "invitation.approval"

SHOW_INVITATIONS: Final = Run(t("Show invitations"), "invitation.list")

STATE_BADGES: Final[dict[InvitationState, Badge]] = {
    InvitationState.REQUESTED: Badge(t("waiting for approval"), State.OPEN, Tone.WARNING),
    InvitationState.PENDING: Badge(t("invited"), State.OPEN),
    InvitationState.ACCEPTED: Badge(t("accepted"), State.OPEN),
    InvitationState.JOINED: Badge(t("joined"), State.DONE, Tone.GOOD),
    InvitationState.DECLINED: Badge(t("declined"), State.NONE, Tone.SUBTLE),
    InvitationState.REVOKED: Badge(t("withdrawn"), State.NONE, Tone.SUBTLE),
    InvitationState.EXPIRED: Badge(t("expired"), State.NONE, Tone.SUBTLE),
}


def invitation_card(view: InvitationView) -> Card:
    """Show an invitation in any state; every posted copy says how it was decided."""
    invitation = view.invitation
    return Card(
        _title(invitation),
        _body(view),
        _actions(view),
        badge=None if invitation.state is InvitationState.REQUESTED else STATE_BADGES[invitation.state],
        subject=Subject(VIEW, invitation.invitation_id),
        refresh=Run(T(""), "invitation.show", {"invitation": invitation.invitation_id}),
    )


def _title(invitation: Invitation) -> T:
    names: Mapping[str, Any] = {
        "ref": invitation.ref,
        "name": invitation.decided_by_name,
        "at": Instant(invitation.decided_at) if invitation.decided_at else "",
    }
    if invitation.state is InvitationState.REQUESTED:
        return t("Invitation {ref} is waiting for approval", ref=invitation.ref)
    if not invitation.decided_by_name:
        return t("Invitation {ref}", ref=invitation.ref)
    match invitation.state:
        case InvitationState.DECLINED:
            return t("Invitation {ref} · declined by {name}, {at}", **names)
        case InvitationState.REVOKED:
            return t("Invitation {ref} · withdrawn by {name}, {at}", **names)
        case _:
            return t("Invitation {ref} · approved by {name}, {at}", **names)


def _body(view: InvitationView) -> tuple[Text | Facts | Quote, ...]:
    invitation = view.invitation
    request_text = Text(_request_text(view))
    if invitation.state is not InvitationState.REQUESTED:
        until = (
            (Text(t("Valid until {until}", until=Instant(invitation.expires_at)), Tone.SUBTLE),)
            if invitation.expires_at and invitation.state in {InvitationState.PENDING, InvitationState.ACCEPTED}
            else ()
        )
        return (request_text, *until)
    quote = (Quote(verbatim(invitation.text)),) if invitation.text else ()
    return (request_text, *quote, Facts((Fact(t("Seats"), _seats_text(view.seats)),)))


def _request_text(view: InvitationView) -> T:
    invitation = view.invitation
    if invitation.kind is InvitationKind.JOIN:
        name = invitation.user_name or invitation.name
        if invitation.from_outside:
            return t("{name}, from another organisation, would like to join the team.", name=name)
        return t("{name} would like to join the team.", name=name)
    names: Mapping[str, Any] = {
        "name": invitation.requested_by_name,
        "email": view.email,
        "role": ROLES[invitation.role],
    }
    if invitation.state is InvitationState.REQUESTED:
        return t("{name} would like to invite {email}. Role: {role}.", **names)
    return t("{name} invites {email}. Role: {role}.", **names)


def _seats_text(seats: Seats) -> T:
    if not seats.free:
        return t("{taken} of {limit} taken: none is free", taken=seats.taken, limit=seats.limit)
    return t(
        "{taken} of {limit} taken (then {then} of {limit})",
        taken=seats.taken,
        then=seats.taken + 1,
        limit=seats.limit,
    )


def _actions(view: InvitationView) -> tuple[Run, ...]:
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


def invitation_sent_card(view: InvitationView) -> Card:
    """Confirm to the user who invited, requested or resent."""
    invitation = view.invitation
    if invitation.state is InvitationState.REQUESTED:
        return Card(
            t("Invitation {ref} is waiting for approval", ref=invitation.ref),
            (Text(t("Owner and admins have been asked. You'll hear from me as soon as somebody decides.")),),
            badge=STATE_BADGES[invitation.state],
        )
    return Card(
        t("Invitation {ref} is on its way to {email}.", ref=invitation.ref, email=view.email),
        (
            Text(t("Role: {role}", role=ROLES[invitation.role])),
            *(
                (Text(t("Valid until {until}", until=Instant(invitation.expires_at)), Tone.SUBTLE),)
                if invitation.expires_at
                else ()
            ),
        ),
        (*_actions(view), SHOW_INVITATIONS),
        badge=STATE_BADGES[invitation.state],
    )


def invitation_list_card(view: InvitationList) -> Card:
    """List the team's invitations."""
    actions: list[Run] = []
    if view.may_invite:
        actions.append(Run(t("Invite"), "invitation.create", style=Style.PRIMARY))
    if view.may_request:
        actions.append(Run(t("Ask for an invitation"), "invitation.request", style=Style.PRIMARY))
    seats = Text(t("{taken} of {limit} seats taken", taken=view.seats.taken, limit=view.seats.limit), Tone.SUBTLE)
    if not view.rows:
        return Card(t("Nobody has been invited yet."), (seats,), tuple(actions))
    open_count = sum(1 for row in view.rows if _is_open(row))
    return Card(
        tn("{n} open invitation", "{n} open invitations", open_count),
        (Items(tuple(_invitation_item(row) for row in view.rows)), seats),
        tuple(actions),
    )


def _is_open(row: InvitationView) -> bool:
    return row.invitation.state in {
        InvitationState.REQUESTED,
        InvitationState.PENDING,
        InvitationState.ACCEPTED,
    }


def _invitation_item(row: InvitationView) -> Item:
    invitation = row.invitation
    invitee = row.email or invitation.user_name or invitation.name
    return Item(
        t("{ref} · {who} · {role}", ref=invitation.ref, who=invitee, role=ROLES[invitation.role]),
        t("{name}, {at}", name=invitation.requested_by_name, at=Instant(invitation.created_at)),
        STATE_BADGES[invitation.state],
        _actions(row)[:2],
    )


def invitation_form(email: str = "", role: str = "member", *, is_request: bool = False) -> Card:
    """Ask whom to invite, or whom to request an invitation for."""
    command = "invitation.request" if is_request else "invitation.create"
    chosen = role if role in {given_role.value for given_role in ASSIGNABLE_ROLES} else Role.MEMBER
    return Card(
        t("Whom shall the owner or an admin invite?") if is_request else t("Whom would you like to invite?"),
        (
            TextInput("email", t("E-mail address"), email, required=True, max_length=EMAIL_MAX_CHARS, kind="email"),
            ChoiceInput(
                "role",
                t("Role"),
                tuple(Choice(given_role, ROLES[given_role]) for given_role in ASSIGNABLE_ROLES),
                chosen,
            ),
            TextInput("text", t("Some words of your own"), multiline=True, max_length=INVITATION_TEXT_MAX_CHARS),
        ),
        (
            Run(t("Ask") if is_request else t("Invite"), command, style=Style.PRIMARY, collects=True),
            Run(t("Cancel"), "cancel"),
        ),
    )


@explain_refusal.register
def _(refusal: AlreadyInvited) -> RefusalText:
    return RefusalText(
        t("{email} is invited already: {ref}.", email=refusal.email, ref=refusal.ref)
        if refusal.ref
        else t("{email} is invited already.", email=refusal.email),
        t("The invitation can be sent again or withdrawn."),
        (SHOW_INVITATIONS,),
    )


@explain_refusal.register
def _(refusal: AlreadyMember) -> RefusalText:
    return RefusalText(
        t("{email} belongs to a colleague already.", email=refusal.email),
        actions=(Run(t("Show colleagues"), "member.list"),),
    )


@explain_refusal.register
def _(refusal: AlreadyDecided) -> RefusalText:
    if not refusal.decided_by:
        return RefusalText(t("{ref} has been decided already.", ref=refusal.ref), actions=(SHOW_INVITATIONS,))
    title = (
        t("{name} was faster and declined {ref}.", name=refusal.decided_by, ref=refusal.ref)
        if refusal.state is InvitationState.DECLINED
        else t("{name} was faster and decided about {ref}.", name=refusal.decided_by, ref=refusal.ref)
    )
    at = t("Decided: {at}. The first decision counts.", at=Instant(refusal.decided_at)) if refusal.decided_at else None
    return RefusalText(title, at, (SHOW_INVITATIONS,))


@explain_refusal.register
def _(refusal: IsRequester) -> RefusalText:
    del refusal
    return RefusalText(
        t("Nobody decides about their own request."), t("The owner or another admin can decide about it.")
    )


@explain_refusal.register
def _(refusal: OwnerDecides) -> RefusalText:
    return RefusalText(
        t("The owner decides about the admins' invitations."),
        t("{name} has been asked.", name=refusal.owner) if refusal.owner else None,
    )


@explain_refusal.register
def _(refusal: InvitationNotOpen) -> RefusalText:
    return RefusalText(
        t("{ref} is no longer open.", ref=refusal.ref),
        t("State: {state}", state=STATE_BADGES[refusal.state].text),
        (SHOW_INVITATIONS,),
    )


@explain_refusal.register
def _(refusal: TooManyInvitations) -> RefusalText:
    return RefusalText(
        tn("{n} invitation is open already.", "{n} invitations are open already.", refusal.limit),
        t("Decide about some of them or withdraw them first."),
        (SHOW_INVITATIONS,),
    )


EXAMPLES: Final = {
    "waiting": invitation_card(replace(invitation_view(REQUESTED_INVITATION, may_decide=True), email="e***@acme.de")),
    "somebody asks to join": invitation_card(invitation_view(JOIN_REQUEST, may_decide=True)),
    "somebody from outside asks to join": invitation_card(
        invitation_view(replace(JOIN_REQUEST, from_outside=True), may_decide=True)
    ),
    "approved": invitation_card(invitation_view(SENT_INVITATION)),
    "declined": invitation_card(invitation_view(replace(SENT_INVITATION, state=InvitationState.DECLINED))),
    "withdrawn": invitation_card(invitation_view(replace(SENT_INVITATION, state=InvitationState.REVOKED))),
    "sent": invitation_sent_card(
        invitation_view(replace(SENT_INVITATION, decided_by_name=""), may_resend=True, may_revoke=True)
    ),
    "asked": invitation_sent_card(invitation_view(REQUESTED_INVITATION)),
    "listed": invitation_list_card(
        InvitationList(
            (
                invitation_view(REQUESTED_INVITATION, may_decide=True),
                invitation_view(SENT_INVITATION, may_resend=True, may_revoke=True),
                invitation_view(replace(SENT_INVITATION, number=3, state=InvitationState.JOINED)),
            ),
            SEATS,
            may_invite=True,
            may_request=False,
        )
    ),
    "nobody invited": invitation_list_card(InvitationList((), SEATS, may_invite=False, may_request=True)),
    "form": invitation_form(),
    "request form": invitation_form("eva@acme.de", is_request=True),
}
