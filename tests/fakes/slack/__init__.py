"""Fake Slack for tests."""

from tests.fakes.bot_connector import (
    CannedResponse as CannedResponse,
    Drop as Drop,
    FakeClock as FakeClock,
    Slow as Slow,
)
from tests.fakes.slack.model import (
    APP_ID as APP_ID,
    APP_TOKEN as APP_TOKEN,
    BOT_ID as BOT_ID,
    BOT_TOKEN as BOT_TOKEN,
    BOT_USER_ID as BOT_USER_ID,
    CLIENT_ID as CLIENT_ID,
    CLIENT_SECRET as CLIENT_SECRET,
    SIGNING_SECRET as SIGNING_SECRET,
    TEAM_ID as TEAM_ID,
    Message as Message,
    ratelimited as ratelimited,
    refused as refused,
)
from tests.fakes.slack.server import FakeSlack as FakeSlack
