"""One person at several chats: the code, both questions, and taking it apart."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from cards.confirmation import warns
from cards.examples import NOW
from cards.model import (
    Badge,
    Card,
    Fact,
    Facts,
    Instant,
    Item,
    Items,
    Run,
    State,
    Style,
    Subject,
    T,
    Text,
    TextInput,
    Tone,
    t,
    tn,
    verbatim,
)
from cards.refusal import Explained, explain
from cards.whereabouts import place, platform
from services.codes import CODE_TYPED_MAX_CHARS, WrongCode
from services.identity.model import (
    LINK_MINUTES,
    Known,
    Link,
    LinkCode,
    LinkedIdentity,
    LinkState,
    Side,
    UnlinkedIdentity,
)
from services.identity.refusals import (
    AlreadyLinked,
    BothInTeams,
    LinkOver,
    NotLinked,
    OtherSide,
    OwnerElsewhere,
    TooManyIdentities,
)
from services.identity.unlink import UNLINK, UNLINK_EFFECT
from services.people import NO_TEAM, TeamId

REVIEW: Final = "identity.review"
CONSENT: Final = "identity.consent"

WAITING: Final = Badge(t("waiting for confirmation"), State.OPEN, Tone.WARNING)
LINKED: Final = Badge(t("linked"), State.DONE, Tone.GOOD)
OVER: Final = Badge(t("not linked"), State.NONE, Tone.SUBTLE)
ONE: Final = t("You are one person in both chats now.")
NEW_CODE: Final = Run(t("New code"), "identity.link")


def code_shown(view: LinkCode) -> Card:
    """The code, what to do with it, and what will happen."""
    link = {"link": view.link_id}
    actions = [Run(t("Go on here"), "identity.review", link, Style.PRIMARY), Run(t("I have a code"), "identity.enter")]
    if len(view.known) > 1:
        actions.append(Run(t("Unlink"), "identity.unlink"))
    return Card(
        t("Your code: {code}", code=view.code),
        (
            Text(t("Write “link {code}” to me in your other chat, until {until}.", code=view.code, until=_at(view))),
            Text(t("I ask there whether it's you, and then here. Only then both chats become one person.")),
            Text(t("Tell the code to nobody: whoever is linked acts in your name."), Tone.WARNING),
        ),
        (*actions, Run(t("Cancel"), "identity.decline", link)),
        subject=Subject(REVIEW, view.link_id),
    )


def _at(view: LinkCode) -> Instant:
    return Instant(view.expires_at)


def shown_once() -> Card:
    """A code that was shown already is not shown again."""
    return Card(t("Your code was shown once and is not shown again."), actions=(NEW_CODE,))


def code_form() -> Card:
    """The code from the other chat."""
    return Card(
        t("Which code did I show you in the other chat?"),
        (
            Text(t("Write “link” to me there to get one.")),
            TextInput(
                "code", t("Code"), required=True, max_length=CODE_TYPED_MAX_CHARS, placeholder=verbatim("7KQF-M2XP")
            ),
        ),
        (Run(t("Go on"), "identity.enter", style=Style.PRIMARY, collects=True), Run(t("Cancel"), "cancel")),
    )


def wrong(view: WrongCode) -> Card:
    """The code fits nothing."""
    left = (
        tn("One more try, then there is a short pause.", "{n} more tries, then there is a short pause.", view.left)
        if view.left
        else t("Please wait a few minutes before the next try.")
    )
    hint = tn("A code works once and for {n} minute.", "A code works once and for {n} minutes.", LINK_MINUTES)
    return Card(
        t("This code doesn't fit."),
        (Text(hint), Text(left)),
        (Run(t("Type it again"), "identity.enter", style=Style.PRIMARY),),
        badge=Badge(t("Not possible"), State.WARNING, Tone.WARNING),
    )


def consent(link: Link, now: datetime) -> Card:
    """Where the code was typed: whose it is, and whether that is the same person."""
    if link.state is LinkState.LINKED:
        return Card(ONE, badge=LINKED, subject=Subject(CONSENT, link.link_id))
    if not link.is_open(now):
        return _over(link, CONSENT)
    if link.state is LinkState.AGREED:
        return Card(
            t("Please confirm in the other chat now."),
            (Text(t("The question is there already. Until you answer it nothing changes.")),),
            badge=WAITING,
            subject=Subject(CONSENT, link.link_id),
        )
    args = {"link": link.link_id}
    return Card(
        t("Is this you as well: {name}?", name=link.first.name),
        (
            Facts(_facts(replace(link.first, email_hint=""))),
            Text(t("If you go on, whoever writes there acts in your name here, too: your team, your rights.")),
            Text(t("Somebody sent you this code? Then press “No”."), Tone.WARNING),
        ),
        (Run(t("That's me"), "identity.agree", args, Style.PRIMARY), Run(t("No"), "identity.decline", args)),
        subject=Subject(CONSENT, link.link_id),
    )


def review(link: Link, now: datetime) -> Card:
    """Where the code was shown: who would like to be linked."""
    if link.state is LinkState.LINKED:
        return Card(ONE, badge=LINKED, subject=Subject(REVIEW, link.link_id))
    if not link.is_open(now):
        return _over(link, REVIEW)
    args = {"link": link.link_id}
    if link.state is not LinkState.AGREED or link.other is None:
        return Card(
            t("The other chat has not answered yet."),
            (Text(t("Type the code there and press “That's me”. Then go on here.")),),
            (Run(t("Look again"), "identity.review", args, Style.PRIMARY),),
            badge=WAITING,
        )
    team = (Fact(t("Team"), verbatim(link.other.team_name)),) if link.other.team_name else ()
    return Card(
        t("Is this you as well: {name}?", name=link.other.name),
        (
            Facts((*_facts(link.other), *team)),
            Text(t("If you confirm, whoever writes there is you: the same team, the same rights, the same leads.")),
            Text(t("You can unlink it later. What was done so far then stays with you."), Tone.SUBTLE),
        ),
        (Run(t("Link"), "identity.confirm", args, Style.PRIMARY), Run(t("Decline"), "identity.decline", args)),
        subject=Subject(REVIEW, link.link_id),
    )


def _facts(side: Side) -> tuple[Fact, ...]:
    hint = (Fact(t("E-mail there"), verbatim(side.email_hint)),) if side.email_hint else ()
    return (Fact(t("Name"), verbatim(side.name)), Fact(t("Chat"), place(side.platform, side.tenant)), *hint)


def _over(link: Link, view: str) -> Card:
    return Card(t("Nothing was linked."), actions=(NEW_CODE,), badge=OVER, subject=Subject(view, link.link_id))


def linked(view: LinkedIdentity) -> Card:
    """Both are one person, and what became of a second membership."""
    other = view.link.other
    where = platform(other.platform) if other else T("")
    lines = [Text(t("In {platform} you now work with the same rights as here.", platform=where))]
    if view.is_same_team:
        lines.append(Text(t("You were in the team twice: the role that you have here stays, and a seat is free.")))
    return Card(
        ONE,
        tuple(lines),
        (Run(t("What can I do here?"), "help"), Run(t("Unlink"), "identity.unlink")),
        badge=LINKED,
        subject=Subject(REVIEW, view.link.link_id),
    )


def listed(known: tuple[Known, ...]) -> Card:
    """The chats in which this person is one."""
    rows = (
        Item(
            place(one.platform, one.tenant),
            t("this chat") if one.is_here else None,
            actions=(Run(t("Unlink"), "identity.unlink", {"identity": one.ref}),),
        )
        for one in known
    )
    return Card(
        t("In these chats you are one person"), (Items(tuple(rows)),), (Run(t("Link another one"), "identity.link"),)
    )


def unlinked(view: UnlinkedIdentity) -> Card:
    """Somebody new writes there from now on."""
    where = t("This chat") if view.is_here else platform(view.platform)
    return Card(
        t("{chat} is no longer linked with you.", chat=where),
        (Text(t("Whoever writes there is in no team. Your leads and your role stay where they were.")),),
        (Run(t("Link again"), "identity.link"),),
        badge=OVER,
    )


@warns(UNLINK)
def _(params: Mapping[str, Any]) -> T:
    return t("Unlink {platform} from you?", platform=platform(str(params["platform"])))


@warns(UNLINK_EFFECT)
def _(params: Mapping[str, Any]) -> T:
    del params
    return t("Whoever writes there is in no team then, and your cards there follow nothing any more.")


@explain.register
def _(refusal: AlreadyLinked) -> Explained:
    del refusal
    return Explained(
        t("That code was shown to you yourself."),
        t("Type it in the other chat, the one that you'd like to link with this one."),
    )


@explain.register
def _(refusal: BothInTeams) -> Explained:
    del refusal
    return Explained(
        t("You belong to one team here and to another one there."),
        t("One person belongs to one team: leave one of them first, or hand it over if you own it. Then link again."),
        (Run(t("Show my team"), "team.show"), Run(t("Leave the team"), "member.leave")),
    )


@explain.register
def _(refusal: OwnerElsewhere) -> Explained:
    del refusal
    return Explained(
        t("The team must keep its owner, and that is the account that would be merged."),
        t("Begin the other way round: write “link” to me where you own the team, and type the code in the other chat."),
    )


@explain.register
def _(refusal: OtherSide) -> Explained:
    del refusal
    return Explained(t("This question is for your other chat."), t("Answer it there; what is asked here stands here."))


@explain.register
def _(refusal: LinkOver) -> Explained:
    del refusal
    return Explained(t("This has been decided or is too old. Nothing was changed now."), actions=(NEW_CODE,))


@explain.register
def _(refusal: NotLinked) -> Explained:
    del refusal
    return Explained(
        t("You are known to me in this chat alone."),
        t("Write “link” to make one person of two chats."),
        (Run(t("Link chats"), "identity.link"),),
    )


@explain.register
def _(refusal: TooManyIdentities) -> Explained:
    return Explained(
        t("You are linked in many chats already: at most {limit}.", limit=refusal.limit),
        t("Unlink one of them first."),
        (Run(t("Unlink"), "identity.unlink"),),
    )


_FIRST: Final = Side("u1", "teams", "9f1c2b7e", "29:1", "Ben Kaya")
_OTHER: Final = Side("u2", "slack", "T024BE7LD", "U2", "ben.kaya", "ben@acme.de", "Solarhaus GmbH")
_LINK: Final = Link("l1", LinkState.AGREED, _FIRST, NOW, NOW + timedelta(minutes=LINK_MINUTES), _OTHER)
_KNOWN: Final = (Known("k1", "teams", "9f1c2b7e", "29:1", is_here=True), Known("k2", "slack", "T024BE7LD", "U2"))

EXAMPLES: Final = {
    "code": code_shown(LinkCode("l1", "7KQF-M2XP", NOW + timedelta(minutes=LINK_MINUTES), _KNOWN[:1])),
    "code of somebody linked": code_shown(LinkCode("l1", "7KQF-M2XP", NOW + timedelta(minutes=LINK_MINUTES), _KNOWN)),
    "shown once": shown_once(),
    "code form": code_form(),
    "wrong code": wrong(WrongCode(2)),
    "last wrong code": wrong(WrongCode(0)),
    "consent": consent(replace(_LINK, state=LinkState.TYPED), NOW),
    "consent given": consent(_LINK, NOW),
    "consent, linked": consent(replace(_LINK, state=LinkState.LINKED), NOW),
    "consent, declined": consent(replace(_LINK, state=LinkState.DECLINED), NOW),
    "review": review(_LINK, NOW),
    "review too early": review(replace(_LINK, state=LinkState.ASKED, other=None), NOW),
    "review, linked": review(replace(_LINK, state=LinkState.LINKED), NOW),
    "linked": linked(LinkedIdentity(_LINK, NO_TEAM, is_same_team=False)),
    "linked, twice in the team": linked(LinkedIdentity(_LINK, TeamId("t1"), is_same_team=True)),
    "listed": listed(_KNOWN),
    "unlinked": unlinked(UnlinkedIdentity("slack", "T024BE7LD", is_here=False)),
}
