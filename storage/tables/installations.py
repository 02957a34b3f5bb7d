"""The app in workspaces that each give it a token of their own, and the questions that lead there."""

from sqlalchemy import JSON, Column, Index, LargeBinary, Table

from storage.tables.base import metadata, moment_column, text_column

slack_installations = Table(
    "slack_installations",
    metadata,
    text_column("tenant", primary_key=True),  # the enterprise, else the workspace
    text_column("workspace", primary_key=True),  # empty: org-wide
    text_column("name"),
    text_column("app_id"),
    text_column("bot_user_id"),
    text_column("bot_id"),
    Column("scopes", JSON, nullable=False),
    Column("token", LargeBinary, nullable=False),  # sealed for this very row
    text_column("installed_by"),  # the platform's id of the person
    moment_column("installed_at"),
)

slack_questions = Table(
    "slack_questions",  # "may the app come in?", asked of a workspace by one browser
    metadata,
    text_column("digest", primary_key=True),  # of what comes back with the answer
    text_column("browser"),  # digest of what only this browser knows
    moment_column("expires_at"),
    moment_column("used_at", nullable=True),
    Index(None, "expires_at"),
)
