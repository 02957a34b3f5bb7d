"""Driver of Slack: sends signed requests of a workspace and reads what the bot wrote into it."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final
from urllib.parse import urlencode
from zlib import crc32

from aiohttp import ClientSession

from services.people import Language, PlaceKind
from tests.chat import Account, Room
from tests.displayed_message import DisplayedMessage
from tests.displayed_slack import Json, codes_of, filled, from_blocks, from_view, pressables, read_inputs
from tests.fakes.slack import BOT_USER_ID, TEAM_ID, FakeSlack
from tests.fakes.slack.model import Channel, Ephemeral, Message, Trigger, View
from tests.fakes.slack.validation import check_view

EVENTS: Final = "/slack/events"
OTHER_TEAM_ID: Final = "T0OTHERS"
KINDS: Final = {PlaceKind.CHANNEL: "channel", PlaceKind.GROUP: "mpim"}
LOCALES: Final = {Language.GERMAN: "de-DE", Language.ENGLISH: "en-GB"}
ESCAPED: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
LOOKED_AT: Final = 500
"""The number of newest calls that are searched for an opened view."""
PERSON: Final = re.compile(r"(?<!\S)@(U\w+)")
LINK: Final = re.compile(r"https?://[^\s|]+")
MAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")

LOOKS = 250
LOOK_S = 0.02


@dataclass(slots=True)
class SlackDriver:
    """People in Slack clients: they type, press and fill in views, and close a view before the next action."""

    client: ClientSession
    slack: FakeSlack
    wait_for_bot: Callable[[], Awaitable[None]]
    """Waits until the bot has sent every response, also the delayed ones."""
    platform: str = "slack"
    tenant: str = TEAM_ID
    _numbers: "count[int]" = field(default_factory=lambda: count(1))
    _sent: dict[str, bytes] = field(default_factory=dict[str, bytes])
    """The request sent under an id that a test chose; the same id sends the same request."""
    _passed: dict[str, str] = field(default_factory=dict[str, str])
    """The content of a room when a private message or view was first shown there."""

    async def account(self, name: str, language: Language) -> Account:
        key = f"U{next(self._numbers):08d}"
        self.slack.add_user(key, name, locale=LOCALES[language])
        return Account(key, name, language, Room(self.slack.direct(key).channel_id, PlaceKind.PERSONAL))

    async def external_user(self, name: str, language: Language) -> Account:
        """Add a person of another workspace, who shares a channel with this one."""
        account = await self.account(name, language)
        self.slack.users[account.account_id].team_id = OTHER_TEAM_ID
        return account

    async def shared_room(self, name: str, accounts: list[Account]) -> Room:
        """Create a channel that another organisation shares."""
        room = await self.room(name, accounts)
        self._channel(room).is_ext_shared = True
        return room

    def _team(self, account: Account) -> str:
        return self.slack.users[account.account_id].team_id

    async def room(self, name: str, accounts: list[Account]) -> Room:
        return self._room(name, accounts, PlaceKind.CHANNEL)

    async def chat(self, name: str, accounts: list[Account]) -> Room:
        """Create a group chat; Slack makes up its name."""
        return self._room(name, accounts, PlaceKind.GROUP)

    def _room(self, name: str, accounts: list[Account], kind: PlaceKind) -> Room:
        key = f"C{next(self._numbers):08d}"
        members = [account.account_id for account in accounts]
        self.slack.add_channel(key, name or "mpdm-1", members, kind=KINDS[kind], has_bot=False)
        return Room(key, kind, name)

    async def install(self, room: Room, by: Account) -> None:
        channel = self._channel(room)
        if BOT_USER_ID not in channel.members:
            channel.members.append(BOT_USER_ID)
        joined = {"type": "member_joined_channel", "user": BOT_USER_ID, "inviter": by.account_id}
        await self.tell({**joined, "channel": room.room_id, "channel_type": "C", "team": TEAM_ID})

    async def uninstall(self, room: Room, by: Account) -> None:
        """Remove the bot from a channel."""
        self._channel(room).members.remove(BOT_USER_ID)
        await self.tell({"type": "channel_left", "channel": room.room_id, "actor_id": by.account_id})

    async def say(self, account: Account, room: Room, text: str, interaction_id: str | None) -> None:
        self._close(account)
        if room.kind is PlaceKind.PERSONAL:
            await self._write(account, room, marked(text), "message", interaction_id)
        elif crc32(text.encode()) % 2:
            await self._command(account, room, text, interaction_id)
        else:
            await self._write(account, room, f"<@{BOT_USER_ID}> {marked(text)}", "app_mention", interaction_id)

    async def _write(self, account: Account, room: Room, text: str, kind: str, interaction_id: str | None) -> None:
        posted_message = self.slack.says(account.account_id, room.room_id, text)
        event = {
            "type": kind,
            "user": account.account_id,
            "channel": room.room_id,
            "text": text,
            "ts": posted_message.ts,
        }
        more = {"channel_type": "im"} if kind == "message" else {}
        await self.tell(
            {
                **event,
                **more,
                "team": TEAM_ID,
                "user_team": self._team(account),
                "source_team": self._team(account),
                "event_ts": posted_message.ts,
            },
            interaction_id,
        )

    async def _command(self, account: Account, room: Room, text: str, interaction_id: str | None) -> None:
        hook = self.slack.hook(room.room_id, account.account_id)
        body = {
            "command": "/kollega",
            "text": PERSON.sub(r"<@\1|somebody>", text.translate(ESCAPED)),
            "team_id": TEAM_ID,
            "team_domain": "solarhaus",
            "channel_id": room.room_id,
            "channel_name": room.name,
            "user_id": account.account_id,
            "user_name": "somebody",
            "trigger_id": self._trigger(account, interaction_id),
            "response_url": hook,
            "api_app_id": "A0KOLLEGA",
        }
        answered = await self._send(body, interaction_id)
        if answered:
            self.slack.apply_hook_response(self.slack.hooks[hook.rpartition("/")[2]], answered)

    async def send_files(
        self, account: Account, room: Room, files: Mapping[str, bytes], interaction_id: str | None
    ) -> None:
        self._close(account)
        posted_message = self.slack.drop_files(account.account_id, room.room_id, files)
        # In a channel Slack sends the bot only messages that mention it.
        is_alone = room.kind is PlaceKind.PERSONAL
        kind = {"type": "message", "channel_type": "im"} if is_alone else {"type": "app_mention"}
        text = "" if is_alone else f"<@{BOT_USER_ID}>"
        event = {**kind, "subtype": "file_share", "files": posted_message.files, "text": text}
        origin = {"user": account.account_id, "channel": room.room_id, "ts": posted_message.ts, "team": TEAM_ID}
        await self.tell({**event, **origin}, interaction_id)

    async def get_file(self, account: Account, room: Room, name: str) -> bytes:
        assert room == account.direct
        # The bot responds to Slack before it uploads the file.
        for _ in range(LOOKS):
            offered = [
                file for file in self.slack.files.values() if file.name == name and room.room_id in file.channels
            ]
            if uploaded := [item for item in offered if item.author == BOT_USER_ID]:
                return uploaded[-1].content
            await asyncio.sleep(LOOK_S)
        raise AssertionError(f"{account.name} finds no file {name}")

    async def press(
        self,
        account: Account,
        room: Room,
        message_id: str,
        command: str,
        args: Mapping[str, Any],
        interaction_id: str | None,
    ) -> DisplayedMessage | None:
        if view := self.slack.views.get(message_id) or self._home(message_id):
            return await self._press_in(view, account, command, args, interaction_id)
        self._close(account)
        shown = self._shown(account, room, message_id)
        is_ephemeral = isinstance(shown, Ephemeral)
        action, values = pressed(shown.blocks if shown else [], command, args)
        hook = self.slack.hook(room.room_id, account.account_id, message_id)
        container = {"type": "message", "message_ts": message_id, "channel_id": room.room_id}
        body = {
            **self._interaction(account, interaction_id),
            "type": "block_actions",
            "container": {**container, "is_ephemeral": is_ephemeral},
            "channel": {"id": room.room_id, "name": room.name or "directmessage"},
            "response_url": hook,
            "actions": [action],
            "state": {"values": values},
        }
        if isinstance(shown, Message):
            body["message"] = self.slack.describe_message(shown)
        await self._send({"payload": json.dumps(body)}, interaction_id)
        replies = self.slack.hooks[hook.rpartition("/")[2]].responses
        if replies:
            return from_blocks(message_id, replies[-1].get("blocks") or [], private=True, text=replies[-1]["text"])
        return self._opened(str(body["trigger_id"]))

    def _opened(self, trigger_id: str) -> DisplayedMessage | None:
        """Return the view that was opened for a click."""
        calls = (
            item for item in reversed(self.slack.calls[-LOOKED_AT:]) if item.method == "views.open" and item.accepted
        )
        opened = next((item for item in calls if item.arguments["trigger_id"] == trigger_id), None)
        return from_view("window", opened.arguments["view"]) if opened else None

    async def _press_in(
        self, view: View, account: Account, command: str, args: Mapping[str, Any], interaction_id: str | None
    ) -> DisplayedMessage | None:
        """Press a button in a view; the view's own button submits it."""
        carried = json.loads(view.content.get("private_metadata") or "{}")
        sends = "submit" in view.content and carried.get("cmd") == command
        inputs = read_inputs(view.content["blocks"], carried.get("coded", {}))
        given = {name: value for name, value in args.items() if name not in inputs}
        described: Json = {**self._described(view), "state": {"values": {}}}
        base = {**self._interaction(account, interaction_id, view.view_id), "view": described}
        if sends and all(carried.get("args", {}).get(name) == value for name, value in given.items()):
            described["state"]["values"] = filled(view.content["blocks"], args, carried.get("coded", {}))
            answered = await self._send(
                {"payload": json.dumps({**base, "type": "view_submission"})}, interaction_id or f"{view.hash}{args}"
            )
            self._apply_response(view, answered)
            return from_view(view.view_id, view.content) if view.is_open else None
        action, values = pressed(view.content["blocks"], command, args)
        described["state"]["values"] = values
        container = {"type": "view", "view_id": view.view_id}
        body = {**base, "type": "block_actions", "container": container, "actions": [action]}
        await self._send({"payload": json.dumps(body)}, interaction_id)
        return from_view(view.view_id, view.content) if view.is_open else None

    def _described(self, view: View) -> Json:
        return {**view.content, "id": view.view_id, "hash": view.hash, "root_view_id": view.root_id}

    def _apply_response(self, view: View, answered: Json | None) -> None:
        """Update or close a view after its submission."""
        if answered and answered.get("response_action") == "update":
            check_view(answered["view"])
            view.content, view.hash = answered["view"], self.slack.new_id("hash.")
        else:
            view.is_open = False

    async def messages(self, account: Account, room: Room) -> list[DisplayedMessage]:
        me, channel_id = account.account_id, room.room_id
        shown = [
            from_blocks(item.ts, item.blocks, private=False, text=item.text)
            for item in self.slack.messages_in(channel_id)
            # Messages with files are left to `get_file`.
            if item.author == BOT_USER_ID and not item.files
        ]
        ephemeral_messages = [
            from_blocks(item.ts, item.blocks, private=True, text=item.text)
            for item in self.slack.ephemerals_in(channel_id, me)
        ]
        windows = [from_view(window.view_id, window.content) for window in self._windows(account, room)]
        now = repr([(seen.message_id, seen.words) for seen in shown])
        # A private message counts as old once the room has changed since; a form stays new.
        private = [*ephemeral_messages, *windows]
        news = [item for item in private if item.inputs or self._passed.setdefault(repr(item), now) == now]
        return [*(item for item in private if item not in news), *shown, *news]

    def everything_shown_to(self, account: Account, rooms: Iterable[Room]) -> list[Mapping[str, Any]]:
        """List all payloads that reached these rooms or this person alone, as sent over the wire."""
        ids, me = {room.room_id for room in rooms}, account.account_id
        posted = [item.arguments for item in self.slack.calls if item.channel in ids and "user" not in item.arguments]
        ephemeral_messages = [item.arguments for item in self.slack.calls if item.arguments.get("user") == me]
        answered = [response for hook in self.slack.hooks.values() if hook.user_id == me for response in hook.responses]
        shown = [view.content for view in self.slack.views.values() if view.user_id == me]
        return [*posted, *ephemeral_messages, *answered, *shown]

    def _windows(self, account: Account, room: Room) -> list[View]:
        """List the open views that were opened in the room."""
        mine = [view for view in self.slack.views.values() if view.user_id == account.account_id and view.is_open]
        return [item for item in mine if opened_at(item) in {room.room_id, "" if room == account.direct else None}]

    def _close(self, account: Account) -> None:
        for view in self.slack.views.values():
            if view.user_id == account.account_id:
                view.is_open = False

    def _shown(self, account: Account, room: Room, message_id: str) -> Message | Ephemeral | None:
        ephemeral_messages = self.slack.ephemerals_in(room.room_id, account.account_id)
        return self.slack.messages.get((room.room_id, message_id)) or next(
            (item for item in ephemeral_messages if item.ts == message_id), None
        )

    def _channel(self, room: Room) -> Channel:
        return self.slack.channels[room.room_id]

    def _interaction(self, account: Account, interaction_id: str | None, view_id: str = "") -> Json:
        return {
            "user": {"id": account.account_id, "username": "somebody", "team_id": self._team(account)},
            "team": {"id": TEAM_ID, "domain": "solarhaus"},
            "api_app_id": "A0KOLLEGA",
            "trigger_id": self._trigger(account, interaction_id, view_id),
        }

    def _trigger(self, account: Account, interaction_id: str | None, view_id: str = "") -> str:
        if interaction_id is None:
            return self.slack.trigger(account.account_id, view_id)
        self.slack.triggers.setdefault(interaction_id, Trigger(account.account_id, self.slack.clock(), view_id=view_id))
        return interaction_id

    async def open_home(self, account: Account, **more: object) -> None:
        """Open the App Home."""
        self._close(account)
        event = {"type": "app_home_opened", "user": account.account_id, "channel": account.direct.room_id}
        await self.tell({**event, "tab": "home", **more})

    def home(self, account: Account) -> DisplayedMessage:
        """Return the content of the person's App Home."""
        view = self.slack.homes[account.account_id]
        return from_view(view.view_id, view.content)

    def _home(self, view_id: str) -> View | None:
        return next((home for home in self.slack.homes.values() if home.view_id == view_id), None)

    async def tell(self, event: Mapping[str, Any], event_id: str | None = None) -> None:
        """Send an event to the bot."""
        body = json.dumps(self.slack.envelope(event, event_id=event_id or "")).encode()
        await self.post(self._same(event_id, body), "application/json")

    async def shortcut(self, account: Account, kind: str, callback_id: str, **more: object) -> None:
        """Choose a shortcut in a menu of Slack."""
        self._close(account)
        body = {**self._interaction(account, None), "type": kind, "callback_id": callback_id, **more}
        await self._send({"payload": json.dumps(body)}, None)

    async def _send(self, fields: Mapping[str, str], interaction_id: str | None) -> Json | None:
        body = self._same(interaction_id, urlencode(fields).encode())
        return await self.post(body, "application/x-www-form-urlencoded")

    def _same(self, interaction_id: str | None, body: bytes) -> bytes:
        return body if interaction_id is None else self._sent.setdefault(interaction_id, body)

    async def post(self, body: bytes, content_type: str) -> Json | None:
        """Send a signed request as Slack does and return the bot's response."""
        headers = {**self.slack.sign(body), "Content-Type": content_type}
        async with self.client.post(EVENTS, data=body, headers=headers) as response:
            answered = await response.read()
            assert response.status == 200, (response.status, answered)
        await self.wait_for_bot()
        return json.loads(answered) if answered else None


def pressed(blocks: list[Json], command: str, args: Mapping[str, Any]) -> tuple[Json, Json]:
    """Return the action and the state of a button with this command, as shown or as a client forges it."""
    inputs, codes = read_inputs(blocks, codes_of(blocks)), codes_of(blocks)
    for element, value, option in pressables(blocks):
        carried = json.loads(value)
        argument_names = set(args) - set(inputs) if carried.get("in") else set(args)
        if carried["cmd"] == command and {name: args[name] for name in argument_names} == carried.get("args", {}):
            action = {"type": element["type"], "action_id": element["action_id"], "block_id": "any"}
            chosen = {"selected_option": option} if option else {"value": value}
            return {**action, **chosen}, filled(blocks, args if carried.get("in") else inputs, codes)
    forged = json.dumps({"v": 1, "cmd": command, "args": dict(args)})
    action = {"type": "button", "action_id": f"{command}#1", "block_id": "any", "value": forged}
    return action, filled(blocks, inputs, codes)


def opened_at(view: View) -> str:
    carried = json.loads(view.content.get("private_metadata") or "{}")
    return carried.get("at", {}).get("channel", "")


def marked(text: str) -> str:
    """Return a text as Slack sends it: with entities and with links for addresses."""
    escaped = text.translate(ESCAPED)
    linked = LINK.sub(lambda match: f"<{match[0]}>", escaped)
    mailed = MAIL.sub(lambda match: f"<mailto:{match[0]}|{match[0]}>", linked) if linked == escaped else linked
    return PERSON.sub(r"<@\1>", mailed)
