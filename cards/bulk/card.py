"""A bulk invitation as a draft, while it is sent, and as a report."""

from typing import Final

from cards.bulk.labels import FATE_BADGES, PART_NAMES, failure_reason
from cards.model import (
    Badge,
    Block,
    Card,
    Fact,
    Facts,
    Item,
    Items,
    Progress,
    Quote,
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
from services.bulk.model import (
    CHANGING_OUTCOMES,
    LINK_OUTCOMES,
    RESENDABLE_OUTCOMES,
    BulkLineView,
    BulkPage,
    BulkState,
    BulkView,
    LineOutcome,
)

VIEW: Final = "bulk.card"
_STATE_BADGES: Final[dict[BulkState, Badge]] = {
    BulkState.DRAFT: Badge(t("not sent yet"), State.OPEN),
    BulkState.RUNNING: Badge(t("being sent"), State.OPEN),
    BulkState.DONE: Badge(t("sent"), State.DONE, Tone.GOOD),
    BulkState.STOPPED: Badge(t("stopped"), State.WARNING, Tone.WARNING),
    BulkState.DROPPED: Badge(t("not sent"), State.NONE, Tone.SUBTLE),
}


def bulk_card(view: BulkView) -> Card:
    """Show a bulk invitation in its present state; every posted copy is updated to it."""
    if view.state is BulkState.DRAFT:
        return _draft_card(view)
    return _dropped_card(view) if view.state is BulkState.DROPPED else _report_card(view)


def _draft_card(view: BulkView) -> Card:
    to_invite, left_out = view.counts.count(LineOutcome.WAITING), view.counts.count(LineOutcome.REFUSED)
    title = (
        tn("{n} firm will be invited to {market}", "{n} firms will be invited to {market}", to_invite,
           market=view.marketplace)
        if to_invite
        else t("No firm can be invited to {market}", market=view.marketplace)
    )  # fmt: skip
    return Card(
        title,
        (*_mail_text_blocks(view), *_left_out_blocks(view, left_out)),
        _draft_actions(view, to_invite),
        badge=_STATE_BADGES[view.state],
    )


def _mail_text_blocks(view: BulkView) -> tuple[Block, ...]:
    """Quote the sender's own text as the mail will contain it."""
    if not view.text:
        return (Text(t("The mail says who invites, to which market, and how to join."), Tone.SUBTLE),)
    return (Text(t("In the mail, in the name of {name}:", name=view.sender)), Quote(verbatim(view.text)))


def _left_out_blocks(view: BulkView, count: int) -> tuple[Block, ...]:
    if not count:
        return ()
    items = Items(
        tuple(_problem_item(line) for line in view.lines), tn("{n} line left out", "{n} lines left out", count)
    )
    remaining = count - len(view.lines)
    return (items, Text(tn("and {n} more", "and {n} more", remaining), Tone.SUBTLE)) if remaining else (items,)


def _problem_item(line: BulkLineView) -> Item:
    """Show a rejected line as it was typed, as far as it could be parsed."""
    line_text = t("{firm} · {email}", firm=line.partner, email=line.email) if line.partner and line.email else verbatim(
        line.partner or line.email
    )  # fmt: skip
    title = t("Line {number}: {written}", number=line.line, written=line_text)
    return Item(title if line.partner or line.email else t("Line {number}", number=line.line), failure_reason(line))


def _draft_actions(view: BulkView, to_invite: int) -> tuple[Run, ...]:
    args = {"bulk": view.bulk_id}
    send = Run(tn("Send {n} invitation", "Send {n} invitations", to_invite), "bulk.send", args, Style.PRIMARY)
    return (
        *((send,) if to_invite else ()),
        Run(t("Show all lines"), "bulk.page", args),
        Run(t("Another list"), "marketplace.invite_many", {"marketplace": view.marketplace_id}),
        Run(t("Discard"), "bulk.drop", args),
    )


def _dropped_card(view: BulkView) -> Card:
    return Card(
        t("Nobody was invited to {market}", market=view.marketplace),
        (Text(t("The list was discarded."), Tone.SUBTLE),),
        (Run(t("Invite many firms"), "marketplace.invite_many", {"marketplace": view.marketplace_id}),),
        badge=_STATE_BADGES[view.state],
    )


def bulk_started_card(view: BulkView) -> Card:
    """Confirm the start in place of the draft; the report is posted as a separate message."""
    invited = view.counts.total - view.counts.count(LineOutcome.REFUSED)
    return Card(
        tn("{n} invitation is on its way", "{n} invitations are on their way", invited),
        (Text(t("You find the report in our direct chat."), Tone.SUBTLE),),
        (Run(t("Overview"), "bulk.show", {"bulk": view.bulk_id}),),
    )


def _report_card(view: BulkView) -> Card:
    return Card(
        t("Invitations to {market}", market=view.marketplace),
        (*_progress(view), Facts(_facts(view)), *_notes(view), *_undelivered_items(view)),
        _report_actions(view),
        badge=_badge(view),
        subject=Subject(VIEW, view.bulk_id),
        refresh=Run(t("Refresh"), "bulk.show", {"bulk": view.bulk_id}),
    )


def _badge(view: BulkView) -> Badge:
    if view.state is BulkState.DONE and view.counts.count(LineOutcome.LINK_ONLY):
        return FATE_BADGES[LineOutcome.LINK_ONLY]
    if view.state is BulkState.DONE and view.counts.count(*RESENDABLE_OUTCOMES):
        return Badge(t("partly sent"), State.WARNING, Tone.WARNING)
    return _STATE_BADGES[BulkState.RUNNING if view.state is BulkState.DONE and view.counts.is_changing else view.state]


def _progress(view: BulkView) -> tuple[Progress, ...]:
    total = view.counts.total - view.counts.count(LineOutcome.REFUSED)
    moved = total - view.counts.count(*CHANGING_OUTCOMES)
    if view.state is BulkState.STOPPED or moved == total:
        return ()
    return (Progress(moved, total, t("{done} of {total} have left", done=moved, total=total)),)


def _facts(view: BulkView) -> tuple[Fact, ...]:
    counts = view.counts
    reached = counts.count(LineOutcome.SENT, LineOutcome.ACCEPTED, LineOutcome.JOINED, LineOutcome.DECLINED)
    rows = (
        (t("With the mail server"), reached, True),
        (t("Joined"), counts.count(LineOutcome.JOINED), True),
        (t("Declined"), counts.count(LineOutcome.DECLINED), True),
        (t("Not delivered"), counts.count(*RESENDABLE_OUTCOMES), False),
        (t("Link to pass on"), counts.count(LineOutcome.LINK_ONLY), False),
        (t("Left out"), counts.count(LineOutcome.REFUSED), False),
        (t("No longer valid"), counts.count(LineOutcome.ENDED), False),
    )
    return tuple(Fact(label, T("{n}", {"n": count})) for label, count, always in rows if always or count)


def _notes(view: BulkView) -> tuple[Text, ...]:
    stopped = t(
        "Stopped: {name} may no longer invite. Those who are left can be invited again by somebody else.",
        name=view.sender,
    )
    links = t("No mail server is set up. Whoever sent the invitations can take the links out as a file.")
    return (
        *((Text(stopped, Tone.WARNING),) if view.state is BulkState.STOPPED else ()),
        *((Text(links, Tone.WARNING),) if view.counts.count(LineOutcome.LINK_ONLY) else ()),
    )


def _undelivered_items(view: BulkView) -> tuple[Items, ...]:
    rows = tuple(_line_item(line) for line in view.lines)
    return (Items(rows, t("Not delivered")),) if rows else ()


def _report_actions(view: BulkView) -> tuple[Run, ...]:
    args = {"bulk": view.bulk_id}
    failed = view.counts.count(*RESENDABLE_OUTCOMES)
    resend = Run(tn("Send {n} mail again", "Send {n} mails again", failed), "bulk.resend", args, Style.PRIMARY)
    takes_links = view.may_run and view.is_sender and view.counts.count(*LINK_OUTCOMES)
    return (
        *((resend,) if failed and view.may_run else ()),
        *((Run(t("Links as a file"), "bulk.links", args),) if takes_links else ()),
        Run(t("Firm by firm"), "bulk.page", args),
        Run(t("Report as a file"), "bulk.report", args),
        Run(t("Show market"), "marketplace.show", {"marketplace": view.marketplace_id}),
    )


def bulk_page_card(view: BulkPage) -> Card:
    """List one page of the invited partners with their states."""
    bulk = view.view
    args = {"bulk": bulk.bulk_id}
    return Card(
        t("Invitations to {market}, {page} of {pages}", market=bulk.marketplace, page=view.page, pages=view.pages),
        (Items(tuple(_line_item(line) for line in bulk.lines)),),
        (
            *((Run(t("Further"), "bulk.page", {**args, "page": view.page + 1}),) if view.page < view.pages else ()),
            *((Run(t("Back"), "bulk.page", {**args, "page": view.page - 1}),) if view.page > 1 else ()),
            Run(t("Overview"), "bulk.show", args),
        ),
    )


def _line_item(line: BulkLineView) -> Item:
    details = [PART_NAMES[line.part] if line.outcome is not LineOutcome.REFUSED else None, failure_reason(line)]
    parts = [part for part in (verbatim(line.email) if line.email else None, *details) if part is not None]
    detail = parts[0] if parts else None
    for part in parts[1:]:
        detail = t("{one} · {other}", one=detail or part, other=part)
    return Item(verbatim(line.partner or line.email), detail, FATE_BADGES[line.outcome])
