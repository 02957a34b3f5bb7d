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
    bindparam,
    func,
    or_,
    select,
    true,
    union,
)

from services.lead.model import TAKING, Offer
from services.lead.search import WORDS_MAX
from storage.lead_statements import HAS_EMAIL, HAS_PHONE, seen
from storage.tables import lead_sights, leads, marketplaces

_ESCAPE: Final = "\\"
_SEES: Final = or_(lead_sights.c.gives, lead_sights.c.operates, lead_sights.c.offer.in_(sorted(TAKING)))


def _search(words: int, *, numbered: bool) -> Select[Any]:
    """Leads in which so many words stand, or with a number."""
    stands = [leads.c.search_key.like(bindparam(f"_word{place}", type_=Text), escape=_ESCAPE) for place in range(words)]
    wanted = and_(true(), *stands)
    if numbered:
        wanted = or_(lead_sights.c.number == bindparam("_number", type_=Integer), wanted)
    # The names around a lead are looked up for the page alone, not for every lead that is looked through.
    page = (
        select(lead_sights.c.lead_id)
        .select_from(
            lead_sights.join(
                leads, and_(leads.c.team_id == lead_sights.c.giver_team_id, leads.c.lead_id == lead_sights.c.lead_id)
            )
        )
        .where(lead_sights.c.team_id == bindparam("_team", type_=Text), _SEES, wanted)
        .order_by(lead_sights.c.number.desc())
        .limit(bindparam("_limit", type_=Integer))
        .offset(bindparam("_skip", type_=Integer))
        .subquery()
    )
    return (
        seen(page).where(lead_sights.c.team_id == bindparam("_team", type_=Text)).order_by(lead_sights.c.number.desc())
    )


_BEHIND: Final = (
    select(lead_sights.c.lead_id)
    .where(lead_sights.c.team_id == bindparam("_team", type_=Text), _SEES)
    .where(lead_sights.c.number > bindparam("_number", type_=Integer))
    .order_by(lead_sights.c.number)
    .limit(bindparam("_limit", type_=Integer))
    .subquery()
)
AFTER: Final = (
    seen(_BEHIND).where(lead_sights.c.team_id == bindparam("_team", type_=Text)).order_by(lead_sights.c.number)
)

SEARCHES: Final = {
    (words, numbered): _search(words, numbered=numbered) for words in range(WORDS_MAX + 1) for numbered in (False, True)
}


_TEAM: Final = bindparam("_team", type_=Text)
_OURS: Final = leads.c.team_id == _TEAM
_PICKED: Final = leads.c.picked_team_id == _TEAM
_OPERATED: Final = leads.c.marketplace_id.in_(
    select(marketplaces.c.marketplace_id).where(marketplaces.c.team_id == _TEAM)
)


def _of(key: Column[Any], has: ColumnElement[bool], name: str) -> list[Select[Any]]:
    """A part for each way in which a team knows a contact, because each has an index of its own."""
    same = (key == bindparam(name, type_=Text), has)
    return [select(leads.c.lead_id).where(known, *same) for known in (_OURS, _PICKED, _OPERATED)]


_SAME: Final = union(
    *_of(leads.c.email_key, HAS_EMAIL, "_email"), *_of(leads.c.phone_key, HAS_PHONE, "_phone")
).subquery()
OF_CONTACT: Final = (
    seen(_SAME)
    .where(
        lead_sights.c.team_id == _TEAM,
        or_(
            lead_sights.c.gives,
            lead_sights.c.operates,
            lead_sights.c.offer.in_([Offer.HELD, Offer.CLOSED]),
        ),
    )
    .order_by(lead_sights.c.number.desc())
    .limit(bindparam("_limit", type_=Integer))
    .offset(bindparam("_skip", type_=Integer))
)


def pattern(word: str) -> str:
    """Whatever contains the word, in which nothing has a meaning of its own."""
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
        .where(leads.c.team_id == _TEAM, has, key.in_(bindparam("_keys", expanding=True)))
        .group_by(key)
    )


KNOWN_EMAILS: Final = _known(leads.c.email_key, HAS_EMAIL)
KNOWN_PHONES: Final = _known(leads.c.phone_key, HAS_PHONE)
