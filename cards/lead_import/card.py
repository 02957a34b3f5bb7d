"""The card of an import from preview through progress to result."""

from functools import reduce
from typing import Final

from cards.lead_import.forms import default_inputs, join_headings
from cards.lead_import.skipped_rows import FIELD_NAMES, skip_reason
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
from services.file import GeneratedFile
from services.lead_import.model import (
    ImportedRow,
    ImportField,
    ImportInstructions,
    ImportState,
    ImportView,
    RowCounts,
    SkippedRow,
    StopReason,
)

VIEW: Final = "lead.import"
SECONDS_SHOWN_MAX: Final = 90
SHOW_LEADS: Final = Run(t("Show leads"), "lead.list")


def import_help_card(view: ImportInstructions) -> Card:
    """Explain how to import leads from a file."""
    example = (Text(t("Begin from this example, if you like:")), _file_block(view.example)) if view.example else ()
    return Card(
        t("Import leads from a CSV file"),
        (
            Text(t("Send me the file in our direct chat: from a spreadsheet, save it as CSV first.")),
            Text(t("I recognise the columns, show you what I understood, and import nothing before you say so.")),
            *example,
        ),
    )


def import_card(view: ImportView) -> Card:
    """Show an import in its present state."""
    return _CARDS_BY_STATE[view.lead_import.state](view)


def _file_block(offered: GeneratedFile) -> File:
    return File(offered.file_id, offered.name, offered.size_bytes)


def _state_card(view: ImportView, title: T, body: tuple[Block, ...], actions: tuple[Action, ...], badge: Badge) -> Card:
    return Card(title, body, actions, badge, subject=Subject(VIEW, view.lead_import.import_id))


def _import_button(
    view: ImportView, label: T, command: str, *, style: Style = Style.NORMAL, collects: bool = False
) -> Run:
    return Run(label, command, {"lead_import": view.lead_import.import_id}, style, collects)


def import_preview_card(view: ImportView) -> Card:
    """Show the column mapping, the expected result and the defaults for every row."""
    lead_import = view.lead_import
    is_ready = bool(lead_import.plan.columns.keys() & {ImportField.NAME, ImportField.COMPANY})
    title = tn("{n} row in {name}", "{n} rows in {name}", lead_import.rows, name=lead_import.file_name)
    waiting = Badge(t("nothing imported yet"), State.OPEN)
    columns = Run(
        t("Assign columns"),
        "lead.import_assign",
        {"lead_import": lead_import.import_id, "ask": True},
        Style.NORMAL if is_ready else Style.PRIMARY,
    )
    cancel = Run(t("Cancel"), "cancel")
    if not is_ready:
        missing = Text(t("I don't see which column says who asked: a name or a company."), Tone.WARNING)
        return _state_card(view, title, (*_mapping_blocks(view), missing), (columns, cancel), waiting)
    start = _import_button(view, t("Import leads"), "lead.import_start", style=Style.PRIMARY, collects=True)
    body = (
        *_mapping_blocks(view),
        *_example_items(view),
        _expected_text(view),
        *_skipped_items(view),
        *default_inputs(view),
    )
    return _state_card(view, title, body, (start, columns, cancel), waiting)


def _mapping_blocks(view: ImportView) -> tuple[Block, ...]:
    pairs = [
        t(
            "{field}: {heading}",
            field=FIELD_NAMES[field],
            heading=join_headings(view, indexes) or t("without a heading"),
        )
        for field, indexes in sorted(
            view.lead_import.plan.columns.items(), key=lambda column: list(FIELD_NAMES).index(column[0])
        )
    ]
    understood = (Text(t("Understood: {pairs}", pairs=_join_texts(pairs)), Tone.SUBTLE),) if pairs else ()
    if not view.guessed:
        return understood
    guessed = _join_texts([FIELD_NAMES[field] for field in FIELD_NAMES if field in view.guessed])
    return (*understood, Text(t("Only guessed, please check: {fields}", fields=guessed), Tone.WARNING))


def _join_texts(texts: list[T]) -> T:
    return reduce(lambda joined, text: T("{left} · {right}", {"left": joined, "right": text}), texts)


def _example_items(view: ImportView) -> tuple[Items, ...]:
    rows = tuple(_example_item(example) for example in view.examples)
    return (Items(rows, t("As leads")),) if rows else ()


def _example_item(lead: ImportedRow) -> Item:
    contact, enquiry = lead.contact, lead.enquiry
    parts = (contact.name, contact.company, contact.email, contact.phone, contact.postcode)
    line = verbatim(" · ".join(dict.fromkeys(part for part in parts if part)))
    if enquiry.value_cents is None:
        return Item(verbatim(enquiry.title), line)
    value = Amount(enquiry.value_cents, enquiry.currency)
    return Item(verbatim(enquiry.title), T("{line} · {value}", {"line": line, "value": value}))


def _expected_text(view: ImportView) -> Text:
    expected = view.expected
    numbers = {"new": expected.imported, "known": expected.known, "rejected": expected.rejected}
    if view.parsed_rows < view.lead_import.rows:
        return Text(
            t(
                "Of the first {checked} rows {new} are new, {known} are here already, {rejected} can't be used.",
                checked=view.parsed_rows,
                **numbers,
            )
        )
    return Text(t("{new} are new, {known} are here already, {rejected} can't be used.", **numbers))


def _skipped_items(view: ImportView) -> tuple[Items, ...]:
    rows = tuple(_skipped_item(row) for row in view.skipped)
    return (Items(rows, t("Left out, for example")),) if rows else ()


def _skipped_item(row: SkippedRow) -> Item:
    return Item(t("Line {line}: {reason}", line=row.line, reason=skip_reason(row)))


def running_import_card(view: ImportView) -> Card:
    """Show the progress."""
    lead_import = view.lead_import
    return _state_card(
        view,
        t("{name} is being imported", name=lead_import.file_name),
        (Progress(lead_import.tally.rows, lead_import.rows, _progress_text(view)), *_tally_facts(lead_import.tally)),
        (_import_button(view, t("Stop"), "lead.import_stop"),),
        Badge(t("running"), State.OPEN),
    )


def _progress_text(view: ImportView) -> T:
    done, total, left_s = view.lead_import.tally.rows, view.lead_import.rows, view.remaining_s
    if left_s is None:
        return t("{done} of {total} rows", done=done, total=total)
    if left_s < SECONDS_SHOWN_MAX:
        return t("{done} of {total} rows, about {left} s left", done=done, total=total, left=max(1, left_s))
    return t("{done} of {total} rows, about {left} min left", done=done, total=total, left=round(left_s / 60))


def _tally_facts(tally: RowCounts) -> tuple[Facts, ...]:
    facts = (
        Fact(t("Imported"), _number_text(tally.imported)),
        Fact(t("Here already"), _number_text(tally.known)),
        Fact(t("Can't be used"), _number_text(tally.rejected)),
    )
    return (Facts(facts),) if tally.rows else ()


def _number_text(count: int) -> T:
    return T("{n}", {"n": count})


_HALT_TEXTS: Final[dict[str, T]] = {
    StopReason.REQUESTED: t("It goes on behind the last row that was dealt with."),
    StopReason.PERMISSION_LOST: t("You may no longer import leads. What was imported so far stays."),
    StopReason.FILE_EXPIRED: t("The file was kept for a day only. Send it again, and the import goes on."),
    StopReason.REPEATED_FAILURE: t("Something went wrong on my side several times. Nothing is lost, and it can go on."),
}


def stopped_import_card(view: ImportView) -> Card:
    """Say why the import stopped and how to continue."""
    lead_import = view.lead_import
    goes_on = lead_import.halt not in {StopReason.PERMISSION_LOST, StopReason.FILE_EXPIRED}
    done = t("{done} of {total} rows", done=lead_import.tally.rows, total=lead_import.rows)
    return _state_card(
        view,
        t("The import of {name} has stopped", name=lead_import.file_name),
        (
            Progress(lead_import.tally.rows, lead_import.rows, done),
            *_tally_facts(lead_import.tally),
            Text(_HALT_TEXTS[lead_import.halt]),
        ),
        (_import_button(view, t("Go on"), "lead.import_start", style=Style.PRIMARY),) if goes_on else (),
        Badge(t("stopped"), State.WARNING, Tone.WARNING),
    )


def finished_import_card(view: ImportView) -> Card:
    """Summarise the result of every row."""
    lead_import = view.lead_import
    title = tn(
        "{n} lead imported from {name}",
        "{n} leads imported from {name}",
        lead_import.tally.imported,
        name=lead_import.file_name,
    )
    span = ()
    if lead_import.first_number is not None and lead_import.first_number != lead_import.last_number:
        first, last = f"L-{lead_import.first_number}", f"L-{lead_import.last_number}"
        span = (Text(t("{first} to {last}; your team sees them in its list.", first=first, last=last)),)
    elif lead_import.first_number is not None:
        span = (Text(t("{ref}; your team sees it in its list.", ref=f"L-{lead_import.first_number}")),)
    return _state_card(
        view,
        title,
        (*span, *_tally_facts(lead_import.tally), *_skipped_items(view), *_result_blocks(view)),
        (SHOW_LEADS,),
        Badge(t("done"), State.DONE, Tone.GOOD),
    )


def _result_blocks(view: ImportView) -> tuple[Block, ...]:
    if view.result is None:
        return ()
    lead_import = view.lead_import
    left_out = lead_import.tally.known + lead_import.tally.rejected
    limit_text = (
        (Text(t("The file has room for the first {n} of them.", n=lead_import.result_rows), Tone.SUBTLE),)
        if lead_import.result_rows < left_out
        else ()
    )
    return (Text(t("Every row that was left out, with its reason:")), _file_block(view.result), *limit_text)


_CARDS_BY_STATE: Final = {
    ImportState.PREVIEW: import_preview_card,
    ImportState.RUNNING: running_import_card,
    ImportState.STOPPED: stopped_import_card,
    ImportState.DONE: finished_import_card,
}
