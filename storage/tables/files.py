"""Files that people sent and that were made for people."""

from sqlalchemy import CheckConstraint, Column, Index, Integer, LargeBinary, Table

from storage.tables.base import metadata, moment_column, team_key, text_column

files = Table(
    "files",  # for one person and for hours or days; what is in it lies sealed
    metadata,
    text_column("team_id", primary_key=True),
    text_column("file_id", primary_key=True),
    text_column("user_id"),  # the only person who may use it
    text_column("name"),
    text_column("media_type"),
    text_column("purpose"),  # received, made
    Column("size_bytes", Integer, nullable=False),
    text_column("sha256"),  # of what is in it, unsealed
    Column("content", LargeBinary, nullable=False),  # sealed for this very row
    moment_column("created_at"),
    moment_column("expires_at"),
    team_key(),
    CheckConstraint("size_bytes > 0 AND size_bytes <= 10485760", name="size"),
    CheckConstraint(  # every file ends
        "expires_at > created_at",
        name="expires",
    ),
    Index("ix_files_team_id_user_id_purpose", "team_id", "user_id", "purpose"),
    Index("ix_files_expires_at", "expires_at"),
)
