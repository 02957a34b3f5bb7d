"""Uploaded files parsed into rows, in any encoding and with any error."""

import codecs
import csv
import io

import pytest
from hypothesis import given, strategies as st

from services.spreadsheet import FILE_MAX_BYTES
from services.table import BadCsvRow, CsvRow, CsvTable, Encoding, NotATable, RowFlaw, match_headings, open_table
from services.table.model import CSV_CELL_MAX_CHARS, CSV_COLUMNS_MAX

TEXT = "Name;E-Mail;Notiz\nEva Weiß;eva@acme.example;Größe 12 €\n"
ROW = CsvRow(2, ("Eva Weiß", "eva@acme.example", "Größe 12 €"))
WORDS = {"email": ("E-Mail", "E-Mail-Adresse", "Mail"), "name": ("Name", "Contact"), "value": ("Wert", "Value")}


def skipped_lines(table: CsvTable) -> dict[int, RowFlaw]:
    """Return the lines that are skipped."""
    return {row.line: row.flaw for row in table.rows() if isinstance(row, BadCsvRow)}


@pytest.mark.parametrize(
    ("written", "encoding"),
    [
        (TEXT.encode(), Encoding.UTF_8),
        (codecs.BOM_UTF8 + TEXT.encode(), Encoding.UTF_8),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), Encoding.UTF_16),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), Encoding.UTF_16),
        (TEXT.encode("cp1252"), Encoding.CP1252),
    ],
)
def test_every_usual_encoding_is_read(written: bytes, encoding: Encoding) -> None:
    """Umlauts and euro signs are read in every usual encoding."""
    table = open_table(written)
    assert (table.encoding, table.headings, list(table.rows())) == (encoding, ("Name", "E-Mail", "Notiz"), [ROW])


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_the_delimiter_is_found_outside_quotes(delimiter: str) -> None:
    """Delimiters and line breaks inside quotes are ignored."""
    out = io.StringIO()
    rows = [["Firma", "Text"], ["A; B, C|D", "eins\nzwei;\tdrei,"], ["E", 'sagt "ja"']]
    csv.writer(out, delimiter=delimiter).writerows(rows)
    table = open_table(out.getvalue().encode())
    assert table.delimiter == delimiter
    assert [row.cells for row in table.rows()] == [tuple(row) for row in rows[1:]]


def test_sep_line_names_the_delimiter() -> None:
    """A first line `sep=` sets the delimiter and is not a heading."""
    table = open_table(b"sep=|\nName|Mail\nEva, Udo;|e@acme.example\n")
    assert (table.headings, table.heading_line) == (("Name", "Mail"), 2)
    assert [row.cells for row in table.rows()] == [("Eva, Udo;", "e@acme.example")]


def test_a_file_without_headings_keeps_its_first_row() -> None:
    """A first row with an address or a number is data."""
    table = open_table(b"Eva,eva@acme.example\nUdo,udo@acme.example\n")
    assert (table.heading_line, table.headings) == (0, ("", ""))
    assert [row.line for row in table.rows()] == [1, 2]


def test_rows_are_fitted_to_the_headings() -> None:
    """Missing cells are empty, surplus empty cells are cut, surplus full ones skip the row, empty rows are ignored."""
    table = open_table(b"\n\nName;Mail;;\nEva\n\n;;;\nUdo;u@acme.example;;;\nMax;m@acme.example;too;many\n")
    assert list(table.rows()) == [
        CsvRow(4, ("Eva", "")),
        CsvRow(7, ("Udo", "u@acme.example")),
        BadCsvRow(8, RowFlaw.TOO_MANY_CELLS, ("Max", "m@acme.example", "too", "many")),
    ]


def test_an_open_quote_costs_its_line_only() -> None:
    """Rows below an unclosed quote are read."""
    rows = "".join(f"P{number};p{number}@acme.example\n" for number in range(3000))
    table = open_table(f'Name;Mail\n"Eva;e@acme.example\n{rows}'.encode())
    read = list(table.rows())
    assert skipped_lines(table) == {2: RowFlaw.UNCLOSED}
    assert len(read) == 3001
    assert read[-1] == CsvRow(3002, ("P2999", "p2999@acme.example"))


def test_two_open_quotes_cost_two_lines() -> None:
    """Rows between two unclosed quotes are read, also where the number of cells would fit."""
    between = "".join(f"P{number};p{number}@acme.example\n" for number in range(50))
    table = open_table(f'Name;Mail\n"Eva;e@acme.example\n{between}"Udo;u@acme.example\nMax;m@acme.example\n'.encode())
    assert skipped_lines(table) == {2: RowFlaw.UNCLOSED, 53: RowFlaw.UNCLOSED}
    assert len(list(table.rows())) == 53


def test_unusual_quotes_are_read() -> None:
    """Quotes inside a cell, and text after a closing quote, are part of the cell."""
    table = open_table(b'Name;Text\nEva;Dach "Sued" neu\nUdo;"Dach" und Fach\n')
    assert [row.cells for row in table.rows()] == [("Eva", 'Dach "Sued" neu'), ("Udo", "Dach und Fach")]


def test_undecodable_characters_skip_their_row() -> None:
    """Undecodable bytes in an otherwise valid file skip their row only."""
    table = open_table("Name;Ort\nJörg;Köln\nUte;Mün".encode() + b"\xff" + "chen\nÄnne;Jülich\n".encode())
    assert table.encoding is Encoding.UTF_8
    assert skipped_lines(table) == {3: RowFlaw.UNREADABLE}


def test_limits_are_reported_by_line() -> None:
    """A cell or row beyond its limit is skipped with its line, and reading goes on."""
    cell, endless = "x" * (CSV_CELL_MAX_CHARS + 1), "y" * 5_000_000
    table = open_table(f'Name;Text\nA;{cell}\nB;"{endless}\nC;c\n{";" * 1_000_000}\nD;d\n'.encode())
    assert skipped_lines(table) == {2: RowFlaw.TOO_LONG, 3: RowFlaw.TOO_LONG, 5: RowFlaw.TOO_LONG}
    assert [row.line for row in table.rows() if isinstance(row, CsvRow)] == [4, 6]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PK\x03\x04 a workbook, or an archive that was given another name", "spreadsheet"),
        (b"\xd0\xcf\x11\xe0 an old workbook", "spreadsheet"),
        (b"%PDF-1.7", "binary"),
        (b"Name;Mail\nEva\0;e", "binary"),
        (b"", "empty"),
        (b"\n\n;;\n", "empty"),
        (b"x" * (FILE_MAX_BYTES + 1), "bytes"),
        (b";".join([b"a"] * (CSV_COLUMNS_MAX + 1)), "columns"),
    ],
)
def test_other_files_are_refused_by_name(content: bytes, reason: str) -> None:
    """Workbooks, pictures and files beyond a limit are refused, each with its own reason."""
    with pytest.raises(NotATable) as refused:
        open_table(content)
    assert refused.value.reason == reason


@given(st.lists(st.lists(st.text(alphabet='a;",\n\r ', max_size=8), min_size=3, max_size=3), max_size=30))
def test_any_written_table_is_read_unchanged(cells: list[list[str]]) -> None:
    """A file that is written correctly is read back cell by cell; carriage returns become line breaks."""
    out = io.StringIO()
    csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL).writerows([["Ab", "Cd", "Ef"], *cells])
    table = open_table(out.getvalue().encode())
    full = [tuple(row) for row in cells if any(cell.strip() for cell in row)]
    assert [row.cells for row in table.rows()] == full


@given(st.binary(max_size=400))
def test_any_bytes_are_a_table_or_refused(content: bytes) -> None:
    """Any bytes are a table or are refused, and every row has its line number, in order."""
    try:
        table = open_table(content)
    except NotATable:
        return
    lines = [row.line for row in table.rows()]
    assert lines == sorted(set(lines))


def test_headings_are_recognised_in_both_languages() -> None:
    """Spelling, case, hyphens and brackets do not matter; similar words are suggestions only."""
    found = match_headings(("E-MAIL ADRESSE", "Ort", "wert (EUR)", "E-Mail", "Contakt"), WORDS)
    assert found.exact == {"email": 0, "value": 2}
    assert found.similar == {"name": 4}
