import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "cards", "services", "storage")
# Migrations are never edited, and catalogues are translated.
GENERATED = ("storage/migrations/", "cards/locale/")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def name_of(path: Path) -> str:
    """Return the path relative to the root, with slashes."""
    return path.relative_to(ROOT).as_posix()


def files(*folders: str) -> list[Path]:
    """Return the hand-written modules in some folders."""
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in found if not name_of(path).startswith(GENERATED)]


def functions(path: Path) -> Iterator[Function]:
    """Return every function of a module, including nested ones."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, Function):
            yield node


def length_of(function: Function) -> int:
    """Return the number of lines from the first decorator to the last statement."""
    first = min([function.lineno, *(decorator.lineno for decorator in function.decorator_list)])
    return (function.end_lineno or function.lineno) - first + 1
