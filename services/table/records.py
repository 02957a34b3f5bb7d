"""Parser of bytes into records, in one pass with bounded memory; quotes may hold line breaks or stay unclosed.

An unclosed quotation mark would swallow the rest of a file. Beyond a limit the reader stops: the line with the mark is
spoilt, and the lines below it are read again, each as a record of its own.
"""

import csv
import io
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

RECORD_MAX_CHARS: Final = 256 * 1024
RECORD_MAX_LINES: Final = 200
SPOILT_CHARS: Final = 1_000
EMPTY_LINES: Final = frozenset({"\n", "\r\n", "\r"})


@dataclass(frozen=True, slots=True)
class Record:
    """Cells with the line on which they begin."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class SpoiltLine:
    """Line that cannot be split into cells: a quotation mark is unclosed, or the line is too long."""

    line: int
    is_open: bool
    text: str = ""
    """Beginning of the line."""


class _Stop(Exception):
    """No further line belongs to this record."""


class _Endless(Exception):
    """The line is longer than a record may be."""


class _Lines:
    """Lines of a text, handed out for one record at a time."""

    def __init__(self, text: io.TextIOBase) -> None:
        self._text = text
        self._line = 0
        self._again: deque[tuple[int, str | None]] = deque()
        self.is_alone = False
        self._chars = 0
        self.taken: list[tuple[int, str | None]] = []
        """Lines of the record; None in place of a too long one."""
        self.has_ended = False

    def begin(self) -> None:
        """Begin a new record with the next line."""
        self.taken.clear()
        self._chars = 0
        self.has_ended = False

    def put_back(self) -> tuple[int, str]:
        """Queue all but the record's first line to be read again one by one, and return that line."""
        first, *others = self.taken
        self._again.extendleft(reversed(others))
        return first[0], first[1] or ""

    @property
    def is_odd(self) -> bool:
        """Return whether the first line has an odd number of quotation marks."""
        return (self.taken[0][1] or "").count('"') % 2 == 1

    @property
    def is_torn(self) -> bool:
        """Return whether the single line belongs to a quotation begun above it."""
        return self.is_alone and self.is_odd

    @property
    def line(self) -> int:
        """Return the line on which the record begins."""
        return self.taken[0][0]

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if self.taken and (self.is_alone or self._is_full()):
            raise _Stop
        self.is_alone = bool(self._again)
        number, text = self._again.popleft() if self._again else self._read()
        self.taken.append((number, text))
        if text is None:
            raise _Endless
        self._chars += len(text)
        return text

    def _is_full(self) -> bool:
        return self._chars >= RECORD_MAX_CHARS or len(self.taken) >= RECORD_MAX_LINES

    def _read(self) -> tuple[int, str | None]:
        line = self._next()
        while not self.taken and line in EMPTY_LINES:
            line = self._next()
        if not line:
            self.has_ended = True
            raise StopIteration
        if len(line) < RECORD_MAX_CHARS or line[-1] in "\r\n":
            return self._line, line
        while (more := self._text.readline(RECORD_MAX_CHARS)) and more[-1] not in "\r\n":
            pass
        return self._line, None

    def _next(self) -> str:
        self._line += 1
        return self._text.readline(RECORD_MAX_CHARS)


def parse_records(content: bytes, encoding: str, delimiter: str, columns: int = 0) -> Iterator[Record | SpoiltLine]:
    """Yield all records in order. Several lines form a record only if its cells match the number of columns."""
    # Invalid characters are replaced visibly: only their rows are skipped.
    lines = _Lines(io.TextIOWrapper(io.BytesIO(content), encoding, errors="replace", newline=""))
    # Strict, so that a quotation mark inside a later row closes nothing.
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (_Stop, _Endless):
            yield _spoilt(lines)
        except csv.Error:
            yield _leniently(lines, delimiter) or _spoilt(lines)
        else:
            is_uneven = len(lines.taken) > 1 and columns not in (0, len(cells))
            yield _spoilt(lines) if is_uneven or lines.is_torn else Record(lines.line, cells)


def _leniently(lines: _Lines, delimiter: str) -> Record | None:
    """Parse a single row with unescaped quotation marks, such as `"Dach" und Fach`, leniently."""
    if len(lines.taken) > 1 or lines.is_odd:
        return None
    try:
        return Record(lines.line, next(csv.reader([lines.taken[0][1] or ""], delimiter=delimiter)))
    except csv.Error:
        return None


def _spoilt(lines: _Lines) -> SpoiltLine:
    """Mark only the record's first line as spoilt; with balanced quotation marks it is too long."""
    is_open = len(lines.taken) > 1 or lines.is_odd
    line, text = lines.put_back()
    return SpoiltLine(line, is_open=is_open, text=text[:SPOILT_CHARS].rstrip("\r\n"))
