"""Card of the page behind a link to a lead."""

from cards.model import Card, Text, Tone, t


def lead_page_card() -> Card:
    """Tell how to open the lead in the chat, without showing anything about it."""
    hint = t("Copy the address of this page into your chat with Kollega. If your team has the lead, it opens there.")
    reason = t("To protect whoever asked, this page itself shows nothing about it.")
    return Card(t("This lead is in the chat with Kollega"), (Text(hint), Text(reason, Tone.SUBTLE)))


EXAMPLES = {"shown": lead_page_card()}
