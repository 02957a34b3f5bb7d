"""The audit log: an append-only chain per team, its personal part apart and erasable."""

from sqlalchemy import Column, ForeignKeyConstraint, Index, Integer, Table, UniqueConstraint, text

from storage.tables.base import metadata, text_column

audit = Table(
    "audit",  # append-only chain per team; what the hash covers holds no personal data
    metadata,
    text_column("team_id", primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    text_column("at"),  # canonical text, so that the hash can be computed again
    text_column("action"),
    text_column("user_id", nullable=True),
    text_column("platform"),
    text_column("subject"),
    text_column("commitment"),  # SHA-256 of salt and details: erasing both leaves the chain whole
    text_column("prev_hash"),
    text_column("hash"),
    UniqueConstraint("team_id", "prev_hash"),
    Index(
        "ix_audit_picks",  # each pick of a lead is held against its entry here
        "team_id",
        "subject",
        sqlite_where=text("action = 'lead.picked'"),
        postgresql_where=text("action = 'lead.picked'"),
    ),
)

audit_details = Table(
    "audit_details",  # the erasable part of an audit row
    metadata,
    text_column("team_id", primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    text_column("salt"),
    text_column("details"),  # canonical JSON
    ForeignKeyConstraint(["team_id", "seq"], ["audit.team_id", "audit.seq"]),
)
