"""The composition root: the settings become a house in which everybody has been introduced to everybody."""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import aiohttp
import structlog
from aiohttp import web

from bot.commands import discovery
from bot.commands.registry import Registry
from bot.demo import seed
from bot.dispatch.dispatch import Dispatch
from bot.gateways.smtp import SmtpMails
from bot.jobs.auditor import Auditor
from bot.jobs.importer import Importer
from bot.jobs.scheduler import Jobs, all_jobs
from bot.operations.metrics import Metrics
from bot.outbox.relay import Relay
from bot.outbox.renderer import Drawer
from bot.outbox.sender import Sender
from bot.pages.about import AboutPages
from bot.pages.health import Pages
from bot.pages.install import InstallPage
from bot.pages.join import JoinPage
from bot.pages.lead import LeadPage
from bot.platforms.allowed_hosts import FileHosts
from bot.platforms.base import Platform
from bot.platforms.slack.api import SlackApi
from bot.platforms.slack.files import Files as SlackFiles
from bot.platforms.slack.installations import InstalledTokens, SlackInstallations, leaving
from bot.platforms.slack.links import LINK_SHARED, Links
from bot.platforms.slack.oauth import OAuth
from bot.platforms.slack.platform import SlackPlatform
from bot.platforms.slack.socket import Socket
from bot.platforms.slack.tokens import FixedToken, Tokens
from bot.platforms.teams.auth import TokenVerifier
from bot.platforms.teams.connector import Connector
from bot.platforms.teams.files import Files
from bot.platforms.teams.platform import Own, TeamsPlatform
from bot.platforms.teams.service_hosts import ServiceHosts
from bot.platforms.teams.token import TokenSource
from bot.platforms.web.platform import WebPlatform
from bot.settings import Settings, keyring_of
from cards.about_pages import Operator
from services.transcript import Transcript
from storage.engine import Database, open_database
from storage.transcript import open_transcript
from storage.unit_of_work import SqlUnits
from storage.version import is_current

BODY_MAX_BYTES: Final = 256 * 1024
CONNECTIONS_MAX: Final = 100
DNS_KEPT_S: Final = 300
REQUESTS_END_S: Final = 3.0
"""How long requests that are being answered may go on when the process ends."""

IDLE_S: Final = 75.0
"""How long a connection may go without a whole request: longer than proxies keep one, not so long that many pile up."""

Clock = Callable[[], datetime]

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("app")


def utc_now() -> datetime:
    """The clock of a real deployment."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Transcripts:
    """Opens transactions on the transcript of the browser chat."""

    database: Database
    clock: Clock

    def __call__(self, *, writes: bool = False) -> AbstractAsyncContextManager[Transcript]:
        return open_transcript(self.database, self.clock, writes=writes)


@dataclass(frozen=True, slots=True)
class House:
    """Everybody, introduced."""

    settings: Settings
    database: Database
    units: SqlUnits
    metrics: Metrics
    registry: Registry
    dispatch: Dispatch
    relay: Relay
    importer: Importer
    jobs: Jobs
    transcripts: Transcripts
    browser: WebPlatform | None
    slack: SlackPlatform | None
    socket: Socket | None
    application: web.Application


@asynccontextmanager
async def opened(settings: Settings, clock: Clock = utc_now) -> AsyncGenerator[House]:
    """A house on a migrated database; nothing of it works by itself yet, and at the end everything is given back."""
    database = open_database(settings.database_url.get_secret_value())
    try:
        async with _session() as session:
            verifier = _verifier(settings, session, clock)
            try:
                yield _introduce(settings, database, session, verifier, clock)
            finally:
                await verifier.close()
    finally:
        await database.close()


async def serve(settings: Settings, stop: asyncio.Event, announce: Callable[[str], None]) -> None:
    """Serve until told to stop, then end within seconds without losing anything."""
    async with opened(settings) as house, _listening(house) as door:
        if settings.demo:
            await seed(house.units, house.transcripts)
        for name in settings.unserved:
            _log.warning("setting is not served by this version", setting=name)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(house.relay.run())
            tasks.create_task(house.importer.run())
            if house.socket is not None:
                tasks.create_task(house.socket.run())
            scheduler = house.jobs.start()
            announce(_address(door))
            await stop.wait()
            scheduler.shutdown(wait=False)
            house.relay.stop()
            house.importer.stop()
            if house.socket is not None:
                house.socket.stop()
            # While what is being sent ends, what is being asked ends, too: each has its own few seconds.
            await _close(house, door)


def door_of(application: web.Application, idle_s: float = IDLE_S) -> web.AppRunner:
    """Where requests come in; who only dribbles the beginning of one is shown out."""
    return web.AppRunner(
        application, access_log=None, shutdown_timeout=REQUESTS_END_S, keepalive_timeout=idle_s, lingering_time=1.0
    )


@asynccontextmanager
async def _listening(house: House) -> AsyncGenerator[web.AppRunner]:
    runner = door_of(house.application)
    await runner.setup()
    try:
        site = web.TCPSite(runner, house.settings.host, house.settings.port)
        await site.start()
        yield runner
    finally:
        await _close(house, runner)


async def _close(house: House, door: web.AppRunner) -> None:
    """Take no more requests, and end those that are being answered; doing it twice is harmless."""
    if house.browser is not None:
        await house.browser.end()
    await door.cleanup()
    if house.slack is not None:
        await house.slack.end()


def _address(runner: web.AppRunner) -> str:
    host, port = runner.addresses[0][:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _introduce(
    settings: Settings, database: Database, session: aiohttp.ClientSession, verifier: TokenVerifier, clock: Clock
) -> House:
    woken = asyncio.Event()
    metrics, registry = Metrics(), discovery.registry()
    units = SqlUnits(database, clock, keyring_of(settings), woken.set, plan=settings.default_plan)
    public_url, views = settings.address, discovery.all_views()
    dispatch = Dispatch(units, registry, metrics, public_url, views)
    transcripts = Transcripts(database, clock)
    teams = TeamsPlatform(
        dispatch,
        verifier,
        _connector(settings, session, metrics, clock),
        own=Own(settings.teams_app_id, public_url),
        files=_files(settings, session),
        clock=clock,
    )
    browser = WebPlatform(dispatch, transcripts, clock, _new_id) if settings.demo else None
    platforms: dict[str, Platform] = {teams.name: teams} if settings.serves_teams else {}
    if browser is not None:
        platforms[browser.name] = browser
    tokens = _tokens(settings, session, units)
    slack = _slack(settings, session, tokens, dispatch, metrics, clock)
    if slack is not None:
        platforms[slack.name] = slack
    sender = Sender(
        units, platforms, Drawer(views, discovery.all_mails(), public_url), _mails(settings, clock), metrics
    )
    pages = Pages(units, metrics, lambda: is_current(database), settings.metrics_token.get_secret_value())
    application = web.Application(client_max_size=BODY_MAX_BYTES)
    application.add_routes(teams.routes() if settings.serves_teams else [])
    application.add_routes(slack.routes() if slack else [])
    application.add_routes([*pages.routes(), *JoinPage(units, public_url).routes()])
    application.add_routes(_install_pages(settings, session, units, tokens))
    application.add_routes(LeadPage().routes())
    application.add_routes(AboutPages(_operator(settings), public_url).routes())
    application.add_routes(browser.routes() if browser else [])
    return House(
        settings=settings,
        database=database,
        units=units,
        metrics=metrics,
        registry=registry,
        dispatch=dispatch,
        relay=Relay(units, sender, woken=woken),
        jobs=Jobs(units, metrics, all_jobs(Auditor(units, metrics))),
        importer=Importer(units, metrics),
        transcripts=transcripts,
        browser=browser,
        slack=slack,
        socket=_socket(settings, session, slack),
        application=application,
    )


def _session() -> aiohttp.ClientSession:
    """The one pool of connections to the outside; it keeps no cookies."""
    connector = aiohttp.TCPConnector(limit=CONNECTIONS_MAX, ttl_dns_cache=DNS_KEPT_S)
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())


def _hosts(settings: Settings) -> ServiceHosts:
    return ServiceHosts(settings.teams_service_hosts, loopback=not settings.teams_app_id)


def _files(settings: Settings, session: aiohttp.ClientSession) -> Files:
    return Files(session, FileHosts(settings.teams_file_hosts, loopback=not settings.teams_app_id))


def _verifier(settings: Settings, session: aiohttp.ClientSession, clock: Clock) -> TokenVerifier:
    hosts = _hosts(settings)
    return TokenVerifier(settings.teams_app_id, settings.teams_openid_url, session, hosts, clock=clock)


def _tokens(settings: Settings, session: aiohttp.ClientSession, units: SqlUnits) -> Tokens:
    """What opens workspaces of Slack."""
    if fixed := settings.slack_bot_token.get_secret_value():
        return FixedToken(session, settings.slack_api_url, fixed, leaving(units))
    return InstalledTokens(units, session, settings.slack_api_url)


def _install_pages(
    settings: Settings, session: aiohttp.ClientSession, units: SqlUnits, tokens: Tokens
) -> list[web.RouteDef]:
    """The way for workspaces to take the app in, where that is set up."""
    if not settings.slack_client_id:
        return []
    oauth = OAuth(
        session,
        SlackInstallations(units),
        tokens,
        api_url=settings.slack_api_url,
        public_url=settings.address,
        client_id=settings.slack_client_id,
        client_secret=settings.slack_client_secret.get_secret_value(),
    )
    return InstallPage(units, oauth, settings.address).routes()


def _slack(
    settings: Settings,
    session: aiohttp.ClientSession,
    tokens: Tokens,
    dispatch: Dispatch,
    metrics: Metrics,
    clock: Clock,
) -> SlackPlatform | None:
    if not settings.serves_slack:
        return None
    api = SlackApi(session, tokens, metrics, url=settings.slack_api_url)
    secret = settings.slack_signing_secret.get_secret_value()
    files = SlackFiles(session, api, tokens, api_url=settings.slack_api_url)
    slack = SlackPlatform(dispatch, api, tokens, session, files=files, secret=secret, clock=clock)
    links = Links(dispatch, api, slack.people, slack.drawing, settings.address)
    slack.listen({LINK_SHARED: links.unfurl})
    return slack


def _socket(settings: Settings, session: aiohttp.ClientSession, slack: SlackPlatform | None) -> Socket | None:
    """Fetches what happens in Slack, where no port is open for it."""
    if slack is None or not settings.fetches_from_slack:
        return None
    return Socket(session, settings.slack_api_url, settings.slack_app_token.get_secret_value(), slack.serve)


def _connector(settings: Settings, session: aiohttp.ClientSession, metrics: Metrics, clock: Clock) -> Connector:
    token_source = TokenSource(
        session,
        settings.teams_login_url,
        app_id=settings.teams_app_id,
        app_password=settings.teams_app_password.get_secret_value(),
        tenant_id=settings.teams_tenant_id,
    )
    return Connector(session, token_source, _hosts(settings), metrics, clock=clock)


def _operator(settings: Settings) -> Operator:
    return Operator(settings.operator_name, settings.operator_email)


def _mails(settings: Settings, clock: Clock) -> SmtpMails | None:
    url = settings.smtp_url.get_secret_value()
    return SmtpMails(url, settings.mail_from, clock) if url else None


def _new_id() -> str:
    return secrets.token_hex(16)
