"""Examples of import cards for the gallery and its snapshots."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from cards.examples import NOW
from cards.lead_import import card, forms
from cards.refusal import refusal_card
from services.file import OfferedFile
from services.lead import Contact
from services.lead.model import Enquiry, Keys
from services.lead_import.model import (
    KNOWN,
    Column,
    Field,
    Halt,
    HowTo,
    ImportState,
    ImportView,
    LeadImport,
    NewLead,
    Plan,
    SkippedRow,
    Tally,
)
from services.lead_import.refusals import AlreadyImported, NameUnmapped
from services.people import TeamId, UserId
from services.spreadsheet import FILE_MAX_BYTES, ROWS_MAX
from services.table import Flaw, Unreadable
from services.table.model import COLUMNS_MAX

_PLAN: Final = Plan(
    columns={
        Field.NAME: (0, 1),
        Field.EMAIL: (2,),
        Field.PHONE: (3,),
        Field.TITLE: (4,),
        Field.VALUE: (5,),
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
_COLUMNS: Final = tuple(Column(place, heading, "Stand 4.12") for place, heading in enumerate(_HEADINGS))
_MANY: Final = tuple(
    Column(place, f"Überschrift der {place + 1}. Spalte, in vielen Worten") for place in range(COLUMNS_MAX)
)
_LEADS: Final = (
    NewLead(
        2,
        Contact("Eva Schneider", "eva.schneider@posteo.de", "+49 711 1234567", "", "70173", "DE"),
        Keys(),
        Enquiry("Dachsanierung, 120 m²", value_cents=1_850_000),
    ),
    NewLead(3, Contact("Holm Bau", company="Holm Bau", country="DE"), Keys(), Enquiry("Messe Stuttgart")),
)
_SKIPPED: Final = (
    SkippedRow(5, "email", "email"),
    SkippedRow(9, KNOWN, number=12),
    SkippedRow(14, KNOWN, number=-2),
    SkippedRow(17, Flaw.UNCLOSED),
    SkippedRow(23, "missing", "name"),
)
_VIEW: Final = ImportView(
    lead_import=_IMPORT,
    columns=_COLUMNS,
    joined=(0, 1),
    examples=_LEADS,
    checked=1_000,
    expected=Tally(941, 12, 47),
    skipped=_SKIPPED,
)
_EXAMPLE: Final = OfferedFile("f2", "Leads-Beispiel.csv", 380)
_RESULT: Final = OfferedFile("f3", "Ausgelassen aus Messe Stuttgart.csv", 48_200)
_RUNNING: Final = replace(
    _IMPORT,
    state=ImportState.RUNNING,
    tally=Tally(1_130, 20, 50),
    begun_at=NOW,
    first_number=13,
    last_number=1_142,
)
_STOPPED: Final = replace(_RUNNING, state=ImportState.STOPPED)
_DONE: Final = replace(
    _RUNNING,
    state=ImportState.DONE,
    tally=Tally(2_340, 30, 110),
    last_number=2_352,
    ended_at=NOW,
    result_file_id="f3",
    result_rows=140,
)


def _import_view(lead_import: LeadImport, **changes: str) -> ImportView:
    return ImportView(lead_import=replace(lead_import, **changes))


EXAMPLES: Final = {
    "explained": card.import_help_card(HowTo(_EXAMPLE)),
    "explained in a channel": card.import_help_card(HowTo(None)),
    "preview": card.import_card(_VIEW),
    "preview, guessed": card.import_card(
        replace(
            _VIEW,
            near=frozenset({Field.TITLE}),
            lead_import=replace(_IMPORT, rows=5),
            checked=5,
            expected=Tally(4, 1, 0),
            skipped=_SKIPPED[1:2],
        )
    ),
    "preview without a name": card.import_card(
        replace(_VIEW, lead_import=replace(_IMPORT, plan=Plan(columns={Field.EMAIL: (2,)})))
    ),
    "columns": forms.columns_form(_VIEW),
    "columns, very many": forms.columns_form(replace(_VIEW, columns=_MANY)),
    "begun": card.import_card(_import_view(replace(_RUNNING, tally=Tally()))),
    "running": card.import_card(replace(_import_view(_RUNNING), left_s=48)),
    "running for long": card.import_card(replace(_import_view(_RUNNING), left_s=190)),
    **{f"stopped, {halt.replace('_', ' ')}": card.import_card(_import_view(_STOPPED, halt=halt)) for halt in Halt},
    "done": card.import_card(replace(_import_view(_DONE), skipped=_SKIPPED, result=_RESULT)),
    "done, too many left out": card.import_card(replace(_import_view(replace(_DONE, result_rows=100)), result=_RESULT)),
    "done, one lead": card.import_card(_import_view(replace(_DONE, tally=Tally(1), last_number=13))),
    "already imported": refusal_card(AlreadyImported(NOW - timedelta(days=1), "Anna Weiß")),
    "being imported": refusal_card(AlreadyImported(NOW - timedelta(minutes=1), "Anna Weiß", is_done=False)),
    "name unmapped": refusal_card(NameUnmapped("0190c0ffee")),
    "a workbook": refusal_card(Unreadable("spreadsheet")),
    "no text": refusal_card(Unreadable("binary")),
    "an empty file": refusal_card(Unreadable("empty")),
    "too large": refusal_card(Unreadable("bytes", FILE_MAX_BYTES)),
    "too many columns": refusal_card(Unreadable("columns", COLUMNS_MAX)),
    "too many rows": refusal_card(Unreadable("rows", ROWS_MAX)),
}
