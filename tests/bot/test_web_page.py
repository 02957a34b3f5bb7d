"""The page of the chat in a real browser."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import async_playwright, expect

from bot.dispatch.interaction import Interaction, Placement, Response
from cards.model import Card, Choice, ChoiceInput, NumberInput, Run, TextInput, ToggleInput, verbatim
from tests.bot.web_chat import CHANNEL, EVERYBODY, SALES, Chat, card, open_chat


@pytest.fixture
async def chat(sqlite_url: str) -> AsyncGenerator[Chat]:
    """Open a chat with its own database."""
    async with open_chat(sqlite_url) as opened:
        yield opened


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_two_windows_are_two_people(
    chat: Chat, chromium: str, screenshot_folder: Path, scheme: Literal["light", "dark"]
) -> None:
    """A click in one window updates the card in the other; each has its person's language and keyboard."""
    pick = Run(verbatim("Übernehmen"), "lead.pick", {"lead": "L-1"})
    sent = await chat.post_card(card("Lead L-1", pick))

    def picked(incoming: Interaction) -> Response:
        return Response(card(f"picked by {incoming.sender.name}"), Placement.REPLACE, EVERYBODY)

    chat.dispatcher.responders["lead.pick"] = picked
    chat.dispatcher.respond_with("hilfe", Placement.PRIVATE)
    address = str(chat.client.make_url("/"))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = await browser.new_context(color_scheme=scheme, viewport={"width": 1100, "height": 700})
        wrong: list[str] = []
        context.on("console", lambda line: wrong.append(line.text) if line.type in {"error", "warning"} else None)
        context.on("weberror", lambda error: wrong.append(str(error.error)))
        anna, ben = await context.new_page(), await context.new_page()
        await anna.goto(f"{address}?as=anna")
        await ben.goto(f"{address}?as=ben")
        await expect(anna.get_by_role("button", name="Senden")).to_be_visible()
        await expect(ben.get_by_role("button", name="Send")).to_be_visible()
        await expect(ben.get_by_role("heading", name="Lead L-1")).to_be_visible()
        await anna.get_by_role("button", name="Übernehmen").press("Enter")
        await expect(anna.get_by_role("heading", name="picked by Anna Weiß")).to_be_visible()
        await chat.platform.update(CHANNEL, sent.message_id, card("taken"), EVERYBODY)
        await expect(ben.get_by_role("heading", name="taken")).to_be_visible()
        await anna.get_by_label("An #Vertrieb schreiben").fill("hilfe")
        await anna.keyboard.press("Enter")
        await expect(anna.get_by_text("Nur für Sie sichtbar")).to_be_visible()
        await expect(ben.get_by_text("hilfe", exact=True)).to_be_visible()
        await anna.screenshot(path=screenshot_folder / f"web-{scheme}.png")
        await anna.get_by_role("button", name="Ausblenden").click()
        await expect(anna.get_by_text("Nur für Sie sichtbar")).to_have_count(0)
        await anna.set_viewport_size({"width": 390, "height": 700})
        await anna.get_by_role("button", name="Kanäle und Chats zeigen").click()
        await anna.get_by_role("button", name="Kollega").click()
        await expect(anna.get_by_role("heading", name="Kollega", level=1)).to_be_visible()
        await browser.close()
    assert wrong == []


@pytest.mark.browser
async def test_a_form_is_filled_in_and_sent_once(chat: Chat, chromium: str, screenshot_folder: Path) -> None:
    """Input survives a re-rendered card and arrives typed; a lost connection is reported and repaired."""
    sources = (Choice("fair", verbatim("Messe")), Choice("web", verbatim("Web")))
    form = Card(
        title=verbatim("Lead anlegen"),
        body=(
            TextInput("name", verbatim("Name"), required=True),
            NumberInput("value", verbatim("Wert")),
            ChoiceInput("source", verbatim("Quelle"), sources),
            ToggleInput("urgent", verbatim("Eilt")),
        ),
        actions=(Run(verbatim("Anlegen"), "lead.create", {"team": "T"}, collects=True),),
    )
    sent = await chat.post_card(form)
    chat.dispatcher.respond_with("lead.create", Placement.REPLACE)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = await browser.new_context(viewport={"width": 390, "height": 780})
        page = await context.new_page()
        await page.goto(f"{chat.client.make_url('/')}?as=anna&room={SALES}")
        card_form = page.locator(".card")
        await card_form.get_by_role("button", name="Anlegen").click()
        assert not chat.dispatcher.received
        await card_form.get_by_label("Name").fill("E. Schneider")
        await card_form.get_by_label("Wert").fill("18500.5")
        await card_form.get_by_label("Messe").check()
        await card_form.get_by_label("Eilt").check()
        redrawn = Card(title=verbatim("Lead anlegen (2)"), body=form.body, actions=form.actions)
        await chat.platform.update(CHANNEL, sent.message_id, redrawn, EVERYBODY)
        await expect(page.get_by_role("heading", name="Lead anlegen (2)")).to_be_visible()
        await expect(card_form.get_by_label("Name")).to_have_value("E. Schneider")
        await context.set_offline(offline=True)
        await card_form.get_by_label("Name").press("Enter")
        await expect(page.get_by_text("Kollega ist nicht erreichbar.")).to_be_visible()
        await page.screenshot(path=screenshot_folder / "web-offline.png")
        await context.set_offline(offline=False)
        await page.get_by_role("button", name="Nochmals versuchen").click()
        await expect(page.get_by_role("heading", name="lead.create for Anna Weiß")).to_be_visible()
        await browser.close()
    [incoming] = chat.dispatcher.received
    assert incoming.args == {"team": "T", "name": "E. Schneider", "value": 18500.5, "source": "fair", "urgent": True}
