"""The first schema: people, teams, leads and marketplaces, records and queues."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("commitment", sa.Text(), nullable=False),
        sa.Column("prev_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "seq", name=op.f("pk_audit")),
        sa.UniqueConstraint("team_id", "prev_hash", name=op.f("uq_audit_team_id_prev_hash")),
    )
    op.create_index(
        "ix_audit_picks",
        "audit",
        ["team_id", "subject"],
        unique=False,
        sqlite_where=sa.text("action = 'lead.picked'"),
        postgresql_where=sa.text("action = 'lead.picked'"),
    )
    op.create_table(
        "deliveries",
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("delivery_id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("view", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), server_default="", nullable=False),
        sa.Column("user_id", sa.Text(), server_default="", nullable=False),
        sa.Column("post_id", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("doubted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looks", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sweep_id", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('pending', 'sending', 'sent', 'suppressed', 'failed', 'unknown')"
            " AND (state IN ('pending', 'sending')) = (done_at IS NULL)"
            " AND (state = 'sending') = (leased_until IS NOT NULL)"
            " AND (state NOT IN ('suppressed', 'failed', 'unknown') OR reason <> '')",
            name=op.f("ck_deliveries_ends"),
        ),
        sa.PrimaryKeyConstraint("team_id", "delivery_id", name=op.f("pk_deliveries")),
    )
    op.create_index(
        "ix_deliveries_due",
        "deliveries",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "ix_deliveries_ended",
        "deliveries",
        ["state", "done_at"],
        unique=False,
        sqlite_where=sa.text("done_at IS NOT NULL"),
        postgresql_where=sa.text("done_at IS NOT NULL"),
    )
    op.create_index("ix_deliveries_key", "deliveries", ["key"], unique=False)
    op.create_index(
        "ix_deliveries_leased",
        "deliveries",
        ["leased_until"],
        unique=False,
        sqlite_where=sa.text("state = 'sending'"),
        postgresql_where=sa.text("state = 'sending'"),
    )
    op.create_index(
        "ix_deliveries_place",
        "deliveries",
        ["platform", "tenant", "conversation_id", "user_id", "delivery_id", "state"],
        unique=False,
        sqlite_where=sa.text("state IN ('pending', 'sending')"),
        postgresql_where=sa.text("state IN ('pending', 'sending')"),
    )
    op.create_index(
        "ix_deliveries_sweep_id",
        "deliveries",
        ["team_id", "sweep_id"],
        unique=False,
        sqlite_where=sa.text("sweep_id IS NOT NULL"),
        postgresql_where=sa.text("sweep_id IS NOT NULL"),
    )
    op.create_index(
        "uq_deliveries_post",
        "deliveries",
        ["event_id", "kind", "view", "key", "platform", "tenant", "conversation_id", "user_id"],
        unique=True,
        sqlite_where=sa.text("kind <> 'update'"),
        postgresql_where=sa.text("kind <> 'update'"),
    )
    op.create_index(
        "uq_deliveries_update",
        "deliveries",
        ["post_id"],
        unique=True,
        sqlite_where=sa.text("state = 'pending' AND kind = 'update'"),
        postgresql_where=sa.text("state = 'pending' AND kind = 'update'"),
    )
    op.create_table(
        "events",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("routed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_events")),
    )
    op.create_index(
        "ix_events_due",
        "events",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("routed_at IS NULL"),
        postgresql_where=sa.text("routed_at IS NULL"),
    )
    op.create_index("ix_events_routed_at", "events", ["routed_at"], unique=False)
    op.create_table(
        "inbox",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("interaction_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("platform", "tenant", "interaction_id", name=op.f("pk_inbox")),
    )
    op.create_index(op.f("ix_inbox_at"), "inbox", ["at"], unique=False)
    op.create_table(
        "job_runs",
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("job", "period", name=op.f("pk_job_runs")),
    )
    op.create_index(op.f("ix_job_runs_at"), "job_runs", ["at"], unique=False)
    op.create_table(
        "posts",
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("post_id", sa.Text(), nullable=False),
        sa.Column("view", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.Column("reference", sa.JSON(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("shown", sa.Text(), server_default="", nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("team_id", "post_id", name=op.f("pk_posts")),
        sa.UniqueConstraint(
            "platform",
            "tenant",
            "conversation_id",
            "message_id",
            name=op.f("uq_posts_platform_tenant_conversation_id_message_id"),
        ),
    )
    op.create_index("ix_posts_key", "posts", ["key"], unique=False)
    op.create_index(
        "ix_posts_home",
        "posts",
        ["user_id"],
        unique=False,
        sqlite_where=sa.text("view = 'home.card'"),
        postgresql_where=sa.text("view = 'home.card'"),
    )
    op.create_table(
        "slack_installations",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("app_id", sa.Text(), nullable=False),
        sa.Column("bot_user_id", sa.Text(), nullable=False),
        sa.Column("bot_id", sa.Text(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("installed_by", sa.Text(), nullable=False),
        sa.Column("installed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "workspace", name=op.f("pk_slack_installations")),
    )
    op.create_table(
        "slack_questions",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("browser", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_slack_questions")),
    )
    op.create_index(op.f("ix_slack_questions_expires_at"), "slack_questions", ["expires_at"], unique=False)
    op.create_table(
        "teams",
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("owner_approves_admins", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_teams")),
    )
    op.create_table(
        "users",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email_hint", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("language_chosen", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("code_failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("code_failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("merged_into", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["merged_into"], ["users.user_id"], name=op.f("fk_users_merged_into")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_users")),
    )
    op.create_index("ix_users_merged_into", "users", ["merged_into"], unique=False)
    op.create_table(
        "web_people",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_web_people")),
    )
    op.create_table(
        "web_rooms",
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("room_id", name=op.f("pk_web_rooms")),
    )
    op.create_table(
        "audit_details",
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["team_id", "seq"], ["audit.team_id", "audit.seq"], name=op.f("fk_audit_details_team_id_seq")
        ),
        sa.PrimaryKeyConstraint("team_id", "seq", name=op.f("pk_audit_details")),
    )
    op.create_table(
        "conversations",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("reference", sa.JSON(), nullable=False),
        sa.Column("team_id", sa.Text(), nullable=True),
        sa.Column("installed", sa.Boolean(), server_default=sa.text("(true)"), nullable=False),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.team_id"], name=op.f("fk_conversations_team_id")),
        sa.PrimaryKeyConstraint("platform", "tenant", "conversation_id", name=op.f("pk_conversations")),
    )
    op.create_index(op.f("ix_conversations_team_id"), "conversations", ["team_id"], unique=False)
    op.create_table(
        "channel_offers",
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("offer_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("offered_by", sa.Text(), nullable=True),
        sa.Column("platform", sa.Text(), server_default="", nullable=False),
        sa.Column("tenant", sa.Text(), server_default="", nullable=False),
        sa.Column("conversation_id", sa.Text(), server_default="", nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'asked') = (code_hash IS NOT NULL) AND (code_hash IS NULL OR length(code_hash) = 43)",
            name=op.f("ck_channel_offers_hashed"),
        ),
        sa.ForeignKeyConstraint(["team_id"], ["teams.team_id"], name=op.f("fk_channel_offers_team_id")),
        sa.PrimaryKeyConstraint("team_id", "offer_id", name=op.f("pk_channel_offers")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_channel_offers_code_hash")),
    )
    op.create_index(op.f("ix_channel_offers_expires_at"), "channel_offers", ["expires_at"], unique=False)
    op.create_table(
        "counters",
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.team_id"], name=op.f("fk_counters_team_id")),
        sa.PrimaryKeyConstraint("team_id", "kind", name=op.f("pk_counters")),
    )
    op.create_table(
        "identities",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("platform_user_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("reference", sa.JSON(), nullable=False),
        sa.Column("direct_conversation_id", sa.Text(), server_default="", nullable=False),
        sa.Column("is_main", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("is_latest", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_identities_user_id")),
        sa.PrimaryKeyConstraint("platform", "tenant", "platform_user_id", name=op.f("pk_identities")),
    )
    op.create_index(op.f("ix_identities_user_id"), "identities", ["user_id"], unique=False)
    op.create_table(
        "identity_links",
        sa.Column("link_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("platform_user_id", sa.Text(), nullable=False),
        sa.Column("other_user_id", sa.Text(), nullable=True),
        sa.Column("other_platform", sa.Text(), nullable=True),
        sa.Column("other_tenant", sa.Text(), nullable=True),
        sa.Column("other_platform_user_id", sa.Text(), nullable=True),
        sa.Column("code_hash", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'asked') = (code_hash IS NOT NULL) AND (code_hash IS NULL OR length(code_hash) = 43)",
            name=op.f("ck_identity_links_hashed"),
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'declined') OR other_user_id IS NOT NULL",
            name=op.f("ck_identity_links_two_sides"),
        ),
        sa.ForeignKeyConstraint(["other_user_id"], ["users.user_id"], name=op.f("fk_identity_links_other_user_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_identity_links_user_id")),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_identity_links")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_identity_links_code_hash")),
    )
    op.create_index(op.f("ix_identity_links_expires_at"), "identity_links", ["expires_at"], unique=False)
    op.create_index(op.f("ix_identity_links_user_id"), "identity_links", ["user_id"], unique=False)
    op.create_table(
        "invitations",
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("invitation_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), server_default="", nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("from_outside", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("generation", sa.Integer(), server_default="1", nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=True),
        sa.Column("code_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("marketplace_id", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(state <> 'joined' OR user_id IS NOT NULL AND code_hash IS NULL)"
            " AND (user_id IS NULL OR state = 'joined' OR kind = 'join')",
            name=op.f("ck_invitations_used_once"),
        ),
        sa.CheckConstraint(
            "(code_hash IS NULL) = (code_expires_at IS NULL)"
            " AND (code_hash IS NULL OR state = 'accepted' AND length(code_hash) = 43)",
            name=op.f("ck_invitations_hashed"),
        ),
        sa.CheckConstraint(
            "role <> 'owner' AND (email <> '' OR kind = 'join') AND (kind <> 'join' OR user_id IS NOT NULL)"
            " AND (kind = 'partner') = (marketplace_id IS NOT NULL)",
            name=op.f("ck_invitations_bound"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('pending', 'accepted') OR expires_at IS NOT NULL",
            name=op.f("ck_invitations_expires"),
        ),
        sa.CheckConstraint(
            "(decided_by IS NOT NULL OR decided_at IS NULL) AND (state = 'revoked' OR decided_by IS NULL"
            " OR decided_by <> requested_by AND (kind <> 'join' OR user_id IS NULL OR decided_by <> user_id))",
            name=op.f("ck_invitations_two_people"),
        ),
        sa.ForeignKeyConstraint(["team_id"], ["teams.team_id"], name=op.f("fk_invitations_team_id")),
        sa.PrimaryKeyConstraint("team_id", "invitation_id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_invitations_code_hash")),
        sa.UniqueConstraint("invitation_id", name=op.f("uq_invitations_invitation_id")),
        sa.UniqueConstraint("team_id", "number", name=op.f("uq_invitations_team_id_number")),
    )
    op.create_index(
        "uq_invitations_join",
        "invitations",
        ["team_id", "user_id"],
        unique=True,
        sqlite_where=sa.text("state = 'requested' AND kind = 'join'"),
        postgresql_where=sa.text("state = 'requested' AND kind = 'join'"),
    )
    op.create_index(
        "uq_invitations_open",
        "invitations",
        ["team_id", "kind", sa.literal_column("coalesce(marketplace_id, '')"), "email"],
        unique=True,
        sqlite_where=sa.text("state IN ('requested', 'pending', 'accepted') AND email <> ''"),
        postgresql_where=sa.text("state IN ('requested', 'pending', 'accepted') AND email <> ''"),
    )
    op.create_table(
        "marketplaces",
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("marketplace_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("offer_window_minutes", sa.Integer(), nullable=False),
        sa.Column("return_window_hours", sa.Integer(), nullable=False),
        sa.Column("reminder_days", sa.Integer(), nullable=False),
        sa.Column("stall_days", sa.Integer(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.team_id"], name=op.f("fk_marketplaces_team_id")),
        sa.PrimaryKeyConstraint("team_id", "marketplace_id", name=op.f("pk_marketplaces")),
        sa.UniqueConstraint("marketplace_id", name=op.f("uq_marketplaces_marketplace_id")),
    )
    op.create_table(
        "members",
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), server_default="", nullable=False),
        sa.Column("may_delegate", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role in ('owner', 'admin', 'member', 'viewer')", name=op.f("ck_members_role")),
        sa.CheckConstraint(
            "email = lower(trim(email))",
            name=op.f("ck_members_email_is_key"),
        ),
        sa.ForeignKeyConstraint(["team_id"], ["teams.team_id"], name=op.f("fk_members_team_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_members_user_id")),
        sa.PrimaryKeyConstraint("team_id", "user_id", name=op.f("pk_members")),
    )
    op.create_index(
        "uq_members_owner",
        "members",
        ["team_id"],
        unique=True,
        sqlite_where=sa.text("role = 'owner' AND removed_at IS NULL"),
        postgresql_where=sa.text("role = 'owner' AND removed_at IS NULL"),
    )
    op.create_index(
        "uq_members_user",
        "members",
        ["user_id"],
        unique=True,
        sqlite_where=sa.text("removed_at IS NULL"),
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_table(
        "invitation_questions",
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("question_id", sa.Text(), nullable=False),
        sa.Column("invitation_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["team_id", "invitation_id"],
            ["invitations.team_id", "invitations.invitation_id"],
            name=op.f("fk_invitation_questions_team_id_invitation_id"),
        ),
        sa.ForeignKeyConstraint(["team_id"], ["teams.team_id"], name=op.f("fk_invitation_questions_team_id")),
        sa.PrimaryKeyConstraint("team_id", "question_id", name=op.f("pk_invitation_questions")),
    )
    op.create_index(
        "ix_invitation_questions_invitation_id",
        "invitation_questions",
        ["team_id", "invitation_id"],
        unique=False,
    )
    op.create_table(
        "requests",
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("args", sa.JSON(), nullable=False),
        sa.Column("permission", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state NOT IN ('approved', 'declined')"
            " OR decided_by IS NOT NULL AND decided_at IS NOT NULL AND decided_by <> asked_by)"
            " AND (state <> 'open' OR decided_by IS NULL)",
            name=op.f("ck_requests_two_people"),
        ),
        sa.ForeignKeyConstraint(["team_id"], ["teams.team_id"], name=op.f("fk_requests_team_id")),
        sa.PrimaryKeyConstraint("team_id", "request_id", name=op.f("pk_requests")),
    )
    op.create_table(
        "web_messages",
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("changed_seq", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.Text(), server_default="", nullable=False),
        sa.Column("audience_id", sa.Text(), server_default="", nullable=False),
        sa.Column("below_id", sa.Text(), server_default="", nullable=False),
        sa.Column("replaces_id", sa.Text(), server_default="", nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("card", sa.Text(), nullable=True),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["web_rooms.room_id"], name=op.f("fk_web_messages_room_id")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_web_messages")),
        sa.UniqueConstraint("key", name=op.f("uq_web_messages_key")),
        sa.UniqueConstraint("room_id", "seq", name=op.f("uq_web_messages_room_id_seq")),
    )
    op.create_table(
        "web_room_people",
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("read_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["web_people.person_id"], name=op.f("fk_web_room_people_person_id")),
        sa.ForeignKeyConstraint(["room_id"], ["web_rooms.room_id"], name=op.f("fk_web_room_people_room_id")),
        sa.PrimaryKeyConstraint("room_id", "person_id", name=op.f("pk_web_room_people")),
    )
    op.create_table(
        "leads",
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("lead_id", sa.Text(), nullable=False),
        sa.Column("contact_name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), server_default="", nullable=False),
        sa.Column("email_key", sa.Text(), server_default="", nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("phone_key", sa.Text(), server_default="", nullable=False),
        sa.Column("company", sa.Text(), server_default="", nullable=False),
        sa.Column("postcode", sa.Text(), server_default="", nullable=False),
        sa.Column("country", sa.Text(), server_default="", nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.Column("value_cents", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), server_default="EUR", nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("campaign", sa.Text(), server_default="", nullable=False),
        sa.Column("search_key", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("operator_team_id", sa.Text(), nullable=True),
        sa.Column("marketplace_id", sa.Text(), nullable=True),
        sa.Column("offered_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("picked_team_id", sa.Text(), nullable=True),
        sa.Column("picked_by", sa.Text(), nullable=True),
        sa.Column("picked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("responsible_id", sa.Text(), nullable=True),
        sa.Column("step", sa.Text(), server_default="", nullable=False),
        sa.Column("worked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("won_cents", sa.BigInteger(), nullable=True),
        sa.Column("lost_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "(state IN ('picked', 'won', 'lost')) = (picked_team_id IS NOT NULL)"
            " AND (picked_team_id IS NULL) = (picked_by IS NULL) AND (picked_team_id IS NULL) = (picked_at IS NULL)",
            name=op.f("ck_leads_winner"),
        ),
        sa.CheckConstraint(
            "(state IN ('won', 'lost')) = (closed_by IS NOT NULL) AND (closed_by IS NULL) = (closed_at IS NULL)"
            " AND (won_cents IS NULL OR state = 'won') AND (lost_reason <> '') = (state = 'lost')",
            name=op.f("ck_leads_closed"),
        ),
        sa.CheckConstraint(
            "(marketplace_id IS NULL) = (operator_team_id IS NULL)"
            " AND (state NOT IN ('submitted', 'offered', 'assigned') OR marketplace_id IS NOT NULL)",
            name=op.f("ck_leads_brokered"),
        ),
        sa.ForeignKeyConstraint(
            ["operator_team_id", "marketplace_id"],
            ["marketplaces.team_id", "marketplaces.marketplace_id"],
            name=op.f("fk_leads_operator_team_id_marketplace_id"),
        ),
        sa.ForeignKeyConstraint(["team_id"], ["teams.team_id"], name=op.f("fk_leads_team_id")),
        sa.PrimaryKeyConstraint("team_id", "lead_id", name=op.f("pk_leads")),
        sa.UniqueConstraint("lead_id", name=op.f("uq_leads_lead_id")),
    )
    op.create_index("ix_leads_marketplace_id_email_key", "leads", ["marketplace_id", "email_key"], unique=False)
    op.create_index("ix_leads_marketplace_id_phone_key", "leads", ["marketplace_id", "phone_key"], unique=False)
    op.create_index("ix_leads_state_offered_until", "leads", ["state", "offered_until"], unique=False)
    op.create_index(
        "ix_leads_picked_team_id_responsible_id_state",
        "leads",
        ["picked_team_id", "responsible_id", "state"],
        unique=False,
    )
    op.create_index("ix_leads_state_worked_at", "leads", ["state", "worked_at"], unique=False)
    op.create_index(
        "ix_leads_team_id_email_key",
        "leads",
        ["team_id", "email_key"],
        unique=False,
        sqlite_where=sa.text("email_key <> ''"),
        postgresql_where=sa.text("email_key <> ''"),
    )
    op.create_index(
        "ix_leads_team_id_phone_key",
        "leads",
        ["team_id", "phone_key"],
        unique=False,
        sqlite_where=sa.text("phone_key <> ''"),
        postgresql_where=sa.text("phone_key <> ''"),
    )
    op.create_table(
        "partners",
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("marketplace_id", sa.Text(), nullable=False),
        sa.Column("partner_id", sa.Text(), nullable=False),
        sa.Column("partner_team_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), server_default="", nullable=False),
        sa.Column("gives", sa.Boolean(), nullable=False),
        sa.Column("takes", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("invitation_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state NOT IN ('active', 'ended') OR partner_team_id IS NOT NULL)"
            " AND (state NOT IN ('pending', 'declined') OR partner_team_id IS NULL AND invitation_id IS NOT NULL)",
            name=op.f("ck_partners_team"),
        ),
        sa.ForeignKeyConstraint(["partner_team_id"], ["teams.team_id"], name=op.f("fk_partners_partner_team_id")),
        sa.ForeignKeyConstraint(
            ["team_id", "marketplace_id"],
            ["marketplaces.team_id", "marketplaces.marketplace_id"],
            name=op.f("fk_partners_team_id_marketplace_id"),
        ),
        sa.PrimaryKeyConstraint("team_id", "marketplace_id", "partner_id", name=op.f("pk_partners")),
    )
    op.create_index("ix_partners_partner_team_id", "partners", ["partner_team_id"], unique=False)
    op.create_index(
        "uq_partners_team",
        "partners",
        ["team_id", "marketplace_id", "partner_team_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('pending', 'active') AND partner_team_id IS NOT NULL"),
        postgresql_where=sa.text("state IN ('pending', 'active') AND partner_team_id IS NOT NULL"),
    )
    op.create_table(
        "lead_history",
        sa.Column("giver_team_id", sa.Text(), nullable=False),
        sa.Column("lead_id", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("subject_user_id", sa.Text(), nullable=True),
        sa.Column("reverses", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["giver_team_id", "lead_id"],
            ["leads.team_id", "leads.lead_id"],
            name=op.f("fk_lead_history_giver_team_id_lead_id"),
        ),
        sa.PrimaryKeyConstraint("giver_team_id", "lead_id", "entry_id", name=op.f("pk_lead_history")),
        sa.UniqueConstraint("reverses", name=op.f("uq_lead_history_reverses")),
    )
    op.create_index("ix_lead_history_lead_id_at", "lead_history", ["lead_id", "at"], unique=False)
    op.create_table(
        "lead_sights",
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("lead_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("giver_team_id", sa.Text(), nullable=False),
        sa.Column("gives", sa.Boolean(), nullable=False),
        sa.Column("operates", sa.Boolean(), nullable=False),
        sa.Column("offer", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["giver_team_id", "lead_id"],
            ["leads.team_id", "leads.lead_id"],
            name=op.f("fk_lead_sights_giver_team_id_lead_id"),
        ),
        sa.ForeignKeyConstraint(["team_id"], ["teams.team_id"], name=op.f("fk_lead_sights_team_id")),
        sa.PrimaryKeyConstraint("team_id", "lead_id", name=op.f("pk_lead_sights")),
        sa.UniqueConstraint("team_id", "number", name=op.f("uq_lead_sights_team_id_number")),
    )
    op.create_index("ix_lead_sights_lead_id", "lead_sights", ["lead_id"], unique=False)
    op.create_index("ix_lead_sights_team_id_offer_number", "lead_sights", ["team_id", "offer", "number"], unique=False)
    op.create_table(
        "files",
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("size_bytes > 0 AND size_bytes <= 10485760", name=op.f("ck_files_size")),
        sa.CheckConstraint(
            "expires_at > created_at",
            name=op.f("ck_files_expires"),
        ),
        sa.ForeignKeyConstraint(["team_id"], ["teams.team_id"], name=op.f("fk_files_team_id")),
        sa.PrimaryKeyConstraint("team_id", "file_id", name=op.f("pk_files")),
    )
    op.create_index("ix_files_expires_at", "files", ["expires_at"], unique=False)
    op.create_index("ix_files_team_id_user_id_purpose", "files", ["team_id", "user_id", "purpose"], unique=False)
    op.create_table(
        "bulks",
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("bulk_id", sa.Text(), nullable=False),
        sa.Column("marketplace_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown", sa.Text(), server_default="", nullable=False),
        sa.Column("is_moving", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'running', 'done', 'stopped', 'dropped') AND (state <> 'running' OR is_moving)"
            " AND (state NOT IN ('draft', 'dropped') OR NOT is_moving)",
            name=op.f("ck_bulks_moving"),
        ),
        sa.ForeignKeyConstraint(
            ["team_id", "marketplace_id"],
            ["marketplaces.team_id", "marketplaces.marketplace_id"],
            name=op.f("fk_bulks_team_id_marketplace_id"),
        ),
        sa.ForeignKeyConstraint(["team_id"], ["teams.team_id"], name=op.f("fk_bulks_team_id")),
        sa.PrimaryKeyConstraint("team_id", "bulk_id", name=op.f("pk_bulks")),
    )
    op.create_index(
        "ix_bulks_looked_at",
        "bulks",
        ["looked_at"],
        unique=False,
        sqlite_where=sa.text("is_moving"),
        postgresql_where=sa.text("is_moving"),
    )
    op.create_index("ix_bulks_state_changed_at", "bulks", ["state", "changed_at"], unique=False)
    op.create_table(
        "bulk_lines",
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("bulk_id", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("firm", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("invitation_id", sa.Text(), nullable=True),
        sa.Column("mailed_after", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'invited', 'refused') AND (state = 'invited') = (invitation_id IS NOT NULL)"
            " AND (state = 'refused') = (problem IS NOT NULL) AND (state <> 'invited' OR mailed_after <> '')",
            name=op.f("ck_bulk_lines_fate"),
        ),
        sa.ForeignKeyConstraint(
            ["team_id", "bulk_id"], ["bulks.team_id", "bulks.bulk_id"], name=op.f("fk_bulk_lines_team_id_bulk_id")
        ),
        sa.PrimaryKeyConstraint("team_id", "bulk_id", "line", name=op.f("pk_bulk_lines")),
    )
    op.create_index("ix_bulk_lines_invitation_id", "bulk_lines", ["team_id", "invitation_id"], unique=False)
    op.create_table(
        "lead_imports",
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("halt", sa.Text(), server_default="", nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), server_default="0", nullable=False),
        sa.Column("imported", sa.Integer(), server_default="0", nullable=False),
        sa.Column("known", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rejected", sa.Integer(), server_default="0", nullable=False),
        sa.Column("first_number", sa.Integer(), nullable=True),
        sa.Column("last_number", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("begun_rows", sa.Integer(), server_default="0", nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result_file_id", sa.Text(), nullable=True),
        sa.Column("result_rows", sa.Integer(), server_default="0", nullable=False),
        sa.Column("holder", sa.Text(), server_default="", nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "imported + known + rejected <= rows AND (state <> 'done' OR imported + known + rejected = rows)"
            " AND (state <> 'preview' OR imported + known + rejected = 0)",
            name=op.f("ck_lead_imports_counted"),
        ),
        sa.CheckConstraint(
            "(imported = 0) = (first_number IS NULL) AND (imported = 0) = (last_number IS NULL)"
            " AND (imported = 0 OR last_number - first_number + 1 >= imported)",
            name=op.f("ck_lead_imports_numbered"),
        ),
        sa.CheckConstraint(
            "state IN ('preview', 'running', 'stopped', 'done') AND (state = 'preview') = (begun_at IS NULL)"
            " AND (state = 'stopped') = (halt <> '') AND (state = 'done') = (ended_at IS NOT NULL)"
            " AND (holder = '') = (leased_until IS NULL) AND (holder = '' OR state = 'running')",
            name=op.f("ck_lead_imports_ends"),
        ),
        sa.ForeignKeyConstraint(["team_id"], ["teams.team_id"], name=op.f("fk_lead_imports_team_id")),
        sa.PrimaryKeyConstraint("team_id", "import_id", name=op.f("pk_lead_imports")),
    )
    op.create_index(
        "ix_lead_imports_running",
        "lead_imports",
        ["leased_until"],
        unique=False,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_index("ix_lead_imports_state_created_at", "lead_imports", ["state", "created_at"], unique=False)
    op.create_index("ix_lead_imports_sha256_team_id", "lead_imports", ["sha256", "team_id"], unique=False)
    op.create_table(
        "lead_import_rows",
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("argument", sa.Text(), server_default="", nullable=False),
        sa.Column("limit", sa.Integer(), server_default="0", nullable=False),
        sa.Column("number", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["team_id", "import_id"],
            ["lead_imports.team_id", "lead_imports.import_id"],
            name=op.f("fk_lead_import_rows_team_id_import_id"),
        ),
        sa.PrimaryKeyConstraint("team_id", "import_id", "line", name=op.f("pk_lead_import_rows")),
    )
    # ### end Alembic commands ###
