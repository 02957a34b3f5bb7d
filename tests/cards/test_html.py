import json
from base64 import b64encode
from hashlib import sha256

import pytest
from hypothesis import given, strategies as st
from selectolax.lexbor import LexborHTMLParser as HTMLParser, LexborNode as Node

from cards.examples import NOW, ZONE
from cards.model import Badge, Card, Open, Picture, Run, State, Text, TextInput, t, verbatim
from cards.render import html, mail, plain
from services.people import Language
from tests.cards.full_card import PICK, full_card

HOSTILE_TEXTS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; alert(1)//",
    "</textarea><b>",
    "&lt;b&gt;",
]


def render_page(card: Card, language: Language = Language.ENGLISH) -> HTMLParser:
    """Parse the rendered card."""
    return HTMLParser(html.render(card, language, ZONE, NOW))


def select(tree: HTMLParser, selector: str) -> list[Node]:
    """Return the nodes that match a CSS selector."""
    return tree.css(selector)


def test_button_has_command_and_arguments() -> None:
    """A button carries command and arguments; a submit button is marked as collecting the inputs."""
    tree = render_page(Card(t("X"), (TextInput("a", t("A")),), (PICK, Run(t("Save"), "lead.create", collects=True))))
    pick, save = select(tree, "button")
    assert pick.attributes["type"] == "button"
    assert pick.attributes["data-cmd"] == "lead.pick"
    assert json.loads(pick.attributes["data-args"] or "") == {"lead": "L-1"}
    assert "data-collects" not in pick.attributes
    assert "data-collects" in save.attributes


def test_three_buttons_then_more() -> None:
    """Three buttons are shown, the others open with "More", in the reader's language."""
    tree = render_page(Card(t("X"), actions=(PICK,) * 5), Language.GERMAN)
    assert len(select(tree, ".actions > button")) == 3
    assert len(select(tree, "details.more button")) == 2
    assert [node.text() for node in select(tree, "summary")] == ["Mehr"]


def test_every_input_has_a_label() -> None:
    """Every input is inside its label or in a fieldset with a legend."""
    tree = render_page(full_card())
    inputs = select(tree, "input, select, textarea")
    assert len(inputs) == 12
    assert len(select(tree, "label input, label select, label textarea")) == len(inputs)
    assert len(select(tree, "fieldset > legend")) == 2
    assert {node.attributes["data-kind"] for node in inputs} == {"text", "number", "choice", "many", "toggle", "date"}


def test_a_form_never_leaves_the_page() -> None:
    """Enter in an input submits a form without a request; a card without inputs has no form."""
    assert select(render_page(full_card()), "form")[0].attributes["method"] == "dialog"
    assert not select(render_page(Card(t("X"), actions=(PICK,))), "form")


def test_error_is_shown_at_its_input() -> None:
    """The error of an input is in its label, and the input is marked for screen readers."""
    tree = render_page(Card(t("X"), (TextInput("a", t("A"), error=t("Please fill this in.")),)), Language.GERMAN)
    assert select(tree, "label .field-error")[0].text() == "⚠ Bitte füllen Sie dieses Feld aus."
    assert select(tree, "input")[0].attributes["aria-invalid"] == "true"


def test_symbols_are_not_read_aloud() -> None:
    """The symbol of a state is hidden from screen readers, its text is not."""
    badge = select(render_page(Card(t("X"), badge=Badge(verbatim("open"), State.OPEN))), ".badge")[0]
    assert badge.text() == "● open"
    assert [node.text() for node in badge.css("[aria-hidden=true]")] == ["● "]


def test_card_has_language_and_name() -> None:
    """A card has a language and a name for screen readers."""
    article = select(render_page(Card(verbatim("Lead L-1")), Language.GERMAN), "article.card")[0]
    assert (article.attributes["lang"], article.attributes["aria-label"]) == ("de", "Lead L-1")


def test_lines_stay_lines() -> None:
    """Line breaks of user text are kept."""
    assert "eins<br>zwei" in html.render(Card(t("X"), (Text(verbatim("eins\nzwei")),)), Language.GERMAN, ZONE, NOW)


@given(st.sampled_from(HOSTILE_TEXTS) | st.text(max_size=40))
def test_user_text_changes_no_structure(user_text: str) -> None:
    """The page has the same elements with any user text as with a harmless one."""
    harmless, hostile = render_page(full_card()), render_page(full_card(user_text))
    assert [node.tag for node in select(hostile, "*") if node.tag != "br"] == [
        node.tag for node in select(harmless, "*")
    ]
    assert not [name for node in select(hostile, "*") for name in node.attributes if name.startswith("on")]


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "vbscript:x", "http://[", "https://"]
)
def test_only_web_urls_are_rendered(url: str) -> None:
    """A link that is neither web nor mail is not rendered in any format."""
    card = Card(t("X"), actions=(Open(t("Go"), url),))
    outputs = [render(card, Language.ENGLISH, ZONE, NOW) for render in (html.render, plain.render, mail.render)]
    assert not [text for text in outputs if url in text]


def test_picture_without_a_safe_url_is_its_text() -> None:
    """A picture that cannot be shown is replaced by its alternative text."""
    card = Card(t("X"), (Picture("javascript:alert(1)", verbatim("Leads per day")),))
    for render in (html.render, mail.render, plain.render):
        assert "Leads per day" in (output := render(card, Language.ENGLISH, ZONE, NOW))
        assert "javascript" not in output


def test_a_page_carries_its_style() -> None:
    """A page contains its stylesheet, whose hash the content security policy permits."""
    page = html.render_page("<Join>", "<b>", Language.GERMAN)
    tree = HTMLParser(page)
    style = select(tree, "style")[0].text()
    assert f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'" == html.STYLE_SOURCE
    assert page.startswith("<!doctype html>")
    assert select(tree, "title")[0].text() == "<Join>"
    assert select(tree, "main")[0].text() == "<b>"
    assert not select(tree, "script")


def test_a_mail_has_links_and_no_buttons() -> None:
    """A mail shows the card with its links; buttons and inputs, which a mail cannot have, are omitted."""
    tree = HTMLParser(mail.render(full_card(), Language.GERMAN, ZONE, NOW))
    assert [node.attributes["href"] for node in select(tree, "a")] == ["https://example.com/"]
    assert not select(tree, "button, input, form, script")
    assert select(tree, "h1")[0].text() == "Walmdach, Baujahr 1974"
    assert all(node.attributes.get("style") for node in select(tree, "p"))


@given(st.sampled_from(HOSTILE_TEXTS) | st.text(max_size=40))
def test_user_text_changes_no_mail_structure(user_text: str) -> None:
    """A mail has the same elements with any user text as with a harmless one."""
    harmless, hostile = (
        HTMLParser(mail.render(full_card(text), Language.GERMAN, ZONE, NOW)) for text in ("x", user_text)
    )
    tags = [[node.tag for node in select(tree, "*") if node.tag != "br"] for tree in (harmless, hostile)]
    assert tags[0] == tags[1]


def test_plain_text_has_the_content_of_the_card() -> None:
    """Plain text has the title, the state, the facts and the links of a card."""
    lines = plain.render(full_card("Dach"), Language.GERMAN, ZONE, NOW).split("\n")
    assert lines[0] == "Dach · ● Dach"
    assert "Dach: Dach" in lines
    assert "- Dach · Dach · ✓ Dach" in lines
    assert lines[-1] == "Dach: https://example.com/"


def test_a_notice_is_one_line() -> None:
    """The notification of a card is its summary, or its title, on one line."""
    assert plain.render_summary(Card(verbatim("Lead\nL-1")), Language.GERMAN, ZONE, NOW) == "Lead L-1"
    assert (
        plain.render_summary(Card(t("X"), summary=verbatim("Ben picked L-1.")), Language.GERMAN, ZONE, NOW)
        == "Ben picked L-1."
    )
