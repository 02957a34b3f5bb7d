"""Files about a bulk invitation: its report, and the links to pass on by hand."""

from collections.abc import Iterator
from typing import Final, TypeAlias

from cards.bulk.labels import FATE_BADGES, PART_NAMES, failure_reason
from cards.model import Card, File, Run, T, Text, Tone, t
from services.bulk.model import BulkTable, BulkView, LineOutcome
from services.file import GeneratedFile

BulkTableRow: TypeAlias = tuple[T | str | int, ...]

REPORT_NAME: Final = t("Invitations to {market}.csv")
LINKS_NAME: Final = t("Secret links to {market}.csv")
REPORT_HEADER: Final = (t("Line"), t("Firm"), t("E-mail"), t("Part"), t("State"), t("Reason"))
LINKS_HEADER: Final = (t("Line"), t("Firm"), t("E-mail"), t("Link"))


def bulk_file_name(name: T, view: BulkView) -> T:
    """Name a file after the marketplace of this bulk invitation."""
    return T(name.source, {"market": view.marketplace})


def report_rows(table: BulkTable) -> Iterator[BulkTableRow]:
    """Build a row for every line with its state."""
    for line in table.view.lines:
        part: T | str = PART_NAMES[line.part] if line.outcome is not LineOutcome.REFUSED else ""
        yield line.line, line.partner, line.email, part, FATE_BADGES[line.outcome].text, failure_reason(line) or ""


def link_rows(table: BulkTable, public_url: str) -> Iterator[BulkTableRow]:
    """Build a row for every invitee who can only be reached by a link."""
    address = f"{public_url.rstrip('/')}/join/"
    for line in table.view.lines:
        if line.line in table.links:
            yield line.line, line.partner, line.email, f"{address}{table.links[line.line]}"


def report_file_card(view: BulkView, file: GeneratedFile) -> Card:
    """Offer the report for download."""
    return Card(
        t("Report on the invitations to {market}", market=view.marketplace),
        (_file_block(file),),
        (_overview_button(view),),
    )


def links_file_card(view: BulkView, file: GeneratedFile) -> Card:
    """Offer the secret links for download."""
    secret = t(
        "Each link is a secret: whoever has it can answer for the firm. Pass each one on to its firm alone, and delete "
        "the file afterwards."
    )
    return Card(
        t("Links to {market}", market=view.marketplace),
        (_file_block(file), Text(secret, Tone.WARNING)),
        (_overview_button(view),),
    )


def _file_block(file: GeneratedFile) -> File:
    return File(file.file_id, file.name, file.size_bytes)


def _overview_button(view: BulkView) -> Run:
    return Run(t("Overview"), "bulk.show", {"bulk": view.bulk_id})
