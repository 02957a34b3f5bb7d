"""Teams, their colleagues, invitations to both, and what somebody asked a colleague to do."""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    UniqueConstraint,
    text,
)

from storage.tables.base import metadata, moment_column, team_key, text_column

teams = Table(
    "teams",
    metadata,
    text_column("team_id", primary_key=True),
    text_column("name"),
    text_column("plan"),
    text_column("language"),  # of what the bot posts in the team's channels
    text_column("zone"),
    Column("owner_approves_admins", Boolean, nullable=False, server_default=text("false")),  # A46
    text_column("created_by"),
    moment_column("created_at"),
    moment_column("deleted_at", nullable=True),  # restorable for 30 days (A77)
)

counters = Table(
    "counters",  # the last number given per team and kind of reference; never reused
    metadata,
    text_column("team_id", primary_key=True),
    text_column("kind", primary_key=True),
    Column("last", Integer, nullable=False),
    team_key(),
)

members = Table(
    "members",  # a colleague: a person's membership in a team, with one role
    metadata,
    text_column("team_id", primary_key=True),
    text_column("user_id", primary_key=True),
    text_column("role"),
    text_column("email", server_default=""),  # the address of the invitation: confirmed by its link
    Column("may_delegate", Boolean, nullable=False, server_default=text("false")),  # responsible colleague (B17)
    moment_column("joined_at"),
    moment_column("removed_at", nullable=True),
    team_key(),
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

channel_offers = Table(
    "channel_offers",  # a channel of another platform on its way to the team, by a code
    metadata,
    text_column("team_id", primary_key=True),
    text_column("offer_id", primary_key=True),
    text_column("state"),  # asked, offered, connected, declined
    text_column("asked_by"),
    text_column("offered_by", nullable=True),  # who typed the code
    text_column("platform", server_default=""),  # where it was typed
    text_column("tenant", server_default=""),
    text_column("conversation_id", server_default=""),
    text_column("code_hash", nullable=True, unique=True),  # until it is typed
    moment_column("created_at"),
    moment_column("expires_at"),
    team_key(),
    Index(None, "expires_at"),
)

invitations = Table(
    "invitations",  # somebody may join a team as a colleague, or a firm may join a marketplace as a partner
    metadata,
    text_column("team_id", primary_key=True),
    text_column("invitation_id", primary_key=True),
    Column("number", Integer, nullable=False),  # I-7
    text_column("kind"),  # member, join, partner
    text_column("email", server_default=""),  # trimmed and case-folded; empty for "join" from the channel
    text_column("name", server_default=""),
    text_column("role"),
    text_column("state"),  # requested, pending, accepted, joined, declined, revoked, expired
    text_column("user_id", nullable=True),  # who asked to join, then who joined
    text_column("requested_by"),
    Column("from_outside", Boolean, nullable=False, server_default=text("false")),  # of another organisation
    text_column("decided_by", nullable=True),
    moment_column("decided_at", nullable=True),
    moment_column("created_at"),
    moment_column("expires_at", nullable=True),
    Column("generation", Integer, nullable=False, server_default="1"),  # a link sent again makes the old one void
    text_column("code_hash", nullable=True, unique=True),
    moment_column("code_expires_at", nullable=True),
    text_column("text", server_default=""),  # the inviter's own words
    text_column("marketplace_id", nullable=True),
    text_column("language"),  # in which the mail and the page speak
    team_key(),
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

invitation_questions = Table(
    "invitation_questions",  # who decides asks whoever wants the invitation something first; nothing is decided by it
    metadata,
    text_column("team_id", primary_key=True),
    text_column("question_id", primary_key=True),
    text_column("invitation_id"),
    text_column("text"),
    text_column("asked_by"),
    moment_column("asked_at"),
    text_column("answer", server_default=""),
    moment_column("answered_at", nullable=True),
    team_key(),
    ForeignKeyConstraint(["team_id", "invitation_id"], ["invitations.team_id", "invitations.invitation_id"]),
    Index("ix_invitation_questions_invitation_id", "team_id", "invitation_id"),
)

requests = Table(
    "requests",  # somebody asks a colleague with the right to do something for him (X1)
    metadata,
    text_column("team_id", primary_key=True),
    text_column("request_id", primary_key=True),
    text_column("command"),
    Column("args", JSON, nullable=False),
    text_column("permission"),
    text_column("asked_by"),
    moment_column("asked_at"),
    text_column("state"),  # open, approved, declined
    text_column("decided_by", nullable=True),
    moment_column("decided_at", nullable=True),
    team_key(),
)
