"""Why not, in words: which rule, who can lift it, one button that asks that person, and what can be done meanwhile.

Each noun teaches its own refusals by registering on `explain`.
"""

from dataclasses import dataclass
from functools import singledispatch

from cards.model import Action, Badge, Card, Run, State, Style, T, Text, TextInput, Tone, t, verbatim
from services.errors import (
    Ambiguous,
    Contended,
    FromOutside,
    Invalid,
    NotColleague,
    NotFound,
    NotPermitted,
    Outdated,
    Refusal,
    Unreachable,
    Unsettled,
)
from services.people import Place, PlaceKind
from services.permissions import Permission
from services.table.refusals import Unreadable

CANDIDATES_MAX = 5
ADDRESS_MAX_CHARS = 254
TEXT_MAX_CHARS = 4_000


@dataclass(frozen=True, slots=True)
class Explained:
    """A refusal in words, with what the person can do instead."""

    title: T
    detail: T | None = None
    actions: tuple[Action, ...] = ()


@singledispatch
def explain(refusal: Refusal) -> Explained:
    """The words of a refusal. Raises TypeError for one that nobody has put into words, which is a defect."""
    message = f"no words for {type(refusal).__name__}"
    raise TypeError(message)


PERMITTED: dict[Permission, T] = {
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

_KINDS: dict[str, T] = {
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

_UNNAMED: dict[str, T] = {
    "lead": t("This lead is not here."),
    "invitation": t("This invitation is not here."),
}
"""Of what an old card carries: its id says nothing to anybody."""

_REASONS: dict[str, T] = {
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

ARGUMENTS: dict[str, T] = {
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
QUOTES = t("Put words that belong together in quotes, like a name: “Ben Kaya”.")


@explain.register
def _(refusal: NotPermitted) -> Explained:
    return Explained(PERMITTED[refusal.permission])


@explain.register
def _(refusal: NotColleague) -> Explained:
    if refusal.elsewhere:
        return Explained(visited(refusal.elsewhere), OWN_CHAT)
    return Explained(
        t("You're not a colleague of this team yet."),
        t("Ask to join in the team's channel, or create a team of your own."),
        (Run(t("Ask to join"), "invitation.join", style=Style.PRIMARY), Run(t("Create a team"), "team.create")),
    )


@explain.register
def _(refusal: FromOutside) -> Explained:
    del refusal
    return Explained(
        t("I can't do that for you here."),
        t("You're from another organisation. Whoever works with me here can send you a code, or you ask to join."),
        (Run(t("Join"), "invitation.join", style=Style.PRIMARY),),
    )


OWN_CHAT = t("Write to me in our direct chat: there you work for your own team.")


def visited(place: Place) -> T:
    """Which team it is stays unsaid (X1). Private answers are read elsewhere, so that the place is named."""
    if place.kind is PlaceKind.GROUP:
        named = t("The chat “{place}” belongs to another team.", place=place.name)
        return named if place.name else t("That group chat belongs to another team.")
    named = t("The channel “{place}” belongs to another team.", place=place.name)
    return named if place.name else t("That channel belongs to another team.")


@explain.register
def _(refusal: NotFound) -> Explained:
    if not refusal.wanted and refusal.kind in _UNNAMED:
        return Explained(_UNNAMED[refusal.kind])
    known = _KINDS[refusal.kind]
    return Explained(T(known.source, {"wanted": refusal.wanted}))


@explain.register
def _(refusal: Ambiguous) -> Explained:
    names = ", ".join(name for _, name in refusal.candidates[:CANDIDATES_MAX])
    return Explained(t("“{wanted}” could be several: {names}.", wanted=refusal.wanted, names=names))


@explain.register
def _(refusal: Invalid) -> Explained:
    reason = _REASONS.get(refusal.reason, _REASONS["malformed"])
    argument = ARGUMENTS.get(refusal.argument, verbatim(refusal.argument))
    title = T(reason.source, {"argument": argument, "limit": refusal.limit})
    return Explained(title, QUOTES, (HELP,)) if refusal.reason == "not_understood" else Explained(title)


@explain.register
def _(refusal: Outdated) -> Explained:
    del refusal
    return Explained(t("This has moved on since the card was drawn. Nothing was changed."))


@explain.register
def _(refusal: Contended) -> Explained:
    del refusal
    return Explained(t("Too much is happening at once right now. Nothing was changed; please try again in a moment."))


@explain.register
def _(refusal: Unreachable) -> Explained:
    del refusal
    return Explained(t("I can't reach my data right now."), LOOK_AGAIN)


@explain.register
def _(refusal: Unsettled) -> Explained:
    del refusal
    return Explained(t("This took too long; it may have been done all the same."), LOOK_AGAIN)


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


@explain.register
def _(refusal: Unreadable) -> Explained:
    title, detail = _UNREADABLE[refusal.reason]
    return Explained(T(title.source, {"limit": refusal.limit, "mib": refusal.limit // _MIB}), detail)


def refused(
    refusal: Refusal, *, lifters: tuple[str, ...] = (), ask: Action | None = None, goes_along: TextInput | None = None
) -> Card:
    """The card of a refusal, for the person alone; a text that goes along with the question stands in an input."""
    explained = explain(refusal)
    lines = [explained.detail] if explained.detail else []
    if lifters:
        lines.append(_lifted_by(lifters))
    actions = ((ask,) if ask else ()) + explained.actions
    return Card(
        explained.title,
        (*(Text(line) for line in lines), *((goes_along,) if goes_along else ())),
        actions,
        badge=Badge(t("Not possible"), State.WARNING, Tone.WARNING),
    )


def address(email: str) -> TextInput:
    """The address that somebody wanted to invite."""
    return TextInput("email", t("E-mail address"), email, required=True, max_length=ADDRESS_MAX_CHARS, kind="email")


def wording(text: str) -> TextInput:
    """The text that somebody wrote behind a command."""
    return TextInput("text", t("Your text"), text, multiline=True, max_length=TEXT_MAX_CHARS)


def _lifted_by(names: tuple[str, ...]) -> T:
    if len(names) == 1:
        return t("{name} can do this for you.", name=names[0])
    return t("{names} or {last} can do this for you.", names=", ".join(names[:-1]), last=names[-1])


EXAMPLES = {
    "refused": refused(
        NotPermitted(Permission.MEMBER_REMOVE),
        lifters=("Anna Weiß", "Mara Lind"),
        ask=Run(t("Ask {name}", name="Anna"), "request.ask", {"command": "member.remove"}, Style.PRIMARY),
    ),
    "may ask for an invitation": refused(
        NotPermitted(Permission.MEMBER_INVITE),
        lifters=("Anna Weiß",),
        ask=Run(t("Ask {name}", name="Anna"), "invitation.request", {"role": "member"}, Style.PRIMARY, collects=True),
        goes_along=address("eva@acme.de"),
    ),
    "no colleague": refused(NotColleague(Permission.LEAD_PICK)),
    "in another team's channel": refused(
        NotColleague(Permission.LEAD_PICK, Place("web", "t", "c", PlaceKind.CHANNEL, "Vertrieb"))
    ),
    "in another team's chat": refused(NotColleague(Permission.LEAD_PICK, Place("web", "t", "c", PlaceKind.GROUP))),
    "from outside": refused(FromOutside()),
    "not understood": refused(Invalid("text", "not_understood")),
    "no such list": refused(Invalid("kind", "choice")),
    "not found": refused(NotFound("lead", "L-99")),
    "unreachable": refused(Unreachable()),
    "unsettled": refused(Unsettled()),
}
