"""Each statement on a team's tables compares the team, or is listed with the reason (I20).

Checked are the statements that the storage modules build once. `tests/storage/test_tenant_isolation.py` checks that the
methods pass the right team.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any, Final, cast

import pytest
from sqlalchemy import BindParameter, Delete, Select, Table, Update, delete, select, update
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BinaryExpression

import storage
from storage.tables import bulks, leads, members

CLOCK = "scheduled jobs and the relay work for all teams, and each row names its team"
BELOW = "users and conversations belong to no team; the team is found through them"
PROVEN = "a secret or a link proves the permission"
FOUND = "the use case has found the lead for a team before, and reads the rows of all its teams"
PERSON = "rows of one user, in all of their teams"
PART = "a part of a statement; the statement around it names the team"
ALL: Final[dict[str, str]] = {
    "audit._HEADS": CLOCK,
    "audit._WINDOW": CLOCK,
    "bulk._FORGET": CLOCK,
    "bulk._FORGET_LINES": CLOCK,
    "bulk._MOVING": CLOCK,
    "bulk._OLD": CLOCK,
    "channel._CODED": PROVEN,
    "channel._FORGET": CLOCK,
    "channel._OLD": CLOCK,
    "channel._READ": PART,
    "conversation._ENDED": BELOW,
    "conversation._FIND": BELOW,
    "conversation._MARK_LEFT": BELOW,
    "conversation._OF_TENANT": BELOW,
    "conversation._OF_WORKSPACE": BELOW,
    "conversation._READ": PART,
    "delivery.HOMES_OF": PERSON,
    "delivery._ARRIVING": CLOCK,
    "delivery._CLAIM": CLOCK,
    "delivery._FORGET": CLOCK,
    "delivery._LIVE": CLOCK,
    "delivery._MARK_ROUTED": CLOCK,
    "delivery._NEXT_EVENTS": CLOCK,
    "delivery._NUMBERS": CLOCK,
    "delivery._OLDEST": CLOCK,
    "delivery._OLD_DELIVERIES": CLOCK,
    "delivery._OLD_EVENTS": CLOCK,
    "delivery._POSTPONE": CLOCK,
    "delivery._STUCK": CLOCK,
    "delivery._UNROUTED": CLOCK,
    "delivery._WAITING": CLOCK,
    "file._FORGET": CLOCK,
    "file._OVER": CLOCK,
    "home.HOMES_OF": PERSON,
    "identity._LEAVE_CARDS": PERSON,
    "identity._LEAVE_WAITING": PERSON,
    "invitation._CODED": PROVEN,
    "invitation._EXPIRED": CLOCK,
    "invitation._LINKED": PROVEN,
    "invitation._READ": PART,
    "invitation._WISHES": PERSON,
    "lead_import._FORGET": CLOCK,
    "lead_import._NEXT": CLOCK,
    "lead_import._OLD": CLOCK,
    "lead_import._WAITS": CLOCK,
    "lead_statements.CLEAR_OFFERS": FOUND,
    "lead_statements.EXPIRE": CLOCK,
    "lead_statements.REMIND": CLOCK,
    "lead_statements.REMINDER_DAYS": PART,
    "lead_statements.SIGHTS": FOUND,
    "lead_statements.STALLED": CLOCK,
    "lead_statements.STALL_DAYS": PART,
    "member._OF_USER": BELOW,
    "member._READ": PART,
    "merge_users.MOVES": PERSON,
    "merge_users._HIS": PERSON,
    "merge_users._TEAMS": PERSON,
    "request._READ": PART,
    "team._DELETED": BELOW,
    "transcript._people": PART,
    "user._RECOGNISE": BELOW,
}
"""Statements on team tables without a team."""

Statement = Select[Any] | Update | Delete


def statements() -> Iterator[tuple[str, Statement]]:
    """Return the statements of the storage modules by module and name."""
    for found in pkgutil.iter_modules(storage.__path__, "storage."):
        if not found.ispkg:
            for name, value in vars(importlib.import_module(found.name)).items():
                for one in _all(value):
                    yield f"{found.name.removeprefix('storage.')}.{name}", one


def _all(value: object) -> Iterator[Statement]:
    """Return a statement, or each statement of a collection."""
    if isinstance(value, Select | Update | Delete):
        yield value
    elif isinstance(value, dict):
        yield from _all(tuple(cast("dict[object, object]", value).values()))
    elif isinstance(value, tuple):
        for one in cast("tuple[object, ...]", value):
            yield from _all(one)


def is_of_teams(statement: Statement) -> bool:
    """Return whether the statement reads or changes a table with a team column."""
    tables = [cast("Table", part) for part in visitors.iterate(statement) if isinstance(part, Table)]
    return any("team_id" in table.c for table in tables)


def names_team(statement: Statement) -> bool:
    """Return whether the statement compares a team with a parameter."""
    return any(
        getattr(column, "name", "").endswith("team_id") and isinstance(given, BindParameter)
        for part in visitors.iterate(statement)
        if isinstance(part, BinaryExpression)
        for column, given in ((part.left, part.right), (part.right, part.left))
    )


def test_each_statement_names_the_team_or_is_listed() -> None:
    """The statements without a team are exactly those listed with a reason."""
    ours = [(name, one) for name, one in statements() if is_of_teams(one)]
    assert len(ours) > 100
    assert {name for name, one in ours if not names_team(one)} == set(ALL)


@pytest.mark.parametrize(
    "statement",
    [
        select(leads).where(leads.c.lead_id == "L"),
        select(leads).where(leads.c.team_id == members.c.team_id),
        update(bulks).where(bulks.c.bulk_id == "B").values(team_id="T"),
        delete(members),
    ],
)
def test_a_missing_team_is_detected(statement: Statement) -> None:
    """Neither a join nor an assignment counts as a comparison with the team."""
    assert is_of_teams(statement)
    assert not names_team(statement)
    assert names_team(statement.where(bulks.c.team_id == "T"))
