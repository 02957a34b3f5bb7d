"""Discover what the modules declare: the commands in `bot.handlers`, the views of cards and mails in `bot.views`."""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

from bot import handlers, views
from bot.commands.command import Command
from bot.commands.registry import Registry
from bot.views.base import MailView, View


def build_registry() -> Registry:
    """Register the commands of all handlers. Raises ValueError where two nouns claim one word."""
    registry = Registry()
    for module in _walk(handlers):
        registry.add(*_declared_commands(module))
    return registry


def list_views() -> dict[str, View]:
    """List the views of posted cards by name."""
    found: dict[str, View] = {}
    for module in _walk(views):
        found.update(getattr(module, "VIEWS", {}))
    return found


def list_mail_views() -> dict[str, MailView]:
    """List the views of mails by name."""
    found: dict[str, MailView] = {}
    for module in _walk(views):
        found.update(getattr(module, "MAILS", {}))
    return found


def _declared_commands(module: ModuleType) -> list[Command]:
    """List the commands that a module declares, in source order; imported ones belong to another module."""
    commands = [value for value in vars(module).values() if isinstance(value, Command)]
    return [command for command in commands if command.handler.__module__ == module.__name__]


def _walk(package: ModuleType) -> Iterator[ModuleType]:
    """Walk the modules below a package, sorted by `HELP_RANK` (0 where a module declares none) and name."""
    names = (f"{package.__name__}.{info.name}" for info in pkgutil.iter_modules(package.__path__))
    modules = [importlib.import_module(name) for name in names]
    for module in sorted(modules, key=lambda module: (getattr(module, "HELP_RANK", 0), module.__name__)):
        yield module
        if hasattr(module, "__path__"):
            yield from _walk(module)
