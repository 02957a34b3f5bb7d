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
    """Return each variable of the reference with its default."""
    rows = re.findall(rf"^\| `({PREFIX}\w+)` \| (.*?) \|", SETTINGS, re.MULTILINE)
    return {name: "" if default == "empty" else default.strip("`") for name, default in rows}


def example() -> dict[str, str]:
    """Return each variable of the example file with its value."""
    return dict(re.findall(rf"^#({PREFIX}\w+)=(.*)$", EXAMPLE, re.MULTILINE))


@pytest.fixture
def empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder without settings, and no settings in the environment."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("listed", [settings_table(), example()], ids=["settings.md", ".env.example"])
def test_every_setting_is_listed_with_its_default(listed: dict[str, str], empty_folder: Path) -> None:
    """The table lists all settings, and setting each to its listed default changes nothing."""
    assert sorted(listed) == sorted(NAMES)
    defaults = read_settings()
    (empty_folder / ".env").write_text("\n".join(f"{name}={value}" for name, value in listed.items()), encoding="utf-8")
    assert read_settings() == defaults


def test_the_reference_is_generated() -> None:
    """The reference is what `python -m bot settings` prints: every setting has its default and its meaning."""
    assert render_settings() == SETTINGS
    assert all(field.description for field in Settings.model_fields.values())


def test_the_commands_can_be_run() -> None:
    """Every shell command in the README is a task of the Makefile or a command of the bot."""
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
def test_named_files_exist(path: str) -> None:
    """Every file and folder that the README names or links exists; `<noun>` matches at least one."""
    assert list(ROOT.glob(re.sub(r"<\w+>", "*", path).rstrip("/")))


def test_the_names_of_a_pick_are_in_the_source() -> None:
    """The names in the README's example of a feature occur in the source."""
    source = "\n".join(path.read_text(encoding="utf-8") for name in PACKAGES for path in (ROOT / name).rglob("*.py"))
    [words] = re.findall(r"every verb the\nsame word: (.*?)\.\n", README, re.DOTALL)
    named = re.findall(r"`([^`]+)`", words)
    assert len(named) >= 4
    assert [name for name in named if not re.search(rf"\b{re.escape(name)}\b", source)] == []


def test_the_pictures_are_small() -> None:
    """Every picture is small enough for a slow connection."""
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert pictures
    assert [name for name in pictures if (ROOT / name).stat().st_size > PICTURE_MAX_BYTES] == []
