import csv
import io

import pytest
from hypothesis import given, strategies as st

from services.people import Language
from services.spreadsheet import LANGUAGE_DELIMITERS, Sheet, SheetFull, neutralise_cell, restore_cell, write_csv
from tests.formulas import CORPUS

TEXTS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=30)


def rows_of(content: bytes, language: Language) -> list[list[str]]:
    """Return the cells as a spreadsheet program reads them."""
    text = content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=LANGUAGE_DELIMITERS[language]))


@pytest.mark.parametrize("text", CORPUS)
def test_formulas_are_neutralised(text: str) -> None:
    """A cell that would be a formula starts with an apostrophe, which every spreadsheet program reads as text."""
    assert neutralise_cell(text) == f"'{text}"
    assert restore_cell(neutralise_cell(text)) == text


@pytest.mark.parametrize("text", ["Eva Schneider", "'s-Hertogenbosch", "a=b", "1-2", "", "12", "eva@posteo.de", "'"])
def test_other_cells_are_unchanged(text: str) -> None:
    """Names, addresses and numbers get no apostrophe."""
    assert neutralise_cell(text) == restore_cell(text) == text


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=5), st.sampled_from(Language))
def test_written_cells_are_read_unchanged(rows: list[tuple[str, str]], language: Language) -> None:
    """Separators, quotes, line breaks and formulas are read back unchanged, in both languages."""
    read = rows_of(write_csv(("a", "b"), rows, language), language)
    assert [tuple(map(restore_cell, row)) for row in read] == [("a", "b"), *rows]


@given(TEXTS)
def test_neutralised_texts_stay_distinct(text: str) -> None:
    """No two texts become the same cell, also one that starts with an apostrophe."""
    assert restore_cell(neutralise_cell(text)) == text


def test_a_table_follows_its_language() -> None:
    """A file opens in columns: with a UTF-8 BOM, semicolons for German and commas for English."""
    assert write_csv(("Name", "Wert"), [("Weiß", -5), ("a;b", None)], Language.GERMAN) == (
        b'\xef\xbb\xbfName;Wert\r\nWei\xc3\x9f;-5\r\n"a;b";\r\n'
    )
    assert write_csv(("Name",), [("a,b",)], Language.ENGLISH) == b'\xef\xbb\xbfName\r\n"a,b"\r\n'


def test_a_full_table_drops_whole_rows() -> None:
    """A row beyond the size limit is left out as a whole, and the rows before it stay."""
    sheet = Sheet(("a",), Language.ENGLISH, max_bytes=12)
    sheet.add(("1",))
    with pytest.raises(SheetFull):
        sheet.add(("a long cell",))
    assert (sheet.rows, sheet.content()) == (1, b"\xef\xbb\xbfa\r\n1\r\n")
