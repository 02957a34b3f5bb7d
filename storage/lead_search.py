"""The statements that search leads, built once for each number of words."""

from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Executable,
    Integer,
    Select,
    Text,
    and_,
    func,
    or_,
    select,
    true,
    union,
)

from services.lead.model import TAKER_STATUSES, OfferStatus
from services.lead.search import SEARCH_WORDS_MAX
from storage.lead_statements import HAS_EMAIL, HAS_PHONE, select_seen
from storage.rows import param, params
from storage.tables import lead_sights, leads, marketplaces

_ESCAPE: Final = "\\"
_IS_VISIBLE: Final = or_(lead_sights.c.gives, lead_sights.c.operates, lead_sights.c.offer.in_(sorted(TAKER_STATUSES)))


def _search(words: int, *, numbered: bool) -> Select[Any]:
    """Select leads that contain a number of words, or that have a lead number."""
    stands = [leads.c.search_key.like(param(f"word{index}", Text), escape=_ESCAPE) for index in range(words)]
    wanted = and_(true(), *stands)
    if numbered:
        wanted = or_(lead_sights.c.number == param("number", Integer), wanted)
    # The names around a lead are looked up for the page alone, not for every lead that is looked through.
    page = (
        select(lead_sights.c.lead_id)
        .select_from(
            lead_sights.join(
                leads, and_(leads.c.team_id == lead_sights.c.giver_team_id, leads.c.lead_id == lead_sights.c.lead_id)
            )
        )
        .where(lead_sights.c.team_id == param("team_id", Text), _IS_VISIBLE, wanted)
        .order_by(lead_sights.c.number.desc())
        .limit(param("limit", Integer))
        .offset(param("skip", Integer))
        .subquery()
    )
    return (
        select_seen(page).where(lead_sights.c.team_id == param("team_id", Text)).order_by(lead_sights.c.number.desc())
    )


_BEHIND: Final = (
    select(lead_sights.c.lead_id)
    .where(lead_sights.c.team_id == param("team_id", Text), _IS_VISIBLE)
    .where(lead_sights.c.number > param("number", Integer))
    .order_by(lead_sights.c.number)
    .limit(param("limit", Integer))
    .subquery()
)
AFTER: Final = (
    select_seen(_BEHIND).where(lead_sights.c.team_id == param("team_id", Text)).order_by(lead_sights.c.number)
)

SEARCHES: Final = {
    (words, numbered): _search(words, numbered=numbered)
    for words in range(SEARCH_WORDS_MAX + 1)
    for numbered in (False, True)
}


_TEAM: Final = param("team_id", Text)
_OURS: Final = leads.c.team_id == _TEAM
_PICKED: Final = leads.c.picked_team_id == _TEAM
_OPERATED: Final = leads.c.marketplace_id.in_(
    select(marketplaces.c.marketplace_id).where(marketplaces.c.team_id == _TEAM)
)


def _of(key: Column[Any], has: ColumnElement[bool], name: str) -> list[Select[Any]]:
    """Select a part for each way in which a team knows a contact: each has an index of its own."""
    same = (key == param(name, Text), has)
    return [select(leads.c.lead_id).where(known, *same) for known in (_OURS, _PICKED, _OPERATED)]


_SAME: Final = union(
    *_of(leads.c.email_key, HAS_EMAIL, "email"), *_of(leads.c.phone_key, HAS_PHONE, "phone")
).subquery()
FIND_BY_CONTACT: Final = (
    select_seen(_SAME)
    .where(
        lead_sights.c.team_id == _TEAM,
        or_(
            lead_sights.c.gives,
            lead_sights.c.operates,
            lead_sights.c.offer.in_([OfferStatus.HELD, OfferStatus.CLOSED]),
        ),
    )
    .order_by(lead_sights.c.number.desc())
    .limit(param("limit", Integer))
    .offset(param("skip", Integer))
)


def like_pattern(word: str) -> str:
    """Return the LIKE pattern for text that contains the word, with its wildcards escaped by a backslash."""
    literal = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{literal}%"


def _known(key: Column[Any], has: ColumnElement[bool]) -> Executable:
    return (
        select(key.label("key"), func.min(lead_sights.c.number).label("number"))
        .select_from(
            leads.join(
                lead_sights,
                and_(lead_sights.c.team_id == leads.c.team_id, lead_sights.c.lead_id == leads.c.lead_id),
            )
        )
        .where(leads.c.team_id == _TEAM, has, key.in_(params("keys")))
        .group_by(key)
    )


KNOWN_EMAILS: Final = _known(leads.c.email_key, HAS_EMAIL)
KNOWN_PHONES: Final = _known(leads.c.phone_key, HAS_PHONE)
