"""Leads from a file: sent, looked at, imported while the card moves, and every row accounted for."""

import csv
import io
import secrets

import pytest

from services import file, lead_import
from services.file import ReceivedFile
from services.lead_import import process
from services.lead_import.model import BATCH_ROWS
from services.lead_import.parse_row import batches
from services.permissions import Role
from services.table import open_table
from tests.chat import Chat, Person
from tests.features import people
from tests.features.people import Firm
from tests.seen import Seen
from tests.services import import_steps


async def found(chat: Chat) -> Firm:
    """A firm with a member and a viewer."""
    return await people.found(
        chat, "Solarhaus GmbH", "Anna Weiß", {"Ben Kaya": Role.MEMBER, "Tom Fischer": Role.VIEWER}
    )


async def sends(person: Person, content: bytes, name: str = "Messe.csv") -> Seen:
    """Bring a file in, and press what it is for; the preview."""
    chat = person.chat
    if chat.stage.platform == "web":
        await _uploads(person, content, name)
        return await person.presses("lead.import")
    async with chat.house.units.write() as uow:
        kept = await file.receive(uow, await people.actor(uow, person), ReceivedFile(name, "text/csv", content))
    args = {"file": kept.file_id}
    under = (await _cards(person))[-1].message_id
    at_once = await chat.stage.press(person.account, person.direct, under, "lead.import", args, None)
    await chat.settles()
    return at_once if at_once and not at_once.passing else (await _cards(person))[-1]


async def _uploads(person: Person, content: bytes, name: str) -> None:
    """As the page does with a file that is dropped into it."""
    query = {"as": person.account.account_id, "id": secrets.token_hex(8), "name": name}
    headers = {"Content-Type": "application/octet-stream"}
    path = f"/chat/rooms/{person.direct.room_id}/files"
    async with person.chat.client.post(path, params=query, data=content, headers=headers) as response:
        assert response.status == 200, await response.text()
    await person.chat.settles()


async def _cards(person: Person) -> list[Seen]:
    return [seen for seen in await person.reads() if seen.by_bot and not seen.passing]


async def finishes(chat: Chat) -> None:
    """Wait until everything is imported and everybody has heard of it."""
    await chat.house.importer.drain()
    await chat.settles()


async def carries(chat: Chat, times: int) -> None:
    """Deal with some batches, as the process does that carries the import."""
    units, holder = chat.house.units, chat.house.importer.holder
    async with units.write() as uow:
        carried = await process.claim(uow, holder)
        assert carried is not None
        content = await process.content(uow, carried)
    assert content is not None
    rows = batches(open_table(content), carried.plan, carried.line)
    for _ in range(times):
        async with units.write() as uow:
            carried = await process.carry(uow, carried, holder, next(rows)) or carried
    await chat.settles()


@pytest.mark.core
async def test_from_the_file_to_the_leads_and_what_was_left_out(chat: Chat) -> None:
    """B20: a file is previewed, its columns can be changed, and its rows become leads; no channel is told of each."""
    firm = await found(chat)
    ben = firm.of(Role.MEMBER)
    quiet = await ben.sees(firm.channel)
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
    assert await ben.sees(firm.channel) == quiet


async def test_what_was_left_out_is_a_file_for_this_person(chat: Chat) -> None:
    """Every row that was left out comes back as it was, with its line and the reason in the reader's language."""
    firm = await found(chat)
    ben = firm.of(Role.MEMBER)
    await sends(ben, import_steps.table(import_steps.row(1), "=1+1;Kern;kein At;;;;;"))
    await ben.presses("lead.import_start")
    await finishes(chat)
    async with chat.house.units.read() as uow:
        ids = [
            one.file_id
            for one in await uow.files.held(firm.team_id, (await people.actor(uow, ben)).user_id, file.Purpose.MADE)
        ]
        opened = await file.read(uow, await people.actor(uow, ben), ids[-1])
    delimiter = chat.words(de=";", en=",")
    header, row = csv.reader(io.StringIO(opened.content.decode("utf-8-sig"), newline=""), delimiter=delimiter)
    assert header[:2] == [chat.words(de="Zeile", en="Line"), chat.words(de="Grund", en="Reason")]
    assert row[:3] == ["3", chat.words(de="keine gültige E-Mail-Adresse", en="no valid e-mail address"), "'=1+1"]


async def test_the_card_moves_stops_and_goes_on(chat: Chat) -> None:
    """The one card shows how far the import is; stopped it waits, and it goes on to the last row, none twice."""
    firm = await found(chat)
    ben = firm.of(Role.MEMBER)
    rows = 2 * BATCH_ROWS + 30
    await sends(ben, import_steps.numbered_table(rows))
    cards = len(await ben.reads())
    await ben.presses("lead.import_start")
    await carries(chat, 1)
    assert chat.words(de="500 von 1.030 Zeilen", en="500 of 1,030 rows") in await ben.sees()
    stopped = await ben.presses("lead.import_stop")
    assert chat.words(de="angehalten", en="stopped") in stopped
    await finishes(chat)
    assert chat.words(de="500 von 1.030 Zeilen", en="500 of 1,030 rows") in await ben.sees()
    await ben.presses("lead.import_start")
    await finishes(chat)
    done = chat.words(de="1.030 Leads aus Messe.csv importiert", en="1,030 leads imported from Messe.csv")
    assert done in await ben.sees()
    assert len([one for one in await ben.reads() if not one.passing]) <= cards
    assert "L-1030" in await ben.says("leads")
    assert await people.actions(chat, firm.team_id, "lead.imported") == 3


async def test_the_same_file_is_imported_once(chat: Chat) -> None:
    """B24: a file that the team has imported changes nothing; whoever sends it reads when and by whom."""
    firm = await found(chat)
    ben, anna = firm.of(Role.MEMBER), firm.owner
    await sends(ben, import_steps.numbered_table(2))
    await ben.presses("lead.import_start")
    await finishes(chat)
    for person in (ben, anna):
        refused = await sends(person, import_steps.numbered_table(2), "umbenannt.csv")
        assert chat.words(de="Ben Kaya hat diese Datei schon importiert", en="Ben Kaya imported this file") in refused
    assert "L-3" not in await anna.says("leads")


async def test_without_a_file_the_answer_says_how(chat: Chat) -> None:
    """Whoever asks reads how it is done and gets an example that is understood as it is; a viewer is refused."""
    firm = await found(chat)
    ben, tom = firm.of(Role.MEMBER), firm.of(Role.VIEWER)
    told = await ben.says(de="leads importieren", en="import leads")
    assert chat.words(de="Leads Beispiel.csv", en="Leads example.csv") in told
    async with chat.house.units.write() as uow:
        ben_here = await people.actor(uow, ben)
        [made] = await uow.files.held(firm.team_id, ben_here.user_id, file.Purpose.MADE)
        content = (await file.read(uow, ben_here, made.file_id)).content
        kept = await file.receive(uow, ben_here, ReceivedFile(made.name, "text/csv", content))
        view = await lead_import.prepare(uow, ben_here, kept.file_id)
    assert view.expected.imported == 1
    assert set(view.lead_import.plan.columns) == set(lead_import.Field) - {lead_import.Field.CURRENCY}
    in_channel = await ben.says(de="leads importieren", en="import leads", at=firm.channel)
    assert chat.words(de="Beispiel.csv", en="example.csv") not in in_channel
    refused = await tom.says(de="leads importieren", en="import leads")
    assert chat.words(de="Betrachter können keine Leads importieren", en="Viewers can't import leads") in refused
    assert "Anna Weiß" in refused


async def test_headings_that_say_nothing_are_asked_about(chat: Chat) -> None:
    """A file without understood headings is not imported before somebody has said which column is what."""
    firm = await found(chat)
    ben = firm.of(Role.MEMBER)
    preview = await sends(ben, b"Aa;Bb\nEva Holm;eva@acme.example\n")
    assert "lead.import_start" not in preview.commands
    form = await ben.presses("lead.import_assign")
    assert form.inputs["name"] == "none"
    ready = await ben.presses("lead.import_assign", fill={"name": "0", "email": "1"})
    assert "Eva Holm" in ready
    await ben.presses("lead.import_start")
    await finishes(chat)
    assert "Eva Holm" in await ben.says(de="kontakt L-1", en="contact L-1")


async def test_what_is_no_table_is_refused_with_a_way(chat: Chat) -> None:
    """A file in which nothing can be read is refused in words that say what to do instead."""
    firm = await found(chat)
    refused = await sends(firm.of(Role.MEMBER), b"Name;Mail\n\n", "leer.csv")
    assert chat.words(de="In dieser Datei steht keine Zeile", en="There is no row in this file") in refused
