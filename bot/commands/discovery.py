"""What each noun brings: every module of `handlers` its commands, every module of `views` its cards and mails."""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Final

from bot import handlers, views
from bot.commands.registry import Command, Registry
from bot.views.base import MailView, View

RARE: Final = ("audit", "bulk")
"""Nouns whose commands come after all others, because lists such as help's begin with what people do every day."""


def registry() -> Registry:
    """All commands. Raises ValueError where two nouns claim one word."""
    found = Registry()
    for module in _modules(handlers):
        commands: tuple[Command, ...] = module.COMMANDS
        found.add(*commands)
    return found


def all_views() -> dict[str, View]:
    """How posted cards are drawn, by the name of the view."""
    found: dict[str, View] = {}
    for module in _modules(views):
        found.update(getattr(module, "VIEWS", {}))
    return found


def all_mails() -> dict[str, MailView]:
    """How mails are written, by the name of the view."""
    found: dict[str, MailView] = {}
    for module in _modules(views):
        found.update(getattr(module, "MAILS", {}))
    return found


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda one: (one.name in RARE, one.name)):
        yield importlib.import_module(f"{package.__name__}.{found.name}")
