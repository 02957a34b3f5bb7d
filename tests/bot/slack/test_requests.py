"""What Slack sends, as the bot reads it: markup, people from elsewhere, windows."""

import pytest

from bot.dispatch.interaction import Mention
from bot.platforms.ingress import Json, RequestRejected
from bot.platforms.slack.cards import ModalOrigin, read_origin
from bot.platforms.slack.payload import RequestKind, SlackRequest, read_request
from bot.platforms.slack.text import read_text, to_plain

BOT = "U0BOT"
CLICK: Json = {
    "type": "block_actions",
    "user": {"id": "U1", "team_id": "T1"},
    "team": {"id": "T1"},
    "channel": {"id": "C1"},
    "trigger_id": "1.2.3",
    "container": {"type": "message", "message_ts": "1.2", "channel_id": "C1"},
    "actions": [{"type": "button", "action_id": "help#0", "value": "{}"}],
}


def read(document: Json) -> SlackRequest:
    """Read a document that the bot serves."""
    request = read_request(document)
    assert request is not None
    return request


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("leads", "leads"),
        (f"<@{BOT}> leads", "leads"),
        (f"<@{BOT}|kollega>  leads", "leads"),
        ("share L-1 <@U7|ben>", "share L-1 @U7"),
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("<mailto:eva@posteo.de|eva@posteo.de>", "eva@posteo.de"),
        ("<tel:0711123|0711 123>", "0711 123"),
        ("<https://kollega.example/leads/abc>", "https://kollega.example/leads/abc"),
        ("<https://kollega.example/leads/abc|our lead>", "https://kollega.example/leads/abc"),
        ("<http://dachwerk.de|dachwerk.de>", "dachwerk.de"),
        ("<!channel> hello <!here|here>", "channel hello here"),
        ("<#C1|vertrieb>", "#vertrieb"),
        ("a\u00a0b\u200b\r\nc", "a b\nc"),
        ("1 < 2 > <@", "1 < 2 > <@"),
        ("\0", ""),
    ],
)
def test_text_is_what_the_person_meant(written: str, meant: str) -> None:
    """Markup, entities and characters that nobody sees are undone; nothing pings anybody."""
    assert read_text(written, BOT, {})[0] == meant


def test_mentioned_people_are_words() -> None:
    """Whoever is named is one word, with the name that is known; the bot itself is nobody."""
    text, mentions = read_text(f"<@{BOT}> share L-1 <@U7> <@U8> <@U7>", BOT, {"U7": "Ben Kaya"})
    assert text == "share L-1 @U7 @U8 @U7"
    assert mentions == (Mention("U7", "Ben Kaya"), Mention("U8", ""))


def test_long_markup_is_read_quickly() -> None:
    """Nothing that somebody writes keeps the bot busy."""
    assert to_plain("<" * 50_000)
    assert to_plain("<https://" * 10_000)
    assert to_plain("<@U1|" * 10_000)


@pytest.mark.parametrize(
    "change",
    [
        {"user": None},
        {"user": {"id": ""}},
        {"user": {"id": "U1 U2"}},
        {"user": "U1"},
        {"team": {"id": ["T1"]}},
        {"team": None, "user": {"id": "U1"}},
        {"trigger_id": None},
        {"actions": "none"},
        {"actions": [{"selected_option": "x"}]},
        {"container": {"message_ts": "now"}},
        {"channel": {"id": "C1/../C2"}},
    ],
)
def test_what_makes_no_sense_is_turned_away(change: Json) -> None:
    """A click without a person, a workspace or a shape is nobody's."""
    with pytest.raises(RequestRejected):
        read_request({**CLICK, **change})


def test_what_nobody_listens_to_is_nothing() -> None:
    """Whatever Slack may add one day is acknowledged and ignored."""
    assert read_request({"type": "workflow_step_edit"}) is None


def test_people_from_elsewhere_are_asked_where_the_bot_is() -> None:
    """X4: of somebody from another workspace, Slack names his own first; the message tells whose bot was pressed."""
    request = read({**CLICK, "team": {"id": "T9"}, "user": {"id": "U9", "team_id": "T9"}, "message": {"team": "T1"}})
    assert (request.workspace.tenant, request.workspace.workspace_id, request.user_workspace) == ("T1", "T1", "T9")


def test_a_workspace_of_an_enterprise_is_its() -> None:
    """The enterprise is the tenant, the workspace says which token opens it."""
    request = read({**CLICK, "enterprise": {"id": "E1"}})
    assert (request.workspace.tenant, request.workspace.workspace_id) == ("E1", "T1")


def test_a_window_that_was_sent_again_is_the_same() -> None:
    """X2: until the window changes, sending it is one interaction, however often and under whatever trigger."""
    sent: Json = {**CLICK, "type": "view_submission", "view": {"id": "V1", "hash": "h1", "callback_id": "card"}}
    first, second = read(sent), read({**sent, "trigger_id": "4.5.6"})
    changed = read({**sent, "view": {"id": "V1", "hash": "h2", "callback_id": "card"}})
    assert first.kind is RequestKind.SUBMISSION
    assert first.id == second.id != changed.id


@pytest.mark.parametrize(
    "metadata", ["", "{", "[]", '{"at": 5}', '{"at": {"channel": "C 1"}}', '{"at": {"thread": 5}}']
)
def test_a_window_that_does_not_say_where_was_opened_nowhere(metadata: str) -> None:
    """What a window carries is read strictly, and else not at all."""
    assert read_origin(metadata) == ModalOrigin()
