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
from tests.cards.samples import PICK, everything

EVIL = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "'; alert(1)//", "</textarea><b>", "&lt;b&gt;"]


def drawn(card: Card, language: Language = Language.ENGLISH) -> HTMLParser:
    """The card as a browser reads it."""
    return HTMLParser(html.render(card, language, ZONE, NOW))


def nodes(tree: HTMLParser, selector: str) -> list[Node]:
    """What a selector finds."""
    return tree.css(selector)


def test_a_button_says_what_it_runs() -> None:
    """A button carries command and arguments; a form's button says that it takes the inputs along."""
    tree = drawn(Card(t("X"), (TextInput("a", t("A")),), (PICK, Run(t("Save"), "lead.create", collects=True))))
    pick, save = nodes(tree, "button")
    assert pick.attributes["type"] == "button"
    assert pick.attributes["data-cmd"] == "lead.pick"
    assert json.loads(pick.attributes["data-args"] or "") == {"lead": "L-1"}
    assert "data-collects" not in pick.attributes
    assert "data-collects" in save.attributes


def test_three_buttons_then_more() -> None:
    """Three buttons are shown, the others open with "More", in the reader's language."""
    tree = drawn(Card(t("X"), actions=(PICK,) * 5), Language.GERMAN)
    assert len(nodes(tree, ".actions > button")) == 3
    assert len(nodes(tree, "details.more button")) == 2
    assert [node.text() for node in nodes(tree, "summary")] == ["Mehr"]


def test_every_input_has_a_label() -> None:
    """Every input stands in its label, or with others in a group that has a legend."""
    tree = drawn(everything())
    inputs = nodes(tree, "input, select, textarea")
    assert len(inputs) == 12
    assert len(nodes(tree, "label input, label select, label textarea")) == len(inputs)
    assert len(nodes(tree, "fieldset > legend")) == 2
    assert {node.attributes["data-kind"] for node in inputs} == {"text", "number", "choice", "many", "toggle", "date"}


def test_a_form_never_leaves_the_page() -> None:
    """Enter in an input submits a form that goes nowhere; a card without inputs has no form."""
    assert nodes(drawn(everything()), "form")[0].attributes["method"] == "dialog"
    assert not nodes(drawn(Card(t("X"), actions=(PICK,))), "form")


def test_a_mistake_stands_at_its_input() -> None:
    """What is wrong with an input stands in its label, and the input is marked for screen readers."""
    tree = drawn(Card(t("X"), (TextInput("a", t("A"), error=t("Please fill this in.")),)), Language.GERMAN)
    assert nodes(tree, "label .field-error")[0].text() == "⚠ Bitte füllen Sie dieses Feld aus."
    assert nodes(tree, "input")[0].attributes["aria-invalid"] == "true"


def test_symbols_are_not_read_aloud() -> None:
    """The symbol of a state is hidden from screen readers, its words are not."""
    badge = nodes(drawn(Card(t("X"), badge=Badge(verbatim("open"), State.OPEN))), ".badge")[0]
    assert badge.text() == "● open"
    assert [node.text() for node in badge.css("[aria-hidden=true]")] == ["● "]


def test_the_card_speaks_its_language() -> None:
    """A card names its language, and itself, to screen readers."""
    article = nodes(drawn(Card(verbatim("Lead L-1")), Language.GERMAN), "article.card")[0]
    assert (article.attributes["lang"], article.attributes["aria-label"]) == ("de", "Lead L-1")


def test_lines_stay_lines() -> None:
    """The lines that somebody wrote stay lines."""
    assert "eins<br>zwei" in html.render(Card(t("X"), (Text(verbatim("eins\nzwei")),)), Language.GERMAN, ZONE, NOW)


@given(st.sampled_from(EVIL) | st.text(max_size=40))
def test_what_people_write_changes_no_structure(words: str) -> None:
    """Whatever is written, the page has the same elements as with an innocent word."""
    harmless, written = drawn(everything()), drawn(everything(words))
    assert [node.tag for node in nodes(written, "*") if node.tag != "br"] == [node.tag for node in nodes(harmless, "*")]
    assert not [name for node in nodes(written, "*") for name in node.attributes if name.startswith("on")]


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "vbscript:x", "http://[", "https://"]
)
def test_addresses_are_of_the_web(url: str) -> None:
    """A link that is none of the web or of mail is not drawn, anywhere."""
    card = Card(t("X"), actions=(Open(t("Go"), url),))
    everywhere = [render(card, Language.ENGLISH, ZONE, NOW) for render in (html.render, plain.render, mail.render)]
    assert not [text for text in everywhere if url in text]


def test_a_picture_without_a_safe_address_is_its_words() -> None:
    """A picture that cannot be shown is told in words."""
    card = Card(t("X"), (Picture("javascript:alert(1)", verbatim("Leads per day")),))
    for render in (html.render, mail.render, plain.render):
        assert "Leads per day" in (shown := render(card, Language.ENGLISH, ZONE, NOW))
        assert "javascript" not in shown


def test_a_page_carries_its_style() -> None:
    """A page needs no other file: its stylesheet is in it, and its fingerprint permits it."""
    made = html.render_page("<Join>", "<b>", Language.GERMAN)
    tree = HTMLParser(made)
    style = nodes(tree, "style")[0].text()
    assert f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'" == html.STYLE_SOURCE
    assert made.startswith("<!doctype html>")
    assert nodes(tree, "title")[0].text() == "<Join>"
    assert nodes(tree, "main")[0].text() == "<b>"
    assert not nodes(tree, "script")


def test_a_mail_has_links_and_no_buttons() -> None:
    """A mail shows the card with its links; buttons and inputs, which a mail cannot have, are left out."""
    tree = HTMLParser(mail.render(everything(), Language.GERMAN, ZONE, NOW))
    assert [node.attributes["href"] for node in nodes(tree, "a")] == ["https://example.com/"]
    assert not nodes(tree, "button, input, form, script")
    assert nodes(tree, "h1")[0].text() == "Walmdach, Baujahr 1974"
    assert all(node.attributes.get("style") for node in nodes(tree, "p"))


@given(st.sampled_from(EVIL) | st.text(max_size=40))
def test_what_people_write_changes_no_mail(words: str) -> None:
    """Whatever is written, a mail has the same elements as with an innocent word."""
    harmless, written = (HTMLParser(mail.render(everything(said), Language.GERMAN, ZONE, NOW)) for said in ("x", words))
    tags = [[node.tag for node in nodes(tree, "*") if node.tag != "br"] for tree in (harmless, written)]
    assert tags[0] == tags[1]


def test_plain_text_says_what_the_card_says() -> None:
    """Plain text has the title, the state, the facts and the links of a card."""
    lines = plain.render(everything("Dach"), Language.GERMAN, ZONE, NOW).split("\n")
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
