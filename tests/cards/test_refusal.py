import ast
from collections.abc import Iterator

from cards.refusal import ARGUMENT_NAMES
from services.lead.draft import Draft
from tests.architecture.source import files


def named() -> Iterator[str]:
    """The arguments that the rules name when they refuse one."""
    for path in files("services", "bot"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Invalid":
                match node.args:
                    case [ast.Constant(str(name)), *_]:
                        yield name
                    case _:
                        pass


def test_every_argument_that_can_be_wrong_has_words() -> None:
    """Nobody reads the name of a field in a refusal, least of all an English one in a German sentence."""
    assert set(named()) >= {"kind", "text", "who"}
    assert {*named(), *Draft.__dataclass_fields__} - set(ARGUMENT_NAMES) == set()
