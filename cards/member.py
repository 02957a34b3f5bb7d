"""Members: the list, roles, and changes of a membership."""

from collections.abc import Mapping
from typing import Any, Final

from cards.confirmation import confirmation_card, register_warning
from cards.model import (
    Badge,
    Card,
    Choice,
    ChoiceInput,
    Item,
    Items,
    Run,
    State,
    Style,
    T,
    Text,
    ToggleInput,
    Tone,
    t,
    tn,
    verbatim,
)
from cards.refusal import RefusalText, explain_refusal
from cards.roles import ROLES
from services.errors import ConfirmationWarning
from services.member.model import ASSIGNABLE_ROLES, ChangedMember, MemberList, MemberRow, RemovedMember, TransferredTeam
from services.member.refusals import AlreadyOwner, OwnerProtected, OwnershipNotAssignable
from services.permissions import Role

SHOW_MEMBERS: Final = Run(t("Show colleagues"), "member.list")


def member_list_card(view: MemberList) -> Card:
    """List the members of the team."""
    body = [Items(tuple(_member_item(row) for row in view.rows))]
    remaining = view.total - len(view.rows)
    more_text = (Text(tn("… and {n} more", "… and {n} more", remaining), Tone.SUBTLE),) if remaining > 0 else ()
    seats = Text(t("{taken} of {limit} seats taken", taken=view.seats_taken, limit=view.seats_limit), Tone.SUBTLE)
    return Card(
        tn("{team}: {n} colleague", "{team}: {n} colleagues", view.total, team=view.team_name),
        (*body, *more_text, seats),
        _actions(view),
    )


def _member_item(row: MemberRow) -> Item:
    actions: list[Run] = []
    if row.may_change:
        actions.append(Run(t("Change role"), "member.role", {"who": row.user_id}))
    if row.may_remove and not row.is_self:
        actions.append(Run(t("Remove"), "member.remove", {"who": row.user_id}, Style.DESTRUCTIVE))
    name = t("{name} (you)", name=row.name) if row.is_self else verbatim(row.name)
    detail = t("Responsible colleague: may delegate any lead") if row.may_delegate else None
    return Item(name, detail, Badge(ROLES[row.role]), tuple(actions))


def _actions(view: MemberList) -> tuple[Run, ...]:
    actions: list[Run] = []
    if view.may_invite:
        actions.append(Run(t("Invite"), "invitation.create", style=Style.PRIMARY))
        actions.append(Run(t("Show invitations"), "invitation.list"))
    if view.may_request:
        actions.append(Run(t("Ask for an invitation"), "invitation.request", style=Style.PRIMARY))
    if view.may_transfer:
        actions.append(Run(t("Hand over the team"), "member.transfer"))
    if any(row.is_self and row.may_remove for row in view.rows):
        actions.append(Run(t("Leave the team"), "member.leave", style=Style.DESTRUCTIVE))
    return tuple(actions)


def role_form(row: MemberRow) -> Card:
    """Ask for a member's new role."""
    return Card(
        t("{name}: which role?", name=row.name),
        (
            ChoiceInput("role", t("Role"), tuple(Choice(role, ROLES[role]) for role in ASSIGNABLE_ROLES), row.role),
            ToggleInput("responsible", t("Responsible colleague: may delegate any lead"), row.may_delegate),
        ),
        (
            Run(t("Save"), "member.role", {"who": row.user_id}, Style.PRIMARY, collects=True),
            Run(t("Cancel"), "cancel"),
        ),
    )


def member_choice_form(title: T, label: T, command: str, rows: tuple[MemberRow, ...], style: Style) -> Card:
    """Ask which member is meant."""
    if not rows:
        return Card(title, (Text(t("There is no other colleague yet.")),), (_INVITE,))
    choices = tuple(Choice(row.user_id, verbatim(row.name)) for row in rows)
    return Card(
        title,
        (ChoiceInput("who", t("Colleague"), choices, required=True),),
        (Run(label, command, style=style, collects=True), Run(t("Cancel"), "cancel")),
    )


_INVITE: Final = Run(t("Invite"), "invitation.create", style=Style.PRIMARY)


def role_member_form(view: MemberList) -> Card:
    """Ask whose role to change."""
    return member_choice_form(
        t("Whose role is to change?"),
        t("Next"),
        "member.role",
        tuple(row for row in view.rows if row.may_change),
        Style.PRIMARY,
    )


def remove_member_form(view: MemberList) -> Card:
    """Ask whom to remove."""
    return member_choice_form(
        t("Who is to be removed?"),
        t("Remove"),
        "member.remove",
        tuple(row for row in view.rows if row.may_remove),
        Style.DESTRUCTIVE,
    )


def transfer_team_form(view: MemberList) -> Card:
    """Ask who shall own the team."""
    return member_choice_form(
        t("Who is to own the team?"),
        t("Hand over the team"),
        "member.transfer",
        tuple(row for row in view.rows if not row.is_self),
        Style.DESTRUCTIVE,
    )


def changed_member_card(view: ChangedMember) -> Card:
    """Confirm the change to the user who made it."""
    lines = (Text(t("Responsible colleague: may delegate any lead")),) if view.may_delegate else ()
    return Card(
        t("{name} is now: {role}", name=view.name, role=ROLES[view.role]),
        lines,
        (SHOW_MEMBERS,),
        badge=Badge(t("saved"), State.DONE, Tone.GOOD),
    )


def removed_member_card(view: RemovedMember) -> Card:
    """Confirm a removal or departure to the user who caused it."""
    if view.is_self:
        return Card(
            t("You have left {team}.", team=view.team_name),
            (Text(t("Your leads stay with the team.")),),
            (Run(t("Create a team"), "team.create"), Run(t("Join with a code"), "invitation.join")),
        )
    return Card(
        t("{name} no longer belongs to {team}.", name=view.name, team=view.team_name),
        (Text(t("Access has ended at once, the seat is free, and the leads are offered in the team again.")),),
        (SHOW_MEMBERS,),
    )


def transferred_team_card(view: TransferredTeam) -> Card:
    """Confirm the transfer to the former owner."""
    return Card(
        t("{name} now owns {team}.", name=view.owner_name, team=view.team_name),
        (Text(t("You are an admin from now on.")),),
        (SHOW_MEMBERS,),
    )


def member_joined_card(name: str, team: str, role: Role) -> Card:
    """Tell the owner about a new member (A73)."""
    return Card(
        t("{name} has joined {team}.", name=name, team=team),
        (Text(t("Role: {role}", role=ROLES[role])),),
        (SHOW_MEMBERS,),
    )


def member_left_card(name: str, team: str) -> Card:
    """Tell the owner that a member left."""
    return Card(
        t("{name} has left {team}.", name=name, team=team),
        (Text(t("The leads stay and are offered in the team again.")),),
        (SHOW_MEMBERS,),
    )


def membership_ended_card(team: str) -> Card:
    """Tell a removed member that their access has ended."""
    return Card(
        t("You no longer belong to {team}.", team=team),
        (Text(t("Your access has ended. You can join or create another team.")),),
        (Run(t("Create a team"), "team.create"), Run(t("Join with a code"), "invitation.join")),
    )


def role_changed_card(team: str, role: Role) -> Card:
    """Tell a member their new role."""
    title = (
        t("You now own {team}.", team=team)
        if role is Role.OWNER
        else t("Your role in {team} is now: {role}", team=team, role=ROLES[role])
    )
    return Card(title, actions=(Run(t("What can I do here?"), "help"),))


@register_warning("member.remove")
def _(params: Mapping[str, Any]) -> T:
    return t("Remove {name} from the team?", name=params["name"])


@register_warning("member.remove.effect")
def _(params: Mapping[str, Any]) -> T:
    del params
    return t("Access ends at once; the leads stay and are offered in the team again.")


@register_warning("member.leave")
def _(params: Mapping[str, Any]) -> T:
    return t("Leave {team}?", team=params["team"])


@register_warning("member.leave.effect")
def _(params: Mapping[str, Any]) -> T:
    del params
    return t("Your access ends at once, your leads stay, and only an invitation brings you back.")


@register_warning("member.transfer")
def _(params: Mapping[str, Any]) -> T:
    return t("Hand over {team} to {name}?", team=params["team"], name=params["name"])


@register_warning("member.transfer.effect")
def _(params: Mapping[str, Any]) -> T:
    return t("You become an admin, and only {name} can give the team back.", name=params["name"])


@explain_refusal.register
def _(refusal: OwnerProtected) -> RefusalText:
    if refusal.is_self:
        return RefusalText(
            t("The owner can neither leave nor be changed."),
            t("Hand over the team to a colleague first; then you are an admin and free to go."),
            (Run(t("Hand over the team"), "member.transfer"),),
        )
    return RefusalText(
        t("{name} owns the team and can be neither changed nor removed.", name=refusal.name),
        t("Only the owner can hand the team over."),
    )


@explain_refusal.register
def _(refusal: OwnershipNotAssignable) -> RefusalText:
    del refusal
    return RefusalText(
        t("Owner is not a role that can be given."),
        t("The owner can hand the team over to a colleague."),
        (Run(t("Hand over the team"), "member.transfer"),),
    )


@explain_refusal.register
def _(refusal: AlreadyOwner) -> RefusalText:
    del refusal
    return RefusalText(t("You own the team already."), actions=(SHOW_MEMBERS,))


_MEMBERS: Final = MemberList(
    team_name="Solarhaus GmbH",
    rows=(
        MemberRow("u1", "Anna Weiß", Role.OWNER, may_delegate=False, is_self=True),
        MemberRow("u2", "Mara Lind", Role.ADMIN, may_delegate=False, may_change=True, may_remove=True),
        MemberRow("u3", "Ben Kaya", Role.MEMBER, may_delegate=True, may_change=True, may_remove=True),
        MemberRow("u4", "Tom Fischer", Role.VIEWER, may_delegate=False, may_change=True, may_remove=True),
    ),
    total=4,
    seats_taken=5,
    seats_limit=5,
    may_invite=True,
    may_request=False,
    may_transfer=True,
)
_MEMBER_VIEW: Final = MemberList(
    team_name="Solarhaus GmbH",
    rows=(
        MemberRow("u1", "Anna Weiß", Role.OWNER, may_delegate=False),
        MemberRow("u3", "Ben Kaya", Role.MEMBER, may_delegate=True, is_self=True, may_remove=True),
    ),
    total=2,
    seats_taken=2,
    seats_limit=5,
    may_invite=False,
    may_request=True,
    may_transfer=False,
)

EXAMPLES: Final = {
    "listed": member_list_card(_MEMBERS),
    "listed for a member": member_list_card(_MEMBER_VIEW),
    "role form": role_form(_MEMBERS.rows[2]),
    "whose role": role_member_form(_MEMBERS),
    "remove form": remove_member_form(_MEMBERS),
    "nobody to remove": remove_member_form(_MEMBER_VIEW),
    "transfer form": transfer_team_form(_MEMBERS),
    "changed": changed_member_card(
        ChangedMember("u3", "Ben Kaya", Role.ADMIN, may_delegate=True, old_role=Role.MEMBER)
    ),
    "removed": removed_member_card(RemovedMember("Ben Kaya", "Solarhaus GmbH")),
    "left": removed_member_card(RemovedMember("Ben Kaya", "Solarhaus GmbH", is_self=True)),
    "transferred": transferred_team_card(TransferredTeam("Solarhaus GmbH", "Mara Lind")),
    "somebody joined": member_joined_card("Eva Lang", "Solarhaus GmbH", Role.MEMBER),
    "somebody left": member_left_card("Ben Kaya", "Solarhaus GmbH"),
    "you were removed": membership_ended_card("Solarhaus GmbH"),
    "your role": role_changed_card("Solarhaus GmbH", Role.ADMIN),
    "you own": role_changed_card("Solarhaus GmbH", Role.OWNER),
    "remove question": confirmation_card(
        (ConfirmationWarning("member.remove", {"name": "Ben Kaya"}), ConfirmationWarning("member.remove.effect")),
        t("Remove"),
        "member.remove",
        {"who": "u3"},
    ),
    "leave question": confirmation_card(
        (ConfirmationWarning("member.leave", {"team": "Solarhaus GmbH"}), ConfirmationWarning("member.leave.effect")),
        t("Leave the team"),
        "member.leave",
        {},
    ),
    "transfer question": confirmation_card(
        (
            ConfirmationWarning("member.transfer", {"name": "Mara Lind", "team": "Solarhaus GmbH"}),
            ConfirmationWarning("member.transfer.effect", {"name": "Mara Lind"}),
        ),
        t("Hand over the team"),
        "member.transfer",
        {"who": "u2"},
    ),
}
