"""Draft of a bulk invitation: parse a list of partners and validate each line before anything is sent."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from services import file
from services.actor import Actor
from services.bulk.model import KEPT_MAX, Bulk, BulkForm, BulkState, BulkView, Line, Problem
from services.bulk.parse import LANGUAGES, PARTS, Entry, read_table, read_text
from services.bulk.refusals import TooManyBulks
from services.bulk.show import view_of
from services.errors import Invalid, NotFound
from services.invitation.invite import checked_address, checked_text
from services.invitation.model import OPEN_MAX
from services.marketplace.find import run_by
from services.marketplace.model import LINE_MAX_CHARS, MARKETPLACES_SHOWN, PARTNERS_MAX, Part, PartnerState
from services.marketplace.partner import part_of
from services.people import Language, TeamId
from services.permissions import Permission
from services.table import open_table
from services.unit_of_work import UnitOfWork


async def form(uow: UnitOfWork, actor: Actor, file_id: str = "") -> BulkForm:
    """Return the marketplaces the team runs and, with a file, its name and number of rows."""
    team_id = actor.require(Permission.MARKETPLACE_RUN)
    found = await uow.marketplaces.memberships(team_id, MARKETPLACES_SHOWN)
    own = tuple(
        (one.marketplace.marketplace_id, one.marketplace.name) for one in found if one.marketplace.team_id == team_id
    )
    if not own:
        raise NotFound("marketplace", "")
    if not file_id:
        return BulkForm(own)
    stored = await file.show(uow, actor, file_id)
    return BulkForm(own, file_id, stored.name, len(await _read(uow, actor, file_id)))


async def _read(uow: UnitOfWork, actor: Actor, file_id: str) -> list[Entry]:
    return read_table(open_table((await file.read(uow, actor, file_id)).content))


async def draft(
    uow: UnitOfWork,
    actor: Actor,
    *,
    firms: str = "",
    file_id: str = "",
    marketplace: str = "",
    part: str = "",
    text: str = "",
) -> BulkView:
    """Store the partners of a pasted text or a file, each with its problem if any.

    Nothing is sent.
    """
    team_id = actor.require(Permission.MARKETPLACE_RUN)
    market = await run_by(uow, team_id, marketplace)
    usual = part_of(part)
    words = checked_text(text)
    entries = await _read(uow, actor, file_id) if file_id else read_text(firms)
    await uow.bulks.drop_drafts(team_id, actor.user_id)
    if await uow.bulks.count(team_id) >= KEPT_MAX:
        raise TooManyBulks
    team = await uow.teams.get(team_id)
    language = team.language if team else actor.language
    bulk = Bulk(
        team_id=team_id,
        bulk_id=uow.new_id(),
        marketplace_id=market.marketplace_id,
        user_id=actor.user_id,
        platform=actor.place.platform,
        text=words,
        state=BulkState.DRAFT,
        created_at=uow.now,
        changed_at=uow.now,
    )
    lines = await _examined(uow, team_id, market.marketplace_id, [_line(one, usual, language) for one in entries])
    await uow.bulks.add(bulk, lines)
    return await view_of(uow, actor, bulk)


def _line(entry: Entry, usual: Part, language: Language) -> Line:
    """Validate one entry by itself; its address is normalised as for duplicate search (A45)."""
    drafted = Line(line=entry.line, firm=entry.firm, email=entry.email, part=usual, language=language)
    try:
        address = checked_address(entry.email)
    except Invalid:
        cut = replace(drafted, firm=entry.firm[:LINE_MAX_CHARS], email=entry.email[:LINE_MAX_CHARS])
        return cut.refused(Problem.ADDRESS)
    # Without a name the line shows the domain, until the partner joins under its own name.
    named = replace(drafted, email=address, firm=entry.firm or address.rpartition("@")[2])
    if len(named.firm) > LINE_MAX_CHARS:
        return replace(named, firm=named.firm[:LINE_MAX_CHARS]).refused(Problem.LONG)
    return _told(named, entry)


def _told(line: Line, entry: Entry) -> Line:
    """Return the line with the part and the language from the file, where given."""
    part = PARTS.get(entry.part.casefold()) if entry.part else line.part
    language = LANGUAGES.get(entry.language.casefold()) if entry.language else line.language
    if part is None:
        return line.refused(Problem.PART)
    if language is None:
        return line.refused(Problem.LANGUAGE)
    return replace(line, part=part, language=language)


@dataclass(slots=True)
class Room:
    """Free capacity of a marketplace, and the addresses that are already invited or taking part."""

    places: int
    """Partners that may still be added to the marketplace."""
    invitations: int
    """Open invitations that the team may still create."""
    partners: set[str]
    invited: set[str]
    own: set[str]
    seen: set[str] = field(default_factory=set[str])

    def judge(self, line: Line) -> Problem | None:
        """Return why the partner cannot be invited; an invitable one uses up capacity."""
        problem = self._known(line.email)
        self.seen.add(line.email)
        if problem is None and self.places <= 0:
            return Problem.FULL
        if problem is None and self.invitations <= 0:
            return Problem.OPEN
        if problem is None:
            self.places -= 1
            self.invitations -= 1
        return problem

    def _known(self, email: str) -> Problem | None:
        known = (
            (self.seen, Problem.TWICE),
            (self.own, Problem.OWN),
            (self.partners, Problem.PARTNER),
            (self.invited, Problem.INVITED),
        )
        return next((problem for addresses, problem in known if email in addresses), None)


async def room(uow: UnitOfWork, team_id: TeamId, marketplace_id: str) -> Room:
    """Load the marketplace's present capacity."""
    partners = await uow.marketplaces.partners(team_id, marketplace_id, PARTNERS_MAX)
    invited = await uow.invitations.open_on(team_id, marketplace_id, uow.now, OPEN_MAX)
    return Room(
        PARTNERS_MAX - len(partners),
        OPEN_MAX - await uow.invitations.count_open(team_id),
        {one.email for one in partners if one.state is PartnerState.ACTIVE},
        set(invited),
        set(await uow.members.addresses(team_id)),
    )


async def _examined(uow: UnitOfWork, team_id: TeamId, marketplace_id: str, lines: Sequence[Line]) -> list[Line]:
    there = await room(uow, team_id, marketplace_id)
    examined: list[Line] = []
    for line in lines:
        problem = line.problem or there.judge(line)
        examined.append(line.refused(problem) if problem else line)
    return examined
