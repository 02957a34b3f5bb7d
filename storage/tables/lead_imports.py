"""Files of leads on their way into teams."""

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    text,
)

from storage.tables.base import metadata, moment_column, team_key, text_column

lead_imports = Table(
    "lead_imports",  # from the preview to the account of every row
    metadata,
    text_column("team_id", primary_key=True),
    text_column("import_id", primary_key=True),
    text_column("user_id"),  # whose import it is
    text_column("file_id"),
    text_column("file_name"),
    text_column("sha256"),  # the same file is imported once in a team
    text_column("state"),  # preview, running, stopped, done
    text_column("halt", server_default=""),  # why it has stopped
    Column("plan", JSON, nullable=False),  # what becomes of the columns
    Column("rows", Integer, nullable=False),
    Column("line", Integer, nullable=False, server_default="0"),  # every row that begins here or above is done
    Column("imported", Integer, nullable=False, server_default="0"),
    Column("known", Integer, nullable=False, server_default="0"),
    Column("rejected", Integer, nullable=False, server_default="0"),
    Column("first_number", Integer, nullable=True),
    Column("last_number", Integer, nullable=True),
    moment_column("created_at"),
    moment_column("begun_at", nullable=True),
    Column("begun_rows", Integer, nullable=False, server_default="0"),
    moment_column("moved_at", nullable=True),
    moment_column("ended_at", nullable=True),
    text_column("result_file_id", nullable=True),
    Column("result_rows", Integer, nullable=False, server_default="0"),
    text_column("holder", server_default=""),  # the process that carries it
    moment_column("leased_until", nullable=True),
    Column("failures", Integer, nullable=False, server_default="0"),  # at the same place
    team_key(),
    CheckConstraint(  # every row is counted once (B20)
        "imported + known + rejected <= rows AND (state <> 'done' OR imported + known + rejected = rows)"
        " AND (state <> 'preview' OR imported + known + rejected = 0)",
        name="counted",
    ),
    CheckConstraint(  # the numbers given are as many as the leads at least
        "(imported = 0) = (first_number IS NULL) AND (imported = 0) = (last_number IS NULL)"
        " AND (imported = 0 OR last_number - first_number + 1 >= imported)",
        name="numbered",
    ),
    CheckConstraint(  # it is previewed, runs, has stopped for a reason, or is done; only a running one has a holder
        "state IN ('preview', 'running', 'stopped', 'done') AND (state = 'preview') = (begun_at IS NULL)"
        " AND (state = 'stopped') = (halt <> '') AND (state = 'done') = (ended_at IS NOT NULL)"
        " AND (holder = '') = (leased_until IS NULL) AND (holder = '' OR state = 'running')",
        name="ends",
    ),
    Index(
        "ix_lead_imports_running",
        "leased_until",
        sqlite_where=text("state = 'running'"),
        postgresql_where=text("state = 'running'"),
    ),
    Index("ix_lead_imports_sha256_team_id", "sha256", "team_id"),
    Index("ix_lead_imports_state_created_at", "state", "created_at"),
)

lead_import_rows = Table(
    "lead_import_rows",  # a row that became no lead, and why; what stands in it is in the file alone
    metadata,
    text_column("team_id", primary_key=True),
    text_column("import_id", primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    text_column("reason"),
    text_column("argument", server_default=""),
    Column("limit", Integer, nullable=False, server_default="0"),
    Column("number", Integer, nullable=False, server_default="0"),  # of the lead with the same e-mail or phone
    ForeignKeyConstraint(["team_id", "import_id"], ["lead_imports.team_id", "lead_imports.import_id"]),
)
