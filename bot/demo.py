"""The example of the demo: two firms, their people and channels, a marketplace and a dozen leads.

Everything happens through the product's own use cases, in one transaction: it is there as a whole or not at all.
"""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Final, Protocol

from bot.platforms.web_drawing import PLATFORM, TENANT
from services import invitation, lead, marketplace, team, user
from services.invitation import page
from services.people import Actor, Language, Place, PlaceKind
from services.permissions import Role
from services.transcript import Person, Room, Transcript
from services.unit_of_work import UnitOfWork, Units

ZONE: Final = "Europe/Berlin"
SOLAR: Final = "Solarhaus GmbH"
ROOF: Final = "Dachwerk Süd KG"
MARKET: Final = "Handwerk Süd"
ONCE: Final = "demo"

ANNA, MARA, BEN, TOM, PETRA, EVA = "anna", "mara", "ben", "tom", "petra", "eva"

PEOPLE: Final = (
    Person(ANNA, "Anna Weiß", Language.GERMAN, ZONE, 1),
    Person(MARA, "Mara Lind", Language.GERMAN, ZONE, 2),
    Person(BEN, "Ben Kaya", Language.GERMAN, ZONE, 3),
    Person(TOM, "Tom Fischer", Language.ENGLISH, ZONE, 4),
    Person(PETRA, "Petra Vogt", Language.GERMAN, ZONE, 5),
    Person(EVA, "Eva Lang", Language.GERMAN, ZONE, 6),
)
SALES: Final = Room("vertrieb", PlaceKind.CHANNEL, "Vertrieb", 10)
LEADS: Final = Room("leads", PlaceKind.CHANNEL, "Leads", 11)
ENQUIRIES: Final = Room("anfragen", PlaceKind.CHANNEL, "Anfragen", 12)
ROOMS: Final = (
    (SALES, (ANNA, MARA, BEN, TOM, EVA)),
    (LEADS, (ANNA, MARA, BEN)),
    (ENQUIRIES, (PETRA,)),
)
COLLEAGUES: Final = ((MARA, Role.ADMIN), (BEN, Role.MEMBER), (TOM, Role.VIEWER))


class Transcripts(Protocol):
    """Opens one transaction on the transcript of the browser chat."""

    def __call__(self, *, writes: bool = False) -> AbstractAsyncContextManager[Transcript]: ...


@dataclass(frozen=True, slots=True)
class Enquiry:
    """A lead of the example and what happens to it."""

    giver: str
    draft: lead.Draft
    is_offered: bool = False
    picked_by: str = ""


def _enquiry(giver: str, title: str, name: str, text: str, **more: str | bool) -> Enquiry:
    is_offered, picked_by = bool(more.pop("is_offered", False)), str(more.pop("picked_by", ""))
    contact = {key: str(value) for key, value in more.items()}
    return Enquiry(giver, lead.Draft(title=title, name=name, text=text, **contact), is_offered, picked_by)


def _enquiries() -> list[Enquiry]:
    return [
        _enquiry(
            BEN,
            "Photovoltaik mit Speicher, Einfamilienhaus",
            "Jonas Brandt",
            "Südwestdach, rund 48 m². Der Speicher soll für eine Wallbox reichen.",
            email="jonas.brandt@posteo.example",
            phone="+49 711 2200101",
            postcode="70180",
            value="24500",
            source="Webseite",
        ),
        _enquiry(
            MARA,
            "Wartung für zwölf Dachanlagen",
            "Sabine Krüger",
            "Hausverwaltung mit zwölf Objekten sucht einen Vertrag über drei Jahre.",
            email="s.krueger@wohnbau-neckar.example",
            phone="+49 711 2200102",
            company="Wohnbau Neckar eG",
            postcode="70376",
            value="9600",
            source="Telefon",
            picked_by=BEN,
        ),
        _enquiry(
            BEN,
            "Solar panels for a holiday home",
            "Oliver Bennett",
            "We are only there in summer and would like to feed in the rest of the year.",
            email="oliver.bennett@mail.example",
            phone="+44 20 7946 0101",
            country="GB",
            value="16800",
            source="Trade fair Stuttgart",
        ),
        _enquiry(
            ANNA,
            "Carport mit Solardach",
            "Familie Yildiz",
            "Zwei Stellplätze, Baugenehmigung liegt vor.",
            email="yildiz@familie.example",
            phone="+49 7141 330201",
            postcode="71638",
            value="13200",
            source="Empfehlung",
            picked_by=MARA,
        ),
        _enquiry(
            ANNA,
            "Dachsanierung, 120 m²",
            "Elke Schneider",
            "Wir suchen ein Angebot für ein Walmdach, Baujahr 1974, mit Dämmung.",
            email="elke.schneider@posteo.example",
            phone="+49 711 2200104",
            postcode="70192",
            value="18500",
            source="Messe Stuttgart",
            is_offered=True,
        ),
        _enquiry(
            MARA,
            "Flachdach neu abdichten",
            "Markus Hoffmann",
            "Lagerhalle mit 400 m², zwei undichte Stellen nach dem letzten Sturm.",
            email="m.hoffmann@hoffmann-logistik.example",
            phone="+49 7031 440105",
            company="Hoffmann Logistik GmbH",
            postcode="71032",
            value="31000",
            source="Webseite",
            is_offered=True,
        ),
        _enquiry(
            BEN,
            "New gutters and roof windows",
            "Emily Carter",
            "Four roof windows and about 40 metres of gutter. Please call after 5 pm.",
            email="emily.carter@mail.example",
            phone="+49 711 2200106",
            postcode="70597",
            value="7400",
            source="Website",
            is_offered=True,
        ),
        _enquiry(
            MARA,
            "Ziegeldach nach Hagelschaden",
            "Thomas Weber",
            "Die Versicherung hat den Schaden schon aufgenommen.",
            email="thomas.weber@post.example",
            phone="+49 7121 550107",
            postcode="72764",
            value="11900",
            source="Telefon",
            is_offered=True,
            picked_by=PETRA,
        ),
        _enquiry(
            PETRA,
            "Gaube ausbauen und dämmen",
            "Claudia Roth-Peters",
            "Dachgeschoss wird Kinderzimmer, Ausführung im Frühjahr.",
            email="c.rothpeters@post.example",
            phone="+49 7071 660108",
            postcode="72070",
            value="22300",
            source="Empfehlung",
        ),
        _enquiry(
            PETRA,
            "Schieferdach ausbessern",
            "Pfarramt St. Martin",
            "Etwa 15 m² am Nordhang, Gerüst steht noch bis Monatsende.",
            email="pfarramt@st-martin.example",
            phone="+49 7071 660109",
            postcode="72072",
            value="5200",
            source="Telefon",
            picked_by=PETRA,
        ),
        _enquiry(
            PETRA,
            "Photovoltaik auf Scheunendach",
            "Hofgut Lerchenfeld",
            "Rund 300 m² Süddach, Eigenverbrauch für die Kühlung.",
            email="hofgut@lerchenfeld.example",
            phone="+49 7472 770110",
            company="Hofgut Lerchenfeld GbR",
            postcode="72108",
            value="78000",
            source="Webseite",
            is_offered=True,
        ),
        _enquiry(
            PETRA,
            "Solar carport for a practice",
            "Dr. Grace Okafor",
            "Eight parking spaces with charging points for patients.",
            email="practice@okafor.example",
            phone="+49 7071 660111",
            postcode="72074",
            value="54000",
            source="Website",
            is_offered=True,
        ),
    ]


async def seed(units: Units, transcripts: Transcripts) -> bool:
    """Add the example unless it was added before; whether it is new."""
    async with transcripts(writes=True) as transcript:
        for person in PEOPLE:
            await transcript.put_person(person)
        for room, inside in ROOMS:
            await transcript.put_room(room, inside)
        rooms = {person.person_id: await transcript.direct_room(person.person_id) for person in PEOPLE}
    async with units.write() as uow:
        if not await uow.periods.begin(ONCE, ONCE):
            return False
        await _Stage(uow, rooms).play()
    return True


@dataclass(frozen=True, slots=True)
class _Stage:
    """The story of the example, told in one transaction."""

    uow: UnitOfWork
    rooms: dict[str, str]
    """The direct chat of each person."""

    async def play(self) -> None:
        for person in PEOPLE:
            await self._meet(person.person_id)
        await self._found(ANNA, SOLAR, (SALES, LEADS))
        await self._found(PETRA, ROOF, (ENQUIRIES,))
        for person_id, role in COLLEAGUES:
            await self._hire(person_id, role)
        await self._open_market()
        for enquiry in _enquiries():
            await self._bring_in(enquiry)

    async def _meet(self, person_id: str, room: Room | None = None) -> Actor:
        """The person, in a channel or in the direct chat."""
        person = next(one for one in PEOPLE if one.person_id == person_id)
        conversation_id = room.room_id if room else self.rooms[person_id]
        kind, name = (room.kind, room.name) if room else (PlaceKind.PERSONAL, "")
        met = user.Met(person_id, person.name, language_hint=person.language, zone_hint=person.zone)
        await user.meet(self.uow, Place(PLATFORM, TENANT, conversation_id, kind, name), met, {})
        seen = await user.recognise(self.uow, PLATFORM, TENANT, person_id, conversation_id)
        if seen is None:
            raise LookupError(person_id)
        return seen.actor()

    async def _found(self, owner_id: str, name: str, rooms: tuple[Room, ...]) -> None:
        await team.create(self.uow, await self._meet(owner_id), name)
        for room in rooms:
            await team.connect(self.uow, await self._meet(owner_id, room))

    async def _hire(self, person_id: str, role: Role) -> None:
        shown = await invitation.create(self.uow, await self._meet(ANNA), f"{person_id}@solarhaus.example", role)
        await self._accept(person_id, shown.invitation)

    async def _accept(self, person_id: str, invited: invitation.Invitation) -> None:
        """Open the link, accept, and give the code to the bot."""
        opened = await page.accept(self.uow, invitation.token_of(self.uow.keyring, invited))
        if opened is None:
            raise LookupError(invited.ref)
        await invitation.join(self.uow, await self._meet(person_id), opened.code)

    async def _open_market(self) -> None:
        anna = await self._meet(ANNA)
        await marketplace.create(self.uow, anna, MARKET)
        await marketplace.invite(
            self.uow, anna, email="petra@dachwerk.example", name=ROOF, marketplace=MARKET, part=marketplace.Part.BOTH
        )
        [invited] = await self.uow.invitations.open_to(anna.team_id, "petra@dachwerk.example")
        await self._accept(PETRA, invited)

    async def _bring_in(self, enquiry: Enquiry) -> None:
        giver = await self._meet(enquiry.giver)
        created = await lead.create(self.uow, giver, enquiry.draft)
        if enquiry.is_offered:
            await marketplace.offer(self.uow, giver, created.ref, marketplace=MARKET)
        if enquiry.picked_by:
            await self._pick(enquiry, created.lead_id)

    async def _pick(self, enquiry: Enquiry, lead_id: str) -> None:
        picker = await self._meet(enquiry.picked_by)
        seen = await self.uow.leads.see(picker.team_id, lead_id)
        if seen is not None:
            await lead.pick(self.uow, picker, seen.sight.ref)
