"""Import of leads from a file: instructions, preview, progress, result and refusals."""

from cards.lead_import import refusals as refusals
from cards.lead_import.card import VIEW as VIEW, import_card as import_card, import_help_card as import_help_card
from cards.lead_import.forms import (
    KEEP_DUPLICATES as KEEP_DUPLICATES,
    NO_COLUMN as NO_COLUMN,
    columns_form as columns_form,
)
from cards.lead_import.sample import SAMPLE_FILE_NAME as SAMPLE_FILE_NAME, SAMPLE_ROWS as SAMPLE_ROWS
