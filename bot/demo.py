"""Demo data: two teams with members and channels, a marketplace and a dozen leads.

Everything happens through the product's own use cases, in one transaction: it is there as a whole or not at all.
"""

import tomllib
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final, Protocol

from bot.platforms.web.renderer import PLATFORM, TENANT
from services import invitation, lead, marketplace, membership, team, user
from services.actor import Actor
from services.membership import page
from services.people import Language, Place, PlaceKind
from services.permissions import Role
from services.transcript import ChatPerson, ChatRoom, Transcript
from services.unit_of_work import UnitOfWork, Units

ZONE: Final = "Europe/Berlin"
SOLAR: Final = "Solarhaus GmbH"
ROOF: Final = "Dachwerk Süd KG"
MARKETPLACE: Final = "Handwerk Süd"
ONCE: Final = "demo"

ANNA, MARA, BEN, TOM, PETRA, EVA = "anna", "mara", "ben", "tom", "petra", "eva"

PEOPLE: Final = (
    ChatPerson(ANNA, "Anna Weiß", Language.GERMAN, ZONE, 1),
    ChatPerson(MARA, "Mara Lind", Language.GERMAN, ZONE, 2),
    ChatPerson(BEN, "Ben Kaya", Language.GERMAN, ZONE, 3),
    ChatPerson(TOM, "Tom Fischer", Language.ENGLISH, ZONE, 4),
    ChatPerson(PETRA, "Petra Vogt", Language.GERMAN, ZONE, 5),
    ChatPerson(EVA, "Eva Lang", Language.GERMAN, ZONE, 6),
)
SALES: Final = ChatRoom("vertrieb", PlaceKind.CHANNEL, "Vertrieb", 10)
LEADS: Final = ChatRoom("leads", PlaceKind.CHANNEL, "Leads", 11)
ENQUIRIES: Final = ChatRoom("anfragen", PlaceKind.CHANNEL, "Anfragen", 12)
ROOMS: Final = (
    (SALES, (ANNA, MARA, BEN, TOM, EVA)),
    (LEADS, (ANNA, MARA, BEN)),
    (ENQUIRIES, (PETRA,)),
)
MEMBERS: Final = ((MARA, Role.ADMIN), (BEN, Role.MEMBER), (TOM, Role.VIEWER))


class Transcripts(Protocol):
    """Opens one transaction on the transcript of the browser chat."""

    def __call__(self, *, writes: bool = False) -> AbstractAsyncContextManager[Transcript]: ...


@dataclass(frozen=True, slots=True)
class Enquiry:
    """A demo lead and what happens to it."""

    giver: str
    is_offered: bool
    picked_by: str
    draft: lead.LeadDraft


def enquiries() -> list[Enquiry]:
    """Read the demo leads from `demo.toml`."""
    rows: list[dict[str, Any]] = tomllib.loads(files("bot").joinpath("demo.toml").read_text("utf-8"))["leads"]
    return [
        Enquiry(row.pop("giver"), row.pop("is_offered", False), row.pop("picked_by", ""), lead.LeadDraft(**row))
        for row in rows
    ]


async def seed(units: Units, transcripts: Transcripts) -> bool:
    """Add the demo data unless they exist; return whether they are new."""
    async with transcripts(writes=True) as transcript:
        for person in PEOPLE:
            await transcript.upsert_person(person)
        for room, inside in ROOMS:
            await transcript.upsert_room(room, inside)
        rooms = {person.person_id: await transcript.find_direct_room(person.person_id) for person in PEOPLE}
    async with units.write() as uow:
        if not await uow.periods.claim(ONCE, ONCE):
            return False
        await _DemoBuilder(uow, rooms).build()
    return True


@dataclass(frozen=True, slots=True)
class _DemoBuilder:
    """The story of the example, told in one transaction."""

    uow: UnitOfWork
    rooms: dict[str, str]
    """The direct chat of each person."""

    async def build(self) -> None:
        for person in PEOPLE:
            await self._load_actor(person.person_id)
        await self._create_team(ANNA, SOLAR, (SALES, LEADS))
        await self._create_team(PETRA, ROOF, (ENQUIRIES,))
        for person_id, role in MEMBERS:
            await self._add_member(person_id, role)
        await self._open_market()
        for enquiry in enquiries():
            await self._create_lead(enquiry)

    async def _load_actor(self, person_id: str, room: ChatRoom | None = None) -> Actor:
        """The person, in a channel or in the direct chat."""
        person = next(item for item in PEOPLE if item.person_id == person_id)
        conversation_id = room.room_id if room else self.rooms[person_id]
        kind, name = (room.kind, room.name) if room else (PlaceKind.PERSONAL, "")
        met = user.UserProfile(person_id, person.name, language_hint=person.language, zone_hint=person.zone)
        await user.upsert_profile(self.uow, Place(PLATFORM, TENANT, conversation_id, kind, name), met, {})
        seen = await user.recognise(self.uow, PLATFORM, TENANT, person_id, conversation_id)
        if seen is None:
            raise LookupError(person_id)
        return seen.actor()

    async def _create_team(self, owner_id: str, name: str, rooms: tuple[ChatRoom, ...]) -> None:
        await team.create(self.uow, await self._load_actor(owner_id), name)
        for room in rooms:
            await team.connect(self.uow, await self._load_actor(owner_id, room))

    async def _add_member(self, person_id: str, role: Role) -> None:
        shown = await invitation.create(self.uow, await self._load_actor(ANNA), f"{person_id}@solarhaus.example", role)
        await self._accept(person_id, shown.invitation)

    async def _accept(self, person_id: str, invited: invitation.Invitation) -> None:
        """Open the link, accept, and give the code to the bot."""
        opened = await page.accept(self.uow, invitation.build_token(self.uow.keyring, invited))
        if opened is None:
            raise LookupError(invited.ref)
        await membership.join(self.uow, await self._load_actor(person_id), opened.code)

    async def _open_market(self) -> None:
        anna = await self._load_actor(ANNA)
        await marketplace.create(self.uow, anna, MARKETPLACE)
        await marketplace.invite(
            self.uow,
            anna,
            email="petra@dachwerk.example",
            name=ROOF,
            marketplace=MARKETPLACE,
            part=marketplace.Part.BOTH,
        )
        [invited] = await self.uow.invitations.list_open_to(anna.team_id, "petra@dachwerk.example")
        await self._accept(PETRA, invited)

    async def _create_lead(self, enquiry: Enquiry) -> None:
        giver = await self._load_actor(enquiry.giver)
        created = await lead.create(self.uow, giver, enquiry.draft)
        if enquiry.is_offered:
            await marketplace.offer(self.uow, giver, created.ref, marketplace=MARKETPLACE)
        if enquiry.picked_by:
            await self._pick(enquiry, created.lead_id)

    async def _pick(self, enquiry: Enquiry, lead_id: str) -> None:
        picker = await self._load_actor(enquiry.picked_by)
        seen = await self.uow.leads.get(picker.team_id, lead_id)
        if seen is not None:
            await lead.pick(self.uow, picker, seen.sight.ref)
