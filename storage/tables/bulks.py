"""Bulk invitations: many firms that are invited to a marketplace at once."""

from sqlalchemy import Boolean, Column, ForeignKeyConstraint, Index, Integer, Table, text

from storage.tables.base import metadata, moment_column, team_key, text_column

bulks = Table(
    "bulks",  # a list of firms that somebody looks at, sends, and reads the report of
    metadata,
    text_column("team_id", primary_key=True),  # the operator
    text_column("bulk_id", primary_key=True),
    text_column("marketplace_id"),
    text_column("user_id"),  # whoever sends it
    text_column("platform"),
    text_column("text", server_default=""),  # the sender's own words
    text_column("state"),  # draft, running, done, stopped, dropped
    moment_column("created_at"),
    moment_column("changed_at"),
    moment_column("looked_at"),
    text_column("shown", server_default=""),  # what its cards showed last
    Column("is_moving", Boolean, nullable=False, server_default=text("false")),  # its cards may have to change
    team_key(),
    ForeignKeyConstraint(["team_id", "marketplace_id"], ["marketplaces.team_id", "marketplaces.marketplace_id"]),
    Index(
        "ix_bulks_looked_at",
        "looked_at",
        sqlite_where=text("is_moving"),
        postgresql_where=text("is_moving"),
    ),
    Index("ix_bulks_state_changed_at", "state", "changed_at"),
)

bulk_lines = Table(
    "bulk_lines",  # a firm of such a list, and its invitation
    metadata,
    text_column("team_id", primary_key=True),
    text_column("bulk_id", primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    text_column("firm"),
    text_column("email"),
    text_column("part"),  # takes, gives, both
    text_column("language"),
    text_column("state"),  # waiting, invited, refused
    text_column("problem", nullable=True),
    text_column("invitation_id", nullable=True),
    text_column("mailed_after", server_default=""),  # only mails of younger events are its own
    ForeignKeyConstraint(["team_id", "bulk_id"], ["bulks.team_id", "bulks.bulk_id"]),
    Index("ix_bulk_lines_invitation_id", "team_id", "invitation_id"),
)
