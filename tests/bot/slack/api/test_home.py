"""App Home as the relay renders it: for one reader and rate-limited."""

import json

import pytest

from bot.dispatch.interaction import Interaction, Response
from bot.platforms.base import RateLimited, Reader, Rejected, Sent, Target
from bot.platforms.slack.api import SlackApi
from bot.platforms.slack.cards import SlackRenderer
from bot.platforms.slack.directory import SlackDirectory
from bot.platforms.slack.home import AppHome, is_home
from cards.model import Card, verbatim
from services.file import FileWithContent
from services.people import Language
from tests.fakes.slack import TEAM_ID, FakeClock, FakeSlack

ANNA = Reader(Language.ENGLISH, "Europe/Berlin", "U1ANNA")
HOME = Target(TEAM_ID, "home:U1ANNA", "U1ANNA", {"workspace": TEAM_ID, "chat": "D1"})


class NoDispatcher:
    """Dispatcher that must not be called."""

    async def receive(self, interaction: Interaction) -> Response | None:
        del interaction

    async def fetch_file(self, interaction: Interaction, file_id: str) -> FileWithContent | Response | None:
        del interaction, file_id

    async def record_post(self, interaction: Interaction, response: Response, sent: Sent) -> None:
        del interaction, response, sent


@pytest.fixture
def home_sender(api: SlackApi, clock: FakeClock) -> AppHome:
    """Return the sender of App Homes."""
    people = SlackDirectory(api, timer=clock.timer)
    return AppHome(NoDispatcher(), api, people, SlackRenderer(clock.now), timer=clock.timer, sleep=clock.sleep)


def card_titled(title: str) -> Card:
    """Return a card with a title only."""
    return Card(verbatim(title))


async def test_home_is_shown_to_its_reader(home_sender: AppHome, slack: FakeSlack) -> None:
    """A home is shown to its reader only and names the direct chat for its buttons."""
    assert is_home(HOME)
    assert not is_home(Target(TEAM_ID, "D1"))
    await home_sender.update(HOME, card_titled("first"), ANNA)
    assert set(slack.homes) == {"U1ANNA"}
    content = slack.homes["U1ANNA"].content
    assert content["blocks"][0]["text"]["text"] == "first"
    assert json.loads(content["private_metadata"])["at"] == {"channel": "D1", "is_home": True}


async def test_frequent_updates_are_delayed(home_sender: AppHome, slack: FakeSlack, clock: FakeClock) -> None:
    """After a few updates the next one is delayed, then arrives; other readers do not wait."""
    for number in range(3):
        await home_sender.update(HOME, card_titled(f"{number}"), ANNA)
    with pytest.raises(RateLimited) as early:
        await home_sender.update(HOME, card_titled("3"), ANNA)
    assert 0 < early.value.retry_after_s <= 9
    await home_sender.update(
        Target(TEAM_ID, "home:U2BEN", "U2BEN", HOME.reference),
        card_titled("x"),
        Reader(Language.GERMAN, "UTC", "U2BEN"),
    )
    await clock.sleep(early.value.retry_after_s)
    await home_sender.update(HOME, card_titled("last"), ANNA)
    assert slack.homes["U1ANNA"].content["blocks"][0]["text"]["text"] == "last"


async def test_home_without_workspace_is_rejected(home_sender: AppHome, slack: FakeSlack) -> None:
    """A home without a workspace is not published."""
    with pytest.raises(Rejected):
        await home_sender.update(Target(TEAM_ID, "home:U1ANNA", "U1ANNA"), card_titled("x"), ANNA)
    assert slack.homes == {}
