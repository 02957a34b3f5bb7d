"""Channels: the bot's first words in a place, and the team to which the place belongs."""

from collections.abc import Mapping
from typing import Any, Final

from cards.confirmation import warns
from cards.model import Card, Run, Style, T, Text, t
from cards.refusal import Explained, explain
from services.team.connecting import OUTSIDE, OUTSIDE_EFFECT
from services.team.model import AlreadyConnected, ConnectedChannel, NotInChannel, Welcome

HELP: Final = Run(t("What can I do here?"), "help")
CREATE: Final = Run(t("Create a team"), "team.create", style=Style.PRIMARY)
CONNECT: Final = Run(t("Connect here"), "team.connect")


def connected(view: ConnectedChannel) -> Card:
    """The channel belongs to the team from now on."""
    return Card(
        t("This chat now belongs to {team}.", team=view.team_name)
        if view.is_group
        else t("This channel now belongs to {team}.", team=view.team_name),
        (Text(t("New leads are posted here. Whoever isn't a colleague yet can ask to join.")),),
        (
            Run(t("Show leads"), "lead.list", style=Style.PRIMARY),
            Run(t("Ask to join"), "invitation.join"),
            HELP,
        ),
    )


def disconnected(view: ConnectedChannel) -> Card:
    """The channel no longer belongs to the team."""
    return Card(
        t("This chat no longer belongs to {team}.", team=view.team_name)
        if view.is_group
        else t("This channel no longer belongs to {team}.", team=view.team_name),
        (Text(t("Nothing of the team is posted here any more.")),),
        (Run(CONNECT.label, CONNECT.command),),
    )


def welcome(view: Welcome) -> Card:
    """The first words in a place: what the bot does here, and at most three buttons."""
    if view.is_shared:
        return _welcome_shared(view)
    return _welcome_alone(view) if view.is_personal else _welcome_channel(view)


def _welcome_shared(view: Welcome) -> Card:
    join = Run(t("Join"), "invitation.join", style=Style.PRIMARY)
    return Card(
        t("I work here for the colleagues of a team."),
        (Text(t("People from other organisations read along here: I show leads to colleagues alone.")),),
        (join, HELP) if view.is_connected else (Run(t("Connect with a team"), "team.connect"), HELP),
    )


def _welcome_alone(view: Welcome) -> Card:
    if view.own_team_name:
        return Card(
            t("Here you work on the leads of {team}.", team=view.own_team_name),
            actions=(Run(t("Show leads"), "lead.list", style=Style.PRIMARY), HELP),
        )
    restore = tuple(
        Run(t("Restore {team}", team=one.name), "team.restore", {"team": one.team_id}) for one in view.restorable[:1]
    )
    join = Run(t("Join with a code"), "invitation.join")
    return Card(
        t("I bring leads to your team."),
        (Text(t("You pick them, share them and close them right here in the chat.")),),
        (CREATE, *(restore or (join,)), HELP),
    )


def _welcome_channel(view: Welcome) -> Card:
    if view.team_name:
        return Card(
            t("The leads of {team} are posted here.", team=view.team_name),
            actions=(
                Run(t("Show leads"), "lead.list", style=Style.PRIMARY),
                Run(t("Ask to join"), "invitation.join"),
                HELP,
            ),
        )
    connect = Run(
        t("Connect with {team}", team=view.own_team_name) if view.may_connect else t("Connect with a team"),
        "team.connect",
        style=Style.PRIMARY if view.own_team_name else Style.NORMAL,
    )
    create = Run(CREATE.label, CREATE.command, style=Style.NORMAL if view.own_team_name else Style.PRIMARY)
    return Card(
        t("I post your team's leads here."),
        (Text(t("Whoever clicks first picks a lead, and everybody sees it.")),),
        (connect, HELP) if view.own_team_name else (create, connect, HELP),
    )


@warns(OUTSIDE)
def _(params: Mapping[str, Any]) -> T:
    del params
    return t("People from other organisations read along in this channel. Connect it all the same?")


@warns(OUTSIDE_EFFECT)
def _(params: Mapping[str, Any]) -> T:
    del params
    return t("I'll show leads to colleagues alone, but what they write here themselves everybody reads.")


@explain.register
def _(refusal: AlreadyConnected) -> Explained:
    del refusal
    return Explained(
        t("A team is connected here already."),
        t("Whoever connected it can disconnect it; or choose another channel or chat."),
    )


@explain.register
def _(refusal: NotInChannel) -> Explained:
    del refusal
    return Explained(
        t("Only channels and group chats can be connected, and this is our direct chat."),
        t("Add me to one of them and write “connect” there."),
    )


EXAMPLES: Final = {
    "connected": connected(ConnectedChannel("Solarhaus GmbH", "Vertrieb")),
    "disconnected": disconnected(ConnectedChannel("Solarhaus GmbH", "Vertrieb")),
    "connected, in a chat": connected(ConnectedChannel("Solarhaus GmbH", "", is_group=True)),
    "disconnected, in a chat": disconnected(ConnectedChannel("Solarhaus GmbH", "", is_group=True)),
    "welcome": welcome(Welcome(is_personal=False)),
    "welcome of a team": welcome(Welcome(is_personal=False, own_team_name="Solarhaus GmbH", may_connect=True)),
    "welcome where others read along": welcome(Welcome(is_personal=False, is_shared=True, is_connected=True)),
    "welcome alone": welcome(Welcome(is_personal=True)),
}
