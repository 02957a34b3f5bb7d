"""Driver of the browser chat: sends over HTTP every request that the page would send."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from io import BytesIO
from itertools import count
from typing import Any

from aiohttp import ClientSession

from services.people import Language, PlaceKind
from services.transcript import ChatPerson as Member, ChatRoom as StoredRoom, Transcript
from tests.chat import Account, Room
from tests.displayed_message import DisplayedMessage, from_html

ZONE = "Europe/Berlin"

Transcripts = Callable[..., AbstractAsyncContextManager[Transcript]]


class WebDriver:
    """People in windows of the browser chat."""

    platform = "web"
    tenant = "demo"

    def __init__(self, client: ClientSession, transcripts: Transcripts) -> None:
        self._client = client
        self._transcripts = transcripts
        self._numbers = count(1)

    async def account(self, name: str, language: Language) -> Account:
        number = next(self._numbers)
        person = Member(f"person-{number}", name, language, ZONE, position=number)
        async with self._transcripts(writes=True) as transcript:
            await transcript.upsert_person(person)
            direct = await transcript.find_direct_room(person.person_id)
        return Account(person.person_id, name, language, Room(direct, PlaceKind.PERSONAL))

    async def room(self, name: str, accounts: list[Account]) -> Room:
        number = next(self._numbers)
        stored_room = StoredRoom(f"channel-{number}", PlaceKind.CHANNEL, name, position=number)
        async with self._transcripts(writes=True) as transcript:
            await transcript.upsert_room(stored_room, [account.account_id for account in accounts])
        return Room(stored_room.room_id, stored_room.kind, name)

    async def install(self, room: Room, by: Account) -> None:
        number = room.room_id.removeprefix("channel-")
        await self._post("/chat/rooms", {"as": by.account_id, "id": number, "name": room.name})

    async def say(self, account: Account, room: Room, text: str, interaction_id: str | None) -> None:
        body = {"as": account.account_id, "id": interaction_id or f"say-{next(self._numbers)}", "text": text}
        await self._post(f"/chat/rooms/{room.room_id}/messages", body)

    async def send_files(
        self, account: Account, room: Room, files: Mapping[str, bytes], interaction_id: str | None
    ) -> None:
        for name, content in files.items():
            number = interaction_id or f"send-{next(self._numbers)}"
            query = {"as": account.account_id, "id": number, "name": name}
            headers = {"Content-Type": "application/octet-stream"}
            path = f"/chat/rooms/{room.room_id}/files"
            async with self._client.post(path, params=query, data=BytesIO(content), headers=headers) as response:
                assert response.status == 200, await response.text()

    async def get_file(self, account: Account, room: Room, name: str) -> bytes:
        shown = [link for seen in await self.messages(account, room) for link in seen.files if link[0] == name]
        async with self._client.get(shown[-1][1], params={"as": account.account_id}) as response:
            assert response.status == 200, await response.text()
            assert response.content_disposition is not None
            assert response.content_disposition.filename == name
            return await response.read()

    async def press(
        self,
        account: Account,
        room: Room,
        message_id: str,
        command: str,
        args: Mapping[str, Any],
        interaction_id: str | None,
    ) -> None:
        body = {
            "as": account.account_id,
            "id": interaction_id or f"press-{next(self._numbers)}",
            "message": message_id,
            "command": command,
            "args": dict(args),
        }
        await self._post(f"/chat/rooms/{room.room_id}/actions", body)

    async def messages(self, account: Account, room: Room) -> list[DisplayedMessage]:
        return [seen async for seen in self._pages(account, room)]

    async def _pages(self, account: Account, room: Room) -> AsyncIterator[DisplayedMessage]:
        query = {"as": account.account_id}
        async with self._client.get(f"/chat/rooms/{room.room_id}/messages", params=query) as response:
            assert response.status == 200, await response.text()
            shown = (await response.json())["messages"]
        for message in shown:
            private, by_bot = message["private"], message["bot"]
            if html := message.get("html"):
                yield from_html(message["id"], html, private=private, by_bot=by_bot)
            else:
                yield DisplayedMessage(message["id"], message["text"], private=private, by_bot=by_bot)

    async def _post(self, path: str, body: Mapping[str, Any]) -> None:
        async with self._client.post(path, json=body) as response:
            assert response.status == 200, await response.text()
