"""The cards whose Adaptive Card, HTML and Block Kit payloads are kept in full, grouped by what they show.

All other examples keep their neutral content only. A new feature of a renderer needs a sample here:
`test_renderers.py` fails for a feature that occurs in an example and in no sample.
"""

from collections.abc import Iterator
from typing import Final

from cards import gallery
from cards.model import Badge, Card, Choice, ChoiceInput, Item, Items, Quote, Run, State, Table, Text, Tone, t, verbatim
from tests.cards.full_card import PICK, full_card

LONG_TEXT: Final = "Dachsanierung mit Gaube und Photovoltaik, " * 20

BUILT_SAMPLES: Final = {
    "every_block": full_card(),
    "every_badge": Card(
        t("Lead"),
        (
            *(Badge(verbatim("Walmdach"), state, tone) for state in State for tone in (Tone.PLAIN, Tone.GOOD)),
            Items(tuple(Item(verbatim("L-1"), badge=Badge(verbatim("Walmdach"), State.NONE, tone)) for tone in Tone)),
        ),
    ),
    "many_choices": Card(
        t("Lead"),
        tuple(
            ChoiceInput(
                f"who{count}{is_multiple}",
                t("Who"),
                tuple(Choice(f"{index}", verbatim(f"Ben {index}")) for index in range(count)),
                "1",
                many=is_multiple,
            )
            for count, is_multiple in ((8, False), (12, False), (12, True))
        ),
        (Run(t("Save"), "lead.create", collects=True),),
    ),
    "long_title": Card(verbatim("Note on the enquiry about a roof with dormers"), (Text(verbatim("a\nb")),), (PICK,)),
    "menu_and_row_buttons": Card(
        t("Leads"), (Items((Item(verbatim("L-1"), actions=(PICK,) * 3), Item(verbatim("L-2")))),), (PICK,) * 10
    ),
    "two_tables": Card(t("Lead"), (Table((t("A"), t("B")), ((verbatim("1"), verbatim("2")),) * 2),) * 2),
    "cut_quotation": Card(t("Lead"), (Quote(verbatim("a\nb\nc"), lines=2), Quote(verbatim(LONG_TEXT), lines=9))),
}
"""Samples for features that no example of a card has, or only in a large card."""

HOME_SAMPLES: Final = ("home.colleague", "home.viewer", "home.without_a_team")
"""Samples that Slack shows in the App Home too."""

SAMPLE_GROUPS: Final = {
    "every block, input and tone, and limits of the renderers": tuple(BUILT_SAMPLES),
    "buttons: styles, links, more than three, in rows": (
        "invitation.card.listed",
        "lead.examples.details",
        "lead.examples.outlined_in_work",
        "lead.examples.list",
        "member.listed_for_a_member",
        "request.open",
    ),
    "badges, states and facts": (
        "bulk.examples.done",
        "bulk.examples.page_of_the_left_out",
        "channel.offered",
        "help.defective",
        "invitation.invitee.told_declined",
        "lead.examples.lost",
        "lead.examples.offered",
        "lead.examples.offered_to_a_viewer",
        "lead.examples.returned",
        "lead.examples.won",
    ),
    "forms: kinds of inputs, values, placeholders, errors, destructive and plain submit buttons": (
        "chat.slow_form",
        "identity.code_form",
        "lead.examples.duplicates",
        "lead.examples.note",
        "marketplace.examples.create",
        "marketplace.examples.invite",
        "member.nobody_to_remove",
        "refusal.may_ask_for_an_invitation",
        "team.settings_form",
    ),
    "App Home": HOME_SAMPLES,
    "lists and empty lists": ("audit.listed", "bulk.examples.list_of_nobody", "help.help_in_another_team's_channel"),
    "files and progress": (
        "bulk.examples.links_as_a_file",
        "file.received",
        "lead_import.examples.stopped,_revoked",
    ),
    "long and emphasised text, pages outside chat": (
        "about_pages.privacy_1",
        "about_pages.support_3",
        "install_page.installed",
        "invitation.invitee.mail",
        "join_page.code",
    ),
}
"""The reason of each group, with the names of its samples."""


def renderer_samples() -> dict[str, Card]:
    """Return the samples by name. Raises KeyError for an example that does not exist."""
    cards = {**dict(gallery.iterate_examples()), **BUILT_SAMPLES}
    return {name: cards[name] for names in SAMPLE_GROUPS.values() for name in names}


def card_features(card: Card) -> Iterator[str]:
    """Yield what a renderer treats specially: types, enumerations, flags, optional fields and counts."""
    yield from (f"Card.{name}" for name in ("badge", "summary", "subject", "refresh") if getattr(card, name))
    yield f"{min(len(card.actions), 5)} buttons"
    for action in card.actions:
        yield from _field_features(action)
    for badge in [card.badge] if card.badge else []:
        yield f"title badge {badge.state}"
        yield f"title badge {badge.tone}"
    for block in card.body:
        yield from _field_features(block)
        if isinstance(block, ChoiceInput):
            count = sum(len(block.choices) > limit for limit in (5, 10))
            yield f"ChoiceInput of size {count}, many: {block.many}"
        for item in block.items if isinstance(block, Items) else ():
            yield from _field_features(item)
            yield f"Item with {len(item.actions)} buttons"
            yield from (f"Item: {feature}" for action in item.actions for feature in _field_features(action))


def _field_features(struct: object) -> Iterator[str]:
    kind = type(struct).__name__
    yield kind
    for name in getattr(struct, "__struct_fields__", ()):
        value: object = getattr(struct, name)
        if name in {"style", "tone", "state", "kind"} or isinstance(value, bool):
            yield f"{kind}.{name} = {value}"
        elif name in {"placeholder", "error", "heading", "detail", "badge", "minimum", "maximum"}:
            yield f"{kind}.{name} is {'missing' if value is None else 'set'}"
