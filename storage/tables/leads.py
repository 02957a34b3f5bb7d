"""Leads, what each team may see of them, what happened to them, and the marketplaces they are offered on."""

from sqlalchemy import (
    JSON,
    BigInteger,
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

marketplaces = Table(
    "marketplaces",
    metadata,
    text_column("team_id", primary_key=True),  # the operator
    text_column("marketplace_id", primary_key=True),
    text_column("name"),
    Column("offer_window_minutes", Integer, nullable=False),  # no team picked it in time → brokerage failed
    Column("return_window_hours", Integer, nullable=False),  # how long an accepted lead can be returned
    Column("reminder_days", Integer, nullable=False),  # an accepted lead stalls → reminder
    Column("stall_days", Integer, nullable=False),  # … → offered again
    Column("questions", JSON, nullable=False),  # of its own form, in their order (B20)
    text_column("created_by"),
    moment_column("created_at"),
    team_key(),
    UniqueConstraint("marketplace_id"),
)

partners = Table(
    "partners",  # a firm on a marketplace (B22)
    metadata,
    text_column("team_id", primary_key=True),  # the operator
    text_column("marketplace_id", primary_key=True),
    text_column("partner_id", primary_key=True),
    text_column("partner_team_id", nullable=True),  # known once the invitation is accepted
    text_column("name"),
    text_column("email", server_default=""),
    Column("gives", Boolean, nullable=False),
    Column("takes", Boolean, nullable=False),
    text_column("state"),  # pending, active, declined, ended
    text_column("invitation_id", nullable=True),
    moment_column("created_at"),
    moment_column("changed_at"),
    ForeignKeyConstraint(["team_id", "marketplace_id"], ["marketplaces.team_id", "marketplaces.marketplace_id"]),
    team_key("partner_team_id"),
    CheckConstraint(  # an active partner is a known team, an invited one is none yet (B22)
        "(state NOT IN ('active', 'ended') OR partner_team_id IS NOT NULL)"
        " AND (state NOT IN ('pending', 'declined') OR partner_team_id IS NULL AND invitation_id IS NOT NULL)",
        name="team",
    ),
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
    text_column("team_id", primary_key=True),
    text_column("lead_id", primary_key=True),
    # the contact, see B20 of the product's rules
    text_column("contact_name"),
    text_column("email", server_default=""),
    text_column("email_key", server_default=""),  # trimmed, case-folded: finds duplicates (B24)
    text_column("phone", server_default=""),
    text_column("phone_key", server_default=""),  # E.164
    text_column("company", server_default=""),
    text_column("postcode", server_default=""),
    text_column("country", server_default=""),
    # what the contact asks for, see B20 as well
    text_column("title"),
    text_column("body", server_default=""),
    Column("value_cents", BigInteger, nullable=True),
    text_column("currency", server_default="EUR"),
    Column("fields", JSON, nullable=False),  # answers to the marketplace's questions, by their words
    text_column("source", server_default=""),
    text_column("campaign", server_default=""),
    text_column("search_key", server_default=""),  # title, company, name and postcode, case-folded
    # where it stands
    text_column("state"),  # open, submitted, offered, assigned, picked, won, lost, failed
    text_column("operator_team_id", nullable=True),
    text_column("marketplace_id", nullable=True),
    moment_column("offered_until", nullable=True),
    text_column("picked_team_id", nullable=True),
    text_column("picked_by", nullable=True),
    moment_column("picked_at", nullable=True),
    text_column("responsible_id", nullable=True),
    text_column("step", server_default=""),  # pipeline step of a picked lead
    moment_column("worked_at", nullable=True),  # last thing a colleague did; the clock of stalling
    moment_column("reminded_at", nullable=True),
    text_column("closed_by", nullable=True),
    moment_column("closed_at", nullable=True),
    Column("won_cents", BigInteger, nullable=True),
    text_column("lost_reason", server_default=""),
    text_column("created_by"),
    moment_column("created_at"),
    Column("version", Integer, nullable=False, server_default="1"),
    team_key(),
    ForeignKeyConstraint(
        ["operator_team_id", "marketplace_id"], ["marketplaces.team_id", "marketplaces.marketplace_id"]
    ),
    UniqueConstraint("lead_id"),
    # Were they whole, PostgreSQL would look leads up by them for foreign keys while it knows little of a new table: by
    # all leads of the team, once for each row of the first import.
    CheckConstraint(  # a lead that is worked on has a team, a user and a time; any other has none (B10)
        "(state IN ('picked', 'won', 'lost')) = (picked_team_id IS NOT NULL)"
        " AND (picked_team_id IS NULL) = (picked_by IS NULL) AND (picked_team_id IS NULL) = (picked_at IS NULL)",
        name="winner",
    ),
    CheckConstraint(  # who closed it and when is kept of won and lost leads alone
        "(state IN ('won', 'lost')) = (closed_by IS NOT NULL) AND (closed_by IS NULL) = (closed_at IS NULL)"
        " AND (won_cents IS NULL OR state = 'won') AND (lost_reason <> '') = (state = 'lost')",
        name="closed",
    ),
    CheckConstraint(  # a lead on offer on a marketplace names it and its operator
        "(marketplace_id IS NULL) = (operator_team_id IS NULL)"
        " AND (state NOT IN ('submitted', 'offered', 'assigned') OR marketplace_id IS NOT NULL)",
        name="brokered",
    ),
    Index(
        "ix_leads_team_id_email_key",
        "team_id",
        "email_key",
        sqlite_where=text("email_key <> ''"),
        postgresql_where=text("email_key <> ''"),
    ),
    Index(
        "ix_leads_team_id_phone_key",
        "team_id",
        "phone_key",
        sqlite_where=text("phone_key <> ''"),
        postgresql_where=text("phone_key <> ''"),
    ),
    Index("ix_leads_marketplace_id_email_key", "marketplace_id", "email_key"),
    Index("ix_leads_marketplace_id_phone_key", "marketplace_id", "phone_key"),
    Index("ix_leads_state_offered_until", "state", "offered_until"),
    Index("ix_leads_state_worked_at", "state", "worked_at"),
    Index("ix_leads_picked_team_id_responsible_id_state", "picked_team_id", "responsible_id", "state"),
)

lead_sights = Table(
    "lead_sights",  # what a team may see of a lead, under the team's own number; no row, no lead (B8, B9)
    metadata,
    text_column("team_id", primary_key=True),
    text_column("lead_id", primary_key=True),
    Column("number", Integer, nullable=False),  # L-12
    text_column("giver_team_id"),
    Column("gives", Boolean, nullable=False),  # brought it in
    Column("operates", Boolean, nullable=False),  # runs the marketplace it is on
    # none, open (may pick), assigned (to this team alone), held (in work), closed, returned, gone (invisible),
    # passed (the same for a giver or operator, who goes on seeing it)
    text_column("offer"),
    moment_column("changed_at"),
    team_key(),
    ForeignKeyConstraint(["giver_team_id", "lead_id"], ["leads.team_id", "leads.lead_id"]),
    UniqueConstraint("team_id", "number"),
    Index("ix_lead_sights_team_id_offer_number", "team_id", "offer", "number"),
    Index("ix_lead_sights_lead_id", "lead_id"),
)

lead_history = Table(
    "lead_history",  # team and acting colleague of everything that happened (B11); picks and their undoing are entries
    metadata,
    text_column("giver_team_id", primary_key=True),
    text_column("lead_id", primary_key=True),
    text_column("entry_id", primary_key=True),
    text_column("team_id"),  # in whose name
    text_column("user_id", nullable=True),  # NULL: a scheduled job
    moment_column("at"),
    text_column("what"),  # created, offered, picked, undone, noted, delegated, shared, won, lost, returned, failed, …
    text_column("text", server_default=""),  # a note or a reason
    text_column("subject_user_id", nullable=True),  # to whom
    text_column("reverses", nullable=True),  # the entry that this one takes back
    ForeignKeyConstraint(["giver_team_id", "lead_id"], ["leads.team_id", "leads.lead_id"]),
    UniqueConstraint("reverses"),
    Index("ix_lead_history_lead_id_at", "lead_id", "at"),
)
