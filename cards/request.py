"""Requests: what a member asks an approver to do."""

from dataclasses import replace
from typing import Final

from cards.examples import NOW
from cards.model import Badge, Card, Fact, Facts, Instant, Run, State, Style, Subject, T, Text, Tone, t, verbatim
from cards.refusal import RefusalText, explain_refusal
from services.people import TeamId
from services.permissions import Permission
from services.request.model import Request, RequestState, RequestView, SentRequest
from services.request.refusals import NotRequestable, RequestDecided, RequesterDecides, TooManyRequests

VIEW: Final = "request.approval"
NAMES_SHOWN_MAX: Final = 3
FACTS_MAX: Final = 4

PERMISSION_LABELS: Final[dict[Permission, T]] = {
    Permission.MEMBER_INVITE: t("invite somebody"),
    Permission.MEMBER_REMOVE: t("remove a colleague"),
    Permission.MEMBER_CHANGE_ROLE: t("change a role"),
    Permission.TEAM_EDIT_SETTINGS: t("change the team's settings or channels"),
    Permission.TEAM_DELETE: t("delete the team"),
    Permission.TEAM_TRANSFER: t("hand over the team"),
    Permission.ADDON_BUY: t("buy an add-on"),
    Permission.INVITATION_DECIDE: t("decide about an invitation"),
    Permission.AUDIT_VIEW: t("look into the audit log"),
    Permission.LEAD_REVEAL: t("look up a contact"),
    Permission.LEAD_CREATE: t("create a lead"),
    Permission.LEAD_PICK: t("pick a lead"),
    Permission.LEAD_WORK: t("work on a lead"),
    Permission.LEAD_SHARE: t("share a lead"),
    Permission.LEAD_DELEGATE: t("delegate a lead"),
    Permission.MARKETPLACE_RUN: t("run a marketplace"),
    Permission.MARKETPLACE_GIVE: t("put a lead on a marketplace"),
}

ARGUMENT_LABELS: Final[dict[str, T]] = {
    "lead": t("Lead"),
    "invitation": t("Invitation"),
    "who": t("Colleague"),
    "role": t("Role"),
    "email": t("E-mail address"),
    "name": t("Name"),
    "to": t("To"),
    "marketplace": t("Marketplace"),
    "reason": t("Reason"),
    "amount": t("Amount"),
}

STATE_BADGES: Final[dict[RequestState, Badge]] = {
    RequestState.OPEN: Badge(t("open"), State.OPEN),
    RequestState.APPROVED: Badge(t("done"), State.DONE, Tone.GOOD),
    RequestState.DECLINED: Badge(t("declined"), State.NONE, Tone.SUBTLE),
    RequestState.WITHDRAWN: Badge(t("withdrawn"), State.NONE, Tone.SUBTLE),
}


def _request_label(request: Request) -> T:
    return PERMISSION_LABELS.get(request.permission, verbatim(request.command))


def request_card(view: RequestView) -> Card:
    """Show a request in any state to those who may decide it."""
    request = view.request
    ref = {"request": request.request_id}
    actions = (
        (
            Run(t("Do it"), "request.approve", ref, Style.PRIMARY),
            Run(t("Decline"), "request.decline", ref),
        )
        if view.may_decide
        else ()
    )
    return Card(
        _title(request),
        _facts(view),
        actions,
        badge=STATE_BADGES[request.state],
        subject=Subject(VIEW, request.request_id),
        refresh=Run(T(""), "request.show", ref),
    )


def _title(request: Request) -> T:
    match request.state:
        case RequestState.APPROVED:
            return t("{name} agreed: {wish}", name=request.decided_by_name, wish=_request_label(request))
        case RequestState.DECLINED:
            return t("{name} declined: {wish}", name=request.decided_by_name, wish=_request_label(request))
        case RequestState.WITHDRAWN:
            return t("Withdrawn: {wish}", wish=_request_label(request))
        case RequestState.OPEN:
            return t("{name} asks you: {wish}", name=request.asked_by_name, wish=_request_label(request))


def _facts(view: RequestView) -> tuple[Facts, ...]:
    facts = [Fact(ARGUMENT_LABELS[name], verbatim(value)) for name, value in view.arguments if name in ARGUMENT_LABELS]
    return (Facts(tuple(facts[:FACTS_MAX])),) if facts else ()


def request_sent_card(view: SentRequest) -> Card:
    """Confirm to the member who asked."""
    names = ", ".join(view.deciders[:NAMES_SHOWN_MAX])
    return Card(
        t("Asked: {wish}", wish=_request_label(view.request)),
        (Text(t("{names} can do this. You'll hear from me.", names=names)),),
        badge=STATE_BADGES[view.request.state],
    )


def request_decided_card(view: RequestView) -> Card:
    """Tell the member who asked how it was decided."""
    request = view.request
    at = (Text(T("{at}", {"at": Instant(request.decided_at)}), Tone.SUBTLE),) if request.decided_at else ()
    return Card(_title(request), (*_facts(view), *at), badge=STATE_BADGES[request.state])


@explain_refusal.register
def _(refusal: NotRequestable) -> RefusalText:
    del refusal
    return RefusalText(t("There is nothing to ask for: your role allows this, or nobody's does."))


@explain_refusal.register
def _(refusal: RequesterDecides) -> RefusalText:
    del refusal
    return RefusalText(t("Nobody decides about their own request."))


@explain_refusal.register
def _(refusal: RequestDecided) -> RefusalText:
    if not refusal.decided_by or refusal.decided_at is None:
        return RefusalText(t("This request is no longer open."))
    return RefusalText(
        t("{name} was faster.", name=refusal.decided_by),
        t("Decided: {at}. The first decision counts.", at=Instant(refusal.decided_at)),
    )


@explain_refusal.register
def _(refusal: TooManyRequests) -> RefusalText:
    return RefusalText(t("{limit} of your requests are open. Please wait until some are decided.", limit=refusal.limit))


_REQUEST: Final = Request(
    team_id=TeamId("t1"),
    request_id="r1",
    command="member.remove",
    permission=Permission.MEMBER_REMOVE,
    asked_by="u3",
    asked_at=NOW,
    args={"who": "u4"},
    asked_by_name="Ben Kaya",
)
_ARGUMENTS: Final = (("who", "Tom Fischer"),)

EXAMPLES: Final = {
    "open": request_card(RequestView(_REQUEST, _ARGUMENTS, may_decide=True)),
    "asked": request_sent_card(SentRequest(_REQUEST, ("Anna Weiß", "Mara Lind"))),
    "done": request_card(
        RequestView(replace(_REQUEST, state=RequestState.APPROVED, decided_by_name="Anna Weiß"), _ARGUMENTS)
    ),
    "withdrawn": request_card(RequestView(replace(_REQUEST, state=RequestState.WITHDRAWN), _ARGUMENTS)),
    "told declined": request_decided_card(
        RequestView(
            replace(_REQUEST, state=RequestState.DECLINED, decided_by_name="Anna Weiß", decided_at=NOW), _ARGUMENTS
        )
    ),
}
