"""Form for pasted lines or an uploaded file of invitees."""

from collections.abc import Mapping
from typing import Any, Final

from cards.bulk.labels import PART_NAMES
from cards.model import Card, Choice, ChoiceInput, Run, Style, Text, TextInput, Tone, t, tn, verbatim
from services.bulk.model import FILE_ROWS_MAX, TYPED_LINES_MAX, TYPED_TEXT_MAX_CHARS, BulkForm
from services.invitation.model import INVITATION_TEXT_MAX_CHARS
from services.marketplace.model import Part

EXAMPLE_LINE: Final = "Dachwerk Süd KG; info@dachwerk.example"


def bulk_form(view: BulkForm, values: Mapping[str, Any]) -> Card:
    """Ask for the invitees, their part in the marketplace and the mail's text."""
    chosen = _chosen_marketplace(view, str(values.get("marketplace", "")))
    args = {**({"marketplace": chosen} if chosen else {}), **({"file": view.file_id} if view.file_id else {})}
    parts = tuple(Choice(str(part), label) for part, label in PART_NAMES.items())
    label = t("What the firms do, unless the file says otherwise") if view.file_id else t("What the firms do")
    return Card(
        t("Invite many firms"),
        (
            *_source_blocks(view, values),
            *(() if chosen else (_marketplace_input(view),)),
            ChoiceInput("part", label, parts, str(values.get("part") or Part.TAKES), required=True),
            TextInput(
                "text",
                t("Your own words"),
                str(values.get("text", "")),
                multiline=True,
                max_length=INVITATION_TEXT_MAX_CHARS,
            ),
            Text(t("First you see who will be invited. Nothing is sent before that."), Tone.SUBTLE),
        ),
        (
            Run(t("Check the list"), "marketplace.invite_many", args, Style.PRIMARY, collects=True),
            Run(t("Cancel"), "cancel"),
        ),
    )


def _chosen_marketplace(view: BulkForm, reference: str) -> str:
    matches = [
        marketplace_id
        for marketplace_id, name in view.marketplaces
        if reference.casefold() in {marketplace_id.casefold(), name.casefold()}
    ]
    candidates = matches or [marketplace_id for marketplace_id, _ in view.marketplaces]
    return candidates[0] if len(candidates) == 1 else ""


def _source_blocks(view: BulkForm, values: Mapping[str, Any]) -> tuple[Text | TextInput, ...]:
    if view.file_id:
        return (Text(tn("{n} firm in “{file}”.", "{n} firms in “{file}”.", view.rows, file=view.file_name)),)
    return (
        TextInput(
            "firms",
            t("Firms with their e-mail address, one a line (up to {limit})", limit=TYPED_LINES_MAX),
            str(values.get("firms", "")),
            required=True,
            multiline=True,
            max_length=TYPED_TEXT_MAX_CHARS,
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
    choices = tuple(Choice(marketplace_id, verbatim(name)) for marketplace_id, name in view.marketplaces)
    return ChoiceInput("marketplace", t("Market"), choices, required=True)
