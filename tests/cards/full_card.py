"""A card with every type of block, input and action, filled with one user text."""

from cards.examples import NOW
from cards.model import (
    Badge,
    Card,
    Choice,
    ChoiceInput,
    DateInput,
    Fact,
    Facts,
    Item,
    Items,
    NumberInput,
    Open,
    Picture,
    Progress,
    Quote,
    Run,
    State,
    Style,
    Table,
    Text,
    TextInput,
    ToggleInput,
    Tone,
    verbatim,
)

PICK = Run(verbatim("Pick"), "lead.pick", {"lead": "L-1"}, Style.PRIMARY)


def full_card(user_text: str = "Walmdach, Baujahr 1974") -> Card:
    """Return a card in which every text is `user_text`."""
    text = verbatim(user_text)
    choices = tuple(Choice(f"value-{index}", text) for index in range(3))
    item = Item(text, text, Badge(text, State.DONE, Tone.GOOD), (Run(text, "lead.show", {"lead": "L-1"}),))
    return Card(
        text,
        (
            *(Text(text, tone) for tone in Tone),
            Quote(text),
            Badge(text, State.WARNING, Tone.WARNING),
            Facts((Fact(text, text), Fact(text, text))),
            Items((item, Item(text)), text),
            Table((text, text), ((text, text), (text, text))),
            Progress(3, 10, text),
            Picture("https://example.com/chart.png", text),
            TextInput("title", text, value=user_text, required=True, placeholder=text, error=text),
            TextInput("email", text, kind="email", multiline=True),
            NumberInput("value", text, value=18.5, required=True, minimum=0, maximum=99, error=text),
            ChoiceInput("source", text, choices, "value-1", required=True, error=text),
            ChoiceInput("campaign", text, choices * 3),
            ChoiceInput("teams", text, choices, "value-0,value-2", many=True),
            ToggleInput("urgent", text, value=True),
            DateInput("due", text, NOW.date(), required=True, error=text),
        ),
        (
            PICK,
            Run(text, "lead.create", collects=True),
            Run(text, "lead.lose", {"lead": "L-1"}, Style.DESTRUCTIVE),
            Open(text, "https://example.com/"),
            Run(text, "lead.note", {"lead": "L-1"}),
        ),
        Badge(text, State.OPEN),
        summary=text,
        refresh=Run(text, "lead.show", {"lead": "L-1"}),
    )
