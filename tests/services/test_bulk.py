"""Bulk invitations: what is read from lists and files, and what holds however many people and processes are at it."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, strategies as st

from services import bulk, file, marketplace
from services.bulk import parse, scheduled
from services.bulk.model import KEPT_MAX, SLICE, BulkState, Fate, Line, LineState, Problem, fate_of
from services.bulk.refusals import NoColumn, NothingToSend, TooManyBulks, TooManyLines
from services.delivery.model import State
from services.errors import Invalid, NotFound, NotPermitted, Outdated
from services.invitation.model import InvitationState
from services.marketplace.model import PARTNERS_MAX, Part
from services.people import Language
from services.permissions import Role
from services.table import open_table
from storage.unit_of_work import SqlUnits
from tests.builders import Clock
from tests.services.firms import Firm, found, join, open_market

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


@pytest.mark.parametrize(("line", "firm", "email"), TYPED)
def test_a_line_names_a_firm_and_an_address_in_any_order(line: str, firm: str, email: str) -> None:
    """What people paste is understood as they write it; a line with two addresses names none."""
    [entry] = parse.read_text(f"\n{line}\n\n")
    assert (entry.line, entry.firm, entry.email) == (2, firm, email)


@given(st.text(max_size=300))
def test_no_text_is_too_strange(text: str) -> None:
    """Whatever is pasted becomes lines or a refusal, and no line gets lost."""
    try:
        entries = parse.read_text(text)
    except NothingToSend:
        assert not text.strip()
    else:
        assert len(entries) == sum(bool(line.strip()) for line in text.splitlines())


def test_what_is_pasted_has_limits() -> None:
    """More lines or letters than somebody can look through are refused."""
    with pytest.raises(TooManyLines):
        parse.read_text("a\n" * 201)
    with pytest.raises(Invalid):
        parse.read_text("a" * 12_001)


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        ("Firma;E-Mail\r\nAcme;a@b.example\r\n", ("Acme", "a@b.example", "", "")),
        ("company,email address,role,language\nAcme,a@b.example,both,en\n", ("Acme", "a@b.example", "both", "en")),
        ("E-Mail-Adresse\tSprache\na@b.example\tDeutsch\n", ("", "a@b.example", "", "Deutsch")),
    ],
)
def test_a_file_is_read_by_its_headings(content: str, wanted: tuple[str, ...]) -> None:
    """Columns are known by their headings, in German and in English; part and language are optional."""
    [entry] = parse.read_table(open_table(content.encode()))
    assert (entry.firm, entry.email, entry.part, entry.language) == wanted


def test_a_file_has_addresses_and_limits() -> None:
    """A file without a column of addresses is refused, and so is one with too many rows."""
    with pytest.raises(NoColumn):
        parse.read_table(open_table(b"Firma;Telefon\nAcme;0711\n"))
    with pytest.raises(TooManyLines):
        parse.read_table(open_table(b"Firma;E-Mail\n" + b"Acme;a@b.example\n" * 1_001))


def test_every_end_of_a_mail_is_told() -> None:
    """Whatever becomes of a mail, the report knows a word for it; what somebody answered counts more."""
    line = Line(line=1, firm="A", email="a@b.example", part=Part.TAKES, language=Language.GERMAN)
    invited = replace(line, state=LineState.INVITED)
    told = {state: fate_of(invited, InvitationState.PENDING, state) for state in State}
    assert {told.pop(State.PENDING), told.pop(State.SENDING)} == {Fate.QUEUED}
    assert set(told.values()) == {Fate.SENT, Fate.LINK, Fate.FAILED, Fate.UNKNOWN}
    assert fate_of(invited, InvitationState.JOINED, State.FAILED) is Fate.JOINED
    assert fate_of(invited, InvitationState.PENDING, None) is Fate.QUEUED
    assert fate_of(line, None, None) is Fate.WAITING


def firms(count: int, first: int = 1) -> str:
    """So many firms as somebody would paste them."""
    return "\n".join(f"Firma {number}; post@firma-{number}.example" for number in range(first, first + count))


async def listed(operator: Firm, text: str) -> bulk.BulkView:
    """A list that the owner has looked at."""
    async with operator.units.write() as uow:
        return await bulk.draft(uow, operator.owner, firms=text, part="takes")


async def tick(operator: Firm) -> None:
    """The clock works once."""
    async with operator.units.write() as uow:
        await scheduled.work(uow, 20)


async def invited(operator: Firm) -> list[str]:
    """The addresses of the partners of the only market, the operator left out."""
    async with operator.units.read() as uow:
        [one] = await uow.marketplaces.memberships(operator.team_id, 5)
        partners = await uow.marketplaces.partners(operator.team_id, one.marketplace.marketplace_id, PARTNERS_MAX + 1)
    return [one.email for one in partners if one.partner_team_id != operator.team_id]


async def test_every_problem_is_found_before_anything_is_sent(units: SqlUnits) -> None:
    """B22: partners, invited firms, colleagues, repetitions and bad lines are left out, each with its reason."""
    operator, partner = await found(units, "Markt"), await found(units, "Nehmer")
    market = await open_market(operator)
    await join(operator, partner, market)
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
        kept = await file.receive(uow, operator.owner, sent)
        view = await bulk.draft(uow, operator.owner, file_id=kept.file_id)
    async with units.read() as uow:
        page = await bulk.page(uow, operator.owner, view.bulk_id)
    assert [one.problem for one in page.view.lines] == [
        Problem.PARTNER,
        Problem.INVITED,
        None,
        Problem.TWICE,
        Problem.ADDRESS,
        Problem.PART,
        Problem.LANGUAGE,
        Problem.LONG,
        None,
    ]
    assert page.view.lines[-1].firm == "namen.example"
    assert page.view.lines[2].part is Part.GIVES


async def test_a_colleagues_address_is_no_firm(units: SqlUnits) -> None:
    """B22: the operator does not invite itself."""
    operator = await found(units, "Markt")
    await open_market(operator)
    async with units.write() as uow:
        await uow.members.remove(operator.team_id, operator.viewer.user_id, uow.now)
        await uow.members.add(operator.team_id, operator.viewer.user_id, Role.VIEWER, "eva@markt.example", uow.now)
    view = await listed(operator, "Wir; Eva@Markt.example")
    assert [one.problem for one in view.lines] == [Problem.OWN]
    with pytest.raises(NothingToSend):
        async with units.write() as uow:
            await bulk.send(uow, operator.owner, view.bulk_id)


@pytest.mark.postgres
async def test_two_who_send_at_once_invite_each_firm_once(units: SqlUnits) -> None:
    """B22: however many press and however many processes work on it, each firm gets one invitation."""
    operator = await found(units, "Markt")
    await open_market(operator)
    view = await listed(operator, firms(120))

    async def press() -> None:
        async with units.write() as uow:
            await bulk.send(uow, operator.owner, view.bulk_id)

    await asyncio.gather(*(press() for _ in range(3)))
    assert len(await invited(operator)) == SLICE
    await asyncio.gather(*(tick(operator) for _ in range(3)))
    addresses = await invited(operator)
    assert len(addresses) == len(set(addresses)) == 120
    async with units.read() as uow:
        assert (await bulk.show(uow, operator.owner, view.bulk_id)).state is BulkState.DONE


async def test_two_lists_share_the_room(units: SqlUnits) -> None:
    """B22: what was free when the list was looked at and is taken when its turn comes is left out, with the reason."""
    operator = await found(units, "Markt")
    await open_market(operator)
    first = await listed(operator, firms(150))
    async with units.write() as uow:
        second = await bulk.draft(uow, operator.admin, firms=firms(100, 101), part="takes")
        await bulk.send(uow, operator.owner, first.bulk_id)
        await bulk.send(uow, operator.admin, second.bulk_id)
    for _ in range(5):
        await tick(operator)
    addresses = await invited(operator)
    assert len(addresses) == len(set(addresses)) == PARTNERS_MAX - 1
    async with units.read() as uow:
        one = (await bulk.show(uow, operator.owner, first.bulk_id)).tally
        other = (await bulk.show(uow, operator.owner, second.bulk_id)).tally
        rows = [
            *await uow.bulks.fated(operator.team_id, first.bulk_id, uow.now),
            *await uow.bulks.fated(operator.team_id, second.bulk_id, uow.now),
        ]
    assert one.of(Fate.QUEUED) + other.of(Fate.QUEUED) == PARTNERS_MAX - 1
    assert one.of(Fate.WAITING) + other.of(Fate.WAITING) == 0
    assert {row.line.problem for row in rows} == {None, Problem.INVITED, Problem.FULL}


async def test_a_list_belongs_to_its_team(units: SqlUnits) -> None:
    """I19: another team finds no list, whatever it does with its id."""
    operator, stranger = await found(units, "Markt"), await found(units, "Fremde")
    await open_market(operator)
    await open_market(stranger)
    view = await listed(operator, firms(2))
    for act in (bulk.show, bulk.page, bulk.send, bulk.drop, bulk.resend, bulk.links, bulk.report):
        with pytest.raises(NotFound):
            async with units.write() as uow:
                await act(uow, stranger.owner, view.bulk_id)
    assert await invited(operator) == []


async def test_viewers_send_nothing(units: SqlUnits) -> None:
    """B3: a viewer reads and does nothing else."""
    operator = await found(units, "Markt")
    await open_market(operator)
    view = await listed(operator, firms(2))
    for act in (bulk.send, bulk.drop, bulk.resend, bulk.links):
        with pytest.raises(NotPermitted):
            async with units.write() as uow:
                await act(uow, operator.viewer, view.bulk_id)
    with pytest.raises(NotPermitted):
        async with units.write() as uow:
            await bulk.draft(uow, operator.viewer, firms=firms(1))


async def test_what_was_discarded_is_not_sent(units: SqlUnits) -> None:
    """A list that was thrown away stays where it is, and what was sent cannot be thrown away."""
    operator = await found(units, "Markt")
    await open_market(operator)
    view = await listed(operator, firms(2))
    async with units.write() as uow:
        await bulk.drop(uow, operator.owner, view.bulk_id)
    with pytest.raises(Outdated):
        async with units.write() as uow:
            await bulk.send(uow, operator.owner, view.bulk_id)
    other = await listed(operator, firms(2))
    async with units.write() as uow:
        await bulk.send(uow, operator.owner, other.bulk_id)
    with pytest.raises(Outdated):
        async with units.write() as uow:
            await bulk.drop(uow, operator.owner, other.bulk_id)


async def test_lists_and_reports_are_forgotten(units: SqlUnits, clock: Clock) -> None:
    """A list that nobody sends goes after a day, a report after ninety; the invitations stay."""
    operator = await found(units, "Markt")
    await open_market(operator)
    sent = await listed(operator, firms(2))
    async with units.write() as uow:
        await bulk.send(uow, operator.owner, sent.bulk_id)
    unsent = await listed(operator, firms(2, 5))
    clock.at += timedelta(days=2)
    async with units.write() as uow:
        assert await scheduled.purge(uow, 10) == 1
        assert await uow.bulks.get(operator.team_id, unsent.bulk_id) is None
    clock.at += timedelta(days=90)
    await tick(operator)
    async with units.write() as uow:
        assert await scheduled.purge(uow, 10) == 1
    assert len(await invited(operator)) == 2


async def test_a_team_keeps_a_limited_number_of_reports(units: SqlUnits) -> None:
    """Nothing piles up: beyond a number of reports the next list has to wait."""
    operator = await found(units, "Markt")
    await open_market(operator)
    view = await listed(operator, firms(1))
    async with units.write() as uow:
        kept = await uow.bulks.get(operator.team_id, view.bulk_id)
        assert kept is not None
        for _ in range(KEPT_MAX):
            await uow.bulks.add(replace(kept, bulk_id=uow.new_id(), state=BulkState.DONE), ())
    with pytest.raises(TooManyBulks):
        await listed(operator, firms(1))
