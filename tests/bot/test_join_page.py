import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.pages.join import JoinPage
from services import invitation
from services.invitation import build_token
from services.invitation.model import Invitation, InvitationState
from storage.unit_of_work import SqlUnits
from tests.builders import Clock
from tests.services.seeded_team import SeededTeam, seed_team

PUBLIC_URL = "https://kollega.example"
CODE = re.compile(r"[2-9A-Z]{4}\u2011[2-9A-Z]{4}")


@dataclass(slots=True)
class Visit:
    """A browser with an invitation link."""

    client: TestClient[web.Request, web.Application]
    team: SeededTeam
    invited: Invitation
    path: str

    async def state(self) -> InvitationState:
        """Return the state of the invitation."""
        async with self.team.units.read() as uow:
            stored = await uow.invitations.get(self.team.team_id, self.invited.invitation_id)
        assert stored is not None
        return stored.state


@pytest.fixture
async def visit(units: SqlUnits) -> AsyncGenerator[Visit]:
    """Open the page of an invitation whose text contains markup."""
    team = await seed_team(units, "Solar<b>haus</b>")
    async with units.write() as uow:
        view = await invitation.create(uow, team.owner, "eva@acme.de", text="<script>alert(1)</script>")
        path = f"/join/{build_token(uow.keyring, view.invitation)}"
    application = web.Application()
    application.add_routes(JoinPage(units, PUBLIC_URL).routes())
    async with TestClient(TestServer(application)) as client:
        yield Visit(client, team, view.invitation, path)


async def test_opening_shows_the_invitation(visit: Visit) -> None:
    """The page shows inviter, team, role and expiry, is not cached and changes nothing."""
    response = await visit.client.get(visit.path, headers={"Accept-Language": "en"})
    words = await response.text()
    assert response.status == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    for part in ("Solar&lt;b&gt;haus", "Owner Solar", "Member", "Valid until", "&lt;script&gt;"):
        assert part in words
    assert "<script" not in words
    assert "eva@acme.de" not in words
    assert await visit.state() is InvitationState.PENDING


@pytest.mark.parametrize(
    ("accepts", "query", "words"),
    [
        ("de-AT,en;q=0.5", "", "Einladung annehmen"),
        ("fr, en-GB;q=0.8, de;q=0.3", "", "Accept the invitation"),
        ("en", "?lang=de", "Einladung annehmen"),
        ("de", "?lang=en", "Accept the invitation"),
        ("de", "?lang=xx", "Einladung annehmen"),
        ("", "", "Einladung annehmen"),
        ("de;q=nonsense,en", "", "Accept the invitation"),
    ],
)
async def test_page_uses_the_readers_language(visit: Visit, accepts: str, query: str, words: str) -> None:
    """The language comes from the parameter, the browser or the team; the page offers the other one."""
    shown = await (await visit.client.get(visit.path + query, headers={"Accept-Language": accepts})).text()
    assert words in shown
    assert ("Deutsch" if words.startswith("Accept") else "English") in shown


@pytest.mark.postgres
async def test_accepting_shows_a_code_once(visit: Visit) -> None:
    """Accepting shows a code; opening the page again shows none but can create a new one."""
    first = CODE.search(await (await visit.client.post(visit.path, data={"answer": "accept"})).text())
    again = await (await visit.client.get(visit.path)).text()
    second = CODE.search(await (await visit.client.post(visit.path, data={"answer": "accept"})).text())
    assert first is not None
    assert second is not None
    assert first[0] != second[0]
    assert CODE.search(again) is None
    assert await visit.state() is InvitationState.ACCEPTED


async def test_declining_ends_the_invitation(visit: Visit) -> None:
    """A declined invitation offers nothing."""
    response = await visit.client.post(visit.path, data={"answer": "decline"}, headers={"Accept-Language": "de"})
    words = await response.text()
    assert "abgelehnt" in words
    assert "<button" not in words
    assert await visit.state() is InvitationState.DECLINED


@pytest.mark.parametrize("bend", ["x", "x.y", "{path}x", "%00", "%FF", "..%2F..%2Fetc", "a" * 5000])
async def test_invalid_links_get_the_same_response(visit: Visit, bend: str) -> None:
    """Each invalid link gets the same response."""
    path = bend.format(path=visit.path.removeprefix("/join/"))
    responses = [
        await visit.client.get(f"/join/{path}"),
        await visit.client.post(f"/join/{path}", data={"answer": "accept"}),
    ]
    for response in responses:
        assert response.status == 404
        words = await response.text()
        assert "Solar" not in words
        assert "<button" not in words
    assert await visit.state() is InvitationState.PENDING


async def test_expired_link_is_explained(visit: Visit, clock: Clock) -> None:
    """An expired link is explained and names no person."""
    clock.advance(days=7)
    response = await visit.client.get(visit.path, headers={"Accept-Language": "en"})
    words = await response.text()
    assert response.status == 410
    assert "has expired" in words
    assert "Solar" not in words


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "https://kollega.example.evil.example"}, 403),
        ({"Origin": "http://[broken"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 200),
        ({"Origin": PUBLIC_URL}, 200),
        ({}, 200),
    ],
)
async def test_foreign_origin_is_rejected(visit: Visit, headers: dict[str, str], status: int) -> None:
    """A request from another origin neither accepts nor declines."""
    response = await visit.client.post(visit.path, data={"answer": "accept"}, headers=headers)
    assert response.status == status
    assert (await visit.state() is InvitationState.ACCEPTED) is (status == 200)


@pytest.mark.parametrize("body", [{}, {"answer": ""}, {"answer": "accepted"}, {"answer": "x" * 3000}])
async def test_invalid_form_is_rejected(visit: Visit, body: dict[str, str]) -> None:
    """An unknown form value is rejected and changes nothing."""
    response = await visit.client.post(visit.path, data=body)
    assert response.status in {400, 413}
    assert await visit.state() is InvitationState.PENDING
