"""One card for an import from beginning to end: the preview, the progress, the result."""

from functools import reduce
from typing import Final

from cards.lead_import.account import FIELDS, reason
from cards.lead_import.forms import defaults, headings
from cards.model import (
    Action,
    Amount,
    Badge,
    Block,
    Card,
    Fact,
    Facts,
    File,
    Item,
    Items,
    Progress,
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
from services.file import OfferedFile
from services.lead.model import REFERENCE
from services.lead_import.model import (
    Field,
    Halt,
    HowTo,
    ImportState,
    ImportView,
    NewLead,
    SkippedRow,
    Tally,
)

VIEW: Final = "lead.import"
SOON_S: Final = 90
LEADS: Final = Run(t("Show leads"), "lead.list")


def explained(view: HowTo) -> Card:
    """How leads are brought in by file."""
    example = (Text(t("Begin from this example, if you like:")), _file(view.example)) if view.example else ()
    return Card(
        t("Import leads from a CSV file"),
        (
            Text(t("Send me the file in our direct chat: from a spreadsheet, save it as CSV first.")),
            Text(t("I recognise the columns, show you what I understood, and import nothing before you say so.")),
            *example,
        ),
    )


def shown(view: ImportView) -> Card:
    """The import as it stands."""
    return _DRAWN[view.lead_import.state](view)


def _file(offered: OfferedFile) -> File:
    return File(offered.file_id, offered.name, offered.size_bytes)


def _card(view: ImportView, title: T, body: tuple[Block, ...], actions: tuple[Action, ...], badge: Badge) -> Card:
    return Card(title, body, actions, badge, subject=Subject(VIEW, view.lead_import.import_id))


def _run(view: ImportView, label: T, command: str, *, style: Style = Style.NORMAL, collects: bool = False) -> Run:
    return Run(label, command, {"lead_import": view.lead_import.import_id}, style, collects)


# ---- before ----


def previewed(view: ImportView) -> Card:
    """What I understood, what would become of it, and what holds for every row."""
    found = view.lead_import
    is_ready = bool(found.plan.columns.keys() & {Field.NAME, Field.COMPANY})
    title = tn("{n} row in {name}", "{n} rows in {name}", found.rows, name=found.file_name)
    waiting = Badge(t("nothing imported yet"), State.OPEN)
    columns = Run(
        t("Assign columns"),
        "lead.import_assign",
        {"lead_import": found.import_id, "ask": True},
        Style.NORMAL if is_ready else Style.PRIMARY,
    )
    cancel = Run(t("Cancel"), "cancel")
    if not is_ready:
        missing = Text(t("I don't see which column says who asked: a name or a company."), Tone.WARNING)
        return _card(view, title, (*_understood(view), missing), (columns, cancel), waiting)
    start = _run(view, t("Import leads"), "lead.import_start", style=Style.PRIMARY, collects=True)
    body = (*_understood(view), *_examples(view), _expected(view), *_skipped(view), *defaults(view))
    return _card(view, title, body, (start, columns, cancel), waiting)


def _understood(view: ImportView) -> tuple[Block, ...]:
    pairs = [
        t("{field}: {heading}", field=FIELDS[field], heading=headings(view, places) or t("without a heading"))
        for field, places in sorted(view.lead_import.plan.columns.items(), key=lambda one: list(FIELDS).index(one[0]))
    ]
    understood = (Text(t("Understood: {pairs}", pairs=_joined(pairs)), Tone.SUBTLE),) if pairs else ()
    if not view.near:
        return understood
    guessed = _joined([FIELDS[field] for field in FIELDS if field in view.near])
    return (*understood, Text(t("Only guessed, please check: {fields}", fields=guessed), Tone.WARNING))


def _joined(several: list[T]) -> T:
    return reduce(lambda left, right: T("{left} · {right}", {"left": left, "right": right}), several)


def _examples(view: ImportView) -> tuple[Items, ...]:
    rows = tuple(_example(one) for one in view.examples)
    return (Items(rows, t("As leads")),) if rows else ()


def _example(one: NewLead) -> Item:
    contact, enquiry = one.contact, one.enquiry
    parts = (contact.name, contact.company, contact.email, contact.phone, contact.postcode)
    line = verbatim(" · ".join(dict.fromkeys(part for part in parts if part)))
    if enquiry.value_cents is None:
        return Item(verbatim(enquiry.title), line)
    value = Amount(enquiry.value_cents, enquiry.currency)
    return Item(verbatim(enquiry.title), T("{line} · {value}", {"line": line, "value": value}))


def _expected(view: ImportView) -> Text:
    told = view.expected
    numbers = {"new": told.imported, "known": told.known, "rejected": told.rejected}
    if view.checked < view.lead_import.rows:
        return Text(
            t(
                "Of the first {checked} rows {new} are new, {known} are here already, {rejected} can't be used.",
                checked=view.checked,
                **numbers,
            )
        )
    return Text(t("{new} are new, {known} are here already, {rejected} can't be used.", **numbers))


def _skipped(view: ImportView) -> tuple[Items, ...]:
    rows = tuple(_skipped_row(one) for one in view.skipped)
    return (Items(rows, t("Left out, for example")),) if rows else ()


def _skipped_row(row: SkippedRow) -> Item:
    return Item(t("Line {line}: {reason}", line=row.line, reason=reason(row)))


# ---- meanwhile ----


def running(view: ImportView) -> Card:
    """How far it is."""
    found = view.lead_import
    return _card(
        view,
        t("{name} is being imported", name=found.file_name),
        (Progress(found.tally.rows, found.rows, _progress(view)), *_tally(found.tally)),
        (_run(view, t("Stop"), "lead.import_stop"),),
        Badge(t("running"), State.OPEN),
    )


def _progress(view: ImportView) -> T:
    done, total, left_s = view.lead_import.tally.rows, view.lead_import.rows, view.left_s
    if left_s is None:
        return t("{done} of {total} rows", done=done, total=total)
    if left_s < SOON_S:
        return t("{done} of {total} rows, about {left} s left", done=done, total=total, left=max(1, left_s))
    return t("{done} of {total} rows, about {left} min left", done=done, total=total, left=round(left_s / 60))


def _tally(tally: Tally) -> tuple[Facts, ...]:
    facts = (
        Fact(t("Imported"), _number(tally.imported)),
        Fact(t("Here already"), _number(tally.known)),
        Fact(t("Can't be used"), _number(tally.rejected)),
    )
    return (Facts(facts),) if tally.rows else ()


def _number(count: int) -> T:
    return T("{n}", {"n": count})


_HALTS: Final[dict[str, T]] = {
    Halt.ASKED: t("It goes on behind the last row that was dealt with."),
    Halt.REVOKED: t("You may no longer import leads. What was imported so far stays."),
    Halt.FILE_GONE: t("The file was kept for a day only. Send it again, and the import goes on."),
    Halt.BROKEN: t("Something went wrong on my side several times. Nothing is lost, and it can go on."),
}


def stopped(view: ImportView) -> Card:
    """Why it stopped, and how it goes on."""
    found = view.lead_import
    goes_on = found.halt not in {Halt.REVOKED, Halt.FILE_GONE}
    done = t("{done} of {total} rows", done=found.tally.rows, total=found.rows)
    return _card(
        view,
        t("The import of {name} has stopped", name=found.file_name),
        (Progress(found.tally.rows, found.rows, done), *_tally(found.tally), Text(_HALTS[found.halt])),
        (_run(view, t("Go on"), "lead.import_start", style=Style.PRIMARY),) if goes_on else (),
        Badge(t("stopped"), State.WARNING, Tone.WARNING),
    )


# ---- afterwards ----


def done(view: ImportView) -> Card:
    """What became of every row."""
    found = view.lead_import
    title = tn(
        "{n} lead imported from {name}", "{n} leads imported from {name}", found.tally.imported, name=found.file_name
    )
    span = ()
    if found.first_number is not None and found.last_number is not None:
        first, last = REFERENCE.write(found.first_number), REFERENCE.write(found.last_number)
        one = t("{ref}; your team sees it in its list.", ref=first)
        several = t("{first} to {last}; your team sees them in its list.", first=first, last=last)
        span = (Text(one if first == last else several),)
    return _card(
        view,
        title,
        (*span, *_tally(found.tally), *_skipped(view), *_result(view)),
        (LEADS,),
        Badge(t("done"), State.DONE, Tone.GOOD),
    )


def _result(view: ImportView) -> tuple[Block, ...]:
    if view.result is None:
        return ()
    found = view.lead_import
    left_out = found.tally.known + found.tally.rejected
    more = (
        (Text(t("The file has room for the first {n} of them.", n=found.result_rows), Tone.SUBTLE),)
        if found.result_rows < left_out
        else ()
    )
    return (Text(t("Every row that was left out, with its reason:")), _file(view.result), *more)


_DRAWN: Final = {
    ImportState.PREVIEW: previewed,
    ImportState.RUNNING: running,
    ImportState.STOPPED: stopped,
    ImportState.DONE: done,
}
