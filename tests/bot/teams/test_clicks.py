"""Clicks on Teams cards and the cards that replace them."""

import json

import pytest

from bot.dispatch.interaction import InteractionKind, Placement
from bot.platforms.ingress import is_object
from bot.platforms.teams.cards import CARD, ERROR, NOTE
from cards.model import Card, Item, Items, Run, verbatim
from services.people import PlaceKind
from tests.bot.teams.harness import ANNA, CHANNEL, FORM, LEAD, PICK, REFUSAL, THREAD, Bot, buttons
from tests.fakes.bot_connector import CannedResponse as Refused, Slow


async def test_click_is_parsed(bot: Bot) -> None:
    """A click has a command, arguments and input values."""
    data = {**PICK, "text": "Hallo", "amount": "5", "sure": "true", "msteams": {}, "back": {"cmd": "lead.show"}}
    activity = bot.click(data)
    await bot.post(activity)
    interaction = bot.chat.last
    assert (interaction.kind, interaction.command, interaction.message_id) == (
        InteractionKind.CLICK,
        "lead.pick",
        "card-1",
    )
    assert interaction.args == {"lead": "L-12", "text": "Hallo", "amount": "5", "sure": "true"}
    assert interaction.interaction_id == f"{THREAD}|{activity['id']}"


async def test_multiple_choices_are_split(bot: Bot) -> None:
    """The comma-separated value of a multi-select input is split."""
    bot.chat.respond_with(FORM, Placement.REPLACE)
    _, body = await bot.post(bot.click(PICK))
    rendered = buttons(body["value"])
    assert rendered["Cancel"]["data"] == {"v": 1, "cmd": "cancel", "args": {}}
    for data in (rendered["Save"]["data"], rendered["Save"]["fallback"]["data"]):
        await bot.post(bot.click({**data, "text": "a,b", "tags": "a,b"}))
        assert bot.chat.last.args == {"lead": "L-12", "text": "a,b", "tags": ["a", "b"]}


@pytest.mark.parametrize(("trigger", "verb"), [("automatic", "lead.show"), ("manual", "refresh")])
async def test_refresh_returns_a_view(bot: Bot, trigger: str, verb: str) -> None:
    """A refresh returns the reader's view and changes nothing."""
    bot.chat.respond_with(LEAD, Placement.REPLACE)
    _, body = await bot.post(bot.click({"v": 1, "cmd": "lead.show", "args": {}}, trigger=trigger, verb=verb))
    assert bot.chat.last.kind is InteractionKind.REFRESH
    assert (body["statusCode"], body["type"]) == (200, CARD)
    assert body["value"]["refresh"]["userIds"] == [ANNA]
    assert body["value"]["refresh"]["action"]["verb"] == "refresh"


@pytest.mark.parametrize("placement", list(Placement))
async def test_refresh_posts_nothing(bot: Bot, placement: Placement) -> None:
    """A refresh replaces the card, whatever the placement of the response."""
    bot.chat.respond_with(LEAD, placement)
    _, body = await bot.post(bot.click(PICK, trigger="automatic"))
    assert (body["type"], bot.posts) == (CARD, [])


async def test_refresh_without_a_view_keeps_the_card(bot: Bot) -> None:
    """Without a user-specific view the card stays."""
    assert await bot.post(bot.click(PICK, trigger="automatic")) == (
        200,
        {"statusCode": 200, "type": NOTE, "value": ""},
    )


async def test_click_without_effect_is_answered(bot: Bot) -> None:
    """A click without an effect gets a message."""
    _, body = await bot.post(bot.click(PICK))
    assert (body["statusCode"], body["type"]) == (200, NOTE)
    assert "nichts geändert" in body["value"]


async def test_response_replaces_the_card_for_the_clicking_user(bot: Bot) -> None:
    """The response to a click is its HTTP response, and nothing is posted."""
    bot.chat.respond_with(LEAD, Placement.REPLACE)
    _, body = await bot.post(bot.click(PICK))
    assert "Lead L-12" in json.dumps(body["value"])
    assert body["value"]["refresh"]["userIds"] == [ANNA]
    assert (bot.posts, bot.chat.recorded_posts) == ([], [])


async def test_private_response_has_a_back_button(bot: Bot) -> None:
    """A private card has a button that restores the previous card, over any number of steps."""
    bot.chat.respond_with(LEAD, Placement.REPLACE)
    _, shown = await bot.post(bot.click(PICK))
    for title in ("Pick", "Pick row"):
        pressed = buttons(shown["value"])[title]
        assert pressed["data"]["back"] == {"cmd": "lead.show", "args": {"lead": "L-12"}}
        assert "back" not in pressed["fallback"]["data"]
    bot.chat.respond_with(FORM, Placement.PRIVATE)
    _, form = await bot.post(bot.click(buttons(shown["value"])["Pick"]["data"]))
    bot.chat.respond_with(REFUSAL, Placement.PRIVATE)
    _, refused = await bot.post(bot.click(buttons(form["value"])["Save"]["data"]))
    back = buttons(refused["value"])["Zurück"]
    bot.chat.respond_with(LEAD, Placement.REPLACE)
    _, again = await bot.post(bot.click(back["data"], verb=back["verb"]))
    assert (bot.chat.last.command, bot.chat.last.args) == ("lead.show", {"lead": "L-12"})
    assert buttons(again["value"]).keys() == buttons(shown["value"]).keys()


async def test_cancel_restores_the_card(bot: Bot) -> None:
    """Cancel restores the card."""
    bot.chat.respond_with(FORM, Placement.PRIVATE)
    _, form = await bot.post(bot.click({**PICK, "back": {"cmd": "lead.show", "args": {"lead": "L-12"}}}))
    await bot.post(bot.click(buttons(form["value"])["Cancel"]["data"]))
    assert (bot.chat.last.kind, bot.chat.last.command, bot.chat.last.args) == (
        InteractionKind.REFRESH,
        "lead.show",
        {"lead": "L-12"},
    )


async def test_back_button_is_added_once(bot: Bot) -> None:
    """A card with a back button or the card itself gets no second one."""
    details = Card(verbatim("Details"), actions=(Run(verbatim("Hide"), "lead.show", {"lead": "L-12"}),))
    for card in (details, LEAD):
        bot.chat.respond_with(card, Placement.PRIVATE)
        _, body = await bot.post(bot.click({**PICK, "back": {"cmd": "lead.show", "args": {"lead": "L-12"}}}))
        assert "Zurück" not in buttons(body["value"])


@pytest.mark.parametrize(
    "back", [1, "x", {"cmd": 1}, {"cmd": ""}, {"cmd": "x" * 101}, {"cmd": "x", "args": {"a": "y" * 1000}}, {}]
)
async def test_invalid_back_data_is_ignored(bot: Bot, back: object) -> None:
    """Back data that is no button of the bot is ignored."""
    bot.chat.respond_with(REFUSAL, Placement.PRIVATE)
    _, body = await bot.post(bot.click({**PICK, "back": back}))
    assert buttons(body["value"]) == {}


async def test_back_button_is_omitted_above_the_size_limit(bot: Bot) -> None:
    """The back button is omitted where the card would exceed Teams' size limit."""
    rows = tuple(
        Item(verbatim(f"Row {n}"), actions=(Run(verbatim(f"Pick {n}"), "lead.pick", {"lead": f"L-{n}"}),))
        for n in range(36)
    )
    long = Run(verbatim(""), "lead.list", {"filter": "x" * 200})
    bot.chat.respond_with(Card(verbatim("Leads"), (Items(rows),), refresh=long), Placement.REPLACE)
    _, body = await bot.post(bot.click(PICK))
    assert len(json.dumps(body["value"])) <= 27_000
    assert all("back" not in button.get("data", {}) for button in buttons(body["value"]).values())


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        [],
        "lead.pick",
        {"v": 2, "cmd": "lead.pick", "args": {}},
        {"v": "1", "cmd": "lead.pick"},
        {"cmd": "lead.pick", "args": {}},
        {"v": 1},
        {"v": 1, "cmd": 7},
        {"v": 1, "cmd": ""},
        {"v": 1, "cmd": "x" * 101},
        {"v": 1, "cmd": "x", "args": []},
        {"v": 1, "cmd": "x", "args": {f"a{n}": n for n in range(101)}},
        {"v": 1, "cmd": "x", **{f"a{n}": n for n in range(101)}},
        {"v": 1, "cmd": "x", "many": [1]},
    ],
)
async def test_unknown_button_is_explained(bot: Bot, data: object) -> None:
    """An unknown button gets an explanation, by each kind of invoke."""
    _, body = await bot.post(bot.click(data))
    assert "älteren Karte" in json.dumps(body["value"], ensure_ascii=False)
    assert "help" in {button["verb"] for button in buttons(body["value"]).values()}
    if is_object(data):
        await bot.post(bot.activity(kind=PlaceKind.PERSONAL, text=None, value=data))
        assert "älteren Karte" in bot.newest_post["summary"]
    assert bot.chat.interactions == []


@pytest.mark.parametrize("value", [None, 1, [], {}, {"action": None}, {"action": "x"}])
async def test_click_without_action_is_malformed(bot: Bot, value: object) -> None:
    """A click without an action is rejected."""
    status, _ = await bot.post(bot.activity(type="invoke", name="adaptiveCard/action", value=value))
    assert status == 400


@pytest.mark.parametrize("name", ["message/submitAction", "task/fetch", "composeExtension/selectItem", None])
async def test_unknown_invoke_is_rejected(bot: Bot, name: str | None) -> None:
    """An unknown invoke gets 501."""
    status, body = await bot.post(bot.activity(type="invoke", name=name, value={}))
    assert (status, body["statusCode"], body["type"]) == (200, 501, ERROR)


async def test_click_may_post_a_message(bot: Bot) -> None:
    """A public response is posted in the thread, and the click gets a confirmation."""
    bot.chat.respond_with(LEAD, Placement.NEW)
    _, body = await bot.post(bot.click(PICK))
    assert (body["type"], body["value"]) == (NOTE, "Meine Antwort steht hier als neue Nachricht.")
    assert bot.posts == [(THREAD, "Lead L-12")]
    [(incoming, _, sent)] = bot.chat.recorded_posts
    assert (incoming.command, sent.conversation_id, sent.reference["thread"]) == ("lead.pick", CHANNEL, THREAD)


async def test_click_reports_a_rejected_message(bot: Bot) -> None:
    """If Teams rejects the message, the click gets an explanation."""
    bot.chat.respond_with(LEAD, Placement.NEW)
    bot.teams.plan.extend([Slow(0), Refused(400)])
    _, body = await bot.post(bot.click(PICK))
    assert "nicht zustellen" in body["value"]
