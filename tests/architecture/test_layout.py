import re
import statistics

from tests.architecture.source import PACKAGES, ROOT, files, functions, length_of, name_of

FILE_LINES = 400
FUNCTION_LINES = 70
USUAL_FUNCTION_LINES = 40
# The brackets keep this file from finding itself.
UNFINISHED = re.compile(r"\b(TO[D]O|FIX[M]E|XX[X])\b")
LESS_TYPED = re.compile(r"^# pyright: (?!ignore\[)", re.MULTILINE)


def test_there_is_code_to_look_at() -> None:
    """Each of the four packages has modules, so that the tests below look at something."""
    assert [package for package in PACKAGES if not files(package)] == []


def test_files_fit_in_the_head() -> None:
    """No module of the product is longer than one person holds in the head."""
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in files(*PACKAGES)}
    assert {name: length for name, length in lengths.items() if length > FILE_LINES} == {}


def test_functions_fit_on_a_screen() -> None:
    """No function of the product is longer than a screen."""
    lengths = {
        f"{name_of(path)}:{function.lineno} {function.name}": length_of(function)
        for path in files(*PACKAGES)
        for function in functions(path)
    }
    assert {name: length for name, length in lengths.items() if length > FUNCTION_LINES} == {}


def test_most_functions_are_short() -> None:
    """Nineteen of twenty functions are far shorter than a screen."""
    lengths = [length_of(function) for path in files(*PACKAGES) for function in functions(path)]
    assert statistics.quantiles(lengths, n=20)[-1] < USUAL_FUNCTION_LINES


def test_nothing_is_left_for_later() -> None:
    """No file of the product or its tests holds a note about unfinished work."""
    notes = [
        f"{name_of(path)}:{number}"
        for path in files(*PACKAGES, "tests")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if UNFINISHED.search(line)
    ]
    assert notes == []


def test_types_are_strict() -> None:
    """No file lowers the strictness of the types."""
    lowered = [
        name_of(path) for path in files(*PACKAGES, "tests") if LESS_TYPED.search(path.read_text(encoding="utf-8"))
    ]
    assert lowered == []


def test_folders_are_packages() -> None:
    """Every folder with modules is a package, so that its modules have one name wherever they are imported."""
    folders = {path.parent for path in files(*PACKAGES, "tests")}
    assert sorted(name_of(folder) for folder in folders if not (folder / "__init__.py").exists()) == []


def test_there_is_no_stray_code() -> None:
    """Code lives in the four packages and the tests, nowhere else at the top."""
    assert [path.name for path in ROOT.glob("*.py")] == []
