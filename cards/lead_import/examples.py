"""Examples of import cards for the gallery and its snapshots."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from cards.examples import NOW
from cards.lead_import import card, forms
from cards.refusal import refusal_card
from services.file import GeneratedFile
from services.lead import Contact
from services.lead.model import ContactKeys, Enquiry
from services.lead_import.model import (
    DUPLICATE_CONTACT,
    ImportColumn,
    ImportedRow,
    ImportField,
    ImportInstructions,
    ImportPlan,
    ImportState,
    ImportView,
    LeadImport,
    RowCounts,
    SkippedRow,
    StopReason,
)
from services.lead_import.refusals import AlreadyImported, NameUnmapped
from services.people import TeamId, UserId
from services.spreadsheet import FILE_MAX_BYTES, ROWS_MAX
from services.table import NotATable, RowFlaw
from services.table.model import CSV_COLUMNS_MAX

_PLAN: Final = ImportPlan(
    columns={
        ImportField.NAME: (0, 1),
        ImportField.EMAIL: (2,),
        ImportField.PHONE: (3,),
        ImportField.TITLE: (4,),
        ImportField.VALUE: (5,),
    },
    title="Messe Stuttgart",
    source="Messe Stuttgart",
)
_IMPORT: Final = LeadImport(
    team_id=TeamId("t1"),
    import_id="0190c0ffee",
    user_id=UserId("ben"),
    user_name="Ben Kaya",
    file_id="f1",
    file_name="Messe Stuttgart.csv",
    sha256="",
    state=ImportState.PREVIEW,
    plan=_PLAN,
    rows=2_480,
    created_at=NOW,
)
_HEADINGS: Final = ("Vorname", "Nachname", "E-Mail", "Telefon", "Worum geht es?", "Wert (EUR)", "")
_COLUMNS: Final = tuple(ImportColumn(index, heading, "Stand 4.12") for index, heading in enumerate(_HEADINGS))
_MANY: Final = tuple(
    ImportColumn(item, f"Überschrift der {item + 1}. Spalte, in vielen Worten") for item in range(CSV_COLUMNS_MAX)
)
_LEADS: Final = (
    ImportedRow(
        2,
        Contact("Eva Schneider", "eva.schneider@posteo.de", "+49 711 1234567", "", "70173", "DE"),
        ContactKeys(),
        Enquiry("Dachsanierung, 120 m²", value_cents=1_850_000),
    ),
    ImportedRow(3, Contact("Holm Bau", company="Holm Bau", country="DE"), ContactKeys(), Enquiry("Messe Stuttgart")),
)
_SKIPPED: Final = (
    SkippedRow(5, "email", "email"),
    SkippedRow(9, DUPLICATE_CONTACT, number=12),
    SkippedRow(14, DUPLICATE_CONTACT, number=-2),
    SkippedRow(17, RowFlaw.UNCLOSED),
    SkippedRow(23, "missing", "name"),
)
_VIEW: Final = ImportView(
    lead_import=_IMPORT,
    columns=_COLUMNS,
    name_columns=(0, 1),
    examples=_LEADS,
    parsed_rows=1_000,
    expected=RowCounts(941, 12, 47),
    skipped=_SKIPPED,
)
_EXAMPLE: Final = GeneratedFile("f2", "Leads-Beispiel.csv", 380)
_RESULT: Final = GeneratedFile("f3", "Ausgelassen aus Messe Stuttgart.csv", 48_200)
_RUNNING: Final = replace(
    _IMPORT,
    state=ImportState.RUNNING,
    tally=RowCounts(1_130, 20, 50),
    begun_at=NOW,
    first_number=13,
    last_number=1_142,
)
_STOPPED: Final = replace(_RUNNING, state=ImportState.STOPPED)
_DONE: Final = replace(
    _RUNNING,
    state=ImportState.DONE,
    tally=RowCounts(2_340, 30, 110),
    last_number=2_352,
    ended_at=NOW,
    result_file_id="f3",
    result_rows=140,
)


def _import_view(lead_import: LeadImport, **changes: str) -> ImportView:
    return ImportView(lead_import=replace(lead_import, **changes))


EXAMPLES: Final = {
    "explained": card.import_help_card(ImportInstructions(_EXAMPLE)),
    "explained in a channel": card.import_help_card(ImportInstructions(None)),
    "preview": card.import_card(_VIEW),
    "preview, guessed": card.import_card(
        replace(
            _VIEW,
            guessed=frozenset({ImportField.TITLE}),
            lead_import=replace(_IMPORT, rows=5),
            parsed_rows=5,
            expected=RowCounts(4, 1, 0),
            skipped=_SKIPPED[1:2],
        )
    ),
    "preview without a name": card.import_card(
        replace(_VIEW, lead_import=replace(_IMPORT, plan=ImportPlan(columns={ImportField.EMAIL: (2,)})))
    ),
    "columns": forms.columns_form(_VIEW),
    "columns, very many": forms.columns_form(replace(_VIEW, columns=_MANY)),
    "begun": card.import_card(_import_view(replace(_RUNNING, tally=RowCounts()))),
    "running": card.import_card(replace(_import_view(_RUNNING), remaining_s=48)),
    "running for long": card.import_card(replace(_import_view(_RUNNING), remaining_s=190)),
    **{
        f"stopped, {halt.replace('_', ' ')}": card.import_card(_import_view(_STOPPED, halt=halt)) for halt in StopReason
    },
    "done": card.import_card(replace(_import_view(_DONE), skipped=_SKIPPED, result=_RESULT)),
    "done, too many left out": card.import_card(replace(_import_view(replace(_DONE, result_rows=100)), result=_RESULT)),
    "done, one lead": card.import_card(_import_view(replace(_DONE, tally=RowCounts(1), last_number=13))),
    "already imported": refusal_card(AlreadyImported(NOW - timedelta(days=1), "Anna Weiß")),
    "being imported": refusal_card(AlreadyImported(NOW - timedelta(minutes=1), "Anna Weiß", is_done=False)),
    "name unmapped": refusal_card(NameUnmapped("0190c0ffee")),
    "a workbook": refusal_card(NotATable("spreadsheet")),
    "no text": refusal_card(NotATable("binary")),
    "an empty file": refusal_card(NotATable("empty")),
    "too large": refusal_card(NotATable("bytes", FILE_MAX_BYTES)),
    "too many columns": refusal_card(NotATable("columns", CSV_COLUMNS_MAX)),
    "too many rows": refusal_card(NotATable("rows", ROWS_MAX)),
}
