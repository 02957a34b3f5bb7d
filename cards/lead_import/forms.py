"""Which column of the file is which part of a lead."""

from typing import Final

from cards.lead_import.skipped_rows import FIELDS, column
from cards.model import Card, Choice, ChoiceInput, Run, Style, T, Text, TextInput, Tone, t, verbatim
from services.lead.model import LINE_MAX_CHARS, TITLE_MAX_CHARS
from services.lead_import.model import Column, Field, ImportView

NONE: Final = "none"
"""Chosen where a part is left out."""
KEEP: Final = "keep"
"""Chosen where rows are imported whose contact is here already."""
SKIP: Final = "skip"
COLUMNS_OFFERED: Final = 20
"""A card has room for so many columns to choose from."""
HEADING_CHARS: Final = 30
EXAMPLE_CHARS: Final = 20

_LEFT_OUT: Final = Choice(NONE, t("leave out"))


def columns_form(view: ImportView) -> Card:
    """A choice for each part, filled with what the headings say."""
    many = (
        (Text(t("Only the first {n} columns can be chosen here.", n=COLUMNS_OFFERED), Tone.SUBTLE),)
        if len(view.columns) > COLUMNS_OFFERED
        else ()
    )
    args = {"lead_import": view.lead_import.import_id}
    return Card(
        t("Which column is what?"),
        (
            Text(t("{name}, {n} columns", name=view.lead_import.file_name, n=len(view.columns)), Tone.SUBTLE),
            *many,
            *(_choice(view, field) for field in FIELDS),
        ),
        (
            Run(t("Show preview"), "lead.import_assign", args, Style.PRIMARY, collects=True),
            Run(t("Back"), "lead.import_show", args),
        ),
    )


def _choice(view: ImportView, field: str) -> ChoiceInput:
    chosen = view.lead_import.plan.columns.get(Field(field), ())
    offered = [one for one in view.columns if one.place < COLUMNS_OFFERED or one.place in chosen]
    choices = [_LEFT_OUT, *(Choice(str(one.place), _labelled(one)) for one in offered)]
    joined = chosen if len(chosen) > 1 else view.joined
    if field == Field.NAME and len(joined) > 1:
        choices.insert(1, Choice(_value(joined), verbatim(headings(view, joined))))
    return ChoiceInput(field, FIELDS[field], tuple(choices), _value(chosen))


def _value(places: tuple[int, ...]) -> str:
    return "+".join(str(place) for place in places) or NONE


def headings(view: ImportView, places: tuple[int, ...]) -> str:
    """The headings of some columns, as one writes that they are joined."""
    named = {one.place: one.heading for one in view.columns}
    return " + ".join(named.get(place, "")[:HEADING_CHARS] for place in places)


def _labelled(one: Column) -> T:
    """The heading, or its place with what stands first in it."""
    if one.heading:
        return verbatim(one.heading[:HEADING_CHARS])
    return t("{column}: {example}", column=column(one.place), example=one.example[:EXAMPLE_CHARS])


def defaults(view: ImportView) -> tuple[TextInput | ChoiceInput, ...]:
    """What holds for every row that says nothing of it, and what becomes of contacts that are here already."""
    plan = view.lead_import.plan
    choices = (Choice(SKIP, t("leave them out")), Choice(KEEP, t("import them all the same")))
    return (
        TextInput("title", t("Title, where a row has none"), plan.title, max_length=TITLE_MAX_CHARS),
        TextInput("source", t("Source, where a row has none"), plan.source, max_length=LINE_MAX_CHARS),
        TextInput("campaign", t("Campaign, where a row has none"), plan.campaign, max_length=LINE_MAX_CHARS),
        ChoiceInput(
            "duplicates",
            t("Rows whose e-mail or phone you have already"),
            choices,
            KEEP if plan.keeps_duplicates else SKIP,
        ),
    )
