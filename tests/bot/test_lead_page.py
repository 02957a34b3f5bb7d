from collections.abc import AsyncGenerator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.commands.extensions import find_lead_link, replace_lead_links
from bot.pages.lead import LeadPage

Client = TestClient[web.Request, web.Application]
URL = "https://kollega.example"
LEAD = "0123456789abcdef"


@pytest.fixture
async def client() -> AsyncGenerator[Client]:
    """Open a browser outside the chat."""
    application = web.Application()
    application.add_routes(LeadPage().routes())
    async with TestClient(TestServer(application)) as opened:
        yield opened


@pytest.mark.parametrize(("accepts", "words"), [("de", "im Chat mit Kollega"), ("en", "in the chat with Kollega")])
async def test_page_reveals_nothing(client: Client, accepts: str, words: str) -> None:
    """The page is the same for every id, loads nothing and is not cached."""
    pages: list[str] = []
    for lead_id in (LEAD, "another", "%3Cscript%3E"):
        response = await client.get(f"/leads/{lead_id}", headers={"Accept-Language": accepts})
        assert (response.status, response.headers["Cache-Control"]) == (200, "no-store")
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        pages.append(await response.text())
    assert words in pages[0]
    assert len(set(pages)) == 1


@pytest.mark.parametrize(
    ("text", "lead_id"),
    [
        (f"{URL}/leads/{LEAD}", LEAD),
        (f"{URL}/leads/{LEAD}?x=1#y", LEAD),
        (f"Hat jemand Zeit für {URL}/leads/{LEAD}, bitte?", LEAD),
        (f"{URL}/leads/", ""),
        (f"{URL}/leads/x", ""),
        (f"https://other.example/leads/{LEAD}", ""),
        ("leads", ""),
    ],
)
def test_own_links_are_parsed(text: str, lead_id: str) -> None:
    """Only links of this bot with an id name a lead."""
    assert find_lead_link(URL, text) == lead_id
    assert find_lead_link(f"{URL}/", text) == lead_id


def test_link_works_as_a_lead_number() -> None:
    """A link after a command works like a lead number."""
    assert replace_lead_links(URL, f"lead {URL}/leads/{LEAD}?x=1 please") == f"lead {LEAD} please"
    assert replace_lead_links(URL, f"note <{URL}/leads/{LEAD}> done") == f"note {LEAD} done"
    assert replace_lead_links(URL, "leads") == "leads"
