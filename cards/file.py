"""Files: actions on a received file, downloads, and refusals."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cards.examples import NOW
from cards.model import Card, File, Instant, Item, Items, Run, Size, Style, T, Text, Tone, t, tn, verbatim
from cards.refusal import RefusalText, explain_refusal, refusal_card
from services.file import (
    AcceptedFile,
    FileEmpty,
    FileExpired,
    FileFormat,
    FileInPublicPlace,
    FileNotFetched,
    FileOrigin,
    FileTooBig,
    NotCsv,
    ReceivedFiles,
    StoredFile,
    TooManyFiles,
)
from services.people import TeamId, UserId

HELP: Final = Run(t("What can I do here?"), "help")


@dataclass(frozen=True, slots=True)
class FileAction:
    """Button label and command of something this user may do with a file."""

    label: T
    command: str


def received_files_card(view: ReceivedFiles, file_actions: Sequence[FileAction]) -> Card:
    """List the received files with the actions that this user may run on them."""
    if len(view.accepted) == 1 and not view.refused:
        return _received_file_card(view.accepted[0], file_actions)
    received = [
        Item(verbatim(file.name), _size_text(file), actions=_actions(file, file_actions)) for file in view.accepted
    ]
    left_out = [Item(verbatim(name), explain_refusal(refusal).title) for name, refusal in view.refused]
    return Card(
        tn("{n} file received", "{n} files received", len(view.accepted)),
        (Items((*received, *left_out)), Text(t("What shall I do with each of them?"))),
    )


def _received_file_card(file: AcceptedFile, file_actions: Sequence[FileAction]) -> Card:
    return Card(
        t("{name} has arrived", name=file.name),
        (
            Text(t("What shall I do with it?")),
            Text(
                t(
                    "{size} · only you can use it, until {until}",
                    size=Size(file.size_bytes),
                    until=Instant(file.expires_at),
                ),
                Tone.SUBTLE,
            ),
        ),
        _actions(file, file_actions),
    )


def _size_text(file: AcceptedFile) -> T:
    return T("{size}", {"size": Size(file.size_bytes)})


def _actions(file: AcceptedFile, file_actions: Sequence[FileAction]) -> tuple[Run, ...]:
    args = {"file": file.file_id}
    buttons = [
        Run(file_action.label, file_action.command, args, Style.NORMAL if index else Style.PRIMARY)
        for index, file_action in enumerate(file_actions)
    ]
    return (*buttons, Run(t("Remove file"), "file.discard", args))


def discarded_file_card(stored: StoredFile) -> Card:
    """Confirm that the file was deleted."""
    return Card(t("{name} is removed", name=stored.name), (Text(t("Nothing of it is kept.")),))


def download_card(stored: StoredFile) -> Card:
    """Offer a generated file for download."""
    until = Text(t("You can fetch it until {until}.", until=Instant(stored.expires_at)), Tone.SUBTLE)
    return Card(t("Here is your file"), (File(stored.file_id, stored.name, stored.size_bytes), until))


def unsaved_file_card(stored: StoredFile) -> Card:
    """Offer the download after saving was declined or failed."""
    until = Text(t("You can fetch it until {until}.", until=Instant(stored.expires_at)), Tone.SUBTLE)
    return Card(
        t("{name} was not saved", name=stored.name), (File(stored.file_id, stored.name, stored.size_bytes), until)
    )


_FORMAT_HINTS: Final = {
    FileFormat.EXCEL: t(
        "“{name}” is a workbook. In Excel choose File, Save As, “CSV UTF-8”, and send me the file that you get."
    ),
    FileFormat.OTHER: t(
        "“{name}” is something else. Save your table as CSV in your spreadsheet program and send me that."
    ),
}


@explain_refusal.register
def _(refusal: NotCsv) -> RefusalText:
    return RefusalText(t("I only read CSV files."), T(_FORMAT_HINTS[refusal.format].source, {"name": refusal.name}))


@explain_refusal.register
def _(refusal: FileTooBig) -> RefusalText:
    return RefusalText(
        t("“{name}” is too large.", name=refusal.name),
        t("A file can hold {size} at most. Split it and send me the parts.", size=Size(refusal.limit_bytes)),
    )


@explain_refusal.register
def _(refusal: TooManyFiles) -> RefusalText:
    return RefusalText(
        t("Too many of your files are waiting."),
        t(
            "I keep {n} files or {size} for you at most. Use or remove one of them; each goes by itself after a day.",
            n=refusal.limit,
            size=Size(refusal.limit_bytes),
        ),
    )


@explain_refusal.register
def _(refusal: FileEmpty) -> RefusalText:
    return RefusalText(t("“{name}” is empty.", name=refusal.name))


@explain_refusal.register
def _(refusal: FileNotFetched) -> RefusalText:
    return RefusalText(
        t("I couldn't get “{name}”.", name=refusal.name), t("Nothing was kept. Please send it once more.")
    )


@explain_refusal.register
def _(refusal: FileInPublicPlace) -> RefusalText:
    del refusal
    return RefusalText(
        t("Please send me files in our direct chat."),
        t("Others read along here, and a file may hold contacts. Nothing was kept."),
    )


@explain_refusal.register
def _(refusal: FileExpired) -> RefusalText:
    del refusal
    return RefusalText(
        t("This file is no longer here."),
        t("I keep what you send for a day and what I make for you for a week."),
        (HELP,),
    )


_RECEIVED_FILE: Final = AcceptedFile("f1", "Messe Stuttgart.csv", 48_200, NOW.replace(day=25))
_MADE_FILE: Final = StoredFile(
    team_id=TeamId("t1"),
    file_id="f2",
    user_id=UserId("u1"),
    name="Protokoll.csv",
    media_type="text/csv",
    purpose=FileOrigin.GENERATED,
    size_bytes=1_482_000,
    sha256="",
    created_at=NOW,
    expires_at=NOW.replace(day=30),
)
_FILE_ACTIONS: Final = (
    FileAction(t("Import leads"), "lead.import"),
    FileAction(t("Invite partners"), "marketplace.invite_many"),
)
EXAMPLES: Final = {
    "received": received_files_card(ReceivedFiles((_RECEIVED_FILE,)), _FILE_ACTIONS),
    "received several": received_files_card(
        ReceivedFiles((_RECEIVED_FILE,), (("Leads.xlsx", NotCsv("Leads.xlsx", FileFormat.EXCEL)),)), _FILE_ACTIONS[:1]
    ),
    "offered": download_card(_MADE_FILE),
    "declined": unsaved_file_card(_MADE_FILE),
    "discarded": discarded_file_card(_MADE_FILE),
    "not csv": refusal_card(NotCsv("Leads.xlsx", FileFormat.EXCEL)),
    "no table": refusal_card(NotCsv("Vertrag.pdf")),
    "too large": refusal_card(FileTooBig("Leads.csv")),
    "too many": refusal_card(TooManyFiles()),
    "empty": refusal_card(FileEmpty("Leads.csv")),
    "not fetched": refusal_card(FileNotFetched("Leads.csv")),
    "in a channel": refusal_card(FileInPublicPlace()),
    "gone": refusal_card(FileExpired()),
}
