"""Draft of a bulk invitation: parse a list of partners and validate each line before anything is sent."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from services import file
from services.actor import Actor
from services.bulk.model import BULKS_MAX, Bulk, BulkForm, BulkLine, BulkState, BulkView, LineProblem
from services.bulk.parse import LANGUAGE_WORDS, PART_WORDS, ParsedPartner, parse_pasted, parse_table
from services.bulk.refusals import TooManyBulks
from services.bulk.show import build_bulk_view
from services.errors import Invalid, NotFound
from services.invitation.invite import parse_address, parse_text
from services.invitation.model import OPEN_INVITATIONS_MAX
from services.marketplace.find import find_operated
from services.marketplace.model import MARKETPLACES_SHOWN, PARTNER_NAME_MAX_CHARS, PARTNERS_MAX, Part, PartnerState
from services.marketplace.partner import parse_part
from services.people import Language, TeamId
from services.permissions import Permission
from services.table import open_table
from services.unit_of_work import UnitOfWork


async def show_form(uow: UnitOfWork, actor: Actor, file_id: str = "") -> BulkForm:
    """Return the marketplaces the team runs and, with a file, its name and number of rows."""
    team_id = actor.require(Permission.MARKETPLACE_RUN)
    found = await uow.marketplaces.list_memberships(team_id, MARKETPLACES_SHOWN)
    own = tuple(
        (item.marketplace.marketplace_id, item.marketplace.name)
        for item in found
        if item.marketplace.team_id == team_id
    )
    if not own:
        raise NotFound("marketplace", "")
    if not file_id:
        return BulkForm(own)
    stored = await file.show(uow, actor, file_id)
    return BulkForm(own, file_id, stored.name, len(await _read(uow, actor, file_id)))


async def _read(uow: UnitOfWork, actor: Actor, file_id: str) -> list[ParsedPartner]:
    return parse_table(open_table((await file.read_content(uow, actor, file_id)).content))


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
    market = await find_operated(uow, team_id, marketplace)
    usual = parse_part(part)
    words = parse_text(text)
    entries = await _read(uow, actor, file_id) if file_id else parse_pasted(firms)
    await uow.bulks.delete_drafts(team_id, actor.user_id)
    if await uow.bulks.count_sent(team_id) >= BULKS_MAX:
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
    lines = await _examined(uow, team_id, market.marketplace_id, [_line(item, usual, language) for item in entries])
    await uow.bulks.add(bulk, lines)
    return await build_bulk_view(uow, actor, bulk)


def _line(entry: ParsedPartner, usual: Part, language: Language) -> BulkLine:
    """Validate one entry by itself; its address is normalised as for duplicate search (A45)."""
    drafted = BulkLine(line=entry.line, firm=entry.partner, email=entry.email, part=usual, language=language)
    try:
        address = parse_address(entry.email)
    except Invalid:
        cut = replace(drafted, firm=entry.partner[:PARTNER_NAME_MAX_CHARS], email=entry.email[:PARTNER_NAME_MAX_CHARS])
        return cut.with_problem(LineProblem.BAD_ADDRESS)
    # Without a name the line shows the domain, until the partner joins under its own name.
    named = replace(drafted, email=address, firm=entry.partner or address.rpartition("@")[2])
    if len(named.firm) > PARTNER_NAME_MAX_CHARS:
        return replace(named, firm=named.firm[:PARTNER_NAME_MAX_CHARS]).with_problem(LineProblem.NAME_TOO_LONG)
    return _with_part_and_language(named, entry)


def _with_part_and_language(line: BulkLine, entry: ParsedPartner) -> BulkLine:
    """Return the line with the part and the language from the file, where given."""
    part = PART_WORDS.get(entry.part.casefold()) if entry.part else line.part
    language = LANGUAGE_WORDS.get(entry.language.casefold()) if entry.language else line.language
    if part is None:
        return line.with_problem(LineProblem.UNKNOWN_PART)
    if language is None:
        return line.with_problem(LineProblem.UNKNOWN_LANGUAGE)
    return replace(line, part=part, language=language)


@dataclass(slots=True)
class MarketplaceCapacity:
    """Free capacity of a marketplace, and the addresses that are already invited or taking part."""

    free_partners: int
    """Partners that may still be added to the marketplace."""
    free_invitations: int
    """Open invitations that the team may still create."""
    partner_emails: set[str]
    invited_emails: set[str]
    member_emails: set[str]
    listed_emails: set[str] = field(default_factory=set[str])

    def reserve_place(self, line: BulkLine) -> LineProblem | None:
        """Return why the partner cannot be invited; an invitable one uses up capacity."""
        problem = self._known(line.email)
        self.listed_emails.add(line.email)
        if problem is None and self.free_partners <= 0:
            return LineProblem.MARKETPLACE_FULL
        if problem is None and self.free_invitations <= 0:
            return LineProblem.TOO_MANY_OPEN
        if problem is None:
            self.free_partners -= 1
            self.free_invitations -= 1
        return problem

    def _known(self, email: str) -> LineProblem | None:
        known = (
            (self.listed_emails, LineProblem.DUPLICATE),
            (self.member_emails, LineProblem.OWN_MEMBER),
            (self.partner_emails, LineProblem.PARTNER),
            (self.invited_emails, LineProblem.INVITED),
        )
        return next((problem for addresses, problem in known if email in addresses), None)


async def load_capacity(uow: UnitOfWork, team_id: TeamId, marketplace_id: str) -> MarketplaceCapacity:
    """Load the marketplace's present capacity."""
    partners = await uow.marketplaces.list_partners(team_id, marketplace_id, PARTNERS_MAX)
    invited = await uow.invitations.list_open_emails(team_id, marketplace_id, uow.now, OPEN_INVITATIONS_MAX)
    return MarketplaceCapacity(
        PARTNERS_MAX - len(partners),
        OPEN_INVITATIONS_MAX - await uow.invitations.count_open(team_id),
        {partner.email for partner in partners if partner.state is PartnerState.ACTIVE},
        set(invited),
        set(await uow.members.list_emails(team_id)),
    )


async def _examined(uow: UnitOfWork, team_id: TeamId, marketplace_id: str, lines: Sequence[BulkLine]) -> list[BulkLine]:
    there = await load_capacity(uow, team_id, marketplace_id)
    examined: list[BulkLine] = []
    for line in lines:
        problem = line.problem or there.reserve_place(line)
        examined.append(line.with_problem(problem) if problem else line)
    return examined
