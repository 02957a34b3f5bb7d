"""Search of leads by text, limited to what the reader may see (A41, B9)."""

import re
from dataclasses import dataclass, replace
from typing import Final

import phonenumbers

from services.actor import Actor
from services.lead.draft import parse_line
from services.lead.find import find_visible as find_one
from services.lead.model import DEFAULT_COUNTRY, LEAD_PAGE_ROWS, REFERENCE, ContactKeys, LeadRecord, LeadView
from services.lead.view import build_lead_view, mask_lead_text, may_know_contact
from services.masking import mask_name, mask_postcode
from services.people import PlaceKind, TeamId
from services.permissions import Permission
from services.unit_of_work import UnitOfWork

SEARCH_MAX_CHARS: Final = 200
SEARCH_WORDS_MAX: Final = 6
"""Words searched one by one; the following ones must stand together."""
SEARCH_SKIP_MAX: Final = 500
SEARCH_PAGE_MAX: Final = 25
PHONE_DIGITS_MIN: Final = 7
"""Phone numbers have more digits than other search terms."""
_ADDRESS: Final = re.compile(r"[^\s@]+@[^\s@]+")


@dataclass(frozen=True, slots=True)
class LeadSearchResult:
    """Search result, newest first."""

    search: str
    leads: tuple[LeadView, ...]
    has_more: bool = False


async def find(
    uow: UnitOfWork,
    actor: Actor,
    search: str = "",
    *,
    skip: int = 0,
    limit: int = LEAD_PAGE_ROWS,
    for_others: bool = False,
) -> LeadSearchResult:
    """Return the newest leads that contain every word; all leads for an empty text.

    `for_others` masks them as for any reader of any chat. Raises Invalid for a text that is too long.
    """
    team_id = actor.require(Permission.LEAD_VIEW)
    text = parse_line("search", search, SEARCH_MAX_CHARS)
    size, start = min(max(limit, 1), SEARCH_PAGE_MAX), max(skip, 0)
    if start > SEARCH_SKIP_MAX:
        return LeadSearchResult(text, ())
    keys = _parse_contact_keys(text)
    if keys:
        # A contact matches as a whole, for readers who may see it: partial matches would reveal it piece by piece.
        rows = await uow.leads.find_by_contact(team_id, keys, start, size + 1) if _reveals(actor) else []
        page = rows[:size]
    elif _is_reference(text):
        rows = page = await _numbered(uow, actor, text)
    else:
        rows = await uow.leads.find_matching(team_id, _words(text), REFERENCE.parse(text), start, size + 1)
        page = [seen for seen in rows[:size] if _stands_in(text, seen, actor)]
    reader = _anybody(actor) if for_others else actor
    views = tuple(build_lead_view(seen, reader, uow.now) for seen in page)
    return LeadSearchResult(text, views, has_more=bool(page) and len(rows) > size)


async def outline(uow: UnitOfWork, actor: Actor, ref: str) -> LeadView:
    """Return a lead of the team masked as for any reader of a public place. Raises NotFound (B8, B9)."""
    team_id: TeamId = actor.require(Permission.LEAD_VIEW)
    return build_lead_view(await find_one(uow, team_id, ref), _anybody(actor), uow.now)


async def _numbered(uow: UnitOfWork, actor: Actor, text: str) -> list[LeadRecord]:
    """Return the lead of this number, at most one."""
    seen = await uow.leads.find_by_number(actor.team_id, REFERENCE.parse(text) or 0)
    return [seen] if seen and seen.sight.is_visible else []


def _anybody(actor: Actor) -> Actor:
    """Return the actor as in a public place, so that nothing is unmasked for the actor alone (A42)."""
    return replace(actor, place=replace(actor.place, kind=PlaceKind.CHANNEL))


def _reveals(actor: Actor) -> bool:
    return actor.may(Permission.LEAD_REVEAL)


def _parse_contact_keys(text: str) -> ContactKeys | None:
    """Return the contact key if the text is a whole address or number."""
    if _ADDRESS.fullmatch(text):
        return ContactKeys(email=text.casefold())
    if not text.startswith(("+", "0", "(0", "(+")) or any(letter.isalpha() for letter in text):
        return None
    if sum(letter.isdigit() for letter in text) < PHONE_DIGITS_MIN:
        return None
    try:
        number = phonenumbers.parse(text, DEFAULT_COUNTRY)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return ContactKeys(phone=phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _words(text: str) -> list[str]:
    return text.casefold().split(maxsplit=SEARCH_WORDS_MAX - 1)


def _is_reference(text: str) -> bool:
    """Return whether the text can only be a lead's number."""
    return REFERENCE.parse(text) is not None and not text.isdigit()


def _stands_in(text: str, seen: LeadRecord, actor: Actor) -> bool:
    """Return whether all words stand in what the reader may see: masked text does not match (A41)."""
    if REFERENCE.parse(text) == seen.sight.number:
        return True
    contact, enquiry = seen.lead.contact, seen.lead.enquiry
    is_known = may_know_contact(seen)
    is_open = is_known and _reveals(actor)
    readable = (
        enquiry.title if is_open else mask_lead_text(enquiry.title, seen, actor),
        contact.company,
        contact.name if is_known else mask_name(contact.name),
        contact.postcode if is_open else mask_postcode(contact.postcode),
    )
    said = "\n".join(readable).casefold()
    return all(word in said for word in _words(text))
