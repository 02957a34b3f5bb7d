"""What kind of file it is: its encoding, its delimiter, its headings. Raises Unreadable for what is no table."""

import codecs
import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from services.spreadsheet import FILE_MAX_BYTES
from services.table.model import COLUMNS_MAX, Encoding, Table, is_empty
from services.table.records import Record, records
from services.table.refusals import Unreadable

DELIMITERS: Final = (";", ",", "\t", "|")
SAMPLE_BYTES: Final = 64 * 1024
SAMPLE_ROWS: Final = 50
HEADING_ROWS: Final = 20
"""So many rows, empty ones, may stand above the headings."""
CHUNK_BYTES: Final = 1024 * 1024

_SPREADSHEETS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_OTHERS: Final = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"{\\rtf")
_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_TOLD: Final = re.compile(r"sep=(.)\s*", re.IGNORECASE)
"""The first line with which spreadsheets tell each other the delimiter."""
_VALUE: Final = re.compile(r"[^\W\d_]")


def open_table(content: bytes) -> Table:
    """The table in a file. Raises Unreadable."""
    if len(content) > FILE_MAX_BYTES:
        raise Unreadable("bytes", FILE_MAX_BYTES)
    encoding = _encoding(content)
    delimiter = _delimiter(content, encoding)
    first = _first(content, encoding, delimiter)
    if len(first.cells) > COLUMNS_MAX:
        raise Unreadable("columns", COLUMNS_MAX)
    headings = _without_tail(first.cells)
    if _names(headings):
        return Table(content, encoding, delimiter, first.line, tuple(cell.strip() for cell in headings))
    return Table(content, encoding, delimiter, 0, ("",) * len(headings))


def _encoding(content: bytes) -> Encoding:
    if content.startswith(_SPREADSHEETS):
        raise Unreadable("spreadsheet")
    if content.startswith(_OTHERS):
        raise Unreadable("binary")
    if content.startswith(_UTF_16):
        return Encoding.UTF_16
    if b"\0" in content:
        raise Unreadable("binary")
    return Encoding.UTF_8 if _is_utf_8(content) else Encoding.CP1252


def _is_utf_8(content: bytes) -> bool:
    """Also with a few flaws: where most of what is not ASCII makes sense, the rest is damage and no other encoding."""
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
    """The one that divides most rows alike, into most cells."""
    sample = _sample(content, encoding)
    told = _TOLD.match(sample.decode(encoding, "replace"))
    if told:
        return told[1]
    return max(DELIMITERS, key=lambda delimiter: _evenness(sample, encoding, delimiter))


def _sample(content: bytes, encoding: Encoding) -> bytes:
    """The beginning of the file, up to the end of a line where there is one."""
    if len(content) <= SAMPLE_BYTES or encoding is Encoding.UTF_16:
        return content[:SAMPLE_BYTES]
    return content[: content.rfind(b"\n", 0, SAMPLE_BYTES) + 1] or content[:SAMPLE_BYTES]


def _evenness(sample: bytes, encoding: Encoding, delimiter: str) -> tuple[float, int]:
    rows = islice((one for one in records(sample, encoding, delimiter) if not is_empty(one)), SAMPLE_ROWS)
    widths = [len(_without_tail(one.cells)) if isinstance(one, Record) else 0 for one in rows]
    if not widths or widths[0] <= 1:
        return 0.0, 0
    alike = sum(1 < width <= widths[0] for width in widths)
    return round(alike / len(widths), 1), widths[0]


def _without_tail(cells: list[str]) -> list[str]:
    """Without the empty cells at the end, which mean nothing."""
    width = len(cells)
    while width and not cells[width - 1].strip():
        width -= 1
    return cells[:width]


def _first(content: bytes, encoding: Encoding, delimiter: str) -> Record:
    """The first row in which something stands."""
    for record in islice(records(content, encoding, delimiter), HEADING_ROWS):
        told = isinstance(record, Record) and record.line == 1 and _TOLD.fullmatch(delimiter.join(record.cells))
        if isinstance(record, Record) and not is_empty(record) and not told:
            return record
    raise Unreadable("empty")


def _names(cells: list[str]) -> bool:
    """Whether these are headings: words all of them, and none an address or a number."""
    named = [cell for cell in cells if cell.strip()]
    return all(_VALUE.search(cell) and "@" not in cell for cell in named)
