"""Colleagues: the list, roles, and what happens to a membership."""

from collections.abc import Mapping
from typing import Any, Final

from cards.confirmation import confirm, warns
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
from cards.refusal import Explained, explain
from cards.roles import ROLES
from services.errors import Warn
from services.member.model import GIVEN_ROLES, ChangedMember, ListedMembers, RemovedMember, Row, TransferredTeam
from services.member.refusals import IsOwnerAlready, OwnershipNotGiven, OwnerStays
from services.permissions import Role

COLLEAGUES: Final = Run(t("Show colleagues"), "member.list")


def listed(view: ListedMembers) -> Card:
    """Everybody in the team."""
    body = [Items(tuple(_row(row) for row in view.rows))]
    more = view.total - len(view.rows)
    rest = (Text(tn("… and {n} more", "… and {n} more", more), Tone.SUBTLE),) if more > 0 else ()
    seats = Text(t("{taken} of {limit} seats taken", taken=view.taken, limit=view.limit), Tone.SUBTLE)
    return Card(
        tn("{team}: {n} colleague", "{team}: {n} colleagues", view.total, team=view.team_name),
        (*body, *rest, seats),
        _actions(view),
    )


def _row(row: Row) -> Item:
    actions: list[Run] = []
    if row.may_change:
        actions.append(Run(t("Change role"), "member.role", {"who": row.user_id}))
    if row.may_remove and not row.is_self:
        actions.append(Run(t("Remove"), "member.remove", {"who": row.user_id}, Style.DESTRUCTIVE))
    name = t("{name} (you)", name=row.name) if row.is_self else verbatim(row.name)
    detail = t("Responsible colleague: may delegate any lead") if row.may_delegate else None
    return Item(name, detail, Badge(ROLES[row.role]), tuple(actions))


def _actions(view: ListedMembers) -> tuple[Run, ...]:
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


def role_form(who: Row) -> Card:
    """Which role a colleague is to have."""
    return Card(
        t("{name}: which role?", name=who.name),
        (
            ChoiceInput("role", t("Role"), tuple(Choice(role, ROLES[role]) for role in GIVEN_ROLES), who.role),
            ToggleInput("responsible", t("Responsible colleague: may delegate any lead"), who.may_delegate),
        ),
        (
            Run(t("Save"), "member.role", {"who": who.user_id}, Style.PRIMARY, collects=True),
            Run(t("Cancel"), "cancel"),
        ),
    )


def which_form(title: T, label: T, command: str, colleagues: tuple[Row, ...], style: Style) -> Card:
    """Which colleague is meant."""
    if not colleagues:
        return Card(title, (Text(t("There is no other colleague yet.")),), (_INVITE,))
    choices = tuple(Choice(one.user_id, verbatim(one.name)) for one in colleagues)
    return Card(
        title,
        (ChoiceInput("who", t("Colleague"), choices, required=True),),
        (Run(label, command, style=style, collects=True), Run(t("Cancel"), "cancel")),
    )


_INVITE: Final = Run(t("Invite"), "invitation.create", style=Style.PRIMARY)


def role_which_form(view: ListedMembers) -> Card:
    """Whose role is to change."""
    return which_form(
        t("Whose role is to change?"),
        t("Next"),
        "member.role",
        tuple(one for one in view.rows if one.may_change),
        Style.PRIMARY,
    )


def remove_form(view: ListedMembers) -> Card:
    """Who is to be removed."""
    return which_form(
        t("Who is to be removed?"),
        t("Remove"),
        "member.remove",
        tuple(one for one in view.rows if one.may_remove),
        Style.DESTRUCTIVE,
    )


def transfer_form(view: ListedMembers) -> Card:
    """Who is to own the team."""
    return which_form(
        t("Who is to own the team?"),
        t("Hand over the team"),
        "member.transfer",
        tuple(one for one in view.rows if not one.is_self),
        Style.DESTRUCTIVE,
    )


def changed(view: ChangedMember) -> Card:
    """A colleague after a change, for whoever changed it."""
    lines = (Text(t("Responsible colleague: may delegate any lead")),) if view.may_delegate else ()
    return Card(
        t("{name} is now: {role}", name=view.name, role=ROLES[view.role]),
        lines,
        (COLLEAGUES,),
        badge=Badge(t("saved"), State.DONE, Tone.GOOD),
    )


def removed(view: RemovedMember) -> Card:
    """Somebody is no colleague any more, for whoever did it."""
    if view.is_self:
        return Card(
            t("You have left {team}.", team=view.team_name),
            (Text(t("Your leads stay with the team.")),),
            (Run(t("Create a team"), "team.create"), Run(t("Join with a code"), "invitation.join")),
        )
    return Card(
        t("{name} no longer belongs to {team}.", name=view.name, team=view.team_name),
        (Text(t("Access has ended at once, the seat is free, and the leads are offered in the team again.")),),
        (COLLEAGUES,),
    )


def transferred(view: TransferredTeam) -> Card:
    """The team has a new owner, for the old one."""
    return Card(
        t("{name} now owns {team}.", name=view.owner_name, team=view.team_name),
        (Text(t("You are an admin from now on.")),),
        (COLLEAGUES,),
    )


def heard_joined(name: str, team: str, role: Role) -> Card:
    """Somebody new, for the owner (A73)."""
    return Card(
        t("{name} has joined {team}.", name=name, team=team),
        (Text(t("Role: {role}", role=ROLES[role])),),
        (COLLEAGUES,),
    )


def heard_left(name: str, team: str) -> Card:
    """Somebody has gone, for the owner."""
    return Card(
        t("{name} has left {team}.", name=name, team=team),
        (Text(t("The leads stay and are offered in the team again.")),),
        (COLLEAGUES,),
    )


def heard_removed(team: str) -> Card:
    """For whoever was removed."""
    return Card(
        t("You no longer belong to {team}.", team=team),
        (Text(t("Your access has ended. You can join or create another team.")),),
        (Run(t("Create a team"), "team.create"), Run(t("Join with a code"), "invitation.join")),
    )


def heard_role(team: str, role: Role) -> Card:
    """For whoever has another role."""
    title = (
        t("You now own {team}.", team=team)
        if role is Role.OWNER
        else t("Your role in {team} is now: {role}", team=team, role=ROLES[role])
    )
    return Card(title, actions=(Run(t("What can I do here?"), "help"),))


@warns("member.remove")
def _(params: Mapping[str, Any]) -> T:
    return t("Remove {name} from the team?", name=params["name"])


@warns("member.remove.effect")
def _(params: Mapping[str, Any]) -> T:
    del params
    return t("Access ends at once; the leads stay and are offered in the team again.")


@warns("member.leave")
def _(params: Mapping[str, Any]) -> T:
    return t("Leave {team}?", team=params["team"])


@warns("member.leave.effect")
def _(params: Mapping[str, Any]) -> T:
    del params
    return t("Your access ends at once, your leads stay, and only an invitation brings you back.")


@warns("member.transfer")
def _(params: Mapping[str, Any]) -> T:
    return t("Hand over {team} to {name}?", team=params["team"], name=params["name"])


@warns("member.transfer.effect")
def _(params: Mapping[str, Any]) -> T:
    return t("You become an admin, and only {name} can give the team back.", name=params["name"])


@explain.register
def _(refusal: OwnerStays) -> Explained:
    if refusal.is_self:
        return Explained(
            t("The owner can neither leave nor be changed."),
            t("Hand over the team to a colleague first; then you are an admin and free to go."),
            (Run(t("Hand over the team"), "member.transfer"),),
        )
    return Explained(
        t("{name} owns the team and can be neither changed nor removed.", name=refusal.name),
        t("Only the owner can hand the team over."),
    )


@explain.register
def _(refusal: OwnershipNotGiven) -> Explained:
    del refusal
    return Explained(
        t("Owner is not a role that can be given."),
        t("The owner can hand the team over to a colleague."),
        (Run(t("Hand over the team"), "member.transfer"),),
    )


@explain.register
def _(refusal: IsOwnerAlready) -> Explained:
    del refusal
    return Explained(t("You own the team already."), actions=(COLLEAGUES,))


_MEMBERS: Final = ListedMembers(
    team_name="Solarhaus GmbH",
    rows=(
        Row("u1", "Anna Weiß", Role.OWNER, may_delegate=False, is_self=True),
        Row("u2", "Mara Lind", Role.ADMIN, may_delegate=False, may_change=True, may_remove=True),
        Row("u3", "Ben Kaya", Role.MEMBER, may_delegate=True, may_change=True, may_remove=True),
        Row("u4", "Tom Fischer", Role.VIEWER, may_delegate=False, may_change=True, may_remove=True),
    ),
    total=4,
    taken=5,
    limit=5,
    may_invite=True,
    may_request=False,
    may_transfer=True,
)
_SEEN: Final = ListedMembers(
    team_name="Solarhaus GmbH",
    rows=(
        Row("u1", "Anna Weiß", Role.OWNER, may_delegate=False),
        Row("u3", "Ben Kaya", Role.MEMBER, may_delegate=True, is_self=True, may_remove=True),
    ),
    total=2,
    taken=2,
    limit=5,
    may_invite=False,
    may_request=True,
    may_transfer=False,
)

EXAMPLES: Final = {
    "listed": listed(_MEMBERS),
    "listed for a member": listed(_SEEN),
    "role form": role_form(_MEMBERS.rows[2]),
    "whose role": role_which_form(_MEMBERS),
    "remove form": remove_form(_MEMBERS),
    "nobody to remove": remove_form(_SEEN),
    "transfer form": transfer_form(_MEMBERS),
    "changed": changed(ChangedMember("u3", "Ben Kaya", Role.ADMIN, may_delegate=True, old_role=Role.MEMBER)),
    "removed": removed(RemovedMember("Ben Kaya", "Solarhaus GmbH")),
    "left": removed(RemovedMember("Ben Kaya", "Solarhaus GmbH", is_self=True)),
    "transferred": transferred(TransferredTeam("Solarhaus GmbH", "Mara Lind")),
    "somebody joined": heard_joined("Eva Lang", "Solarhaus GmbH", Role.MEMBER),
    "somebody left": heard_left("Ben Kaya", "Solarhaus GmbH"),
    "you were removed": heard_removed("Solarhaus GmbH"),
    "your role": heard_role("Solarhaus GmbH", Role.ADMIN),
    "you own": heard_role("Solarhaus GmbH", Role.OWNER),
    "remove question": confirm(
        (Warn("member.remove", {"name": "Ben Kaya"}), Warn("member.remove.effect")),
        t("Remove"),
        "member.remove",
        {"who": "u3"},
    ),
    "leave question": confirm(
        (Warn("member.leave", {"team": "Solarhaus GmbH"}), Warn("member.leave.effect")),
        t("Leave the team"),
        "member.leave",
        {},
    ),
    "transfer question": confirm(
        (
            Warn("member.transfer", {"name": "Mara Lind", "team": "Solarhaus GmbH"}),
            Warn("member.transfer.effect", {"name": "Mara Lind"}),
        ),
        t("Hand over the team"),
        "member.transfer",
        {"who": "u2"},
    ),
}
