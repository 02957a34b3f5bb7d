"""The statements that search leads, built once for each number of words."""

from typing import Any, Final

from sqlalchemy import Integer, Select, Text, and_, bindparam, or_, true

from services.lead.model import TAKING
from services.lead.searching import WORDS_MAX
from storage.lead_statements import seen
from storage.tables import lead_sights, leads

_ESCAPE: Final = "\\"
_SEES: Final = or_(lead_sights.c.gives, lead_sights.c.operates, lead_sights.c.offer.in_(sorted(TAKING)))


def _search(words: int, *, numbered: bool) -> Select[Any]:
    """Leads in which so many words stand, or with a number."""
    stands = [leads.c.search_key.like(bindparam(f"_word{place}", type_=Text), escape=_ESCAPE) for place in range(words)]
    wanted = and_(true(), *stands)
    if numbered:
        wanted = or_(lead_sights.c.number == bindparam("_number", type_=Integer), wanted)
    return (
        seen()
        .where(lead_sights.c.team_id == bindparam("_team", type_=Text), _SEES, wanted)
        .order_by(lead_sights.c.number.desc())
        .limit(bindparam("_limit", type_=Integer))
        .offset(bindparam("_skip", type_=Integer))
    )


SEARCHES: Final = {
    (words, numbered): _search(words, numbered=numbered) for words in range(WORDS_MAX + 1) for numbered in (False, True)
}


def pattern(word: str) -> str:
    """Whatever contains the word, in which nothing has a meaning of its own."""
    literal = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{literal}%"
