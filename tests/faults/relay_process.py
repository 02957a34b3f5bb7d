"""A relay that writes to Microsoft Teams or Slack, in a process of its own: `main(database, factor, since, …)`."""

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
from tests.faults.haste import Haste

POLL_S = 0.05
LOST = 50
"""Logs at this level only: what is expected here fills no pipe."""


async def draw(uow: UnitOfWork, actor: Actor, key: str, params: Mapping[str, str]) -> Card:
    """A card that says which one it is and whether its lead is picked: counted is how often it arrives."""
    del params
    seen = await uow.leads.see(actor.team_id, key) if actor.team_id else None
    return Card(verbatim(f"{key} {seen.lead.state.value if seen else ''}".rstrip()))


def relay_to_teams(
    units: SqlUnits,
    session: ClientSession,
    haste: Haste,
    *,
    workers: int = WORKERS,
    woken: asyncio.Event | None = None,
) -> Relay:
    """A relay whose one platform is Microsoft Teams, with the time of the run."""
    metrics, hosts = Metrics(), ServiceHosts((), loopback=True)
    tokens = TokenSource(session, "http://127.0.0.1", app_id="", app_password="", tenant_id="", timer=haste.timer)
    connector = Connector(session, tokens, hosts, metrics, clock=haste, timer=haste.timer, sleep=haste.sleep)
    verifier = TokenVerifier(APP_ID, "http://127.0.0.1", session, hosts, clock=haste)
    files = TeamsFiles(session, AllowedFileHosts((), loopback=True))
    dispatch = CommandDispatcher(units, discovery.build_registry(), metrics, "", discovery.list_views())
    own = BotIdentity(APP_ID, "")
    teams = TeamsPlatform(dispatch, verifier, connector, identity=own, files=files, clock=haste, timer=haste.timer)
    return _relay_to(teams, units, metrics, workers, woken)


def relay_to_slack(
    units: SqlUnits,
    session: ClientSession,
    haste: Haste,
    url: str,
    *,
    workers: int = WORKERS,
    woken: asyncio.Event | None = None,
) -> Relay:
    """A relay whose one platform is Slack, with the time of the run."""
    metrics = Metrics()
    tokens = FixedToken(session, url, BOT_TOKEN, _stay, timer=haste.timer)
    api = SlackApi(session, tokens, metrics, url=url, timer=haste.timer, sleep=haste.sleep)
    slack = SlackSender(api, tokens, SlackRenderer(haste), timer=haste.timer)
    return _relay_to(slack, units, metrics, workers, woken)


async def _stay(tenant: str, workspace: str) -> None:
    raise AssertionError(tenant, workspace)


def _relay_to(
    platform: Platform, units: SqlUnits, metrics: Metrics, workers: int, woken: asyncio.Event | None
) -> Relay:
    drawer = DeliveryRenderer({"lead.card": draw, **delivery_views.VIEWS}, {}, "")
    sender = DeliverySender(units, {platform.name: platform}, drawer, None, metrics)
    return Relay(units, sender, woken=woken, workers=workers, poll_s=POLL_S)


async def deliver(url: str, haste: Haste, workers: int, slack_url: str) -> None:
    """Deliver until killed."""
    units = SqlUnits(open_database(url), haste, KEYRING)
    async with ClientSession() as session:
        if slack_url:
            await relay_to_slack(units, session, haste, slack_url, workers=workers).run()
        else:
            await relay_to_teams(units, session, haste, workers=workers).run()


def main(url: str, factor: str, since_s: str, workers: str, slack_url: str = "") -> None:
    """Be such a process."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(LOST))
    asyncio.run(deliver(url, Haste(float(factor), float(since_s)), int(workers), slack_url))


if __name__ == "__main__":
    main(*sys.argv[1:])
