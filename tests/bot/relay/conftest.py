"""A firm, the platform on which it is, and a relay that works when the test says so."""

import pytest

from bot.operations.metrics import Metrics
from bot.outbox.relay import Relay
from bot.outbox.renderer import DeliveryRenderer
from bot.outbox.sender import DeliverySender
from bot.views import delivery as delivery_views
from storage.unit_of_work import SqlUnits
from tests.bot.relay.lead_view import render_lead
from tests.fakes.chat_platform import FakeChatPlatform
from tests.services.firms import Firm, found


@pytest.fixture
def remote() -> FakeChatPlatform:
    """The platform on which the firms of the tests are."""
    return FakeChatPlatform()


@pytest.fixture
def sender(units: SqlUnits, remote: FakeChatPlatform) -> DeliverySender:
    """Sends to that platform; no mail server."""
    views = {"lead.card": render_lead, **delivery_views.VIEWS}
    return DeliverySender(units, {"web": remote}, DeliveryRenderer(views, {}, "http://localhost"), None, Metrics())


@pytest.fixture
def relay(units: SqlUnits, sender: DeliverySender) -> Relay:
    """A relay that works when the test says so."""
    return Relay(units, sender)


@pytest.fixture
async def team(units: SqlUnits, relay: Relay, remote: FakeChatPlatform) -> Firm:
    """A firm with one channel, nothing waiting."""
    made = await found(units, "Solarhaus")
    await relay.drain()
    remote.posts.clear()
    return made
