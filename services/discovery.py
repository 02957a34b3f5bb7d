"""What the nouns declare beside themselves, found by walking the package: no list names them.

The module of a role (`subscribers`, `scheduled`, `model` …) is imported by name, so no static import leads from here to
a noun.
"""

import importlib
import pkgutil
from functools import cache
from importlib.util import find_spec
from types import ModuleType

import services


@cache
def role_modules(role: str) -> tuple[ModuleType, ...]:
    """Import `services.<noun>.<role>` of every noun that has this module, in the order of the nouns' names."""
    nouns = sorted(found.name for found in pkgutil.iter_modules(services.__path__) if found.ispkg)
    names = [f"{services.__name__}.{noun}.{role}" for noun in nouns]
    return tuple(importlib.import_module(name) for name in names if find_spec(name))
