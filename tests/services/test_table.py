"""Files that people bring along, as rows: whatever wrote them, whatever is wrong with them."""

import codecs
import csv
import io

import pytest
from hypothesis import given, strategies as st

from services.spreadsheet import FILE_MAX_BYTES
from services.table import BadRow, Encoding, Flaw, Row, Table, Unreadable, open_table, recognise
from services.table.model import CELL_MAX_CHARS, COLUMNS_MAX

TEXT = "Name;E-Mail;Notiz\nEva Weiß;eva@acme.example;Größe 12 €\n"
ROW = Row(2, ("Eva Weiß", "eva@acme.example", "Größe 12 €"))
WORDS = {"email": ("E-Mail", "E-Mail-Adresse", "Mail"), "name": ("Name", "Contact"), "value": ("Wert", "Value")}


def flaws(table: Table) -> dict[int, Flaw]:
    """The lines that are skipped."""
    return {row.line: row.flaw for row in table.rows() if isinstance(row, BadRow)}


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
    """Umlauts and euro signs arrive, whichever of the usual encodings the file has."""
    table = open_table(written)
    assert (table.encoding, table.headings, list(table.rows())) == (encoding, ("Name", "E-Mail", "Notiz"), [ROW])


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_the_delimiter_is_found_behind_quotes(delimiter: str) -> None:
    """What stands in quotes does not count: neither other delimiters nor line breaks."""
    out = io.StringIO()
    rows = [["Firma", "Text"], ["A; B, C|D", "eins\nzwei;\tdrei,"], ["E", 'sagt "ja"']]
    csv.writer(out, delimiter=delimiter).writerows(rows)
    table = open_table(out.getvalue().encode())
    assert table.delimiter == delimiter
    assert [row.cells for row in table.rows()] == [tuple(row) for row in rows[1:]]


def test_a_spreadsheet_may_name_its_delimiter() -> None:
    """The first line `sep=` is taken at its word, and is no heading."""
    table = open_table(b"sep=|\nName|Mail\nEva, Udo;|e@acme.example\n")
    assert (table.headings, table.heading_line) == (("Name", "Mail"), 2)
    assert [row.cells for row in table.rows()] == [("Eva, Udo;", "e@acme.example")]


def test_a_file_without_headings_keeps_its_first_row() -> None:
    """Where the first row has an address or a number, it is a row like all others."""
    table = open_table(b"Eva,eva@acme.example\nUdo,udo@acme.example\n")
    assert (table.heading_line, table.headings) == (0, ("", ""))
    assert [row.line for row in table.rows()] == [1, 2]


def test_rows_have_as_many_cells_as_headings() -> None:
    """Missing cells are empty, empty ones too many are cut, full ones too many spoil the row, empty rows are none."""
    table = open_table(b"\n\nName;Mail;;\nEva\n\n;;;\nUdo;u@acme.example;;;\nMax;m@acme.example;too;many\n")
    assert list(table.rows()) == [
        Row(4, ("Eva", "")),
        Row(7, ("Udo", "u@acme.example")),
        BadRow(8, Flaw.TOO_MANY_CELLS, ("Max", "m@acme.example", "too", "many")),
    ]


def test_an_open_quotation_mark_costs_its_own_line_only() -> None:
    """The rows below a quotation mark that is never closed are read all the same."""
    rows = "".join(f"P{number};p{number}@acme.example\n" for number in range(3000))
    table = open_table(f'Name;Mail\n"Eva;e@acme.example\n{rows}'.encode())
    read = list(table.rows())
    assert flaws(table) == {2: Flaw.UNCLOSED}
    assert len(read) == 3001
    assert read[-1] == Row(3002, ("P2999", "p2999@acme.example"))


def test_two_open_quotation_marks_cost_two_lines() -> None:
    """What stands between two rows that each open a quotation is no part of it, also where the cells would add up."""
    between = "".join(f"P{number};p{number}@acme.example\n" for number in range(50))
    table = open_table(f'Name;Mail\n"Eva;e@acme.example\n{between}"Udo;u@acme.example\nMax;m@acme.example\n'.encode())
    assert flaws(table) == {2: Flaw.UNCLOSED, 53: Flaw.UNCLOSED}
    assert len(list(table.rows())) == 53


def test_a_row_may_quote_in_its_own_way() -> None:
    """Quotation marks in the middle of a cell, and words behind a closing one, are part of what was written."""
    table = open_table(b'Name;Text\nEva;Dach "Sued" neu\nUdo;"Dach" und Fach\n')
    assert [row.cells for row in table.rows()] == [("Eva", 'Dach "Sued" neu'), ("Udo", "Dach und Fach")]


def test_characters_that_are_none_cost_their_row_only() -> None:
    """Damage in a file whose other characters make sense skips the damaged row."""
    table = open_table("Name;Ort\nJörg;Köln\nUte;Mün".encode() + b"\xff" + "chen\nÄnne;Jülich\n".encode())
    assert table.encoding is Encoding.UTF_8
    assert flaws(table) == {3: Flaw.UNREADABLE}


def test_limits_are_told_by_row() -> None:
    """A cell or a row beyond its limit is skipped with its line, and reading goes on."""
    cell, endless = "x" * (CELL_MAX_CHARS + 1), "y" * 5_000_000
    table = open_table(f'Name;Text\nA;{cell}\nB;"{endless}\nC;c\n{";" * 1_000_000}\nD;d\n'.encode())
    assert flaws(table) == {2: Flaw.TOO_LONG, 3: Flaw.TOO_LONG, 5: Flaw.TOO_LONG}
    assert [row.line for row in table.rows() if isinstance(row, Row)] == [4, 6]


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
        (b";".join([b"a"] * (COLUMNS_MAX + 1)), "columns"),
    ],
)
def test_what_is_no_table_is_refused_by_name(content: bytes, reason: str) -> None:
    """Workbooks, pictures and files beyond a limit are refused, each with its own reason."""
    with pytest.raises(Unreadable) as refused:
        open_table(content)
    assert refused.value.reason == reason


@given(st.lists(st.lists(st.text(alphabet='a;",\n\r ', max_size=8), min_size=3, max_size=3), max_size=30))
def test_whatever_stands_in_a_file_nothing_is_lost_silently(cells: list[list[str]]) -> None:
    """A file that is written correctly comes back cell by cell; carriage returns are line breaks."""
    out = io.StringIO()
    csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL).writerows([["Ab", "Cd", "Ef"], *cells])
    table = open_table(out.getvalue().encode())
    full = [tuple(row) for row in cells if any(cell.strip() for cell in row)]
    assert [row.cells for row in table.rows()] == full


@given(st.binary(max_size=400))
def test_no_file_breaks_the_reader(content: bytes) -> None:
    """Any bytes are a table or are refused; every row has its line, in order."""
    try:
        table = open_table(content)
    except Unreadable:
        return
    lines = [row.line for row in table.rows()]
    assert lines == sorted(set(lines))


def test_headings_are_recognised_in_both_languages() -> None:
    """Spelling, case, hyphens and what stands in brackets do not matter; near words are suggestions only."""
    found = recognise(("E-MAIL ADRESSE", "Ort", "wert (EUR)", "E-Mail", "Contakt"), WORDS)
    assert found.known == {"email": 0, "value": 2}
    assert found.near == {"name": 4}
