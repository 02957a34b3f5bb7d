"""The chat in a real browser with a started bot: what people see, press and type in several windows."""

import re
from collections.abc import Generator
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import expect

from services.people import Language
from tests.features.browser import Window, Windows, started, windows

pytestmark = pytest.mark.browser

ROOF = "Dachsanierung, 120 m²"
GUTTERS = "New gutters and roof windows"
ASKED = (
    ("hilfe", "Das können Sie bei Solarhaus GmbH tun"),
    ("leads", "Leads: angeboten und in Arbeit"),
    ("lead L-6", "Flachdach neu abdichten"),
    ("details L-2", "Wartung für zwölf Dachanlagen"),
    ("markt", "Markt Handwerk Süd"),
    ("mitglieder", "Solarhaus GmbH: "),
    ("einladungen", " Einladung"),
    ("team", "Team Solarhaus GmbH"),
    ("audit", "Protokoll von Solarhaus GmbH"),
    ("laeds", "kenne ich nicht"),
)


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """The address of a bot with the example; each test has leads and people of its own in it."""
    with started(tmp_path_factory.mktemp("bot")) as address:
        yield address


async def test_a_pick_changes_every_open_window(bot: str, chromium: str, screenshot_folder: Path) -> None:
    """A pick shows at once to the team, hides the lead from the other team, and can be undone."""
    async with windows(bot, chromium, screenshot_folder) as people:
        ben = await people.open("ben", "vertrieb")
        mara = await people.open("mara", "vertrieb")
        tom = await people.open("tom", "vertrieb", language=Language.ENGLISH)
        petra = await people.open("petra", "anfragen")
        await expect(petra.card(ROOF).get_by_role("button", name="Übernehmen")).to_be_visible()
        await petra.stays()
        await mara.stays()
        await mara.card(ROOF).scroll_into_view_if_needed()
        await mara.shoots("lead-offered", mara.card(ROOF))
        await sees_without_pressing(tom)

        await ben.says("leads")
        listed = ben.card("Leads: angeboten und in Arbeit")
        await ben.shoots("list", listed)
        await listed.get_by_role("button", name=f"Übernehmen: Lead L-5 · {ROOF}").click()
        await expect(listed.get_by_role("listitem").filter(has_text=ROOF)).to_contain_text("von Ihnen übernommen")

        await expect(mara.card(ROOF)).to_contain_text("übernommen von Ben Kaya")
        await expect(mara.card(ROOF).get_by_role("button", name="Übernehmen")).to_have_count(0)
        await mara.has_stayed()
        await expect(tom.card(ROOF)).to_contain_text("picked by Ben Kaya")
        await expect(petra.card(re.compile(r"^L-\d+ ist vergeben$"))).to_be_visible()
        await expect(petra.page.get_by_text(ROOF)).to_have_count(0)
        await petra.has_stayed()
        await petra.card("ist vergeben").scroll_into_view_if_needed()
        await petra.shoots("lead-gone")
        await mara.shoots("lead-picked", mara.card(ROOF))

        await ben.card(ROOF).get_by_text("Mehr").click()
        await ben.card(ROOF).get_by_role("button", name="Rückgängig").click()
        await expect(mara.card(ROOF).get_by_role("button", name="Übernehmen")).to_be_visible()
        await expect(petra.card(ROOF).get_by_role("button", name="Übernehmen")).to_be_visible()


async def sees_without_pressing(tom: Window) -> None:
    """Check that a viewer reads the masked card without any lead button."""
    await expect(tom.card(ROOF)).to_contain_text("e***@posteo.example")
    await expect(tom.page.locator("[data-cmd='lead.pick'], [data-cmd='lead.details']")).to_have_count(0)
    await expect(tom.page.get_by_text("elke.schneider@")).to_have_count(0)
    await tom.card(ROOF).scroll_into_view_if_needed()
    await tom.shoots("viewer")


async def test_a_lead_is_created_by_keyboard(bot: str, chromium: str, screenshot_folder: Path) -> None:
    """The form has the focus, shows leads of the same contact first, and posts the new lead to the channel."""
    async with windows(bot, chromium, screenshot_folder) as people:
        mara = await people.open("mara", "leads")
        ben = await people.open("ben", size=(1100, 1000))
        await ben.enters("Kollega")
        await ben.says("neuer lead")
        form = ben.card("Neuer Lead")
        await expect(form.locator("[name=title]")).to_be_focused()
        await ben.shoots("form", form)
        written = {"title": "Wallbox nachrüsten", "name": "Jonas Brandt", "email": "Jonas.Brandt@posteo.example"}
        for name, value in written.items():
            await form.locator(f"[name={name}]").focus()
            await ben.page.keyboard.type(value)
        await ben.page.keyboard.press("Enter")
        await expect(form).to_contain_text("Lead L-1 · Photovoltaik mit Speicher, Einfamilienhaus")
        await expect(form.locator("[name=title]")).to_have_value("Wallbox nachrüsten")
        await ben.shoots("duplicates", form)
        await expect(mara.page.get_by_text("Wallbox nachrüsten")).to_have_count(0)
        await form.locator("[name=email]").press("Enter")
        await expect(ben.card("Wallbox nachrüsten")).to_be_visible()
        await expect(mara.card("Wallbox nachrüsten")).to_be_visible()


async def test_an_invitation_is_requested_approved_and_used(bot: str, chromium: str, screenshot_folder: Path) -> None:
    """A refusal offers the request form; one approval updates every window, and the link leads into the team."""
    async with windows(bot, chromium, screenshot_folder) as people:
        anna, mara, ben = [await people.open(person, f"direct-{person}") for person in ("anna", "mara", "ben")]
        await ben.says("einladen")
        await ben.shoots("refusal", ben.card("Einladen dürfen nur"))
        await ben.card("Einladen dürfen nur").get_by_role("button").first.click()
        form = ben.page.locator(".card-form").last
        await expect(form.locator("[name=email]")).to_be_focused()
        await ben.page.keyboard.type("eva@lang.example")
        await ben.page.keyboard.press("Enter")
        await expect(ben.card("wartet auf Freigabe")).to_be_visible()

        wish = anna.card("wartet auf Freigabe")
        await expect(wish).to_contain_text("Ben Kaya")
        await expect(mara.card("wartet auf Freigabe")).to_be_visible()
        await mara.stays()
        await anna.shoots("approval", wish)
        await wish.get_by_role("button", name="Freigeben").click()
        await expect(mara.card("freigegeben von Anna Weiß")).to_be_visible()
        await mara.has_stayed()
        await expect(mara.page.get_by_role("button", name="Freigeben")).to_have_count(0)
        await mara.shoots("approved", mara.card("freigegeben von Anna Weiß"))
        await follows_the_link(people, ben)
        await expect(anna.card("Eva Lang ist Solarhaus GmbH beigetreten")).to_be_visible()


async def follows_the_link(people: Windows, ben: Window) -> None:
    """Open the link as the invited person, accept, and join with the code from the page."""
    link = await ben.card("Link").get_by_role("link").get_attribute("href")
    eva = await people.open("eva", "direct-eva")
    page = await eva.page.context.new_page()
    await page.goto(link or "")
    await expect(page.get_by_text("Solarhaus GmbH").first).to_be_visible()
    await page.screenshot(path=people.folder / "join.png")
    await page.get_by_role("button", name="annehmen").click()
    code = page.get_by_text(re.compile(r"\b[0-9A-Z]{4}\u2011[0-9A-Z]{4}\b")).last
    await expect(code).to_be_visible()
    await page.screenshot(path=people.folder / "join-code.png")
    [typed] = re.findall(r"\b[0-9A-Z]{4}\u2011[0-9A-Z]{4}\b", await code.inner_text())[:1]
    await page.close()
    await eva.says(f"beitreten {typed}")
    await expect(eva.card("Solarhaus GmbH")).to_be_visible()
    await eva.shoots("joined")


@pytest.mark.parametrize(
    ("variant", "size", "scheme"),
    [("wide", (1100, 1000), "light"), ("narrow", (360, 780), "light"), ("dark", (1100, 1000), "dark")],
)
async def test_the_main_cards_can_be_read(
    bot: str,
    chromium: str,
    screenshot_folder: Path,
    variant: str,
    size: tuple[int, int],
    scheme: Literal["light", "dark"],
) -> None:
    """The main cards are in the person's language, are accessible, and fit a phone."""
    async with windows(bot, chromium, screenshot_folder) as people:
        anna = await people.open("anna", "direct-anna", size=size, scheme=scheme)
        for typed, title in ASKED:
            await anna.says(typed)
            card = anna.card(title)
            await expect(card).to_be_visible()
            await anna.shoots(f"{variant}-{typed.replace(' ', '-')}")
            await anna.is_sound()
        channel = await people.open("anna", "vertrieb", size=size, scheme=scheme)
        await channel.shoots(f"{variant}-channel")
        if variant == "wide":
            await creates_a_channel(channel)


async def creates_a_channel(window: Window) -> None:
    """Create a channel and check that the bot welcomes it once."""
    await window.page.get_by_role("button", name="Neuer Kanal").click()
    await window.page.get_by_label("Name des Kanals").fill("Messe")
    await window.page.get_by_label("Name des Kanals").press("Enter")
    await expect(window.page.locator(".card")).to_have_count(1)
    await window.shoots("welcome")


async def test_two_people_choose_english(bot: str, chromium: str, screenshot_folder: Path) -> None:
    """A new language renders the open window again and applies to later messages."""
    async with windows(bot, chromium, screenshot_folder) as people:
        for person in ("ben", "mara"):
            window = await people.open(person, f"direct-{person}")
            await window.says("sprache en")
            await expect(window.page.get_by_role("button", name="Send", exact=True)).to_be_visible()
            await window.page.close()
        people.opened.clear()
        size, scale = (500, 540), 1.5
        ben = await people.open("ben", "vertrieb", size=size, scale=scale, language=Language.ENGLISH)
        mara = await people.open("mara", "vertrieb", size=size, scale=scale, language=Language.ENGLISH)
        await scrolls_to(ben, GUTTERS)
        await ben.shoots("channel-before")
        await ben.card(GUTTERS).get_by_role("button", name="Pick").click()
        await expect(mara.card(GUTTERS)).to_contain_text("picked by Ben Kaya")
        await scrolls_to(mara, GUTTERS)
        await mara.shoots("channel-after")
        before, after = "Ben's window, before Ben presses Pick", "Mara's window, a moment later"
        await people.compose("channel", ("channel-before", before), ("channel-after", after), scale=scale)


async def scrolls_to(window: Window, title: str) -> None:
    """Scroll a card to the middle of the window."""
    await window.card(title).evaluate("(card) => card.scrollIntoView({ block: 'center' })")
