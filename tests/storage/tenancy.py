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
from services.channel import ChannelOfferState
from services.file.model import FileOrigin
from services.invitation.model import InvitationState
from services.lead.model import ActivityType, ContactKeys, LeadFilter, LeadState, LeadStep, OfferStatus
from services.lead_import.model import ImportPlan, ImportState, RowCounts, SkippedRow
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
    "audit.list_heads": CLOCK,
    "bulks.add": BRINGS,
    "bulks.purge": CLOCK,
    "bulks.list_moving": CLOCK,
    "channel_offers.add": BRINGS,
    "channel_offers.find_by_code": PROVEN,
    "channel_offers.purge": CLOCK,
    "conversations.get": BELOW,
    "conversations.upsert": BELOW,
    "conversations.update_all_left": BELOW,
    "conversations.update_left": BELOW,
    "deliveries.add": BRINGS,
    "deliveries.add_post": BRINGS,
    "deliveries.count_backlog": CLOCK,
    "deliveries.claim": CLOCK,
    "deliveries.list_posts_of": CLOCK,
    "deliveries.finish": CLOCK,
    "deliveries.purge": CLOCK,
    "deliveries.list_home_keys_of_users": BELOW,
    "deliveries.update_routed": CLOCK,
    "deliveries.list_due_events": CLOCK,
    "deliveries.postpone_event": CLOCK,
    "deliveries.release": CLOCK,
    "deliveries.list_expired_leases": CLOCK,
    "deliveries.find_due": CLOCK,
    "files.add": BRINGS,
    "files.purge": CLOCK,
    "identities.add_link": BELOW,
    "identities.claim_link": BELOW,
    "identities.find_link_by_code": PROVEN,
    "identities.find_current_user_id": BELOW,
    "identities.purge_links": CLOCK,
    "identities.get_link": BELOW,
    "identities.lock": BELOW,
    "identities.merge": BELOW,
    "identities.list_merged": CLOCK,
    "identities.change_link_state": BELOW,
    "identities.split": BELOW,
    "inbox.get_response": BELOW,
    "inbox.purge": CLOCK,
    "inbox.update_response": BELOW,
    "inbox.add": BELOW,
    "installations.add_question": BELOW,
    "installations.delete": BELOW,
    "installations.purge_questions": CLOCK,
    "installations.upsert": BELOW,
    "installations.list_all": BELOW,
    "installations.list_for_workspace": BELOW,
    "installations.find_question": PROVEN,
    "installations.use_question": PROVEN,
    "invariants.scan": CLOCK,
    "invitations.add": BRINGS,
    "invitations.add_question": BRINGS,
    "invitations.find_by_code": PROVEN,
    "invitations.list_expired": CLOCK,
    "invitations.find_by_link": PROVEN,
    "invitations.list_join_requests": BELOW,
    "lead_imports.add": BRINGS,
    "lead_imports.claim": CLOCK,
    "lead_imports.purge": CLOCK,
    "lead_imports.has_unclaimed": CLOCK,
    "leads.add": BRINGS,
    "leads.add_all": BRINGS,
    "leads.add_visibility": BRINGS,
    "leads.clear_offers": FOUND,
    "leads.expire_offers": CLOCK,
    "leads.add_activities": BRINGS,
    "leads.list_to_remind": CLOCK,
    "leads.update_offer": FOUND,
    "leads.list_visibility": FOUND,
    "leads.list_stalled": CLOCK,
    "marketplaces.add": BRINGS,
    "marketplaces.add_partner": BRINGS,
    "marketplaces.update": BRINGS,
    "members.find_by_user": BELOW,
    "periods.claim": CLOCK,
    "periods.purge": CLOCK,
    "requests.add": BRINGS,
    "teams.add": BRINGS,
    "teams.list_deleted": BELOW,
    "users.add": BELOW,
    "users.update_profile": BELOW,
    "users.update_language": BELOW,
    "users.add_wrong_code": BELOW,
    "users.delete_wrong_codes": BELOW,
    "users.get": BELOW,
    "users.list_identities": BELOW,
    "users.update_latest_identity": BELOW,
    "users.update_reference": BELOW,
    "users.find_sender": BELOW,
    "users.find_user_id": BELOW,
    "users.count_wrong_codes": BELOW,
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
        contact_keys = ContactKeys(email=EMAIL)
        states = (InvitationState.PENDING,)
        return {
            "channel_offers.claim": {
                "by": owning_team.member.user_id,
                "place": owning_team.channel,
                "expires_at": later,
            },
            "channel_offers.decide": {"to": ChannelOfferState.DECLINED},
            "audit.list_links": {"after_seq": 0},
            "audit.list_entries": {"before_seq": 1_000},
            "audit.verify": {"anchor": None},
            "bulks.start": {"bulk_id": ids["draft"]},
            "bulks.update_shown": {"shown": "x", "is_moving": True},
            "bulks.update_mailed_after": {"invitation_id": ids["invited"], "was_after": "0", "mailed_after": "1"},
            "bulks.change_state": {"was": BulkState.RUNNING, "to": BulkState.STOPPED},
            "bulks.find_id_by_invitation": {"invitation_id": ids["invited"]},
            "bulks.resolve_line": {"line": ids["line"], "mailed_after": "0"},
            "deliveries.update_sweep": {"sweep_id": "other"},
            "deliveries.list_posts_in_channel": {
                "where": ("web", "demo", owning_team.channel.conversation_id),
                "limit": 9,
            },
            "deliveries.find_latest_sweep_id": {"since": now - timedelta(days=1), "but": ""},
            "deliveries.update_shown": {"shown": "x"},
            "files.list_of_user": {"purpose": FileOrigin.RECEIVED},
            "files.update_expiry": {"expires_at": later},
            "invitations.accept": {"generation": 1, "digest": "d" * 43, "code_expires_at": later},
            "invitations.answer_question": {"text": "x"},
            "invitations.count_questions": {"invitation_id": ids["requested"]},
            "invitations.join": {"states": states},
            "invitations.change_state": {"states": states, "to": InvitationState.REVOKED, "by": None, "at": None},
            "invitations.find_by_number": {"number": ids["number"]},
            "invitations.list_open_to": {"email": "udo@acme.example"},
            "invitations.count_held_seats": {"besides": ""},
            "invitations.send": {"states": states, "expires_at": later, "by": None, "at": None},
            "lead_imports.update_progress": {
                "line": 3,
                "tally": RowCounts(1, rejected=2),
                "numbers": (1, 1),
                "moved_at": now,
            },
            "lead_imports.update_file": {"import_id": ids["preview"], "file_id": "other"},
            "lead_imports.update_plan": {"import_id": ids["preview"], "plan": ImportPlan(title="x")},
            "lead_imports.finish": {"result_file_id": None, "result_rows": 0},
            "lead_imports.renew_lease": {"line": 0, "leased_until": later},
            "lead_imports.find_same_file": {"sha256": SHA256},
            "lead_imports.add_skipped": {"rows": [SkippedRow(2, "name")]},
            "lead_imports.start": {"import_id": ids["preview"], "was": ImportState.PREVIEW},
            "lead_imports.stop": {"halt": "x"},
            "leads.update_fields": {"fields": {"x": "y"}},
            "leads.close": {"state": LeadState.WON, "won_cents": 1, "reason": ""},
            "leads.delegate": {"was": owning_team.member.user_id, "to": owner},
            "leads.find_duplicates": {"keys": contact_keys, "but": "", "marketplace_id": tenants.marketplace_id},
            "leads.release": {"to": LeadState.OPEN},
            "leads.find_known_numbers": {"keys": [contact_keys]},
            "leads.find_last_activity": {"whats": [ActivityType.PICKED]},
            "leads.find_notes": {"since": now - timedelta(days=1)},
            "leads.find_by_contact": {"keys": contact_keys, "skip": 0},
            "leads.update_operator": {"lead_id": ids["offered"]},
            "leads.list_page": {"kind": LeadFilter.MINE, "before": None},
            "leads.pick": {"lead_id": ids["open"]},
            "leads.offer": {
                "lead_id": ids["open"],
                "was": [LeadState.OPEN],
                "to": LeadState.SUBMITTED,
                "operator_team_id": owning_team.team_id,
            },
            "leads.find_matching": {"words": ["dachsanierung"], "number": None, "skip": 0},
            "leads.assign_if_unassigned": {"lead_id": ids["vacant"]},
            "leads.release_if_stalled": {"to": LeadState.OPEN, "worked_at": now},
            "leads.undo_pick": {"to": LeadState.OPEN},
            "leads.update_visibility_after_undo": {"offer": OfferStatus.OPEN},
            "leads.update_step": {"step": LeadStep.QUALIFIED},
            "marketplaces.activate_partner": {"partner_team_id": tenants.unrelated.team_id, "name": "x"},
            "marketplaces.find_partner_by_invitation": {"invitation_id": ids["invited"]},
            "marketplaces.change_partner_state": {"was": PartnerState.PENDING, "to": PartnerState.DECLINED},
            "members.add": {"user_id": ids["unaffiliated"], "role": Role.VIEWER, "email": ""},
            "members.change_role": {"old": Role.MEMBER, "new": Role.ADMIN},
            "members.update_may_delegate": {"may_delegate": True},
            "members.has_email": {"email": "zoe@acme.example"},
            "members.list_by_role": {"roles": [Role.OWNER]},
            "members.remove": {"user_id": viewer},
            "members.restore_all": {"ended_at": now},
            "members.transfer": {"old_owner_id": owner, "new_owner_id": admin},
            "requests.list_open_for": {"permissions": [Permission.MEMBER_REMOVE], "but": owner},
            "requests.decide": {"to": RequestState.APPROVED, "by": owner},
            "teams.update_settings": {"language": Language.ENGLISH, "zone": "UTC", "owner_approves_admins": True},
            "teams.add_number": {"kind": "lead"},
            "teams.add_numbers": {"kind": "lead", "count": 2},
            "teams.update_name": {"name": "x"},
            "teams.restore": {"since": now - timedelta(days=1)},
        }

    def of(self, method: str, parameters: list[str]) -> dict[str, Any]:
        """Return the arguments of the method without the team."""
        given = {**self.named(), **self.special().get(method, {})}
        missing = [parameter for parameter in parameters if parameter not in given]
        assert not missing, f"{method} has no sample value for {missing}; add one in this module"
        return {item: given[item] for item in parameters}


# Calls that the first team makes before, so that the method finds a row to change.
CALLED_BEFORE: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "teams.restore": (("teams.delete", ""),),
    "lead_imports.finish": (("lead_imports.update_progress", ""),),
    "members.list_delegates": (("members.update_may_delegate", ""),),
    "members.restore_all": (("members.remove_all", ""),),
    "leads.update_visibility_after_pick": (("leads.pick", "offered"),),
    "leads.update_visibility_after_undo": (
        ("leads.pick", "offered"),
        ("leads.update_visibility_after_pick", "offered"),
        ("leads.undo_pick", "offered"),
    ),
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
