"""Every table: what a row stands for, in business words, and what the database itself guarantees.

`team_id` leads the primary and foreign keys of everything that belongs to a team. Tables without it are the
infrastructure below the teams: people, their chat identities, conversations, and the queues in and out. Times are
aware UTC; ids are opaque text; money is minor units with a currency.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """An aware UTC time; SQLite keeps no zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times instead of guessing their zone."""
        del dialect
        if value is not None and value.tzinfo is None:
            message = "a time without a zone cannot be stored"
            raise ValueError(message)
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back where the database dropped it."""
        del dialect
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


def _text(
    name: str,
    *,
    primary_key: bool = False,
    nullable: bool = False,
    unique: bool | None = None,
    server_default: str | None = None,
) -> Column[Any]:
    return Column(
        name, Text, primary_key=primary_key, nullable=nullable, unique=unique, server_default=server_default
    )


def _moment(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, Moment, nullable=nullable)


def _of(team: str = "team_id", *, table: str = "teams") -> ForeignKeyConstraint:
    return ForeignKeyConstraint([team], [f"{table}.team_id"])


# ---- people and places ----

users = Table(
    "users",
    metadata,
    _text("user_id", primary_key=True),
    _text("name"),
    _text("email_hint", server_default=""),  # from the platform: never a proof
    _text("language"),
    _text("zone"),
    Column("language_chosen", Boolean, nullable=False, server_default=text("false")),  # chosen, not guessed
    Column("code_failures", Integer, nullable=False, server_default="0"),  # wrong join codes since the last right one
    _moment("code_failed_at", nullable=True),
    _moment("created_at"),
)

identities = Table(
    "identities",  # (platform, tenant, platform's user id) → user
    metadata,
    _text("platform", primary_key=True),
    _text("tenant", primary_key=True),
    _text("platform_user_id", primary_key=True),
    _text("user_id"),
    Column("reference", JSON, nullable=False),  # what the platform needs to write to this person unasked
    _text("direct_conversation_id", server_default=""),
    ForeignKeyConstraint(["user_id"], ["users.user_id"]),
    Index(None, "user_id"),
)

conversations = Table(
    "conversations",  # every place in which the bot is or was; the team is the one that connected it
    metadata,
    _text("platform", primary_key=True),
    _text("tenant", primary_key=True),
    _text("conversation_id", primary_key=True),
    _text("kind"),
    _text("name"),
    Column("reference", JSON, nullable=False),
    _text("team_id", nullable=True),
    Column("installed", Boolean, nullable=False, server_default=text("true")),
    _moment("connected_at", nullable=True),
    _of(),
    Index(None, "team_id"),
)

# ---- teams ----

teams = Table(
    "teams",
    metadata,
    _text("team_id", primary_key=True),
    _text("name"),
    _text("plan"),
    _text("language"),  # of what the bot posts in the team's channels
    _text("zone"),
    Column("owner_approves_admins", Boolean, nullable=False, server_default=text("false")),  # A46
    _text("created_by"),
    _moment("created_at"),
    _moment("deleted_at", nullable=True),  # restorable for 30 days (A77)
)

counters = Table(
    "counters",  # the last number given per team and kind of reference; never reused
    metadata,
    _text("team_id", primary_key=True),
    _text("kind", primary_key=True),
    Column("last", Integer, nullable=False),
    _of(),
)

members = Table(
    "members",  # a colleague: a person's membership in a team, with one role
    metadata,
    _text("team_id", primary_key=True),
    _text("user_id", primary_key=True),
    _text("role"),
    _text("email", server_default=""),  # the address of the invitation: confirmed by its link
    Column("may_delegate", Boolean, nullable=False, server_default=text("false")),  # responsible colleague (B17)
    _moment("joined_at"),
    _moment("removed_at", nullable=True),
    _of(),
    ForeignKeyConstraint(["user_id"], ["users.user_id"]),
    CheckConstraint("role in ('owner', 'admin', 'member', 'viewer')", name="role"),
    Index(
        "uq_members_owner",  # exactly one owner at any time (A44)
        "team_id",
        unique=True,
        sqlite_where=text("role = 'owner' AND removed_at IS NULL"),
        postgresql_where=text("role = 'owner' AND removed_at IS NULL"),
    ),
    Index(
        "uq_members_user",  # one team per user (B2)
        "user_id",
        unique=True,
        sqlite_where=text("removed_at IS NULL"),
        postgresql_where=text("removed_at IS NULL"),
    ),
)

invitations = Table(
    "invitations",  # somebody may join a team as a colleague, or a firm may join a marketplace as a partner
    metadata,
    _text("team_id", primary_key=True),
    _text("invitation_id", primary_key=True),
    Column("number", Integer, nullable=False),  # I-7
    _text("kind"),  # member, join, partner
    _text("email", server_default=""),  # trimmed and case-folded; empty for "join" from the channel
    _text("name", server_default=""),
    _text("role"),
    _text("state"),  # requested, pending, accepted, joined, declined, revoked, expired
    _text("user_id", nullable=True),  # who asked to join, then who joined
    _text("requested_by"),
    _text("decided_by", nullable=True),
    _moment("decided_at", nullable=True),
    _moment("created_at"),
    _moment("expires_at", nullable=True),
    Column("generation", Integer, nullable=False, server_default="1"),  # a link sent again makes the old one void
    _text("code_hash", nullable=True, unique=True),
    _moment("code_expires_at", nullable=True),
    _text("text", server_default=""),  # the inviter's own words
    _text("marketplace_id", nullable=True),
    _text("language"),  # in which the mail and the page speak
    _of(),
    UniqueConstraint("team_id", "number"),
    UniqueConstraint("invitation_id"),
    Index(
        "uq_invitations_open",  # a second invitation to the same address is refused (A45)
        "team_id",
        "kind",
        text("coalesce(marketplace_id, '')"),
        "email",
        unique=True,
        sqlite_where=text("state IN ('requested', 'pending', 'accepted') AND email <> ''"),
        postgresql_where=text("state IN ('requested', 'pending', 'accepted') AND email <> ''"),
    ),
    Index(
        "uq_invitations_join",  # nobody asks to join twice
        "team_id",
        "user_id",
        unique=True,
        sqlite_where=text("state = 'requested' AND kind = 'join'"),
        postgresql_where=text("state = 'requested' AND kind = 'join'"),
    ),
)

requests = Table(
    "requests",  # somebody asks a colleague with the right to do something for him (X1)
    metadata,
    _text("team_id", primary_key=True),
    _text("request_id", primary_key=True),
    _text("command"),
    Column("args", JSON, nullable=False),
    _text("permission"),
    _text("asked_by"),
    _moment("asked_at"),
    _text("state"),  # open, approved, declined
    _text("decided_by", nullable=True),
    _moment("decided_at", nullable=True),
    _of(),
)

# ---- leads and marketplaces ----

marketplaces = Table(
    "marketplaces",
    metadata,
    _text("team_id", primary_key=True),  # the operator
    _text("marketplace_id", primary_key=True),
    _text("name"),
    Column("offer_window_minutes", Integer, nullable=False),  # nobody took it in time → brokerage failed
    Column("return_window_hours", Integer, nullable=False),  # how long an accepted lead can be returned
    Column("reminder_days", Integer, nullable=False),  # an accepted lead stalls → reminder
    Column("stall_days", Integer, nullable=False),  # … → offered again
    _text("created_by"),
    _moment("created_at"),
    _of(),
    UniqueConstraint("marketplace_id"),
)

partners = Table(
    "partners",  # a firm on a marketplace (B22)
    metadata,
    _text("team_id", primary_key=True),  # the operator
    _text("marketplace_id", primary_key=True),
    _text("partner_id", primary_key=True),
    _text("partner_team_id", nullable=True),  # known once the invitation is accepted
    _text("name"),
    _text("email", server_default=""),
    Column("gives", Boolean, nullable=False),
    Column("takes", Boolean, nullable=False),
    _text("state"),  # pending, active, declined, ended
    _text("invitation_id", nullable=True),
    _moment("created_at"),
    _moment("changed_at"),
    ForeignKeyConstraint(["team_id", "marketplace_id"], ["marketplaces.team_id", "marketplaces.marketplace_id"]),
    _of("partner_team_id"),
    Index("ix_partners_partner_team_id", "partner_team_id"),
    Index(
        "uq_partners_team",
        "team_id",
        "marketplace_id",
        "partner_team_id",
        unique=True,
        sqlite_where=text("state IN ('pending', 'active') AND partner_team_id IS NOT NULL"),
        postgresql_where=text("state IN ('pending', 'active') AND partner_team_id IS NOT NULL"),
    ),
)

leads = Table(
    "leads",  # an enquiry; team_id is the team that brought it in (the giver)
    metadata,
    _text("team_id", primary_key=True),
    _text("lead_id", primary_key=True),
    # the contact, see B20 of the product's rules
    _text("contact_name"),
    _text("email", server_default=""),
    _text("email_key", server_default=""),  # trimmed, case-folded: finds duplicates (B24)
    _text("phone", server_default=""),
    _text("phone_key", server_default=""),  # E.164
    _text("company", server_default=""),
    _text("postcode", server_default=""),
    _text("country", server_default=""),
    # what the contact asks for, see B20 as well
    _text("title"),
    _text("body", server_default=""),
    Column("value_cents", BigInteger, nullable=True),
    _text("currency", server_default="EUR"),
    Column("fields", JSON, nullable=False),  # of the marketplace's form
    _text("source", server_default=""),
    _text("campaign", server_default=""),
    # where it stands
    _text("state"),  # open, submitted, offered, assigned, picked, won, lost, failed
    _text("operator_team_id", nullable=True),
    _text("marketplace_id", nullable=True),
    _moment("offered_until", nullable=True),
    _text("picked_team_id", nullable=True),
    _text("picked_by", nullable=True),
    _moment("picked_at", nullable=True),
    _text("responsible_id", nullable=True),
    _text("step", server_default=""),  # pipeline step of a picked lead
    _moment("worked_at", nullable=True),  # last thing a colleague did; the clock of stalling
    _moment("reminded_at", nullable=True),
    _text("closed_by", nullable=True),
    _moment("closed_at", nullable=True),
    Column("won_cents", BigInteger, nullable=True),
    _text("lost_reason", server_default=""),
    _text("created_by"),
    _moment("created_at"),
    Column("version", Integer, nullable=False, server_default="1"),
    _of(),
    ForeignKeyConstraint(
        ["operator_team_id", "marketplace_id"], ["marketplaces.team_id", "marketplaces.marketplace_id"]
    ),
    UniqueConstraint("lead_id"),
    CheckConstraint("(picked_by IS NULL) = (picked_team_id IS NULL)", name="picked_together"),
    CheckConstraint("state NOT IN ('picked', 'won', 'lost') OR picked_by IS NOT NULL", name="worked_is_picked"),
    Index("ix_leads_team_id_email_key", "team_id", "email_key"),
    Index("ix_leads_team_id_phone_key", "team_id", "phone_key"),
    Index("ix_leads_marketplace_id_email_key", "marketplace_id", "email_key"),
    Index("ix_leads_marketplace_id_phone_key", "marketplace_id", "phone_key"),
    Index("ix_leads_state_offered_until", "state", "offered_until"),
    Index("ix_leads_state_worked_at", "state", "worked_at"),
    Index("ix_leads_picked_team_id_responsible_id_state", "picked_team_id", "responsible_id", "state"),
)

lead_sights = Table(
    "lead_sights",  # what a team may see of a lead, under the team's own number; no row, no lead (B8, B9)
    metadata,
    _text("team_id", primary_key=True),
    _text("lead_id", primary_key=True),
    Column("number", Integer, nullable=False),  # L-12
    _text("giver_team_id"),
    Column("gives", Boolean, nullable=False),  # brought it in
    Column("operates", Boolean, nullable=False),  # runs the marketplace it is on
    # none, open (may pick), assigned (to this team alone), held (in work), closed, returned, gone (invisible),
    # passed (the same for a giver or operator, who goes on seeing it)
    _text("offer"),
    _moment("changed_at"),
    _of(),
    ForeignKeyConstraint(["giver_team_id", "lead_id"], ["leads.team_id", "leads.lead_id"]),
    UniqueConstraint("team_id", "number"),
    Index("ix_lead_sights_team_id_offer_number", "team_id", "offer", "number"),
    Index("ix_lead_sights_lead_id", "lead_id"),
)

lead_history = Table(
    "lead_history",  # team and acting colleague of everything that happened (B11); picks and their undoing are entries
    metadata,
    _text("giver_team_id", primary_key=True),
    _text("lead_id", primary_key=True),
    _text("entry_id", primary_key=True),
    _text("team_id"),  # in whose name
    _text("user_id", nullable=True),  # nobody: the clock did it
    _moment("at"),
    _text("what"),  # created, offered, picked, undone, noted, delegated, shared, won, lost, returned, failed, …
    _text("text", server_default=""),  # a note or a reason
    _text("subject_user_id", nullable=True),  # to whom
    _text("reverses", nullable=True),  # the entry that this one takes back
    ForeignKeyConstraint(["giver_team_id", "lead_id"], ["leads.team_id", "leads.lead_id"]),
    UniqueConstraint("reverses"),
    Index("ix_lead_history_lead_id_at", "lead_id", "at"),
)

# ---- records ----

audit = Table(
    "audit",  # append-only chain per team; what the hash covers holds no personal data
    metadata,
    _text("team_id", primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    _text("at"),  # canonical text, so that the hash can be computed again
    _text("action"),
    _text("user_id", nullable=True),
    _text("platform"),
    _text("subject"),
    _text("commitment"),  # SHA-256 of salt and details: erasing both leaves the chain whole
    _text("prev_hash"),
    _text("hash"),
    UniqueConstraint("team_id", "prev_hash"),
)

audit_details = Table(
    "audit_details",  # the erasable part of an audit row
    metadata,
    _text("team_id", primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    _text("salt"),
    _text("details"),  # canonical JSON
    ForeignKeyConstraint(["team_id", "seq"], ["audit.team_id", "audit.seq"]),
)

# ---- queues ----

inbox = Table(
    "inbox",  # every interaction that had an effect, with its answer for a repetition
    metadata,
    _text("platform", primary_key=True),
    _text("tenant", primary_key=True),
    _text("interaction_id", primary_key=True),
    _text("user_id"),
    _moment("at"),
    _text("answer", nullable=True),  # placement and card as JSON
    Index(None, "at"),
)

events = Table(
    "events",  # what happened, waiting for the relay to decide who hears it
    metadata,
    _text("event_id", primary_key=True),
    _text("team_id"),
    _moment("at"),
    _text("body"),  # JSON
    _moment("routed_at", nullable=True),
    Column("attempts", Integer, nullable=False, server_default="0"),
    _moment("due_at"),
    _moment("leased_until", nullable=True),
    _text("error", server_default=""),
    Index("ix_events_routed_at", "routed_at"),
    Index(
        "ix_events_due",
        "due_at",
        sqlite_where=text("routed_at IS NULL"),
        postgresql_where=text("routed_at IS NULL"),
    ),
)

posts = Table(
    "posts",  # every card about a subject that exists on a platform, so that it can be drawn again
    metadata,
    _text("team_id", primary_key=True),
    _text("post_id", primary_key=True),
    _text("view"),
    _text("key"),  # the subject's opaque id
    _text("platform"),
    _text("tenant"),
    _text("conversation_id"),
    _text("message_id"),
    _text("user_id", nullable=True),  # the only reader, in a direct chat
    Column("reference", JSON, nullable=False),
    Column("params", JSON, nullable=False),  # ids that the view needs besides the subject
    _text("shown", server_default=""),  # digest of what it shows: an unchanged card is not sent again
    _moment("posted_at"),
    _moment("gone_at", nullable=True),
    UniqueConstraint("platform", "tenant", "conversation_id", "message_id"),
    Index("ix_posts_key", "key"),
)

deliveries = Table(
    "deliveries",  # a card to post, a card to draw again, or a mail, for one place
    metadata,
    _text("team_id", primary_key=True),
    _text("delivery_id", primary_key=True),
    _text("event_id"),
    _text("kind"),  # post, update, mail
    _text("view"),
    _text("key"),
    Column("params", JSON, nullable=False),  # ids that the view needs besides the subject
    _text("platform"),
    _text("tenant"),
    _text("conversation_id", server_default=""),
    _text("user_id", server_default=""),  # our user, for a direct message
    _text("post_id", nullable=True),  # what an update draws again, or a new message becomes
    _text("state"),  # pending, sending, sent, suppressed, failed, unknown
    _text("reason", server_default=""),
    Column("attempts", Integer, nullable=False, server_default="0"),
    _moment("created_at"),
    _moment("due_at"),
    _moment("leased_until", nullable=True),
    _moment("done_at", nullable=True),
    Index(
        "uq_deliveries_post",  # an event says a thing once in a place
        "event_id",
        "kind",
        "view",
        "key",
        "platform",
        "tenant",
        "conversation_id",
        "user_id",
        unique=True,
        sqlite_where=text("kind <> 'update'"),
        postgresql_where=text("kind <> 'update'"),
    ),
    Index(
        "ix_deliveries_place",  # what waits in a place, in its order
        "platform",
        "tenant",
        "conversation_id",
        "user_id",
        "delivery_id",
        sqlite_where=text("state IN ('pending', 'sending')"),
        postgresql_where=text("state IN ('pending', 'sending')"),
    ),
    Index(
        "ix_deliveries_leased",  # what somebody is sending, or died of
        "leased_until",
        sqlite_where=text("state = 'sending'"),
        postgresql_where=text("state = 'sending'"),
    ),
    Index("ix_deliveries_state_done_at", "state", "done_at"),
    Index("ix_deliveries_key", "key"),
    Index(
        "ix_deliveries_due",
        "due_at",
        sqlite_where=text("state = 'pending'"),
        postgresql_where=text("state = 'pending'"),
    ),
    Index(
        "uq_deliveries_update",  # one update per message, however many events came
        "post_id",
        unique=True,
        sqlite_where=text("state = 'pending' AND kind = 'update'"),
        postgresql_where=text("state = 'pending' AND kind = 'update'"),
    ),
)

job_runs = Table(
    "job_runs",  # each period of each job once, whoever ticks
    metadata,
    _text("job", primary_key=True),
    _text("period", primary_key=True),
    _moment("at"),
    Index(None, "at"),
)

# ---- the browser chat ----

web_people = Table(
    "web_people",
    metadata,
    _text("person_id", primary_key=True),
    _text("name"),
    _text("language"),
    _text("zone"),
    Column("position", Integer, nullable=False),
)

web_rooms = Table(
    "web_rooms",
    metadata,
    _text("room_id", primary_key=True),
    _text("kind"),
    _text("name"),
    Column("position", Integer, nullable=False),
)

web_room_people = Table(
    "web_room_people",
    metadata,
    _text("room_id", primary_key=True),
    _text("person_id", primary_key=True),
    Column("read_seq", BigInteger, nullable=False, server_default="0"),
    ForeignKeyConstraint(["room_id"], ["web_rooms.room_id"]),
    ForeignKeyConstraint(["person_id"], ["web_people.person_id"]),
)

web_messages = Table(
    "web_messages",
    metadata,
    _text("message_id", primary_key=True),
    _text("room_id"),
    Column("seq", BigInteger, nullable=False),  # order of appearance
    Column("changed_seq", BigInteger, nullable=False),  # order of the last change, for listeners
    _text("author_id", server_default=""),  # empty: the bot
    _text("audience_id", server_default=""),  # the only reader; empty: everybody in the room
    _text("below_id", server_default=""),  # the message that a private answer stands under
    _text("replaces_id", server_default=""),  # the message that this one replaces for its reader
    _text("text", server_default=""),
    _text("card", nullable=True),
    _text("key", nullable=True, unique=True),
    _moment("at"),
    _moment("changed_at"),
    ForeignKeyConstraint(["room_id"], ["web_rooms.room_id"]),
    UniqueConstraint("seq"),
    Index("ix_web_messages_room_id_seq", "room_id", "seq"),
)
