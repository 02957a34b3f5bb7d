"""What the bot writes into the chat in the browser by itself, on both databases."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from sqlalchemy import insert, update

from bot.platforms.base import Gone, Reader, Target
from services.people import Language
from services.transcript import Draft
from storage.tables import web_messages, web_rooms
from storage.transcript import MESSAGES_KEPT, open_transcript
from tests.bot.web_chat import ANNA, BEN, CARO, CHANNEL, EVERYBODY, NOW, SALES, Chat, card, open_chat, room_texts


@pytest.fixture
async def chat(database_url: str) -> AsyncGenerator[Chat]:
    """The chat on a database of this test alone."""
    async with open_chat(database_url) as opened:
        yield opened


@pytest.mark.postgres
async def test_the_same_key_posts_once(chat: Chat) -> None:
    """A delivery that is repeated finds its message."""
    first = await chat.platform.send(CHANNEL, card("one"), EVERYBODY, key="delivery-1")
    second = await chat.platform.send(CHANNEL, card("one"), EVERYBODY, key="delivery-1")
    assert first == second
    assert room_texts(await chat.messages(ANNA)) == ["one"]


async def test_a_direct_message_finds_the_persons_chat(chat: Chat) -> None:
    """A person is reached without a known conversation, and the answer names it."""
    sent = await chat.post_card("hello", Target("demo", user_id="caro"), Reader(Language.GERMAN, "UTC", "caro"))
    assert sent.conversation_id == "direct-caro"
    [message] = await chat.messages(CARO, room="direct-caro")
    assert not message["private"]


@pytest.mark.parametrize("target", [Target("demo", "nowhere"), Target("demo", user_id="nobody"), Target("demo")])
async def test_a_place_without_readers_is_gone(chat: Chat, target: Target) -> None:
    """The relay learns that nobody can be reached there."""
    with pytest.raises(Gone):
        await chat.post_card("hello", target)


async def test_only_the_bots_own_cards_are_updated(chat: Chat) -> None:
    """What does not exist, stands in another room or was written by a person is gone for the bot."""
    await chat.send_text(ANNA, "hallo")
    typed = (await chat.messages(ANNA))[0]["id"]
    sent = await chat.post_card("one")
    for target, message in ((CHANNEL, "nothing"), (Target("demo", "direct-anna"), sent.message_id), (CHANNEL, typed)):
        with pytest.raises(Gone):
            await chat.platform.update(target, message, card("two"), EVERYBODY)
    assert room_texts(await chat.messages(ANNA)) == ["hallo", "one"]


@pytest.mark.postgres
async def test_messages_posted_at_once_keep_one_order(chat: Chat) -> None:
    """Many writers, and every message has its own place."""
    sent = await asyncio.gather(*(chat.post_card(f"card {number}") for number in range(30)))
    shown = await chat.messages(ANNA)
    assert {message["id"] for message in shown} == {delivered.message_id for delivered in sent}
    assert [message["seq"] for message in shown] == sorted({message["seq"] for message in shown})


async def test_what_changed_is_told_by_its_order(chat: Chat) -> None:
    """From a known point on only new and changed messages come, those of other readers do not."""
    first, _ = await chat.post_card("one"), await chat.post_card("two")
    cursor = (await chat.get(f"/chat/rooms/{SALES}/messages", ANNA))["cursor"]
    assert await chat.messages(ANNA, since=cursor) == []
    await chat.platform.update(CHANNEL, first.message_id, card("one, changed"), EVERYBODY)
    await chat.post_card("three")
    await chat.post_card("for Ben", reader=Reader(Language.ENGLISH, "UTC", "ben"))
    assert room_texts(await chat.messages(ANNA, since=cursor)) == ["one, changed", "three"]
    assert room_texts(await chat.messages(BEN, since=cursor)) == ["one, changed", "three", "for Ben"]


async def test_too_many_changes_ask_for_a_new_look(chat: Chat) -> None:
    """A page that was away for long is told to read the newest page again instead of getting half of the changes."""
    await chat.post_card("first")
    cursor = (await chat.get(f"/chat/rooms/{SALES}/messages", ANNA))["cursor"]
    for number in range(51):
        await chat.post_card(f"card {number}")
    body = await chat.get(f"/chat/rooms/{SALES}/messages", ANNA, since=cursor)
    assert body["more"]
    assert body["messages"] == []


async def test_a_room_forgets_what_is_very_old(chat: Chat) -> None:
    """The transcript of a room stays bounded."""
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
            await transcript.add(Draft(SALES, f"key {number}", author_id="anna", text=str(number)))
        messages = await transcript.newest(SALES, "anna", 0, MESSAGES_KEPT * 2)
    assert [messages[0].text, len(messages)] == ["5", MESSAGES_KEPT]
