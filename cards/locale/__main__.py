"""`python -m cards.locale [noun …]` updates the PO file of each noun from the sources."""

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import write_po

from cards.locale import LOCALE_FOLDER, SentenceKey, is_translated, list_po_files, read_catalog, sentence_key
from services.people import Language

SOURCE_ROOT: Final = LOCALE_FOLDER.parent.parent
KEYWORDS: Final[dict[str, Any]] = {"t": (1,), "tn": (1, 2)}
ROLE_FOLDERS: Final = {"handlers", "platforms", "gateways"}
"""Folders of `bot` named by role; the modules inside are named by noun."""

PO_HEADER: Final = b"""msgid ""
msgstr ""
"Language: de\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""


def po_name(path: Path) -> str:
    """Name the PO file of a source: cards/lead.py and bot/handlers/lead.py share lead.po."""
    return next(part for part in path.relative_to(SOURCE_ROOT).with_suffix("").parts[1:] if part not in ROLE_FOLDERS)


def extract_sentences() -> dict[str, dict[SentenceKey, None]]:
    """Extract the sentences of each noun in source order."""
    sentences: dict[str, dict[SentenceKey, None]] = {}
    for path in sorted([*SOURCE_ROOT.glob("cards/**/*.py"), *SOURCE_ROOT.glob("bot/**/*.py")]):
        for _, key, _, _ in extract_from_file("python", path, keywords=KEYWORDS):
            sentences.setdefault(po_name(path), {})[key if isinstance(key, str) else (key[0], key[1])] = None
    return sentences


def select_keys(
    translated: dict[str, dict[SentenceKey, Message]], noun: str, sources: dict[str, dict[SentenceKey, None]]
) -> Iterator[SentenceKey]:
    """Yield a noun's keys: used by it and not translated elsewhere, or used only by other nouns and kept here."""
    own = translated.get(noun, {})
    translated_elsewhere = {
        key for other_noun, messages in translated.items() if other_noun != noun for key in messages
    }
    for key in sources.get(noun, {}):
        if key in own or key not in translated_elsewhere:
            yield key
    for key in own:
        if (
            key not in sources.get(noun, {})
            and any(key in keys for keys in sources.values())
            and key not in translated_elsewhere
        ):
            yield key


def write_catalog(
    path: Path, keys: list[SentenceKey], messages: dict[SentenceKey, Message], language: Language
) -> None:
    catalog = Catalog(locale=language)
    for key in keys:
        message = messages.get(key)
        catalog.add(key, message.string if message else None, user_comments=message.user_comments if message else ())
    text = BytesIO()
    write_po(text, catalog, width=120, no_location=True, omit_header=True)
    path.write_bytes(PO_HEADER + text.getvalue().lstrip())


def collect_sentences(language: Language, nouns: list[str]) -> list[str]:
    """Update the PO files of these nouns, or of all, and return the untranslated sentences."""
    sources = extract_sentences()
    translated = {
        p.stem: {sentence_key(m): m for m in read_catalog(p, language) if m.id} for p in list_po_files(language)
    }
    missing: list[str] = []
    for noun in nouns or sorted(sources.keys() | translated.keys()):
        messages = translated.get(noun, {})
        keys = list(select_keys(translated, noun, sources))
        path = LOCALE_FOLDER / language / "LC_MESSAGES" / f"{noun}.po"
        if keys:
            write_catalog(path, keys, messages, language)
            translated[noun] = {
                **{key: Message(key) for key in keys},
                **{key: m for key, m in messages.items() if key in keys},
            }
        else:
            path.unlink(missing_ok=True)
            translated.pop(noun, None)
        missing += [f"{path.name}: {key}" for key in keys if key not in messages or not is_translated(messages[key])]
    return missing


if __name__ == "__main__":
    sys.stdout.writelines(f"not translated: {line}\n" for line in collect_sentences(Language.GERMAN, sys.argv[1:]))
