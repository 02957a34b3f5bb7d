"""A message as a person sees it, read from the browser's HTML or from an Adaptive Card in Teams."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from selectolax.lexbor import LexborHTMLParser, LexborNode


@dataclass(frozen=True, slots=True)
class Button:
    """A button with the command that it runs."""

    label: str
    command: str
    args: dict[str, Any]
    collects: bool = False


@dataclass(frozen=True, slots=True)
class DisplayedMessage:
    """A message as one person sees it."""

    message_id: str
    words: str
    buttons: tuple[Button, ...] = ()
    inputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    links: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    """Name and address of each file that is offered."""
    private: bool = False
    by_bot: bool = True
    passing: bool = False
    """A line that the client shows for a moment under the clicked card."""

    def __contains__(self, words: str) -> bool:
        return words in self.words

    @property
    def commands(self) -> set[str]:
        """The commands that the message's buttons run."""
        return {button.command for button in self.buttons}

    def button(self, command: str, args: Mapping[str, Any]) -> Button | None:
        """Return the button that runs the command with at least these arguments; None without one."""
        for button in self.buttons:
            if button.command == command and all(button.args.get(name) == value for name, value in args.items()):
                return button
        return None


def from_html(message_id: str, html: str, *, private: bool, by_bot: bool) -> DisplayedMessage:
    """Read a card of the browser chat."""
    tree = LexborHTMLParser(html)
    buttons = tuple(
        Button(
            node.text(strip=True),
            node.attributes["data-cmd"] or "",
            json.loads(node.attributes.get("data-args") or "{}"),
            "data-collects" in node.attributes,
        )
        for node in tree.css("button[data-cmd]")
    )
    inputs: dict[str, Any] = {}
    for node in tree.css("[data-kind]"):
        _read_input(node, inputs)
    links = tuple(node.attributes["href"] or "" for node in tree.css("a[href]:not([data-file])"))
    offered = tree.css("a[data-file]")
    files = tuple((node.attributes["download"] or "", node.attributes["href"] or "") for node in offered)
    words = " ".join(tree.text(separator=" ").split())
    return DisplayedMessage(message_id, words, buttons, inputs, links, files, private=private, by_bot=by_bot)


def _read_input(node: LexborNode, inputs: dict[str, Any]) -> None:
    """Add the value that the page would send if the person filled in nothing more."""
    name, kind = node.attributes["name"] or "", node.attributes["data-kind"]
    if kind == "toggle":
        inputs[name] = "checked" in node.attributes
    elif kind == "many":
        inputs.setdefault(name, [])
        if "checked" in node.attributes:
            inputs[name].append(node.attributes["value"])
    elif node.tag == "textarea":
        inputs[name] = node.text()
    elif node.tag == "select":
        chosen = node.css_first("option[selected]")
        inputs[name] = chosen.attributes["value"] if chosen else ""
    elif node.attributes.get("type") == "radio":
        inputs.setdefault(name, "")
        if "checked" in node.attributes:
            inputs[name] = node.attributes["value"]
    else:
        inputs[name] = node.attributes.get("value") or ""


def from_adaptive(message_id: str, card: Mapping[str, Any], *, private: bool) -> DisplayedMessage:
    """Read an Adaptive Card."""
    words: list[str] = []
    buttons: list[Button] = []
    inputs: dict[str, Any] = {}
    links: list[str] = []
    for part in parts(card):
        kind = part.get("type", "")
        if kind in {"Action.Execute", "Action.Submit"}:
            data = part["data"]
            collects = part.get("associatedInputs") != "none"
            buttons.append(Button(part.get("title", ""), data["cmd"], dict(data["args"]), collects))
        elif kind == "Action.OpenUrl":
            links.append(part["url"])
        elif kind.startswith("Input."):
            inputs[part["id"]] = part.get("value", "")
            words += [part.get("label", ""), *(choice["title"] for choice in part.get("choices", ()))]
        words += [str(part[name]) for name in ("text", "title", "value") if name in part and not kind.startswith("Inp")]
    return DisplayedMessage(message_id, plain(" ".join(words)), tuple(buttons), inputs, tuple(links), private=private)


def plain(markdown: str) -> str:
    """Return the words without the backslashes and entities that escape markup in Teams."""
    for escaped, character in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"), ("\u200b", ""), ("\u2060", "")):
        markdown = markdown.replace(escaped, character)
    return " ".join(_UNESCAPE.sub(r"\1", markdown).split())


_UNESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|~<>&])")


def parts(value: object) -> Iterator[Mapping[str, Any]]:
    """Yield every object of a card in reading order, without fallbacks and the automatic refresh."""
    if isinstance(value, list):
        for item in cast("list[object]", value):
            yield from parts(item)
    elif isinstance(value, dict):
        part = cast("dict[str, Any]", value)
        yield part
        for name, element in part.items():
            if name not in {"fallback", "refresh", "data", "msteams"}:
                yield from parts(element)
