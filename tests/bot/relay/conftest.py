"""A seeded team, a fake chat platform and a relay that works on demand."""

import pytest

from bot.operations.metrics import Metrics
from bot.outbox.relay import Relay
from bot.outbox.renderer import DeliveryRenderer
from bot.outbox.sender import DeliverySender
from bot.views import delivery as delivery_views
from storage.unit_of_work import SqlUnits
from tests.bot.relay.lead_view import render_lead
from tests.fakes.chat_platform import FakeChatPlatform
from tests.services.seeded_team import SeededTeam, seed_team


@pytest.fixture
def remote() -> FakeChatPlatform:
    """Return the platform of the seeded teams."""
    return FakeChatPlatform()


@pytest.fixture
def sender(units: SqlUnits, remote: FakeChatPlatform) -> DeliverySender:
    """Return a sender to that platform, without a mail server."""
    views = {"lead.card": render_lead, **delivery_views.VIEWS}
    return DeliverySender(units, {"web": remote}, DeliveryRenderer(views, {}, "http://localhost"), None, Metrics())


@pytest.fixture
def relay(units: SqlUnits, sender: DeliverySender) -> Relay:
    """Return a relay that works when the test calls it."""
    return Relay(units, sender)


@pytest.fixture
async def team(units: SqlUnits, relay: Relay, remote: FakeChatPlatform) -> SeededTeam:
    """Return a team with one channel and no pending deliveries."""
    made = await seed_team(units, "Solarhaus")
    await relay.drain()
    remote.posts.clear()
    return made
