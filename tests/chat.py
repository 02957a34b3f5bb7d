"""Feature tests as conversations: people say, press and read, through the platforms' own endpoints.

    anna = await chat.person("Anna Weiß")
    await anna.says(de="team anlegen Solarhaus", en="team create Solarhaus", at=sales)
    seen = await ben.presses("lead.pick", at=sales, lead="L-1")
    assert chat.words(de="übernommen von Ben Kaya", en="picked by Ben Kaya") in await anna.sees(at=sales)

A button can only be pressed where it is seen; `forges` sends what somebody with a tampered client would send.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from aiohttp import ClientSession

from bot.app import Application
from services.people import Language, PlaceKind
from tests.builders import Clock
from tests.fakes.mail_server import FakeMailServer
from tests.seen import Seen


@dataclass(frozen=True, slots=True)
class Room:
    """A channel, or a person's direct chat with the bot."""

    room_id: str
    kind: PlaceKind
    name: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """A person as the platform knows one."""

    account_id: str
    name: str
    language: Language
    direct: Room


class Stage(Protocol):
    """One platform with the whole bot behind it; everything goes through the platform's own endpoints."""

    platform: str
    tenant: str

    async def account(self, name: str, language: Language) -> Account:
        """Somebody new on the platform."""
        ...

    async def room(self, name: str, accounts: list[Account]) -> Room:
        """A new channel with these people in it; the bot is not in it yet."""
        ...

    async def install(self, room: Room, by: Account) -> None:
        """Take the bot into a channel."""
        ...

    async def say(self, account: Account, room: Room, text: str, interaction_id: str | None) -> None: ...

    async def send_files(
        self, account: Account, room: Room, files: Mapping[str, bytes], interaction_id: str | None
    ) -> None:
        """Send files by name to the bot, in one message where the platform can."""
        ...

    async def get_file(self, account: Account, room: Room, name: str) -> bytes:
        """Take the newest file of that name that the bot offers in the person's own chat."""
        ...

    async def press(
        self,
        account: Account,
        room: Room,
        message_id: str,
        command: str,
        args: Mapping[str, Any],
        interaction_id: str | None,
    ) -> Seen | None:
        """Press a button, or pretend to; what stands in the platform's own answer, where it answers so."""
        ...

    async def messages(self, account: Account, room: Room) -> list[Seen]:
        """What the person sees in the room, oldest first."""
        ...


@dataclass(slots=True)
class Chat:
    """The place of a test: a platform, a database, a language, a clock."""

    stage: Stage
    house: Application
    clock: Clock
    language: Language
    client: ClientSession
    mails: FakeMailServer
    public_url: str
    people: list["Person"] = field(default_factory=list["Person"])
    stages: Mapping[str, Stage] = field(default_factory=dict[str, Stage])
    """Every platform of the house."""

    def on(self, platform: str) -> "Chat":
        """The same house on another platform."""
        return replace(self, stage=self.stages[platform], people=[])

    def words(self, *, de: str, en: str) -> str:
        """The words in the language of this run."""
        return de if self.language is Language.GERMAN else en

    async def person(self, name: str, language: Language | None = None) -> "Person":
        """Somebody new."""
        person = Person(self, await self.stage.account(name, language or self.language))
        self.people.append(person)
        return person

    async def channel(self, name: str, *people: "Person", by: "Person | None" = None) -> Room:
        """A channel with these people, into which one of them has taken the bot."""
        room = await self.stage.room(name, [person.account for person in people])
        await self.stage.install(room, (by or people[0]).account)
        await self.settles()
        return room

    async def settles(self) -> None:
        """Wait until everybody has heard of everything."""
        await self.house.relay.drain()


@dataclass(slots=True)
class Person:
    """Somebody who chats."""

    chat: Chat
    account: Account

    @property
    def name(self) -> str:
        return self.account.name

    @property
    def direct(self) -> Room:
        """The direct chat with the bot."""
        return self.account.direct

    async def says(
        self,
        text: str = "",
        *,
        de: str = "",
        en: str = "",
        at: Room | None = None,
        interaction_id: str | None = None,
    ) -> Seen:
        """Write something; what the bot answers to this person, in the room or in the direct chat."""
        words = text or self.chat.words(de=de, en=en)
        before = await self._everything(at)
        await self.chat.stage.say(self.account, at or self.direct, words, interaction_id)
        await self.chat.settles()
        return _newest(before, await self._everything(at))

    async def sends(
        self, name: str, content: bytes, *, at: Room | None = None, interaction_id: str | None = None
    ) -> Seen:
        """Send a file; what the bot answers to this person."""
        before = await self._everything(at)
        await self.chat.stage.send_files(self.account, at or self.direct, {name: content}, interaction_id)
        await self.chat.settles()
        return _newest(before, await self._everything(at))

    async def gets(self, name: str) -> bytes:
        """Take the newest file of that name that the bot has made for this person."""
        return await self.chat.stage.get_file(self.account, self.direct, name)

    async def presses(
        self, command: str, *, at: Room | None = None, fill: Mapping[str, Any] | None = None, **args: str
    ) -> Seen:
        """Press the newest button that runs the command with these arguments; what this person sees then."""
        room = at or self.direct
        seen = await self._with_button(room, command, args)
        button = seen.button(command, args)
        assert button is not None
        filled = {**seen.inputs, **(fill or {})} if button.collects else {}
        unknown = set(fill or {}) - set(seen.inputs)
        assert not unknown, f"the card has no inputs {unknown}: {seen.inputs}"
        given = {name: value for name, value in filled.items() if value not in ("", None)}
        return await self._pressed(room, seen.message_id, command, {**button.args, **given})

    async def forges(
        self,
        command: str,
        args: Mapping[str, Any],
        *,
        at: Room | None = None,
        interaction_id: str | None = None,
    ) -> Seen:
        """Press a button that this person is not shown, on the newest card in the room."""
        room = at or self.direct
        cards = [seen for seen in await self.reads(room) if seen.by_bot and not seen.passing]
        if not cards:
            await self.says(de="hilfe", en="help", at=None)
            room = self.direct
            cards = [seen for seen in await self.reads(room) if seen.by_bot and not seen.passing]
        return await self._pressed(room, cards[-1].message_id, command, args, interaction_id)

    async def _pressed(
        self, room: Room, message_id: str, command: str, args: Mapping[str, Any], interaction_id: str | None = None
    ) -> Seen:
        before = await self._everything(room)
        at_once = await self.chat.stage.press(self.account, room, message_id, command, args, interaction_id)
        await self.chat.settles()
        seen = _newest(before, await self._everything(room))
        # An answer that says what stood there before is an answer, too.
        return seen if seen.words or at_once is None else at_once

    async def _with_button(self, room: Room, command: str, args: Mapping[str, Any]) -> Seen:
        shown = await self.reads(room)
        for seen in reversed(shown):
            if seen.button(command, args):
                return seen
        message = f"{self.name} sees no button {command} {args}: {[(one.words, sorted(one.commands)) for one in shown]}"
        raise AssertionError(message)

    async def reads(self, at: Room | None = None) -> list[Seen]:
        """Everything this person sees in a room, oldest first."""
        return await self.chat.stage.messages(self.account, at or self.direct)

    async def sees(self, at: Room | None = None) -> str:
        """All words that this person sees in a room."""
        return "\n".join(seen.words for seen in await self.reads(at))

    async def finds(self, words: str, at: Room | None = None) -> Seen:
        """The newest message with these words."""
        shown = await self.reads(at)
        for seen in reversed(shown):
            if words in seen:
                return seen
        message = f"{self.name} does not see “{words}”: {[one.words for one in shown]}"
        raise AssertionError(message)

    async def _everything(self, at: Room | None) -> list[Seen]:
        """Direct chat first: what happens in the room itself counts more."""
        direct = await self.reads(self.direct)
        return direct if at is None or at == self.direct else direct + await self.reads(at)


def _newest(before: list[Seen], after: list[Seen]) -> Seen:
    """What the bot has added or changed; what is for the person alone counts more, then what is newest."""
    new = [seen for seen in after if seen.by_bot and seen not in before]
    if not new:
        return Seen("", "")
    lasting = [seen for seen in new if not seen.passing]
    private = [seen for seen in lasting if seen.private]
    return (private or lasting or new)[-1]
