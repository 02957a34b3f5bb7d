"""Bulk invitations: many firms that are invited to a marketplace at once."""

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKeyConstraint, Index, Integer, Table, text

from storage.tables.base import metadata, moment_column, team_key, text_column

bulks = Table(
    "bulks",  # a list of teams to invite: previewed, sent, and reported on
    metadata,
    text_column("team_id", primary_key=True),  # the operator
    text_column("bulk_id", primary_key=True),
    text_column("marketplace_id"),
    text_column("user_id"),  # the sender
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
    CheckConstraint(  # a running one is followed by the clock, an unsent one is not
        "state IN ('draft', 'running', 'done', 'stopped', 'dropped') AND (state <> 'running' OR is_moving)"
        " AND (state NOT IN ('draft', 'dropped') OR NOT is_moving)",
        name="moving",
    ),
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
    CheckConstraint(  # invited with an invitation, refused with a reason, or waiting with neither
        "state IN ('waiting', 'invited', 'refused') AND (state = 'invited') = (invitation_id IS NOT NULL)"
        " AND (state = 'refused') = (problem IS NOT NULL) AND (state <> 'invited' OR mailed_after <> '')",
        name="fate",
    ),
    Index("ix_bulk_lines_invitation_id", "team_id", "invitation_id"),
)
