"""Files of leads and what becomes of them, for tests about imports."""

from services import file, lead_import
from services.actor import Actor
from services.file.model import ReceivedFile
from services.lead_import import Defaults, ImportView, LeadImport
from services.unit_of_work import Units

HEADINGS = "Vorname;Nachname;E-Mail;Telefon;Firma;PLZ;Betreff;Wert (EUR)"


def row(number: int) -> str:
    """Somebody whom no other row knows."""
    reached = f"eva-{number}@acme.example;0711 {1000000 + number}"
    return f"Eva;Nr {number};{reached};Acme {number};70{number % 1000:03};Dach;1.500,00"


def table(*rows: str, headings: str = HEADINGS) -> bytes:
    """A file with these rows."""
    return "\n".join([headings, *rows, ""]).encode()


def many(count: int, first: int = 1) -> bytes:
    """A file of so many people."""
    return table(*(row(number) for number in range(first, first + count)))


async def send(units: Units, actor: Actor, content: bytes, name: str = "Messe.csv") -> str:
    """A file that somebody sends; its id."""
    async with units.write() as uow:
        return (await file.receive(uow, actor, ReceivedFile(name, "text/csv", content))).file_id


async def prepare(units: Units, actor: Actor, content: bytes, name: str = "Messe.csv") -> ImportView:
    """The preview of a file."""
    file_id = await send(units, actor, content, name)
    async with units.write() as uow:
        return await lead_import.prepare(uow, actor, file_id)


async def start(units: Units, actor: Actor, view: ImportView, defaults: Defaults | None = None) -> ImportView:
    """Let an import begin or go on."""
    async with units.write() as uow:
        return await lead_import.start(uow, actor, view.lead_import.import_id, defaults)


async def begin(units: Units, actor: Actor, content: bytes, name: str = "Messe.csv") -> ImportView:
    """A file whose import has begun."""
    return await start(units, actor, await prepare(units, actor, content, name))


async def look(units: Units, actor: Actor, view: ImportView) -> ImportView:
    """How far an import is."""
    async with units.read() as uow:
        return await lead_import.follow(uow, actor, view.lead_import.import_id)


async def state(units: Units, view: ImportView) -> LeadImport:
    """The import as it is kept."""
    async with units.read() as uow:
        found = await uow.lead_imports.get(view.lead_import.team_id, view.lead_import.import_id)
    assert found is not None
    return found
