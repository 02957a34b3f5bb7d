"""Bulk invitations as they look: for the gallery and its snapshots."""

from dataclasses import replace
from typing import Final

from cards.bulk.card import paged, shown, started
from cards.bulk.forms import form
from cards.bulk.tables import links_taken, reported
from cards.refusal import refused
from services.bulk.model import TYPED_MAX, BulkForm, BulkPage, BulkState, BulkView, Fate, LineView, Problem, Tally
from services.bulk.refusals import NoColumn, NothingToSend, NotYours, TooManyBulks, TooManyLines
from services.file import OfferedFile
from services.marketplace.model import Part

_PROBLEMS: Final = tuple(
    LineView(line=number, firm=firm, email=email, part=Part.TAKES, fate=Fate.REFUSED, problem=problem)
    for number, firm, email, problem in (
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
    "form": form(BulkForm((("m1", "Handwerk Süd"),)), {}),
    "form of two markets": form(BulkForm((("m1", "Handwerk Süd"), ("m2", "Wärme Nord"))), {}),
    "form with a file": form(BulkForm((("m1", "Handwerk Süd"),), "f1", "Partner.csv", 312), {}),
    "list": shown(_DRAFT),
    "list without words": shown(replace(_DRAFT, text="", tally=Tally({Fate.WAITING: 1}), lines=())),
    "list of nobody": shown(replace(_DRAFT, tally=Tally({Fate.REFUSED: 2}), lines=_PROBLEMS[:2])),
    "discarded": shown(replace(_DRAFT, state=BulkState.DROPPED)),
    "started": started(_RUNNING),
    "running": shown(_RUNNING),
    "done": shown(_DONE),
    "partly": shown(_PARTLY),
    "partly, for a viewer": shown(replace(_PARTLY, may_run=False, is_own=False)),
    "links": shown(_LINKS),
    "stopped": shown(replace(_RUNNING, state=BulkState.STOPPED)),
    "page": paged(BulkPage(replace(_DONE, lines=_FATES), 2, 5)),
    "page of the left out": paged(BulkPage(replace(_DRAFT, lines=(*_PROBLEMS[:4], *_FAILED)), 1, 1)),
    "report as a file": reported(_DONE, OfferedFile("f2", "Einladungen zu Handwerk Süd.csv", 4_300)),
    "links as a file": links_taken(_LINKS, OfferedFile("f3", "Geheime Links zu Handwerk Süd.csv", 9_100)),
    "too many lines": refused(TooManyLines(TYPED_MAX)),
    "too many rows": refused(TooManyLines(1_000, is_file=True)),
    "nothing to send": refused(NothingToSend()),
    "no column": refused(NoColumn(("Firma", "Telefon"))),
    "too many reports": refused(TooManyBulks()),
    "not yours": refused(NotYours("Ben Kaya")),
}
