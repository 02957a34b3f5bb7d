"""Steps of lead imports for tests."""

from services import file, lead_import
from services.actor import Actor
from services.file.model import ReceivedFile
from services.lead_import import ImportDefaults, ImportView, LeadImport
from services.unit_of_work import Units

HEADINGS = "Vorname;Nachname;E-Mail;Telefon;Firma;PLZ;Betreff;Wert (EUR)"


def row(number: int) -> str:
    """Return a row with a unique contact."""
    reached = f"eva-{number}@acme.example;0711 {1000000 + number}"
    return f"Eva;Nr {number};{reached};Acme {number};70{number % 1000:03};Dach;1.500,00"


def table(*rows: str, headings: str = HEADINGS) -> bytes:
    """Return a file with these rows."""
    return "\n".join([headings, *rows, ""]).encode()


def numbered_table(count: int, first: int = 1) -> bytes:
    """Return a file with `count` unique contacts."""
    return table(*(row(number) for number in range(first, first + count)))


async def send_file(units: Units, actor: Actor, content: bytes, name: str = "Messe.csv") -> str:
    """Upload a file and return its id."""
    async with units.write() as uow:
        return (await file.receive(uow, actor, ReceivedFile(name, "text/csv", content))).file_id


async def prepare(units: Units, actor: Actor, content: bytes, name: str = "Messe.csv") -> ImportView:
    """Upload a file and return the preview of its import."""
    file_id = await send_file(units, actor, content, name)
    async with units.write() as uow:
        return await lead_import.prepare(uow, actor, file_id)


async def start(units: Units, actor: Actor, view: ImportView, defaults: ImportDefaults | None = None) -> ImportView:
    """Start or resume an import."""
    async with units.write() as uow:
        return await lead_import.start(uow, actor, view.lead_import.import_id, defaults)


async def begin(units: Units, actor: Actor, content: bytes, name: str = "Messe.csv") -> ImportView:
    """Upload a file and start its import."""
    return await start(units, actor, await prepare(units, actor, content, name))


async def progress(units: Units, actor: Actor, view: ImportView) -> ImportView:
    """Return the progress of an import."""
    async with units.read() as uow:
        return await lead_import.show_progress(uow, actor, view.lead_import.import_id)


async def stored_import(units: Units, view: ImportView) -> LeadImport:
    """Return the stored import."""
    async with units.read() as uow:
        found = await uow.lead_imports.get(view.lead_import.team_id, view.lead_import.import_id)
    assert found is not None
    return found
