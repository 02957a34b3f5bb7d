"""Names, descriptions and colour of the product in manifests."""

from typing import Final

from cards.model import t

NAME: Final = "Kollega"
ACCENT: Final = "#3b4cca"
"""Background of the colour icon."""

FULL_NAME: Final = t("Kollega – leads in your channel")
SHORT: Final = t("Pick, share and close leads in the channel where your team talks.")
FULL: Final = t(
    "Enquiries appear as cards in your channel. One click picks a lead, and every other copy of its card shows at "
    "once who has it. Notes, hand-overs, results and offers to partner firms are made on the card. Owners and admins "
    "approve invitations with one click. Contact details are masked wherever others read along. German and English, "
    "for each person."
)


class InvalidManifest(Exception):
    """The given values make no valid manifest; the text is one line with the reason."""
