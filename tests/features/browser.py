"""The bot as a started process, and browser windows in which people chat with it."""

import re
import signal
import subprocess
import sys
from base64 import b64encode
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from socket import socket
from typing import Literal

from playwright.async_api import Browser, BrowserContext, Locator, Page, async_playwright, expect

from services.people import Language

ROOT = Path(__file__).parents[2]
END_LIMIT_SECONDS = 15
WAIT_LIMIT_MILLISECONDS = 10_000

# Words of the other language that occur in no name of the example; texts written by people are not checked.
ENGLISH = (
    "accept, approve, approved, ask, asked, can, cancel, cannot, choose, close, colleague, colleagues, connect, "
    "create, days, decline, declined, delete, done, enquiry, expired, from, give, hand, has, have, hide, hours, "
    "invitation, invite, invited, is, join, joined, leave, lost, market, may, member, members, minutes, mine, more, "
    "must, need, nobody, not, note, offer, offered, on offer, open until, owner, partners, pick, picked, please, "
    "possible, reason, refresh, return, returned, role, seats, send, sent, share, show, somebody, step, taken, "
    "team's, text, this, until, value, viewer, waiting, who, withdraw, write, won, you, your"
)
GERMAN = (
    "abbrechen, ablehnen, angeboten, anfrage, bitte, bis, das, der, die, einladen, ein, gewonnen, ist, markt, mehr, "
    "mitglied, nicht, offen, oder, quelle, sie, teilen, und, verloren, vergeben, von, wert, zeigen, zuständig, "
    "übernehmen"
)
FOREIGN = {Language.GERMAN: ENGLISH.split(", "), Language.ENGLISH: GERMAN.split(", ")}

FRAMES = """
main { display: inline-flex; gap: 24px; padding: 20px; background: #dfe0ea; font: 15px system-ui, sans-serif; }
figure { margin: 0; } img { display: block; border-radius: 10px; box-shadow: 0 2px 10px rgb(0 0 0 / 25%); }
figcaption { padding-top: 10px; text-align: center; color: #333; }
"""

# The texts of the bot and the page, without texts typed by people: leads, contacts, messages and names.
PAGE_TEXT = """
() => {
  const copy = document.body.cloneNode(true);
  const unread = ".said, .quote, .fact dd, .hidden, script, noscript, optgroup";
  for (const node of copy.querySelectorAll(unread)) node.remove();
  for (const field of copy.querySelectorAll("input, textarea")) field.replaceWith(` ${field.placeholder} `);
  const texts = [];
  const walk = document.createTreeWalker(copy, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) texts.push(walk.currentNode.textContent);
  return texts.filter((text) => !/^Lead L-\\d+ · /.test(text)).join("\\n");
}
"""

# Basic accessibility for screen readers and keyboards.
UNNAMED = """
() => {
  const wrong = [];
  const complain = (what, node) => wrong.push(`${what}: ${node.outerHTML.slice(0, 120)}`);
  const said = (node) => node.getAttribute("aria-label") ?? node.textContent;
  const label = (node) => node.getAttribute("aria-label") ?? [...node.labels].map((one) => one.textContent).join("");
  for (const node of document.querySelectorAll("button, a[href], summary, legend, h1, h2, h3, h4")) {
    if (!said(node).trim()) complain("without a name", node);
  }
  for (const node of document.querySelectorAll("input, select, textarea")) {
    if (!label(node).trim()) complain("without a label", node);
  }
  for (const node of document.querySelectorAll("fieldset:not(:has(legend))")) complain("without a legend", node);
  for (const node of document.querySelectorAll("img:not([alt])")) complain("without words", node);
  const nodes = [...document.querySelectorAll("[id]")];
  for (const node of nodes) if (nodes.find((one) => one.id === node.id) !== node) complain("twice", node);
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) wrong.push(`${scrollWidth} wide in a window of ${clientWidth}`);
  return wrong;
}
"""


@contextmanager
def started(folder: Path) -> Generator[str]:
    """Start a bot with the example in an empty folder, yield its address, and stop it by SIGTERM."""
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    settings = {"PORT": str(port), "DEMO": "1", "PUBLIC_URL": address}
    environment = {"PYTHONPATH": str(ROOT), **{f"KOLLEGA_{name}": value for name, value in settings.items()}}
    log = folder / "log.txt"
    with (
        log.open("w") as errors,
        subprocess.Popen(
            [sys.executable, "-m", "bot", "run"],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            assert address in process.stdout.readline(), log.read_text()
            yield address
        finally:
            process.send_signal(signal.SIGTERM)
            status = process.wait(END_LIMIT_SECONDS)
    assert status == 0, log.read_text()
    assert "[error" not in log.read_text()


def _free_port() -> int:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass(frozen=True, slots=True)
class Window:
    """One person's browser window, and the pictures that are taken of it."""

    page: Page
    language: Language
    folder: Path

    async def enters(self, room: str) -> None:
        """Open a channel by its name, or the direct chat."""
        await self.page.locator("#rooms").get_by_role("button", name=room, exact=True).click()
        await expect(self.page.get_by_role("heading", level=1, name=room)).to_be_visible()

    async def says(self, text: str) -> None:
        """Type a message and wait for the bot's response."""
        await self.page.locator("#text").fill(text)
        await self.page.locator("#text").press("Enter")
        await expect(self.page.locator(".said", has_text=text).last).to_be_visible()
        await expect(self.page.locator(".waiting")).to_have_count(0)

    def card(self, title: str | re.Pattern[str]) -> Locator:
        """Return the newest card with this in its heading."""
        heading = self.page.locator(".card-title", has_text=title)
        return self.page.locator(".card", has=heading).last

    async def shoots(self, name: str, part: Locator | None = None) -> None:
        """Take a picture of the window or of a part of it."""
        path = self.folder / f"{name}.png"
        await (self.page.screenshot(path=path) if part is None else part.screenshot(path=path))

    async def stays(self) -> None:
        """Mark the page, so that a reload can be noticed."""
        await self.page.evaluate("() => { document.body.dataset.stayed = 'yes'; }")

    async def has_stayed(self) -> None:
        """Check that the page has not been reloaded."""
        await expect(self.page.locator("body[data-stayed=yes]")).to_have_count(1)

    async def is_sound(self) -> None:
        """Check that each element has a name, that the page fits its window and speaks the person's language."""
        unnamed: list[str] = await self.page.evaluate(UNNAMED)
        assert not unnamed, unnamed
        assert await self.page.evaluate("() => document.documentElement.lang") == self.language
        page_text = re.sub(r"https?://\S+", "", await self.page.evaluate(PAGE_TEXT))
        foreign = re.compile(
            rf"(?<![\w@.-])({'|'.join(map(re.escape, FOREIGN[self.language]))})(?![\w@])", re.IGNORECASE
        )
        mixed = [line.strip() for line in page_text.splitlines() if foreign.search(line)]
        assert not mixed, mixed


@dataclass(slots=True)
class Windows:
    """The open browser windows, each for another person."""

    browser: Browser
    address: str
    folder: Path
    opened: list[Window] = field(default_factory=list[Window])
    complaints: list[str] = field(default_factory=list[str])

    async def open(
        self,
        person: str,
        room: str = "",
        *,
        size: tuple[int, int] = (1100, 800),
        scheme: Literal["light", "dark"] = "light",
        language: Language = Language.GERMAN,
        scale: float = 1,
    ) -> Window:
        """Open the chat as a person and wait until it is loaded."""
        context = await self._context(size, scheme, language, scale)
        window = Window(await context.new_page(), language, self.folder)
        self.opened.append(window)
        await window.page.goto(f"{self.address}/?as={person}" + (f"&room={room}" if room else ""))
        await expect(window.page.locator(".message, #nothing:not([hidden])").first).to_be_visible()
        return window

    async def _context(
        self, size: tuple[int, int], scheme: Literal["light", "dark"], language: Language, scale: float
    ) -> BrowserContext:
        context = await self.browser.new_context(
            color_scheme=scheme,
            viewport={"width": size[0], "height": size[1]},
            locale=language,
            device_scale_factor=scale,
        )
        context.on("console", lambda line: self._complain(line.text) if line.type in {"error", "warning"} else None)
        context.on("weberror", lambda error: self._complain(str(error.error)))
        return context

    async def compose(self, name: str, *pictures: tuple[str, str], scale: float) -> None:
        """Put pictures side by side into one, each above its caption."""
        figures = "".join(
            f"<figure><img src='data:image/png;base64,{b64encode(path.read_bytes()).decode()}'>"
            f"<figcaption>{escape(words)}</figcaption></figure>"
            for path, words in ((self.folder / f"{picture}.png", words) for picture, words in pictures)
        )
        context = await self.browser.new_context(device_scale_factor=scale)
        page = await context.new_page()
        await page.set_content(f"<style>{FRAMES} img {{ zoom: {1 / scale} }}</style><main>{figures}</main>")
        await page.locator("main").screenshot(path=self.folder / f"{name}.png")
        await context.close()

    def _complain(self, words: str) -> None:
        self.complaints.append(words)

    async def are_sound(self) -> None:
        """Check that no window logged an error and that each window is sound."""
        for window in self.opened:
            await window.is_sound()
        assert not self.complaints, self.complaints


@asynccontextmanager
async def windows(address: str, chromium: str, folder: Path) -> AsyncGenerator[Windows]:
    """Open a browser, and check all open windows at the end."""
    expect.set_options(timeout=WAIT_LIMIT_MILLISECONDS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        opened = Windows(browser, address, folder)
        try:
            yield opened
            await opened.are_sound()
        finally:
            await browser.close()
