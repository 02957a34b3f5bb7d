"""The composition root: build the application from the settings and run it."""

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
from bot.dispatch.dispatcher import CommandDispatcher
from bot.gateways.smtp import SmtpMails
from bot.jobs.auditor import Auditor
from bot.jobs.importer import Importer
from bot.jobs.scheduler import Jobs, all_jobs
from bot.operations.metrics import Metrics
from bot.outbox.relay import Relay
from bot.outbox.renderer import DeliveryRenderer
from bot.outbox.sender import DeliverySender
from bot.pages.about import AboutPages
from bot.pages.health import HealthPages
from bot.pages.install import InstallPage
from bot.pages.join import JoinPage
from bot.pages.lead import LeadPage
from bot.platforms.allowed_hosts import AllowedFileHosts
from bot.platforms.base import Platform
from bot.platforms.slack.api import SlackApi
from bot.platforms.slack.files import SlackFiles
from bot.platforms.slack.installations import InstalledTokens, SlackInstallations, workspace_leaver
from bot.platforms.slack.links import LINK_SHARED, LinkUnfurler
from bot.platforms.slack.oauth import OAuth
from bot.platforms.slack.platform import SlackPlatform
from bot.platforms.slack.socket import Socket
from bot.platforms.slack.tokens import FixedToken, Tokens
from bot.platforms.teams.auth import TokenVerifier
from bot.platforms.teams.connector import Connector
from bot.platforms.teams.files import TeamsFiles
from bot.platforms.teams.platform import BotIdentity, TeamsPlatform
from bot.platforms.teams.service_hosts import ServiceHosts
from bot.platforms.teams.token import TokenSource
from bot.platforms.web.platform import WebPlatform
from bot.settings import Settings, build_keyring
from cards.about_pages import SiteOperator
from services.transcript import Transcript
from storage.engine import Database, open_database
from storage.transcript import open_transcript
from storage.unit_of_work import SqlUnits
from storage.version import is_current

BODY_MAX_BYTES: Final = 256 * 1024
CONNECTIONS_MAX: Final = 100
DNS_KEPT_S: Final = 300
REQUESTS_END_S: Final = 3.0
"""Time for running requests when the process ends."""

IDLE_S: Final = 75.0
"""Idle time of a connection: longer than the 60 s of common proxies, short enough that idle ones do not pile up."""

Clock = Callable[[], datetime]

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("app")


def utc_now() -> datetime:
    """Return the time of the system clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Transcripts:
    """Opens transactions on the transcript of the browser chat."""

    database: Database
    clock: Clock

    def __call__(self, *, writes: bool = False) -> AbstractAsyncContextManager[Transcript]:
        return open_transcript(self.database, self.clock, writes=writes)


@dataclass(frozen=True, slots=True)
class Application:
    """The composed process: every service with what it depends on."""

    settings: Settings
    database: Database
    units: SqlUnits
    metrics: Metrics
    registry: Registry
    dispatch: CommandDispatcher
    relay: Relay
    importer: Importer
    jobs: Jobs
    transcripts: Transcripts
    browser: WebPlatform | None
    slack: SlackPlatform | None
    socket: Socket | None
    web_app: web.Application


@asynccontextmanager
async def open_application(settings: Settings, clock: Clock = utc_now) -> AsyncGenerator[Application]:
    """Open an application on a migrated database and close its connections at the end; no task runs yet."""
    database = open_database(settings.database_url.get_secret_value())
    try:
        async with _session() as session:
            verifier = _verifier(settings, session, clock)
            try:
                yield build_application(settings, database, session, verifier, clock)
            finally:
                await verifier.close()
    finally:
        await database.close()


async def serve(settings: Settings, stop: asyncio.Event, announce: Callable[[str], None]) -> None:
    """Run until `stop` is set, then finish running requests and deliveries within seconds."""
    async with open_application(settings) as application, _listening(application) as runner:
        if settings.demo:
            await seed(application.units, application.transcripts)
        for name in settings.unserved:
            _log.warning("setting_has_no_effect", setting=name)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(application.relay.run())
            tasks.create_task(application.importer.run())
            if application.socket is not None:
                tasks.create_task(application.socket.run())
            scheduler = application.jobs.start()
            announce(_address(runner))
            await stop.wait()
            scheduler.shutdown(wait=False)
            application.relay.stop()
            application.importer.stop()
            if application.socket is not None:
                application.socket.stop()
            # The relay finishes its deliveries while requests finish: each has its own timeout.
            await _close(application, runner)


def build_runner(web_app: web.Application, idle_s: float = IDLE_S) -> web.AppRunner:
    """Build the HTTP server; a client that does not complete a request within `idle_s` is disconnected."""
    return web.AppRunner(
        web_app, access_log=None, shutdown_timeout=REQUESTS_END_S, keepalive_timeout=idle_s, lingering_time=1.0
    )


@asynccontextmanager
async def _listening(application: Application) -> AsyncGenerator[web.AppRunner]:
    runner = build_runner(application.web_app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, application.settings.host, application.settings.port)
        await site.start()
        yield runner
    finally:
        await _close(application, runner)


async def _close(application: Application, runner: web.AppRunner) -> None:
    """Stop accepting requests and finish running ones; idempotent."""
    if application.browser is not None:
        await application.browser.end()
    await runner.cleanup()
    if application.slack is not None:
        await application.slack.end()


def _address(runner: web.AppRunner) -> str:
    host, port = runner.addresses[0][:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def build_application(
    settings: Settings, database: Database, session: aiohttp.ClientSession, verifier: TokenVerifier, clock: Clock
) -> Application:
    woken = asyncio.Event()
    metrics, registry = Metrics(), discovery.build_registry()
    units = SqlUnits(database, clock, build_keyring(settings), woken.set, plan=settings.default_plan)
    public_url, views = settings.address, discovery.list_views()
    dispatch = CommandDispatcher(units, registry, metrics, public_url, views)
    transcripts = Transcripts(database, clock)
    teams = TeamsPlatform(
        dispatch,
        verifier,
        _connector(settings, session, metrics, clock),
        identity=BotIdentity(settings.teams_app_id, public_url),
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
    sender = DeliverySender(
        units,
        platforms,
        DeliveryRenderer(views, discovery.list_mail_views(), public_url),
        _mails(settings, clock),
        metrics,
    )
    pages = HealthPages(units, metrics, lambda: is_current(database), settings.metrics_token.get_secret_value())
    web_app = web.Application(client_max_size=BODY_MAX_BYTES)
    web_app.add_routes(teams.routes() if settings.serves_teams else [])
    web_app.add_routes(slack.routes() if slack else [])
    web_app.add_routes([*pages.routes(), *JoinPage(units, public_url).routes()])
    web_app.add_routes(_install_pages(settings, session, units, tokens))
    web_app.add_routes(LeadPage().routes())
    web_app.add_routes(AboutPages(_operator(settings), public_url).routes())
    web_app.add_routes(browser.routes() if browser else [])
    return Application(
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
        web_app=web_app,
    )


def _session() -> aiohttp.ClientSession:
    """Build the only HTTP client session, with one connection pool and without cookies."""
    connector = aiohttp.TCPConnector(limit=CONNECTIONS_MAX, ttl_dns_cache=DNS_KEPT_S)
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())


def _hosts(settings: Settings) -> ServiceHosts:
    return ServiceHosts(settings.teams_service_hosts, loopback=not settings.teams_app_id)


def _files(settings: Settings, session: aiohttp.ClientSession) -> TeamsFiles:
    return TeamsFiles(session, AllowedFileHosts(settings.teams_file_hosts, loopback=not settings.teams_app_id))


def _verifier(settings: Settings, session: aiohttp.ClientSession, clock: Clock) -> TokenVerifier:
    hosts = _hosts(settings)
    return TokenVerifier(settings.teams_app_id, settings.teams_openid_url, session, hosts, clock=clock)


def _tokens(settings: Settings, session: aiohttp.ClientSession, units: SqlUnits) -> Tokens:
    """Build the source of bot tokens: one fixed token or those of the installations."""
    if fixed := settings.slack_bot_token.get_secret_value():
        return FixedToken(session, settings.slack_api_url, fixed, workspace_leaver(units))
    return InstalledTokens(units, session, settings.slack_api_url)


def _install_pages(
    settings: Settings, session: aiohttp.ClientSession, units: SqlUnits, tokens: Tokens
) -> list[web.RouteDef]:
    """Build the routes of the OAuth installation; none without a client id."""
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
    dispatch: CommandDispatcher,
    metrics: Metrics,
    clock: Clock,
) -> SlackPlatform | None:
    if not settings.serves_slack:
        return None
    api = SlackApi(session, tokens, metrics, url=settings.slack_api_url)
    secret = settings.slack_signing_secret.get_secret_value()
    files = SlackFiles(session, api, tokens, api_url=settings.slack_api_url)
    slack = SlackPlatform(dispatch, api, tokens, files=files, secret=secret, clock=clock)
    links = LinkUnfurler(dispatch, api, slack.directory, slack.renderer, settings.address)
    slack.add_listeners({LINK_SHARED: links.unfurl})
    return slack


def _socket(settings: Settings, session: aiohttp.ClientSession, slack: SlackPlatform | None) -> Socket | None:
    """Build the Socket Mode connection; None where Slack posts to this server."""
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


def _operator(settings: Settings) -> SiteOperator:
    return SiteOperator(settings.operator_name, settings.operator_email)


def _mails(settings: Settings, clock: Clock) -> SmtpMails | None:
    url = settings.smtp_url.get_secret_value()
    return SmtpMails(url, settings.mail_from, clock) if url else None


def _new_id() -> str:
    return secrets.token_hex(16)
