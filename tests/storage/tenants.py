"""Firms that know nothing of each other, the first one with something of every kind."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from services import channel, home, invitation, lead, marketplace, request
from services.bulk.model import Bulk, BulkState, Line, LineState
from services.delivery import Delivery, Kind, Posted, State
from services.file.model import Purpose, StoredFile
from services.lead_import.model import ImportState, LeadImport, Plan, SkippedRow
from services.marketplace.model import Part
from services.people import Language
from services.permissions import Permission, Role
from services.unit_of_work import UnitOfWork
from storage.unit_of_work import SqlUnits
from tests.services.firms import Firm, bring, found, meet, offered, open_market, pick

HOLDER = "process-1"
SHA256 = "5e" * 32
EMAIL = "eva@posteo.example"


@dataclass(frozen=True, slots=True)
class Town:
    """The firm to which everything belongs, a partner of it, and one that has nothing to do with either."""

    ours: Firm
    partner: Firm
    stranger: Firm
    market: str
    now: datetime
    things: dict[str, Any]
    """By the names under which tests speak of them."""


async def build(units: SqlUnits, now: datetime) -> Town:
    """Solarhaus with its things, Dachwerk, which takes part in its market, and Nordwind with a little of its own."""
    ours, partner, stranger = [await found(units, name) for name in ("Solarhaus", "Dachwerk", "Nordwind")]
    market = await open_market(ours, partner, takes=True)
    things: dict[str, Any] = {"open": (await bring(ours, email=EMAIL)).lead_id}
    for name in ("picked", "vacant"):
        things[name] = (await bring(ours)).lead_id
        await pick(ours, things[name])
    things["offered"] = (await offered(ours)).lead_id
    await bring(stranger)
    things["nobody"] = (await meet(units, "Niemand")).user_id
    async with units.write() as uow:
        viewer = await uow.users.get(ours.viewer.user_id)
        assert viewer is not None
        await uow.users.change(replace(viewer, email_hint="zoe@acme.example"))
        await uow.leads.delegate(
            ours.team_id, things["vacant"], ours.member.user_id, ours.actors[Role.ADMIN].user_id, now
        )
        await uow.leads.vacate(ours.team_id, ours.actors[Role.ADMIN].user_id)
        await lead.note(uow, ours.member, things["picked"], "Ruft morgen an")
        for add in (_add_people, _add_deliveries, _add_files, _add_bulks):
            things |= await add(uow, Town(ours, partner, stranger, market, now, things))
        await invitation.create(uow, stranger.owner, "own@nord.example", "viewer")
    return Town(ours, partner, stranger, market, now, things)


async def _add_people(uow: UnitOfWork, town: Town) -> dict[str, Any]:
    """Invitations in every state, a question about one, a request, and a partner that is merely invited."""
    ours = town.ours
    requested = (await invitation.request(uow, ours.member, "ida@acme.example")).invitation
    sent = (await invitation.create(uow, ours.owner, "udo@acme.example", "viewer")).invitation
    offer = await channel.ask(uow, ours.owner)
    question = await invitation.question(uow, ours.owner, requested.ref, "Wer ist das?")
    asked = await request.ask(uow, ours.member, "member.remove", {}, Permission.MEMBER_REMOVE)
    await marketplace.invite(uow, ours.owner, email="dach@acme.example", name="Dachwerk II")
    [partner] = [
        one for one in await uow.marketplaces.partners(ours.team_id, town.market, 9) if one.email == "dach@acme.example"
    ]
    return {
        "requested": requested.invitation_id,
        "sent": sent.invitation_id,
        "invited": partner.invitation_id,
        "number": sent.number,
        "offer": offer.offer_id,
        "question": question.question_id,
        "request": asked.request.request_id,
        "partner": partner.partner_id,
    }


async def _add_deliveries(uow: UnitOfWork, town: Town) -> dict[str, Any]:
    """A message in doubt, one that waits, and a posted card."""
    place: dict[str, Any] = {
        "platform": "web",
        "tenant": "demo",
        "conversation_id": town.ours.channel.conversation_id,
        "view": "lead.card",
        "key": town.things["open"],
    }
    made = [
        Delivery(team_id=town.ours.team_id, delivery_id=uow.new_id(), event_id=uow.new_id(), kind=Kind.POST, **place)
        for _ in range(2)
    ]
    await uow.deliveries.add(made, town.now)
    [claimed] = await uow.deliveries.claim(1, town.now, town.now + timedelta(minutes=1))
    await uow.deliveries.finish(claimed, State.UNKNOWN, "no answer in time", town.now)
    await uow.deliveries.join_sweep(town.ours.team_id, claimed.delivery_id, claimed.delivery_id)
    posted = Posted(team_id=town.ours.team_id, post_id=uow.new_id(), message_id="message-1", **place)
    await uow.deliveries.add_post(posted, town.now)
    reader = town.ours.member.user_id
    opened = replace(
        posted,
        post_id=uow.new_id(),
        message_id="home",
        view=home.VIEW,
        key=home.key_of(reader),
        user_id=reader,
    )
    await uow.deliveries.add_post(opened, town.now)
    return {"delivery": claimed.delivery_id, "post": posted.post_id}


async def _add_files(uow: UnitOfWork, town: Town) -> dict[str, Any]:
    """A file, an import of it that was looked at only, and one that is running."""
    member, now = town.ours.member, town.now
    stored = StoredFile(
        team_id=town.ours.team_id,
        file_id=uow.new_id(),
        user_id=member.user_id,
        name="leads.csv",
        media_type="text/csv",
        purpose=Purpose.RECEIVED,
        size_bytes=3,
        sha256=SHA256,
        created_at=now,
        expires_at=now + timedelta(days=1),
    )
    await uow.files.add(stored, b"abc")
    made = [
        LeadImport(
            team_id=town.ours.team_id,
            import_id=uow.new_id(),
            user_id=member.user_id,
            file_id=stored.file_id,
            file_name="leads.csv",
            sha256=SHA256,
            state=ImportState.PREVIEW,
            plan=Plan(),
            rows=3,
            created_at=now,
        )
        for _ in range(2)
    ]
    for one in made:
        await uow.lead_imports.add(one)
    running = made[1].import_id
    await uow.lead_imports.start(town.ours.team_id, running, ImportState.PREVIEW, now)
    await uow.lead_imports.claim(HOLDER, now, now + timedelta(minutes=1))
    await uow.lead_imports.skip(town.ours.team_id, running, [SkippedRow(1, "name")])
    return {"file": stored.file_id, "preview": made[0].import_id, "running": running}


async def _add_bulks(uow: UnitOfWork, town: Town) -> dict[str, Any]:
    """A bulk invitation that was looked at only, and one that is running: a line waits, one is invited."""
    member, now = town.ours.member, town.now
    lines = [_line(number) for number in (1, 2)]
    made = [
        Bulk(
            team_id=town.ours.team_id,
            bulk_id=uow.new_id(),
            marketplace_id=town.market,
            user_id=member.user_id,
            platform="web",
            text="",
            state=BulkState.DRAFT,
            created_at=now,
            changed_at=now,
        )
        for _ in range(2)
    ]
    for one in made:
        await uow.bulks.add(one, lines)
    sending = made[1].bulk_id
    await uow.bulks.begin(town.ours.team_id, sending, member.user_id, "web", now)
    invited = replace(lines[1], state=LineState.INVITED, invitation_id=town.things["invited"])
    await uow.bulks.settle(town.ours.team_id, sending, invited, "0")
    return {"draft": made[0].bulk_id, "sending": sending, "line": lines[0]}


def _line(number: int) -> Line:
    email = f"firm-{number}@firms.example"
    return Line(line=number, firm=f"Firma {number}", email=email, part=Part.TAKES, language=Language.GERMAN)
