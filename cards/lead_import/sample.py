"""Sample file with recognised headings and one enquiry."""

from typing import Final

from cards.model import T, t, verbatim

SAMPLE_FILE_NAME: Final = t("Leads example.csv")
SAMPLE_ROWS: Final[tuple[tuple[T, ...], ...]] = (
    (
        t("Title"),
        t("Name"),
        t("E-mail"),
        t("Phone"),
        t("Company"),
        t("Postcode"),
        t("Country"),
        t("Enquiry"),
        t("Value"),
        t("Source"),
        t("Campaign"),
    ),
    (
        t("Roof renovation, 120 m²"),
        verbatim("Eva Schneider"),
        verbatim("eva.schneider@example.com"),
        verbatim("+49 711 1234567"),
        verbatim("Schneider Bau GmbH"),
        verbatim("70173"),
        verbatim("DE"),
        t("Please send us a quote by the end of the month."),
        verbatim("18500"),
        t("Trade fair"),
        t("Autumn"),
    ),
)
