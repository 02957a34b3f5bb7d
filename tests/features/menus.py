"""What people do in the menus of Microsoft Teams: a dialog from a message, a search, a pasted link."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

from tests.chat import Person, Room
from tests.seen import Seen, from_adaptive, parts
from tests.stage_teams import TeamsStage

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """What the client shows after a question in a menu."""

    body: Json
    dialog: Seen | None = None
    data: dict[str, Json] = field(default_factory=dict[str, Json])
    """What each button of the dialog carries, by its command."""
    cards: tuple[Seen, ...] = ()
    previews: tuple[str, ...] = ()
    text: str = ""

    @property
    def is_closed(self) -> bool:
        """Whether the dialog is over, without anything to put into a message."""
        return self.body == {}


@dataclass(frozen=True, slots=True)
class Menus:
    """The menus of one person in one place."""

    person: Person
    room: Room
    more: Json = field(default_factory=dict[str, Any])
    """What Teams says besides, or `conversation=None` where it does not say where it was asked."""

    settles: bool = True
    """Whether everybody hears of it at once."""

    async def captures(self, message: str | None, **payload: object) -> Shown:
        """Choose “Create lead from message” at a message, or at the line in which people write."""
        body = {"contentType": "html", "content": f"<div><p>{escape(message or '').replace(chr(10), '<br>')}</p></div>"}
        given = {"messagePayload": {"id": "1700000000001", "body": body, **payload}} if message is not None else {}
        context = "compose" if message is None else "message"
        return await self.asks("fetchTask", commandId="lead.capture", commandContext=context, **given)

    async def sends(self, shown: Shown, command: str = "lead.create", **fill: str) -> Shown:
        """Press a button of the dialog, with what is filled in."""
        assert shown.dialog is not None
        filled = {name: value for name, value in {**shown.dialog.inputs, **fill}.items() if value}
        data = {**shown.data[command], **(filled if command == "lead.create" else {})}
        return await self.asks("submitAction", commandId="lead.capture", commandContext="message", data=data)

    async def searches(self, text: str, skip: int = 0, count: int = 25, command: str = "lead.find") -> Shown:
        """Type into the search; nothing, when it was just opened."""
        one = {"name": "text", "value": text} if text else {"name": "initialRun", "value": "true"}
        options = {"skip": skip, "count": count}
        return await self.asks("query", commandId=command, parameters=[one], queryOptions=options)

    async def pastes(self, link: str) -> Shown:
        """Paste a link into the line in which people write."""
        return await self.asks("queryLink", url=link)

    async def asks(self, name: str, **value: object) -> Shown:
        """Ask whatever it is."""
        chat = self.person.chat
        assert isinstance(chat.stage, TeamsStage)
        body = await chat.stage.ask(self.person.account, self.room, name, value, **self.more)
        if self.settles:
            await chat.settles()
        return read(body)


def read(body: Json) -> Shown:
    """What the client makes of an answer."""
    if "task" in body:
        assert body["task"]["type"] == "continue"
        card = body["task"]["value"]["card"]["content"]
        buttons = [one for one in parts(card) if str(one.get("type", "")).startswith("Action.")]
        assert {one["type"] for one in buttons} <= {"Action.Submit", "Action.OpenUrl"}, "a dialog knows no others"
        data = {one["data"]["cmd"]: one["data"] for one in buttons if one["type"] == "Action.Submit"}
        return Shown(body, from_adaptive("dialog", card, private=True), data)
    extension = body.get("composeExtension", {})
    attached = extension.get("attachments", [])
    return Shown(
        body,
        cards=tuple(from_adaptive("card", one["content"], private=False) for one in attached),
        previews=tuple(one["preview"]["content"]["title"] for one in attached),
        text=extension.get("text", ""),
    )
