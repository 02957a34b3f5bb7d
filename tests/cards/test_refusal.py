import ast
from collections.abc import Iterator

from cards.refusal import ARGUMENT_NAMES
from services.lead.draft import LeadDraft
from tests.architecture.source import files


def refused_arguments() -> Iterator[str]:
    """Yield the arguments that `Invalid` refusals in services and bot name."""
    for path in files("services", "bot"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Invalid":
                match node.args:
                    case [ast.Constant(str(name)), *_]:
                        yield name
                    case _:
                        pass


def test_every_invalid_argument_has_a_label() -> None:
    """A refusal names an argument by a translated label, not by its identifier."""
    assert set(refused_arguments()) >= {"kind", "text", "who"}
    assert {*refused_arguments(), *LeadDraft.__dataclass_fields__} - set(ARGUMENT_NAMES) == set()
