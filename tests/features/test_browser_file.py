"""Files in the chat of a real browser: chosen, dropped, refused, and downloaded."""

import asyncio
import re
from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.async_api import expect

from services.people import Language
from tests.features.browser import Window, started, windows

pytestmark = pytest.mark.browser

DROP = """
([name, content]) => {
  const dropped = new DataTransfer();
  dropped.items.add(new File([content], name, { type: "text/csv" }));
  for (const kind of ["dragover", "drop"]) {
    document.querySelector("#log").dispatchEvent(new DragEvent(kind, { dataTransfer: dropped, bubbles: true }));
  }
}
"""


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """The address of a bot with the example."""
    with started(tmp_path_factory.mktemp("bot")) as address:
        yield address


async def sends(window: Window, path: Path, label: str) -> None:
    """Choose a file with the paper clip, by keyboard."""
    async with window.page.expect_file_chooser() as chosen:
        await window.page.get_by_role("button", name=label).press("Enter")
    await (await chosen.value).set_files(path)
    await expect(window.page.locator(".said", has_text=path.name).last).to_be_visible()


async def test_a_file_is_sent_by_keyboard_and_by_drop(
    bot: str, chromium: str, screenshot_folder: Path, tmp_path: Path
) -> None:
    """The paper clip and a drop take a CSV file; a workbook gets a response with the alternative."""
    leads, workbook, huge = tmp_path / "Messe Stuttgart.csv", tmp_path / "Leads.xlsx", tmp_path / "Alle.csv"
    leads.write_text("Name;E-Mail\r\nEva;eva@posteo.example\r\n", encoding="utf-8")
    workbook.write_bytes(b"PK\x03\x04")
    huge.write_bytes(b"x" * (10 * 1024 * 1024 + 1))
    async with windows(bot, chromium, screenshot_folder) as people:
        ben = await people.open("ben", "direct-ben")
        await sends(ben, leads, "CSV-Datei senden")
        asked = ben.card("Messe Stuttgart.csv ist angekommen")
        await expect(asked.get_by_role("button", name="Datei entfernen")).to_be_visible()
        await sends(ben, workbook, "CSV-Datei senden")
        await expect(ben.card("Ich lese nur CSV-Dateien.")).to_be_visible()
        await ben.shoots("file-de")
        await ben.page.evaluate(DROP, ["Herbst.csv", "Name\r\nUdo\r\n"])
        await expect(ben.card("Herbst.csv ist angekommen")).to_be_visible()
        await sends(ben, huge, "CSV-Datei senden")
        await expect(ben.page.locator(".waiting .state")).to_contain_text("höchstens 10 MB")
        await ben.page.get_by_role("button", name="Verwerfen").click()


async def test_a_channel_takes_no_file(bot: str, chromium: str, screenshot_folder: Path) -> None:
    """A channel has no paper clip; a drop there gets a hint to the direct chat until the person goes there."""
    async with windows(bot, chromium, screenshot_folder) as people:
        ben = await people.open("ben", "vertrieb")
        await expect(ben.page.locator("#clip")).to_be_hidden()
        await ben.page.evaluate(DROP, ["Herbst.csv", "Name\r\nUdo\r\n"])
        trouble = ben.page.locator("#trouble")
        await expect(trouble).to_contain_text("Direktchat")
        async with ben.page.expect_request_finished(lambda request: "/read" in request.url):  # the page catches up
            await ben.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        await ben.page.evaluate("new Promise((seen) => setTimeout(seen, 200))")
        await expect(trouble).to_contain_text("Direktchat")
        await expect(ben.page.locator(".said", has_text="Herbst.csv")).to_have_count(0)
        await ben.page.locator("[data-room=leads]").click()
        await expect(trouble).to_be_empty()


async def test_an_export_is_saved_by_the_browser(bot: str, chromium: str, screenshot_folder: Path) -> None:
    """The link on the card saves the file under its name, in the person's language."""
    async with windows(bot, chromium, screenshot_folder) as people:
        english = await people.open("mara", "direct-mara", language=Language.ENGLISH)
        await english.says("sprache en")
        await expect(english.page.locator("html[lang=en]")).to_have_count(1)
        await english.says("export leads")
        card = english.card(re.compile(r"^\d+ leads as a file$"))
        async with english.page.expect_download() as awaited:
            await card.locator("[data-file]").click()
        download = await awaited.value
        assert re.fullmatch(r"Leads L-\d+ to L-\d+\.csv", download.suggested_filename)
        path = await download.path()
        assert (await asyncio.to_thread(path.read_bytes)).startswith(b"\xef\xbb\xbfNo.,Title,Name,E-mail")
        await english.shoots("file-en")
