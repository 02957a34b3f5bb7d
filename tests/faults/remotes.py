"""The platforms to which runs send their messages: how they misbehave, and what has arrived there."""

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from tests.fakes.bot_connector import CannedResponse, Drop, FakeTeams
from tests.fakes.slack import FakeSlack
from tests.faults.haste import Haste
from tests.faults.town import Ground, InSlack, InTeams

Mood: TypeAlias = Callable[[str], CannedResponse | Drop | None]


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message as it stands in a conversation."""

    conversation_id: str
    message_id: str
    first_line: str
    everything: str


class Remote(Protocol):
    """One platform."""

    @property
    def fake(self) -> AbstractAsyncContextManager[object]: ...

    @property
    def ground(self) -> Ground: ...

    @property
    def url(self) -> str:
        """For a process of its own, where references do not say it."""
        ...

    def misbehave(self, mood: Mood) -> None:
        """Answer calls as a function of the conversation says."""
        ...

    def calls(self) -> int:
        """How many calls there were."""
        ...

    def messages(self) -> list[Arrived]:
        """Everything that stands there."""
        ...

    def copies(self) -> Counter[str]:
        """How many messages stand in each conversation."""
        ...


@dataclass(frozen=True, slots=True)
class OnTeams:
    """Microsoft Teams."""

    fake: FakeTeams

    @property
    def ground(self) -> InTeams:
        return InTeams(self.fake.service_url)

    @property
    def url(self) -> str:
        return ""

    def misbehave(self, mood: Mood) -> None:
        self.fake.behaviour = mood

    def calls(self) -> int:
        return len(self.fake.deliveries)

    def messages(self) -> list[Arrived]:
        return [
            Arrived(post.conversation_id, message_id, post.activity["summary"], str(post.activity["attachments"]))
            for message_id, post in self.fake.posts.items()
        ]

    def copies(self) -> Counter[str]:
        return Counter(post.conversation_id for post in self.fake.posts.values())


@dataclass(frozen=True, slots=True)
class OnSlack:
    """Slack."""

    fake: FakeSlack

    @property
    def ground(self) -> InSlack:
        return InSlack(self.fake)

    @property
    def url(self) -> str:
        return self.fake.api_url

    def misbehave(self, mood: Mood) -> None:
        self.fake.behaviour = lambda method, channel: None if method == "auth.test" else mood(channel)

    def calls(self) -> int:
        return len(self.fake.calls)

    def messages(self) -> list[Arrived]:
        return [
            Arrived(said.channel_id, said.ts, said.text.partition("\n")[0], f"{said.text} {said.blocks}")
            for said in self.fake.messages.values()
        ]

    def copies(self) -> Counter[str]:
        return Counter(said.channel_id for said in self.fake.messages.values())


REMOTES: Mapping[str, Callable[[Haste], Any]] = {
    "teams": lambda haste: OnTeams(FakeTeams(haste)),
    "slack": lambda haste: OnSlack(FakeSlack(haste)),
}
