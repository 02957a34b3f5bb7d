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
    """A browser outside the chat."""
    application = web.Application()
    application.add_routes(LeadPage().routes())
    async with TestClient(TestServer(application)) as opened:
        yield opened


@pytest.mark.parametrize(("accepts", "words"), [("de", "im Chat mit Kollega"), ("en", "in the chat with Kollega")])
async def test_the_page_tells_nothing(client: Client, accepts: str, words: str) -> None:
    """The page is the same for every id, says where leads are, loads nothing and is kept by nobody."""
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
def test_links_are_read(text: str, lead_id: str) -> None:
    """Only our own links with an id name a lead, wherever they stand."""
    assert find_lead_link(URL, text) == lead_id
    assert find_lead_link(f"{URL}/", text) == lead_id


def test_a_link_behind_a_command_is_its_id() -> None:
    """A link that is typed behind a command is as good as a number."""
    assert replace_lead_links(URL, f"lead {URL}/leads/{LEAD}?x=1 please") == f"lead {LEAD} please"
    assert replace_lead_links(URL, f"note <{URL}/leads/{LEAD}> done") == f"note {LEAD} done"
    assert replace_lead_links(URL, "leads") == "leads"
