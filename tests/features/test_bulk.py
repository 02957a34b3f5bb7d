"""Many partners invited to a marketplace at once: pasted or from a file, previewed, sent once, reported on (B22)."""

import csv
import io
import re
from typing import Final

import pytest

from bot.jobs.scheduler import noun_jobs
from services import file
from services.permissions import Role
from tests.chat import Chat, Person
from tests.displayed_message import DisplayedMessage
from tests.features import chat_team
from tests.features.chat_team import ChatTeam

LINES: Final = """Dachwerk Süd KG; Info@Dachwerk.example
info@waerme.example Wärme Nord

Sparren & Söhne <post@sparren.example>
Zimmerei ohne Adresse
Noch einmal: info@dachwerk.example
"""
WORDS: Final = "Wir kennen uns von der Messe."


async def run_scheduled_job(chat: Chat) -> None:
    """Run the scheduled job for bulk invitations and deliver its messages."""
    [job] = [noun_job for noun_job in noun_jobs() if noun_job.name == "bulk.work"]
    chat.clock.advance(seconds=job.every_s)
    assert await chat.application.jobs.tick(job)
    await chat.settles()


async def operator(chat: Chat) -> ChatTeam:
    """A team that operates a marketplace."""
    roles = {"Mara Lind": Role.ADMIN, "Ben Kaya": Role.MEMBER, "Tom Fischer": Role.VIEWER}
    solar = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", roles)
    await chat_team.open_marketplace(solar)
    return solar


async def preview_list(person: Person, lines: str, text: str = "") -> DisplayedMessage:
    """Paste partners into the form and return the preview."""
    await person.says(de="markt viele einladen", en="market invite many")
    return await person.presses("marketplace.invite_many", fill={"firms": lines, "part": "both", "text": text})


async def table_of(chat: Chat, person: Person, name: str) -> list[list[str]]:
    """Return the rows of the newest file that the bot made for a person."""
    async with chat.application.units.write() as uow:
        actor = await chat_team.actor(uow, person)
        held = await uow.files.list_of_user(actor.team_id, actor.user_id, file.FileOrigin.GENERATED)
        assert name in held[-1].name
        content = (await file.read_content(uow, actor, held[-1].file_id)).content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content), delimiter=chat.words(de=";", en=",")))


async def test_partners_are_previewed_before_anything_is_sent(chat: Chat) -> None:
    """B22: the preview shows who will be invited, with which text, and which lines are left out."""
    solar = await operator(chat)
    ben = solar.of(Role.MEMBER)
    seen = await preview_list(ben, LINES, WORDS)
    assert chat.words(de="3 Firmen werden zu", en="3 firms will be invited") in seen
    assert WORDS in seen
    assert "Zimmerei ohne Adresse" in seen
    assert chat.words(de="Zeile 5", en="Line 5") in seen
    assert chat.words(de="keine gültige E-Mail-Adresse", en="no valid e-mail address") in seen
    assert chat.words(de="dieselbe Adresse wie weiter oben", en="same address as further up") in seen
    assert chat.mails.mails == []
    dropped = await ben.presses("bulk.drop")
    assert chat.words(de="Niemand wurde", en="Nobody was invited") in dropped
    assert await chat_team.actions(chat, solar.team_id, "invitation.created") == 0


async def test_a_previewed_list_is_sent_once(chat: Chat) -> None:
    """B22: two presses invite each partner once, by a mail with the own text; the report follows the mails."""
    solar = await operator(chat)
    ben, mara = solar.of(Role.MEMBER), solar.of(Role.ADMIN)
    seen = await preview_list(ben, LINES, WORDS)
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
    await run_scheduled_job(chat)
    report = await ben.finds(chat.words(de="Einladungen zu", en="Invitations to"))
    assert chat.words(de="Beim Mailserver", en="With the mail server") in report
    assert re.search(chat.words(de=r"Beim Mailserver\W+3", en=r"With the mail server\W+3"), report.words)
    assert await chat_team.actions(chat, solar.team_id, "bulk.started") == 1
    assert await chat_team.actions(chat, solar.team_id, "partner.invited") == 3
    overview = await mara.says(de="markt", en="market")
    assert "Dachwerk Süd KG" in overview
    over = await preview_list(mara, LINES)
    assert chat.words(de="ist schon eingeladen", en="is invited already") in over
    assert "bulk.send" not in over.commands


async def test_the_report_follows_the_partners(chat: Chat) -> None:
    """B22: the report counts who joined and who declined, and names each partner on a page and in a file."""
    solar = await operator(chat)
    ben = solar.of(Role.MEMBER)
    roofs = await chat_team.seed_team(chat, "Dachwerk Süd KG", "Petra Vogt", {})
    await preview_list(ben, LINES)
    await ben.presses("bulk.send")
    for address, response in (("info@dachwerk.example", "accept"), ("info@waerme.example", "decline")):
        page = await chat.client.post(path_of(chat, address), data={"answer": response})
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
    """Return the path of the page that the newest mail to an address links to."""
    part = chat.mails.to(address)[-1].get_body(("plain",))
    assert part is not None
    return re.findall(rf"{re.escape(chat.public_url)}(/join/[\w.-]+)", str(part.get_content()))[-1]


async def test_failed_mails_are_sent_again(chat: Chat) -> None:
    """B22: the report names a refused address with the reason; sending again adds exactly one mail."""
    solar = await operator(chat)
    ben = solar.of(Role.MEMBER)
    chat.mails.unknown = {"info@waerme.example"}
    await preview_list(ben, LINES)
    await ben.presses("bulk.send")
    await run_scheduled_job(chat)
    report = await ben.finds(chat.words(de="Einladungen zu", en="Invitations to"))
    assert chat.words(de="vom Mailserver abgelehnt (550)", en="refused by the mail server (550)") in report
    assert len(chat.mails.mails) == 2
    chat.mails.unknown = set()
    again = report.button("bulk.resend", {})
    assert again is not None
    await ben.presses("bulk.resend")
    await ben.forges("bulk.resend", again.args)
    await run_scheduled_job(chat)
    assert len(chat.mails.to("info@waerme.example")) == 1
    healed = await ben.finds(chat.words(de="Einladungen zu", en="Invitations to"))
    assert re.search(chat.words(de=r"Beim Mailserver\W+3", en=r"With the mail server\W+3"), healed.words)
    assert "bulk.resend" not in healed.commands


async def test_addresses_are_masked_for_viewers(chat: Chat) -> None:
    """A39, B22: a viewer reads the report without any address and without any button that sends."""
    solar = await operator(chat)
    ben, tom = solar.of(Role.MEMBER), solar.of(Role.VIEWER)
    await preview_list(ben, LINES)
    await ben.presses("bulk.send")
    report = await tom.says(de="markt bericht", en="market report")
    assert not report.commands & {"bulk.send", "bulk.resend", "bulk.links"}
    teams = await tom.presses("bulk.page")
    assert "Dachwerk Süd KG" in teams
    assert "i***@dachwerk.example" in teams
    assert "info@" not in teams


async def test_a_file_of_partners_is_invited_in_slices(chat: Chat) -> None:
    """B22: a CSV file with part and language becomes a list; the job sends it slice by slice."""
    solar = await operator(chat)
    ben = solar.of(Role.MEMBER)
    rows = "".join(f"Firma {number};post@firma-{number}.example;gibt;en\r\n" for number in range(1, 61))
    content = f"Firma;E-Mail;Rolle;Sprache\r\n{rows}Nur Name;;;\r\nFalsch;x@falsch.example;kocht;\r\n".encode("cp1252")
    async with chat.application.units.write() as uow:
        sent = file.ReceivedFile("Partner.csv", "text/csv", content)
        stored_file = await file.receive(uow, await chat_team.actor(uow, ben), sent)
    form = await ben.forges("marketplace.invite_many", {"file": stored_file.file_id})
    assert chat.words(de="62 Firmen in „Partner.csv“", en="62 firms in “Partner.csv”") in form
    seen = await ben.presses("marketplace.invite_many", fill={"part": "takes"}, file=stored_file.file_id)
    assert chat.words(de="60 Firmen werden zu", en="60 firms will be invited") in seen
    assert chat.words(de="Rolle ist weder", en="part is none of") in seen
    await ben.presses("bulk.send")
    running = await ben.finds(chat.words(de="Einladungen zu", en="Invitations to"))
    assert chat.words(de="wird gesendet", en="being sent") in running
    assert len(chat.mails.mails) == 50
    await run_scheduled_job(chat)
    assert len(chat.mails.mails) == 60
    await run_scheduled_job(chat)
    done = await ben.finds(chat.words(de="Einladungen zu", en="Invitations to"))
    assert re.search(chat.words(de=r"Beim Mailserver\W+60", en=r"With the mail server\W+60"), done.words)
    assert "Solarhaus GmbH invites" in str(chat.mails.mails[0]["Subject"])
    async with chat.application.units.read() as uow:
        actor = await chat_team.actor(uow, ben)
        [membership] = await uow.marketplaces.list_memberships(actor.team_id, 5)
        partners = await uow.marketplaces.list_partners(actor.team_id, membership.marketplace.marketplace_id, 200)
    assert {(partner.gives, partner.takes) for partner in partners[1:]} == {(True, False)}


async def test_a_sender_without_the_right_sends_nothing_more(chat: Chat) -> None:
    """B22: the rest of a list is not sent after its sender lost the right; the report says so."""
    solar = await operator(chat)
    ben, mara = solar.of(Role.MEMBER), solar.of(Role.ADMIN)
    await preview_list(ben, "".join(f"Firma {number}; post@firma-{number}.example\n" for number in range(1, 61)))
    await ben.presses("bulk.send")
    await mara.says(de="rolle Ben betrachter", en="role Ben viewer")
    await run_scheduled_job(chat)
    await run_scheduled_job(chat)
    assert len(chat.mails.mails) == 50
    report = await mara.says(de="markt bericht", en="market report")
    assert chat.words(de="Ben Kaya darf nicht mehr einladen", en="Ben Kaya may no longer invite") in report
    assert await chat_team.actions(chat, solar.team_id, "bulk.stopped") == 1


async def test_too_many_lines_are_refused(chat: Chat) -> None:
    """Too many pasted lines are refused; the response names the file as the alternative."""
    ben = (await operator(chat)).of(Role.MEMBER)
    seen = await preview_list(ben, "\n".join(f"a{number}@firma.example" for number in range(201)))
    assert chat.words(de="bis zu 200 Zeilen", en="up to 200 lines") in seen
    assert "CSV" in seen


class TestWithoutAMailServer:
    """A deployment without a mail server returns links instead of sending mails."""

    @pytest.fixture
    def has_mail_server(self) -> bool:
        """The deployment has no mail server."""
        return False

    async def test_links_are_a_file_for_the_sender_alone(self, chat: Chat) -> None:
        """B22: without a mail server only the sender gets the links as a file; the log records it."""
        solar = await operator(chat)
        ben, mara = solar.of(Role.MEMBER), solar.of(Role.ADMIN)
        await preview_list(ben, LINES)
        await ben.presses("bulk.send")
        await run_scheduled_job(chat)
        report = await ben.finds(chat.words(de="Einladungen zu", en="Invitations to"))
        assert chat.words(de="kein Mailserver", en="No mail server") in report
        await ben.presses("bulk.links")
        assert await ben.finds(chat.words(de="geheim", en="secret"))
        rows = await table_of(chat, ben, chat.words(de="Geheime Links", en="Secret links"))
        assert [row[1] for row in rows[1:]] == ["Dachwerk Süd KG", "Wärme Nord", "Sparren & Söhne"]
        path = rows[1][3].removeprefix(chat.public_url)
        assert (await chat.client.get(path)).status == 200
        assert await chat_team.actions(chat, solar.team_id, "bulk.links_taken") == 1
        button = report.button("bulk.links", {})
        assert button is not None
        refused = await mara.forges("bulk.links", button.args)
        assert chat.words(de="Diese Links bekommt nur Ben Kaya", en="Only Ben Kaya can take these links out") in refused
