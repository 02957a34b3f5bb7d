import re
import statistics

from tests.architecture.source import PACKAGES, ROOT, files, functions, length_of, name_of

FILE_LINES = 400
FUNCTION_LINES = 70
USUAL_FUNCTION_LINES = 40
# The brackets keep this file out of the search.
UNFINISHED = re.compile(r"\b(TO[D]O|FIX[M]E|XX[X])\b")
LESS_TYPED = re.compile(r"^# pyright: (?!ignore\[)", re.MULTILINE)


def test_every_package_has_modules() -> None:
    """Each of the four packages has modules, so that the tests below check something."""
    assert [package for package in PACKAGES if not files(package)] == []


def test_files_are_short() -> None:
    """No module of the product exceeds the limit of lines."""
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in files(*PACKAGES)}
    assert {name: length for name, length in lengths.items() if length > FILE_LINES} == {}


def test_functions_are_short() -> None:
    """No function of the product exceeds the limit of lines."""
    lengths = {
        f"{name_of(path)}:{function.lineno} {function.name}": length_of(function)
        for path in files(*PACKAGES)
        for function in functions(path)
    }
    assert {name: length for name, length in lengths.items() if length > FUNCTION_LINES} == {}


def test_most_functions_are_short() -> None:
    """Nineteen of twenty functions are below the lower limit of lines."""
    lengths = [length_of(function) for path in files(*PACKAGES) for function in functions(path)]
    assert statistics.quantiles(lengths, n=20)[-1] < USUAL_FUNCTION_LINES


def test_no_unfinished_work_is_noted() -> None:
    """No file of the product or its tests contains a note about unfinished work."""
    notes = [
        f"{name_of(path)}:{number}"
        for path in files(*PACKAGES, "tests")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if UNFINISHED.search(line)
    ]
    assert notes == []


def test_types_are_strict() -> None:
    """No file lowers the strictness of types."""
    lowered = [
        name_of(path) for path in files(*PACKAGES, "tests") if LESS_TYPED.search(path.read_text(encoding="utf-8"))
    ]
    assert lowered == []


def test_folders_are_packages() -> None:
    """Every folder with modules is a package, so that its modules have one import name."""
    folders = {path.parent for path in files(*PACKAGES, "tests")}
    assert sorted(name_of(folder) for folder in folders if not (folder / "__init__.py").exists()) == []


def test_code_is_in_packages_only() -> None:
    """Code is in the four packages and the tests, and nowhere else at the top level."""
    assert [path.name for path in ROOT.glob("*.py")] == []
