"""Fake platforms of the fault tests: their injected faults and the messages they received."""

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from tests.fakes.bot_connector import CannedResponse, Drop, FakeTeams
from tests.fakes.slack import FakeSlack
from tests.faults.accelerated_clock import AcceleratedClock
from tests.faults.seeded_team import SeedPlatform, SlackSeed, TeamsSeed

FaultRule: TypeAlias = Callable[[str], CannedResponse | Drop | None]


@dataclass(frozen=True, slots=True)
class ReceivedMessage:
    """A message as stored in a conversation."""

    conversation_id: str
    message_id: str
    first_line: str
    full_text: str


class FakePlatform(Protocol):
    """A fake platform that can inject faults."""

    @property
    def fake(self) -> AbstractAsyncContextManager[object]: ...

    @property
    def seed_platform(self) -> SeedPlatform: ...

    @property
    def url(self) -> str:
        """Address for a relay process; empty where the delivery references contain it."""
        ...

    def inject_faults(self, rule: FaultRule) -> None:
        """Respond to each call as the rule for its conversation says."""
        ...

    def calls(self) -> int:
        """Return the number of calls so far."""
        ...

    def messages(self) -> list[ReceivedMessage]:
        """Return every stored message."""
        ...

    def message_counts(self) -> Counter[str]:
        """Return the number of stored messages by conversation."""
        ...


@dataclass(frozen=True, slots=True)
class FakeTeamsPlatform:
    """Fake Microsoft Teams."""

    fake: FakeTeams

    @property
    def seed_platform(self) -> TeamsSeed:
        return TeamsSeed(self.fake.service_url)

    @property
    def url(self) -> str:
        return ""

    def inject_faults(self, rule: FaultRule) -> None:
        self.fake.behaviour = rule

    def calls(self) -> int:
        return len(self.fake.deliveries)

    def messages(self) -> list[ReceivedMessage]:
        return [
            ReceivedMessage(
                post.conversation_id, message_id, post.activity["summary"], str(post.activity["attachments"])
            )
            for message_id, post in self.fake.posts.items()
        ]

    def message_counts(self) -> Counter[str]:
        return Counter(post.conversation_id for post in self.fake.posts.values())


@dataclass(frozen=True, slots=True)
class FakeSlackPlatform:
    """Fake Slack."""

    fake: FakeSlack

    @property
    def seed_platform(self) -> SlackSeed:
        return SlackSeed(self.fake)

    @property
    def url(self) -> str:
        return self.fake.api_url

    def inject_faults(self, rule: FaultRule) -> None:
        self.fake.behaviour = lambda method, channel: None if method == "auth.test" else rule(channel)

    def calls(self) -> int:
        return len(self.fake.calls)

    def messages(self) -> list[ReceivedMessage]:
        return [
            ReceivedMessage(
                message.channel_id, message.ts, message.text.partition("\n")[0], f"{message.text} {message.blocks}"
            )
            for message in self.fake.messages.values()
        ]

    def message_counts(self) -> Counter[str]:
        return Counter(message.channel_id for message in self.fake.messages.values())


FAKE_PLATFORMS: Mapping[str, Callable[[AcceleratedClock], Any]] = {
    "teams": lambda clock: FakeTeamsPlatform(FakeTeams(clock)),
    "slack": lambda clock: FakeSlackPlatform(FakeSlack(clock)),
}
