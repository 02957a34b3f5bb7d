"""Form that maps the file's columns to the lead's fields."""

from typing import Final

from cards.lead_import.skipped_rows import FIELD_NAMES, column_label
from cards.model import Card, Choice, ChoiceInput, Run, Style, T, Text, TextInput, Tone, t, verbatim
from services.lead.model import LEAD_LINE_MAX_CHARS, TITLE_MAX_CHARS
from services.lead_import.model import ImportColumn, ImportField, ImportView

NO_COLUMN: Final = "none"
"""Value of the choice that maps no column."""
KEEP_DUPLICATES: Final = "keep"
"""Value of the choice that imports rows whose contact exists already."""
SKIP_DUPLICATES: Final = "skip"
COLUMN_CHOICES_MAX: Final = 20
"""Number of columns that each of the twelve choice inputs of the card can offer."""
HEADING_SHOWN_CHARS: Final = 30
EXAMPLE_SHOWN_CHARS: Final = 20

_LEAVE_OUT_CHOICE: Final = Choice(NO_COLUMN, t("leave out"))


def columns_form(view: ImportView) -> Card:
    """Ask for the column of each field, prefilled from the headings."""
    many = (
        (Text(t("Only the first {n} columns can be chosen here.", n=COLUMN_CHOICES_MAX), Tone.SUBTLE),)
        if len(view.columns) > COLUMN_CHOICES_MAX
        else ()
    )
    args = {"lead_import": view.lead_import.import_id}
    return Card(
        t("Which column is what?"),
        (
            Text(t("{name}, {n} columns", name=view.lead_import.file_name, n=len(view.columns)), Tone.SUBTLE),
            *many,
            *(_column_input(view, field) for field in FIELD_NAMES),
        ),
        (
            Run(t("Show preview"), "lead.import_assign", args, Style.PRIMARY, collects=True),
            Run(t("Back"), "lead.import_show", args),
        ),
    )


def _column_input(view: ImportView, field: str) -> ChoiceInput:
    chosen = view.lead_import.plan.columns.get(ImportField(field), ())
    offered = [column for column in view.columns if column.index < COLUMN_CHOICES_MAX or column.index in chosen]
    choices = [_LEAVE_OUT_CHOICE, *(Choice(str(column.index), _column_choice_label(column)) for column in offered)]
    joined = chosen if len(chosen) > 1 else view.name_columns
    if field == ImportField.NAME and len(joined) > 1:
        choices.insert(1, Choice(_choice_value(joined), verbatim(join_headings(view, joined))))
    return ChoiceInput(field, FIELD_NAMES[field], tuple(choices), _choice_value(chosen))


def _choice_value(indexes: tuple[int, ...]) -> str:
    return "+".join(str(index) for index in indexes) or NO_COLUMN


def join_headings(view: ImportView, indexes: tuple[int, ...]) -> str:
    """Join the headings of several columns with plus signs."""
    headings = {column.index: column.heading for column in view.columns}
    return " + ".join(headings.get(index, "")[:HEADING_SHOWN_CHARS] for index in indexes)


def _column_choice_label(column: ImportColumn) -> T:
    """Label a column by its heading, or by its position and first value."""
    if column.heading:
        return verbatim(column.heading[:HEADING_SHOWN_CHARS])
    return t("{column}: {example}", column=column_label(column.index), example=column.example[:EXAMPLE_SHOWN_CHARS])


def default_inputs(view: ImportView) -> tuple[TextInput | ChoiceInput, ...]:
    """Ask for the values of rows that lack them, and what to do with duplicates."""
    plan = view.lead_import.plan
    choices = (Choice(SKIP_DUPLICATES, t("leave them out")), Choice(KEEP_DUPLICATES, t("import them all the same")))
    return (
        TextInput("title", t("Title, where a row has none"), plan.title, max_length=TITLE_MAX_CHARS),
        TextInput("source", t("Source, where a row has none"), plan.source, max_length=LEAD_LINE_MAX_CHARS),
        TextInput("campaign", t("Campaign, where a row has none"), plan.campaign, max_length=LEAD_LINE_MAX_CHARS),
        ChoiceInput(
            "duplicates",
            t("Rows whose e-mail or phone you have already"),
            choices,
            KEEP_DUPLICATES if plan.is_keeping_duplicates else SKIP_DUPLICATES,
        ),
    )
