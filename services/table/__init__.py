"""Tables that people bring along as CSV files: their bytes become rows, and their headings become fields."""

from services.table.heading import Headings, recognise
from services.table.model import BadRow, Encoding, Flaw, Row, Table, Unreadable
from services.table.reading import open_table

__all__ = ["BadRow", "Encoding", "Flaw", "Headings", "Row", "Table", "Unreadable", "open_table", "recognise"]
