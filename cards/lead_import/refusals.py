"""Texts for the refusals of imports, and what the user can do instead."""

from cards.model import Instant, Run, Style, TimeStyle, t
from cards.refusal import RefusalText, explain_refusal
from services.lead_import import AlreadyImported, NameUnmapped


@explain_refusal.register
def _(refusal: AlreadyImported) -> RefusalText:
    at = Instant(refusal.imported_at, TimeStyle.CLOCK)
    leads = Run(t("Show leads"), "lead.list", style=Style.PRIMARY)
    if refusal.is_done:
        title = t("{name} imported this file: {at}.", name=refusal.imported_by, at=at)
        return RefusalText(title, t("Nothing was changed. Rows that are new need a file of their own."), (leads,))
    title = t("{name} is importing this file already, since {at}.", name=refusal.imported_by, at=at)
    return RefusalText(title, t("Nothing was changed."), (leads,))


@explain_refusal.register
def _(refusal: NameUnmapped) -> RefusalText:
    args = {"lead_import": refusal.import_id, "ask": True}
    return RefusalText(
        t("I don't see which column says who asked."),
        t("A lead needs a name or a company."),
        (Run(t("Assign columns"), "lead.import_assign", args, Style.PRIMARY),),
    )
