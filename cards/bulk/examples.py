"""Examples of bulk invitation cards for the gallery and its snapshots."""

from dataclasses import replace
from typing import Final

from cards.bulk.card import bulk_card, bulk_page_card, bulk_started_card
from cards.bulk.export import links_file_card, report_file_card
from cards.bulk.forms import bulk_form
from cards.refusal import refusal_card
from services.bulk.model import (
    TYPED_LINES_MAX,
    BulkForm,
    BulkLineView,
    BulkPage,
    BulkState,
    BulkView,
    LineOutcome,
    LineProblem,
    OutcomeCounts,
)
from services.bulk.refusals import NoEmailColumn, NothingToSend, NotSender, TooManyBulks, TooManyLines
from services.file import GeneratedFile
from services.marketplace.model import Part

_PROBLEMS: Final = tuple(
    BulkLineView(line=number, partner=name, email=email, part=Part.TAKES, outcome=LineOutcome.REFUSED, problem=problem)
    for number, name, email, problem in (
        (3, "Sparren & Söhne", "info@sparren", LineProblem.BAD_ADDRESS),
        (4, "N" * 40, "k***@lang.example", LineProblem.NAME_TOO_LONG),
        (7, "Dachwerk", "i***@dachwerk.example", LineProblem.DUPLICATE),
        (9, "Wärme Nord", "m***@waerme.example", LineProblem.PARTNER),
        (12, "Zimmerei Alt", "z***@alt.example", LineProblem.INVITED),
        (13, "Solarhaus GmbH", "a***@solarhaus.example", LineProblem.OWN_MEMBER),
        (14, "Haus & Hof", "h***@hof.example", LineProblem.UNKNOWN_PART),
        (15, "Toit", "t***@toit.example", LineProblem.UNKNOWN_LANGUAGE),
        (16, "Letzte KG", "l***@letzte.example", LineProblem.MARKETPLACE_FULL),
        (17, "", "", LineProblem.BAD_ADDRESS),
    )
)
_DRAFT: Final = BulkView(
    bulk_id="b1",
    marketplace_id="m1",
    marketplace="Handwerk Süd",
    sender="Ben Kaya",
    text="Wir kennen uns von der Messe in Stuttgart.\nÜber eine Zusammenarbeit würde ich mich freuen.",
    state=BulkState.DRAFT,
    counts=OutcomeCounts({LineOutcome.WAITING: 47, LineOutcome.REFUSED: 12}),
    lines=_PROBLEMS,
    may_run=True,
    is_sender=True,
)
_FAILED: Final = (
    BulkLineView(
        line=5,
        partner="Holzbau Ost",
        email="info@holzbau.example",
        part=Part.BOTH,
        outcome=LineOutcome.FAILED,
        reason="rejected 550",
    ),
    BulkLineView(
        line=8,
        partner="Spengler Huber",
        email="post@huber.example",
        part=Part.TAKES,
        outcome=LineOutcome.FAILED,
        reason="gave up: TimeoutError",
    ),
)
_RUNNING: Final = replace(
    _DRAFT,
    state=BulkState.RUNNING,
    counts=OutcomeCounts(
        {LineOutcome.WAITING: 100, LineOutcome.QUEUED: 20, LineOutcome.SENT: 30, LineOutcome.REFUSED: 1}
    ),
    lines=(),
)
_DONE: Final = replace(
    _DRAFT,
    state=BulkState.DONE,
    counts=OutcomeCounts(
        {
            LineOutcome.SENT: 30,
            LineOutcome.ACCEPTED: 1,
            LineOutcome.JOINED: 12,
            LineOutcome.DECLINED: 3,
            LineOutcome.REFUSED: 1,
            LineOutcome.ENDED: 2,
        }
    ),
    lines=(),
)
_PARTLY: Final = replace(_DONE, counts=OutcomeCounts({LineOutcome.SENT: 45, LineOutcome.FAILED: 2}), lines=_FAILED)
_LINKS: Final = replace(_DONE, counts=OutcomeCounts({LineOutcome.LINK_ONLY: 47}))
_FATES: Final = tuple(
    BulkLineView(
        line=number, partner=f"Firma {number}", email=f"info@firma-{number}.example", part=Part.TAKES, outcome=fate
    )
    for number, fate in enumerate(
        (line_outcome for line_outcome in LineOutcome if line_outcome not in {LineOutcome.REFUSED, LineOutcome.FAILED}),
        1,
    )
)

EXAMPLES: Final = {
    "form": bulk_form(BulkForm((("m1", "Handwerk Süd"),)), {}),
    "form of two markets": bulk_form(BulkForm((("m1", "Handwerk Süd"), ("m2", "Wärme Nord"))), {}),
    "form with a file": bulk_form(BulkForm((("m1", "Handwerk Süd"),), "f1", "Partner.csv", 312), {}),
    "list": bulk_card(_DRAFT),
    "list without words": bulk_card(replace(_DRAFT, text="", counts=OutcomeCounts({LineOutcome.WAITING: 1}), lines=())),
    "list of nobody": bulk_card(replace(_DRAFT, counts=OutcomeCounts({LineOutcome.REFUSED: 2}), lines=_PROBLEMS[:2])),
    "discarded": bulk_card(replace(_DRAFT, state=BulkState.DROPPED)),
    "started": bulk_started_card(_RUNNING),
    "running": bulk_card(_RUNNING),
    "done": bulk_card(_DONE),
    "partly": bulk_card(_PARTLY),
    "partly, for a viewer": bulk_card(replace(_PARTLY, may_run=False, is_sender=False)),
    "links": bulk_card(_LINKS),
    "stopped": bulk_card(replace(_RUNNING, state=BulkState.STOPPED)),
    "page": bulk_page_card(BulkPage(replace(_DONE, lines=_FATES), 2, 5)),
    "page of the left out": bulk_page_card(BulkPage(replace(_DRAFT, lines=(*_PROBLEMS[:4], *_FAILED)), 1, 1)),
    "report as a file": report_file_card(_DONE, GeneratedFile("f2", "Einladungen zu Handwerk Süd.csv", 4_300)),
    "links as a file": links_file_card(_LINKS, GeneratedFile("f3", "Geheime Links zu Handwerk Süd.csv", 9_100)),
    "too many lines": refusal_card(TooManyLines(TYPED_LINES_MAX)),
    "too many rows": refusal_card(TooManyLines(1_000, is_file=True)),
    "nothing to send": refusal_card(NothingToSend()),
    "no column": refusal_card(NoEmailColumn(("Firma", "Telefon"))),
    "too many reports": refusal_card(TooManyBulks()),
    "not yours": refusal_card(NotSender("Ben Kaya")),
}
