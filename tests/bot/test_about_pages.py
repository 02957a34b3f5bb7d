from collections.abc import AsyncGenerator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.pages.about import PRIVACY_PATH, SUPPORT_PATH, TERMS_PATH, AboutPages
from cards.about_pages import SiteOperator
from services.delivery.scheduled import DELIVERIES_DAYS
from services.inbox.scheduled import INBOX_DAYS

Client = TestClient[web.Request, web.Application]
OPERATOR = SiteOperator("Solar<b>haus</b> GmbH", "datenschutz@solarhaus.example")


@pytest.fixture
async def client() -> AsyncGenerator[Client]:
    """A browser on the pages of an operator whose name tries to be markup."""
    application = web.Application()
    application.add_routes(AboutPages(OPERATOR, "https://kollega.example").routes())
    async with TestClient(TestServer(application)) as opened:
        yield opened


@pytest.mark.parametrize("path", [SUPPORT_PATH, PRIVACY_PATH, TERMS_PATH])
@pytest.mark.parametrize(("accepts", "language"), [("de-AT,en;q=0.5", "de"), ("en-GB", "en"), ("fr", "en"), ("", "en")])
async def test_everybody_can_read_them(client: Client, path: str, accepts: str, language: str) -> None:
    """The pages are there without signing in, in the reader's language, and run and load nothing."""
    response = await client.get(path, headers={"Accept-Language": accepts})
    page = await response.text()
    assert (response.status, response.headers["Content-Language"]) == (200, language)
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert f'<html lang="{language}">' in page
    assert "<script" not in page
    assert "Solar&lt;b&gt;haus&lt;/b&gt; GmbH" in page
    assert "datenschutz@solarhaus.example" in page


async def test_the_other_language_is_one_click_away(client: Client) -> None:
    """Whatever the browser prefers, the reader chooses."""
    page = await (await client.get(f"{PRIVACY_PATH}?lang=de", headers={"Accept-Language": "en"})).text()
    assert "Was Kollega über Sie speichert" in page
    assert 'href="?lang=en"' in page


async def test_the_times_are_those_that_are_kept(client: Client) -> None:
    """The page promises exactly what the jobs do."""
    page = await (await client.get(PRIVACY_PATH)).text()
    assert f"{INBOX_DAYS} days" in page
    assert f"{DELIVERIES_DAYS} days" in page


async def test_an_unknown_operator_is_no_gap() -> None:
    """Where nobody said who runs it, the page says whom to ask."""
    application = web.Application()
    application.add_routes(AboutPages(SiteOperator(), "https://kollega.example").routes())
    async with TestClient(TestServer(application)) as opened:
        page = await (await opened.get(TERMS_PATH)).text()
    assert "Your administrator of Microsoft 365 knows who it is." in page
