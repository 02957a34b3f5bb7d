"""Hypothesis strategies for unexpected values and changed activities."""

from hypothesis import strategies as st

from tests.bot.teams.harness import ANNA, BEN, BOT, CHANNEL, PICK, THREAD

MENUS = (
    "composeExtension/fetchTask",
    "composeExtension/submitAction",
    "composeExtension/query",
    "composeExtension/queryLink",
    "composeExtension/anonymousQueryLink",
)
# fmt: off
UNEXPECTED_VALUES: list[object] = [
    None, True, 0, -1, 2**70, 1e308, "", " ", "x", "a b", "a\0b", "<at>", "&#0;", "\u202e", "ü" * 2000, "automatic",
    "add", "29:x", "19:x", "28:x", BOT, ANNA, THREAD, CHANNEL, "personal", "adaptiveCard/action", "refresh", "cancel",
    [], [None], [[]], ["x"], [BOT], {}, {"id": None}, {"id": BOT}, {"id": ANNA}, {"id": {}}, [{"id": BOT}],
    [{"id": 1}], {"action": {}}, {"action": {"data": PICK}}, {"x": {"x": {"x": []}}},
    {"v": 1, "cmd": "x", "args": {"a": []}}, {"cmd": "lead.show", "args": {}}, {"tenant": {"id": ""}},
    [{"type": "mention"}], [{"type": "mention", "text": "", "mentioned": {"id": BEN}}],
    [{"type": "clientInfo", "timezone": "../x"}], [{"type": "clientInfo", "locale": 1, "timezone": []}],
]
# fmt: on
UNEXPECTED: st.SearchStrategy[object] = st.sampled_from(UNEXPECTED_VALUES)
NAMES = st.sampled_from(
    [
        "type", "id", "from", "recipient", "conversation", "channelData", "text", "value", "name", "action", "locale",
        "entities", "membersAdded", "membersRemoved", "replyToId", "timestamp", "attachments", "deliveryMode", "x",
    ]
)  # fmt: skip
TYPES: st.SearchStrategy[object] = (
    st.sampled_from(["message", "invoke", "conversationUpdate", "installationUpdate", "typing", ""]) | UNEXPECTED
)
NESTED_OBJECTS: st.SearchStrategy[dict[str, object]] = st.dictionaries(
    st.sampled_from(["id", "name", "aadObjectId", "tenant", "team", "channel", "action", "data", "verb", "trigger"])
    | st.sampled_from(["v", "cmd", "args", "back", "many", "mentioned", "text", "type", "conversationType"])
    | st.sampled_from(
        ["commandId", "messagePayload", "parameters", "queryOptions", "url", "once", "replyToId", "body"]
    ),
    st.just(1)
    | st.sampled_from(["lead.pick", "lead.capture", "lead.find", "mention", "https://kollega.example/leads/"])
    | UNEXPECTED,
    max_size=6,
)
CHANGES: st.SearchStrategy[dict[str, object]] = st.dictionaries(
    NAMES, UNEXPECTED | NESTED_OBJECTS | st.lists(NESTED_OBJECTS, max_size=3), max_size=4
)
