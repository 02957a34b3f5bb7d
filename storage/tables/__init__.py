"""Every table: what a row stands for, in business words, and what the database itself guarantees.

`team_id` leads the primary and foreign keys of everything that belongs to a team. Tables without it are the
infrastructure below the teams: people, their chat identities, conversations, and the queues in and out. Times are
aware UTC; ids are opaque text; money is minor units with a currency.
"""

from storage.tables.base import Moment, metadata
from storage.tables.bulks import bulk_lines, bulks
from storage.tables.files import files
from storage.tables.installations import slack_installations, slack_questions
from storage.tables.lead_imports import lead_import_rows, lead_imports
from storage.tables.leads import lead_history, lead_sights, leads, marketplaces, partners
from storage.tables.people import conversations, identities, identity_links, users
from storage.tables.queues import deliveries, events, inbox, job_runs, posts
from storage.tables.records import audit, audit_details
from storage.tables.teams import channel_offers, counters, invitation_questions, invitations, members, requests, teams
from storage.tables.web_chat import web_messages, web_people, web_room_people, web_rooms

__all__ = [
    "Moment",
    "audit",
    "audit_details",
    "bulk_lines",
    "bulks",
    "channel_offers",
    "conversations",
    "counters",
    "deliveries",
    "events",
    "files",
    "identities",
    "identity_links",
    "inbox",
    "invitation_questions",
    "invitations",
    "job_runs",
    "lead_history",
    "lead_import_rows",
    "lead_imports",
    "lead_sights",
    "leads",
    "marketplaces",
    "members",
    "metadata",
    "partners",
    "posts",
    "requests",
    "slack_installations",
    "slack_questions",
    "teams",
    "users",
    "web_messages",
    "web_people",
    "web_room_people",
    "web_rooms",
]
