"""Slack as the tests see it."""

from tests.fakes.bot_connector import Answer, Drop, FakeClock, Slow
from tests.fakes.slack.model import (
    APP_ID,
    APP_TOKEN,
    BOT_ID,
    BOT_TOKEN,
    BOT_USER_ID,
    CLIENT_ID,
    CLIENT_SECRET,
    SIGNING_SECRET,
    TEAM_ID,
    Message,
    ratelimited,
    refused,
)
from tests.fakes.slack.server import FakeSlack

__all__ = [
    "APP_ID",
    "APP_TOKEN",
    "BOT_ID",
    "BOT_TOKEN",
    "BOT_USER_ID",
    "CLIENT_ID",
    "CLIENT_SECRET",
    "SIGNING_SECRET",
    "TEAM_ID",
    "Answer",
    "Drop",
    "FakeClock",
    "FakeSlack",
    "Message",
    "Slow",
    "ratelimited",
    "refused",
]
