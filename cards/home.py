"""The home: the own leads, what waits for a decision, the team and its settings; without a team, the ways into one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from cards.examples import ASKED_INVITATION, JOIN_REQUEST, LEAD, NOW, SEATS, shown_invitation
from cards.model import Block, Card, Fact, Facts, Item, Items, Run, Style, T, Text, Tone, t, tn, verbatim
from cards.refusal import OWN_CHAT, visited
from cards.roles import ROLES
from services.home.model import Home, Visit, WaysIn
from services.invitation.model import InvitationKind, ShownInvitation
from services.lead.model import LeadState, LeadView
from services.people import Language, Place, PlaceKind, TeamId
from services.permissions import Permission, Role
from services.request.model import Request, RequestState
from services.team.model import Channel, ShownTeam

HELP: Final = Run(t("What can I do here?"), "help")
LANGUAGES: Final = {Language.GERMAN: t("German"), Language.ENGLISH: t("English")}
MARKETPLACES_NAMED: Final = 3

Steps: TypeAlias = Mapping[str, T]
"""How the nouns of leads and of requests call things: how far the work has come, what somebody asks for."""
Wishes: TypeAlias = Mapping[Permission, T]


def shown(view: Home | WaysIn | Visit, steps: Steps, wishes: Wishes) -> Card:
    """The home of whoever looks at it."""
    match view:
        case Home():
            return _at_home(view, steps, wishes)
        case WaysIn():
            return _outside(view)
        case Visit():
            return Card(visited(view.place), (Text(OWN_CHAT),), (HELP,))


def _at_home(view: Home, steps: Steps, wishes: Wishes) -> Card:
    waiting = _waiting(view, wishes)
    return Card(
        t("Your leads at {team}", team=view.team.name),
        (*_leads(view, steps), *waiting, Text(t("Your team"), Tone.STRONG), _team(view)),
        _actions(view),
        summary=_summary(view),
    )


def _summary(view: Home) -> T:
    waiting = len(view.invitations) + len(view.requests)
    if waiting:
        return tn("{n} decision waits for you.", "{n} decisions wait for you.", waiting)
    return tn("You are in charge of {n} lead.", "You are in charge of {n} leads.", len(view.leads))


def _leads(view: Home, steps: Steps) -> tuple[Block, ...]:
    if not view.leads:
        return (Text(t("You are in charge of no lead. Pick one that is on offer."), Tone.SUBTLE),)
    return (Items(tuple(_lead(one, steps) for one in view.leads), t("My leads")),)


def _lead(lead: LeadView, steps: Steps) -> Item:
    title = verbatim(f"{lead.ref} · {lead.title}") if lead.title else verbatim(lead.ref)
    act = Run(t("Open"), "lead.show", {"lead": lead.lead_id})
    return Item(title, steps.get(lead.step) or t("No step noted yet"), actions=(act,))


def _waiting(view: Home, wishes: Wishes) -> tuple[Block, ...]:
    rows = (*map(_invitation, view.invitations), *(_request(one, wishes) for one in view.requests))
    more = (Text(t("More of it waits in your chat with me."), Tone.SUBTLE),) if view.has_more_waiting else ()
    return (Items(rows, t("Waits for you")), *more) if rows else ()


def _invitation(one: ShownInvitation) -> Item:
    ref = {"invitation": one.invitation.invitation_id}
    joins = one.invitation.kind is InvitationKind.JOIN
    about = (
        t("{name} wants to join the team", name=one.invitation.name) if joins else t("Invite {email}", email=one.email)
    )
    by = one.invitation.requested_by_name
    return Item(
        about,
        t("asked by {name}", name=by) if by and not joins else None,
        actions=(
            Run(t("Approve"), "invitation.approve", ref, Style.PRIMARY),
            Run(t("Decline"), "invitation.decline", ref),
        ),
    )


def _request(one: Request, wishes: Wishes) -> Item:
    ref = {"request": one.request_id}
    return Item(
        t("{name} asks you: {wish}", name=one.asked_by_name, wish=wishes.get(one.permission, verbatim(one.command))),
        actions=(Run(t("Do it"), "request.approve", ref), Run(t("Decline"), "request.decline", ref)),
    )


def _team(view: Home) -> Facts:
    team = view.team
    return Facts(
        (
            Fact(t("Your role"), ROLES[team.role]),
            Fact(t("Seats"), t("{taken} of {limit} taken", taken=team.seats.taken, limit=team.seats.limit)),
            Fact(t("Channels"), _several([one.name or one.platform for one in team.channels])),
            Fact(t("Marketplaces"), _several(view.marketplaces)),
        )
    )


def _several(names: Sequence[str]) -> T:
    if not names:
        return t("none yet")
    named = ", ".join(names[:MARKETPLACES_NAMED])
    more = len(names) - MARKETPLACES_NAMED
    return t("{names} and more", names=named) if more > 0 else verbatim(named)


def _actions(view: Home) -> tuple[Run, ...]:
    team = view.team
    return (
        *((Run(t("All my leads"), "lead.list", {"kind": "mine"}, Style.PRIMARY),) if view.leads else ()),
        Run(t("Leads on offer"), "lead.list", {"kind": "offered"}, Style.NORMAL if view.leads else Style.PRIMARY),
        *((Run(t("New lead"), "lead.create"),) if view.may_pick else ()),
        Run(t("Show team"), "team.show"),
        Run(t("Show marketplaces"), "marketplace.show"),
        *((Run(t("Team settings"), "team.settings"),) if team.may_edit else ()),
        *((Run(t("Connect here"), "team.connect"),) if team.can_connect_here else ()),
        Run(t("Language: {language}", language=LANGUAGES[view.language]), "preference.language"),
        HELP,
    )


def _outside(view: WaysIn) -> Card:
    restore = tuple(Run(t("Restore {team}", team=name), "team.restore", {"team": one}) for one, name in view.restorable)
    return Card(
        t("You are in no team yet."),
        (Text(t("With a code you join one; or create your own and bring colleagues in.")),),
        (
            Run(t("Join with a code"), "invitation.join", style=Style.PRIMARY),
            Run(t("Create a team"), "team.create"),
            *restore,
            Run(t("Language: {language}", language=LANGUAGES[view.language]), "preference.language"),
            HELP,
        ),
    )


_TEAM: Final = ShownTeam(
    team_id=TeamId("t1"),
    name="Solarhaus GmbH",
    role=Role.OWNER,
    owner_name="Anna Weiß",
    members=4,
    seats=SEATS,
    language=Language.GERMAN,
    zone="Europe/Berlin",
    owner_approves_admins=False,
    channels=(Channel("slack", "C1", "vertrieb"), Channel("teams", "c2", "Leads")),
    may_edit=True,
)
_MINE: Final = replace(LEAD, state=LeadState.PICKED, step="offer")
_REQUEST: Final = Request(
    TeamId("t1"),
    "r1",
    "lead.delegate",
    Permission.LEAD_DELEGATE,
    "u3",
    NOW,
    {},
    RequestState.OPEN,
    asked_by_name="Ben Kaya",
)
_HOME: Final = Home(
    team=_TEAM,
    language=Language.GERMAN,
    leads=(_MINE, replace(LEAD, lead_id="0190beef", ref="L-7", title="Wärmepumpe, Reihenhaus")),
    has_more_leads=True,
    invitations=(shown_invitation(ASKED_INVITATION), shown_invitation(JOIN_REQUEST)),
    requests=(_REQUEST,),
    has_more_waiting=False,
    marketplaces=("Handwerk Süd",),
    may_pick=True,
)
_STEPS: Final = {"offer": t("Quote sent")}
_WISHES: Final = {Permission.LEAD_DELEGATE: t("delegate a lead")}
_QUIET: Final = replace(
    _HOME,
    team=replace(_TEAM, role=Role.VIEWER, may_edit=False, channels=()),
    leads=(),
    invitations=(),
    requests=(),
    marketplaces=(),
    may_pick=False,
)

EXAMPLES: Final = {
    "colleague": shown(_HOME, _STEPS, _WISHES),
    "much to decide": shown(replace(_HOME, has_more_waiting=True), _STEPS, _WISHES),
    "viewer": shown(_QUIET, _STEPS, _WISHES),
    "without a team": shown(WaysIn(Language.ENGLISH, (("t9", "Dachbau Nord"),)), _STEPS, _WISHES),
    "in another team's channel": shown(Visit(Place("teams", "", "c9", PlaceKind.CHANNEL, "Vertrieb")), _STEPS, _WISHES),
}
