"""Translations: one PO file per noun and language, merged and compiled in memory."""

from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Final, TypeAlias

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from services.people import Language

LOCALE_FOLDER: Final = Path(__file__).parent

SentenceKey: TypeAlias = str | tuple[str, str]
"""Key of a sentence: its English source, or singular and plural."""


def sentence_key(message: Message) -> SentenceKey:
    return message.id if isinstance(message.id, str) else (message.id[0], message.id[1])


def is_translated(message: Message) -> bool:
    """Tell whether singular and plural are translated."""
    return bool(message.string) and all(message.string)


def list_po_files(language: Language) -> list[Path]:
    return sorted((LOCALE_FOLDER / language / "LC_MESSAGES").glob("*.po"))


def read_catalog(path: Path, language: Language) -> Catalog:
    with path.open("rb") as source:
        return read_po(source, locale=language, charset="utf-8", abort_invalid=True)


def merge_catalogs(language: Language) -> Catalog:
    """Merge the PO files of all nouns of a language."""
    catalog = Catalog(locale=language)
    for path in list_po_files(language):
        for message in read_catalog(path, language):
            if message.id and is_translated(message) and not message.fuzzy:
                catalog.add(message.id, message.string)
    return catalog


def load_translations(language: Language) -> NullTranslations:
    """Load the translations of a language; English needs none, because it is the source."""
    if language is Language.ENGLISH:
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, merge_catalogs(language))
    compiled.seek(0)
    return GNUTranslations(compiled)
