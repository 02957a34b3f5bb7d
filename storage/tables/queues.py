"""What came in, what happened, and what has to go out."""

from sqlalchemy import JSON, CheckConstraint, Column, Index, Integer, Table, UniqueConstraint, text

from storage.tables.base import metadata, moment_column, text_column

inbox = Table(
    "inbox",  # every interaction that had an effect, with its answer for a repetition
    metadata,
    text_column("platform", primary_key=True),
    text_column("tenant", primary_key=True),
    text_column("interaction_id", primary_key=True),
    text_column("user_id"),
    moment_column("at"),
    text_column("answer", nullable=True),  # placement and card as JSON
    Index(None, "at"),
)

events = Table(
    "events",  # what happened, waiting for the relay to decide who hears it
    metadata,
    text_column("event_id", primary_key=True),
    text_column("team_id"),
    moment_column("at"),
    text_column("body"),  # JSON
    moment_column("routed_at", nullable=True),
    Column("attempts", Integer, nullable=False, server_default="0"),
    moment_column("due_at"),
    moment_column("leased_until", nullable=True),
    text_column("error", server_default=""),
    Index("ix_events_routed_at", "routed_at"),
    Index(
        "ix_events_due",
        "due_at",
        sqlite_where=text("routed_at IS NULL"),
        postgresql_where=text("routed_at IS NULL"),
    ),
)

posts = Table(
    "posts",  # every card about a subject that exists on a platform, so that it can be drawn again
    metadata,
    text_column("team_id", primary_key=True),
    text_column("post_id", primary_key=True),
    text_column("view"),
    text_column("key"),  # the subject's opaque id
    text_column("platform"),
    text_column("tenant"),
    text_column("conversation_id"),
    text_column("message_id"),
    text_column("user_id", nullable=True),  # the only reader, in a direct chat
    Column("reference", JSON, nullable=False),
    Column("params", JSON, nullable=False),  # ids that the view needs besides the subject
    text_column("shown", server_default=""),  # digest of what it shows: an unchanged card is not sent again
    moment_column("posted_at"),
    moment_column("gone_at", nullable=True),
    UniqueConstraint("platform", "tenant", "conversation_id", "message_id"),
    Index("ix_posts_key", "key"),
    Index(
        "ix_posts_home",  # few people open their home, and every change asks whose is to be drawn again
        "user_id",
        sqlite_where=text("view = 'home.card'"),
        postgresql_where=text("view = 'home.card'"),
    ),
)

deliveries = Table(
    "deliveries",  # a card to post, a card to draw again, or a mail, for one place
    metadata,
    text_column("team_id", primary_key=True),
    text_column("delivery_id", primary_key=True),
    text_column("event_id"),
    text_column("kind"),  # post, update, mail
    text_column("view"),
    text_column("key"),
    Column("params", JSON, nullable=False),  # ids that the view needs besides the subject
    text_column("platform"),
    text_column("tenant"),
    text_column("conversation_id", server_default=""),
    text_column("user_id", server_default=""),  # our user, for a direct message
    text_column("post_id", nullable=True),  # what an update draws again, or a new message becomes
    text_column("state"),  # pending, sending, sent, suppressed, failed, unknown
    text_column("reason", server_default=""),
    Column("attempts", Integer, nullable=False, server_default="0"),
    moment_column("created_at"),
    moment_column("due_at"),
    moment_column("leased_until", nullable=True),
    moment_column("done_at", nullable=True),
    moment_column("doubted_at", nullable=True),  # the outcome of this attempt is unknown: looked up before a retry
    Column("looks", Integer, nullable=False, server_default="0"),  # how often it was to be looked up
    text_column("sweep_id", nullable=True),  # the first of the messages with which this one was lost
    CheckConstraint(  # pending, being sent, or ended with its time and, unless it was sent, with a reason
        "state IN ('pending', 'sending', 'sent', 'suppressed', 'failed', 'unknown')"
        " AND (state IN ('pending', 'sending')) = (done_at IS NULL)"
        " AND (state = 'sending') = (leased_until IS NOT NULL)"
        " AND (state NOT IN ('suppressed', 'failed', 'unknown') OR reason <> '')",
        name="ends",
    ),
    Index(
        "uq_deliveries_post",  # an event says a thing once in a place
        "event_id",
        "kind",
        "view",
        "key",
        "platform",
        "tenant",
        "conversation_id",
        "user_id",
        unique=True,
        sqlite_where=text("kind <> 'update'"),
        postgresql_where=text("kind <> 'update'"),
    ),
    Index(
        "ix_deliveries_place",  # what waits in a place, in its order; with all that tells who is next
        "platform",
        "tenant",
        "conversation_id",
        "user_id",
        "delivery_id",
        "state",
        sqlite_where=text("state IN ('pending', 'sending')"),
        postgresql_where=text("state IN ('pending', 'sending')"),
    ),
    Index(
        "ix_deliveries_leased",  # what a process is sending, or was sending when it died
        "leased_until",
        sqlite_where=text("state = 'sending'"),
        postgresql_where=text("state = 'sending'"),
    ),
    Index(
        "ix_deliveries_ended",  # how it ended; what has not ended is looked for by its place and its time
        "state",
        "done_at",
        sqlite_where=text("done_at IS NOT NULL"),
        postgresql_where=text("done_at IS NOT NULL"),
    ),
    Index("ix_deliveries_key", "key"),
    Index(
        "ix_deliveries_sweep_id",
        "team_id",
        "sweep_id",
        sqlite_where=text("sweep_id IS NOT NULL"),
        postgresql_where=text("sweep_id IS NOT NULL"),
    ),
    Index(
        "ix_deliveries_due",
        "due_at",
        sqlite_where=text("state = 'pending'"),
        postgresql_where=text("state = 'pending'"),
    ),
    Index(
        "uq_deliveries_update",  # one update per message, however many events came
        "post_id",
        unique=True,
        sqlite_where=text("state = 'pending' AND kind = 'update'"),
        postgresql_where=text("state = 'pending' AND kind = 'update'"),
    ),
)

job_runs = Table(
    "job_runs",  # each period of each job once, in whichever process
    metadata,
    text_column("job", primary_key=True),
    text_column("period", primary_key=True),
    moment_column("at"),
    Index(None, "at"),
)
