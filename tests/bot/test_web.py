"""The browser chat over HTTP on both databases."""

from collections.abc import AsyncGenerator

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import insert, update

from bot.dispatch.interaction import InteractionKind, Placement
from bot.platforms.base import Reader, Target
from cards.model import Card, Run, Text, t
from services.people import Language, PlaceKind
from storage.tables import identities, members, teams, users
from storage.transcript import PRIVATE_KEPT
from tests.bot.web_chat import ANNA, BEN, CARO, CHANNEL, EVERYBODY, NOW, SALES, Chat, card, open_chat, room_texts, title


@pytest.fixture
async def chat(database_url: str) -> AsyncGenerator[Chat]:
    """Open a chat with its own database."""
    async with open_chat(database_url) as opened:
        yield opened


async def test_page_loads_only_own_resources(chat: Chat) -> None:
    """The page loads resources of the bot only, under a policy without inline scripts."""
    page = await chat.client.get("/")
    assert page.status == 200
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert page.headers["Cache-Control"] == "no-store"
    tree = LexborHTMLParser(await page.text())
    loaded = [node.attributes.get("src") or node.attributes.get("href") for node in tree.css("script, link, img")]
    assert len(loaded) >= 4
    for path in loaded:
        assert path is not None
        assert (await chat.client.get(path)).status == 200
    assert not [node for node in tree.css("script") if node.text().strip()]
    assert not tree.css("[style], [onclick]")


async def test_scripts_import_only_what_is_served(chat: Chat) -> None:
    """Each imported module is served."""
    names = ["chat.js"]
    for name in names:
        response = await chat.client.get(f"/chat/static/{name}")
        assert response.status == 200
        assert "javascript" in response.headers["Content-Type"]
        script = await response.text()
        found = [line.split('"./')[1].split('"')[0] for line in script.splitlines() if line.startswith("import")]
        names.extend(other for other in found if other not in names)
    assert set(names) >= {"chat.js", "messages.js", "api.js", "words.js"}


@pytest.mark.parametrize("name", ["../web.py", "%2e%2e%2fweb.py", "web.py", "chat.html/..", ""])
async def test_no_other_file_is_served(chat: Chat, name: str) -> None:
    """Only the files of the page are served."""
    assert (await chat.client.get(f"/chat/static/{name}")).status == 404


async def test_the_switch_lists_people_in_their_order(chat: Chat) -> None:
    """Each person is listed with name and language."""
    body = await (await chat.client.get("/chat/people")).json()
    assert [(person["id"], person["name"], person["language"]) for person in body["people"]] == [
        ("anna", "Anna Weiß", "de"),
        ("ben", "Ben Kaya", "en"),
        ("caro", "Caro Lind", "de"),
    ]


async def test_the_switch_shows_team_role_and_language(chat: Chat) -> None:
    """Team, role and language are current."""
    who = {"user_id": "u1", "name": "Ben Kaya", "language": "de", "zone": "Europe/Berlin", "created_at": NOW}
    identity = {"platform": "web", "tenant": "demo", "platform_user_id": "ben", "user_id": "u1"}
    team = {"team_id": "t1", "name": "Solarhaus GmbH", "plan": "free", "language": "de", "zone": "Europe/Berlin"}
    async with chat.database.writer.begin() as connection:
        await connection.execute(insert(users).values(who))
        await connection.execute(insert(identities).values(identity | {"reference": dict[str, str]()}))
        await connection.execute(insert(teams).values(team | {"created_by": "u1", "created_at": NOW}))
        await connection.execute(insert(members).values(team_id="t1", user_id="u1", role="owner", joined_at=NOW))
    ben = (await chat.get("/chat/rooms", BEN))["me"]
    assert (ben["firm"], ben["role"], ben["language"], ben["zone"]) == (
        "Solarhaus GmbH",
        "owner",
        "de",
        "Europe/Berlin",
    )
    async with chat.database.writer.begin() as connection:
        await connection.execute(update(members).values(removed_at=NOW))
    body = await (await chat.client.get("/chat/people")).json()
    assert [(person["id"], person["firm"], person["role"]) for person in body["people"]] == [
        ("anna", "", ""),
        ("ben", "", ""),
        ("caro", "", ""),
    ]


async def test_people_see_their_own_rooms(chat: Chat) -> None:
    """Each person has a direct chat and the channels of which they are a member."""
    assert set(await chat.rooms(ANNA)) == {SALES, "direct-anna"}
    assert set(await chat.rooms(CARO)) == {"direct-caro"}


async def test_a_card_is_rendered_in_the_language_of_each_reader(chat: Chat) -> None:
    """The same message is German for one reader and English for another."""
    await chat.post_card(Card(title=t("Language"), body=(Text(t("just now")),)))
    [german], [english] = await chat.messages(ANNA), await chat.messages(BEN)
    assert german["html"] != english["html"]
    assert "just now" in english["html"]
    assert 'lang="de"' in german["html"]


async def test_user_specific_view_is_rendered(chat: Chat) -> None:
    """The buttons are those of the reader."""
    refresh = Run(t("Refresh"), "lead.show", {"lead": "L-1"})
    chat.dispatcher.respond_with("lead.show", Placement.REPLACE)
    sent = await chat.post_card(card("for nobody", refresh=refresh))
    assert room_texts(await chat.messages(ANNA)) == ["lead.show for Anna Weiß"]
    assert room_texts(await chat.messages(BEN)) == ["lead.show for Ben Kaya"]
    asked = chat.dispatcher.received[0]
    assert (asked.kind, asked.message_id, asked.args) == (InteractionKind.REFRESH, sent.message_id, {"lead": "L-1"})
    assert len({incoming.interaction_id for incoming in chat.dispatcher.received}) == 2


async def test_user_text_stays_text(chat: Chat) -> None:
    """Markup in user text is escaped."""
    hostile = '<img src=x onerror=alert(1)> </article><script>1</script> "&amp;"'
    await chat.send_text(ANNA, hostile)
    await chat.post_card(hostile)
    typed, rendered = await chat.messages(BEN)
    assert typed["text"] == hostile
    assert title(rendered) == hostile
    assert not LexborHTMLParser(rendered["html"]).css("script, img")


async def test_messages_come_in_pages(chat: Chat) -> None:
    """The newest fifty messages come first, and the last page is marked."""
    for number in range(70):
        await chat.post_card(f"card {number}")
    newest = await chat.get(f"/chat/rooms/{SALES}/messages", ANNA)
    assert room_texts(newest["messages"]) == [f"card {number}" for number in range(20, 70)]
    assert newest["more"]
    before = await chat.get(f"/chat/rooms/{SALES}/messages", ANNA, before=newest["messages"][0]["seq"])
    assert room_texts(before["messages"]) == [f"card {number}" for number in range(20)]
    assert not before["more"]


async def test_unread_messages_are_counted_until_they_are_read(chat: Chat) -> None:
    """Own messages and private notes of other people do not count."""
    await chat.send_text(ANNA, "hallo")
    await chat.post_card("one")
    await chat.post_card("for Ben", reader=Reader(Language.ENGLISH, "UTC", "ben"))
    assert (await chat.rooms(ANNA))[SALES]["unread"] == 1
    assert (await chat.rooms(BEN))[SALES]["unread"] == 3
    last = (await chat.messages(BEN))[-1]["seq"]
    assert (await chat.post(f"/chat/rooms/{SALES}/read", BEN, seq=last)).status == 200
    assert (await chat.rooms(BEN))[SALES]["unread"] == 0
    await chat.post(f"/chat/rooms/{SALES}/read", BEN, seq=0)
    assert (await chat.rooms(BEN))[SALES]["unread"] == 0


async def test_typed_message_is_dispatched(chat: Chat) -> None:
    """Sender, conversation and text are those of the request; the response is in the room."""
    chat.dispatcher.respond_with("leads", Placement.NEW)
    assert (await chat.send_text(ANNA, "  @Kollega, leads offen ")).status == 200
    [incoming] = chat.dispatcher.received
    assert (incoming.kind, incoming.platform, incoming.tenant) == (InteractionKind.MESSAGE, "web", "demo")
    assert (incoming.sender.platform_user_id, incoming.sender.language_hint) == ("anna", "de")
    assert (incoming.conversation.conversation_id, incoming.conversation.kind) == (SALES, PlaceKind.CHANNEL)
    assert incoming.text == "leads offen"
    assert room_texts(await chat.messages(BEN)) == ["@Kollega, leads offen", "leads for Anna Weiß"]
    assert [sent.message_id for sent in chat.dispatcher.noted] == [(await chat.messages(BEN))[1]["id"]]


async def test_named_members_are_mentions(chat: Chat) -> None:
    """@ with a full name is a mention in one word; a longer name is not."""
    await chat.send_text(ANNA, "teile L-1 @ben kaya bitte, nicht @Ben Kaya-Lind")
    [incoming] = chat.dispatcher.received
    assert incoming.text == "teile L-1 @ben bitte, nicht @Ben Kaya-Lind"
    assert [(mention.platform_user_id, mention.name) for mention in incoming.mentions] == [("ben", "Ben Kaya")]


async def test_a_message_sent_twice_is_one(chat: Chat) -> None:
    """A retry after a lost response adds no message and keeps the interaction id."""
    chat.dispatcher.respond_with("leads", Placement.NEW)
    for _ in range(3):
        assert (await chat.send_text(ANNA, "leads", interaction="same")).status == 200
    assert room_texts(await chat.messages(BEN)) == ["leads", "leads for Anna Weiß"]
    assert {incoming.interaction_id for incoming in chat.dispatcher.received} == {"anna:same"}


async def test_the_same_id_of_another_person_is_another_message(chat: Chat) -> None:
    """Message ids are scoped to the person."""
    await chat.send_text(ANNA, "hallo", interaction="same")
    await chat.send_text(BEN, "hello", interaction="same")
    assert room_texts(await chat.messages(ANNA)) == ["hallo", "hello"]
    assert len({incoming.interaction_id for incoming in chat.dispatcher.received}) == 2


async def test_a_private_response_is_for_the_asking_person(chat: Chat) -> None:
    """A private response is below the message, visible to its reader only, and dismissible."""
    chat.dispatcher.respond_with("help", Placement.PRIVATE)
    await chat.send_text(ANNA, "help")
    typed, response = await chat.messages(ANNA)
    assert response["private"]
    assert response["below"] == typed["id"]
    assert room_texts(await chat.messages(BEN)) == ["help"]
    path = f"/chat/rooms/{SALES}/messages/{response['id']}"
    assert (await chat.client.delete(path, params={"as": "ben"})).status == 404
    assert (await chat.client.delete(path, params={"as": "anna"})).status == 200
    assert room_texts(await chat.messages(ANNA)) == ["help"]


async def test_a_direct_chat_has_no_private_messages(chat: Chat) -> None:
    """In a direct chat no message is labelled as private."""
    chat.dispatcher.respond_with("help", Placement.PRIVATE)
    await chat.send_text(CARO, "help", room="direct-caro")
    _, response = await chat.messages(CARO, room="direct-caro")
    assert not response["private"]
    assert chat.dispatcher.received[0].conversation.kind is PlaceKind.PERSONAL


async def test_a_public_message_cannot_be_dismissed(chat: Chat) -> None:
    """Only a private message can be dismissed, by its reader."""
    sent = await chat.post_card("for all")
    response = await chat.client.delete(f"/chat/rooms/{SALES}/messages/{sent.message_id}", params={"as": "anna"})
    assert response.status == 404
    assert room_texts(await chat.messages(ANNA)) == ["for all"]


async def test_private_notes_are_limited(chat: Chat) -> None:
    """The oldest notes are deleted; public messages and other people's notes stay."""
    chat.dispatcher.respond_with("help", Placement.PRIVATE)
    await chat.send_text(BEN, "help")
    for _ in range(PRIVATE_KEPT + 2):
        await chat.send_text(ANNA, "help")
    notes = [message for message in await chat.messages(ANNA) if message["private"]]
    assert len(notes) == PRIVATE_KEPT
    assert [message["private"] for message in await chat.messages(BEN)].count(True) == 1


async def test_a_click_replaces_the_card_for_the_clicking_person(chat: Chat) -> None:
    """Other readers see the posted card until the bot updates it for all."""
    sent = await chat.post_card("open")
    chat.dispatcher.respond_with("lead.pick", Placement.REPLACE)
    response = await chat.click(ANNA, sent.message_id, "lead.pick", args={"lead": "L-1", "accept": ["late"]})
    assert response.status == 200
    [incoming] = chat.dispatcher.received
    assert (incoming.kind, incoming.command, incoming.message_id) == (
        InteractionKind.CLICK,
        "lead.pick",
        sent.message_id,
    )
    assert incoming.args == {"lead": "L-1", "accept": ["late"]}
    assert room_texts(await chat.messages(ANNA)) == ["lead.pick for Anna Weiß"]
    assert room_texts(await chat.messages(BEN)) == ["open"]
    await chat.platform.update(CHANNEL, sent.message_id, card("picked by Anna"), EVERYBODY)
    assert room_texts(await chat.messages(ANNA)) == room_texts(await chat.messages(BEN)) == ["picked by Anna"]


async def test_every_click_is_a_change(chat: Chat) -> None:
    """The response to a second click is a change after the first one."""
    sent = await chat.post_card("open")
    for command in ("lead.pick", "lead.undo"):
        chat.dispatcher.respond_with(command, Placement.REPLACE)
        cursor = (await chat.get(f"/chat/rooms/{SALES}/messages", ANNA))["cursor"]
        await chat.click(ANNA, sent.message_id, command)
        assert room_texts(await chat.messages(ANNA, since=cursor)) == [f"{command} for Anna Weiß"]


async def test_message_ids_are_not_reused(chat: Chat) -> None:
    """After the newest message was dismissed, the next one has another id."""
    chat.dispatcher.respond_with("help", Placement.PRIVATE)
    await chat.send_text(ANNA, "help")
    note = (await chat.messages(ANNA))[1]
    cursor = (await chat.get(f"/chat/rooms/{SALES}/messages", ANNA))["cursor"]
    await chat.client.delete(f"/chat/rooms/{SALES}/messages/{note['id']}", params={"as": "anna"})
    sent = await chat.post_card("one")
    assert sent.message_id != note["id"]
    assert room_texts(await chat.messages(ANNA, since=cursor)) == ["one"]


async def test_a_click_on_a_private_card_replaces_it(chat: Chat) -> None:
    """The response replaces the private card and stays private."""
    chat.dispatcher.respond_with("help", Placement.PRIVATE)
    chat.dispatcher.respond_with("more", Placement.REPLACE)
    await chat.send_text(ANNA, "help")
    note = (await chat.messages(ANNA))[1]
    await chat.click(ANNA, note["id"], "more")
    shown = await chat.messages(ANNA)
    assert room_texts(shown) == ["help", "more for Anna Weiß"]
    assert shown[1]["id"] == note["id"]
    assert shown[1]["private"]
    assert (await chat.click(BEN, note["id"], "more")).status == 404


async def test_only_cards_can_be_clicked(chat: Chat) -> None:
    """A click on a typed, unknown or foreign message is rejected."""
    await chat.send_text(ANNA, "hallo")
    typed = (await chat.messages(ANNA))[0]["id"]
    elsewhere = await chat.post_card("direct", Target("demo", user_id="anna"))
    chat.dispatcher.received.clear()
    for message in (typed, "nothing", elsewhere.message_id):
        assert (await chat.click(ANNA, message, "lead.pick")).status == 404
    assert not chat.dispatcher.received


async def test_a_new_channel_has_the_bot_and_all_known_people(chat: Chat) -> None:
    """A new channel posts the welcome; opening it again changes nothing."""
    chat.dispatcher.respond_with("installed", Placement.NEW)
    first = await (await chat.post("/chat/rooms", ANNA, id="found", name=" Messe Stuttgart ")).json()
    again = await (await chat.post("/chat/rooms", ANNA, id="found", name=" Messe Stuttgart ")).json()
    assert first == again
    room = first["room"]
    assert (await chat.rooms(BEN))[room]["name"] == "Messe Stuttgart"
    assert room not in await chat.rooms(CARO)
    assert room_texts(await chat.messages(BEN, room=room)) == ["installed for Anna Weiß"]
    assert chat.dispatcher.received[0].conversation.name == "Messe Stuttgart"
    assert (await chat.post("/chat/rooms", CARO, id="found", name="Meins")).status == 404


async def test_channels_have_a_limit(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the limit the page gets an error code."""
    monkeypatch.setattr("bot.platforms.web.platform.ROOMS_LIMIT", 2)
    response = await chat.post("/chat/rooms", ANNA, id="found", name="Messe")
    assert response.status == 409
    assert (await response.json()) == {"error": "too_many_rooms"}
