"""Driver of Microsoft Teams: sends activities signed by a fake Bot Connector and reads what the bot wrote to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import ClientSession

from services.people import Language, PlaceKind
from tests.chat import Account, Room
from tests.displayed_message import DisplayedMessage, from_adaptive, plain
from tests.fakes.bot_connector import APP_ID, TENANT_ID, FakeTeams, Post
from tests.fakes.share_point import FakeSharePoint

CONSENT = "application/vnd.microsoft.teams.card.file.consent"
INFO = "application/vnd.microsoft.teams.card.file.info"
CARD = "application/vnd.microsoft.card.adaptive"
NOTE = "application/vnd.microsoft.activity.message"
KINDS = {PlaceKind.PERSONAL: "personal", PlaceKind.CHANNEL: "channel", PlaceKind.GROUP: "groupChat"}


@dataclass(frozen=True, slots=True)
class View:
    """The card that one person sees in place of a message until the bot changes that message."""

    card: Mapping[str, Any]
    shown_instead_of: Mapping[str, Any]


@dataclass(slots=True)
class TeamsDriver:
    """People in a Teams client: they send activities, and keep their own view of a card until the bot changes it."""

    client: ClientSession
    teams: FakeTeams
    platform: str = "teams"
    tenant: str = TENANT_ID
    share_point: FakeSharePoint = field(default_factory=FakeSharePoint)
    """The storage of this platform's files."""
    _numbers: "count[int]" = field(default_factory=lambda: count(1))
    _views: dict[tuple[str, str], View] = field(default_factory=dict[tuple[str, str], View])
    _notes: dict[tuple[str, str], list[DisplayedMessage]] = field(
        default_factory=dict[tuple[str, str], list[DisplayedMessage]]
    )

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

    async def chat(self, name: str, accounts: list[Account]) -> Room:
        """Create a group chat; most have no name."""
        room = Room(f"19:group-{next(self._numbers)}@thread.v2", PlaceKind.GROUP, name)
        self.teams.members[room.room_id] = [self._member(account) for account in accounts]
        return room

    async def install(self, room: Room, by: Account) -> None:
        await self._event(room, by, "add")

    async def uninstall(self, room: Room, by: Account) -> None:
        """Remove the bot from a channel."""
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

    async def send_files(
        self, account: Account, room: Room, files: Mapping[str, bytes], interaction_id: str | None
    ) -> None:
        attached = [self.share_point.attachment(name, content) for name, content in files.items()]
        await self.send_attached(account, room, attached, interaction_id)

    async def send_attached(
        self, account: Account, room: Room, attached: list[dict[str, Any]], interaction_id: str | None = None
    ) -> None:
        """Send a message with attachments and no text; Teams repeats every message as HTML."""
        html = {"contentType": "text/html", "content": "<p></p>"}
        activity = self._activity(account, room, interaction_id, type="message", text="", attachments=[*attached, html])
        status, body = await self._post(activity)
        assert status in {200, 202}, body

    async def get_file(self, account: Account, room: Room, name: str) -> bytes:
        question = self.questions(room, name)[-1]
        upload = self.share_point.room(name)
        await self.decide(account, room, question, "accept", upload)
        return self.share_point.files[upload["uniqueId"]]

    def questions(self, room: Room, name: str) -> list[Post]:
        """List the consent cards in a chat for putting a file of that name into the person's OneDrive."""
        return [
            post
            for post in self.teams.posts.values()
            if post.conversation_id == room.room_id
            for part in post.activity.get("attachments", ())
            if part["contentType"] == CONSENT and part["name"] == name
        ]

    async def decide(
        self, account: Account, room: Room, question: Post, action: str, upload: Mapping[str, Any] | None = None
    ) -> None:
        """Accept or decline a file consent card."""
        [part] = question.activity["attachments"]
        value = {"type": "fileUpload", "action": action, "context": part["content"][f"{action}Context"]}
        activity = self._activity(
            account,
            room,
            None,
            type="invoke",
            name="fileConsent/invoke",
            replyToId=question.activity_id,
            value={**value, "uploadInfo": upload} if upload else value,
        )
        status, body = await self._post(activity)
        assert status == 200, body

    async def press(
        self,
        account: Account,
        room: Room,
        message_id: str,
        command: str,
        args: Mapping[str, Any],
        interaction_id: str | None,
    ) -> DisplayedMessage | None:
        response = await self._execute(account, room, message_id, command, args, interaction_id, trigger="manual")
        post = self.teams.posts.get(message_id)
        if response.get("type") == CARD:
            self._views[account.account_id, message_id] = View(response["value"], post.activity if post else {})
            return from_adaptive(message_id, response["value"], private=True)
        if response.get("type") == NOTE and response.get("value"):
            note = DisplayedMessage(
                f"note-{next(self._numbers)}", plain(str(response["value"])), private=True, passing=True
            )
            self._notes.setdefault((account.account_id, room.room_id), []).append(note)
            return note
        return None

    async def messages(self, account: Account, room: Room) -> list[DisplayedMessage]:
        posts = [post for post in self.teams.posts.values() if post.conversation_id.partition(";")[0] == room.room_id]
        shown = [await self._seen(account, room, post) for post in posts]
        return shown + self._notes.get((account.account_id, room.room_id), [])

    async def _seen(self, account: Account, room: Room, post: Post) -> DisplayedMessage:
        cards = [part["content"] for part in post.activity.get("attachments", ()) if part["contentType"] == CARD]
        if not cards:
            return DisplayedMessage(post.activity_id, _bare(post.activity), passing=_is_file(post.activity))
        view = self._views.get((account.account_id, post.activity_id))
        if view and view.shown_instead_of is post.activity:
            return from_adaptive(post.activity_id, view.card, private=True)
        card = await self._refreshed(account, room, post, cards[0])
        return from_adaptive(post.activity_id, card, private=False)

    async def _refreshed(self, account: Account, room: Room, post: Post, card: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the card as the client of one of the first readers refreshes it automatically."""
        refresh = card.get("refresh", {})
        if f"29:{account.account_id}" not in refresh.get("userIds", ()):
            return card
        data = refresh["action"]["data"]
        response = await self._execute(
            account, room, post.activity_id, data["cmd"], data["args"], None, trigger="automatic"
        )
        return response["value"] if response.get("type") == CARD else card

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
        """Send an invoke of a message extension and return the bot's response."""
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
            "channelData": {"tenant": {"id": TENANT_ID}, **(channel if room.kind is PlaceKind.CHANNEL else {})},
            **more,
        }

    def _member(self, account: Account) -> dict[str, Any]:
        key = account.account_id
        return {"id": f"29:{key}", "name": account.name, "aadObjectId": key, "objectId": key, "tenantId": TENANT_ID}

    def activity(self, account: Account, room: Room, **more: object) -> dict[str, Any]:
        """Build an activity as Teams sends it, for tests that change it."""
        return self._activity(account, room, None, **more)

    async def post(self, activity: Mapping[str, Any]) -> None:
        """Send an activity."""
        status, body = await self._post(activity)
        assert status in {200, 202}, body

    async def _post(self, activity: Mapping[str, Any]) -> tuple[int, Any]:
        headers = {"Authorization": self.teams.authorization()}
        async with self.client.post("/api/messages", json=activity, headers=headers) as response:
            body = await response.json() if response.content_type == "application/json" else await response.text()
            return response.status, body


def _is_file(activity: Mapping[str, Any]) -> bool:
    """Return whether the message asks for a file consent or shows a file, and so is no response to a command."""
    return any(part["contentType"] in {CONSENT, INFO} for part in activity.get("attachments", ()))


def _bare(activity: Mapping[str, Any]) -> str:
    """Return the words of a message without a card: its text and its file names and descriptions."""
    files = [part for part in activity.get("attachments", ()) if part["contentType"] != CARD]
    about = [f"{part['name']} {part['content'].get('description', '')}" for part in files]
    return plain(" ".join([activity.get("text", ""), *about]))
