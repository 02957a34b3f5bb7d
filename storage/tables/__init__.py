"""Every table: what a row stands for, in business words, and what the database itself guarantees.

`team_id` leads the primary and foreign keys of everything that belongs to a team. Tables without it are the
infrastructure below the teams: people, their chat identities, conversations, and the queues in and out. Times are
aware UTC; ids are opaque text; money is minor units with a currency.
"""

from storage.tables.base import Moment as Moment, metadata as metadata
from storage.tables.bulks import bulk_lines as bulk_lines, bulks as bulks
from storage.tables.files import files as files
from storage.tables.installations import slack_installations as slack_installations, slack_questions as slack_questions
from storage.tables.lead_imports import lead_import_rows as lead_import_rows, lead_imports as lead_imports
from storage.tables.leads import (
    lead_history as lead_history,
    lead_sights as lead_sights,
    leads as leads,
    marketplaces as marketplaces,
    partners as partners,
)
from storage.tables.people import (
    conversations as conversations,
    identities as identities,
    identity_links as identity_links,
    users as users,
)
from storage.tables.queues import (
    deliveries as deliveries,
    events as events,
    inbox as inbox,
    job_runs as job_runs,
    posts as posts,
)
from storage.tables.records import audit as audit, audit_details as audit_details
from storage.tables.teams import (
    channel_offers as channel_offers,
    counters as counters,
    invitation_questions as invitation_questions,
    invitations as invitations,
    members as members,
    requests as requests,
    teams as teams,
)
from storage.tables.web_chat import (
    web_messages as web_messages,
    web_people as web_people,
    web_room_people as web_room_people,
    web_rooms as web_rooms,
)
