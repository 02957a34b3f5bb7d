"""The one registry of tenancy: which store methods name no team, and what the others are tried with.

The methods are those of the stores' protocols. A method that takes no team first stands in UNBOUND with the reason;
its statements may name no team either. Every other method, and every statement that it runs, names the team.
"""

import inspect
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, cast, get_type_hints

from sqlalchemy import BindParameter, Delete, Select, Table, Update
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BinaryExpression

from services import unit_of_work
from services.bulk.model import BulkState
from services.channel import OfferState
from services.file.model import Purpose
from services.invitation.model import InvitationState
from services.lead.model import Filter, Keys, LeadState, Offer, Step, What
from services.lead_import.model import ImportState, Plan, SkippedRow, Tally
from services.marketplace.model import PartnerState
from services.people import Language
from services.permissions import Permission, Role
from services.request.model import RequestState
from services.unit_of_work import UnitOfWork
from storage import unit_of_work as implementation
from tests.storage.tenants import EMAIL, HOLDER, SHA256, Town

BELOW = "people, places and what comes in stand below the teams"
CLOCK = "the clock and the relay work for all teams"
BRINGS = "what is added names its own team"
FOUND = "the rules have found the thing for the team before"
PROVEN = "a secret or a link proves the right to it"

UNBOUND: Final[dict[str, str]] = {
    "audit.heads": CLOCK,
    "bulks.add": BRINGS,
    "bulks.forget": CLOCK,
    "bulks.moving": CLOCK,
    "channel_offers.add": BRINGS,
    "channel_offers.coded": PROVEN,
    "channel_offers.forget": CLOCK,
    "conversations.find": BELOW,
    "conversations.keep": BELOW,
    "conversations.mark_all_left": BELOW,
    "conversations.mark_left": BELOW,
    "deliveries.add": BRINGS,
    "deliveries.add_post": BRINGS,
    "deliveries.backlog": CLOCK,
    "deliveries.claim": CLOCK,
    "deliveries.copies": CLOCK,
    "deliveries.finish": CLOCK,
    "deliveries.forget": CLOCK,
    "deliveries.homes_of": BELOW,
    "deliveries.mark_routed": CLOCK,
    "deliveries.next_events": CLOCK,
    "deliveries.postpone_event": CLOCK,
    "deliveries.put_back": CLOCK,
    "deliveries.stuck": CLOCK,
    "deliveries.waiting": CLOCK,
    "files.add": BRINGS,
    "files.forget": CLOCK,
    "identities.ask": BELOW,
    "identities.claim": BELOW,
    "identities.coded": PROVEN,
    "identities.current": BELOW,
    "identities.forget": CLOCK,
    "identities.get": BELOW,
    "identities.lock": BELOW,
    "identities.merge": BELOW,
    "identities.merged": CLOCK,
    "identities.move": BELOW,
    "identities.part": BELOW,
    "inbox.answer": BELOW,
    "inbox.forget": CLOCK,
    "inbox.keep": BELOW,
    "inbox.register": BELOW,
    "installations.add_question": BELOW,
    "installations.delete": BELOW,
    "installations.forget_questions": CLOCK,
    "installations.keep": BELOW,
    "installations.listed": BELOW,
    "installations.opening": BELOW,
    "installations.question": PROVEN,
    "installations.use_question": PROVEN,
    "invariants.look": CLOCK,
    "invitations.add": BRINGS,
    "invitations.add_question": BRINGS,
    "invitations.coded": PROVEN,
    "invitations.expired": CLOCK,
    "invitations.linked": PROVEN,
    "invitations.wishes": BELOW,
    "lead_imports.add": BRINGS,
    "lead_imports.claim": CLOCK,
    "lead_imports.forget": CLOCK,
    "lead_imports.is_waiting": CLOCK,
    "leads.add": BRINGS,
    "leads.add_all": BRINGS,
    "leads.add_sights": BRINGS,
    "leads.clear_offers": FOUND,
    "leads.expire": CLOCK,
    "leads.record": BRINGS,
    "leads.remind": CLOCK,
    "leads.set_offer": FOUND,
    "leads.sights": FOUND,
    "leads.stalled": CLOCK,
    "marketplaces.add": BRINGS,
    "marketplaces.add_partner": BRINGS,
    "marketplaces.change": BRINGS,
    "members.of_user": BELOW,
    "periods.begin": CLOCK,
    "periods.forget": CLOCK,
    "requests.add": BRINGS,
    "teams.add": BRINGS,
    "teams.deleted": BELOW,
    "users.add": BELOW,
    "users.change": BELOW,
    "users.choose_language": BELOW,
    "users.count_wrong_code": BELOW,
    "users.forget_wrong_codes": BELOW,
    "users.get": BELOW,
    "users.identities": BELOW,
    "users.prefer": BELOW,
    "users.reach": BELOW,
    "users.recognise": BELOW,
    "users.user_id": BELOW,
    "users.wrong_codes": BELOW,
}


@dataclass(frozen=True, slots=True)
class Sample:
    """What the parameters of a method are given: what belongs to the first firm."""

    town: Town

    def named(self) -> dict[str, Any]:
        """By the parameter's name."""
        town, things, ours = self.town, self.town.things, self.town.ours
        return {
            "bulk_id": town.things["sending"],
            "conversation_id": ours.channel.conversation_id,
            "delivery_id": town.things["delivery"],
            "file_id": town.things["file"],
            "holder": HOLDER,
            "import_id": town.things["running"],
            "invitation_id": town.things["sent"],
            "key": town.things["open"],
            "lead_id": town.things["picked"],
            "limit": 50,
            "marketplace_id": town.market,
            "now": town.now,
            "at": town.now,
            "number": 1,
            "partner_id": town.things["partner"],
            "picked_after": town.now - timedelta(hours=1),
            "offer_id": things["offer"],
            "offered_until": None,
            "platform": "web",
            "post_id": town.things["post"],
            "question_id": town.things["question"],
            "sweep_id": town.things["delivery"],
            "request_id": town.things["request"],
            "tenant": "demo",
            "user_id": ours.member.user_id,
            "view": "lead.card",
        }

    def special(self) -> dict[str, dict[str, Any]]:
        """Where a method needs something else."""
        town, things, ours = self.town, self.town.things, self.town.ours
        now, later = town.now, town.now + timedelta(days=2)
        owner, admin, viewer = ours.owner.user_id, ours.actors[Role.ADMIN].user_id, ours.viewer.user_id
        keys = Keys(email=EMAIL)
        states = (InvitationState.PENDING,)
        return {
            "channel_offers.claim": {"by": ours.member.user_id, "place": ours.channel, "expires_at": later},
            "channel_offers.decide": {"to": OfferState.DECLINED},
            "audit.links": {"after_seq": 0},
            "audit.page": {"before_seq": 1_000},
            "audit.verify": {"anchor": None},
            "bulks.begin": {"bulk_id": things["draft"]},
            "bulks.look": {"shown": "x", "is_moving": True},
            "bulks.mail_again": {"invitation_id": things["invited"], "was_after": "0", "mailed_after": "1"},
            "bulks.move": {"was": BulkState.RUNNING, "to": BulkState.STOPPED},
            "bulks.of_invitation": {"invitation_id": things["invited"]},
            "bulks.settle": {"line": things["line"], "mailed_after": "0"},
            "deliveries.join_sweep": {"sweep_id": "other"},
            "deliveries.standing": {"where": ("web", "demo", ours.channel.conversation_id), "limit": 9},
            "deliveries.latest_sweep": {"since": now - timedelta(days=1), "but": ""},
            "deliveries.mark_shown": {"shown": "x"},
            "files.held": {"purpose": Purpose.RECEIVED},
            "files.prolong": {"expires_at": later},
            "invitations.accept": {"generation": 1, "digest": "d" * 43, "code_expires_at": later},
            "invitations.answer": {"text": "x"},
            "invitations.count_questions": {"invitation_id": things["requested"]},
            "invitations.join": {"states": states},
            "invitations.move": {"states": states, "to": InvitationState.REVOKED, "by": None, "at": None},
            "invitations.numbered": {"number": things["number"]},
            "invitations.open_to": {"email": "udo@acme.example"},
            "invitations.seats_held": {"besides": ""},
            "invitations.send": {"states": states, "expires_at": later},
            "lead_imports.advance": {"line": 3, "tally": Tally(1, rejected=2), "numbers": (1, 1), "moved_at": now},
            "lead_imports.change_file": {"import_id": things["preview"], "file_id": "other"},
            "lead_imports.change_plan": {"import_id": things["preview"], "plan": Plan(title="x")},
            "lead_imports.finish": {"result_file_id": None, "result_rows": 0},
            "lead_imports.hold": {"line": 0, "leased_until": later},
            "lead_imports.same": {"sha256": SHA256},
            "lead_imports.skip": {"rows": [SkippedRow(2, "name")]},
            "lead_imports.start": {"import_id": things["preview"], "was": ImportState.PREVIEW},
            "lead_imports.stop": {"halt": "x"},
            "leads.answer": {"fields": {"x": "y"}},
            "leads.close": {"state": LeadState.WON, "won_cents": 1, "reason": ""},
            "leads.delegate": {"was": ours.member.user_id, "to": owner},
            "leads.duplicates": {"keys": keys, "but": "", "marketplace_id": town.market},
            "leads.give_back": {"to": LeadState.OPEN},
            "leads.known": {"keys": [keys]},
            "leads.last": {"whats": [What.PICKED]},
            "leads.notes": {"since": now - timedelta(days=1)},
            "leads.of_contact": {"keys": keys, "skip": 0},
            "leads.operate": {"lead_id": things["offered"]},
            "leads.page": {"kind": Filter.MINE, "before": None},
            "leads.pick": {"lead_id": things["open"]},
            "leads.put": {
                "lead_id": things["open"],
                "was": [LeadState.OPEN],
                "to": LeadState.SUBMITTED,
                "operator_team_id": ours.team_id,
            },
            "leads.search": {"words": ["dachsanierung"], "number": None, "skip": 0},
            "leads.take": {"lead_id": things["vacant"]},
            "leads.take_away": {"to": LeadState.OPEN, "worked_at": now},
            "leads.unpick": {"to": LeadState.OPEN},
            "leads.unsettle": {"offer": Offer.OPEN},
            "leads.work": {"step": Step.QUALIFIED},
            "marketplaces.activate": {"partner_team_id": town.stranger.team_id, "name": "x"},
            "marketplaces.invited": {"invitation_id": things["invited"]},
            "marketplaces.move": {"was": PartnerState.PENDING, "to": PartnerState.DECLINED},
            "members.add": {"user_id": things["nobody"], "role": Role.VIEWER, "email": ""},
            "members.change_role": {"old": Role.MEMBER, "new": Role.ADMIN},
            "members.flag": {"may_delegate": True},
            "members.has_address": {"email": "zoe@acme.example"},
            "members.holders": {"roles": [Role.OWNER]},
            "members.remove": {"user_id": viewer},
            "members.revive": {"ended_at": now},
            "members.transfer": {"old_owner_id": owner, "new_owner_id": admin},
            "requests.waiting": {"permissions": [Permission.MEMBER_REMOVE], "but": owner},
            "requests.decide": {"to": RequestState.APPROVED, "by": owner},
            "teams.change_settings": {"language": Language.ENGLISH, "zone": "UTC", "owner_approves_admins": True},
            "teams.next_number": {"kind": "lead"},
            "teams.next_numbers": {"kind": "lead", "count": 2},
            "teams.rename": {"name": "x"},
            "teams.restore": {"since": now - timedelta(days=1)},
        }

    def of(self, method: str, parameters: list[str]) -> dict[str, Any]:
        """All of them but the team."""
        given = {**self.named(), **self.special().get(method, {})}
        missing = [one for one in parameters if one not in given]
        assert not missing, f"{method} has no sample for {missing}: say in this module what they are given"
        return {one: given[one] for one in parameters}


# What happens before in the first firm's name, so that the method finds something to move.
FIRST: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "teams.restore": (("teams.delete", ""),),
    "lead_imports.finish": (("lead_imports.advance", ""),),
    "members.delegates": (("members.flag", ""),),
    "members.revive": (("members.end_all", ""),),
    "leads.settle": (("leads.pick", "offered"),),
    "leads.unsettle": (("leads.pick", "offered"), ("leads.settle", "offered"), ("leads.unpick", "offered")),
}


def methods() -> dict[str, list[str]]:
    """The parameters of each method of each store."""
    stores = get_type_hints(UnitOfWork, vars(implementation) | vars(unit_of_work))
    return {
        f"{attribute}.{name}": list(inspect.signature(method).parameters)[1:]
        for attribute, store in stores.items()
        if getattr(store, "_is_protocol", False)
        for name, method in inspect.getmembers(store, inspect.isfunction)
        if not name.startswith("_")
    }


BOUND: Final = {name: parameters[1:] for name, parameters in methods().items() if parameters[:1] == ["team_id"]}


Statement = Select[Any] | Update | Delete


def is_of_teams(statement: Statement) -> bool:
    """Whether it asks or changes a table whose rows belong to teams."""
    tables = [cast("Table", part) for part in visitors.iterate(statement) if isinstance(part, Table)]
    return any("team_id" in table.c for table in tables)


def names_team(statement: Statement) -> bool:
    """Whether a team is compared with one that is given."""
    return any(
        getattr(column, "name", "").endswith("team_id") and isinstance(given, BindParameter)
        for part in visitors.iterate(statement)
        if isinstance(part, BinaryExpression)
        for column, given in ((part.left, part.right), (part.right, part.left))
    )
