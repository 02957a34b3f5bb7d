"""CSV tables that users send: bytes become rows, and headings become fields."""

from services.table.headings import Headings as Headings, recognise as recognise
from services.table.model import BadRow as BadRow, Encoding as Encoding, Flaw as Flaw, Row as Row, Table as Table
from services.table.open_table import open_table as open_table
from services.table.refusals import Unreadable as Unreadable
