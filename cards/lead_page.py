"""What the page behind a link to a lead says."""

from cards.model import Card, Text, Tone, t


def lead_page_card() -> Card:
    """Where the lead is, for whoever may see it."""
    hint = t("Copy the address of this page into your chat with Kollega. If your team has the lead, it opens there.")
    reason = t("To protect whoever asked, this page itself shows nothing about it.")
    return Card(t("This lead is in the chat with Kollega"), (Text(hint), Text(reason, Tone.SUBTLE)))


EXAMPLES = {"shown": lead_page_card()}
