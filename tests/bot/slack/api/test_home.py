"""The App Home as the relay draws it: for its one reader, not too often, and never somewhere else."""

import json

import pytest

from bot.dispatch.interaction import Interaction, Response
from bot.platforms.base import RateLimited, Reader, Rejected, Sent, Target
from bot.platforms.slack.api import SlackApi
from bot.platforms.slack.cards import SlackRenderer
from bot.platforms.slack.directory import SlackDirectory
from bot.platforms.slack.home import AppHome, is_home
from cards.model import Card, verbatim
from services.file import OpenedFile
from services.people import Language
from tests.fakes.slack import TEAM_ID, FakeClock, FakeSlack

ANNA = Reader(Language.ENGLISH, "Europe/Berlin", "U1ANNA")
HOME = Target(TEAM_ID, "home:U1ANNA", "U1ANNA", {"workspace": TEAM_ID, "chat": "D1"})


class NoDispatcher:
    """A chat in which nobody says anything: the relay draws what it was given."""

    async def receive(self, interaction: Interaction) -> Response | None:
        del interaction

    async def fetch_file(self, interaction: Interaction, file_id: str) -> OpenedFile | Response | None:
        del interaction, file_id

    async def record_post(self, interaction: Interaction, response: Response, sent: Sent) -> None:
        del interaction, response, sent


@pytest.fixture
def homes(api: SlackApi, clock: FakeClock) -> AppHome:
    """The bot."""
    people = SlackDirectory(api, timer=clock.timer)
    return AppHome(NoDispatcher(), api, people, SlackRenderer(clock.now), timer=clock.timer, sleep=clock.sleep)


def card_titled(title: str) -> Card:
    """A card that says nothing else."""
    return Card(verbatim(title))


async def test_the_reader_finds_it_in_his_home(homes: AppHome, slack: FakeSlack) -> None:
    """A home is shown to its reader alone, and knows the chat in which its buttons count as pressed."""
    assert is_home(HOME)
    assert not is_home(Target(TEAM_ID, "D1"))
    await homes.update(HOME, card_titled("first"), ANNA)
    assert set(slack.homes) == {"U1ANNA"}
    content = slack.homes["U1ANNA"].content
    assert content["blocks"][0]["text"]["text"] == "first"
    assert json.loads(content["private_metadata"])["at"] == {"channel": "D1", "is_home": True}


async def test_what_comes_too_often_waits_and_the_last_state_arrives(
    homes: AppHome, slack: FakeSlack, clock: FakeClock
) -> None:
    """After a few changes at a stretch the next one is put off by a time; after it, it arrives. Others do not wait."""
    for number in range(3):
        await homes.update(HOME, card_titled(f"{number}"), ANNA)
    with pytest.raises(RateLimited) as early:
        await homes.update(HOME, card_titled("3"), ANNA)
    assert 0 < early.value.retry_after_s <= 9
    await homes.update(
        Target(TEAM_ID, "home:U2BEN", "U2BEN", HOME.reference),
        card_titled("x"),
        Reader(Language.GERMAN, "UTC", "U2BEN"),
    )
    await clock.sleep(early.value.retry_after_s)
    await homes.update(HOME, card_titled("last"), ANNA)
    assert slack.homes["U1ANNA"].content["blocks"][0]["text"]["text"] == "last"


async def test_a_home_without_a_workspace_is_nobodys(homes: AppHome, slack: FakeSlack) -> None:
    """A home that does not say in which workspace it stands is not shown anywhere."""
    with pytest.raises(Rejected):
        await homes.update(Target(TEAM_ID, "home:U1ANNA", "U1ANNA"), card_titled("x"), ANNA)
    assert slack.homes == {}
