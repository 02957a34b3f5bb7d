"""The files about a bulk invitation: its report, and the links that somebody passes on."""

from collections.abc import Iterator
from typing import Final, TypeAlias

from cards.bulk.labels import FATES, PARTS, why
from cards.model import Card, File, Run, T, Text, Tone, t
from services.bulk.model import BulkTable, BulkView, Fate
from services.file import OfferedFile

Row: TypeAlias = tuple[T | str | int, ...]

REPORT_NAME: Final = t("Invitations to {market}.csv")
LINKS_NAME: Final = t("Secret links to {market}.csv")
REPORT: Final = (t("Line"), t("Firm"), t("E-mail"), t("Part"), t("State"), t("Reason"))
LINKS: Final = (t("Line"), t("Firm"), t("E-mail"), t("Link"))


def named(name: T, view: BulkView) -> T:
    """The name of a file about this bulk invitation."""
    return T(name.source, {"market": view.marketplace})


def report_rows(table: BulkTable) -> Iterator[Row]:
    """Every line with what became of it."""
    for one in table.view.lines:
        part: T | str = PARTS[one.part] if one.fate is not Fate.REFUSED else ""
        yield one.line, one.firm, one.email, part, FATES[one.fate].text, why(one) or ""


def link_rows(table: BulkTable, public_url: str) -> Iterator[Row]:
    """Every firm that nothing but its link reaches."""
    address = f"{public_url.rstrip('/')}/join/"
    for one in table.view.lines:
        if one.line in table.links:
            yield one.line, one.firm, one.email, f"{address}{table.links[one.line]}"


def reported(view: BulkView, file: OfferedFile) -> Card:
    """The report, to be fetched."""
    return Card(t("Report on the invitations to {market}", market=view.marketplace), (_line(file),), (_overview(view),))


def links_taken(view: BulkView, file: OfferedFile) -> Card:
    """The links, to be fetched and kept secret."""
    secret = t(
        "Each link is a secret: whoever has it can answer for the firm. Pass each one on to its firm alone, and delete "
        "the file afterwards."
    )
    return Card(
        t("Links to {market}", market=view.marketplace), (_line(file), Text(secret, Tone.WARNING)), (_overview(view),)
    )


def _line(file: OfferedFile) -> File:
    return File(file.file_id, file.name, file.size_bytes)


def _overview(view: BulkView) -> Run:
    return Run(t("Overview"), "bulk.show", {"bulk": view.bulk_id})
