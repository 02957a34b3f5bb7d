"""Leads as a table: columns, rows, and the card that offers the file."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, TypeAlias

from cards.lead.elements import STEP_LABELS
from cards.model import Amount, Card, File, Run, T, Text, Tone, t, tn
from services.file.model import GeneratedFile
from services.lead.export import ExportedLeads
from services.lead.model import LeadState, LeadView

LeadCell: TypeAlias = str | int | Amount | datetime | T | None

FILE_NAME: Final = t("Leads {first} to {last}.csv")
STATE_NAMES: Final = {
    LeadState.OPEN: t("open"),
    LeadState.SUBMITTED: t("submitted"),
    LeadState.OFFERED: t("on offer"),
    LeadState.ASSIGNED: t("assigned"),
    LeadState.PICKED: t("in work"),
    LeadState.WON: t("won"),
    LeadState.LOST: t("lost"),
    LeadState.FAILED: t("not brokered"),
}

EXPORT_COLUMNS: Final[tuple[tuple[T, Callable[[LeadView], LeadCell]], ...]] = (
    (t("No."), lambda lead: lead.ref),
    (t("Title"), lambda lead: lead.title),
    (t("Name"), lambda lead: lead.contact.name),
    (t("E-mail"), lambda lead: lead.contact.email),
    (t("Phone"), lambda lead: lead.contact.phone),
    (t("Company"), lambda lead: lead.contact.company),
    (t("Postcode"), lambda lead: lead.contact.postcode),
    (t("Country"), lambda lead: lead.contact.country),
    (t("Enquiry"), lambda lead: lead.text),
    (t("Value"), lambda lead: _amount_cell(lead.value_cents, lead.currency)),
    (t("Currency"), lambda lead: lead.currency),
    (t("Source"), lambda lead: lead.source),
    (t("Campaign"), lambda lead: lead.campaign),
    (t("Questions and answers"), lambda lead: "\n".join(f"{asked}: {said}" for asked, said in lead.fields)),
    (t("Status"), lambda lead: STATE_NAMES[lead.state]),
    (t("Step"), lambda lead: STEP_LABELS.get(lead.step)),
    (t("In charge"), lambda lead: lead.responsible),
    (t("Given by"), lambda lead: lead.giver),
    (t("Marketplace"), lambda lead: lead.marketplace),
    (t("Taken by"), lambda lead: lead.taker),
    (t("Created"), lambda lead: lead.created_at),
    (t("Picked by"), lambda lead: lead.picked_by),
    (t("Picked"), lambda lead: lead.picked_at),
    (t("Closed by"), lambda lead: lead.closed_by),
    (t("Closed"), lambda lead: lead.closed_at),
    (t("Won amount"), lambda lead: _amount_cell(lead.won_cents, lead.currency)),
    (t("Reason"), lambda lead: lead.lost_reason),
)
LEAD_HEADER: Final = tuple(title for title, _ in EXPORT_COLUMNS)


def lead_row(lead: LeadView) -> tuple[LeadCell, ...]:
    """Build the row of a lead."""
    return tuple(cell(lead) for _, cell in EXPORT_COLUMNS)


def _amount_cell(cents: int | None, currency: str) -> Amount | None:
    return None if cents is None else Amount(cents, currency)


def leads_file_name(view: ExportedLeads) -> T:
    """Name the exported file by its first and last lead."""
    return T(FILE_NAME.source, {"first": view.first, "last": view.last})


def lead_export_card(view: ExportedLeads, offered: GeneratedFile) -> Card:
    """Offer the file, say whether contacts are masked, and offer the next file when there are more leads."""
    content_text = (
        t("Contacts stand in it as they are. The audit log keeps that you took them along.")
        if view.has_contacts
        else t("Contacts are masked in it, as everywhere for viewers.")
    )
    next_file = (
        (Run(t("Next file"), "lead.export", {"after": view.next_after_number}),) if view.next_after_number else ()
    )
    return Card(
        tn("{n} lead as a file", "{n} leads as a file", view.count),
        (File(offered.file_id, offered.name, offered.size_bytes), Text(content_text, Tone.SUBTLE)),
        next_file,
    )


def no_leads_card() -> Card:
    """Say that there is no lead to export."""
    return Card(
        t("There are no leads to take along."),
        (),
        (Run(t("Create lead"), "lead.create"),),
    )
