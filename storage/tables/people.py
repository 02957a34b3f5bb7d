"""People, their chat identities, and the conversations in which the bot is or was."""

from sqlalchemy import JSON, Boolean, CheckConstraint, Column, ForeignKeyConstraint, Index, Integer, Table, text

from storage.tables.base import metadata, moment_column, team_key, text_column

users = Table(
    "users",
    metadata,
    text_column("user_id", primary_key=True),
    text_column("name"),
    text_column("email_hint", server_default=""),  # from the platform: never a proof
    text_column("language"),
    text_column("zone"),
    Column("language_chosen", Boolean, nullable=False, server_default=text("false")),  # chosen, not guessed
    Column("code_failures", Integer, nullable=False, server_default="0"),  # wrong join codes since the last right one
    moment_column("code_failed_at", nullable=True),
    text_column("merged_into", nullable=True),  # linked: this id leads to that person, who has all the rest
    moment_column("created_at"),
    ForeignKeyConstraint(["merged_into"], ["users.user_id"]),
    Index("ix_users_merged_into", "merged_into"),
)

identities = Table(
    "identities",  # (platform, tenant, platform's user id) → user
    metadata,
    text_column("platform", primary_key=True),
    text_column("tenant", primary_key=True),
    text_column("platform_user_id", primary_key=True),
    text_column("user_id"),
    Column("reference", JSON, nullable=False),  # what the platform needs to write to this person unasked
    text_column("direct_conversation_id", server_default=""),
    Column("is_main", Boolean, nullable=False, server_default=text("true")),  # says what the person is called
    Column("is_latest", Boolean, nullable=False, server_default=text("true")),  # in whose chat the person wrote last
    ForeignKeyConstraint(["user_id"], ["users.user_id"]),
    Index(None, "user_id"),
)

identity_links = Table(
    "identity_links",  # a request to link two chat identities to one user; confirmed on both sides
    metadata,
    text_column("link_id", primary_key=True),
    text_column("state"),  # asked, typed, agreed, linked, declined
    text_column("user_id"),  # the first side, where the code was shown
    text_column("platform"),
    text_column("tenant"),
    text_column("platform_user_id"),
    text_column("other_user_id", nullable=True),  # who typed it
    text_column("other_platform", nullable=True),
    text_column("other_tenant", nullable=True),
    text_column("other_platform_user_id", nullable=True),
    text_column("code_hash", nullable=True, unique=True),  # until it is typed
    moment_column("created_at"),
    moment_column("expires_at"),
    ForeignKeyConstraint(["user_id"], ["users.user_id"]),
    ForeignKeyConstraint(["other_user_id"], ["users.user_id"]),
    CheckConstraint(  # a keyed digest of the code until it is typed, and no longer
        "(state = 'asked') = (code_hash IS NOT NULL) AND (code_hash IS NULL OR length(code_hash) = 43)",
        name="hashed",
    ),
    CheckConstraint(  # typed, agreed and linked requests have both sides
        "state IN ('asked', 'declined') OR other_user_id IS NOT NULL",
        name="two_sides",
    ),
    Index(None, "user_id"),
    Index(None, "expires_at"),
)

conversations = Table(
    "conversations",  # every place in which the bot is or was; the team is the one that connected it
    metadata,
    text_column("platform", primary_key=True),
    text_column("tenant", primary_key=True),
    text_column("conversation_id", primary_key=True),
    text_column("kind"),
    text_column("name"),
    Column("reference", JSON, nullable=False),
    text_column("team_id", nullable=True),
    Column("installed", Boolean, nullable=False, server_default=text("true")),
    moment_column("connected_at", nullable=True),
    team_key(),
    Index(None, "team_id"),
)
