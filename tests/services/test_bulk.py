"""Bulk invitations: parsing of lists and files, and limits under concurrent senders and processes."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, strategies as st

from services import bulk, file, marketplace
from services.bulk import parse, scheduled
from services.bulk.model import (
    BULKS_MAX,
    SLICE_LINES,
    BulkLine,
    BulkState,
    LineOutcome,
    LineProblem,
    LineState,
    derive_outcome,
)
from services.bulk.refusals import NoEmailColumn, NothingToSend, TooManyBulks, TooManyLines
from services.delivery.model import DeliveryState
from services.errors import Invalid, NotFound, NotPermitted, Outdated
from services.invitation.model import InvitationState
from services.marketplace.model import PARTNERS_MAX, Part
from services.people import Language
from services.permissions import Role
from services.table import open_table
from storage.unit_of_work import SqlUnits
from tests.builders import Clock
from tests.services.seeded_team import SeededTeam, join_marketplace, open_marketplace, seed_team

TYPED = (
    ("Dachwerk Süd KG; info@dachwerk.example", "Dachwerk Süd KG", "info@dachwerk.example"),
    ("info@dachwerk.example Dachwerk Süd KG", "Dachwerk Süd KG", "info@dachwerk.example"),
    ("Dachwerk Süd KG <info@dachwerk.example>", "Dachwerk Süd KG", "info@dachwerk.example"),
    ('"Sparren & Söhne" <post@sparren.example>,', "Sparren & Söhne", "post@sparren.example"),
    ("Wärme Nord\tinfo@waerme.example", "Wärme Nord", "info@waerme.example"),
    ("Holzbau, Ost GmbH, post@holzbau.example", "Holzbau, Ost GmbH", "post@holzbau.example"),
    ("Huber | mailto:post@huber.example", "Huber", "post@huber.example"),
    ("  post@huber.example  ", "", "post@huber.example"),
    ("Zimmerei – post@zimmerei.example", "Zimmerei", "post@zimmerei.example"),
    ("Zwei a@b.example c@d.example", "Zwei a@b.example c@d.example", ""),
    ("Nur ein Name", "Nur ein Name", ""),
)


@pytest.mark.parametrize(("line", "name", "email"), TYPED)
def test_a_line_has_a_team_and_an_address_in_any_order(line: str, name: str, email: str) -> None:
    """A pasted line is parsed with name and address in any order; a line with two addresses has none."""
    [parsed] = parse.parse_pasted(f"\n{line}\n\n")
    assert (parsed.line, parsed.partner, parsed.email) == (2, name, email)


@given(st.text(max_size=300))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    """Any pasted text becomes lines or a refusal, and no line is lost."""
    try:
        entries = parse.parse_pasted(text)
    except NothingToSend:
        assert not text.strip()
    else:
        assert len(entries) == sum(bool(line.strip()) for line in text.splitlines())


def test_pasted_lists_have_limits() -> None:
    """A list with too many lines or characters is refused."""
    with pytest.raises(TooManyLines):
        parse.parse_pasted("a\n" * 201)
    with pytest.raises(Invalid):
        parse.parse_pasted("a" * 12_001)


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        ("Firma;E-Mail\r\nAcme;a@b.example\r\n", ("Acme", "a@b.example", "", "")),
        ("company,email address,role,language\nAcme,a@b.example,both,en\n", ("Acme", "a@b.example", "both", "en")),
        ("E-Mail-Adresse\tSprache\na@b.example\tDeutsch\n", ("", "a@b.example", "", "Deutsch")),
    ],
)
def test_file_columns_are_recognised_by_heading(content: str, wanted: tuple[str, ...]) -> None:
    """Columns are recognised by German and English headings; part and language are optional."""
    [parsed] = parse.parse_table(open_table(content.encode()))
    assert (parsed.partner, parsed.email, parsed.part, parsed.language) == wanted


def test_a_file_needs_an_address_column() -> None:
    """A file without an address column, or with too many rows, is refused."""
    with pytest.raises(NoEmailColumn):
        parse.parse_table(open_table(b"Firma;Telefon\nAcme;0711\n"))
    with pytest.raises(TooManyLines):
        parse.parse_table(open_table(b"Firma;E-Mail\n" + b"Acme;a@b.example\n" * 1_001))


def test_every_invitation_state_is_reported() -> None:
    """Every outcome of an invitation mail has a state in the report; an answer of the invited team takes precedence."""
    line = BulkLine(line=1, firm="A", email="a@b.example", part=Part.TAKES, language=Language.GERMAN)
    invited = replace(line, state=LineState.INVITED)
    fates = {state: derive_outcome(invited, InvitationState.PENDING, state) for state in DeliveryState}
    assert {fates.pop(DeliveryState.PENDING), fates.pop(DeliveryState.SENDING)} == {LineOutcome.QUEUED}
    assert set(fates.values()) == {LineOutcome.SENT, LineOutcome.LINK_ONLY, LineOutcome.FAILED, LineOutcome.UNKNOWN}
    assert derive_outcome(invited, InvitationState.JOINED, DeliveryState.FAILED) is LineOutcome.JOINED
    assert derive_outcome(invited, InvitationState.PENDING, None) is LineOutcome.QUEUED
    assert derive_outcome(line, None, None) is LineOutcome.WAITING


def pasted_teams(count: int, first: int = 1) -> str:
    """Return a list of `count` teams as a user pastes it."""
    return "\n".join(f"Firma {number}; post@firma-{number}.example" for number in range(first, first + count))


async def create_list(operator: SeededTeam, text: str) -> bulk.BulkView:
    """Create a list as the owner."""
    async with operator.units.write() as uow:
        return await bulk.draft(uow, operator.owner, firms=text, part="takes")


async def run_job(operator: SeededTeam) -> None:
    """Run the scheduled job once."""
    async with operator.units.write() as uow:
        await scheduled.process_bulks(uow, 20)


async def partner_addresses(operator: SeededTeam) -> list[str]:
    """Return the addresses of the partners of the only marketplace, without the operator."""
    async with operator.units.read() as uow:
        [one] = await uow.marketplaces.list_memberships(operator.team_id, 5)
        partners = await uow.marketplaces.list_partners(
            operator.team_id, one.marketplace.marketplace_id, PARTNERS_MAX + 1
        )
    return [partner.email for partner in partners if partner.partner_team_id != operator.team_id]


async def test_problems_are_found_before_sending(units: SqlUnits) -> None:
    """B22: partners, invited teams, members, duplicates and malformed lines are skipped, each with its reason."""
    operator, partner = await seed_team(units, "Markt"), await seed_team(units, "Nehmer")
    marketplace_id = await open_marketplace(operator)
    await join_marketplace(operator, partner, marketplace_id)
    async with units.write() as uow:
        await marketplace.invite(uow, operator.owner, email="da@firma.example", name="Da")
        await uow.members.add(operator.team_id, partner.viewer.user_id, Role.VIEWER, "eva@markt.example", uow.now)
    table = (
        "Firma;E-Mail;Rolle;Sprache\n"
        f"A;{partner.owner.user_id}@example.com;;\n"
        "B;DA@firma.example;;\n"
        "C;neu@firma.example;gibt;en\n"
        "D;Neu@firma.example;;\n"
        "E;kaputt;;\n"
        "F;f@firma.example;kocht;\n"
        "G;g@firma.example;;fr\n"
        f"{'H' * 121};h@firma.example;;\n"
        ";ohne@namen.example;;\n"
    )
    async with units.write() as uow:
        sent = file.ReceivedFile("Partner.csv", "text/csv", table.encode())
        stored = await file.receive(uow, operator.owner, sent)
        view = await bulk.draft(uow, operator.owner, file_id=stored.file_id)
    async with units.read() as uow:
        page = await bulk.show_lines(uow, operator.owner, view.bulk_id)
    assert [line.problem for line in page.view.lines] == [
        LineProblem.PARTNER,
        LineProblem.INVITED,
        None,
        LineProblem.DUPLICATE,
        LineProblem.BAD_ADDRESS,
        LineProblem.UNKNOWN_PART,
        LineProblem.UNKNOWN_LANGUAGE,
        LineProblem.NAME_TOO_LONG,
        None,
    ]
    assert page.view.lines[-1].partner == "namen.example"
    assert page.view.lines[2].part is Part.GIVES


async def test_the_operators_own_address_is_skipped(units: SqlUnits) -> None:
    """B22: the operator does not invite itself."""
    operator = await seed_team(units, "Markt")
    await open_marketplace(operator)
    async with units.write() as uow:
        await uow.members.remove(operator.team_id, operator.viewer.user_id, uow.now)
        await uow.members.add(operator.team_id, operator.viewer.user_id, Role.VIEWER, "eva@markt.example", uow.now)
    view = await create_list(operator, "Wir; Eva@Markt.example")
    assert [line.problem for line in view.lines] == [LineProblem.OWN_MEMBER]
    with pytest.raises(NothingToSend):
        async with units.write() as uow:
            await bulk.send(uow, operator.owner, view.bulk_id)


@pytest.mark.postgres
async def test_concurrent_senders_invite_each_team_once(units: SqlUnits) -> None:
    """B22: each team gets one invitation, however many users send and processes work concurrently."""
    operator = await seed_team(units, "Markt")
    await open_marketplace(operator)
    view = await create_list(operator, pasted_teams(120))

    async def press() -> None:
        async with units.write() as uow:
            await bulk.send(uow, operator.owner, view.bulk_id)

    await asyncio.gather(*(press() for _ in range(3)))
    assert len(await partner_addresses(operator)) == SLICE_LINES
    await asyncio.gather(*(run_job(operator) for _ in range(3)))
    addresses = await partner_addresses(operator)
    assert len(addresses) == len(set(addresses)) == 120
    async with units.read() as uow:
        assert (await bulk.show(uow, operator.owner, view.bulk_id)).state is BulkState.DONE


async def test_concurrent_lists_share_the_partner_limit(units: SqlUnits) -> None:
    """B22: a team invited by another list in the meantime is skipped, with the reason."""
    operator = await seed_team(units, "Markt")
    await open_marketplace(operator)
    first = await create_list(operator, pasted_teams(150))
    async with units.write() as uow:
        second = await bulk.draft(uow, operator.admin, firms=pasted_teams(100, 101), part="takes")
        await bulk.send(uow, operator.owner, first.bulk_id)
        await bulk.send(uow, operator.admin, second.bulk_id)
    for _ in range(5):
        await run_job(operator)
    addresses = await partner_addresses(operator)
    assert len(addresses) == len(set(addresses)) == PARTNERS_MAX - 1
    async with units.read() as uow:
        one = (await bulk.show(uow, operator.owner, first.bulk_id)).counts
        other = (await bulk.show(uow, operator.owner, second.bulk_id)).counts
        rows = [
            *await uow.bulks.list_outcomes(operator.team_id, first.bulk_id, uow.now),
            *await uow.bulks.list_outcomes(operator.team_id, second.bulk_id, uow.now),
        ]
    assert one.count(LineOutcome.QUEUED) + other.count(LineOutcome.QUEUED) == PARTNERS_MAX - 1
    assert one.count(LineOutcome.WAITING) + other.count(LineOutcome.WAITING) == 0
    assert {row.line.problem for row in rows} == {None, LineProblem.INVITED, LineProblem.MARKETPLACE_FULL}


async def test_another_team_finds_no_list(units: SqlUnits) -> None:
    """I19: another team finds no list by its id."""
    operator, stranger = await seed_team(units, "Markt"), await seed_team(units, "Fremde")
    await open_marketplace(operator)
    await open_marketplace(stranger)
    view = await create_list(operator, pasted_teams(2))
    for use_case in (bulk.show, bulk.show_lines, bulk.send, bulk.drop, bulk.resend, bulk.list_links, bulk.show_report):
        with pytest.raises(NotFound):
            async with units.write() as uow:
                await use_case(uow, stranger.owner, view.bulk_id)
    assert await partner_addresses(operator) == []


async def test_viewers_send_no_list(units: SqlUnits) -> None:
    """B3: a viewer reads lists and cannot send them."""
    operator = await seed_team(units, "Markt")
    await open_marketplace(operator)
    view = await create_list(operator, pasted_teams(2))
    for use_case in (bulk.send, bulk.drop, bulk.resend, bulk.list_links):
        with pytest.raises(NotPermitted):
            async with units.write() as uow:
                await use_case(uow, operator.viewer, view.bulk_id)
    with pytest.raises(NotPermitted):
        async with units.write() as uow:
            await bulk.draft(uow, operator.viewer, firms=pasted_teams(1))


async def test_a_discarded_list_is_not_sent(units: SqlUnits) -> None:
    """A discarded list cannot be sent, and a sent list cannot be discarded."""
    operator = await seed_team(units, "Markt")
    await open_marketplace(operator)
    view = await create_list(operator, pasted_teams(2))
    async with units.write() as uow:
        await bulk.drop(uow, operator.owner, view.bulk_id)
    with pytest.raises(Outdated):
        async with units.write() as uow:
            await bulk.send(uow, operator.owner, view.bulk_id)
    other = await create_list(operator, pasted_teams(2))
    async with units.write() as uow:
        await bulk.send(uow, operator.owner, other.bulk_id)
    with pytest.raises(Outdated):
        async with units.write() as uow:
            await bulk.drop(uow, operator.owner, other.bulk_id)


async def test_old_lists_are_purged(units: SqlUnits, clock: Clock) -> None:
    """An unsent list is deleted after a day and a report after ninety; the invitations stay."""
    operator = await seed_team(units, "Markt")
    await open_marketplace(operator)
    sent = await create_list(operator, pasted_teams(2))
    async with units.write() as uow:
        await bulk.send(uow, operator.owner, sent.bulk_id)
    unsent = await create_list(operator, pasted_teams(2, 5))
    clock.now += timedelta(days=2)
    async with units.write() as uow:
        assert await scheduled.purge(uow, 10) == 1
        assert await uow.bulks.get(operator.team_id, unsent.bulk_id) is None
    clock.now += timedelta(days=90)
    await run_job(operator)
    async with units.write() as uow:
        assert await scheduled.purge(uow, 10) == 1
    assert len(await partner_addresses(operator)) == 2


async def test_reports_of_a_team_are_limited(units: SqlUnits) -> None:
    """A team with the maximal number of reports cannot create another list."""
    operator = await seed_team(units, "Markt")
    await open_marketplace(operator)
    view = await create_list(operator, pasted_teams(1))
    async with units.write() as uow:
        stored = await uow.bulks.get(operator.team_id, view.bulk_id)
        assert stored is not None
        for _ in range(BULKS_MAX):
            await uow.bulks.add(replace(stored, bulk_id=uow.new_id(), state=BulkState.DONE), ())
    with pytest.raises(TooManyBulks):
        await create_list(operator, pasted_teams(1))
