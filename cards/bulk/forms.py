"""The form into which firms are pasted, or in which a file of firms is made ready."""

from collections.abc import Mapping
from typing import Any, Final

from cards.bulk.labels import PART_NAMES
from cards.model import Card, Choice, ChoiceInput, Run, Style, Text, TextInput, Tone, t, tn, verbatim
from services.bulk.model import FILE_ROWS_MAX, TYPED_MAX, TYPED_MAX_CHARS, BulkForm
from services.invitation.model import TEXT_MAX_CHARS
from services.marketplace.model import Part

EXAMPLE_LINE: Final = "Dachwerk Süd KG; info@dachwerk.example"


def bulk_form(view: BulkForm, known: Mapping[str, Any]) -> Card:
    """Which firms, as what, with which words."""
    chosen = _chosen_marketplace(view, str(known.get("marketplace", "")))
    args = {**({"marketplace": chosen} if chosen else {}), **({"file": view.file_id} if view.file_id else {})}
    parts = tuple(Choice(str(part), label) for part, label in PART_NAMES.items())
    label = t("What the firms do, unless the file says otherwise") if view.file_id else t("What the firms do")
    return Card(
        t("Invite many firms"),
        (
            *_source_blocks(view, known),
            *(() if chosen else (_marketplace_input(view),)),
            ChoiceInput("part", label, parts, str(known.get("part") or Part.TAKES), required=True),
            TextInput(
                "text", t("Your own words"), str(known.get("text", "")), multiline=True, max_length=TEXT_MAX_CHARS
            ),
            Text(t("First you see who will be invited. Nothing is sent before that."), Tone.SUBTLE),
        ),
        (
            Run(t("Check the list"), "marketplace.invite_many", args, Style.PRIMARY, collects=True),
            Run(t("Cancel"), "cancel"),
        ),
    )


def _chosen_marketplace(view: BulkForm, wanted: str) -> str:
    fitting = [one for one, name in view.marketplaces if wanted.casefold() in {one.casefold(), name.casefold()}]
    only = fitting or [one for one, _ in view.marketplaces]
    return only[0] if len(only) == 1 else ""


def _source_blocks(view: BulkForm, known: Mapping[str, Any]) -> tuple[Text | TextInput, ...]:
    if view.file_id:
        return (Text(tn("{n} firm in “{file}”.", "{n} firms in “{file}”.", view.rows, file=view.file_name)),)
    return (
        TextInput(
            "firms",
            t("Firms with their e-mail address, one a line (up to {limit})", limit=TYPED_MAX),
            str(known.get("firms", "")),
            required=True,
            multiline=True,
            max_length=TYPED_MAX_CHARS,
            placeholder=verbatim(EXAMPLE_LINE),
        ),
        Text(
            t(
                "For up to {limit} firms, send me a CSV file with the columns firm and e-mail in our direct chat.",
                limit=FILE_ROWS_MAX,
            ),
            Tone.SUBTLE,
        ),
    )


def _marketplace_input(view: BulkForm) -> ChoiceInput:
    choices = tuple(Choice(one, verbatim(name)) for one, name in view.marketplaces)
    return ChoiceInput("marketplace", t("Market"), choices, required=True)
