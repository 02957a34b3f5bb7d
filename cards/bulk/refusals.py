"""Why firms cannot be invited in bulk."""

from typing import Final

from cards.model import Run, t, verbatim
from cards.refusal import Explained, explain
from services.bulk.refusals import NoColumn, NothingToSend, NotYours, TooManyBulks, TooManyLines

AGAIN: Final = Run(t("Invite many firms"), "marketplace.invite_many")
COLUMNS_SHOWN: Final = 5


@explain.register
def _(refusal: TooManyLines) -> Explained:
    if refusal.is_file:
        return Explained(
            t("A file can name up to {limit} firms.", limit=refusal.limit), t("Split it and send me the parts.")
        )
    return Explained(
        t("You can paste up to {limit} lines.", limit=refusal.limit),
        t("For more, send me a CSV file with the columns firm and e-mail in our direct chat."),
    )


@explain.register
def _(refusal: NothingToSend) -> Explained:
    del refusal
    return Explained(t("There is nothing to send."), None, (AGAIN,))


@explain.register
def _(refusal: NoColumn) -> Explained:
    columns = ", ".join(one for one in refusal.columns[:COLUMNS_SHOWN] if one)
    needed = t("The file needs a heading line with a column “E-mail”, and best one “Firm”.")
    if not columns:
        return Explained(t("I found no column with e-mail addresses."), needed)
    found = t("Its columns: {columns}", columns=verbatim(columns[:200]))
    return Explained(t("I found no column with e-mail addresses."), t("{needed} {found}", needed=needed, found=found))


@explain.register
def _(refusal: TooManyBulks) -> Explained:
    return Explained(
        t("Your team keeps {limit} reports of bulk invitations already.", limit=refusal.limit),
        t("Each of them goes 90 days after it was sent; until then firms can be invited one by one."),
        (Run(t("Invite a partner"), "marketplace.invite"),),
    )


@explain.register
def _(refusal: NotYours) -> Explained:
    return Explained(
        t("Only {name} can take these links out.", name=refusal.who),
        t("Whoever has a link can use the invitation. That is why they go to the person who sent them alone."),
    )
