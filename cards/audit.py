"""Cards and export rows of the audit log: who did what and when (X5)."""

from collections.abc import Mapping
from typing import Any, Final

from cards.examples import NOW
from cards.model import Card, File, Instant, Item, Items, Run, T, Text, Tone, t, tn, verbatim
from cards.roles import ROLES
from services.audit import ChainedEntry, ExportedEntries
from services.audit.model import AuditEntry, AuditPage
from services.file.model import GeneratedFile
from services.permissions import Role

ACTION_NAMES: Final[dict[str, T]] = {
    "access.refused": t("Access refused"),
    "audit.exported": t("Audit log exported"),
    "bulk.links_taken": t("Links of a bulk invitation taken out"),
    "bulk.resent": t("Bulk invitation: mails sent again"),
    "bulk.started": t("Bulk invitation sent"),
    "bulk.stopped": t("Bulk invitation stopped"),
    "channel.declined": t("Offered channel declined"),
    "channel.offered": t("Channel offered by a code"),
    "delivery.resent": t("Message sent again"),
    "delivery.unknown": t("Unclear whether a message arrived"),
    "file.discarded": t("File removed"),
    "file.fetched": t("File fetched"),
    "file.received": t("File received"),
    "identity.agreed": t("Linking of two chats asked for"),
    "identity.declined": t("Linking of two chats declined"),
    "identity.linked": t("Two chats linked to one person"),
    "identity.unlinked": t("Chat unlinked"),
    "invitation.accepted": t("Invitation accepted on its page"),
    "invitation.answered": t("Question answered"),
    "invitation.approved": t("Invitation approved"),
    "invitation.created": t("Invitation sent"),
    "invitation.declined": t("Invitation declined"),
    "invitation.expired": t("Invitation expired"),
    "invitation.joined": t("Invitation used"),
    "invitation.questioned": t("Question asked"),
    "invitation.refused": t("Invitation declined by the invitee"),
    "invitation.requested": t("Invitation asked for"),
    "invitation.resent": t("Invitation sent again"),
    "invitation.revoked": t("Invitation withdrawn"),
    "lead.assigned": t("Lead assigned"),
    "lead.created": t("Lead created"),
    "lead.delegated": t("Lead delegated"),
    "lead.exported": t("Leads exported"),
    "lead.failed": t("Brokerage failed"),
    "lead.import_finished": t("Import finished"),
    "lead.import_started": t("Import started"),
    "lead.import_stopped": t("Import stopped"),
    "lead.imported": t("Leads imported"),
    "lead.lost": t("Lead lost"),
    "lead.noted": t("Note added"),
    "lead.offered": t("Lead offered"),
    "lead.picked": t("Lead picked"),
    "lead.reminded": t("Reminder about a lead"),
    "lead.returned": t("Lead returned"),
    "lead.revealed": t("Contact looked up"),
    "lead.shared": t("Lead shared"),
    "lead.stalled": t("Lead offered again after standing still"),
    "lead.submitted": t("Lead handed to a marketplace"),
    "lead.taken": t("Lead went to a firm"),
    "lead.undone": t("Pick undone"),
    "lead.vacated": t("Lead without a person in charge"),
    "lead.won": t("Lead won"),
    "marketplace.changed": t("Marketplace changed"),
    "marketplace.created": t("Marketplace created"),
    "marketplace.joined": t("Marketplace joined"),
    "member.flagged": t("Responsible colleague changed"),
    "member.joined": t("Colleague joined"),
    "member.left": t("Colleague left"),
    "member.removed": t("Colleague removed"),
    "member.role_changed": t("Role changed"),
    "partner.declined": t("Partner declined"),
    "partner.ended": t("Partnership ended"),
    "partner.invited": t("Partner invited"),
    "partner.joined": t("Partner joined"),
    "partner.withdrawn": t("Partner's invitation withdrawn"),
    "preference.language_chosen": t("Language chosen"),
    "request.approved": t("Request carried out"),
    "request.asked": t("Request made"),
    "request.declined": t("Request declined"),
    "request.withdrawn": t("Request withdrawn"),
    "team.channel_connected": t("Channel connected"),
    "team.channel_disconnected": t("Channel disconnected"),
    "team.channel_shared": t("Other organisations read along in a channel"),
    "team.created": t("Team created"),
    "team.deleted": t("Team deleted"),
    "team.renamed": t("Team renamed"),
    "team.restored": t("Team restored"),
    "team.settings_changed": t("Settings changed"),
    "team.transferred": t("Team handed over"),
}


CHAIN_COLUMNS: Final = (
    "team_id",
    "at",
    "action",
    "user_id",
    "platform",
    "subject",
    "commitment",
    "prev_hash",
    "hash",
    "salt",
    "details",
)
AUDIT_HEADER: Final = (
    t("No."),
    t("Time (UTC)"),
    t("What"),
    t("About"),
    t("Who"),
    t("Through"),
    *(verbatim(name) for name in CHAIN_COLUMNS),
)
"""Readable columns, then those of the hash chain, whose names are the same in every language for verification."""


def audit_row(link: ChainedEntry) -> tuple[str | int | T, ...]:
    """Build the row of one entry for the export."""
    entry = link.entry
    chain = link.commitment, link.prev_hash, link.hash, link.salt, link.canonical
    return (
        entry.seq,
        f"{entry.at:%Y-%m-%d %H:%M:%S}",
        ACTION_NAMES.get(entry.action, verbatim(entry.action)),
        entry.subject,
        _actor_name(entry),
        SOURCE_NAMES.get(entry.platform, verbatim(entry.platform)),
        *(entry.team_id, link.at, entry.action, entry.user_id or "", entry.platform, entry.subject),
        *chain,
    )


def audit_file_name(view: ExportedEntries) -> T:
    """Name the exported file by its first and last entry."""
    return t("Audit log {first} to {last}.csv", first=str(view.first_seq), last=str(view.last_seq))


def audit_export_card(view: ExportedEntries, offered: GeneratedFile) -> Card:
    """Offer the exported file, and the next one when there are more entries."""
    next_file = (Run(t("Next file"), "audit.export", {"after": view.next_after_seq}),) if view.next_after_seq else ()
    return Card(
        tn("{n} entry of the audit log as a file", "{n} entries of the audit log as a file", view.count),
        (
            File(offered.file_id, offered.name, offered.size_bytes),
            Text(t("With the hash of each entry, so that a change can be found later."), Tone.SUBTLE),
        ),
        next_file,
    )


def audit_log_card(view: AuditPage) -> Card:
    """Show one page of the audit log."""
    if not view.entries:
        return Card(t("Nothing has happened yet."))
    older = (Run(t("Show older"), "audit.show", {"before": view.next_before_seq}),) if view.next_before_seq else ()
    return Card(
        t("Audit log of {team}", team=view.team_name),
        (Items(tuple(_entry_item(entry) for entry in view.entries)),),
        (*older, Run(t("Export"), "audit.export")),
    )


SOURCE_NAMES: Final[dict[str, T]] = {
    "slack": verbatim("Slack"),
    "teams": t("Teams"),
    "web": t("browser chat"),
    "web page": t("invitation page"),
    "": t("by itself"),
}


def _entry_item(entry: AuditEntry) -> Item:
    action = ACTION_NAMES.get(entry.action, verbatim(entry.action))
    title = t("{action} · {subject}", action=action, subject=entry.subject) if entry.subject else action
    actor = _actor_name(entry)
    if not entry.platform:
        return Item(title, T("{who}, {at}", {"who": actor, "at": Instant(entry.at)}))
    changed = _change_text(entry.details)
    at, platform = Instant(entry.at), SOURCE_NAMES.get(entry.platform, verbatim(entry.platform))
    if changed:
        return Item(
            title,
            t("{who}, {at}, {platform} · {change}", who=actor, at=at, platform=platform, change=changed),
        )
    return Item(title, t("{who}, {at}, {platform}", who=actor, at=at, platform=platform))


def _actor_name(entry: AuditEntry) -> T:
    if entry.user_name:
        return verbatim(entry.user_name)
    return t("the clock") if entry.user_id is None else t("somebody")


def _change_text(details: Mapping[str, Any]) -> T | None:
    """Say the old and the new value when both are single words."""
    if linked := _linked_chats_text(details):
        return linked
    old, new = details.get("old"), details.get("new")
    if not isinstance(old, str) or not isinstance(new, str):
        return None
    return T("{old} → {new}", {"old": _value_text(old), "new": _value_text(new)})


def _linked_chats_text(details: Mapping[str, Any]) -> T | None:
    """Name the linked chats, or the chat from which a channel was connected (X5)."""
    chats = [details.get(name) for name in ("first_platform", "other_platform", "channel_platform")]
    names = [
        SOURCE_NAMES.get(platform, verbatim(platform)) for platform in chats if isinstance(platform, str) and platform
    ]
    if len(names) > 1:
        return T("{one} + {other}", {"one": names[0], "other": names[1]})
    return T("→ {chat}", {"chat": names[0]}) if names else None


def _value_text(value: str) -> T:
    return ROLES[Role(value)] if value in set(Role) else verbatim(value)


EXAMPLES: Final = {
    "listed": audit_log_card(
        AuditPage(
            "Solarhaus GmbH",
            (
                AuditEntry("t1", 14, NOW, "lead.picked", "u3", "Ben Kaya", "teams", "L-12"),
                AuditEntry(
                    "t1",
                    13,
                    NOW,
                    "member.role_changed",
                    "u1",
                    "Anna Weiß",
                    "web",
                    "",
                    {"old": "member", "new": "admin"},
                ),
                AuditEntry(
                    "t1",
                    13,
                    NOW,
                    "identity.linked",
                    "u3",
                    "Ben Kaya",
                    "teams",
                    "",
                    {"first_platform": "teams", "other_platform": "slack"},
                ),
                AuditEntry("t1", 12, NOW, "invitation.expired", None, "", "", "I-3"),
            ),
            next_before_seq=12,
        )
    ),
    "exported": audit_export_card(
        ExportedEntries(10_000, 1, 10_000, 10_000), GeneratedFile("f3", "Audit.csv", 4_812_000)
    ),
    "empty": audit_log_card(AuditPage("Solarhaus GmbH", ())),
}
