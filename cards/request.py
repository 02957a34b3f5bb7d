"""Requests: what a colleague asks of somebody with the right."""

from dataclasses import replace
from typing import Final

from cards.examples import NOW
from cards.model import Badge, Card, Fact, Facts, Instant, Run, State, Style, Subject, T, Text, Tone, t, verbatim
from cards.refusal import Explained, explain
from services.people import TeamId
from services.permissions import Permission
from services.request.model import AskedRequest, Request, RequestState, ShownRequest
from services.request.refusals import NotAskable, OwnQuestion, RequestDecided, TooManyRequests

VIEW: Final = "request.approval"
NAMED_MAX: Final = 3
FACTS_MAX: Final = 4

WISHES: Final[dict[Permission, T]] = {
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

LABELS: Final[dict[str, T]] = {
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

STATES: Final[dict[RequestState, Badge]] = {
    RequestState.OPEN: Badge(t("open"), State.OPEN),
    RequestState.APPROVED: Badge(t("done"), State.DONE, Tone.GOOD),
    RequestState.DECLINED: Badge(t("declined"), State.NONE, Tone.SUBTLE),
    RequestState.WITHDRAWN: Badge(t("withdrawn"), State.NONE, Tone.SUBTLE),
}


def _wish(asked: Request) -> T:
    return WISHES.get(asked.permission, verbatim(asked.command))


def shown(view: ShownRequest) -> Card:
    """A request in whatever state, for those who can decide it."""
    asked = view.request
    ref = {"request": asked.request_id}
    actions = (
        (
            Run(t("Do it"), "request.approve", ref, Style.PRIMARY),
            Run(t("Decline"), "request.decline", ref),
        )
        if view.may_decide
        else ()
    )
    return Card(
        _title(asked),
        _facts(view),
        actions,
        badge=STATES[asked.state],
        subject=Subject(VIEW, asked.request_id),
        refresh=Run(T(""), "request.show", ref),
    )


def _title(asked: Request) -> T:
    match asked.state:
        case RequestState.APPROVED:
            return t("{name} agreed: {wish}", name=asked.decided_by_name, wish=_wish(asked))
        case RequestState.DECLINED:
            return t("{name} declined: {wish}", name=asked.decided_by_name, wish=_wish(asked))
        case RequestState.WITHDRAWN:
            return t("Withdrawn: {wish}", wish=_wish(asked))
        case RequestState.OPEN:
            return t("{name} asks you: {wish}", name=asked.asked_by_name, wish=_wish(asked))


def _facts(view: ShownRequest) -> tuple[Facts, ...]:
    known = [Fact(LABELS[name], verbatim(value)) for name, value in view.about if name in LABELS]
    return (Facts(tuple(known[:FACTS_MAX])),) if known else ()


def asked(view: AskedRequest) -> Card:
    """For whoever asked."""
    names = ", ".join(view.deciders[:NAMED_MAX])
    return Card(
        t("Asked: {wish}", wish=_wish(view.request)),
        (Text(t("{names} can do this. You'll hear from me.", names=names)),),
        badge=STATES[view.request.state],
    )


def decided(view: ShownRequest) -> Card:
    """How it ended, for whoever asked."""
    one = view.request
    at = (Text(T("{at}", {"at": Instant(one.decided_at)}), Tone.SUBTLE),) if one.decided_at else ()
    return Card(_title(one), (*_facts(view), *at), badge=STATES[one.state])


@explain.register
def _(refusal: NotAskable) -> Explained:
    del refusal
    return Explained(t("There is nothing to ask for: your role allows this, or nobody's does."))


@explain.register
def _(refusal: OwnQuestion) -> Explained:
    del refusal
    return Explained(t("Nobody decides about their own request."))


@explain.register
def _(refusal: RequestDecided) -> Explained:
    if not refusal.by or refusal.at is None:
        return Explained(t("This request is no longer open."))
    return Explained(
        t("{name} was faster.", name=refusal.by),
        t("Decided: {at}. The first decision counts.", at=Instant(refusal.at)),
    )


@explain.register
def _(refusal: TooManyRequests) -> Explained:
    return Explained(t("{limit} of your requests are open. Please wait until some are decided.", limit=refusal.limit))


_ASKED: Final = Request(
    team_id=TeamId("t1"),
    request_id="r1",
    command="member.remove",
    permission=Permission.MEMBER_REMOVE,
    asked_by="u3",
    asked_at=NOW,
    args={"who": "u4"},
    asked_by_name="Ben Kaya",
)
_ABOUT: Final = (("who", "Tom Fischer"),)

EXAMPLES: Final = {
    "open": shown(ShownRequest(_ASKED, _ABOUT, may_decide=True)),
    "asked": asked(AskedRequest(_ASKED, ("Anna Weiß", "Mara Lind"))),
    "done": shown(ShownRequest(replace(_ASKED, state=RequestState.APPROVED, decided_by_name="Anna Weiß"), _ABOUT)),
    "withdrawn": shown(ShownRequest(replace(_ASKED, state=RequestState.WITHDRAWN), _ABOUT)),
    "told declined": decided(
        ShownRequest(replace(_ASKED, state=RequestState.DECLINED, decided_by_name="Anna Weiß", decided_at=NOW), _ABOUT)
    ),
}
