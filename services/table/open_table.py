"""Detection of a file's encoding, delimiter and headings. Raises Unreadable for what is no table."""

import codecs
import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from services.spreadsheet import FILE_MAX_BYTES
from services.table.model import CSV_COLUMNS_MAX, CsvTable, Encoding, is_blank
from services.table.records import Record, parse_records
from services.table.refusals import NotATable

KNOWN_DELIMITERS: Final = (";", ",", "\t", "|")
SAMPLE_BYTES: Final = 64 * 1024
SAMPLE_ROWS: Final = 50
HEADING_ROWS: Final = 20
"""Empty rows allowed above the headings."""
CHUNK_BYTES: Final = 1024 * 1024

_SPREADSHEETS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_OTHERS: Final = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"{\\rtf")
_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DELIMITER_LINE: Final = re.compile(r"sep=(.)\s*", re.IGNORECASE)
"""First line by which spreadsheet programs declare the delimiter."""
_VALUE: Final = re.compile(r"[^\W\d_]")


def open_table(content: bytes) -> CsvTable:
    """Parse a file as a table. Raises Unreadable."""
    if len(content) > FILE_MAX_BYTES:
        raise NotATable("bytes", FILE_MAX_BYTES)
    encoding = _encoding(content)
    delimiter = _delimiter(content, encoding)
    first = _first(content, encoding, delimiter)
    if len(first.cells) > CSV_COLUMNS_MAX:
        raise NotATable("columns", CSV_COLUMNS_MAX)
    headings = _without_tail(first.cells)
    if _names(headings):
        return CsvTable(content, encoding, delimiter, first.line, tuple(cell.strip() for cell in headings))
    return CsvTable(content, encoding, delimiter, 0, ("",) * len(headings))


def _encoding(content: bytes) -> Encoding:
    if content.startswith(_SPREADSHEETS):
        raise NotATable("spreadsheet")
    if content.startswith(_OTHERS):
        raise NotATable("binary")
    if content.startswith(_UTF_16):
        return Encoding.UTF_16
    if b"\0" in content:
        raise NotATable("binary")
    return Encoding.UTF_8 if _is_utf_8(content) else Encoding.CP1252


def _is_utf_8(content: bytes) -> bool:
    """Return whether the content is UTF-8, possibly with some damaged characters.

    If most non-ASCII characters decode, the rest is damage rather than another encoding.
    """
    foreign = broken = 0
    for text in _decoded(content):
        foreign += len(text) - len(text.encode("ascii", "ignore"))
        broken += text.count("\ufffd")
    return foreign >= 2 * broken


def _decoded(content: bytes) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    for start in range(0, len(content), CHUNK_BYTES):
        yield decoder.decode(content[start : start + CHUNK_BYTES])
    yield decoder.decode(b"", final=True)


def _delimiter(content: bytes, encoding: Encoding) -> str:
    """Return the delimiter that splits most rows into the same number of cells."""
    sample = _sample(content, encoding)
    told = _DELIMITER_LINE.match(sample.decode(encoding, "replace"))
    if told:
        return told[1]
    return max(KNOWN_DELIMITERS, key=lambda delimiter: _evenness(sample, encoding, delimiter))


def _sample(content: bytes, encoding: Encoding) -> bytes:
    """Return the beginning of the file, cut at the end of a line where possible."""
    if len(content) <= SAMPLE_BYTES or encoding is Encoding.UTF_16:
        return content[:SAMPLE_BYTES]
    return content[: content.rfind(b"\n", 0, SAMPLE_BYTES) + 1] or content[:SAMPLE_BYTES]


def _evenness(sample: bytes, encoding: Encoding, delimiter: str) -> tuple[float, int]:
    rows = islice(
        (parse_record for parse_record in parse_records(sample, encoding, delimiter) if not is_blank(parse_record)),
        SAMPLE_ROWS,
    )
    widths = [len(_without_tail(row.cells)) if isinstance(row, Record) else 0 for row in rows]
    if not widths or widths[0] <= 1:
        return 0.0, 0
    alike = sum(1 < width <= widths[0] for width in widths)
    return round(alike / len(widths), 1), widths[0]


def _without_tail(cells: list[str]) -> list[str]:
    """Return the cells without trailing empty ones."""
    width = len(cells)
    while width and not cells[width - 1].strip():
        width -= 1
    return cells[:width]


def _first(content: bytes, encoding: Encoding, delimiter: str) -> Record:
    """Return the first row with content."""
    for record in islice(parse_records(content, encoding, delimiter), HEADING_ROWS):
        told = (
            isinstance(record, Record) and record.line == 1 and _DELIMITER_LINE.fullmatch(delimiter.join(record.cells))
        )
        if isinstance(record, Record) and not is_blank(record) and not told:
            return record
    raise NotATable("empty")


def _names(cells: list[str]) -> bool:
    """Return whether the row holds headings: words only, no address and no number."""
    named = [cell for cell in cells if cell.strip()]
    return all(_VALUE.search(cell) and "@" not in cell for cell in named)
