import re
from pathlib import Path

import pytest

from bot.__main__ import COMMANDS
from bot.operations.settings_reference import render_settings
from bot.settings import PREFIX, Settings, read_settings
from tests.architecture.source import PACKAGES, ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
SETTINGS = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
PICTURE_MAX_BYTES = 200_000

NAMES = [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]
BLOCKS = re.findall(r"^```sh\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
SPANS = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", README, flags=re.DOTALL | re.MULTILINE))
PATHS = [span for span in SPANS if span.split("/")[0] in {*PACKAGES, "tests", "docs"} and "/" in span]
LINKS = re.findall(r"\]\((?!https?:)([^)#]+)", README)


def settings_table() -> dict[str, str]:
    """Each variable of the reference with its default as it would be set."""
    rows = re.findall(rf"^\| `({PREFIX}\w+)` \| (.*?) \|", SETTINGS, re.MULTILINE)
    return {name: "" if default == "empty" else default.strip("`") for name, default in rows}


def example() -> dict[str, str]:
    """Each variable of the example with what stands behind it."""
    return dict(re.findall(rf"^#({PREFIX}\w+)=(.*)$", EXAMPLE, re.MULTILINE))


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder without settings, and none of the machine."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("told", [settings_table(), example()], ids=["settings.md", ".env.example"])
def test_every_setting_is_told_with_its_default(told: dict[str, str], bare: Path) -> None:
    """What the page names are the settings there are, and setting all of them as it says changes nothing."""
    assert sorted(told) == sorted(NAMES)
    defaults = read_settings()
    (bare / ".env").write_text("\n".join(f"{name}={value}" for name, value in told.items()), encoding="utf-8")
    assert read_settings() == defaults


def test_the_reference_is_generated() -> None:
    """The reference is what `python -m bot settings` prints: every setting has its default and its meaning."""
    assert render_settings() == SETTINGS
    assert all(field.description for field in Settings.model_fields.values())


def test_the_commands_can_be_run() -> None:
    """Whatever is to be typed into a shell is a task of the Makefile or a command of the bot."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    lines = [line.partition("#")[0].split() for block in BLOCKS for line in block.splitlines()]
    typed = [line for line in (*lines, *(span.split() for span in SPANS)) if line]
    tasks = {line[1] for line in typed if line[0] == "make" and len(line) == 2}
    commands = {line[3] for line in typed if line[:3] == ["python", "-m", "bot"]}
    assert {tuple(line[:1]) for line in lines if line} == {("make",)}
    assert tasks >= {"run", "test", "help"}
    assert commands >= {"run", "migrate"}
    assert tasks - set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE)) == set()
    assert commands - set(COMMANDS) == set()


@pytest.mark.parametrize("path", sorted({*PATHS, *LINKS}))
def test_what_is_named_exists(path: str) -> None:
    """Every file and folder that the page names or links to; `<noun>` stands for at least one of them."""
    assert list(ROOT.glob(re.sub(r"<\w+>", "*", path).rstrip("/")))


def test_the_words_of_a_pick_are_in_the_source() -> None:
    """The names by which one finds a whole feature are those that the source has."""
    source = "\n".join(path.read_text(encoding="utf-8") for name in PACKAGES for path in (ROOT / name).rglob("*.py"))
    [words] = re.findall(r"every verb the\nsame word: (.*?)\.\n", README, re.DOTALL)
    named = re.findall(r"`([^`]+)`", words)
    assert len(named) >= 4
    assert [name for name in named if not re.search(rf"\b{re.escape(name)}\b", source)] == []


def test_the_pictures_are_light() -> None:
    """A picture is there at once, on a telephone too."""
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert pictures
    assert [name for name in pictures if (ROOT / name).stat().st_size > PICTURE_MAX_BYTES] == []
