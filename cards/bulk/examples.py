"""Examples of bulk invitation cards for the gallery and its snapshots."""

from dataclasses import replace
from typing import Final

from cards.bulk.card import bulk_card, bulk_page_card, bulk_started_card
from cards.bulk.export import links_file_card, report_file_card
from cards.bulk.forms import bulk_form
from cards.refusal import refusal_card
from services.bulk.model import TYPED_MAX, BulkForm, BulkPage, BulkState, BulkView, Fate, LineView, Problem, Tally
from services.bulk.refusals import NoColumn, NothingToSend, NotYours, TooManyBulks, TooManyLines
from services.file import OfferedFile
from services.marketplace.model import Part

_PROBLEMS: Final = tuple(
    LineView(line=number, firm=name, email=email, part=Part.TAKES, fate=Fate.REFUSED, problem=problem)
    for number, name, email, problem in (
        (3, "Sparren & Söhne", "info@sparren", Problem.ADDRESS),
        (4, "N" * 40, "k***@lang.example", Problem.LONG),
        (7, "Dachwerk", "i***@dachwerk.example", Problem.TWICE),
        (9, "Wärme Nord", "m***@waerme.example", Problem.PARTNER),
        (12, "Zimmerei Alt", "z***@alt.example", Problem.INVITED),
        (13, "Solarhaus GmbH", "a***@solarhaus.example", Problem.OWN),
        (14, "Haus & Hof", "h***@hof.example", Problem.PART),
        (15, "Toit", "t***@toit.example", Problem.LANGUAGE),
        (16, "Letzte KG", "l***@letzte.example", Problem.FULL),
        (17, "", "", Problem.ADDRESS),
    )
)
_DRAFT: Final = BulkView(
    bulk_id="b1",
    marketplace_id="m1",
    marketplace="Handwerk Süd",
    by="Ben Kaya",
    text="Wir kennen uns von der Messe in Stuttgart.\nÜber eine Zusammenarbeit würde ich mich freuen.",
    state=BulkState.DRAFT,
    tally=Tally({Fate.WAITING: 47, Fate.REFUSED: 12}),
    lines=_PROBLEMS,
    may_run=True,
    is_own=True,
)
_FAILED: Final = (
    LineView(
        line=5,
        firm="Holzbau Ost",
        email="info@holzbau.example",
        part=Part.BOTH,
        fate=Fate.FAILED,
        reason="rejected 550",
    ),
    LineView(
        line=8,
        firm="Spengler Huber",
        email="post@huber.example",
        part=Part.TAKES,
        fate=Fate.FAILED,
        reason="gave up: TimeoutError",
    ),
)
_RUNNING: Final = replace(
    _DRAFT,
    state=BulkState.RUNNING,
    tally=Tally({Fate.WAITING: 100, Fate.QUEUED: 20, Fate.SENT: 30, Fate.REFUSED: 1}),
    lines=(),
)
_DONE: Final = replace(
    _DRAFT,
    state=BulkState.DONE,
    tally=Tally({Fate.SENT: 30, Fate.ACCEPTED: 1, Fate.JOINED: 12, Fate.DECLINED: 3, Fate.REFUSED: 1, Fate.OVER: 2}),
    lines=(),
)
_PARTLY: Final = replace(_DONE, tally=Tally({Fate.SENT: 45, Fate.FAILED: 2}), lines=_FAILED)
_LINKS: Final = replace(_DONE, tally=Tally({Fate.LINK: 47}))
_FATES: Final = tuple(
    LineView(line=number, firm=f"Firma {number}", email=f"info@firma-{number}.example", part=Part.TAKES, fate=fate)
    for number, fate in enumerate((one for one in Fate if one not in {Fate.REFUSED, Fate.FAILED}), 1)
)

EXAMPLES: Final = {
    "form": bulk_form(BulkForm((("m1", "Handwerk Süd"),)), {}),
    "form of two markets": bulk_form(BulkForm((("m1", "Handwerk Süd"), ("m2", "Wärme Nord"))), {}),
    "form with a file": bulk_form(BulkForm((("m1", "Handwerk Süd"),), "f1", "Partner.csv", 312), {}),
    "list": bulk_card(_DRAFT),
    "list without words": bulk_card(replace(_DRAFT, text="", tally=Tally({Fate.WAITING: 1}), lines=())),
    "list of nobody": bulk_card(replace(_DRAFT, tally=Tally({Fate.REFUSED: 2}), lines=_PROBLEMS[:2])),
    "discarded": bulk_card(replace(_DRAFT, state=BulkState.DROPPED)),
    "started": bulk_started_card(_RUNNING),
    "running": bulk_card(_RUNNING),
    "done": bulk_card(_DONE),
    "partly": bulk_card(_PARTLY),
    "partly, for a viewer": bulk_card(replace(_PARTLY, may_run=False, is_own=False)),
    "links": bulk_card(_LINKS),
    "stopped": bulk_card(replace(_RUNNING, state=BulkState.STOPPED)),
    "page": bulk_page_card(BulkPage(replace(_DONE, lines=_FATES), 2, 5)),
    "page of the left out": bulk_page_card(BulkPage(replace(_DRAFT, lines=(*_PROBLEMS[:4], *_FAILED)), 1, 1)),
    "report as a file": report_file_card(_DONE, OfferedFile("f2", "Einladungen zu Handwerk Süd.csv", 4_300)),
    "links as a file": links_file_card(_LINKS, OfferedFile("f3", "Geheime Links zu Handwerk Süd.csv", 9_100)),
    "too many lines": refusal_card(TooManyLines(TYPED_MAX)),
    "too many rows": refusal_card(TooManyLines(1_000, is_file=True)),
    "nothing to send": refusal_card(NothingToSend()),
    "no column": refusal_card(NoColumn(("Firma", "Telefon"))),
    "too many reports": refusal_card(TooManyBulks()),
    "not yours": refusal_card(NotYours("Ben Kaya")),
}
