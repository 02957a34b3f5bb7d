"""Every command with arguments that name real rows of one team, as tampered, old and foreign clicks send them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from services import bulk, channel, file, identity, invitation, lead_import, marketplace, request
from services.delivery import Delivery, DeliveryKind, DeliveryState
from services.permissions import Permission
from services.unit_of_work import UnitOfWork
from tests.features import chat_team
from tests.features.chat_team import ChatTeam

Arguments = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Things:
    """Ids of a team's rows, each in the state that allows the most commands."""

    team: str
    team_name: str
    lead: str
    """A lead on offer in the team."""
    work: str
    """A lead in work."""
    requested: str
    """An invitation that waits for a decision."""
    invitation: str
    """A sent invitation."""
    question: str
    """The owner's question about the requested invitation."""
    request: str
    member_id: str
    leaving: str
    heir: str
    marketplace: str
    partner: str
    bulk: str
    """Partners to invite, previewed by the owner."""
    draft: str
    """Partners to invite, previewed by the admin."""
    delivery: str
    """A delivery with an unknown outcome."""
    sweep: str
    """A second delivery with an unknown outcome, in a sweep of its own."""
    file: str
    """A file that the owner sent."""
    made: str
    """A file that the bot made for the owner."""
    leads: str
    """A second file that the owner sent."""
    lead_import: str
    """The preview of an import of leads."""
    offer: str
    """An offer of a channel, asked for by the admin."""
    link: str
    """A link of the owner's identity with another chat."""


@dataclass(frozen=True, slots=True)
class Row:
    """The arguments of one command; `names` is the argument that holds an id, if there is one."""

    args: Callable[[Things], Arguments]
    names: str = ""
    is_refused: bool = True
    """Whether the command refuses an id that does not exist; otherwise its list is empty."""


def bare(things: Things) -> Arguments:
    """Return no arguments."""
    del things
    return {}


def given(**args: Any) -> Callable[[Things], Arguments]:  # noqa: ANN401 - arguments of every kind
    """Return a builder of fixed arguments."""
    return lambda _: dict(args)


def of(argument: str, thing: str, **more: Any) -> Row:  # noqa: ANN401 - dito
    """Return the row of a command that takes an id and these further arguments."""
    return Row(lambda things: {argument: getattr(things, thing), **more}, argument)


# An owner can run all commands in this order.
ROWS: Final[dict[str, Row]] = {
    "help": Row(bare),
    "home.show": Row(bare),
    "cancel": Row(bare),
    "preference.language": Row(given(language="fr")),
    "identity.unlink": Row(bare),
    "identity.enter": Row(given(code="AAAA-AAAA")),
    "identity.agree": of("link", "link"),
    "identity.review": of("link", "link"),
    "identity.confirm": of("link", "link"),
    "identity.decline": of("link", "link"),
    "identity.link": Row(bare),  # ends the person's earlier link
    "card.show": Row(lambda things: {"view": "lead.card", "key": things.lead}, "key"),
    "audit.show": Row(given(before=9)),
    "audit.export": Row(bare),
    "lead.export": Row(bare),
    "delivery.resend": of("delivery", "delivery"),
    "delivery.resend_all": of("sweep", "sweep"),
    "file.receive": Row(bare),
    "file.show": of("file", "made"),
    "file.decline": of("file", "made"),
    "file.discard": of("file", "file"),
    "invitation.list": Row(bare),
    "invitation.show": of("invitation", "requested"),
    "invitation.question": of("invitation", "requested", text="Für welche Aufgabe?"),
    "invitation.answer": of("question", "question", text="Für den Einkauf"),
    "invitation.approve": of("invitation", "requested"),
    "invitation.decline": of("invitation", "requested"),
    "invitation.resend": of("invitation", "invitation"),
    "invitation.revoke": of("invitation", "invitation"),
    "invitation.create": Row(given(email="new@acme.example", role="admin")),
    "invitation.request": Row(given(email="new@acme.example", role="admin")),
    "invitation.join": Row(given(code="AAAA-AAAA")),
    "lead.list": Row(bare),
    "lead.create": Row(given(title="Dach", name="Eva Schneider")),
    "lead.capture": Row(given(message="Frau Lang sucht ein Angebot, 0711 5550000")),
    "lead.find": Row(given(search="Dach")),
    "lead.outline": of("lead", "lead"),
    "lead.import": of("file", "leads"),
    "lead.import_show": of("lead_import", "lead_import"),
    "lead.import_assign": of("lead_import", "lead_import", name="0"),
    "lead.import_start": of("lead_import", "lead_import"),
    "lead.import_stop": of("lead_import", "lead_import"),
    "lead.show": of("lead", "lead"),
    "lead.card": of("lead", "lead"),
    "lead.reveal": of("lead", "lead"),
    "lead.pick": of("lead", "lead"),
    "lead.undo": of("lead", "lead"),
    "lead.note": of("lead", "work", note="Ruft morgen an"),
    "lead.share": of("lead", "work", who="Ben"),
    "lead.delegate": of("lead", "work", who="Mara"),
    "lead.return": of("lead", "work", reason="Falsche Region"),
    "lead.win": of("lead", "work", amount="100"),
    "lead.lose": of("lead", "work", reason="Zu teuer"),
    "marketplace.show": replace(of("marketplace", "marketplace"), is_refused=False),
    "marketplace.create": Row(given(name="Zweiter Markt")),
    "marketplace.change": of(
        "marketplace",
        "marketplace",
        offer_window_minutes=60,
        return_window_hours=24,
        reminder_days=2,
        stall_days=5,
        questions="Welche Dachform?",
    ),
    "bulk.show": of("bulk", "bulk"),
    "bulk.page": of("bulk", "bulk", page=1),
    "bulk.send": of("bulk", "bulk"),
    "bulk.resend": of("bulk", "bulk"),
    "bulk.report": of("bulk", "bulk"),
    "bulk.links": of("bulk", "bulk"),
    "bulk.drop": of("bulk", "draft"),
    "marketplace.invite_many": of("marketplace", "marketplace", firms="Zimmerei; post@zimmerei.example", part="takes"),
    "marketplace.invite": of("marketplace", "marketplace", email="firm@acme.example", name="Acme"),
    "marketplace.offer": of("lead", "lead", to="Solarhaus GmbH"),
    "marketplace.end": of("partner", "partner", accept=["partner.end"]),
    "marketplace.withdraw": of("partner", "partner"),
    "member.list": Row(bare),
    "member.role": of("who", "member_id", role="viewer"),
    "request.ask": Row(lambda things: {"command": "member.remove", "args": {"who": things.member_id}}),
    "request.show": of("request", "request"),
    "request.approve": of("request", "request"),
    "request.decline": of("request", "request"),
    "member.remove": of("who", "leaving", accept=["member.remove"]),
    "team.show": Row(bare),
    "team.delete": Row(lambda things: {"name": things.team_name}),
    "team.restore": of("team", "team"),
    "team.rename": Row(given(name="Gekapert GmbH")),
    "team.settings": Row(given(zone="Europe/Paris")),
    "team.connect": Row(bare),
    "team.disconnect": Row(bare),
    "channel.code": Row(bare),
    "channel.review": of("offer", "offer"),
    "channel.confirm": of("offer", "offer"),
    "channel.decline": of("offer", "offer"),
    "member.transfer": of("who", "heir", accept=["member.transfer"]),
    "member.leave": Row(given(accept=["member.leave"])),
    "conversation.install": Row(bare),
    "conversation.remove": Row(bare),
    "team.create": Row(given(name="Neu GmbH")),
}


async def build(team: ChatTeam) -> Things:
    """Create the rows of a team that has an owner, an admin, a member and a viewer, in this order."""
    owner, admin, member, viewer = team.people[:4]
    offered, picked = await chat_team.create_lead(team), await chat_team.create_lead(team)
    await chat_team.pick(team, picked.lead_id, member)
    async with team.chat.application.units.write() as uow:
        anna, ben = await chat_team.actor(uow, owner), await chat_team.actor(uow, member)
        mara = await chat_team.actor(uow, admin)
        leaving = await chat_team.user_id(uow, viewer)
        asked = await request.ask(uow, ben, "member.remove", {"who": leaving}, Permission.MEMBER_REMOVE)
        requested = await invitation.request(uow, ben, "eva@acme.example")
        question = await invitation.question(uow, anna, requested.invitation.ref, "Wer ist das?")
        sent = await invitation.create(uow, anna, "udo@acme.example", "viewer")
        created = await marketplace.create(uow, anna, "Handwerk Süd")
        invited = await marketplace.invite(uow, anna, email="dach@acme.example", name="Dachwerk")
        teams = await bulk.draft(uow, anna, firms="Holzbau; post@holzbau.example", part="takes")
        others = await bulk.draft(uow, mara, firms="Spengler; post@spengler.example", part="takes")
        delivery, sweep = [await _add_undelivered(uow, team, offered.lead_id) for _ in range(2)]
        sent_file = await file.receive(uow, anna, file.ReceivedFile("leads.csv", "text/csv", b"Name\r\nEva\r\n"))
        leads = await file.receive(uow, anna, file.ReceivedFile("more.csv", "text/csv", b"Name\r\nUdo\r\n"))
        listed = await file.receive(uow, anna, file.ReceivedFile("fair.csv", "text/csv", b"Name\r\nIda\r\n"))
        prepared = await lead_import.prepare(uow, anna, listed.file_id)
        made = await file.create_for_actor(uow, anna, "export.csv", b"Name\r\nEva\r\n")
        things = Things(
            team=team.team_id,
            team_name=team.name,
            lead=offered.lead_id,
            work=picked.lead_id,
            requested=requested.invitation.ref,
            invitation=sent.invitation.ref,
            question=question.question_id,
            request=asked.request.request_id,
            member_id=await chat_team.user_id(uow, member),
            leaving=leaving,
            heir=await chat_team.user_id(uow, admin),
            marketplace=created.marketplace_id,
            partner=next(partner.partner_id for partner in invited.partners if not partner.is_operator),
            bulk=teams.bulk_id,
            draft=others.bulk_id,
            delivery=delivery,
            sweep=sweep,
            file=sent_file.file_id,
            made=made.file_id,
            leads=leads.file_id,
            lead_import=prepared.lead_import.import_id,
            offer=(await channel.issue_code(uow, mara)).offer_id,
            link=(await identity.issue_code(uow, anna)).link_id,
        )
    await team.chat.settles()
    return things


async def _add_undelivered(uow: UnitOfWork, team: ChatTeam, key: str) -> str:
    """Add a delivery with an unknown outcome; return its id."""
    delivery = Delivery(
        team_id=team.team_id,
        delivery_id=uow.new_id(),
        event_id=uow.new_id(),
        kind=DeliveryKind.POST,
        view="lead.card",
        key=key,
        platform=team.chat.driver.platform,
        tenant=team.chat.driver.tenant,
        conversation_id=team.channel.room_id,
    )
    await uow.deliveries.add([delivery], uow.now)
    [sending] = await uow.deliveries.claim(1, uow.now, uow.now)
    assert await uow.deliveries.finish(sending, DeliveryState.UNKNOWN, "no answer in time", uow.now)
    await uow.deliveries.update_sweep(team.team_id, delivery.delivery_id, delivery.delivery_id)
    return delivery.delivery_id
