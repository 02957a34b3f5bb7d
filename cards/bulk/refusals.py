"""Texts for the refusals of bulk invitations."""

from typing import Final

from cards.model import Run, t, verbatim
from cards.refusal import RefusalText, explain_refusal
from services.bulk.refusals import NoEmailColumn, NothingToSend, NotSender, TooManyBulks, TooManyLines

INVITE_MANY: Final = Run(t("Invite many firms"), "marketplace.invite_many")
COLUMNS_SHOWN_MAX: Final = 5


@explain_refusal.register
def _(refusal: TooManyLines) -> RefusalText:
    if refusal.is_file:
        return RefusalText(
            t("A file can name up to {limit} firms.", limit=refusal.limit), t("Split it and send me the parts.")
        )
    return RefusalText(
        t("You can paste up to {limit} lines.", limit=refusal.limit),
        t("For more, send me a CSV file with the columns firm and e-mail in our direct chat."),
    )


@explain_refusal.register
def _(refusal: NothingToSend) -> RefusalText:
    del refusal
    return RefusalText(t("There is nothing to send."), None, (INVITE_MANY,))


@explain_refusal.register
def _(refusal: NoEmailColumn) -> RefusalText:
    columns = ", ".join(column for column in refusal.columns[:COLUMNS_SHOWN_MAX] if column)
    needed = t("The file needs a heading line with a column “E-mail”, and best one “Firm”.")
    if not columns:
        return RefusalText(t("I found no column with e-mail addresses."), needed)
    columns_found = t("Its columns: {columns}", columns=verbatim(columns[:200]))
    return RefusalText(
        t("I found no column with e-mail addresses."), t("{needed} {found}", needed=needed, found=columns_found)
    )


@explain_refusal.register
def _(refusal: TooManyBulks) -> RefusalText:
    return RefusalText(
        t("Your team keeps {limit} reports of bulk invitations already.", limit=refusal.limit),
        t("Each of them goes 90 days after it was sent; until then firms can be invited one by one."),
        (Run(t("Invite a partner"), "marketplace.invite"),),
    )


@explain_refusal.register
def _(refusal: NotSender) -> RefusalText:
    return RefusalText(
        t("Only {name} can take these links out.", name=refusal.sender),
        t("Whoever has a link can use the invitation. That is why they go to the person who sent them alone."),
    )
