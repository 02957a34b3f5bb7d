"""All examples of all cards: `python -m cards.gallery OUTDIR` renders them to HTML pages."""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType
from typing import Final

import htpy as h
from msgspec import Struct

import cards
from cards.examples import NOW, ZONE
from cards.model import Card, T
from cards.render import html
from cards.render.text import RenderContext
from services.people import Language

EXCLUDED_MODULES: Final = ("cards.gallery", "cards.locale", "cards.render")
"""Modules that have no examples."""


def iterate_examples() -> Iterator[tuple[str, Card]]:
    """Yield every example as (module.name, card), ordered by module name."""
    for module in import_card_modules():
        for name, card in read_examples(module).items():
            yield f"{module.__name__.removeprefix('cards.')}.{name.replace(' ', '_')}", card


def import_card_modules() -> Iterator[ModuleType]:
    names = sorted(module.name for module in walk_packages(cards.__path__, "cards."))
    return (import_module(name) for name in names if not name.startswith(EXCLUDED_MODULES))


def read_examples(module: ModuleType) -> dict[str, Card]:
    """Read the examples of one module: `EXAMPLES`, or one `EXAMPLE`."""
    several: dict[str, Card] = getattr(module, "EXAMPLES", {})
    single: Card | None = getattr(module, "EXAMPLE", None)
    return {**several, **({"example": single} if single else {})}


def iterate_texts(element: object) -> Iterator[T]:
    """Yield every sentence in a card, nested ones included."""
    match element:
        case T():
            yield element
            for param in element.params.values():
                yield from iterate_texts(param)
        case Struct():
            for name in element.__struct_fields__:
                yield from iterate_texts(getattr(element, name))
        case tuple():
            for part in element:  # pyright: ignore[reportUnknownVariableType] - a tuple of anything
                yield from iterate_texts(part)  # pyright: ignore[reportUnknownArgumentType] - dito
        case _:
            pass


def render_gallery(language: Language) -> str:
    """Render one page with every example in one language."""
    ctx = RenderContext(language, ZONE, NOW)
    sections = ((h.h2[name], html.render_element(card, ctx)) for name, card in iterate_examples())
    return html.render_page(f"Gallery ({language})", sections, language)


def main(out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for language in Language:
        (out / f"{language}.html").write_text(render_gallery(language), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
