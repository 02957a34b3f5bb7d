"""When a row is wrong: each invariant as the condition that breaks it, by the kind of its rows."""

from dataclasses import dataclass
from typing import Final

from services.file.model import MADE_MAX, RECEIVED_MAX


@dataclass(frozen=True, slots=True)
class Rows:
    """A kind of rows: its table, the key by which it is walked along an index, and what would be wrong with one."""

    table: str
    key: tuple[str, ...]
    wrong: dict[str, str]
    start: tuple[str | int, ...] = ("", "", "")
    columns: str = "*"
    """What is read of each row."""


_NO_COLLEAGUE: Final = "NOT EXISTS (SELECT 1 FROM members m WHERE m.team_id = it.team_id AND m.user_id = it.user_id)"
_TAKEN: Final = "({row}.state IN ('running', 'stopped') OR {row}.state = 'done' AND {row}.imported > 0)"
"""An import of which the team has something, or will have."""


# In the conditions `it` is the row that is looked at; all of them are read by index, a row at a time.
ROWS: Final = {
    "identity": Rows(
        "identities",
        ("platform", "tenant", "platform_user_id"),
        {
            "person": """
                NOT EXISTS (SELECT 1 FROM users u WHERE u.user_id = it.user_id AND u.merged_into IS NULL)""",
            "one_of_each": """
                (SELECT count(CASE WHEN i.is_main THEN 1 END) FROM identities i WHERE i.user_id = it.user_id) <> 1
                OR (SELECT count(CASE WHEN i.is_latest THEN 1 END) FROM identities i WHERE i.user_id = it.user_id)
                   <> 1""",
        },
    ),
    "link": Rows(
        "identity_links",
        ("link_id",),
        {
            "hashed": "(it.state = 'asked') <> (it.code_hash IS NOT NULL) OR length(it.code_hash) <> 43",
            "two_sides": "it.state <> 'asked' AND it.state <> 'declined' AND it.other_user_id IS NULL",
            "forgotten": "it.expires_at < :forgotten",
        },
    ),
    "channel": Rows(
        "channel_offers",
        ("team_id", "offer_id"),
        {
            "hashed": "(it.state = 'asked') <> (it.code_hash IS NOT NULL) OR length(it.code_hash) <> 43",
            "forgotten": "it.expires_at < :forgotten",
        },
    ),
    "team": Rows(
        "teams",
        ("team_id",),
        {
            "one_owner": """
                (SELECT count(*) FROM members m
                  WHERE m.team_id = it.team_id AND m.removed_at IS NULL
                    AND (it.deleted_at IS NOT NULL OR m.role = 'owner'))
                <> CASE WHEN it.deleted_at IS NULL THEN 1 ELSE 0 END""",
        },
    ),
    "member": Rows(
        "members",
        ("team_id", "user_id"),
        {
            "one_team": """
                it.removed_at IS NULL AND EXISTS (
                  SELECT 1 FROM members m WHERE m.user_id = it.user_id AND m.team_id <> it.team_id
                     AND m.removed_at IS NULL)""",
            "email_is_key": "it.email <> lower(trim(it.email))",
        },
    ),
    "invitation": Rows(
        "invitations",
        ("invitation_id",),
        {
            "once": """
                it.state IN ('requested', 'pending', 'accepted') AND it.email <> '' AND EXISTS (
                  SELECT 1 FROM invitations i
                   WHERE i.team_id = it.team_id AND i.kind = it.kind AND i.email = it.email
                     AND coalesce(i.marketplace_id, '') = coalesce(it.marketplace_id, '')
                     AND i.state IN ('requested', 'pending', 'accepted') AND i.invitation_id <> it.invitation_id)""",
            "numbered": """
                EXISTS (SELECT 1 FROM invitations i WHERE i.team_id = it.team_id AND i.number = it.number
                           AND i.invitation_id <> it.invitation_id)
                OR NOT EXISTS (SELECT 1 FROM counters c WHERE c.team_id = it.team_id AND c.kind = 'invitation'
                                  AND c.last >= it.number)""",
            "used_once": """
                it.state = 'joined' AND (it.user_id IS NULL OR it.code_hash IS NOT NULL)
                OR it.user_id IS NOT NULL AND it.state <> 'joined' AND it.kind <> 'join'""",
            "hashed": """
                (it.code_hash IS NULL) <> (it.code_expires_at IS NULL)
                OR it.code_hash IS NOT NULL AND (it.state <> 'accepted' OR length(it.code_hash) <> 43)""",
            "bound": """
                it.role = 'owner' OR it.email = '' AND it.kind <> 'join'
                OR it.kind = 'join' AND it.user_id IS NULL
                OR (it.kind = 'partner') <> (it.marketplace_id IS NOT NULL)""",
            "expires": "it.state IN ('pending', 'accepted') AND it.expires_at IS NULL",
            "two_people": """
                it.decided_by IS NULL AND it.decided_at IS NOT NULL
                OR it.state <> 'revoked'
                   AND (it.decided_by = it.requested_by OR it.kind = 'join' AND it.decided_by = it.user_id)""",
        },
    ),
    "request": Rows(
        "requests",
        ("team_id", "request_id"),
        {
            "two_people": """
                it.state IN ('approved', 'declined')
                   AND (it.decided_by IS NULL OR it.decided_at IS NULL OR it.decided_by = it.asked_by)
                OR it.state = 'open' AND it.decided_by IS NOT NULL""",
            "own_team": """
                NOT EXISTS (SELECT 1 FROM members m WHERE m.team_id = it.team_id AND m.user_id = it.asked_by)""",
        },
    ),
    "lead": Rows(
        "leads",
        ("lead_id",),
        {
            "one_winner": """
                (it.state IN ('picked', 'won', 'lost')) <> (it.picked_team_id IS NOT NULL)
                OR (it.picked_team_id IS NULL) <> (it.picked_by IS NULL)
                OR (it.picked_team_id IS NULL) <> (it.picked_at IS NULL)""",
            "held_once": """
                (SELECT count(*) FROM lead_sights s WHERE s.lead_id = it.lead_id AND s.offer IN ('held', 'closed'))
                <> CASE WHEN it.picked_team_id IS NULL THEN 0 ELSE 1 END
                OR it.picked_team_id IS NOT NULL AND NOT EXISTS (
                  SELECT 1 FROM lead_sights s WHERE s.team_id = it.picked_team_id AND s.lead_id = it.lead_id
                     AND s.offer = CASE WHEN it.state = 'picked' THEN 'held' ELSE 'closed' END)""",
            "in_history": """
                (SELECT coalesce(sum(CASE WHEN h.what = 'picked' THEN 1 ELSE -1 END), 0) FROM lead_history h
                  WHERE h.lead_id = it.lead_id AND h.what IN ('picked', 'undone', 'returned', 'stalled'))
                <> CASE WHEN it.picked_team_id IS NULL THEN 0 ELSE 1 END
                OR it.picked_team_id IS NOT NULL AND NOT EXISTS (
                  SELECT 1 FROM lead_history h WHERE h.lead_id = it.lead_id AND h.what = 'picked'
                     AND h.at = it.picked_at AND h.team_id = it.picked_team_id AND h.user_id = it.picked_by)""",
            "in_audit": """
                EXISTS (
                  SELECT 1 FROM lead_sights s WHERE s.lead_id = it.lead_id AND
                    (SELECT count(*) FROM lead_history h
                      WHERE h.lead_id = s.lead_id AND h.team_id = s.team_id AND h.what = 'picked')
                    <> (SELECT count(*) FROM audit a WHERE a.action = 'lead.picked'
                           AND a.team_id = s.team_id AND a.subject = 'L-' || s.number))""",
            "undone_once": """
                EXISTS (
                  SELECT 1 FROM lead_history u WHERE u.lead_id = it.lead_id AND u.what = 'undone'
                     AND NOT EXISTS (SELECT 1 FROM lead_history p WHERE p.lead_id = u.lead_id AND p.what = 'picked'
                                        AND p.entry_id = u.reverses AND p.team_id = u.team_id))""",
            "offered": """
                EXISTS (
                  SELECT 1 FROM lead_sights s WHERE s.lead_id = it.lead_id AND s.offer IN ('open', 'assigned')
                     AND (it.state NOT IN ('open', 'offered', 'assigned')
                          OR (it.state = 'assigned') <> (s.offer = 'assigned')
                          OR it.state = 'open' AND s.team_id <> it.team_id))
                OR it.state = 'assigned' AND 1 < (
                  SELECT count(*) FROM lead_sights s WHERE s.lead_id = it.lead_id AND s.offer = 'assigned')""",
            "closed": """
                (it.state IN ('won', 'lost')) <> (it.closed_by IS NOT NULL)
                OR (it.closed_by IS NULL) <> (it.closed_at IS NULL)
                OR it.won_cents IS NOT NULL AND it.state <> 'won'
                OR (it.lost_reason <> '') <> (it.state = 'lost')""",
            "responsible": """
                it.responsible_id IS NOT NULL AND (it.picked_team_id IS NULL OR it.state = 'picked'
                  AND EXISTS (SELECT 1 FROM teams t WHERE t.team_id = it.picked_team_id AND t.deleted_at IS NULL)
                  AND NOT EXISTS (SELECT 1 FROM members m WHERE m.team_id = it.picked_team_id
                                     AND m.user_id = it.responsible_id AND m.removed_at IS NULL))""",
            "brokered": """
                (it.marketplace_id IS NULL) <> (it.operator_team_id IS NULL)
                OR it.state IN ('submitted', 'offered', 'assigned') AND it.marketplace_id IS NULL
                OR NOT EXISTS (SELECT 1 FROM lead_sights s WHERE s.team_id = it.team_id
                                  AND s.lead_id = it.lead_id AND s.gives)
                OR it.operator_team_id IS NOT NULL AND NOT EXISTS (
                  SELECT 1 FROM lead_sights s WHERE s.team_id = it.operator_team_id AND s.lead_id = it.lead_id
                     AND s.operates)""",
            "known_to_actors": """
                EXISTS (
                  SELECT 1 FROM lead_history h WHERE h.lead_id = it.lead_id AND NOT EXISTS (
                    SELECT 1 FROM lead_sights s WHERE s.team_id = h.team_id AND s.lead_id = h.lead_id))""",
        },
    ),
    "sight": Rows(
        "lead_sights",
        ("team_id", "lead_id"),
        {
            "numbered": """
                EXISTS (SELECT 1 FROM lead_sights s WHERE s.team_id = it.team_id AND s.number = it.number
                           AND s.lead_id <> it.lead_id)
                OR NOT EXISTS (SELECT 1 FROM counters c WHERE c.team_id = it.team_id AND c.kind = 'lead'
                                  AND c.last >= it.number)""",
            "entitled": """
                it.offer IN ('open', 'assigned') AND it.team_id <> it.giver_team_id AND NOT EXISTS (
                  SELECT 1 FROM leads l JOIN partners p ON p.team_id = l.operator_team_id
                     AND p.marketplace_id = l.marketplace_id
                   WHERE l.lead_id = it.lead_id AND p.partner_team_id = it.team_id
                     AND p.state = 'active' AND p.takes)""",
        },
    ),
    "partner": Rows(
        "partners",
        ("team_id", "marketplace_id", "partner_id"),
        {
            "team": """
                it.state IN ('active', 'ended') AND it.partner_team_id IS NULL
                OR it.state IN ('pending', 'declined')
                   AND (it.partner_team_id IS NOT NULL OR it.invitation_id IS NULL)""",
            "once": """
                it.state = 'active' AND EXISTS (
                  SELECT 1 FROM partners p WHERE p.team_id = it.team_id AND p.marketplace_id = it.marketplace_id
                     AND p.partner_team_id = it.partner_team_id AND p.state = 'active'
                     AND p.partner_id <> it.partner_id)""",
        },
    ),
    "file": Rows(
        "files",
        ("team_id", "file_id"),
        {
            "own_team": _NO_COLLEAGUE,
            "expires": "it.expires_at <= it.created_at OR it.expires_at < :forgotten",
            "bounded": f"""
                (SELECT count(*) FROM files f
                  WHERE f.team_id = it.team_id AND f.user_id = it.user_id AND f.purpose = it.purpose)
                > CASE it.purpose WHEN 'made' THEN {MADE_MAX} ELSE {RECEIVED_MAX} END""",  # noqa: S608 - our own words
        },
        # What is in them is large, and read by nobody here.
        columns="team_id, file_id, user_id, purpose, created_at, expires_at",
    ),
    "lead_import": Rows(
        "lead_imports",
        ("team_id", "import_id"),
        {
            "own_team": _NO_COLLEAGUE,
            "counted": """
                it.imported + it.known + it.rejected > it.rows
                OR it.state = 'done' AND it.imported + it.known + it.rejected <> it.rows
                OR it.state = 'preview' AND it.imported + it.known + it.rejected > 0""",
            "skipped": """
                (SELECT count(*) FROM lead_import_rows r WHERE r.team_id = it.team_id AND r.import_id = it.import_id)
                <> it.known + it.rejected""",
            "numbered": """
                (it.imported = 0) <> (it.first_number IS NULL) OR (it.imported = 0) <> (it.last_number IS NULL)
                OR it.last_number - it.first_number + 1 < it.imported""",
            "ends": """
                it.state NOT IN ('preview', 'running', 'stopped', 'done')
                OR (it.state = 'preview') <> (it.begun_at IS NULL)
                OR (it.state = 'stopped') <> (it.halt <> '') OR (it.state = 'done') <> (it.ended_at IS NOT NULL)
                OR (it.holder = '') <> (it.leased_until IS NULL) OR it.holder <> '' AND it.state <> 'running'""",
            "once": f"""
                {_TAKEN.format(row="it")} AND EXISTS (
                  SELECT 1 FROM lead_imports i WHERE i.team_id = it.team_id AND i.sha256 = it.sha256
                     AND i.import_id <> it.import_id AND {_TAKEN.format(row="i")})""",  # noqa: S608 - dito
            "files": """
                it.result_file_id IS NOT NULL AND it.state <> 'done'
                OR it.state = 'done' AND EXISTS (
                  SELECT 1 FROM files f WHERE f.team_id = it.team_id AND f.file_id = it.file_id)
                OR EXISTS (SELECT 1 FROM files f WHERE f.team_id = it.team_id AND f.file_id = it.result_file_id
                     AND (f.user_id <> it.user_id OR f.purpose <> 'made'))""",
        },
    ),
    "bulk": Rows(
        "bulks",
        ("team_id", "bulk_id"),
        {
            "own_team": _NO_COLLEAGUE,
            "settled": """
                EXISTS (
                  SELECT 1 FROM bulk_lines l WHERE l.team_id = it.team_id AND l.bulk_id = it.bulk_id
                     AND (it.state = 'done' AND l.state = 'waiting'
                          OR it.state IN ('draft', 'dropped') AND l.state = 'invited'))""",
            "moving": """
                it.state NOT IN ('draft', 'running', 'done', 'stopped', 'dropped')
                OR it.state = 'running' AND NOT it.is_moving OR it.state IN ('draft', 'dropped') AND it.is_moving""",
        },
    ),
    "bulk_line": Rows(
        "bulk_lines",
        ("team_id", "bulk_id", "line"),
        {
            "fate": """
                it.state NOT IN ('waiting', 'invited', 'refused')
                OR (it.state = 'invited') <> (it.invitation_id IS NOT NULL)
                OR (it.state = 'refused') <> (it.problem IS NOT NULL)
                OR it.state = 'invited' AND it.mailed_after = ''""",
            "invited": """
                it.invitation_id IS NOT NULL AND NOT EXISTS (
                  SELECT 1 FROM invitations i JOIN bulks b ON b.team_id = i.team_id
                     AND b.marketplace_id = i.marketplace_id
                   WHERE i.team_id = it.team_id AND i.invitation_id = it.invitation_id AND b.bulk_id = it.bulk_id
                     AND i.kind = 'partner' AND i.email = it.email)""",
            "once": """
                EXISTS (
                  SELECT 1 FROM bulk_lines l WHERE l.team_id = it.team_id AND l.invitation_id = it.invitation_id
                     AND (l.bulk_id <> it.bulk_id OR l.line <> it.line))""",
        },
        start=("", "", 0),
    ),
    "event": Rows(
        "events",
        ("event_id",),
        {"tenant": "NOT EXISTS (SELECT 1 FROM teams t WHERE t.team_id = it.team_id)"},
    ),
    "delivery": Rows(
        "deliveries",
        ("team_id", "delivery_id"),
        {
            "tenant": "it.team_id <> '' AND NOT EXISTS (SELECT 1 FROM teams t WHERE t.team_id = it.team_id)",
            "ends": """
                it.state NOT IN ('pending', 'sending', 'sent', 'suppressed', 'failed', 'unknown')
                OR (it.state IN ('pending', 'sending')) <> (it.done_at IS NULL)
                OR (it.state = 'sending') <> (it.leased_until IS NOT NULL)
                OR it.state IN ('suppressed', 'failed', 'unknown') AND it.reason = ''""",
            "lease": "it.state = 'sending' AND it.leased_until < :late",
            "once": """
                it.kind <> 'update' AND EXISTS (
                  SELECT 1 FROM deliveries d
                   WHERE d.event_id = it.event_id AND d.kind = it.kind AND d.view = it.view AND d.key = it.key
                     AND d.platform = it.platform AND d.tenant = it.tenant
                     AND d.conversation_id = it.conversation_id AND d.user_id = it.user_id
                     AND d.delivery_id <> it.delivery_id)""",
        },
    ),
    "post": Rows(
        "posts",
        ("team_id", "post_id"),
        {
            "tenant": "it.team_id <> '' AND NOT EXISTS (SELECT 1 FROM teams t WHERE t.team_id = it.team_id)",
            "place": """
                it.user_id IS NULL AND NOT EXISTS (
                  SELECT 1 FROM conversations c WHERE c.platform = it.platform AND c.tenant = it.tenant
                     AND c.conversation_id = it.conversation_id)
                OR it.user_id IS NOT NULL AND NOT EXISTS (
                  SELECT 1 FROM identities i WHERE i.user_id = it.user_id AND i.platform = it.platform
                     AND i.tenant = it.tenant)""",
        },
    ),
    "inbox": Rows(
        "inbox",
        ("platform", "tenant", "interaction_id"),
        {"person": "NOT EXISTS (SELECT 1 FROM users u WHERE u.user_id = it.user_id)"},
    ),
    "audit": Rows(
        "audit",
        ("team_id", "seq"),
        {
            "no_secret": """
                EXISTS (
                  SELECT 1 FROM audit_details d WHERE d.team_id = it.team_id AND d.seq = it.seq
                     AND (d.details LIKE '%"code"%' OR d.details LIKE '%"token"%' OR d.details LIKE '%"password"%'
                          OR d.details LIKE '%"secret"%'))""",
        },
        start=("", 0),
    ),
}
