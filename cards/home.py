"""The home: own leads, pending decisions, team and settings; without a team, the ways to join one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from cards.examples import JOIN_REQUEST, LEAD, NOW, REQUESTED_INVITATION, SEATS, invitation_view
from cards.model import Block, Card, Fact, Facts, Item, Items, Run, Style, T, Text, Tone, t, tn, verbatim
from cards.refusal import OWN_CHAT, other_team_text
from cards.roles import ROLES
from services.home.model import Home, NoTeamHome, VisitorHome
from services.invitation.model import InvitationKind, InvitationView
from services.lead.model import LeadState, LeadView
from services.people import Language, Place, PlaceKind, TeamId
from services.permissions import Permission, Role
from services.request.model import Request, RequestState
from services.team.model import ConnectedChannelView, TeamView

HELP: Final = Run(t("What can I do here?"), "help")
LANGUAGES: Final = {Language.GERMAN: t("German"), Language.ENGLISH: t("English")}
NAMES_SHOWN_MAX: Final = 3

StepLabels: TypeAlias = Mapping[str, T]
"""Labels of the lead's steps and of requested permissions, passed in because nouns' cards are independent."""
RequestLabels: TypeAlias = Mapping[Permission, T]


def home_card(view: Home | NoTeamHome | VisitorHome, steps: StepLabels, labels: RequestLabels) -> Card:
    """Build the home of this user."""
    match view:
        case Home():
            return _member_home_card(view, steps, labels)
        case NoTeamHome():
            return _teamless_home_card(view)
        case VisitorHome():
            return Card(other_team_text(view.place_name), (Text(OWN_CHAT),), (HELP,))


def _member_home_card(view: Home, steps: StepLabels, labels: RequestLabels) -> Card:
    pending = _pending_blocks(view, labels)
    return Card(
        t("Your leads at {team}", team=view.team.name),
        (*_lead_blocks(view, steps), *pending, Text(t("Your team"), Tone.STRONG), _team_facts(view)),
        _actions(view),
        summary=_summary(view),
    )


def _summary(view: Home) -> T:
    pending = len(view.invitations) + len(view.requests)
    if pending:
        return tn("{n} decision waits for you.", "{n} decisions wait for you.", pending)
    return tn("You are in charge of {n} lead.", "You are in charge of {n} leads.", len(view.leads))


def _lead_blocks(view: Home, steps: StepLabels) -> tuple[Block, ...]:
    if not view.leads:
        return (Text(t("You are in charge of no lead. Pick one that is on offer."), Tone.SUBTLE),)
    return (Items(tuple(_lead_item(lead, steps) for lead in view.leads), t("My leads")),)


def _lead_item(lead: LeadView, steps: StepLabels) -> Item:
    title = verbatim(f"{lead.ref} · {lead.title}") if lead.title else verbatim(lead.ref)
    open_lead = Run(t("Open"), "lead.show", {"lead": lead.lead_id})
    return Item(title, steps.get(lead.step) or t("No step noted yet"), actions=(open_lead,))


def _pending_blocks(view: Home, labels: RequestLabels) -> tuple[Block, ...]:
    rows = (*map(_invitation_item, view.invitations), *(_request_item(request, labels) for request in view.requests))
    more_text = (Text(t("More of it waits in your chat with me."), Tone.SUBTLE),) if view.has_more_decisions else ()
    return (Items(rows, t("Waits for you")), *more_text) if rows else ()


def _invitation_item(view: InvitationView) -> Item:
    ref = {"invitation": view.invitation.invitation_id}
    joins = view.invitation.kind is InvitationKind.JOIN
    about = (
        t("{name} wants to join the team", name=view.invitation.name)
        if joins
        else t("Invite {email}", email=view.email)
    )
    by = view.invitation.requested_by_name
    return Item(
        about,
        t("asked by {name}", name=by) if by and not joins else None,
        actions=(
            Run(t("Approve"), "invitation.approve", ref, Style.PRIMARY),
            Run(t("Decline"), "invitation.decline", ref),
        ),
    )


def _request_item(request: Request, labels: RequestLabels) -> Item:
    ref = {"request": request.request_id}
    return Item(
        t(
            "{name} asks you: {wish}",
            name=request.asked_by_name,
            wish=labels.get(request.permission, verbatim(request.command)),
        ),
        actions=(Run(t("Do it"), "request.approve", ref), Run(t("Decline"), "request.decline", ref)),
    )


def _team_facts(view: Home) -> Facts:
    team = view.team
    return Facts(
        (
            Fact(t("Your role"), ROLES[team.role]),
            Fact(t("Seats"), t("{taken} of {limit} taken", taken=team.seats.taken, limit=team.seats.limit)),
            Fact(t("Channels"), _names_text([channel.name or channel.platform for channel in team.channels])),
            Fact(t("Marketplaces"), _names_text(view.marketplaces)),
        )
    )


def _names_text(names: Sequence[str]) -> T:
    if not names:
        return t("none yet")
    names_text = ", ".join(names[:NAMES_SHOWN_MAX])
    remaining = len(names) - NAMES_SHOWN_MAX
    return t("{names} and more", names=names_text) if remaining > 0 else verbatim(names_text)


def _actions(view: Home) -> tuple[Run, ...]:
    team = view.team
    return (
        *((Run(t("All my leads"), "lead.list", {"kind": "mine"}, Style.PRIMARY),) if view.leads else ()),
        Run(t("Leads on offer"), "lead.list", {"kind": "offered"}, Style.NORMAL if view.leads else Style.PRIMARY),
        *((Run(t("New lead"), "lead.create"),) if view.may_pick else ()),
        Run(t("Show team"), "team.show"),
        Run(t("Show marketplaces"), "marketplace.show"),
        *((Run(t("Team settings"), "team.settings"),) if team.may_edit else ()),
        *((Run(t("Connect here"), "team.connect"),) if team.may_connect_here else ()),
        Run(t("Language: {language}", language=LANGUAGES[view.language]), "preference.language"),
        HELP,
    )


def _teamless_home_card(view: NoTeamHome) -> Card:
    restore = tuple(
        Run(t("Restore {team}", team=name), "team.restore", {"team": team_id}) for team_id, name in view.restorable
    )
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


_TEAM: Final = TeamView(
    team_id=TeamId("t1"),
    name="Solarhaus GmbH",
    role=Role.OWNER,
    owner_name="Anna Weiß",
    members=4,
    seats=SEATS,
    language=Language.GERMAN,
    zone="Europe/Berlin",
    owner_approves_admins=False,
    channels=(ConnectedChannelView("slack", "C1", "vertrieb"), ConnectedChannelView("teams", "c2", "Leads")),
    may_edit=True,
)
_OWN_LEAD: Final = replace(LEAD, state=LeadState.PICKED, step="offer")
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
    leads=(_OWN_LEAD, replace(LEAD, lead_id="0190beef", ref="L-7", title="Wärmepumpe, Reihenhaus")),
    has_more_leads=True,
    invitations=(invitation_view(REQUESTED_INVITATION), invitation_view(JOIN_REQUEST)),
    requests=(_REQUEST,),
    has_more_decisions=False,
    marketplaces=("Handwerk Süd",),
    may_pick=True,
)
_STEPS: Final = {"offer": t("Quote sent")}
_REQUEST_LABELS: Final = {Permission.LEAD_DELEGATE: t("delegate a lead")}
_VIEWER_HOME: Final = replace(
    _HOME,
    team=replace(_TEAM, role=Role.VIEWER, may_edit=False, channels=()),
    leads=(),
    invitations=(),
    requests=(),
    marketplaces=(),
    may_pick=False,
)

EXAMPLES: Final = {
    "colleague": home_card(_HOME, _STEPS, _REQUEST_LABELS),
    "much to decide": home_card(replace(_HOME, has_more_decisions=True), _STEPS, _REQUEST_LABELS),
    "viewer": home_card(_VIEWER_HOME, _STEPS, _REQUEST_LABELS),
    "without a team": home_card(NoTeamHome(Language.ENGLISH, (("t9", "Dachbau Nord"),)), _STEPS, _REQUEST_LABELS),
    "in another team's channel": home_card(
        VisitorHome(Place("teams", "", "c9", PlaceKind.CHANNEL, "Vertrieb")), _STEPS, _REQUEST_LABELS
    ),
}
