"""A relay that sends to Microsoft Teams or Slack in its own process: `main(database, factor, since, …)`."""

import asyncio
import sys
from collections.abc import Mapping

import structlog
from aiohttp import ClientSession

from bot.commands import discovery
from bot.dispatch.dispatcher import CommandDispatcher
from bot.operations.metrics import Metrics
from bot.outbox.relay import WORKERS, Relay
from bot.outbox.renderer import DeliveryRenderer
from bot.outbox.sender import DeliverySender
from bot.platforms.allowed_hosts import AllowedFileHosts
from bot.platforms.base import Platform
from bot.platforms.slack.api import SlackApi
from bot.platforms.slack.cards import SlackRenderer
from bot.platforms.slack.sender import SlackSender
from bot.platforms.slack.tokens import FixedToken
from bot.platforms.teams.auth import TokenVerifier
from bot.platforms.teams.connector import Connector
from bot.platforms.teams.files import TeamsFiles
from bot.platforms.teams.platform import BotIdentity, TeamsPlatform
from bot.platforms.teams.service_hosts import ServiceHosts
from bot.platforms.teams.token import TokenSource
from bot.views import delivery as delivery_views
from cards.model import Card, verbatim
from services.actor import Actor
from services.unit_of_work import UnitOfWork
from storage.engine import open_database
from storage.unit_of_work import SqlUnits
from tests.builders import KEYRING
from tests.fakes.bot_connector import APP_ID
from tests.fakes.slack import BOT_TOKEN
from tests.faults.accelerated_clock import AcceleratedClock

POLL_S = 0.05
LOG_LEVEL = 50
"""Critical events only: expected errors would fill the pipe and block the process."""


async def render_test_card(uow: UnitOfWork, actor: Actor, key: str, params: Mapping[str, str]) -> Card:
    """Render a card with the key and the state of its lead, so that the test can count copies."""
    del params
    visible = await uow.leads.get(actor.team_id, key) if actor.team_id else None
    return Card(verbatim(f"{key} {visible.lead.state.value if visible else ''}".rstrip()))


def relay_to_teams(
    units: SqlUnits,
    session: ClientSession,
    clock: AcceleratedClock,
    *,
    workers: int = WORKERS,
    woken: asyncio.Event | None = None,
) -> Relay:
    """Build a relay whose only platform is Microsoft Teams, on the clock of the run."""
    metrics, hosts = Metrics(), ServiceHosts((), loopback=True)
    tokens = TokenSource(session, "http://127.0.0.1", app_id="", app_password="", tenant_id="", timer=clock.timer)
    connector = Connector(session, tokens, hosts, metrics, clock=clock, timer=clock.timer, sleep=clock.sleep)
    verifier = TokenVerifier(APP_ID, "http://127.0.0.1", session, hosts, clock=clock)
    files = TeamsFiles(session, AllowedFileHosts((), loopback=True))
    dispatch = CommandDispatcher(units, discovery.build_registry(), metrics, "", discovery.list_views())
    bot_account = BotIdentity(APP_ID, "")
    teams = TeamsPlatform(
        dispatch, verifier, connector, identity=bot_account, files=files, clock=clock, timer=clock.timer
    )
    return _relay_to(teams, units, metrics, workers, woken)


def relay_to_slack(
    units: SqlUnits,
    session: ClientSession,
    clock: AcceleratedClock,
    url: str,
    *,
    workers: int = WORKERS,
    woken: asyncio.Event | None = None,
) -> Relay:
    """Build a relay whose only platform is Slack, on the clock of the run."""
    metrics = Metrics()
    tokens = FixedToken(session, url, BOT_TOKEN, _unexpected_removal, timer=clock.timer)
    api = SlackApi(session, tokens, metrics, url=url, timer=clock.timer, sleep=clock.sleep)
    slack = SlackSender(api, tokens, SlackRenderer(clock), timer=clock.timer)
    return _relay_to(slack, units, metrics, workers, woken)


async def _unexpected_removal(tenant: str, workspace: str) -> None:
    raise AssertionError(tenant, workspace)


def _relay_to(
    platform: Platform, units: SqlUnits, metrics: Metrics, workers: int, woken: asyncio.Event | None
) -> Relay:
    renderer = DeliveryRenderer({"lead.card": render_test_card, **delivery_views.VIEWS}, {}, "")
    sender = DeliverySender(units, {platform.name: platform}, renderer, None, metrics)
    return Relay(units, sender, woken=woken, workers=workers, poll_s=POLL_S)


async def deliver(url: str, clock: AcceleratedClock, workers: int, slack_url: str) -> None:
    """Run the relay until the process is killed."""
    units = SqlUnits(open_database(url), clock, KEYRING)
    async with ClientSession() as session:
        if slack_url:
            await relay_to_slack(units, session, clock, slack_url, workers=workers).run()
        else:
            await relay_to_teams(units, session, clock, workers=workers).run()


def main(url: str, factor: str, since_s: str, workers: str, slack_url: str = "") -> None:
    """Run one relay process."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(LOG_LEVEL))
    asyncio.run(deliver(url, AcceleratedClock(float(factor), float(since_s)), int(workers), slack_url))


if __name__ == "__main__":
    main(*sys.argv[1:])
