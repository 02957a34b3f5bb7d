"""Feature tests as conversations through the platforms' endpoints: people write, press and read.

    anna = await chat.person("Anna Weiß")
    await anna.says(de="team anlegen Solarhaus", en="team create Solarhaus", room=sales)
    seen = await ben.presses("lead.pick", room=sales, lead="L-1")
    assert chat.words(de="übernommen von Ben Kaya", en="picked by Ben Kaya") in await anna.sees(room=sales)

`presses` needs a button that the person sees; `forges` sends what a tampered client would send.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from aiohttp import ClientSession

from bot.app import Application
from services.people import Language, PlaceKind
from tests.builders import Clock
from tests.displayed_message import DisplayedMessage
from tests.fakes.mail_server import FakeMailServer


@dataclass(frozen=True, slots=True)
class Room:
    """A channel, or a person's direct chat with the bot."""

    room_id: str
    kind: PlaceKind
    name: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """A person as the platform identifies them."""

    account_id: str
    name: str
    language: Language
    direct: Room


class PlatformDriver(Protocol):
    """One platform in front of the whole bot; every request goes through the platform's own endpoints."""

    platform: str
    tenant: str

    async def account(self, name: str, language: Language) -> Account:
        """Add a person to the platform."""
        ...

    async def room(self, name: str, accounts: list[Account]) -> Room:
        """Create a channel with these people; the bot is not in it yet."""
        ...

    async def install(self, room: Room, by: Account) -> None:
        """Add the bot to a channel."""
        ...

    async def say(self, account: Account, room: Room, text: str, interaction_id: str | None) -> None: ...

    async def send_files(
        self, account: Account, room: Room, files: Mapping[str, bytes], interaction_id: str | None
    ) -> None:
        """Send files by name to the bot, in one message where the platform can."""
        ...

    async def get_file(self, account: Account, room: Room, name: str) -> bytes:
        """Fetch the newest file of that name that the bot offers in the person's direct chat."""
        ...

    async def press(
        self,
        account: Account,
        room: Room,
        message_id: str,
        command: str,
        args: Mapping[str, Any],
        interaction_id: str | None,
    ) -> DisplayedMessage | None:
        """Press a button, shown or forged, and return what the platform's own response shows."""
        ...

    async def messages(self, account: Account, room: Room) -> list[DisplayedMessage]:
        """List what the person sees in the room, oldest first."""
        ...


@dataclass(slots=True)
class Chat:
    """A test's platform, application, language and clock."""

    driver: PlatformDriver
    application: Application
    clock: Clock
    language: Language
    client: ClientSession
    mails: FakeMailServer
    public_url: str
    people: list["Person"] = field(default_factory=list["Person"])
    drivers: Mapping[str, PlatformDriver] = field(default_factory=dict[str, PlatformDriver])
    """The drivers of all platforms of the application."""

    def on(self, platform: str) -> "Chat":
        """Return the same application on another platform."""
        return replace(self, driver=self.drivers[platform], people=[])

    def words(self, *, de: str, en: str) -> str:
        """Select the words in the language of this run."""
        return de if self.language is Language.GERMAN else en

    async def person(self, name: str, language: Language | None = None) -> "Person":
        """Add a person to the platform and to the chat."""
        person = Person(self, await self.driver.account(name, language or self.language))
        self.people.append(person)
        return person

    async def channel(self, name: str, *people: "Person", by: "Person | None" = None) -> Room:
        """Create a channel with these people and let one of them add the bot."""
        room = await self.driver.room(name, [person.account for person in people])
        await self.driver.install(room, (by or people[0]).account)
        await self.settles()
        return room

    async def settles(self) -> None:
        """Wait until the relay has delivered every message."""
        await self.application.relay.drain()


@dataclass(slots=True)
class Person:
    """A person who chats with the bot."""

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
        room: Room | None = None,
        interaction_id: str | None = None,
    ) -> DisplayedMessage:
        """Write a message and return the bot's response to this person, in the room or in the direct chat."""
        words = text or self.chat.words(de=de, en=en)
        before = await self._everything(room)
        await self.chat.driver.say(self.account, room or self.direct, words, interaction_id)
        await self.chat.settles()
        return _newest(before, await self._everything(room))

    async def sends(
        self, name: str, content: bytes, *, room: Room | None = None, interaction_id: str | None = None
    ) -> DisplayedMessage:
        """Send a file and return the bot's response to this person."""
        before = await self._everything(room)
        await self.chat.driver.send_files(self.account, room or self.direct, {name: content}, interaction_id)
        await self.chat.settles()
        return _newest(before, await self._everything(room))

    async def gets(self, name: str) -> bytes:
        """Fetch the newest file of that name that the bot made for this person."""
        return await self.chat.driver.get_file(self.account, self.direct, name)

    async def presses(
        self, command: str, *, room: Room | None = None, fill: Mapping[str, Any] | None = None, **args: str
    ) -> DisplayedMessage:
        """Press the newest button with this command and these arguments; return what this person sees then."""
        room = room or self.direct
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
        room: Room | None = None,
        interaction_id: str | None = None,
    ) -> DisplayedMessage:
        """Send a click that this person's cards do not offer, for the newest card in the room."""
        room = room or self.direct
        cards = [seen for seen in await self.reads(room) if seen.by_bot and not seen.passing]
        if not cards:
            await self.says(de="hilfe", en="help", room=None)
            room = self.direct
            cards = [seen for seen in await self.reads(room) if seen.by_bot and not seen.passing]
        return await self._pressed(room, cards[-1].message_id, command, args, interaction_id)

    async def _pressed(
        self, room: Room, message_id: str, command: str, args: Mapping[str, Any], interaction_id: str | None = None
    ) -> DisplayedMessage:
        before = await self._everything(room)
        at_once = await self.chat.driver.press(self.account, room, message_id, command, args, interaction_id)
        await self.chat.settles()
        seen = _newest(before, await self._everything(room))
        # A response with the same words as the card before counts, too.
        return seen if seen.words or at_once is None else at_once

    async def _with_button(self, room: Room, command: str, args: Mapping[str, Any]) -> DisplayedMessage:
        shown = await self.reads(room)
        for seen in reversed(shown):
            if seen.button(command, args):
                return seen
        message = (
            f"{self.name} sees no button {command} {args}: {[(item.words, sorted(item.commands)) for item in shown]}"
        )
        raise AssertionError(message)

    async def reads(self, room: Room | None = None) -> list[DisplayedMessage]:
        """List everything that this person sees in a room, oldest first."""
        return await self.chat.driver.messages(self.account, room or self.direct)

    async def sees(self, room: Room | None = None) -> str:
        """Return all words that this person sees in a room."""
        return "\n".join(seen.words for seen in await self.reads(room))

    async def finds(self, words: str, room: Room | None = None) -> DisplayedMessage:
        """Return the newest message with these words."""
        shown = await self.reads(room)
        for seen in reversed(shown):
            if words in seen:
                return seen
        message = f"{self.name} does not see “{words}”: {[item.words for item in shown]}"
        raise AssertionError(message)

    async def _everything(self, room: Room | None) -> list[DisplayedMessage]:
        """List the direct chat first, then the room, so that a message in the room counts as newer."""
        direct = await self.reads(self.direct)
        return direct if room is None or room == self.direct else direct + await self.reads(room)


def _newest(before: list[DisplayedMessage], after: list[DisplayedMessage]) -> DisplayedMessage:
    """Return what the bot added or changed: private messages first, then the newest."""
    new = [seen for seen in after if seen.by_bot and seen not in before]
    if not new:
        return DisplayedMessage("", "")
    lasting = [seen for seen in new if not seen.passing]
    private = [seen for seen in lasting if seen.private]
    return (private or lasting or new)[-1]
