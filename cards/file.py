"""Files: what to do with one that came in, one to be fetched, and why one cannot be used."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cards.examples import NOW
from cards.model import Card, File, Instant, Item, Items, Run, Size, Style, T, Text, Tone, t, tn, verbatim
from cards.refusal import Explained, explain, refused
from services.file import (
    FileEmpty,
    FileGone,
    FileInPublic,
    FileNotFetched,
    FileTooBig,
    Format,
    KeptFile,
    NotCsv,
    Purpose,
    ReceivedFiles,
    StoredFile,
    TooManyFiles,
)
from services.people import TeamId, UserId

HELP: Final = Run(t("What can I do here?"), "help")


@dataclass(frozen=True, slots=True)
class Use:
    """What this person may do with a file: the words of the button and its command."""

    label: T
    command: str


def received(view: ReceivedFiles, uses: Sequence[Use]) -> Card:
    """What came in; the person says what is to become of it."""
    if len(view.kept) == 1 and not view.refused:
        return _received_one(view.kept[0], uses)
    kept = [Item(verbatim(one.name), _size(one), actions=_actions(one, uses)) for one in view.kept]
    left_out = [Item(verbatim(name), explain(refusal).title) for name, refusal in view.refused]
    return Card(
        tn("{n} file received", "{n} files received", len(view.kept)),
        (Items((*kept, *left_out)), Text(t("What shall I do with each of them?"))),
    )


def _received_one(kept: KeptFile, uses: Sequence[Use]) -> Card:
    return Card(
        t("{name} has arrived", name=kept.name),
        (
            Text(t("What shall I do with it?")),
            Text(
                t(
                    "{size} · only you can use it, until {until}",
                    size=Size(kept.size_bytes),
                    until=Instant(kept.expires_at),
                ),
                Tone.SUBTLE,
            ),
        ),
        _actions(kept, uses),
    )


def _size(kept: KeptFile) -> T:
    return T("{size}", {"size": Size(kept.size_bytes)})


def _actions(kept: KeptFile, uses: Sequence[Use]) -> tuple[Run, ...]:
    args = {"file": kept.file_id}
    first = [
        Run(use.label, use.command, args, Style.NORMAL if place else Style.PRIMARY) for place, use in enumerate(uses)
    ]
    return (*first, Run(t("Remove file"), "file.discard", args))


def discarded(stored: StoredFile) -> Card:
    """It is gone at once."""
    return Card(t("{name} is removed", name=stored.name), (Text(t("Nothing of it is kept.")),))


def offered(stored: StoredFile) -> Card:
    """A file that was made for this person, to be fetched."""
    until = Text(t("You can fetch it until {until}.", until=Instant(stored.expires_at)), Tone.SUBTLE)
    return Card(t("Here is your file"), (File(stored.file_id, stored.name, stored.size_bytes), until))


def declined(stored: StoredFile) -> Card:
    """The person wants it nowhere, or it could not be brought there; it stays to be fetched."""
    until = Text(t("You can fetch it until {until}.", until=Instant(stored.expires_at)), Tone.SUBTLE)
    return Card(
        t("{name} was not saved", name=stored.name), (File(stored.file_id, stored.name, stored.size_bytes), until)
    )


_FORMATS: Final = {
    Format.EXCEL: t(
        "“{name}” is a workbook. In Excel choose File, Save As, “CSV UTF-8”, and send me the file that you get."
    ),
    Format.OTHER: t("“{name}” is something else. Save your table as CSV in your spreadsheet program and send me that."),
}


@explain.register
def _(refusal: NotCsv) -> Explained:
    return Explained(t("I only read CSV files."), T(_FORMATS[refusal.format].source, {"name": refusal.name}))


@explain.register
def _(refusal: FileTooBig) -> Explained:
    return Explained(
        t("“{name}” is too large.", name=refusal.name),
        t("A file can hold {size} at most. Split it and send me the parts.", size=Size(refusal.limit_bytes)),
    )


@explain.register
def _(refusal: TooManyFiles) -> Explained:
    return Explained(
        t("Too many of your files are waiting."),
        t(
            "I keep {n} files or {size} for you at most. Use or remove one of them; each goes by itself after a day.",
            n=refusal.limit,
            size=Size(refusal.limit_bytes),
        ),
    )


@explain.register
def _(refusal: FileEmpty) -> Explained:
    return Explained(t("“{name}” is empty.", name=refusal.name))


@explain.register
def _(refusal: FileNotFetched) -> Explained:
    return Explained(t("I couldn't get “{name}”.", name=refusal.name), t("Nothing was kept. Please send it once more."))


@explain.register
def _(refusal: FileInPublic) -> Explained:
    del refusal
    return Explained(
        t("Please send me files in our direct chat."),
        t("Others read along here, and a file may hold contacts. Nothing was kept."),
    )


@explain.register
def _(refusal: FileGone) -> Explained:
    del refusal
    return Explained(
        t("This file is no longer here."),
        t("I keep what you send for a day and what I make for you for a week."),
        (HELP,),
    )


_KEPT: Final = KeptFile("f1", "Messe Stuttgart.csv", 48_200, NOW.replace(day=25))
_MADE: Final = StoredFile(
    team_id=TeamId("t1"),
    file_id="f2",
    user_id=UserId("u1"),
    name="Protokoll.csv",
    media_type="text/csv",
    purpose=Purpose.MADE,
    size_bytes=1_482_000,
    sha256="",
    created_at=NOW,
    expires_at=NOW.replace(day=30),
)
_USES: Final = (Use(t("Import leads"), "lead.import"), Use(t("Invite partners"), "marketplace.invite_many"))
EXAMPLES: Final = {
    "received": received(ReceivedFiles((_KEPT,)), _USES),
    "received several": received(
        ReceivedFiles((_KEPT,), (("Leads.xlsx", NotCsv("Leads.xlsx", Format.EXCEL)),)), _USES[:1]
    ),
    "offered": offered(_MADE),
    "declined": declined(_MADE),
    "discarded": discarded(_MADE),
    "not csv": refused(NotCsv("Leads.xlsx", Format.EXCEL)),
    "no table": refused(NotCsv("Vertrag.pdf")),
    "too large": refused(FileTooBig("Leads.csv")),
    "too many": refused(TooManyFiles()),
    "empty": refused(FileEmpty("Leads.csv")),
    "not fetched": refused(FileNotFetched("Leads.csv")),
    "in a channel": refused(FileInPublic()),
    "gone": refused(FileGone()),
}
