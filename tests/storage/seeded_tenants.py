"""Three teams, the first with rows of every kind, for tests of tenant isolation."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from services import channel, home, invitation, lead, marketplace, request
from services.bulk.model import Bulk, BulkLine, BulkState, LineState
from services.delivery import Delivery, DeliveryKind, DeliveryState, PostedCard
from services.file.model import FileOrigin, StoredFile
from services.lead_import.model import ImportPlan, ImportState, LeadImport, SkippedRow
from services.marketplace.model import Part
from services.people import Language
from services.permissions import Permission, Role
from services.unit_of_work import UnitOfWork
from storage.unit_of_work import SqlUnits
from tests.services.seeded_team import (
    SeededTeam,
    add_user,
    create_lead,
    create_offered_lead,
    open_marketplace,
    pick_lead,
    seed_team,
)

HOLDER = "process-1"
SHA256 = "5e" * 32
EMAIL = "eva@posteo.example"


@dataclass(frozen=True, slots=True)
class SeededTenants:
    """The team that owns the rows, its partner, and an unrelated team."""

    owning_team: SeededTeam
    partner: SeededTeam
    unrelated: SeededTeam
    marketplace_id: str
    now: datetime
    ids: dict[str, Any]
    """Ids by the name that tests use."""


async def seed_tenants(units: SqlUnits, now: datetime) -> SeededTenants:
    """Create Solarhaus with rows of every kind, its partner Dachwerk, and the unrelated Nordwind with a few rows."""
    owning_team, partner, unrelated = [await seed_team(units, name) for name in ("Solarhaus", "Dachwerk", "Nordwind")]
    marketplace_id = await open_marketplace(owning_team, partner, takes=True)
    ids: dict[str, Any] = {"open": (await create_lead(owning_team, email=EMAIL)).lead_id}
    for name in ("picked", "vacant"):
        ids[name] = (await create_lead(owning_team)).lead_id
        await pick_lead(owning_team, ids[name])
    ids["offered"] = (await create_offered_lead(owning_team)).lead_id
    await create_lead(unrelated)
    ids["unaffiliated"] = (await add_user(units, "Niemand")).user_id
    async with units.write() as uow:
        viewer = await uow.users.get(owning_team.viewer.user_id)
        assert viewer is not None
        await uow.users.update_profile(replace(viewer, email_hint="zoe@acme.example"))
        await uow.leads.delegate(
            owning_team.team_id, ids["vacant"], owning_team.member.user_id, owning_team.actors[Role.ADMIN].user_id, now
        )
        await uow.leads.vacate(owning_team.team_id, owning_team.actors[Role.ADMIN].user_id)
        await lead.note(uow, owning_team.member, ids["picked"], "Ruft morgen an")
        for add in (_add_people, _add_deliveries, _add_files, _add_bulks):
            ids |= await add(uow, SeededTenants(owning_team, partner, unrelated, marketplace_id, now, ids))
        await invitation.create(uow, unrelated.owner, "own@nord.example", "viewer")
    return SeededTenants(owning_team, partner, unrelated, marketplace_id, now, ids)


async def _add_people(uow: UnitOfWork, tenants: SeededTenants) -> dict[str, Any]:
    """Add invitations in every state, a question about one, a request, and a pending partner."""
    owning_team = tenants.owning_team
    requested = (await invitation.request(uow, owning_team.member, "ida@acme.example")).invitation
    sent = (await invitation.create(uow, owning_team.owner, "udo@acme.example", "viewer")).invitation
    offer = await channel.issue_code(uow, owning_team.owner)
    question = await invitation.question(uow, owning_team.owner, requested.ref, "Wer ist das?")
    asked = await request.ask(uow, owning_team.member, "member.remove", {}, Permission.MEMBER_REMOVE)
    await marketplace.invite(uow, owning_team.owner, email="dach@acme.example", name="Dachwerk II")
    [partner] = [
        item
        for item in await uow.marketplaces.list_partners(owning_team.team_id, tenants.marketplace_id, 9)
        if item.email == "dach@acme.example"
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


async def _add_deliveries(uow: UnitOfWork, tenants: SeededTenants) -> dict[str, Any]:
    """Add a delivery with an unknown outcome, a pending one, and a posted card."""
    place: dict[str, Any] = {
        "platform": "web",
        "tenant": "demo",
        "conversation_id": tenants.owning_team.channel.conversation_id,
        "view": "lead.card",
        "key": tenants.ids["open"],
    }
    made = [
        Delivery(
            team_id=tenants.owning_team.team_id,
            delivery_id=uow.new_id(),
            event_id=uow.new_id(),
            kind=DeliveryKind.POST,
            **place,
        )
        for _ in range(2)
    ]
    await uow.deliveries.add(made, tenants.now)
    [claimed] = await uow.deliveries.claim(1, tenants.now, tenants.now + timedelta(minutes=1))
    await uow.deliveries.finish(claimed, DeliveryState.UNKNOWN, "no answer in time", tenants.now)
    await uow.deliveries.update_sweep(tenants.owning_team.team_id, claimed.delivery_id, claimed.delivery_id)
    posted = PostedCard(team_id=tenants.owning_team.team_id, post_id=uow.new_id(), message_id="message-1", **place)
    await uow.deliveries.add_post(posted, tenants.now)
    reader = tenants.owning_team.member.user_id
    opened = replace(
        posted,
        post_id=uow.new_id(),
        message_id="home",
        view=home.HOME_VIEW,
        key=home.build_home_key(reader),
        user_id=reader,
    )
    await uow.deliveries.add_post(opened, tenants.now)
    return {"delivery": claimed.delivery_id, "post": posted.post_id}


async def _add_files(uow: UnitOfWork, tenants: SeededTenants) -> dict[str, Any]:
    """Add a file, an import that was only previewed, and a running one."""
    member, now = tenants.owning_team.member, tenants.now
    stored = StoredFile(
        team_id=tenants.owning_team.team_id,
        file_id=uow.new_id(),
        user_id=member.user_id,
        name="leads.csv",
        media_type="text/csv",
        purpose=FileOrigin.RECEIVED,
        size_bytes=3,
        sha256=SHA256,
        created_at=now,
        expires_at=now + timedelta(days=1),
    )
    await uow.files.add(stored, b"abc")
    made = [
        LeadImport(
            team_id=tenants.owning_team.team_id,
            import_id=uow.new_id(),
            user_id=member.user_id,
            file_id=stored.file_id,
            file_name="leads.csv",
            sha256=SHA256,
            state=ImportState.PREVIEW,
            plan=ImportPlan(),
            rows=3,
            created_at=now,
        )
        for _ in range(2)
    ]
    for item in made:
        await uow.lead_imports.add(item)
    running = made[1].import_id
    await uow.lead_imports.start(tenants.owning_team.team_id, running, ImportState.PREVIEW, now)
    await uow.lead_imports.claim(HOLDER, now, now + timedelta(minutes=1))
    await uow.lead_imports.add_skipped(tenants.owning_team.team_id, running, [SkippedRow(1, "name")])
    return {"file": stored.file_id, "preview": made[0].import_id, "running": running}


async def _add_bulks(uow: UnitOfWork, tenants: SeededTenants) -> dict[str, Any]:
    """Add a bulk invitation that was only previewed, and a running one with a waiting and an invited line."""
    member, now = tenants.owning_team.member, tenants.now
    lines = [_line(number) for number in (1, 2)]
    made = [
        Bulk(
            team_id=tenants.owning_team.team_id,
            bulk_id=uow.new_id(),
            marketplace_id=tenants.marketplace_id,
            user_id=member.user_id,
            platform="web",
            text="",
            state=BulkState.DRAFT,
            created_at=now,
            changed_at=now,
        )
        for _ in range(2)
    ]
    for item in made:
        await uow.bulks.add(item, lines)
    sending = made[1].bulk_id
    await uow.bulks.start(tenants.owning_team.team_id, sending, member.user_id, "web", now)
    invited = replace(lines[1], state=LineState.INVITED, invitation_id=tenants.ids["invited"])
    await uow.bulks.resolve_line(tenants.owning_team.team_id, sending, invited, "0")
    return {"draft": made[0].bulk_id, "sending": sending, "line": lines[0]}


def _line(number: int) -> BulkLine:
    email = f"team-{number}@teams.example"
    return BulkLine(line=number, firm=f"Firma {number}", email=email, part=Part.TAKES, language=Language.GERMAN)
