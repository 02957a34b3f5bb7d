"""Channels: the welcome message, and which team a channel belongs to."""

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
from cards.platform_names import platform_and_tenant, platform_name
from cards.refusal import RefusalText, explain_refusal
from services.channel.model import CHANNEL_CODE_MINUTES, ChannelCode, ChannelOffer, ChannelOfferState
from services.channel.refusals import BotNotMember, OfferClosed
from services.codes import WrongCode
from services.people import TeamId
from services.team.connect import EXTERNAL_USERS_EFFECT_WARNING, EXTERNAL_USERS_WARNING
from services.team.model import ConnectedChannel, WelcomeView
from services.team.refusals import AlreadyConnected, NotInChannel

HELP: Final = Run(t("What can I do here?"), "help")
CREATE: Final = Run(t("Create a team"), "team.create", style=Style.PRIMARY)
CONNECT: Final = Run(t("Connect here"), "team.connect")


def channel_connected_card(view: ConnectedChannel) -> Card:
    """Confirm that the channel now belongs to the team."""
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


def channel_disconnected_card(view: ConnectedChannel) -> Card:
    """Confirm that the channel no longer belongs to the team."""
    return Card(
        t("This chat no longer belongs to {team}.", team=view.team_name)
        if view.is_group
        else t("This channel no longer belongs to {team}.", team=view.team_name),
        (Text(t("Nothing of the team is posted here any more.")),),
        (Run(CONNECT.label, CONNECT.command),),
    )


def welcome_card(view: WelcomeView) -> Card:
    """Introduce the bot in a conversation, with at most three buttons."""
    if view.is_shared:
        return _shared_welcome_card(view)
    return _personal_welcome_card(view) if view.is_personal else _channel_welcome_card(view)


def _shared_welcome_card(view: WelcomeView) -> Card:
    join = Run(t("Join"), "invitation.join", style=Style.PRIMARY)
    return Card(
        t("I work here for the colleagues of a team."),
        (Text(t("People from other organisations read along here: I show leads to colleagues alone.")),),
        (join, HELP) if view.is_connected else (Run(t("Connect with a team"), "team.connect"), HELP),
    )


def _personal_welcome_card(view: WelcomeView) -> Card:
    if view.own_team_name:
        return Card(
            t("Here you work on the leads of {team}.", team=view.own_team_name),
            actions=(Run(t("Show leads"), "lead.list", style=Style.PRIMARY), HELP),
        )
    restore = tuple(
        Run(t("Restore {team}", team=team.name), "team.restore", {"team": team.team_id}) for team in view.restorable[:1]
    )
    join = Run(t("Join with a code"), "invitation.join")
    return Card(
        t("I bring leads to your team."),
        (Text(t("You pick them, share them and close them right here in the chat.")),),
        (CREATE, *(restore or (join,)), HELP),
    )


def _channel_welcome_card(view: WelcomeView) -> Card:
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


@register_warning(EXTERNAL_USERS_WARNING)
def _(params: Mapping[str, Any]) -> T:
    del params
    return t("People from other organisations read along in this channel. Connect it all the same?")


@register_warning(EXTERNAL_USERS_EFFECT_WARNING)
def _(params: Mapping[str, Any]) -> T:
    del params
    return t("I'll show leads to colleagues alone, but what they write here themselves everybody reads.")


@explain_refusal.register
def _(refusal: AlreadyConnected) -> RefusalText:
    del refusal
    return RefusalText(
        t("A team is connected here already."),
        t("Whoever connected it can disconnect it; or choose another channel or chat."),
    )


@explain_refusal.register
def _(refusal: NotInChannel) -> RefusalText:
    del refusal
    return RefusalText(
        t("Only channels and group chats can be connected, and this is our direct chat."),
        t("Add me to one of them and write “connect” there."),
    )


REVIEW_VIEW: Final = "channel.review"
WAITING_BADGE: Final = Badge(t("waiting for confirmation"), State.OPEN, Tone.WARNING)
NEW_CODE: Final = Run(t("New code"), "channel.code")


def channel_code_card(view: ChannelCode) -> Card:
    """Show the code that connects a channel of another platform."""
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
        subject=Subject(REVIEW_VIEW, view.offer_id),
    )


def channel_code_hidden_card() -> Card:
    """Say that the code was already shown and is not repeated."""
    return Card(t("Your code was shown once and is not shown again."), actions=(NEW_CODE,))


def channel_offer_card(view: ChannelOffer | WrongCode) -> Card:
    """Tell the user who typed the code in a channel that the team must confirm."""
    if isinstance(view, WrongCode):
        return _wrong_code_card(view)
    return Card(
        t("The team that showed the code has been asked."),
        (Text(t("As soon as it's confirmed there, I say so here. Until then nothing changes.")),),
        badge=WAITING_BADGE,
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
    hint = tn("A code works once and for {n} minute.", "A code works once and for {n} minutes.", CHANNEL_CODE_MINUTES)
    return Card(
        t("This code doesn't fit."),
        (Text(hint), Text(attempts_text)),
        badge=Badge(t("Not possible"), State.WARNING, Tone.WARNING),
    )


def channel_review_card(view: ChannelOffer, now: datetime) -> Card:
    """Ask the user who requested the code to confirm the channel."""
    if view.state is ChannelOfferState.CONNECTED:
        title = t("Channel {channel} now belongs to the team.", channel=_channel_name(view))
        return Card(title, badge=CONNECTED_BADGE, subject=_subject(view))
    if not view.is_open(now):
        return Card(t("No channel was connected."), actions=(NEW_CODE,), subject=_subject(view))
    args = {"offer": view.offer_id}
    if view.state is ChannelOfferState.ISSUED:
        check_again = Run(t("Look again"), "channel.review", args, Style.PRIMARY)
        return Card(t("Nobody has typed the code yet."), actions=(check_again,), badge=WAITING_BADGE)
    warning = Text(t("People from other organisations read along there."), Tone.WARNING)
    return Card(
        t("Connect channel {channel} with your team?", channel=_channel_name(view)),
        (
            Facts(
                (
                    Fact(t("Chat"), platform_and_tenant(view.platform, view.tenant)),
                    Fact(t("Typed by"), verbatim(view.offered_by_name)),
                )
            ),
            Text(t("New leads are then posted there, too, and their cards follow each other.")),
            *((warning,) if view.has_outsiders else ()),
        ),
        (Run(t("Connect"), "channel.confirm", args, Style.PRIMARY), Run(t("Decline"), "channel.decline", args)),
        subject=_subject(view),
    )


CONNECTED_BADGE: Final = Badge(t("connected"), State.DONE, Tone.GOOD)


def _subject(view: ChannelOffer) -> Subject:
    return Subject(REVIEW_VIEW, view.offer_id)


def _channel_name(view: ChannelOffer) -> T:
    return verbatim(view.channel) if view.channel else platform_name(view.platform)


def channel_confirmed_card(view: ConnectedChannel) -> Card:
    """Confirm the connection to the user who approved it."""
    title = t("Channel {channel} now belongs to {team}.", channel=view.channel, team=view.team_name)
    return Card(
        title if view.channel else t("The channel now belongs to {team}.", team=view.team_name),
        (Text(t("I've said so there. New leads are posted there from now on.")),),
        (Run(t("Show my team"), "team.show"),),
        badge=CONNECTED_BADGE,
    )


@explain_refusal.register
def _(refusal: OfferClosed) -> RefusalText:
    del refusal
    return RefusalText(t("This has been decided, is too old, or nobody has typed the code yet."), actions=(NEW_CODE,))


@explain_refusal.register
def _(refusal: BotNotMember) -> RefusalText:
    del refusal
    return RefusalText(
        t("I'm no member of this channel, so I couldn't post anything here."),
        t("Add me to the channel, then type the code again."),
    )


_OFFER: Final = ChannelOffer(
    team_id=TeamId("t1"),
    offer_id="o1",
    state=ChannelOfferState.CLAIMED,
    asked_by="u1",
    created_at=NOW,
    expires_at=NOW + timedelta(minutes=CHANNEL_CODE_MINUTES),
    offered_by="u2",
    platform="slack",
    tenant="T024BE7LD",
    conversation_id="C1",
    offered_by_name="Ben Kaya",
    channel="vertrieb",
)

EXAMPLES: Final = {
    "code": channel_code_card(ChannelCode("o1", "7KQF-M2XP", NOW + timedelta(minutes=CHANNEL_CODE_MINUTES))),
    "code shown once": channel_code_hidden_card(),
    "offered": channel_offer_card(_OFFER),
    "wrong code": channel_offer_card(WrongCode(1)),
    "last wrong code": channel_offer_card(WrongCode(0)),
    "review": channel_review_card(_OFFER, NOW),
    "review where others read along": channel_review_card(replace(_OFFER, has_outsiders=True), NOW),
    "review too early": channel_review_card(replace(_OFFER, state=ChannelOfferState.ISSUED), NOW),
    "review, connected": channel_review_card(replace(_OFFER, state=ChannelOfferState.CONNECTED), NOW),
    "review, declined": channel_review_card(replace(_OFFER, state=ChannelOfferState.DECLINED), NOW),
    "confirmed": channel_confirmed_card(ConnectedChannel("Solarhaus GmbH", "vertrieb")),
    "connected": channel_connected_card(ConnectedChannel("Solarhaus GmbH", "Vertrieb")),
    "disconnected": channel_disconnected_card(ConnectedChannel("Solarhaus GmbH", "Vertrieb")),
    "connected, in a chat": channel_connected_card(ConnectedChannel("Solarhaus GmbH", "", is_group=True)),
    "disconnected, in a chat": channel_disconnected_card(ConnectedChannel("Solarhaus GmbH", "", is_group=True)),
    "welcome": welcome_card(WelcomeView(is_personal=False)),
    "welcome of a team": welcome_card(WelcomeView(is_personal=False, own_team_name="Solarhaus GmbH", may_connect=True)),
    "welcome where others read along": welcome_card(WelcomeView(is_personal=False, is_shared=True, is_connected=True)),
    "welcome alone": welcome_card(WelcomeView(is_personal=True)),
}
