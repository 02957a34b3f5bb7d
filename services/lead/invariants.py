"""What must hold for rows of leads at any time."""

from typing import Final

from services.invariants import Invariant, InvariantSet

INVARIANTS: Final = (
    InvariantSet(
        "lead",
        "leads",
        ("lead_id",),
        (
            Invariant(
                "held_once",
                "The winner alone holds the lead or has closed it (B8).",
                """
                (SELECT count(*) FROM lead_sights s WHERE s.lead_id = it.lead_id AND s.offer IN ('held', 'closed'))
                <> CASE WHEN it.picked_team_id IS NULL THEN 0 ELSE 1 END
                OR it.picked_team_id IS NOT NULL AND NOT EXISTS (
                  SELECT 1 FROM lead_sights s WHERE s.team_id = it.picked_team_id AND s.lead_id = it.lead_id
                     AND s.offer = CASE WHEN it.state = 'picked' THEN 'held' ELSE 'closed' END)""",
            ),
            Invariant(
                "in_history",
                "The history has the same picks as the lead; each ends once, the last is the winner's (B11).",
                """
                (SELECT coalesce(sum(CASE WHEN h.what = 'picked' THEN 1 ELSE -1 END), 0) FROM lead_history h
                  WHERE h.lead_id = it.lead_id AND h.what IN ('picked', 'undone', 'returned', 'stalled'))
                <> CASE WHEN it.picked_team_id IS NULL THEN 0 ELSE 1 END
                OR it.picked_team_id IS NOT NULL AND NOT EXISTS (
                  SELECT 1 FROM lead_history h WHERE h.lead_id = it.lead_id AND h.what = 'picked'
                     AND h.at = it.picked_at AND h.team_id = it.picked_team_id AND h.user_id = it.picked_by)""",
            ),
            Invariant(
                "in_audit",
                "The winner's audit log has the pick under the team's own number (X5).",
                """
                EXISTS (
                  SELECT 1 FROM lead_sights s WHERE s.lead_id = it.lead_id AND
                    (SELECT count(*) FROM lead_history h
                      WHERE h.lead_id = s.lead_id AND h.team_id = s.team_id AND h.what = 'picked')
                    <> (SELECT count(*) FROM audit a WHERE a.action = 'lead.picked'
                           AND a.team_id = s.team_id AND a.subject = 'L-' || s.number))""",
            ),
            Invariant(
                "undone_once",
                "An entry that undoes a pick names a pick of the same team (B25).",
                """
                EXISTS (
                  SELECT 1 FROM lead_history u WHERE u.lead_id = it.lead_id AND u.what = 'undone'
                     AND NOT EXISTS (SELECT 1 FROM lead_history p WHERE p.lead_id = u.lead_id AND p.what = 'picked'
                                        AND p.entry_id = u.reverses AND p.team_id = u.team_id))""",
            ),
            Invariant(
                "offered",
                "A lead is on offer only while it can be picked, and assigned to one team at most (B9).",
                """
                EXISTS (
                  SELECT 1 FROM lead_sights s WHERE s.lead_id = it.lead_id AND s.offer IN ('open', 'assigned')
                     AND (it.state NOT IN ('open', 'offered', 'assigned')
                          OR (it.state = 'assigned') <> (s.offer = 'assigned')
                          OR it.state = 'open' AND s.team_id <> it.team_id))
                OR it.state = 'assigned' AND 1 < (
                  SELECT count(*) FROM lead_sights s WHERE s.lead_id = it.lead_id AND s.offer = 'assigned')""",
            ),
            Invariant(
                "responsible",
                "The responsible user is a member of the team that has the lead (B19).",
                """
                it.responsible_id IS NOT NULL AND (it.picked_team_id IS NULL OR it.state = 'picked'
                  AND EXISTS (SELECT 1 FROM teams t WHERE t.team_id = it.picked_team_id AND t.deleted_at IS NULL)
                  AND NOT EXISTS (SELECT 1 FROM members m WHERE m.team_id = it.picked_team_id
                                     AND m.user_id = it.responsible_id AND m.removed_at IS NULL))""",
            ),
            Invariant(
                "brokered",
                "A lead on a marketplace is visible to its giver and to the operator.",
                """
                NOT EXISTS (SELECT 1 FROM lead_sights s WHERE s.team_id = it.team_id
                                  AND s.lead_id = it.lead_id AND s.gives)
                OR it.operator_team_id IS NOT NULL AND NOT EXISTS (
                  SELECT 1 FROM lead_sights s WHERE s.team_id = it.operator_team_id AND s.lead_id = it.lead_id
                     AND s.operates)""",
            ),
            Invariant(
                "known_to_actors",
                "Only teams that have or had the lead are named in its history.",
                """
                EXISTS (
                  SELECT 1 FROM lead_history h WHERE h.lead_id = it.lead_id AND NOT EXISTS (
                    SELECT 1 FROM lead_sights s WHERE s.team_id = h.team_id AND s.lead_id = h.lead_id))""",
            ),
        ),
    ),
    InvariantSet(
        "sight",
        "lead_sights",
        ("team_id", "lead_id"),
        (
            Invariant(
                "numbered",
                "A team's number of a lead is unique in the team and not beyond the team's counter.",
                """
                EXISTS (SELECT 1 FROM lead_sights s WHERE s.team_id = it.team_id AND s.number = it.number
                           AND s.lead_id <> it.lead_id)
                OR NOT EXISTS (SELECT 1 FROM counters c WHERE c.team_id = it.team_id AND c.kind = 'lead'
                                  AND c.last >= it.number)""",
            ),
            Invariant(
                "entitled",
                "Another team's lead is on offer to active takers of its marketplace alone (B9).",
                """
                it.offer IN ('open', 'assigned') AND it.team_id <> it.giver_team_id AND NOT EXISTS (
                  SELECT 1 FROM leads l JOIN partners p ON p.team_id = l.operator_team_id
                     AND p.marketplace_id = l.marketplace_id
                   WHERE l.lead_id = it.lead_id AND p.partner_team_id = it.team_id
                     AND p.state = 'active' AND p.takes)""",
            ),
        ),
    ),
)
