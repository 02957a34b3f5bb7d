import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.source import ROOT

# Modules that the contracts name; import-linter needs them to exist.
MODULES = (
    "bot/app",
    "bot/__main__",
    "bot/handlers/lead",
    "bot/handlers/team",
    "bot/gateways/smtp",
    "bot/platforms/base",
    "bot/views/base",
    "storage/lead",
    "cards/model",
    "cards/lead",
    "cards/team",
    "cards/render/html",
)


def contracts() -> list[Mapping[str, Any]]:
    """Return the import contracts of pyproject.toml."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return declared["tool"]["importlinter"]["contracts"]


def contract(name: str) -> Mapping[str, Any]:
    """Return one import contract."""
    return next(contract for contract in contracts() if contract["id"] == name)


def service_bones() -> list[str]:
    """Every module and noun that the contract about the order of services names; nouns with a model and a store."""
    names = [name for layer in contract("order")["layers"] for name in layer.split(" | ")]
    folders = [name for name in names if (ROOT / "services" / name).is_dir()]
    roles = [f"services/{noun}/{role}" for noun in folders for role in ("model", "events", "refusals", "store")]
    return [f"services/{name}" for name in names if name not in folders] + roles


def write(root: Path, module: str, text: str = "") -> None:
    """Write a module into the skeleton."""
    path = root / f"{module}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    for folder in path.relative_to(root).parents:
        if folder.name:
            (root / folder / "__init__.py").touch()
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def skeleton(tmp_path: Path) -> Path:
    """A copy of the package tree with empty modules."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for module in (*MODULES, *service_bones()):
        write(tmp_path, module)
    write(tmp_path, "services/unit_of_work", "import services.lead.store\n")
    return tmp_path


def check(root: Path, name: str) -> bool:
    """Return whether a contract is kept."""
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo", "--contract", name]
    result = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=50, check=False)
    assert "Contracts: " in result.stdout, result.stdout + result.stderr
    return result.returncode == 0


def test_folders_of_the_bot_are_free_of_vendors() -> None:
    """Every folder of the bot except platforms and gateways is in the contract that forbids vendor SDKs."""
    folders = {path.parent.name for path in (ROOT / "bot").glob("*/__init__.py")}
    named = {name.split(".")[1] for name in contract("vendors")["source_modules"] if name.count(".") == 2}
    assert folders - {"platforms", "gateways"} == named


@pytest.mark.parametrize(
    ("name", "module", "imported"),
    [
        ("layers", "services/errors", "cards.model"),
        ("order", "services/lead/pick", "services.marketplace.model"),
        ("order", "services/team/model", "services.member.model"),
        ("order", "services/actor", "services.unit_of_work"),
        ("order", "services/coupon/model", "services.errors"),
        ("models", "services/lead/model", "services.unit_of_work"),
        ("models", "services/lead/store", "services.unit_of_work"),
        ("layers", "cards/model", "storage.lead"),
        ("layers", "storage/lead", "cards.model"),
        ("layers", "cards/model", "bot.app"),
        ("composition", "bot/handlers/lead", "storage.lead"),
        ("rules", "services/errors", "sqlalchemy"),
        ("rules", "services/errors", "aiohttp.web"),
        ("rules", "services/errors", "slack_bolt"),
        ("rules", "services/errors", "socket"),
        ("vendors", "bot/handlers/lead", "botbuilder.core"),
        ("vendors", "bot/app", "slack_sdk"),
        ("vendors", "bot/views/base", "microsoft_teams.cards"),
        ("vendors", "storage/lead", "stripe"),
        ("neutral", "bot/handlers/lead", "bot.platforms.base"),
        ("drawing", "cards/model", "aiohttp"),
        ("handlers", "bot/handlers/lead", "bot.handlers.team"),
        ("nouns", "cards/lead", "cards.team"),
        ("nouns", "cards/lead", "cards.render.html"),
        ("nouns", "cards/render/html", "cards.lead"),
        ("tests", "services/errors", "tests.builders"),
    ],
)
def test_a_wrong_import_is_detected(skeleton: Path, name: str, module: str, imported: str) -> None:
    """A contract is kept by empty modules and broken by one forbidden import."""
    assert check(skeleton, name)
    write(skeleton, module, f"import {imported}\n")
    assert not check(skeleton, name)


@pytest.mark.parametrize(
    ("name", "module", "imported"),
    [
        ("order", "services/marketplace/offer", "services.lead.model"),
        ("models", "services/lead/pick", "services.unit_of_work"),
        ("composition", "bot/app", "storage.lead"),
        ("composition", "bot/__main__", "storage.lead"),
        ("vendors", "bot/platforms/base", "botbuilder.core"),
        ("vendors", "bot/gateways/smtp", "aiosmtplib"),
        ("rules", "storage/lead", "sqlalchemy"),
        ("layers", "bot/handlers/lead", "cards.model"),
        ("nouns", "cards/lead", "cards.model"),
        ("nouns", "cards/render/html", "cards.model"),
    ],
)
def test_a_right_import_passes(skeleton: Path, name: str, module: str, imported: str) -> None:
    """An import that the contracts allow is accepted."""
    write(skeleton, module, f"import {imported}\n")
    assert check(skeleton, name)
