"""Every command with the arguments of real things of one team: what tampered, old and foreign clicks carry."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from services import bulk, channel, file, identity, invitation, lead_import, marketplace, request
from services.delivery import Delivery, Kind, State
from services.permissions import Permission
from services.unit_of_work import UnitOfWork
from tests.features import people
from tests.features.people import Firm

Arguments = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Things:
    """What a team has, each thing in the state in which most can be done with it."""

    team: str
    team_name: str
    lead: str
    """On offer in the team."""
    work: str
    """In work."""
    requested: str
    """An invitation that waits for a decision."""
    invitation: str
    """One that is on its way."""
    question: str
    """Which the owner has asked about it."""
    request: str
    colleague: str
    leaving: str
    heir: str
    marketplace: str
    partner: str
    bulk: str
    """Firms to invite, looked at by the owner."""
    draft: str
    """The same by the admin."""
    delivery: str
    """A message of which nobody knows whether it arrived."""
    sweep: str
    """Another one, told of by itself."""
    file: str
    """Which the owner has sent."""
    made: str
    """Which was made for the owner."""
    leads: str
    """Which the owner has sent, too."""
    lead_import: str
    """The preview of one."""
    offer: str
    """A channel that somebody could offer."""
    link: str
    """With which somebody would like to be the owner in another chat."""


@dataclass(frozen=True, slots=True)
class Row:
    """One command; `names` is the argument that names a thing, if it names any."""

    args: Callable[[Things], Arguments]
    names: str = ""
    is_refused: bool = True
    """Whether a thing that does not exist is refused, and not merely absent from a list."""


def bare(things: Things) -> Arguments:
    """Nothing at all."""
    del things
    return {}


def given(**args: Any) -> Callable[[Things], Arguments]:  # noqa: ANN401 - arguments of every kind
    """These, whatever the things."""
    return lambda _: dict(args)


def of(argument: str, thing: str, **more: Any) -> Row:  # noqa: ANN401 - dito
    """A thing, with what else the command needs."""
    return Row(lambda things: {argument: getattr(things, thing), **more}, argument)


# In this order an owner can carry out all of them one after the other.
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
    "identity.link": Row(bare),  # ends what the person asked for before
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
    "member.role": of("who", "colleague", role="viewer"),
    "request.ask": Row(lambda things: {"command": "member.remove", "args": {"who": things.colleague}}),
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


async def build(firm: Firm) -> Things:
    """Things of a firm of an owner, an admin, a member and a viewer, the first of each."""
    owner, admin, member, viewer = firm.people[:4]
    offered, picked = await people.bring(firm), await people.bring(firm)
    await people.pick(firm, picked.lead_id, member)
    async with firm.chat.house.units.write() as uow:
        anna, ben = await people.actor(uow, owner), await people.actor(uow, member)
        mara = await people.actor(uow, admin)
        leaving = await people.user_id(uow, viewer)
        asked = await request.ask(uow, ben, "member.remove", {"who": leaving}, Permission.MEMBER_REMOVE)
        requested = await invitation.request(uow, ben, "eva@acme.example")
        question = await invitation.question(uow, anna, requested.invitation.ref, "Wer ist das?")
        sent = await invitation.create(uow, anna, "udo@acme.example", "viewer")
        market = await marketplace.create(uow, anna, "Handwerk Süd")
        invited = await marketplace.invite(uow, anna, email="dach@acme.example", name="Dachwerk")
        firms = await bulk.draft(uow, anna, firms="Holzbau; post@holzbau.example", part="takes")
        others = await bulk.draft(uow, mara, firms="Spengler; post@spengler.example", part="takes")
        delivery, sweep = [await _lost(uow, firm, offered.lead_id) for _ in range(2)]
        sent_file = await file.receive(uow, anna, file.ReceivedFile("leads.csv", "text/csv", b"Name\r\nEva\r\n"))
        leads = await file.receive(uow, anna, file.ReceivedFile("more.csv", "text/csv", b"Name\r\nUdo\r\n"))
        listed = await file.receive(uow, anna, file.ReceivedFile("fair.csv", "text/csv", b"Name\r\nIda\r\n"))
        prepared = await lead_import.prepare(uow, anna, listed.file_id)
        made = await file.offer(uow, anna, "export.csv", b"Name\r\nEva\r\n")
        things = Things(
            team=firm.team_id,
            team_name=firm.name,
            lead=offered.lead_id,
            work=picked.lead_id,
            requested=requested.invitation.ref,
            invitation=sent.invitation.ref,
            question=question.question_id,
            request=asked.request.request_id,
            colleague=await people.user_id(uow, member),
            leaving=leaving,
            heir=await people.user_id(uow, admin),
            marketplace=market.marketplace_id,
            partner=next(one.partner_id for one in invited.partners if not one.is_operator),
            bulk=firms.bulk_id,
            draft=others.bulk_id,
            delivery=delivery,
            sweep=sweep,
            file=sent_file.file_id,
            made=made.file_id,
            leads=leads.file_id,
            lead_import=prepared.lead_import.import_id,
            offer=(await channel.ask(uow, mara)).offer_id,
            link=(await identity.ask(uow, anna)).link_id,
        )
    await firm.chat.settles()
    return things


async def _lost(uow: UnitOfWork, firm: Firm, key: str) -> str:
    """A message of which nobody knows whether it arrived."""
    delivery = Delivery(
        team_id=firm.team_id,
        delivery_id=uow.new_id(),
        event_id=uow.new_id(),
        kind=Kind.POST,
        view="lead.card",
        key=key,
        platform=firm.chat.stage.platform,
        tenant=firm.chat.stage.tenant,
        conversation_id=firm.channel.room_id,
    )
    await uow.deliveries.add([delivery], uow.now)
    [sending] = await uow.deliveries.claim(1, uow.now, uow.now)
    assert await uow.deliveries.finish(sending, State.UNKNOWN, "no answer in time", uow.now)
    await uow.deliveries.join_sweep(firm.team_id, delivery.delivery_id, delivery.delivery_id)
    return delivery.delivery_id
