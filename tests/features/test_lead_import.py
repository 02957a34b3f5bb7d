"""Leads from a file: sent, previewed, imported with progress on the card, and every row accounted for."""

import csv
import io
import secrets

import pytest

from services import file, lead_import
from services.file import ReceivedFile
from services.lead_import import process
from services.lead_import.model import IMPORT_BATCH_ROWS
from services.lead_import.parse_row import split_batches
from services.permissions import Role
from services.table import open_table
from tests.chat import Chat, Person
from tests.displayed_message import DisplayedMessage
from tests.features import chat_team
from tests.features.chat_team import ChatTeam
from tests.services import import_steps


async def seed_import_team(chat: Chat) -> ChatTeam:
    """Create a team with a member and a viewer."""
    return await chat_team.seed_team(
        chat, "Solarhaus GmbH", "Anna Weiß", {"Ben Kaya": Role.MEMBER, "Tom Fischer": Role.VIEWER}
    )


async def sends(person: Person, content: bytes, name: str = "Messe.csv") -> DisplayedMessage:
    """Send a file, press the import button, and return the preview."""
    chat = person.chat
    if chat.driver.platform == "web":
        await _uploads(person, content, name)
        return await person.presses("lead.import")
    async with chat.application.units.write() as uow:
        stored_file = await file.receive(
            uow, await chat_team.actor(uow, person), ReceivedFile(name, "text/csv", content)
        )
    args = {"file": stored_file.file_id}
    under = (await _cards(person))[-1].message_id
    at_once = await chat.driver.press(person.account, person.direct, under, "lead.import", args, None)
    await chat.settles()
    return at_once if at_once and not at_once.passing else (await _cards(person))[-1]


async def _uploads(person: Person, content: bytes, name: str) -> None:
    """Upload a file as the page does for a drop."""
    query = {"as": person.account.account_id, "id": secrets.token_hex(8), "name": name}
    headers = {"Content-Type": "application/octet-stream"}
    path = f"/chat/rooms/{person.direct.room_id}/files"
    async with person.chat.client.post(path, params=query, data=content, headers=headers) as response:
        assert response.status == 200, await response.text()
    await person.chat.settles()


async def _cards(person: Person) -> list[DisplayedMessage]:
    return [seen for seen in await person.reads() if seen.by_bot and not seen.passing]


async def finishes(chat: Chat) -> None:
    """Wait until the import and its messages are done."""
    await chat.application.importer.drain()
    await chat.settles()


async def import_batches(chat: Chat, times: int) -> None:
    """Import some batches as the import's background process does."""
    units, holder = chat.application.units, chat.application.importer.holder
    async with units.write() as uow:
        carried = await process.claim(uow, holder)
        assert carried is not None
        content = await process.load_content(uow, carried)
    assert content is not None
    rows = split_batches(open_table(content), carried.plan, carried.line)
    for _ in range(times):
        async with units.write() as uow:
            carried = await process.process_batch(uow, carried, holder, next(rows)) or carried
    await chat.settles()


@pytest.mark.core
async def test_a_file_becomes_leads_and_left_out_rows(chat: Chat) -> None:
    """B20: a file is previewed, its columns can be assigned, its rows become leads; channels get no message."""
    team = await seed_import_team(chat)
    ben = team.of(Role.MEMBER)
    quiet = await ben.sees(team.channel)
    preview = await sends(
        ben, import_steps.table(import_steps.row(1), "Udo;Kern;kein At;;;;;", import_steps.row(2), import_steps.row(1))
    )
    assert chat.words(de="4 Zeilen in Messe.csv", en="4 rows in Messe.csv") in preview
    assert "Vorname + Nachname" in preview
    assert "eva-1@acme.example" in preview
    assert chat.words(de="2 neu, 1 schon da, 1 nicht brauchbar", en="2 are new, 1 are here already") in preview

    form = await ben.presses("lead.import_assign")
    assert (form.inputs["name"], form.inputs["email"], form.inputs["text"]) == ("0+1", "2", "none")
    changed = await ben.presses("lead.import_assign", fill={"company": "none"})
    assert "Acme 1" not in changed
    begun = await ben.presses("lead.import_start", fill={"source": "Messe Stuttgart"})
    assert chat.words(de="wird importiert", en="is being imported") in begun
    await finishes(chat)

    done = await ben.finds(chat.words(de="2 Leads aus Messe.csv importiert", en="2 leads imported from Messe.csv"))
    assert chat.words(de="Zeile 3: keine gültige E-Mail-Adresse", en="Line 3: no valid e-mail address") in done
    assert chat.words(de="schon da als L-1", en="already here as L-1") in done
    details = await ben.says(de="kontakt L-2", en="contact L-2")
    assert "eva-2@acme.example" in details
    assert "Messe Stuttgart" in details
    assert await ben.sees(team.channel) == quiet


async def test_left_out_rows_come_back_as_a_file(chat: Chat) -> None:
    """Each left-out row comes back unchanged, with its line and the reason in the reader's language."""
    team = await seed_import_team(chat)
    ben = team.of(Role.MEMBER)
    await sends(ben, import_steps.table(import_steps.row(1), "=1+1;Kern;kein At;;;;;"))
    await ben.presses("lead.import_start")
    await finishes(chat)
    async with chat.application.units.read() as uow:
        ids = [
            item.file_id
            for item in await uow.files.list_of_user(
                team.team_id, (await chat_team.actor(uow, ben)).user_id, file.FileOrigin.GENERATED
            )
        ]
        opened = await file.read_content(uow, await chat_team.actor(uow, ben), ids[-1])
    delimiter = chat.words(de=";", en=",")
    header, row = csv.reader(io.StringIO(opened.content.decode("utf-8-sig"), newline=""), delimiter=delimiter)
    assert header[:2] == [chat.words(de="Zeile", en="Line"), chat.words(de="Grund", en="Reason")]
    assert row[:3] == ["3", chat.words(de="keine gültige E-Mail-Adresse", en="no valid e-mail address"), "'=1+1"]


async def test_the_import_stops_and_resumes(chat: Chat) -> None:
    """The card shows the progress; a stopped import resumes and creates no lead twice."""
    team = await seed_import_team(chat)
    ben = team.of(Role.MEMBER)
    rows = 2 * IMPORT_BATCH_ROWS + 30
    await sends(ben, import_steps.numbered_table(rows))
    cards = len(await ben.reads())
    await ben.presses("lead.import_start")
    await import_batches(chat, 1)
    assert chat.words(de="500 von 1.030 Zeilen", en="500 of 1,030 rows") in await ben.sees()
    stopped = await ben.presses("lead.import_stop")
    assert chat.words(de="angehalten", en="stopped") in stopped
    await finishes(chat)
    assert chat.words(de="500 von 1.030 Zeilen", en="500 of 1,030 rows") in await ben.sees()
    await ben.presses("lead.import_start")
    await finishes(chat)
    done = chat.words(de="1.030 Leads aus Messe.csv importiert", en="1,030 leads imported from Messe.csv")
    assert done in await ben.sees()
    assert len([item for item in await ben.reads() if not item.passing]) <= cards
    assert "L-1030" in await ben.says("leads")
    assert await chat_team.actions(chat, team.team_id, "lead.imported") == 3


async def test_the_same_file_is_imported_once(chat: Chat) -> None:
    """B24: a file that the team has imported changes nothing; its sender reads when and by which member."""
    team = await seed_import_team(chat)
    ben, anna = team.of(Role.MEMBER), team.owner
    await sends(ben, import_steps.numbered_table(2))
    await ben.presses("lead.import_start")
    await finishes(chat)
    for person in (ben, anna):
        refused = await sends(person, import_steps.numbered_table(2), "umbenannt.csv")
        assert chat.words(de="Ben Kaya hat diese Datei schon importiert", en="Ben Kaya imported this file") in refused
    assert "L-3" not in await anna.says("leads")


async def test_without_a_file_the_response_explains_the_import(chat: Chat) -> None:
    """A member reads how to import and gets a valid example; a viewer is refused."""
    team = await seed_import_team(chat)
    ben, tom = team.of(Role.MEMBER), team.of(Role.VIEWER)
    instructions = await ben.says(de="leads importieren", en="import leads")
    assert chat.words(de="Leads Beispiel.csv", en="Leads example.csv") in instructions
    async with chat.application.units.write() as uow:
        ben_here = await chat_team.actor(uow, ben)
        [made] = await uow.files.list_of_user(team.team_id, ben_here.user_id, file.FileOrigin.GENERATED)
        content = (await file.read_content(uow, ben_here, made.file_id)).content
        stored_file = await file.receive(uow, ben_here, ReceivedFile(made.name, "text/csv", content))
        view = await lead_import.prepare(uow, ben_here, stored_file.file_id)
    assert view.expected.imported == 1
    assert set(view.lead_import.plan.columns) == set(lead_import.ImportField) - {lead_import.ImportField.CURRENCY}
    in_channel = await ben.says(de="leads importieren", en="import leads", room=team.channel)
    assert chat.words(de="Beispiel.csv", en="example.csv") not in in_channel
    refused = await tom.says(de="leads importieren", en="import leads")
    assert chat.words(de="Betrachter können keine Leads importieren", en="Viewers can't import leads") in refused
    assert "Anna Weiß" in refused


async def test_unknown_headings_are_asked_about(chat: Chat) -> None:
    """A file with unknown headings is not imported before a person has assigned the columns."""
    team = await seed_import_team(chat)
    ben = team.of(Role.MEMBER)
    preview = await sends(ben, b"Aa;Bb\nEva Holm;eva@acme.example\n")
    assert "lead.import_start" not in preview.commands
    form = await ben.presses("lead.import_assign")
    assert form.inputs["name"] == "none"
    ready = await ben.presses("lead.import_assign", fill={"name": "0", "email": "1"})
    assert "Eva Holm" in ready
    await ben.presses("lead.import_start")
    await finishes(chat)
    assert "Eva Holm" in await ben.says(de="kontakt L-1", en="contact L-1")


async def test_an_unreadable_file_is_refused_with_a_hint(chat: Chat) -> None:
    """An unreadable file is refused with a hint what to do instead."""
    team = await seed_import_team(chat)
    refused = await sends(team.of(Role.MEMBER), b"Name;Mail\n\n", "leer.csv")
    assert chat.words(de="In dieser Datei steht keine Zeile", en="There is no row in this file") in refused
