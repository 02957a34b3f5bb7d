"""A card with one of everything, into which a test can put whatever people may write."""

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


def everything(words: str = "Walmdach, Baujahr 1974") -> Card:
    """A card in which every text is `words`."""
    said = verbatim(words)
    choices = tuple(Choice(f"value-{place}", said) for place in range(3))
    item = Item(said, said, Badge(said, State.DONE, Tone.GOOD), (Run(said, "lead.show", {"lead": "L-1"}),))
    return Card(
        said,
        (
            *(Text(said, tone) for tone in Tone),
            Quote(said),
            Badge(said, State.WARNING, Tone.WARNING),
            Facts((Fact(said, said), Fact(said, said))),
            Items((item, Item(said)), said),
            Table((said, said), ((said, said), (said, said))),
            Progress(3, 10, said),
            Picture("https://example.com/chart.png", said),
            TextInput("title", said, value=words, required=True, placeholder=said, error=said),
            TextInput("email", said, kind="email", multiline=True),
            NumberInput("value", said, value=18.5, required=True, minimum=0, maximum=99, error=said),
            ChoiceInput("source", said, choices, "value-1", required=True, error=said),
            ChoiceInput("campaign", said, choices * 3),
            ChoiceInput("teams", said, choices, "value-0,value-2", many=True),
            ToggleInput("urgent", said, value=True),
            DateInput("due", said, NOW.date(), required=True, error=said),
        ),
        (
            PICK,
            Run(said, "lead.create", collects=True),
            Run(said, "lead.lose", {"lead": "L-1"}, Style.DESTRUCTIVE),
            Open(said, "https://example.com/"),
            Run(said, "lead.note", {"lead": "L-1"}),
        ),
        Badge(said, State.OPEN),
        summary=said,
        refresh=Run(said, "lead.show", {"lead": "L-1"}),
    )
