"""Microsoft Teams as a stage: activities signed by a faked Bot Connector, and what the bot wrote to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import ClientSession

from services.people import Language, PlaceKind
from tests.chat import Account, Room
from tests.fakes.bot_connector import APP_ID, TENANT_ID, FakeTeams, Post
from tests.seen import Seen, from_adaptive, plain

CARD = "application/vnd.microsoft.card.adaptive"
NOTE = "application/vnd.microsoft.activity.message"
KINDS = {PlaceKind.PERSONAL: "personal", PlaceKind.CHANNEL: "channel", PlaceKind.GROUP: "groupChat"}


@dataclass(frozen=True, slots=True)
class View:
    """What one person sees in place of a message, until the bot changes that message."""

    card: Mapping[str, Any]
    shown_instead_of: Mapping[str, Any]


@dataclass(slots=True)
class TeamsStage:
    """People in a Teams client: they send activities, and keep their own view of a card until the bot changes it."""

    client: ClientSession
    teams: FakeTeams
    platform: str = "teams"
    tenant: str = TENANT_ID
    _numbers: "count[int]" = field(default_factory=lambda: count(1))
    _views: dict[tuple[str, str], View] = field(default_factory=dict[tuple[str, str], View])
    _notes: dict[tuple[str, str], list[Seen]] = field(default_factory=dict[tuple[str, str], list[Seen]])

    async def account(self, name: str, language: Language) -> Account:
        key = f"aad-{next(self._numbers)}"
        direct = Room(f"a:29:{key}", PlaceKind.PERSONAL)
        account = Account(key, name, language, direct)
        self.teams.members[direct.room_id] = [self._member(account)]
        return account

    async def room(self, name: str, accounts: list[Account]) -> Room:
        room = Room(f"19:channel-{next(self._numbers)}@thread.tacv2", PlaceKind.CHANNEL, name)
        self.teams.members[room.room_id] = [self._member(account) for account in accounts]
        return room

    async def install(self, room: Room, by: Account) -> None:
        await self._event(room, by, "add")

    async def uninstall(self, room: Room, by: Account) -> None:
        """Take the bot out of a channel."""
        await self._event(room, by, "remove")

    async def say(self, account: Account, room: Room, text: str, interaction_id: str | None) -> None:
        mention = {
            "type": "mention",
            "mentioned": {"id": f"28:{APP_ID}", "name": "Kollega"},
            "text": "<at>Kollega</at>",
        }
        public = room.kind is not PlaceKind.PERSONAL
        activity = self._activity(
            account,
            room,
            interaction_id,
            type="message",
            text=f"<at>Kollega</at> {text}" if public else text,
            textFormat="plain",
            entities=[mention] if public else [],
        )
        status, body = await self._post(activity)
        assert status in {200, 202}, body

    async def press(
        self,
        account: Account,
        room: Room,
        message_id: str,
        command: str,
        args: Mapping[str, Any],
        interaction_id: str | None,
    ) -> Seen | None:
        answer = await self._execute(account, room, message_id, command, args, interaction_id, trigger="manual")
        post = self.teams.posts.get(message_id)
        if answer.get("type") == CARD:
            self._views[account.account_id, message_id] = View(answer["value"], post.activity if post else {})
            return from_adaptive(message_id, answer["value"], private=True)
        if answer.get("type") == NOTE and answer.get("value"):
            note = Seen(f"note-{next(self._numbers)}", plain(str(answer["value"])), private=True, passing=True)
            self._notes.setdefault((account.account_id, room.room_id), []).append(note)
            return note
        return None

    async def messages(self, account: Account, room: Room) -> list[Seen]:
        posts = [post for post in self.teams.posts.values() if post.conversation_id.partition(";")[0] == room.room_id]
        shown = [await self._seen(account, room, post) for post in posts]
        return shown + self._notes.get((account.account_id, room.room_id), [])

    async def _seen(self, account: Account, room: Room, post: Post) -> Seen:
        cards = [part["content"] for part in post.activity.get("attachments", ()) if part["contentType"] == CARD]
        if not cards:
            return Seen(post.activity_id, plain(post.activity.get("text", "")))
        view = self._views.get((account.account_id, post.activity_id))
        if view and view.shown_instead_of is post.activity:
            return from_adaptive(post.activity_id, view.card, private=True)
        card = await self._refreshed(account, room, post, cards[0])
        return from_adaptive(post.activity_id, card, private=False)

    async def _refreshed(self, account: Account, room: Room, post: Post, card: Mapping[str, Any]) -> Mapping[str, Any]:
        """The card as the client of one of the first readers asks for it by itself."""
        refresh = card.get("refresh", {})
        if f"29:{account.account_id}" not in refresh.get("userIds", ()):
            return card
        data = refresh["action"]["data"]
        answer = await self._execute(
            account, room, post.activity_id, data["cmd"], data["args"], None, trigger="automatic"
        )
        return answer["value"] if answer.get("type") == CARD else card

    async def _execute(
        self,
        account: Account,
        room: Room,
        message_id: str,
        command: str,
        args: Mapping[str, Any],
        interaction_id: str | None,
        *,
        trigger: str,
    ) -> Mapping[str, Any]:
        data = {"v": 1, "cmd": command, "args": {**args}}
        action = {"type": "Action.Execute", "verb": command, "data": data}
        activity = self._activity(
            account,
            room,
            interaction_id,
            type="invoke",
            name="adaptiveCard/action",
            replyToId=message_id,
            value={"action": action, "trigger": trigger},
        )
        status, body = await self._post(activity)
        assert status == 200, (status, body)
        assert body["statusCode"] == 200, body
        return body

    async def ask(
        self, account: Account, room: Room, name: str, value: Mapping[str, Any], **more: object
    ) -> Mapping[str, Any]:
        """Open or use one of the menus that Teams has for the bot; what the client is answered."""
        activity = self._activity(account, room, None, type="invoke", name=f"composeExtension/{name}", value=value)
        status, body = await self._post({**activity, **more})
        assert status == 200, (status, body)
        return body

    async def _event(self, room: Room, by: Account, action: str) -> None:
        activity = self._activity(by, room, None, type="installationUpdate", action=action)
        status, body = await self._post(activity)
        assert status in {200, 202}, body

    def _activity(self, account: Account, room: Room, interaction_id: str | None, **more: object) -> dict[str, Any]:
        public = room.kind is not PlaceKind.PERSONAL
        channel = {"channel": {"id": room.room_id, "name": room.name}, "team": {"id": "19:team@thread.tacv2"}}
        return {
            **self.teams.activity(),
            "id": interaction_id or f"in-{next(self._numbers)}",
            "locale": "de-DE" if account.language is Language.GERMAN else "en-GB",
            "from": self._member(account),
            "conversation": {
                "id": room.room_id,
                "tenantId": TENANT_ID,
                "conversationType": KINDS[room.kind],
                "isGroup": public,
                "name": room.name,
            },
            "channelData": {"tenant": {"id": TENANT_ID}, **(channel if public else {})},
            **more,
        }

    def _member(self, account: Account) -> dict[str, Any]:
        key = account.account_id
        return {"id": f"29:{key}", "name": account.name, "aadObjectId": key, "objectId": key, "tenantId": TENANT_ID}

    def activity(self, account: Account, room: Room, **more: object) -> dict[str, Any]:
        """What Teams sends when somebody does something, for tests that send something else instead."""
        return self._activity(account, room, None, **more)

    async def post(self, activity: Mapping[str, Any]) -> None:
        """Send such an activity."""
        status, body = await self._post(activity)
        assert status in {200, 202}, body

    async def _post(self, activity: Mapping[str, Any]) -> tuple[int, Any]:
        headers = {"Authorization": self.teams.authorization()}
        async with self.client.post("/api/messages", json=activity, headers=headers) as response:
            body = await response.json() if response.content_type == "application/json" else await response.text()
            return response.status, body
