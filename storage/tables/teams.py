"""Teams, their members, invitations, and requests to members with a permission."""

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
    "members",  # a user's membership in a team, with one role
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
    CheckConstraint(  # trimmed and folded, as duplicates are searched (A45)
        "email = lower(trim(email))",
        name="email_is_key",
    ),
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
    CheckConstraint(  # a keyed digest of the code until it is typed, and no longer
        "(state = 'asked') = (code_hash IS NOT NULL) AND (code_hash IS NULL OR length(code_hash) = 43)",
        name="hashed",
    ),
    Index(None, "expires_at"),
)

invitations = Table(
    "invitations",  # for a user to join a team as a member, or for a team to join a marketplace as a partner
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
    CheckConstraint(  # a joined invitation names the user, and only then is it used (A45)
        "(state <> 'joined' OR user_id IS NOT NULL AND code_hash IS NULL)"
        " AND (user_id IS NULL OR state = 'joined' OR kind = 'join')",
        name="used_once",
    ),
    CheckConstraint(  # a keyed digest with an end, only while it is accepted
        "(code_hash IS NULL) = (code_expires_at IS NULL)"
        " AND (code_hash IS NULL OR state = 'accepted' AND length(code_hash) = 43)",
        name="hashed",
    ),
    CheckConstraint(  # to a role below the owner's, an address or a user, and a marketplace
        "role <> 'owner' AND (email <> '' OR kind = 'join') AND (kind <> 'join' OR user_id IS NOT NULL)"
        " AND (kind = 'partner') = (marketplace_id IS NOT NULL)",
        name="bound",
    ),
    CheckConstraint(  # a sent invitation ends (A45)
        "state NOT IN ('pending', 'accepted') OR expires_at IS NOT NULL",
        name="expires",
    ),
    CheckConstraint(  # no user decides their own request (A46)
        "(decided_by IS NOT NULL OR decided_at IS NULL) AND (state = 'revoked' OR decided_by IS NULL"
        " OR decided_by <> requested_by AND (kind <> 'join' OR user_id IS NULL OR decided_by <> user_id))",
        name="two_people",
    ),
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
        "uq_invitations_join",  # a user asks to join a team once
        "team_id",
        "user_id",
        unique=True,
        sqlite_where=text("state = 'requested' AND kind = 'join'"),
        postgresql_where=text("state = 'requested' AND kind = 'join'"),
    ),
)

invitation_questions = Table(
    "invitation_questions",  # the approver asks the requester a question before deciding
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
    "requests",  # a member asks a member with the permission to run a command (X1)
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
    CheckConstraint(  # no user decides their own request; an open one is undecided (X1)
        "(state NOT IN ('approved', 'declined')"
        " OR decided_by IS NOT NULL AND decided_at IS NOT NULL AND decided_by <> asked_by)"
        " AND (state <> 'open' OR decided_by IS NULL)",
        name="two_people",
    ),
)
