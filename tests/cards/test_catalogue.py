from pathlib import Path

import pytest
from babel.messages.catalog import Message

from cards import locale
from cards.locale import SentenceKey, __main__ as collecting
from cards.render.text import find_placeholders
from services.people import Language

FILES = locale.list_po_files(Language.GERMAN)

every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def messages(path: Path) -> list[Message]:
    """The sentences of a PO file."""
    return [message for message in locale.read_catalog(path, Language.GERMAN) if message.id]


def strings(message: Message) -> tuple[str, ...]:
    """The translation, singular and plural."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def used() -> set[SentenceKey]:
    """Every sentence of the sources."""
    return {key for keys in collecting.extract_sentences().values() for key in keys}


def test_every_sentence_is_translated() -> None:
    """What the sources say, the catalogue says in German, and nothing else stands in it."""
    known = {locale.sentence_key(message) for path in FILES for message in messages(path)}
    assert used() - known == set(), "run `make messages NOUN=…` and translate"
    assert known - used() == set(), "run `make messages NOUN=…`"


@every_file
def test_nothing_is_unfinished(path: Path) -> None:
    """No sentence is empty, and none is a guess of a tool."""
    assert [message.id for message in messages(path) if message.fuzzy or not locale.is_translated(message)] == []


@every_file
def test_placeholders_are_the_same(path: Path) -> None:
    """A translation has the placeholders of its source; only a singular may do without the number."""
    wrong = [message.id for message in messages(path) if differing(message)]
    assert wrong == []


def differing(message: Message) -> bool:
    """Whether a translation lacks a placeholder or has one too many."""
    if isinstance(message.id, str):
        return find_placeholders(message.id) != find_placeholders(strings(message)[0])
    wanted = find_placeholders("".join(message.id))
    one, many = map(find_placeholders, strings(message))
    return many != wanted or not wanted - {"n"} <= one <= wanted


def test_files_agree() -> None:
    """A sentence that several files translate reads the same in all of them."""
    said: dict[SentenceKey, object] = {}
    differing = [
        message.id
        for path in FILES
        for message in messages(path)
        if said.setdefault(locale.sentence_key(message), message.string) != message.string
    ]
    assert differing == []


def test_german_is_addressed_politely() -> None:
    """German says "Sie", never "du", and does not shout."""
    said = [" ".join(strings(message)) for path in FILES for message in messages(path)]
    familiar = {"du", "dich", "dir", "dein", "deine", "deinen", "deiner", "deinem", "euch", "euer", "eure"}
    assert [words for words in said if familiar & set(words.lower().split()) or "!" in words] == []


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with two nouns, whose sentences are to be collected."""
    (tmp_path / "cards" / "locale" / "de" / "LC_MESSAGES").mkdir(parents=True)
    (tmp_path / "bot" / "handlers").mkdir(parents=True)
    (tmp_path / "cards" / "lead.py").write_text('t("Pick")\nt("Cancel")\ntn("{n} lead", "{n} leads", 2)\nt(f"{x}")\n')
    (tmp_path / "bot" / "handlers" / "team.py").write_text('t("Cancel")\nt("Leave")\nt(\n    "Two "\n    "parts"\n)\n')
    monkeypatch.setattr(collecting, "SOURCE_ROOT", tmp_path)
    monkeypatch.setattr(collecting, "LOCALE_FOLDER", tmp_path / "cards" / "locale")
    monkeypatch.setattr(locale, "LOCALE_FOLDER", tmp_path / "cards" / "locale")
    return tmp_path


def keys(noun: str) -> list[SentenceKey]:
    """The sentences in the file of a noun."""
    path = locale.LOCALE_FOLDER / "de" / "LC_MESSAGES" / f"{noun}.po"
    return [locale.sentence_key(message) for message in messages(path)] if path.exists() else []


@pytest.mark.usefixtures("project")
def test_each_noun_has_its_file() -> None:
    """Sentences are collected into the file of their noun, each into one file only."""
    missing = collecting.collect_sentences(Language.GERMAN, [])
    assert keys("lead") == ["Pick", "Cancel", ("{n} lead", "{n} leads")]
    assert keys("team") == ["Leave", "Two parts"]
    assert len(missing) == 5


def test_translations_are_kept(project: Path) -> None:
    """Collecting again keeps what is translated, drops what nobody says, and touches no other noun's file."""
    collecting.collect_sentences(Language.GERMAN, [])
    folder = project / "cards" / "locale" / "de" / "LC_MESSAGES"
    lead, team = folder / "lead.po", folder / "team.po"
    lead.write_text(
        lead.read_text("utf-8").replace('msgid "Pick"\nmsgstr ""', '# a button\nmsgid "Pick"\nmsgstr "Übernehmen"')
    )
    before = team.read_bytes()
    (project / "cards" / "lead.py").write_text('t("Pick")\nt("Share")\n')
    assert collecting.collect_sentences(Language.GERMAN, ["lead"]) == ["lead.po: Share", "lead.po: Cancel"]
    assert keys("lead") == ["Pick", "Share", "Cancel"]
    assert "# a button" in lead.read_text("utf-8")
    assert locale.load_translations(Language.GERMAN).gettext("Pick") == "Übernehmen"
    assert team.read_bytes() == before


def test_a_noun_without_sentences_has_no_file(project: Path) -> None:
    """A file in which nothing is left goes."""
    collecting.collect_sentences(Language.GERMAN, [])
    (project / "cards" / "lead.py").write_text("")
    (project / "bot" / "handlers" / "team.py").write_text('t("Leave")')
    collecting.collect_sentences(Language.GERMAN, [])
    assert (keys("lead"), keys("team")) == ([], ["Leave"])


def test_what_is_not_translated_is_said_in_english(project: Path) -> None:
    """A missing translation, or half a plural, is shown in English and never as nothing."""
    collecting.collect_sentences(Language.GERMAN, [])
    catalogue = locale.load_translations(Language.GERMAN)
    assert (project / "cards" / "locale" / "de" / "LC_MESSAGES" / "lead.po").exists()
    assert catalogue.gettext("Pick") == "Pick"
    assert catalogue.ngettext("{n} lead", "{n} leads", 2) == "{n} leads"
