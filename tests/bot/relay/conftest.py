"""A firm, the platform on which it is, and a relay that works when the test says so."""

import pytest

from bot.operations.metrics import Metrics
from bot.outbox.relay import Relay
from bot.outbox.renderer import DeliveryRenderer
from bot.outbox.sender import DeliverySender
from bot.views import delivery as delivery_views
from storage.unit_of_work import SqlUnits
from tests.bot.relay.parts import draw_lead
from tests.fakes.remote import Remote
from tests.services.seeded_team import SeededTeam, seed_team


@pytest.fixture
def remote() -> Remote:
    """The platform on which the firms of the tests are."""
    return Remote()


@pytest.fixture
def sender(units: SqlUnits, remote: Remote) -> DeliverySender:
    """Sends to that platform; no mail server."""
    views = {"lead.card": draw_lead, **delivery_views.VIEWS}
    return DeliverySender(units, {"web": remote}, DeliveryRenderer(views, {}, "http://localhost"), None, Metrics())


@pytest.fixture
def relay(units: SqlUnits, sender: DeliverySender) -> Relay:
    """A relay that works when the test says so."""
    return Relay(units, sender)


@pytest.fixture
async def firm(units: SqlUnits, relay: Relay, remote: Remote) -> SeededTeam:
    """A firm with one channel, nothing waiting."""
    made = await seed_team(units, "Solarhaus")
    await relay.drain()
    remote.posts.clear()
    return made
