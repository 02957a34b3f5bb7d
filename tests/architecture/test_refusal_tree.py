"""The tree of refusals that `services/errors.py` draws."""

import importlib
import re
from collections.abc import Iterator

from services import errors
from services.discovery import role_modules
from services.errors import NeedsConfirmation, Refusal
from tests.architecture.source import ROOT, files, name_of

LINE = re.compile(r"^(?P<indent>[│├└─ ]*)(?P<name>\w+|<Noun>Refusal) {2,}\S", re.MULTILINE)
FAMILY = "<Noun>Refusal"


def drawn_tree() -> list[tuple[int, str]]:
    """The lines of the drawing: depth and name."""
    return [(len(line["indent"]) // 4, line["name"]) for line in LINE.finditer(errors.__doc__ or "")]


def is_family(refusal: type[Refusal]) -> bool:
    """Whether the class is the root of a noun's refusals."""
    return refusal.__module__.endswith(".refusals")


def class_tree(refusal: type[Refusal], depth: int = 0) -> Iterator[tuple[int, str]]:
    """The classes of the product below a refusal, where the families of nouns are one line."""
    yield depth, refusal.__name__
    children = [child for child in refusal.__subclasses__() if child.__module__.startswith("services.")]
    for child in children:
        if not is_family(child):
            yield from class_tree(child, depth + 1)
    if any(map(is_family, children)):
        yield depth + 1, FAMILY


def test_the_drawn_tree_is_the_tree_of_classes() -> None:
    """The docstring draws every refusal in its place, and the families of the nouns as one line."""
    for path in files("services"):
        importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
    assert drawn_tree() == [*class_tree(Refusal), (0, NeedsConfirmation.__name__)]
    assert not issubclass(NeedsConfirmation, Refusal)


def test_a_noun_has_one_family_of_refusals() -> None:
    """Only one class in a noun's refusals derives from Refusal itself, and it is named after the noun."""
    roots = {
        module.__name__: [child.__name__ for child in Refusal.__subclasses__() if child.__module__ == module.__name__]
        for module in role_modules("refusals")
    }
    assert roots == {name: [f"{name.split('.')[1].title().replace('_', '')}Refusal"] for name in roots}


def test_refusals_are_defined_in_services_alone() -> None:
    """No refusal is defined outside of services, where the tree would not show it."""
    outside = [
        name_of(path)
        for path in files("bot", "cards", "storage")
        if re.search(r"^class \w+\(\w*Refusal\):", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert outside == []
