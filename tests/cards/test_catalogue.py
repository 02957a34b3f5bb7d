from pathlib import Path

import pytest
from babel.messages.catalog import Message

from cards import locale
from cards.locale import SentenceKey, __main__ as collecting
from cards.render.text import find_placeholders
from services.people import Language

FILES = locale.list_po_files(Language.GERMAN)

every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def list_messages(path: Path) -> list[Message]:
    """Return the messages of a PO file."""
    return [message for message in locale.read_catalog(path, Language.GERMAN) if message.id]


def translations(message: Message) -> tuple[str, ...]:
    """Return the translation, singular and plural."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def source_keys() -> set[SentenceKey]:
    """Return every sentence of the sources."""
    return {key for found in collecting.extract_sentences().values() for key in found}


def test_every_sentence_is_translated() -> None:
    """The German catalogue has exactly the sentences of the sources."""
    catalogue_keys = {locale.sentence_key(message) for path in FILES for message in list_messages(path)}
    assert source_keys() - catalogue_keys == set(), "run `make messages NOUN=…` and translate"
    assert catalogue_keys - source_keys() == set(), "run `make messages NOUN=…`"


@every_file
def test_no_translation_is_incomplete(path: Path) -> None:
    """No translation is empty or fuzzy."""
    assert [message.id for message in list_messages(path) if message.fuzzy or not locale.is_translated(message)] == []


@every_file
def test_placeholders_are_the_same(path: Path) -> None:
    """A translation has the placeholders of its source; only a singular may omit the number."""
    wrong = [message.id for message in list_messages(path) if has_other_placeholders(message)]
    assert wrong == []


def has_other_placeholders(message: Message) -> bool:
    """Tell whether the placeholders of a translation differ from those of its source."""
    if isinstance(message.id, str):
        return find_placeholders(message.id) != find_placeholders(translations(message)[0])
    expected = find_placeholders("".join(message.id))
    singular, plural = map(find_placeholders, translations(message))
    return plural != expected or not expected - {"n"} <= singular <= expected


def test_files_translate_alike() -> None:
    """A sentence that is in several files has the same translation in all of them."""
    first_translations: dict[SentenceKey, object] = {}
    differing = [
        message.id
        for path in FILES
        for message in list_messages(path)
        if first_translations.setdefault(locale.sentence_key(message), message.string) != message.string
    ]
    assert differing == []


def test_german_is_addressed_politely() -> None:
    """German says "Sie", never "du", and has no exclamation mark."""
    texts = [" ".join(translations(message)) for path in FILES for message in list_messages(path)]
    familiar = {"du", "dich", "dir", "dein", "deine", "deinen", "deiner", "deinem", "euch", "euer", "eure"}
    assert [text for text in texts if familiar & set(text.lower().split()) or "!" in text] == []


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Provide a project with sentences of two nouns."""
    (tmp_path / "cards" / "locale" / "de" / "LC_MESSAGES").mkdir(parents=True)
    (tmp_path / "bot" / "handlers").mkdir(parents=True)
    (tmp_path / "cards" / "lead.py").write_text('t("Pick")\nt("Cancel")\ntn("{n} lead", "{n} leads", 2)\nt(f"{x}")\n')
    (tmp_path / "bot" / "handlers" / "team.py").write_text('t("Cancel")\nt("Leave")\nt(\n    "Two "\n    "parts"\n)\n')
    monkeypatch.setattr(collecting, "SOURCE_ROOT", tmp_path)
    monkeypatch.setattr(collecting, "LOCALE_FOLDER", tmp_path / "cards" / "locale")
    monkeypatch.setattr(locale, "LOCALE_FOLDER", tmp_path / "cards" / "locale")
    return tmp_path


def noun_keys(noun: str) -> list[SentenceKey]:
    """Return the sentences in the file of a noun."""
    path = locale.LOCALE_FOLDER / "de" / "LC_MESSAGES" / f"{noun}.po"
    return [locale.sentence_key(message) for message in list_messages(path)] if path.exists() else []


@pytest.mark.usefixtures("project")
def test_each_noun_has_its_file() -> None:
    """Sentences are collected into the file of their noun, each into one file only."""
    missing = collecting.collect_sentences(Language.GERMAN, [])
    assert noun_keys("lead") == ["Pick", "Cancel", ("{n} lead", "{n} leads")]
    assert noun_keys("team") == ["Leave", "Two parts"]
    assert len(missing) == 5


def test_translations_are_kept(project: Path) -> None:
    """Collecting again keeps translations, drops unused sentences and leaves the files of other nouns unchanged."""
    collecting.collect_sentences(Language.GERMAN, [])
    folder = project / "cards" / "locale" / "de" / "LC_MESSAGES"
    lead, team = folder / "lead.po", folder / "team.po"
    lead.write_text(
        lead.read_text("utf-8").replace('msgid "Pick"\nmsgstr ""', '# a button\nmsgid "Pick"\nmsgstr "Übernehmen"')
    )
    before = team.read_bytes()
    (project / "cards" / "lead.py").write_text('t("Pick")\nt("Share")\n')
    assert collecting.collect_sentences(Language.GERMAN, ["lead"]) == ["lead.po: Share", "lead.po: Cancel"]
    assert noun_keys("lead") == ["Pick", "Share", "Cancel"]
    assert "# a button" in lead.read_text("utf-8")
    assert locale.load_translations(Language.GERMAN).gettext("Pick") == "Übernehmen"
    assert team.read_bytes() == before


def test_a_noun_without_sentences_has_no_file(project: Path) -> None:
    """A file without sentences is deleted."""
    collecting.collect_sentences(Language.GERMAN, [])
    (project / "cards" / "lead.py").write_text("")
    (project / "bot" / "handlers" / "team.py").write_text('t("Leave")')
    collecting.collect_sentences(Language.GERMAN, [])
    assert (noun_keys("lead"), noun_keys("team")) == ([], ["Leave"])


def test_missing_translation_is_english(project: Path) -> None:
    """A missing translation, or half a plural, is shown in English and never empty."""
    collecting.collect_sentences(Language.GERMAN, [])
    catalogue = locale.load_translations(Language.GERMAN)
    assert (project / "cards" / "locale" / "de" / "LC_MESSAGES" / "lead.po").exists()
    assert catalogue.gettext("Pick") == "Pick"
    assert catalogue.ngettext("{n} lead", "{n} leads", 2) == "{n} leads"
