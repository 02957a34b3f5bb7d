"""Channels: the bot's first words in a place, and the team to which the place belongs."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from cards.confirmation import warns
from cards.examples import NOW
from cards.model import (
    Badge,
    Card,
    Fact,
    Facts,
    Instant,
    Run,
    State,
    Style,
    Subject,
    T,
    Text,
    Tone,
    t,
    tn,
    verbatim,
)
from cards.refusal import Explained, explain
from cards.whereabouts import place, platform
from services.channel.model import CODE_MINUTES, ChannelCode, ChannelOffer, OfferState
from services.channel.refusals import BotMissing, OfferOver
from services.codes import WrongCode
from services.people import TeamId
from services.team.connect import OUTSIDE, OUTSIDE_EFFECT
from services.team.model import ConnectedChannel, Welcome
from services.team.refusals import AlreadyConnected, NotInChannel

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


REVIEW: Final = "channel.review"
WAITING: Final = Badge(t("waiting for confirmation"), State.OPEN, Tone.WARNING)
NEW_CODE: Final = Run(t("New code"), "channel.code")


def code_shown(view: ChannelCode) -> Card:
    """The code for a channel elsewhere, and what will happen."""
    args = {"offer": view.offer_id}
    return Card(
        t("Code for a channel: {code}", code=view.code),
        (
            Text(
                t(
                    "Write “connect {code}” to me in the channel of the other chat, until {until}.",
                    code=view.code,
                    until=Instant(view.expires_at),
                )
            ),
            Text(t("Then I ask you here whether it's the right one. Before that, nothing of the team is said there.")),
        ),
        (Run(t("Go on here"), "channel.review", args, Style.PRIMARY), Run(t("Cancel"), "channel.decline", args)),
        subject=Subject(REVIEW, view.offer_id),
    )


def shown_once() -> Card:
    """A code that was shown already is not shown again."""
    return Card(t("Your code was shown once and is not shown again."), actions=(NEW_CODE,))


def offered(view: ChannelOffer | WrongCode) -> Card:
    """For whoever typed the code in a channel: the rest happens on the other side."""
    if isinstance(view, WrongCode):
        return _wrong(view)
    return Card(
        t("The team that showed the code has been asked."),
        (Text(t("As soon as it's confirmed there, I say so here. Until then nothing changes.")),),
        badge=WAITING,
    )


def _wrong(view: WrongCode) -> Card:
    left = (
        tn("One more try, then there is a short pause.", "{n} more tries, then there is a short pause.", view.left)
        if view.left
        else t("Please wait a few minutes before the next try.")
    )
    hint = tn("A code works once and for {n} minute.", "A code works once and for {n} minutes.", CODE_MINUTES)
    return Card(
        t("This code doesn't fit."),
        (Text(hint), Text(left)),
        badge=Badge(t("Not possible"), State.WARNING, Tone.WARNING),
    )


def review(view: ChannelOffer, now: datetime) -> Card:
    """Where the code was shown: which channel would become the team's."""
    if view.state is OfferState.CONNECTED:
        title = t("Channel {channel} now belongs to the team.", channel=_named(view))
        return Card(title, badge=CONNECTED, subject=_subject(view))
    if not view.is_open(now):
        return Card(t("No channel was connected."), actions=(NEW_CODE,), subject=_subject(view))
    args = {"offer": view.offer_id}
    if view.state is OfferState.ASKED:
        again = Run(t("Look again"), "channel.review", args, Style.PRIMARY)
        return Card(t("Nobody has typed the code yet."), actions=(again,), badge=WAITING)
    warning = Text(t("People from other organisations read along there."), Tone.WARNING)
    return Card(
        t("Connect channel {channel} with your team?", channel=_named(view)),
        (
            Facts(
                (
                    Fact(t("Chat"), place(view.platform, view.tenant)),
                    Fact(t("Typed by"), verbatim(view.offered_by_name)),
                )
            ),
            Text(t("New leads are then posted there, too, and their cards follow each other.")),
            *((warning,) if view.has_outsiders else ()),
        ),
        (Run(t("Connect"), "channel.confirm", args, Style.PRIMARY), Run(t("Decline"), "channel.decline", args)),
        subject=_subject(view),
    )


CONNECTED: Final = Badge(t("connected"), State.DONE, Tone.GOOD)


def _subject(view: ChannelOffer) -> Subject:
    return Subject(REVIEW, view.offer_id)


def _named(view: ChannelOffer) -> T:
    return verbatim(view.channel) if view.channel else platform(view.platform)


def confirmed(view: ConnectedChannel) -> Card:
    """Where it was confirmed; the channel itself reads it, too."""
    where = t("Channel {channel} now belongs to {team}.", channel=view.channel, team=view.team_name)
    return Card(
        where if view.channel else t("The channel now belongs to {team}.", team=view.team_name),
        (Text(t("I've said so there. New leads are posted there from now on.")),),
        (Run(t("Show my team"), "team.show"),),
        badge=CONNECTED,
    )


@explain.register
def _(refusal: OfferOver) -> Explained:
    del refusal
    return Explained(t("This has been decided, is too old, or nobody has typed the code yet."), actions=(NEW_CODE,))


@explain.register
def _(refusal: BotMissing) -> Explained:
    del refusal
    return Explained(
        t("I'm no member of this channel, so I couldn't post anything here."),
        t("Add me to the channel, then type the code again."),
    )


_OFFER: Final = ChannelOffer(
    team_id=TeamId("t1"),
    offer_id="o1",
    state=OfferState.OFFERED,
    asked_by="u1",
    created_at=NOW,
    expires_at=NOW + timedelta(minutes=CODE_MINUTES),
    offered_by="u2",
    platform="slack",
    tenant="T024BE7LD",
    conversation_id="C1",
    offered_by_name="Ben Kaya",
    channel="vertrieb",
)

EXAMPLES: Final = {
    "code": code_shown(ChannelCode("o1", "7KQF-M2XP", NOW + timedelta(minutes=CODE_MINUTES))),
    "code shown once": shown_once(),
    "offered": offered(_OFFER),
    "wrong code": offered(WrongCode(1)),
    "last wrong code": offered(WrongCode(0)),
    "review": review(_OFFER, NOW),
    "review where others read along": review(replace(_OFFER, has_outsiders=True), NOW),
    "review too early": review(replace(_OFFER, state=OfferState.ASKED), NOW),
    "review, connected": review(replace(_OFFER, state=OfferState.CONNECTED), NOW),
    "review, declined": review(replace(_OFFER, state=OfferState.DECLINED), NOW),
    "confirmed": confirmed(ConnectedChannel("Solarhaus GmbH", "vertrieb")),
    "connected": connected(ConnectedChannel("Solarhaus GmbH", "Vertrieb")),
    "disconnected": disconnected(ConnectedChannel("Solarhaus GmbH", "Vertrieb")),
    "connected, in a chat": connected(ConnectedChannel("Solarhaus GmbH", "", is_group=True)),
    "disconnected, in a chat": disconnected(ConnectedChannel("Solarhaus GmbH", "", is_group=True)),
    "welcome": welcome(Welcome(is_personal=False)),
    "welcome of a team": welcome(Welcome(is_personal=False, own_team_name="Solarhaus GmbH", may_connect=True)),
    "welcome where others read along": welcome(Welcome(is_personal=False, is_shared=True, is_connected=True)),
    "welcome alone": welcome(Welcome(is_personal=True)),
}
