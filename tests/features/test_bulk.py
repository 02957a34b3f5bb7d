"""Many firms invited to a market at once: pasted or from a file, looked at first, sent once, reported on (B22)."""

import csv
import io
import re
from typing import Final

import pytest

from bot.jobs.scheduler import noun_jobs
from services import file
from services.permissions import Role
from tests.chat import Chat, Person
from tests.features import people
from tests.features.people import Firm
from tests.seen import Seen

LINES: Final = """Dachwerk Süd KG; Info@Dachwerk.example
info@waerme.example Wärme Nord

Sparren & Söhne <post@sparren.example>
Zimmerei ohne Adresse
Noch einmal: info@dachwerk.example
"""
WORDS: Final = "Wir kennen uns von der Messe."


async def clockwork(chat: Chat) -> None:
    """The clock looks after bulk invitations once more, and everybody hears of it."""
    [job] = [one for one in noun_jobs() if one.name == "bulk.work"]
    chat.clock.advance(seconds=job.every_s)
    assert await chat.house.jobs.tick(job)
    await chat.settles()


async def operator(chat: Chat) -> Firm:
    """A firm that runs a market."""
    roles = {"Mara Lind": Role.ADMIN, "Ben Kaya": Role.MEMBER, "Tom Fischer": Role.VIEWER}
    solar = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", roles)
    await people.open_market(solar)
    return solar


async def listed(person: Person, lines: str, text: str = "") -> Seen:
    """The person pastes firms and looks at them."""
    await person.says(de="markt viele einladen", en="market invite many")
    return await person.presses("marketplace.invite_many", fill={"firms": lines, "part": "both", "text": text})


async def table_of(chat: Chat, person: Person, name: str) -> list[list[str]]:
    """What stands in the newest file that was made for somebody."""
    async with chat.house.units.write() as uow:
        actor = await people.actor(uow, person)
        held = await uow.files.held(actor.team_id, actor.user_id, file.Purpose.MADE)
        assert name in held[-1].name
        content = (await file.read(uow, actor, held[-1].file_id)).content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content), delimiter=chat.words(de=";", en=",")))


async def test_firms_are_looked_at_before_anything_is_sent(chat: Chat) -> None:
    """B22: whoever pastes firms sees who will be invited, in which words, and which lines are left out."""
    solar = await operator(chat)
    ben = solar.of(Role.MEMBER)
    seen = await listed(ben, LINES, WORDS)
    assert chat.words(de="3 Firmen werden zu", en="3 firms will be invited") in seen
    assert WORDS in seen
    assert "Zimmerei ohne Adresse" in seen
    assert chat.words(de="Zeile 5", en="Line 5") in seen
    assert chat.words(de="keine gültige E-Mail-Adresse", en="no valid e-mail address") in seen
    assert chat.words(de="dieselbe Adresse wie weiter oben", en="same address as further up") in seen
    assert chat.mails.mails == []
    dropped = await ben.presses("bulk.drop")
    assert chat.words(de="Niemand wurde", en="Nobody was invited") in dropped
    assert await people.actions(chat, solar.team_id, "invitation.created") == 0


async def test_what_was_looked_at_is_sent_once(chat: Chat) -> None:
    """B22: pressed twice it invites each firm once, by a mail with the own words; the report follows the mails."""
    solar = await operator(chat)
    ben, mara = solar.of(Role.MEMBER), solar.of(Role.ADMIN)
    seen = await listed(ben, LINES, WORDS)
    send = seen.button("bulk.send", {})
    assert send is not None
    await ben.presses("bulk.send")
    again = await ben.forges("bulk.send", send.args)
    assert chat.words(de="3 Einladungen sind unterwegs", en="3 invitations are on their way") in again
    sent = sorted(str(mail["To"]) for mail in chat.mails.mails)
    assert sent == ["info@dachwerk.example", "info@waerme.example", "post@sparren.example"]
    part = chat.mails.mails[0].get_body(("plain",))
    assert part is not None
    assert WORDS in str(part.get_content())
    await clockwork(chat)
    report = await ben.finds(chat.words(de="Einladungen zu", en="Invitations to"))
    assert chat.words(de="Beim Mailserver", en="With the mail server") in report
    assert re.search(chat.words(de=r"Beim Mailserver\W+3", en=r"With the mail server\W+3"), report.words)
    assert await people.actions(chat, solar.team_id, "bulk.started") == 1
    assert await people.actions(chat, solar.team_id, "partner.invited") == 3
    market = await mara.says(de="markt", en="market")
    assert "Dachwerk Süd KG" in market
    over = await listed(mara, LINES)
    assert chat.words(de="ist schon eingeladen", en="is invited already") in over
    assert "bulk.send" not in over.commands


async def test_the_report_follows_the_firms(chat: Chat) -> None:
    """B22: who joins and who declines is counted on the report by itself, and named firm by firm and in a file."""
    solar = await operator(chat)
    ben = solar.of(Role.MEMBER)
    roofs = await people.found(chat, "Dachwerk Süd KG", "Petra Vogt", {})
    await listed(ben, LINES)
    await ben.presses("bulk.send")
    for address, answer in (("info@dachwerk.example", "accept"), ("info@waerme.example", "decline")):
        page = await chat.client.post(path_of(chat, address), data={"answer": answer})
        code = re.search(r"[2-9A-Z]{4}\u2011[2-9A-Z]{4}", await page.text())
        if code is not None:
            await roofs.owner.says(de=f"beitreten {code[0]}", en=f"join {code[0]}")
    await chat.settles()
    report = await ben.finds(chat.words(de="Einladungen zu", en="Invitations to"))
    assert re.search(chat.words(de=r"Beigetreten\W+1\b", en=r"Joined\W+1\b"), report.words)
    assert re.search(chat.words(de=r"Abgelehnt\W+1\b", en=r"Declined\W+1\b"), report.words)
    page_seen = await ben.presses("bulk.page")
    assert chat.words(de="beigetreten", en="joined") in page_seen
    assert "info@waerme.example" in page_seen
    await ben.presses("bulk.show")
    await ben.presses("bulk.report")
    rows = await table_of(chat, ben, chat.words(de="Einladungen zu", en="Invitations to"))
    stands = chat.words(de="beigetreten", en="joined")
    assert [rows[1][1], rows[1][2], rows[1][4]] == ["Dachwerk Süd KG", "info@dachwerk.example", stands]
    assert [row[0] for row in rows[1:]] == ["1", "2", "4", "5", "6"]


def path_of(chat: Chat, address: str) -> str:
    """The path of the page to which the newest mail to an address leads."""
    part = chat.mails.to(address)[-1].get_body(("plain",))
    assert part is not None
    return re.findall(rf"{re.escape(chat.public_url)}(/join/[\w.-]+)", str(part.get_content()))[-1]


async def test_mails_that_did_not_leave_are_sent_again(chat: Chat) -> None:
    """B22: a refused address stands on the report with the reason; sent again it is one mail more, and not two."""
    solar = await operator(chat)
    ben = solar.of(Role.MEMBER)
    chat.mails.unknown = {"info@waerme.example"}
    await listed(ben, LINES)
    await ben.presses("bulk.send")
    await clockwork(chat)
    report = await ben.finds(chat.words(de="Einladungen zu", en="Invitations to"))
    assert chat.words(de="vom Mailserver abgelehnt (550)", en="refused by the mail server (550)") in report
    assert len(chat.mails.mails) == 2
    chat.mails.unknown = set()
    again = report.button("bulk.resend", {})
    assert again is not None
    await ben.presses("bulk.resend")
    await ben.forges("bulk.resend", again.args)
    await clockwork(chat)
    assert len(chat.mails.to("info@waerme.example")) == 1
    healed = await ben.finds(chat.words(de="Einladungen zu", en="Invitations to"))
    assert re.search(chat.words(de=r"Beim Mailserver\W+3", en=r"With the mail server\W+3"), healed.words)
    assert "bulk.resend" not in healed.commands


async def test_addresses_are_masked_for_viewers(chat: Chat) -> None:
    """A39, B22: a viewer reads the report, without an address and without any button that sends."""
    solar = await operator(chat)
    ben, tom = solar.of(Role.MEMBER), solar.of(Role.VIEWER)
    await listed(ben, LINES)
    await ben.presses("bulk.send")
    report = await tom.says(de="markt bericht", en="market report")
    assert not report.commands & {"bulk.send", "bulk.resend", "bulk.links"}
    firms = await tom.presses("bulk.page")
    assert "Dachwerk Süd KG" in firms
    assert "i***@dachwerk.example" in firms
    assert "info@" not in firms


async def test_a_file_of_firms_is_invited_in_slices(chat: Chat) -> None:
    """B22: a CSV with part and language of each firm becomes a list; what is more than a slice goes out by and by."""
    solar = await operator(chat)
    ben = solar.of(Role.MEMBER)
    rows = "".join(f"Firma {number};post@firma-{number}.example;gibt;en\r\n" for number in range(1, 61))
    content = f"Firma;E-Mail;Rolle;Sprache\r\n{rows}Nur Name;;;\r\nFalsch;x@falsch.example;kocht;\r\n".encode("cp1252")
    async with chat.house.units.write() as uow:
        sent = file.ReceivedFile("Partner.csv", "text/csv", content)
        kept = await file.receive(uow, await people.actor(uow, ben), sent)
    form = await ben.forges("marketplace.invite_many", {"file": kept.file_id})
    assert chat.words(de="62 Firmen in „Partner.csv“", en="62 firms in “Partner.csv”") in form
    seen = await ben.presses("marketplace.invite_many", fill={"part": "takes"}, file=kept.file_id)
    assert chat.words(de="60 Firmen werden zu", en="60 firms will be invited") in seen
    assert chat.words(de="Rolle ist weder", en="part is none of") in seen
    await ben.presses("bulk.send")
    running = await ben.finds(chat.words(de="Einladungen zu", en="Invitations to"))
    assert chat.words(de="wird gesendet", en="being sent") in running
    assert len(chat.mails.mails) == 50
    await clockwork(chat)
    assert len(chat.mails.mails) == 60
    await clockwork(chat)
    done = await ben.finds(chat.words(de="Einladungen zu", en="Invitations to"))
    assert re.search(chat.words(de=r"Beim Mailserver\W+60", en=r"With the mail server\W+60"), done.words)
    assert "Solarhaus GmbH invites" in str(chat.mails.mails[0]["Subject"])
    async with chat.house.units.read() as uow:
        actor = await people.actor(uow, ben)
        [market] = await uow.marketplaces.memberships(actor.team_id, 5)
        partners = await uow.marketplaces.partners(actor.team_id, market.marketplace.marketplace_id, 200)
    assert {(one.gives, one.takes) for one in partners[1:]} == {(True, False)}


async def test_whoever_may_no_longer_invite_sends_nothing_more(chat: Chat) -> None:
    """B22: the rest of a list is not sent in the name of somebody who has lost the right; the report says so."""
    solar = await operator(chat)
    ben, mara = solar.of(Role.MEMBER), solar.of(Role.ADMIN)
    await listed(ben, "".join(f"Firma {number}; post@firma-{number}.example\n" for number in range(1, 61)))
    await ben.presses("bulk.send")
    await mara.says(de="rolle Ben betrachter", en="role Ben viewer")
    await clockwork(chat)
    await clockwork(chat)
    assert len(chat.mails.mails) == 50
    report = await mara.says(de="markt bericht", en="market report")
    assert chat.words(de="Ben Kaya darf nicht mehr einladen", en="Ben Kaya may no longer invite") in report
    assert await people.actions(chat, solar.team_id, "bulk.stopped") == 1


async def test_too_many_lines_are_refused(chat: Chat) -> None:
    """More lines than can be looked at are refused in words, and the file is named as the way out."""
    ben = (await operator(chat)).of(Role.MEMBER)
    seen = await listed(ben, "\n".join(f"a{number}@firma.example" for number in range(201)))
    assert chat.words(de="bis zu 200 Zeilen", en="up to 200 lines") in seen
    assert "CSV" in seen


class TestWithoutAMailServer:
    """Where no mails can be sent, links are passed on."""

    @pytest.fixture
    def has_mail_server(self) -> bool:
        """This deployment has none."""
        return False

    async def test_links_are_a_file_for_the_sender_alone(self, chat: Chat) -> None:
        """B22: without a mail server the sender takes the links out as a file, logged; nobody else gets them."""
        solar = await operator(chat)
        ben, mara = solar.of(Role.MEMBER), solar.of(Role.ADMIN)
        await listed(ben, LINES)
        await ben.presses("bulk.send")
        await clockwork(chat)
        report = await ben.finds(chat.words(de="Einladungen zu", en="Invitations to"))
        assert chat.words(de="kein Mailserver", en="No mail server") in report
        await ben.presses("bulk.links")
        assert await ben.finds(chat.words(de="geheim", en="secret"))
        rows = await table_of(chat, ben, chat.words(de="Geheime Links", en="Secret links"))
        assert [row[1] for row in rows[1:]] == ["Dachwerk Süd KG", "Wärme Nord", "Sparren & Söhne"]
        path = rows[1][3].removeprefix(chat.public_url)
        assert (await chat.client.get(path)).status == 200
        assert await people.actions(chat, solar.team_id, "bulk.links_taken") == 1
        button = report.button("bulk.links", {})
        assert button is not None
        refused = await mara.forges("bulk.links", button.args)
        assert chat.words(de="Diese Links bekommt nur Ben Kaya", en="Only Ben Kaya can take these links out") in refused
