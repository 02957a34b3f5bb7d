"""From bytes to records, in one pass and with little memory: quotes may hold line breaks, and may be left open.

A quotation mark that is never closed would swallow the rest of a file. Whoever reads on for too long is stopped: the
line with the mark is spoilt, and the lines below it are read again, each by itself.
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
EMPTY: Final = frozenset({"\n", "\r\n", "\r"})


@dataclass(frozen=True, slots=True)
class Record:
    """Cells, and the line on which they begin."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Spoilt:
    """A line that cannot be told apart into cells: a quotation mark is open, or it never ends."""

    line: int
    is_open: bool
    text: str = ""
    """Its beginning."""


class _Stop(Exception):
    """No further line belongs to this record."""


class _Endless(Exception):
    """The line is longer than any record may be."""


class _Lines:
    """Lines of a text, given out for one record at a time."""

    def __init__(self, text: io.TextIOBase) -> None:
        self._text = text
        self._line = 0
        self._again: deque[tuple[int, str | None]] = deque()
        self.is_alone = False
        self._chars = 0
        self.taken: list[tuple[int, str | None]] = []
        """The record's lines; nothing in place of an endless one."""
        self.has_ended = False

    def begin(self) -> None:
        """The next line is the first of a record."""
        self.taken.clear()
        self._chars = 0
        self.has_ended = False

    def put_back(self) -> tuple[int, str]:
        """Read all but the first line of the record again, each by itself; that one line."""
        first, *others = self.taken
        self._again.extendleft(reversed(others))
        return first[0], first[1] or ""

    @property
    def is_odd(self) -> bool:
        """Whether the first line opens a quotation that it does not close, or the other way round."""
        return (self.taken[0][1] or "").count('"') % 2 == 1

    @property
    def is_torn(self) -> bool:
        """Whether the one line still has to do with a quotation mark above it."""
        return self.is_alone and self.is_odd

    @property
    def line(self) -> int:
        """Where the record begins."""
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
        while not self.taken and line in EMPTY:
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


def records(content: bytes, encoding: str, delimiter: str, columns: int = 0) -> Iterator[Record | Spoilt]:
    """All records in their order. Several lines are one record only if that has as many cells as there are columns."""
    # Characters that are none stay visible as such: their rows are skipped, and all others read.
    lines = _Lines(io.TextIOWrapper(io.BytesIO(content), encoding, errors="replace", newline=""))
    # Strict, so that a quotation mark which happens to stand in a row further down closes nothing.
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
    """A row by itself that quotes in its own way, such as `"Dach" und Fach`, is read as it stands."""
    if len(lines.taken) > 1 or lines.is_odd:
        return None
    try:
        return Record(lines.line, next(csv.reader([lines.taken[0][1] or ""], delimiter=delimiter)))
    except csv.Error:
        return None


def _spoilt(lines: _Lines) -> Spoilt:
    """The record's first line alone is lost; where its quotation marks are in order, it is too long."""
    is_open = len(lines.taken) > 1 or lines.is_odd
    line, text = lines.put_back()
    return Spoilt(line, is_open=is_open, text=text[:SPOILT_CHARS].rstrip("\r\n"))
