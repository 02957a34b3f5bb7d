"""Responses when a commit times out."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.util import await_only

from bot.commands import discovery
from bot.dispatch.dispatcher import CommandDispatcher
from bot.dispatch.interaction import ConversationProfile, Interaction, InteractionKind, Response, Sender
from bot.operations.metrics import Metrics
from cards.render.plain import render_summary
from services import file, user
from services.inbox.model import InteractionKey
from services.people import PlaceKind
from storage.engine import Database
from storage.unit_of_work import SqlUnits
from tests.builders import START

pytestmark = pytest.mark.postgres

LIMIT_S = 0.4
FOREVER_S = 30.0


@dataclass(eq=False)
class SlowCommit:
    """Delay the next commit, before or after it takes effect."""

    is_wanted: bool = False
    is_kept: bool = False

    def __call__(self, connection: Connection) -> None:
        if self.is_wanted and not connection.get_execution_options().get("postgresql_readonly"):
            self.is_wanted = False
            if self.is_kept:
                connection.connection.commit()
            await_only(asyncio.sleep(FOREVER_S))


@pytest.fixture
async def slow(database: Database) -> AsyncGenerator[SlowCommit]:
    """Return the delay of the database's commits."""
    engine, slow = database.writer.sync_engine, SlowCommit()
    event.listen(engine, "commit", slow)
    yield slow
    event.remove(engine, "commit", slow)


@pytest.fixture
async def dispatch(units: SqlUnits) -> CommandDispatcher:
    """Return a dispatcher that Anna has used before."""
    dispatch = CommandDispatcher(
        units, discovery.build_registry(), Metrics(), "http://localhost", discovery.list_views()
    )
    await dispatch.receive(message("help", "first"))
    dispatch.limit_s = LIMIT_S
    return dispatch


def message(text: str, interaction_id: str = "1") -> Interaction:
    """Return a direct message of Anna."""
    return Interaction(
        platform="web",
        tenant="demo",
        kind=InteractionKind.MESSAGE,
        interaction_id=interaction_id,
        sender=Sender("anna", "Anna Weiss", language_hint="en"),
        conversation=ConversationProfile("direct-anna", PlaceKind.PERSONAL),
        text=text,
    )


def text_of(response: object) -> str:
    """Return a response as text."""
    assert isinstance(response, Response)
    return render_summary(response.card, response.reader.language, response.reader.zone, START)


async def test_committed_command_gets_its_usual_response(dispatch: CommandDispatcher, slow: SlowCommit) -> None:
    """A command whose commit succeeded late, and its repetition, get the usual response."""
    slow.is_wanted = slow.is_kept = True
    response = await dispatch.receive(message("team create Solarhaus"))
    assert "Solarhaus" in text_of(response)
    assert "took too long" not in text_of(response)
    assert text_of(await dispatch.receive(message("team create Solarhaus"))) == text_of(response)


async def test_unknown_commit_does_not_say_unchanged(dispatch: CommandDispatcher, slow: SlowCommit) -> None:
    """An unknown commit does not claim that nothing changed; a repetition runs once."""
    slow.is_wanted = True
    assert "may have been done all the same" in text_of(await dispatch.receive(message("team create Solarhaus")))
    again = text_of(await dispatch.receive(message("team create Solarhaus")))
    assert "Solarhaus" in again


async def test_lock_timeout_says_unchanged(dispatch: CommandDispatcher, units: SqlUnits) -> None:
    """A command that times out on a lock reports that nothing changed."""
    async with units.write() as other:
        await other.inbox.add(InteractionKey("web", "demo", "1", "somebody"))
        response = await dispatch.receive(message("team create Solarhaus"))
    assert "Nothing was changed" in text_of(response)


async def test_fetching_a_file_times_out(dispatch: CommandDispatcher, units: SqlUnits, slow: SlowCommit) -> None:
    """Fetching a file has the time limit of a command."""
    await dispatch.receive(message("team create Solarhaus"))
    file_id = await made(units)
    slow.is_wanted = True
    async with asyncio.timeout(LIMIT_S + 2):
        response = await dispatch.fetch_file(message("", "2"), file_id)
    assert "Too much is happening" in text_of(response)
    assert isinstance(await dispatch.fetch_file(message("", "3"), file_id), file.FileWithContent)


async def made(units: SqlUnits) -> str:
    """Return a file of Anna."""
    async with units.write() as uow:
        seen = await user.recognise(uow, "web", "demo", "anna", "direct-anna")
        assert seen is not None
        return (await file.create_for_actor(uow, seen.actor(), "leads.csv", b"Lead")).file_id
