"""Message extensions of Microsoft Teams: a dialog from a message, a search, a pasted link."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

from tests.chat import Person, Room
from tests.displayed_message import DisplayedMessage, from_adaptive, parts
from tests.drivers.teams import TeamsDriver

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """What the client shows after an invoke of a message extension."""

    body: Json
    dialog: DisplayedMessage | None = None
    data: dict[str, Json] = field(default_factory=dict[str, Json])
    """The payload of each button of the dialog, by its command."""
    cards: tuple[DisplayedMessage, ...] = ()
    previews: tuple[str, ...] = ()
    text: str = ""

    @property
    def is_closed(self) -> bool:
        """Whether the dialog closed without a card for a message."""
        return self.body == {}


@dataclass(frozen=True, slots=True)
class Menus:
    """The message extensions for one person in one room."""

    person: Person
    room: Room
    more: Json = field(default_factory=dict[str, Any])
    """Further fields of the activity; `conversation=None` leaves the conversation out."""

    settles: bool = True
    """Whether to wait for the relay after each invoke."""

    async def captures(self, message: str | None, **payload: object) -> Shown:
        """Choose “Create lead from message” at a message, or in the compose box without one."""
        body = {"contentType": "html", "content": f"<div><p>{escape(message or '').replace(chr(10), '<br>')}</p></div>"}
        given = {"messagePayload": {"id": "1700000000001", "body": body, **payload}} if message is not None else {}
        context = "compose" if message is None else "message"
        return await self.asks("fetchTask", commandId="lead.capture", commandContext=context, **given)

    async def sends(self, shown: Shown, command: str = "lead.create", **fill: str) -> Shown:
        """Submit the dialog by a button, with these values filled in."""
        assert shown.dialog is not None
        filled = {name: value for name, value in {**shown.dialog.inputs, **fill}.items() if value}
        data = {**shown.data[command], **(filled if command == "lead.create" else {})}
        return await self.asks("submitAction", commandId="lead.capture", commandContext="message", data=data)

    async def searches(self, text: str, skip: int = 0, count: int = 25, command: str = "lead.find") -> Shown:
        """Type into the search; an empty text stands for the first opening."""
        parameter = {"name": "text", "value": text} if text else {"name": "initialRun", "value": "true"}
        options = {"skip": skip, "count": count}
        return await self.asks("query", commandId=command, parameters=[parameter], queryOptions=options)

    async def pastes(self, link: str) -> Shown:
        """Paste a link into the compose box."""
        return await self.asks("queryLink", url=link)

    async def asks(self, name: str, **value: object) -> Shown:
        """Send an invoke of this name."""
        chat = self.person.chat
        assert isinstance(chat.driver, TeamsDriver)
        body = await chat.driver.ask(self.person.account, self.room, name, value, **self.more)
        if self.settles:
            await chat.settles()
        return read(body)


def read(body: Json) -> Shown:
    """Return what the client shows for a response."""
    if "task" in body:
        assert body["task"]["type"] == "continue"
        card = body["task"]["value"]["card"]["content"]
        buttons = [part for part in parts(card) if str(part.get("type", "")).startswith("Action.")]
        assert {item["type"] for item in buttons} <= {"Action.Submit", "Action.OpenUrl"}, "a dialog knows no others"
        data = {button["data"]["cmd"]: button["data"] for button in buttons if button["type"] == "Action.Submit"}
        return Shown(body, from_adaptive("dialog", card, private=True), data)
    extension = body.get("composeExtension", {})
    attached = extension.get("attachments", [])
    return Shown(
        body,
        cards=tuple(from_adaptive("card", item["content"], private=False) for item in attached),
        previews=tuple(item["preview"]["content"]["title"] for item in attached),
        text=extension.get("text", ""),
    )
