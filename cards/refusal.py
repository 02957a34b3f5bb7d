"""Texts of refusals: the rule, who can grant an exception, a button that asks them, and alternatives.

Each noun registers the texts of its refusals on `explain_refusal`.
"""

from dataclasses import dataclass
from functools import singledispatch

from cards.model import Action, Badge, Card, Run, State, Style, T, Text, TextInput, Tone, t, verbatim
from services.errors import (
    Ambiguous,
    CommitUnknown,
    DatabaseBusy,
    DatabaseUnreachable,
    ExternalUserDenied,
    Invalid,
    NotFound,
    NotMember,
    NotPermitted,
    Outdated,
    Refusal,
)
from services.people import Place, PlaceKind
from services.permissions import Permission
from services.table.refusals import NotATable

CANDIDATES_MAX = 5
ADDRESS_MAX_CHARS = 254
TEXT_MAX_CHARS = 4_000


@dataclass(frozen=True, slots=True)
class RefusalText:
    """A refusal in words, with alternatives for the user."""

    title: T
    detail: T | None = None
    actions: tuple[Action, ...] = ()


@singledispatch
def explain_refusal(refusal: Refusal) -> RefusalText:
    """Explain a refusal in words. Raises TypeError for an unregistered one, which is a defect."""
    message = f"no words for {type(refusal).__name__}"
    raise TypeError(message)


PERMISSION_TEXTS: dict[Permission, T] = {
    Permission.TEAM_VIEW_SETTINGS: t("Only colleagues of the team can see its settings."),
    Permission.MEMBER_INVITE: t("Only owners and admins can invite."),
    Permission.MEMBER_REMOVE: t("Only owners and admins can remove colleagues."),
    Permission.MEMBER_CHANGE_ROLE: t("Only owners and admins can change roles."),
    Permission.TEAM_EDIT_SETTINGS: t("Only owners and admins can change the team's settings and channels."),
    Permission.ADDON_BUY: t("Only owners and admins can buy add-ons."),
    Permission.TEAM_DELETE: t("Only the owner can delete the team."),
    Permission.TEAM_TRANSFER: t("Only the owner can hand the team over."),
    Permission.INVITATION_REQUEST: t("Owners and admins invite directly; there is nothing to ask for."),
    Permission.INVITATION_DECIDE: t("Only owners and admins can decide about invitations."),
    Permission.AUDIT_VIEW: t("Only owners and admins can read the audit log."),
    Permission.CARD_SHOW: t("Only colleagues of the team can see its cards."),
    Permission.DELIVERY_RESEND: t("Only owners and admins can send a message again."),
    Permission.FILE_RECEIVE: t("Viewers can't bring in files."),
    Permission.FILE_FETCH: t("Only colleagues of the team can fetch its files."),
    Permission.LEAD_REVEAL: t("Viewers don't see contact details."),
    Permission.LEAD_EXPORT: t("Only colleagues of the team can take its leads along."),
    Permission.LEAD_CREATE: t("Viewers can't create leads."),
    Permission.LEAD_IMPORT: t("Viewers can't import leads."),
    Permission.LEAD_PICK: t("Viewers can't pick leads."),
    Permission.LEAD_WORK: t("Viewers can't work on leads."),
    Permission.LEAD_SHARE: t("Viewers can't share leads."),
    Permission.LEAD_DELEGATE: t(
        "Only the person in charge, responsible colleagues, admins and the owner can delegate a lead."
    ),
    Permission.MARKETPLACE_RUN: t("Viewers can't run a marketplace."),
    Permission.MARKETPLACE_GIVE: t("Viewers can't put leads on a marketplace."),
}

_NOT_FOUND: dict[str, T] = {
    "lead": t("There is no lead {wanted} here."),
    "member": t("There is no colleague “{wanted}” in your team."),
    "invitation": t("There is no open invitation {wanted}."),
    "team": t("There is no such team."),
    "channel": t("There is no such channel in your team."),
    "marketplace": t("There is no marketplace “{wanted}” for your team."),
    "partner": t("There is no partner “{wanted}” on this marketplace."),
    "request": t("This request no longer exists."),
    "delivery": t("This message no longer exists."),
    "card": t("This card no longer exists."),
    "link": t("This question is over. Nothing was linked now."),
    "identity": t("This chat is not linked with you."),
    "bulk": t("There are no such invitations."),
    "import": t("This import is not here."),
}

_NOT_FOUND_BY_ID: dict[str, T] = {
    "lead": t("This lead is not here."),
    "invitation": t("This invitation is not here."),
}
"""For references from old cards: their opaque id means nothing to the reader."""

_INVALID: dict[str, T] = {
    "missing": t("Something is missing: {argument}."),
    "too_long": t("That is too long: {argument} takes at most {limit} characters."),
    "too_many": t("That is too much at once: at most {limit}."),
    "not_understood": t("I understood the command, but not what follows it."),
    "malformed": t("This doesn't look right: {argument}."),
    "email": t("This is not an e-mail address."),
    "phone": t("This is not a phone number."),
    "role": t("There is no such role. Roles are admin, member and viewer."),
    "amount": t("This is not an amount."),
    "choice": t("This cannot be chosen: {argument}."),
    "name_mismatch": t("The name you typed is not the team's name. Nothing was deleted."),
}

ARGUMENT_NAMES: dict[str, T] = {
    "text": t("the message"),
    "name": t("the name"),
    "title": t("the title"),
    "reason": t("the reason"),
    "email": t("the e-mail address"),
    "phone": t("the phone number"),
    "role": t("the role"),
    "who": t("the colleague"),
    "amount": t("the amount"),
    "value": t("the value"),
    "note": t("the note"),
    "file": t("the file"),
    "zone": t("the time zone"),
    "language": t("the language"),
    "answer": t("the answer"),
    "company": t("the company"),
    "postcode": t("the postcode"),
    "country": t("the country"),
    "source": t("the source"),
    "campaign": t("the campaign"),
    "currency": t("the currency"),
    "step": t("the step"),
    "kind": t("the list"),
    "channel": t("the channel"),
    "part": t("what the firm does"),
    "column": t("the column"),
    "firms": t("the firms"),
    "questions": t("the question"),
    "offer_window_minutes": t("the minutes to pick"),
    "return_window_hours": t("the hours to return"),
    "reminder_days": t("the days until a reminder"),
    "stall_days": t("the days until it is offered again (more than until the reminder)"),
}


HELP = Run(t("What can I do here?"), "help")
LOOK_AGAIN = t("Please look again in a moment: if nothing has changed by then, just do it once more.")
QUOTES_HINT = t("Put words that belong together in quotes, like a name: “Ben Kaya”.")


@explain_refusal.register
def _(refusal: NotPermitted) -> RefusalText:
    return RefusalText(PERMISSION_TEXTS[refusal.permission])


@explain_refusal.register
def _(refusal: NotMember) -> RefusalText:
    if refusal.visited_place:
        return RefusalText(other_team_text(refusal.visited_place), OWN_CHAT)
    return RefusalText(
        t("You're not a colleague of this team yet."),
        t("Ask to join in the team's channel, or create a team of your own."),
        (Run(t("Ask to join"), "invitation.join", style=Style.PRIMARY), Run(t("Create a team"), "team.create")),
    )


@explain_refusal.register
def _(refusal: ExternalUserDenied) -> RefusalText:
    del refusal
    return RefusalText(
        t("I can't do that for you here."),
        t("You're from another organisation. Whoever works with me here can send you a code, or you ask to join."),
        (Run(t("Join"), "invitation.join", style=Style.PRIMARY),),
    )


OWN_CHAT = t("Write to me in our direct chat: there you work for your own team.")


def other_team_text(place: Place) -> T:
    """Say that this channel belongs to another team, without naming that team (X1).

    The channel is named, because the response is read in the direct chat.
    """
    if place.kind is PlaceKind.GROUP:
        title = t("The chat “{place}” belongs to another team.", place=place.name)
        return title if place.name else t("That group chat belongs to another team.")
    title = t("The channel “{place}” belongs to another team.", place=place.name)
    return title if place.name else t("That channel belongs to another team.")


@explain_refusal.register
def _(refusal: NotFound) -> RefusalText:
    if not refusal.wanted and refusal.kind in _NOT_FOUND_BY_ID:
        return RefusalText(_NOT_FOUND_BY_ID[refusal.kind])
    text = _NOT_FOUND[refusal.kind]
    return RefusalText(T(text.source, {"wanted": refusal.wanted}))


@explain_refusal.register
def _(refusal: Ambiguous) -> RefusalText:
    names = ", ".join(name for _, name in refusal.candidates[:CANDIDATES_MAX])
    return RefusalText(t("“{wanted}” could be several: {names}.", wanted=refusal.wanted, names=names))


@explain_refusal.register
def _(refusal: Invalid) -> RefusalText:
    reason = _INVALID.get(refusal.reason, _INVALID["malformed"])
    argument = ARGUMENT_NAMES.get(refusal.argument, verbatim(refusal.argument))
    title = T(reason.source, {"argument": argument, "limit": refusal.limit})
    return RefusalText(title, QUOTES_HINT, (HELP,)) if refusal.reason == "not_understood" else RefusalText(title)


@explain_refusal.register
def _(refusal: Outdated) -> RefusalText:
    del refusal
    return RefusalText(t("This has moved on since the card was drawn. Nothing was changed."))


@explain_refusal.register
def _(refusal: DatabaseBusy) -> RefusalText:
    del refusal
    return RefusalText(t("Too much is happening at once right now. Nothing was changed; please try again in a moment."))


@explain_refusal.register
def _(refusal: DatabaseUnreachable) -> RefusalText:
    del refusal
    return RefusalText(t("I can't reach my data right now."), LOOK_AGAIN)


@explain_refusal.register
def _(refusal: CommitUnknown) -> RefusalText:
    del refusal
    return RefusalText(t("This took too long; it may have been done all the same."), LOOK_AGAIN)


_UNREADABLE: dict[str, tuple[T, T]] = {
    "spreadsheet": (
        t("This is a workbook, not a CSV file."),
        t("In your spreadsheet choose “Save as”, take “CSV UTF-8 (comma delimited)”, and send me that file."),
    ),
    "binary": (
        t("This file holds no text."),
        t("I read CSV files: save your list as CSV in your spreadsheet and send me that."),
    ),
    "empty": (t("There is no row in this file."), t("I need a row with headings, and below it a row for each entry.")),
    "bytes": (t("This file is too large: at most {mib} MiB."), t("Split it, and send me one part after the other.")),
    "columns": (t("This file has too many columns: at most {limit}."), t("Leave out those that nobody needs.")),
    "rows": (t("This file has too many rows: at most {limit}."), t("Split it, and send me one part after the other.")),
}
_MIB = 1024 * 1024


@explain_refusal.register
def _(refusal: NotATable) -> RefusalText:
    title, detail = _UNREADABLE[refusal.reason]
    return RefusalText(T(title.source, {"limit": refusal.limit, "mib": refusal.limit // _MIB}), detail)


def refusal_card(
    refusal: Refusal, *, approvers: tuple[str, ...] = (), ask: Action | None = None, text_input: TextInput | None = None
) -> Card:
    """Build the private card of a refusal; `text_input` holds a text to send along with the request."""
    explained = explain_refusal(refusal)
    lines = [explained.detail] if explained.detail else []
    if approvers:
        lines.append(_approvers_text(approvers))
    actions = ((ask,) if ask else ()) + explained.actions
    return Card(
        explained.title,
        (*(Text(line) for line in lines), *((text_input,) if text_input else ())),
        actions,
        badge=Badge(t("Not possible"), State.WARNING, Tone.WARNING),
    )


def email_input(email: str) -> TextInput:
    """Build the input with the address from the refused command."""
    return TextInput("email", t("E-mail address"), email, required=True, max_length=ADDRESS_MAX_CHARS, kind="email")


def message_input(text: str) -> TextInput:
    """Build the input with the text from the refused command."""
    return TextInput("text", t("Your text"), text, multiline=True, max_length=TEXT_MAX_CHARS)


def _approvers_text(names: tuple[str, ...]) -> T:
    if len(names) == 1:
        return t("{name} can do this for you.", name=names[0])
    return t("{names} or {last} can do this for you.", names=", ".join(names[:-1]), last=names[-1])


EXAMPLES = {
    "refused": refusal_card(
        NotPermitted(Permission.MEMBER_REMOVE),
        approvers=("Anna Weiß", "Mara Lind"),
        ask=Run(t("Ask {name}", name="Anna"), "request.ask", {"command": "member.remove"}, Style.PRIMARY),
    ),
    "may ask for an invitation": refusal_card(
        NotPermitted(Permission.MEMBER_INVITE),
        approvers=("Anna Weiß",),
        ask=Run(t("Ask {name}", name="Anna"), "invitation.request", {"role": "member"}, Style.PRIMARY, collects=True),
        text_input=email_input("eva@acme.de"),
    ),
    "no colleague": refusal_card(NotMember(Permission.LEAD_PICK)),
    "in another team's channel": refusal_card(
        NotMember(Permission.LEAD_PICK, Place("web", "t", "c", PlaceKind.CHANNEL, "Vertrieb"))
    ),
    "in another team's chat": refusal_card(NotMember(Permission.LEAD_PICK, Place("web", "t", "c", PlaceKind.GROUP))),
    "from outside": refusal_card(ExternalUserDenied()),
    "not understood": refusal_card(Invalid("text", "not_understood")),
    "no such list": refusal_card(Invalid("kind", "choice")),
    "not found": refusal_card(NotFound("lead", "L-99")),
    "unreachable": refusal_card(DatabaseUnreachable()),
    "unsettled": refusal_card(CommitUnknown()),
}
