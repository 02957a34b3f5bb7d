"""The roles of the modules of a noun, and what nouns declare beside themselves."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.jobs.scheduler import noun_jobs
from services.discovery import role_modules
from services.events import Event
from services.notices import TellUser, UpdateCards
from services.notification.router import all_subscribers, merge_subscribers
from services.reference import Reference
from tests.architecture.source import ROOT, files, name_of

NOUNS = sorted(path.parent for path in (ROOT / "services").glob("*/__init__.py"))


def classes(path: Path) -> Iterator[tuple[str, str]]:
    """Each class of a module with the name of its first base."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            yield node.name, node.bases[0].id if node.bases and isinstance(node.bases[0], ast.Name) else ""


def role_of(bases: dict[str, str], name: str) -> str:
    """The module that a class belongs into by what it is derived from; empty for any other class."""
    while name in bases:
        name = bases[name]
    return {"Event": "events.py", "Refusal": "refusals.py", "Protocol": "store.py"}.get(name, "")


def test_events_refusals_and_stores_have_their_modules() -> None:
    """In a noun, events, refusals and store protocols are in the modules of these names, and nothing else is there."""
    misplaced: list[str] = []
    for noun in NOUNS:
        bases = {name: base for path in files(name_of(noun)) for name, base in classes(path)}
        for path in files(name_of(noun)):
            for name, _ in classes(path):
                role = role_of(bases, name)
                is_role = path.name in {"events.py", "refusals.py", "store.py"}
                if (role or is_role) and role != path.name:
                    misplaced.append(f"{name_of(path)}: {name}")
    assert misplaced == []


@pytest.mark.parametrize(
    ("role", "name"), [("subscribers", "SUBSCRIBERS"), ("scheduled", "JOBS"), ("model", "REFERENCE")]
)
def test_what_a_noun_declares_is_found(role: str, name: str) -> None:
    """Discovery finds the module of every noun that has one, and only this module declares the name."""
    found = {ROOT.joinpath(*module.__name__.split(".")).with_suffix(".py") for module in role_modules(role)}
    assert found == {noun / f"{role}.py" for noun in NOUNS if (noun / f"{role}.py").exists()}
    assert found
    declaring = {path for path in files("services") if f"\n{name}: Final" in path.read_text(encoding="utf-8")}
    assert declaring <= found
    if role != "model":
        assert declaring == found


def test_subscribers_name_fields_of_their_events() -> None:
    """A subscriber that is data names fields which its event has."""
    unknown = [
        f"{event.__name__}: {field}"
        for event, subscribers in all_subscribers().items()
        for subscriber in subscribers
        if isinstance(subscriber, UpdateCards | TellUser)
        for field in [subscriber.key, *([subscriber.user] if isinstance(subscriber, TellUser) else [])]
        if field not in event.__struct_fields__
    ]
    assert unknown == []


def test_subscribers_of_several_nouns_are_all_called() -> None:
    """The tables of two nouns that name the same event are merged in their order."""
    first, second = UpdateCards("subject"), UpdateCards("actor_id")
    assert merge_subscribers([{Event: (first,)}, {Event: (second,)}]) == {Event: (first, second)}


def test_jobs_have_names_of_their_own() -> None:
    """Jobs share no name: the database keeps their periods by it."""
    counts = Counter(job.name for job in noun_jobs())
    assert [name for name, count in counts.items() if count > 1] == []


def test_references_have_prefixes_of_their_own() -> None:
    """No two nouns write their references with the same prefix, and at most one is meant by a number alone."""
    references: list[Reference] = [module.REFERENCE for module in role_modules("model") if hasattr(module, "REFERENCE")]
    assert sorted(reference.prefix for reference in references) == sorted({item.prefix for item in references})
    assert sum(reference.is_prefix_optional for reference in references) <= 1


@pytest.mark.parametrize(
    ("reference", "text", "number"),
    [
        (Reference("I"), "I-7", 7),
        (Reference("I"), " i007 ", 7),
        (Reference("I"), "7", None),
        (Reference("L", is_prefix_optional=True), "7", 7),
        (Reference("L", is_prefix_optional=True), "l-12", 12),
        (Reference("L", is_prefix_optional=True), "0151123456", None),
        (Reference("L", is_prefix_optional=True), "I-7", None),
        (Reference("L", is_prefix_optional=True), "0190c0ffee", None),
    ],
)
def test_a_reference_is_read(reference: Reference, text: str, number: int | None) -> None:
    """A prefix and a number are read in any case; an id or a phone number is no reference."""
    assert reference.parse(text) == number
