"""Messages that the bot posts into the browser chat, on both databases."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from sqlalchemy import insert, update

from bot.platforms.base import Gone, Reader, Target
from services.people import Language
from services.transcript import ChatDraft
from storage.tables import web_messages, web_rooms
from storage.transcript import MESSAGES_KEPT, open_transcript
from tests.bot.web_chat import ANNA, BEN, CARO, CHANNEL, EVERYBODY, NOW, SALES, Chat, card, open_chat, room_texts


@pytest.fixture
async def chat(database_url: str) -> AsyncGenerator[Chat]:
    """Open a chat with its own database."""
    async with open_chat(database_url) as opened:
        yield opened


@pytest.mark.postgres
async def test_the_same_key_posts_once(chat: Chat) -> None:
    """A repeated delivery finds its message."""
    first = await chat.platform.send(CHANNEL, card("one"), EVERYBODY, key="delivery-1")
    second = await chat.platform.send(CHANNEL, card("one"), EVERYBODY, key="delivery-1")
    assert first == second
    assert room_texts(await chat.messages(ANNA)) == ["one"]


async def test_a_direct_message_finds_the_persons_chat(chat: Chat) -> None:
    """A person is reached without a conversation id, and the result names it."""
    sent = await chat.post_card("hello", Target("demo", user_id="caro"), Reader(Language.GERMAN, "UTC", "caro"))
    assert sent.conversation_id == "direct-caro"
    [message] = await chat.messages(CARO, room="direct-caro")
    assert not message["private"]


@pytest.mark.parametrize("target", [Target("demo", "nowhere"), Target("demo", user_id="nobody"), Target("demo")])
async def test_a_room_without_readers_is_gone(chat: Chat, target: Target) -> None:
    """A room without readers raises Gone."""
    with pytest.raises(Gone):
        await chat.post_card("hello", target)


async def test_only_the_bots_own_cards_are_updated(chat: Chat) -> None:
    """Updating an unknown, foreign or typed message raises Gone."""
    await chat.send_text(ANNA, "hallo")
    typed = (await chat.messages(ANNA))[0]["id"]
    sent = await chat.post_card("one")
    for target, message in ((CHANNEL, "nothing"), (Target("demo", "direct-anna"), sent.message_id), (CHANNEL, typed)):
        with pytest.raises(Gone):
            await chat.platform.update(target, message, card("two"), EVERYBODY)
    assert room_texts(await chat.messages(ANNA)) == ["hallo", "one"]


@pytest.mark.postgres
async def test_messages_posted_at_once_keep_one_order(chat: Chat) -> None:
    """Concurrent messages have distinct positions."""
    sent = await asyncio.gather(*(chat.post_card(f"card {number}") for number in range(30)))
    shown = await chat.messages(ANNA)
    assert {message["id"] for message in shown} == {delivered.message_id for delivered in sent}
    assert [message["seq"] for message in shown] == sorted({message["seq"] for message in shown})


async def test_changes_are_listed_after_a_position(chat: Chat) -> None:
    """Only changes after the position are listed, without those of other readers."""
    first, _ = await chat.post_card("one"), await chat.post_card("two")
    cursor = (await chat.get(f"/chat/rooms/{SALES}/messages", ANNA))["cursor"]
    assert await chat.messages(ANNA, since=cursor) == []
    await chat.platform.update(CHANNEL, first.message_id, card("one, changed"), EVERYBODY)
    await chat.post_card("three")
    await chat.post_card("for Ben", reader=Reader(Language.ENGLISH, "UTC", "ben"))
    assert room_texts(await chat.messages(ANNA, since=cursor)) == ["one, changed", "three"]
    assert room_texts(await chat.messages(BEN, since=cursor)) == ["one, changed", "three", "for Ben"]


async def test_too_many_changes_need_a_resync(chat: Chat) -> None:
    """Too many changes cause a resync instead of a partial list."""
    await chat.post_card("first")
    cursor = (await chat.get(f"/chat/rooms/{SALES}/messages", ANNA))["cursor"]
    for number in range(51):
        await chat.post_card(f"card {number}")
    body = await chat.get(f"/chat/rooms/{SALES}/messages", ANNA, since=cursor)
    assert body["more"]
    assert body["messages"] == []


async def test_old_messages_are_purged(chat: Chat) -> None:
    """The transcript of a room is bounded."""
    full = [
        {
            "message_id": f"{SALES}.{number + 1}",
            "room_id": SALES,
            "seq": number + 1,
            "changed_seq": number + 1,
            "author_id": "anna",
            "text": str(number),
            "at": NOW,
            "changed_at": NOW,
        }
        for number in range(MESSAGES_KEPT)
    ]
    async with chat.database.transaction(writes=True) as connection:
        await connection.execute(insert(web_messages), full)
        await connection.execute(update(web_rooms).where(web_rooms.c.room_id == SALES).values(last_seq=MESSAGES_KEPT))
    async with open_transcript(chat.database, lambda: NOW, writes=True) as transcript:
        for number in range(MESSAGES_KEPT, MESSAGES_KEPT + 5):
            await transcript.add(ChatDraft(SALES, f"key {number}", author_id="anna", text=str(number)))
        messages = await transcript.list_newest(SALES, "anna", 0, MESSAGES_KEPT * 2)
    assert [messages[0].text, len(messages)] == ["5", MESSAGES_KEPT]
