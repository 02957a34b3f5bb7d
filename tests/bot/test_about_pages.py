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
    """Open a browser on the pages of an operator whose name contains markup."""
    application = web.Application()
    application.add_routes(AboutPages(OPERATOR, "https://kollega.example").routes())
    async with TestClient(TestServer(application)) as opened:
        yield opened


@pytest.mark.parametrize("path", [SUPPORT_PATH, PRIVACY_PATH, TERMS_PATH])
@pytest.mark.parametrize(("accepts", "language"), [("de-AT,en;q=0.5", "de"), ("en-GB", "en"), ("fr", "en"), ("", "en")])
async def test_pages_are_public(client: Client, path: str, accepts: str, language: str) -> None:
    """The pages need no sign-in, use the reader's language and load no script."""
    response = await client.get(path, headers={"Accept-Language": accepts})
    page = await response.text()
    assert (response.status, response.headers["Content-Language"]) == (200, language)
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert f'<html lang="{language}">' in page
    assert "<script" not in page
    assert "Solar&lt;b&gt;haus&lt;/b&gt; GmbH" in page
    assert "datenschutz@solarhaus.example" in page


async def test_language_can_be_chosen(client: Client) -> None:
    """The language parameter overrides the language of the browser."""
    page = await (await client.get(f"{PRIVACY_PATH}?lang=de", headers={"Accept-Language": "en"})).text()
    assert "Was Kollega über Sie speichert" in page
    assert 'href="?lang=en"' in page


async def test_retention_times_match_the_jobs(client: Client) -> None:
    """The page names the retention times of the purge jobs."""
    page = await (await client.get(PRIVACY_PATH)).text()
    assert f"{INBOX_DAYS} days" in page
    assert f"{DELIVERIES_DAYS} days" in page


async def test_missing_operator_has_a_default_text() -> None:
    """Without an operator the page names the Microsoft 365 administrator."""
    application = web.Application()
    application.add_routes(AboutPages(SiteOperator(), "https://kollega.example").routes())
    async with TestClient(TestServer(application)) as opened:
        page = await (await opened.get(TERMS_PATH)).text()
    assert "Your administrator of Microsoft 365 knows who it is." in page
