"""Every example of every card: `python -m cards.gallery OUTDIR` draws them all to look at."""

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
"""Modules that draw or collect; they have no card of their own."""


def iterate_examples() -> Iterator[tuple[str, Card]]:
    """Every example as (module.name, card), the modules in the order of their names."""
    for module in import_card_modules():
        for name, card in read_examples(module).items():
            yield f"{module.__name__.removeprefix('cards.')}.{name.replace(' ', '_')}", card


def import_card_modules() -> Iterator[ModuleType]:
    names = sorted(module.name for module in walk_packages(cards.__path__, "cards."))
    return (import_module(name) for name in names if not name.startswith(EXCLUDED_MODULES))


def read_examples(module: ModuleType) -> dict[str, Card]:
    """The examples of one module: `EXAMPLES`, or one `EXAMPLE`."""
    several: dict[str, Card] = getattr(module, "EXAMPLES", {})
    one: Card | None = getattr(module, "EXAMPLE", None)
    return {**several, **({"example": one} if one else {})}


def iterate_texts(piece: object) -> Iterator[T]:
    """Every sentence in a card, nested ones too."""
    match piece:
        case T():
            yield piece
            for param in piece.params.values():
                yield from iterate_texts(param)
        case Struct():
            for name in piece.__struct_fields__:
                yield from iterate_texts(getattr(piece, name))
        case tuple():
            for part in piece:  # pyright: ignore[reportUnknownVariableType] - a tuple of anything
                yield from iterate_texts(part)  # pyright: ignore[reportUnknownArgumentType] - dito
        case _:
            pass


def render_gallery(language: Language) -> str:
    """One page with every example in one language."""
    writer = RenderContext(language, ZONE, NOW)
    shown = ((h.h2[name], html.render_element(card, writer)) for name, card in iterate_examples())
    return html.render_page(f"Gallery ({language})", shown, language)


def main(out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for language in Language:
        (out / f"{language}.html").write_text(render_gallery(language), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
