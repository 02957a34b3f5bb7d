import io
import json
import re
import tomllib
import zipfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any, cast

import jsonschema
import pytest
from jsonschema.exceptions import ValidationError
from playwright.async_api import async_playwright

from bot import VERSION
from bot.__main__ import main
from bot.commands import discovery
from bot.commands.extensions import EXTENSIONS
from bot.manifests import teams
from bot.manifests.menu import ENTRIES_MAX, MENUS, MenuScope
from bot.pages.about import AboutPages
from cards.about_pages import SiteOperator
from services.people import Language
from tests import png
from tests.architecture.source import ROOT

APP_ID = "7b3c1a52-9d0e-4f6a-8b21-5c7d9e0f1a2b"
URL = "https://bot.solarhaus.example"
APP = teams.App(app_id=APP_ID, url=URL, version="1.2.3", developer="Solarhaus GmbH")
REGISTRY = discovery.build_registry()

SCHEMAS = Path(__file__).parent / "schema"
LOCALIZABLE = {"title", "description", "short", "full"}
STEP = re.compile(r"(\w+)|\[(\d+)\]")
# Limits of older clients; the newest schema allows more.
TITLE_MAX_CHARS, ABOUT_MAX_CHARS = 32, 128
# Antialiasing differs a little from one browser to the next.
SAME_DRAWING = 2.0

every_language = pytest.mark.parametrize("language", Language)


def mistakes(document: dict[str, Any], schema: str) -> list[str]:
    """Return the violations of a published schema."""
    read = json.loads((SCHEMAS / f"MicrosoftTeams.{schema}.json").read_text("utf-8"))
    validator = jsonschema.Draft4Validator(read, format_checker=jsonschema.FormatChecker())
    errors = cast("Iterator[ValidationError]", validator.iter_errors(document))  # pyright: ignore[reportUnknownMemberType]
    return [f"{error.json_path}: {error.message[:300]}" for error in errors]


def text_at(document: Any, path: str) -> Any:  # noqa: ANN401 - JSON
    """Return the text at a path of a localisation file."""
    for name, index in STEP.findall(path):
        document = document[name] if name else document[int(index)]
    return document


def words(piece: object, path: str = "") -> Iterator[str]:
    """Return the paths of all visible texts of a manifest."""
    if isinstance(piece, dict):
        for name, part in cast("dict[str, object]", piece).items():
            if isinstance(part, str) and name in LOCALIZABLE:
                yield f"{path}.{name}".removeprefix(".")
            yield from words(part, f"{path}.{name}")
    elif isinstance(piece, list):
        for index, part in enumerate(cast("list[object]", piece)):
            yield from words(part, f"{path}[{index}]")


def packed() -> dict[str, bytes]:
    """Return the files of the package."""
    with zipfile.ZipFile(io.BytesIO(teams.package(APP, REGISTRY))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_package_contents() -> None:
    """The archive has the manifest, the German texts and both icons at its top level."""
    files = packed()
    assert set(files) == {"manifest.json", "de.json", "color.png", "outline.png"}
    manifest = json.loads(files["manifest.json"])
    named = {
        *manifest["icons"].values(),
        *(language_file["file"] for language_file in manifest["localizationInfo"]["additionalLanguages"]),
    }
    assert named == set(files) - {"manifest.json"}
    assert (manifest["id"], manifest["version"]) == (APP_ID, "1.2.3")
    assert {manifest["bots"][0]["botId"], manifest["composeExtensions"][0]["botId"]} == {APP_ID}


def test_package_is_reproducible() -> None:
    """The package has the same bytes each time."""
    assert teams.package(APP, REGISTRY) == teams.package(APP, discovery.build_registry())


def test_the_manifest_is_valid() -> None:
    """Manifest and German texts are valid for Microsoft's published schemas and name them."""
    files = packed()
    for name, schema in (("manifest.json", "schema"), ("de.json", "Localization.schema")):
        document = json.loads(files[name])
        assert mistakes(document, schema) == []
        assert document["$schema"].endswith(f"/v{teams.SCHEMA_VERSION}/MicrosoftTeams.{schema}.json")


def test_schemas_find_violations() -> None:
    """The schemas find an unknown field and a text at an unknown path."""
    manifest = teams.manifest(APP, REGISTRY, Language.ENGLISH)
    assert mistakes(manifest | {"colour": "blue"}, "schema")
    assert mistakes(manifest | {"id": "kollega"}, "schema")
    assert mistakes(teams.german(APP, REGISTRY) | {"bots[0].title": "Kollega"}, "Localization.schema")


def test_all_texts_are_translated() -> None:
    """Each text of the manifest has a German one at the same path."""
    manifest = teams.manifest(APP, REGISTRY, Language.ENGLISH)
    german = {item: text for item, text in teams.german(APP, REGISTRY).items() if item != "$schema"}
    assert set(german) == set(words(manifest))
    sentences = {path for path in german if path.endswith(("description", "full"))}
    assert [sentence for sentence in sentences if text_at(manifest, sentence) == german[sentence]] == []


@every_language
@pytest.mark.parametrize("surface", MenuScope)
def test_menu_items_are_commands(surface: MenuScope, language: Language) -> None:
    """Each menu has at most ten items, and each item runs its command."""
    lists = teams.manifest(APP, REGISTRY, language)["bots"][0]["commandLists"]
    [menu] = [menu_list["commands"] for menu_list in lists if menu_list["scopes"] == [teams.SCOPES[surface]]]
    assert 0 < len(menu) <= ENTRIES_MAX
    found = [REGISTRY.parse(menu_entry["title"]) for menu_entry in menu]
    assert [parsed and parsed[0].name for parsed in found] == list(MENUS[surface])
    assert max(len(menu_item["title"]) for menu_item in menu) <= TITLE_MAX_CHARS
    assert max(len(menu_item["description"]) for menu_item in menu) <= ABOUT_MAX_CHARS


def test_extensions_are_in_the_package() -> None:
    """Each extension is an action or search, and links to the bot unfurl."""
    [extension] = teams.manifest(APP, REGISTRY, Language.ENGLISH)["composeExtensions"]
    assert [item["id"] for item in extension["commands"]] == [item.id for item in EXTENSIONS]
    by_kind = {item["type"]: item for item in extension["commands"]}
    assert by_kind["action"]["fetchTask"] is True
    assert "message" in by_kind["action"]["context"]
    assert by_kind["query"]["initialRun"] is True
    assert [parameter["name"] for parameter in by_kind["query"]["parameters"]]
    assert extension["messageHandlers"][0]["value"]["domains"] == ["bot.solarhaus.example"]


def test_package_needs_no_further_permissions() -> None:
    """The package supports files and needs neither Microsoft Graph nor a device permission."""
    manifest = teams.manifest(APP, REGISTRY, Language.ENGLISH)
    [bot] = manifest["bots"]
    assert set(bot["scopes"]) == {"personal", "team", "groupChat"}
    assert bot["supportsFiles"] is True
    assert manifest["permissions"] == ["identity", "messageTeamMembers"]
    assert not manifest.keys() & {"authorization", "webApplicationInfo", "devicePermissions"}
    assert manifest["validDomains"] == ["bot.solarhaus.example"]


def test_the_pages_of_the_listing_are_served() -> None:
    """The pages about the app, privacy and terms are served by the bot."""
    developer = teams.manifest(APP, REGISTRY, Language.ENGLISH)["developer"]
    linked = {address.removeprefix(URL) for name, address in developer.items() if name.endswith("Url")}
    assert linked == {route.path for route in AboutPages(SiteOperator(), URL).routes()}
    assert developer["name"] == "Solarhaus GmbH"


def test_the_colour_icon_fills_its_square() -> None:
    """192 × 192, opaque, with the accent colour at every edge and a symbol in the middle."""
    icon = png.read(packed()["color.png"])
    ground = png.Pixel(*bytes.fromhex(teams.ACCENT.removeprefix("#")))
    assert (icon.width, icon.height) == (192, 192)
    assert {pixel.alpha for pixel in icon.pixels} == {255}
    far = range(0, 192, 191)
    assert {icon.pixels[y * 192 + x] for x, y in product(range(192), far)} == {ground}
    assert {icon.pixels[y * 192 + x] for x, y in product(far, range(192))} == {ground}
    assert png.Pixel(255, 255, 255) in icon.pixels


def test_outline_icon_is_white_on_transparent() -> None:
    """32 × 32, visible pixels white, corners transparent, with enough of both."""
    icon = png.read(packed()["outline.png"])
    visible = [pixel for pixel in icon.pixels if pixel.alpha]
    assert (icon.width, icon.height) == (32, 32)
    assert {pixel[:3] for pixel in visible} == {(255, 255, 255)}
    assert not any(icon.pixels[position].alpha for position in (0, 31, 32 * 31, 32 * 32 - 1))
    assert 100 < len(visible) < 500


@pytest.mark.browser
@pytest.mark.parametrize("name", ["color", "outline"])
async def test_icon_matches_its_svg(name: str, chromium: str, screenshot_folder: Path) -> None:
    """The PNG equals its SVG; `make screenshots` renders it anew."""
    icon_file = teams.ICONS[f"{name}.png"]
    icon = png.read(icon_file.read_bytes())
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": icon.width, "height": icon.height})
        await page.set_content(f'<body style="margin:0">{icon_file.with_suffix(".svg").read_text("utf-8")}')
        screenshot = await page.screenshot(path=screenshot_folder / icon_file.name, omit_background=True)
        await browser.close()
    assert png.distance(icon, opaque(png.read(screenshot))) < SAME_DRAWING


def opaque(image: png.Image) -> png.Image:
    """Replace the colour of transparent pixels, which browsers write differently."""
    clear = tuple(pixel if pixel.alpha else png.Pixel(0, 0, 0, 0) for pixel in image.pixels)
    return png.Image(image.width, image.height, clear)


def test_default_version_is_the_product_version() -> None:
    """Without an option the package has the version of the product."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert declared["project"]["version"] == VERSION


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Change to a folder without settings."""
    for name in ("TEAMS_APP_ID", "PUBLIC_URL", "OPERATOR_NAME"):
        monkeypatch.delenv(f"KOLLEGA_{name}", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_command_writes_the_package(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`python -m bot manifest teams` writes the archive and prints its path."""
    options = ["--app-id", APP_ID, "--url", URL, "--version", "1.2.3", "--developer", "Solarhaus GmbH"]
    assert main(["manifest", "teams", *options, "--output", "app.zip"]) == 0
    assert capsys.readouterr().out == "The app package is in app.zip.\n"
    assert (folder / "app.zip").read_bytes() == teams.package(APP, REGISTRY)


def test_command_reads_the_settings(folder: Path) -> None:
    """Values of the settings need no option."""
    settings = {
        "TEAMS_APP_ID": APP_ID,
        "TEAMS_APP_PASSWORD": "geheim",
        "PUBLIC_URL": URL,
        "OPERATOR_NAME": "Solarhaus GmbH",
    }
    (folder / ".env").write_text("".join(f"KOLLEGA_{name}={value}\n" for name, value in settings.items()), "utf-8")
    assert main(["manifest", "teams", "--version", "1.2.3"]) == 0
    assert (folder / "kollega-teams.zip").read_bytes() == teams.package(APP, REGISTRY)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--app-id", "kollega"),
        ("--app-id", APP_ID + "0"),
        ("--url", "http://bot.solarhaus.example"),
        ("--url", "https://bot.solarhaus.example/kollega"),
        ("--url", "https:///"),
        ("--version", "1.2"),
        ("--version", "1.2.3-beta"),
        ("--developer", "S" * 33),
    ],
)
def test_invalid_option_is_rejected(folder: Path, capsys: pytest.CaptureFixture[str], option: str, value: str) -> None:
    """One line names the option, the status is 2 and nothing is written."""
    given = {"--app-id": APP_ID, "--url": URL} | {option: value}
    assert main(["manifest", "teams", *(part for pair in given.items() for part in pair)]) == 2
    output = capsys.readouterr().err
    assert re.match(rf"The manifest was not made\. {option}(?: \(KOLLEGA_\w+\))?: ", output)
    assert output.count("\n") == 1
    assert list(folder.iterdir()) == []


def test_unwritable_file_is_reported(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line names the file, and the status is 1."""
    assert (
        main(["manifest", "teams", "--app-id", APP_ID, "--url", URL, "--output", str(folder / "no" / "app.zip")]) == 1
    )
    assert "--output: " in capsys.readouterr().err
