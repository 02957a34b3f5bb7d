"""Lookup of a member by name."""

from services.errors import Ambiguous, Invalid, NotFound
from services.member.model import MEMBERS_LISTED_MAX, Member
from services.unit_of_work import UnitOfWork

MEMBER_NAME_MAX_CHARS = 120


async def find_member(uow: UnitOfWork, team_id: str, who: str) -> Member:
    """Return the member with this user id or name. Raises NotFound, Ambiguous."""
    wanted = " ".join(who.split()).removeprefix("@")
    if not wanted:
        raise Invalid("who", "missing")
    if len(wanted) > MEMBER_NAME_MAX_CHARS:
        raise Invalid("who", "too_long", MEMBER_NAME_MAX_CHARS)
    # Old cards may carry an id that was merged into another user since.
    known = await uow.members.get(team_id, await uow.identities.find_current_user_id(wanted))
    if known is not None:
        return known
    found = _named(await uow.members.list_all(team_id, MEMBERS_LISTED_MAX), wanted.casefold())
    if not found:
        raise NotFound("member", wanted)
    if len(found) > 1:
        raise Ambiguous("member", wanted, tuple((item.user_id, item.name) for item in found))
    return found[0]


def _named(colleagues: list[Member], wanted: str) -> list[Member]:
    """Return members with exactly this name, else those whose first or last name begins with it."""
    exactly = [colleague for colleague in colleagues if colleague.name.casefold() == wanted]
    return exactly or [
        item for item in colleagues if any(part.startswith(wanted) for part in item.name.casefold().split())
    ]
