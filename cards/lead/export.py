"""Leads as a table: what stands in which column, and the card that hands it over."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, TypeAlias

from cards.lead.elements import STEPS
from cards.model import Amount, Card, File, Run, T, Text, Tone, t, tn
from services.file.model import OfferedFile
from services.lead.export import ExportedLeads
from services.lead.model import LeadState, LeadView

Cell: TypeAlias = str | int | Amount | datetime | T | None

NAME: Final = t("Leads {first} to {last}.csv")
STATES: Final = {
    LeadState.OPEN: t("open"),
    LeadState.SUBMITTED: t("submitted"),
    LeadState.OFFERED: t("on offer"),
    LeadState.ASSIGNED: t("assigned"),
    LeadState.PICKED: t("in work"),
    LeadState.WON: t("won"),
    LeadState.LOST: t("lost"),
    LeadState.FAILED: t("not brokered"),
}

COLUMNS: Final[tuple[tuple[T, Callable[[LeadView], Cell]], ...]] = (
    (t("No."), lambda lead: lead.ref),
    (t("Title"), lambda lead: lead.title),
    (t("Name"), lambda lead: lead.contact.name),
    (t("E-mail"), lambda lead: lead.contact.email),
    (t("Phone"), lambda lead: lead.contact.phone),
    (t("Company"), lambda lead: lead.contact.company),
    (t("Postcode"), lambda lead: lead.contact.postcode),
    (t("Country"), lambda lead: lead.contact.country),
    (t("Enquiry"), lambda lead: lead.text),
    (t("Value"), lambda lead: _money(lead.value_cents, lead.currency)),
    (t("Currency"), lambda lead: lead.currency),
    (t("Source"), lambda lead: lead.source),
    (t("Campaign"), lambda lead: lead.campaign),
    (t("Questions and answers"), lambda lead: "\n".join(f"{asked}: {said}" for asked, said in lead.fields)),
    (t("Status"), lambda lead: STATES[lead.state]),
    (t("Step"), lambda lead: STEPS.get(lead.step)),
    (t("In charge"), lambda lead: lead.responsible),
    (t("Given by"), lambda lead: lead.giver),
    (t("Marketplace"), lambda lead: lead.marketplace),
    (t("Taken by"), lambda lead: lead.taker),
    (t("Created"), lambda lead: lead.created_at),
    (t("Picked by"), lambda lead: lead.picked_by),
    (t("Picked"), lambda lead: lead.picked_at),
    (t("Closed by"), lambda lead: lead.closed_by),
    (t("Closed"), lambda lead: lead.closed_at),
    (t("Won amount"), lambda lead: _money(lead.won_cents, lead.currency)),
    (t("Reason"), lambda lead: lead.lost_reason),
)
HEADER: Final = tuple(title for title, _ in COLUMNS)


def row(lead: LeadView) -> tuple[Cell, ...]:
    """A lead in its line."""
    return tuple(cell(lead) for _, cell in COLUMNS)


def _money(cents: int | None, currency: str) -> Amount | None:
    return None if cents is None else Amount(cents, currency)


def named(view: ExportedLeads) -> T:
    """What the file is called."""
    return T(NAME.source, {"first": view.first, "last": view.last})


def exported(view: ExportedLeads, offered: OfferedFile) -> Card:
    """The file, what stands in it, and the next one where there are more leads."""
    about = (
        t("Contacts stand in it as they are. The audit log keeps that you took them along.")
        if view.has_contacts
        else t("Contacts are masked in it, as everywhere for viewers.")
    )
    more = (Run(t("Next file"), "lead.export", {"after": view.after}),) if view.after else ()
    return Card(
        tn("{n} lead as a file", "{n} leads as a file", view.count),
        (File(offered.file_id, offered.name, offered.size_bytes), Text(about, Tone.SUBTLE)),
        more,
    )


def nothing_to_export() -> Card:
    """There is no lead."""
    return Card(
        t("There are no leads to take along."),
        (),
        (Run(t("Create lead"), "lead.create"),),
    )
