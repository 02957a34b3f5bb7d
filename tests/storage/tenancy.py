"""The one registry of tenancy: which store methods name no team, and the sample arguments of the others.

The methods are those of the stores' protocols. A method that does not take the team first is listed in UNBOUND with the
reason; its statements may name no team either. Every other method, and every statement that it runs, names the team.
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
from tests.storage.seeded_tenants import EMAIL, HOLDER, SHA256, SeededTenants

BELOW = "users, conversations and interactions belong to no team"
CLOCK = "scheduled jobs and the relay work for all teams"
BRINGS = "the added row names its own team"
FOUND = "the use case has found the row for the team before"
PROVEN = "a secret or a link proves the permission"

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
    """Values of the parameters: ids of the first team's rows."""

    tenants: SeededTenants

    def named(self) -> dict[str, Any]:
        """Return the values by parameter name."""
        tenants, ids, owning_team = self.tenants, self.tenants.ids, self.tenants.owning_team
        return {
            "bulk_id": tenants.ids["sending"],
            "conversation_id": owning_team.channel.conversation_id,
            "delivery_id": tenants.ids["delivery"],
            "file_id": tenants.ids["file"],
            "holder": HOLDER,
            "import_id": tenants.ids["running"],
            "invitation_id": tenants.ids["sent"],
            "key": tenants.ids["open"],
            "lead_id": tenants.ids["picked"],
            "limit": 50,
            "marketplace_id": tenants.marketplace_id,
            "now": tenants.now,
            "at": tenants.now,
            "number": 1,
            "partner_id": tenants.ids["partner"],
            "picked_after": tenants.now - timedelta(hours=1),
            "offer_id": ids["offer"],
            "offered_until": None,
            "platform": "web",
            "post_id": tenants.ids["post"],
            "question_id": tenants.ids["question"],
            "sweep_id": tenants.ids["delivery"],
            "request_id": tenants.ids["request"],
            "tenant": "demo",
            "user_id": owning_team.member.user_id,
            "view": "lead.card",
        }

    def special(self) -> dict[str, dict[str, Any]]:
        """Return the values that a single method needs instead."""
        tenants, ids, owning_team = self.tenants, self.tenants.ids, self.tenants.owning_team
        now, later = tenants.now, tenants.now + timedelta(days=2)
        owner, admin, viewer = (
            owning_team.owner.user_id,
            owning_team.actors[Role.ADMIN].user_id,
            owning_team.viewer.user_id,
        )
        contact_keys = Keys(email=EMAIL)
        states = (InvitationState.PENDING,)
        return {
            "channel_offers.claim": {
                "by": owning_team.member.user_id,
                "place": owning_team.channel,
                "expires_at": later,
            },
            "channel_offers.decide": {"to": OfferState.DECLINED},
            "audit.links": {"after_seq": 0},
            "audit.page": {"before_seq": 1_000},
            "audit.verify": {"anchor": None},
            "bulks.begin": {"bulk_id": ids["draft"]},
            "bulks.look": {"shown": "x", "is_moving": True},
            "bulks.mail_again": {"invitation_id": ids["invited"], "was_after": "0", "mailed_after": "1"},
            "bulks.move": {"was": BulkState.RUNNING, "to": BulkState.STOPPED},
            "bulks.of_invitation": {"invitation_id": ids["invited"]},
            "bulks.settle": {"line": ids["line"], "mailed_after": "0"},
            "deliveries.join_sweep": {"sweep_id": "other"},
            "deliveries.standing": {"where": ("web", "demo", owning_team.channel.conversation_id), "limit": 9},
            "deliveries.latest_sweep": {"since": now - timedelta(days=1), "but": ""},
            "deliveries.mark_shown": {"shown": "x"},
            "files.held": {"purpose": Purpose.RECEIVED},
            "files.prolong": {"expires_at": later},
            "invitations.accept": {"generation": 1, "digest": "d" * 43, "code_expires_at": later},
            "invitations.answer": {"text": "x"},
            "invitations.count_questions": {"invitation_id": ids["requested"]},
            "invitations.join": {"states": states},
            "invitations.move": {"states": states, "to": InvitationState.REVOKED, "by": None, "at": None},
            "invitations.numbered": {"number": ids["number"]},
            "invitations.open_to": {"email": "udo@acme.example"},
            "invitations.seats_held": {"besides": ""},
            "invitations.send": {"states": states, "expires_at": later},
            "lead_imports.advance": {"line": 3, "tally": Tally(1, rejected=2), "numbers": (1, 1), "moved_at": now},
            "lead_imports.change_file": {"import_id": ids["preview"], "file_id": "other"},
            "lead_imports.change_plan": {"import_id": ids["preview"], "plan": Plan(title="x")},
            "lead_imports.finish": {"result_file_id": None, "result_rows": 0},
            "lead_imports.hold": {"line": 0, "leased_until": later},
            "lead_imports.same": {"sha256": SHA256},
            "lead_imports.skip": {"rows": [SkippedRow(2, "name")]},
            "lead_imports.start": {"import_id": ids["preview"], "was": ImportState.PREVIEW},
            "lead_imports.stop": {"halt": "x"},
            "leads.answer": {"fields": {"x": "y"}},
            "leads.close": {"state": LeadState.WON, "won_cents": 1, "reason": ""},
            "leads.delegate": {"was": owning_team.member.user_id, "to": owner},
            "leads.duplicates": {"keys": contact_keys, "but": "", "marketplace_id": tenants.marketplace_id},
            "leads.give_back": {"to": LeadState.OPEN},
            "leads.known": {"keys": [contact_keys]},
            "leads.last": {"whats": [What.PICKED]},
            "leads.notes": {"since": now - timedelta(days=1)},
            "leads.of_contact": {"keys": contact_keys, "skip": 0},
            "leads.operate": {"lead_id": ids["offered"]},
            "leads.page": {"kind": Filter.MINE, "before": None},
            "leads.pick": {"lead_id": ids["open"]},
            "leads.put": {
                "lead_id": ids["open"],
                "was": [LeadState.OPEN],
                "to": LeadState.SUBMITTED,
                "operator_team_id": owning_team.team_id,
            },
            "leads.search": {"words": ["dachsanierung"], "number": None, "skip": 0},
            "leads.take": {"lead_id": ids["vacant"]},
            "leads.take_away": {"to": LeadState.OPEN, "worked_at": now},
            "leads.unpick": {"to": LeadState.OPEN},
            "leads.unsettle": {"offer": Offer.OPEN},
            "leads.work": {"step": Step.QUALIFIED},
            "marketplaces.activate": {"partner_team_id": tenants.unrelated.team_id, "name": "x"},
            "marketplaces.invited": {"invitation_id": ids["invited"]},
            "marketplaces.move": {"was": PartnerState.PENDING, "to": PartnerState.DECLINED},
            "members.add": {"user_id": ids["unaffiliated"], "role": Role.VIEWER, "email": ""},
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
        """Return the arguments of the method without the team."""
        given = {**self.named(), **self.special().get(method, {})}
        missing = [one for one in parameters if one not in given]
        assert not missing, f"{method} has no sample value for {missing}; add one in this module"
        return {one: given[one] for one in parameters}


# Calls that the first team makes before, so that the method finds a row to change.
CALLED_BEFORE: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "teams.restore": (("teams.delete", ""),),
    "lead_imports.finish": (("lead_imports.advance", ""),),
    "members.delegates": (("members.flag", ""),),
    "members.revive": (("members.end_all", ""),),
    "leads.settle": (("leads.pick", "offered"),),
    "leads.unsettle": (("leads.pick", "offered"), ("leads.settle", "offered"), ("leads.unpick", "offered")),
}


def methods() -> dict[str, list[str]]:
    """Return the parameters of each method of each store."""
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
    """Return whether the statement reads or changes a table whose rows belong to teams."""
    tables = [cast("Table", part) for part in visitors.iterate(statement) if isinstance(part, Table)]
    return any("team_id" in table.c for table in tables)


def names_team(statement: Statement) -> bool:
    """Return whether the statement compares a team with a bound parameter."""
    return any(
        getattr(column, "name", "").endswith("team_id") and isinstance(given, BindParameter)
        for part in visitors.iterate(statement)
        if isinstance(part, BinaryExpression)
        for column, given in ((part.left, part.right), (part.right, part.left))
    )
