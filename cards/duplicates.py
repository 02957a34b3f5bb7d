"""Existing leads with the same contact, shown before another one is created or offered (B24)."""

from cards.model import Block, Instant, Item, Items, T, Text, TimeStyle, Tone, t, tn
from services.errors import ConfirmationWarning
from services.lead.model import LeadView


def duplicate_blocks(warnings: tuple[ConfirmationWarning, ...]) -> tuple[Block, ...]:
    """List the existing leads above the form."""
    leads = [lead for warning in warnings if isinstance(lead := warning.params.get("lead"), LeadView)]
    if not leads:
        return ()
    text = tn(
        "{n} lead has the same e-mail or phone already.", "{n} leads have the same e-mail or phone already.", len(leads)
    )
    return (Text(text, Tone.WARNING), Items(tuple(Item(_lead_title(lead), _lead_detail(lead)) for lead in leads)))


def _lead_title(lead: LeadView) -> T:
    return t("Lead {ref} · {title}", ref=lead.ref, title=lead.title)


def _lead_detail(lead: LeadView) -> T:
    since = Instant(lead.created_at, TimeStyle.DATE)
    if lead.responsible:
        return t("{name}, since {day}, with {who}", name=lead.contact.name, day=since, who=lead.responsible)
    return t("{name}, since {day}", name=lead.contact.name, day=since)


def accept_args(warnings: tuple[ConfirmationWarning, ...]) -> dict[str, list[str]]:
    """Build the arguments that accept these warnings; each names its lead, so that a new duplicate warns again."""
    return {"accept": [warning.code for warning in warnings]} if warnings else {}
