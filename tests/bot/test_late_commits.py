"""What people read when the end of a transaction is not heard of in time."""

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
from services.inbox.model import Arrival
from services.people import PlaceKind
from storage.engine import Database
from storage.unit_of_work import SqlUnits
from tests.builders import START

pytestmark = pytest.mark.postgres

LIMIT_S = 0.4
FOREVER_S = 30.0


@dataclass(eq=False)
class SlowCommit:
    """From when it is wanted: a database whose next commit takes for ever, before or after it has happened."""

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
    """The commits of the test's database."""
    engine, slow = database.writer.sync_engine, SlowCommit()
    event.listen(engine, "commit", slow)
    yield slow
    event.remove(engine, "commit", slow)


@pytest.fixture
async def dispatch(units: SqlUnits) -> CommandDispatcher:
    """The way in, where Anna has said something before."""
    dispatch = CommandDispatcher(
        units, discovery.build_registry(), Metrics(), "http://localhost", discovery.list_views()
    )
    await dispatch.receive(message("help", "first"))
    dispatch.limit_s = LIMIT_S
    return dispatch


def message(text: str, interaction_id: str = "1") -> Interaction:
    """What Anna writes in her direct chat."""
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
    """What an answer says."""
    assert isinstance(response, Response)
    return render_summary(response.card, response.reader.language, response.reader.zone, START)


async def test_what_was_kept_unheard_is_answered_as_usual(dispatch: CommandDispatcher, slow: SlowCommit) -> None:
    """A command that was kept although nobody heard of it in time has its usual answer, and a repetition the same."""
    slow.is_wanted = slow.is_kept = True
    response = await dispatch.receive(message("team create Solarhaus"))
    assert "Solarhaus" in text_of(response)
    assert "took too long" not in text_of(response)
    assert text_of(await dispatch.receive(message("team create Solarhaus"))) == text_of(response)


async def test_what_may_have_been_kept_is_to_be_looked_at(dispatch: CommandDispatcher, slow: SlowCommit) -> None:
    """Where nobody knows whether it was kept, it is not said that nothing was changed; repeating does it once."""
    slow.is_wanted = True
    assert "may have been done all the same" in text_of(await dispatch.receive(message("team create Solarhaus")))
    again = text_of(await dispatch.receive(message("team create Solarhaus")))
    assert "Solarhaus" in again


async def test_what_has_not_come_to_its_end_has_changed_nothing(dispatch: CommandDispatcher, units: SqlUnits) -> None:
    """Whoever waits for others until the time is over reads that nothing was changed."""
    async with units.write() as other:
        await other.inbox.register(Arrival("web", "demo", "1", "somebody"))
        response = await dispatch.receive(message("team create Solarhaus"))
    assert "Nothing was changed" in text_of(response)


async def test_fetching_a_file_keeps_the_limit(dispatch: CommandDispatcher, units: SqlUnits, slow: SlowCommit) -> None:
    """A file that cannot be handed over in time is not waited for longer than a command."""
    await dispatch.receive(message("team create Solarhaus"))
    file_id = await made(units)
    slow.is_wanted = True
    async with asyncio.timeout(LIMIT_S + 2):
        response = await dispatch.fetch_file(message("", "2"), file_id)
    assert "Too much is happening" in text_of(response)
    assert isinstance(await dispatch.fetch_file(message("", "3"), file_id), file.OpenedFile)


async def made(units: SqlUnits) -> str:
    """A file that was made for Anna."""
    async with units.write() as uow:
        seen = await user.recognise(uow, "web", "demo", "anna", "direct-anna")
        assert seen is not None
        return (await file.offer(uow, seen.actor(), "leads.csv", b"Lead")).file_id
