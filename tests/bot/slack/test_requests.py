"""Parsing of Slack requests: markup, external users and modals."""

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
    """Parse a document."""
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
def test_text_is_normalised(written: str, meant: str) -> None:
    """Markup, entities and invisible characters are removed."""
    assert read_text(written, BOT, {})[0] == meant


def test_mentions_become_one_word() -> None:
    """A mention becomes one word with the known name; a mention of the bot is removed."""
    text, mentions = read_text(f"<@{BOT}> share L-1 <@U7> <@U8> <@U7>", BOT, {"U7": "Ben Kaya"})
    assert text == "share L-1 @U7 @U8 @U7"
    assert mentions == (Mention("U7", "Ben Kaya"), Mention("U8", ""))


def test_long_markup_is_read_quickly() -> None:
    """Markup of maximum length is parsed quickly."""
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
def test_malformed_interaction_is_rejected(change: Json) -> None:
    """An interaction without user or workspace is rejected."""
    with pytest.raises(RequestRejected):
        read_request({**CLICK, **change})


def test_unknown_request_is_ignored() -> None:
    """An unknown type of request is ignored."""
    assert read_request({"type": "workflow_step_edit"}) is None


def test_external_click_names_the_installation() -> None:
    """X4: for a click of an external user the message names the workspace of the bot."""
    request = read({**CLICK, "team": {"id": "T9"}, "user": {"id": "U9", "team_id": "T9"}, "message": {"team": "T1"}})
    assert (request.workspace.tenant, request.workspace.workspace_id, request.user_workspace) == ("T1", "T1", "T9")


def test_enterprise_is_the_tenant() -> None:
    """The enterprise is the tenant, and the workspace selects the token."""
    request = read({**CLICK, "enterprise": {"id": "E1"}})
    assert (request.workspace.tenant, request.workspace.workspace_id) == ("E1", "T1")


def test_repeated_modal_is_one_interaction() -> None:
    """X2: a modal that is submitted twice without a change is one interaction."""
    sent: Json = {**CLICK, "type": "view_submission", "view": {"id": "V1", "hash": "h1", "callback_id": "card"}}
    first, second = read(sent), read({**sent, "trigger_id": "4.5.6"})
    changed = read({**sent, "view": {"id": "V1", "hash": "h2", "callback_id": "card"}})
    assert first.kind is RequestKind.SUBMISSION
    assert first.id == second.id != changed.id


@pytest.mark.parametrize(
    "metadata", ["", "{", "[]", '{"at": 5}', '{"at": {"channel": "C 1"}}', '{"at": {"thread": 5}}']
)
def test_modal_with_invalid_metadata_has_no_conversation(metadata: str) -> None:
    """Invalid metadata of a modal is ignored."""
    assert read_origin(metadata) == ModalOrigin()
