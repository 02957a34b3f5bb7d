"""What must hold for all data at any time, whoever wrote it: after every action, and for the auditor that looks."""

from dataclasses import dataclass
from typing import Final, Protocol

WINDOW_ROWS: Final = 2_000
"""How many rows one look takes in."""
NAMED_MAX: Final = 20
"""How many offenders of one invariant a look names."""


@dataclass(frozen=True, slots=True)
class Breach:
    """Something for which an invariant does not hold; an id names it, and nothing else of it is told."""

    invariant: str
    offender: str


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at a window of rows has found."""

    breaches: tuple[Breach, ...]
    until: str = ""
    """The last row of the window, after which the next look begins; empty: there is no further row."""


class Invariants(Protocol):
    """Looks at the rows of all teams, a window at a time."""

    async def look(self, kind: str, after: str, rows: int) -> Look:
        """Check the rows of a kind that come after one, at most so many of them."""
        ...


INVARIANTS: Final[dict[str, str]] = {
    "team.one_owner": "A living team has exactly one owner, a deleted one has no colleagues (A44, A77).",
    "member.one_team": "A person is a colleague of one living team at a time (B2).",
    "member.email_is_key": "A colleague's address is kept trimmed and folded, as duplicates are looked for (A45).",
    "identity.person": "A chat identity belongs to a person who was not merged into another one (X4).",
    "identity.one_of_each": "Of a person's identities one says what he is called, and one is written to.",
    "link.hashed": "Of a code that links chats there is a keyed digest until it is typed, and no longer.",
    "link.two_sides": "Whoever agreed or is linked has another side.",
    "link.forgotten": "A request to link is gone soon after its end.",
    "channel.hashed": "Of a code that connects a channel there is a keyed digest until it is typed, and no longer.",
    "channel.forgotten": "An offered channel is gone soon after its end.",
    "invitation.once": "At most one invitation to an address is open at a time (A45).",
    "invitation.numbered": "Its number is the team's own, given once, and not beyond the last one given.",
    "invitation.used_once": "Whoever joined is named, and only then is it used; a code lives no longer (A45).",
    "invitation.hashed": "Of a code there is a keyed digest with an end, while it is accepted and at no other time.",
    "invitation.bound": "It is bound to a role that is not the owner's, to an address or a person, and to a market.",
    "invitation.expires": "What was sent ends some day (A45).",
    "invitation.two_people": "Nobody decides on his own request (A46).",
    "request.two_people": "Nobody decides on his own request; what is open is decided by nobody (X1).",
    "request.own_team": "Whoever asks is or was a colleague of the team.",
    "lead.one_winner": "A lead that is worked on has one winner, with person and time; any other has none (B10).",
    "lead.held_once": "The winner holds the lead or has closed it, and nobody else does (B8).",
    "lead.in_history": "The history tells the same picks as the lead; each ends once, the last is the winner's (B11).",
    "lead.in_audit": "The winner's audit log has the pick under the team's own number (X5).",
    "lead.undone_once": "What an entry takes back is a pick of the same team (B25).",
    "lead.offered": "It is on offer only while it can be picked, and assigned to one team at most (B9).",
    "lead.closed": "Who closed it and when is known of what is won or lost, and of nothing else.",
    "lead.responsible": "Whoever is responsible is a colleague of the team that has the lead (B19).",
    "lead.brokered": "What is offered on a marketplace names it and its operator, and both see it.",
    "lead.known_to_actors": "Only teams that have or had the lead stand in its history.",
    "sight.numbered": "A team's number of a lead is its own, given once, and not beyond the last one given.",
    "sight.entitled": "Another firm's lead is on offer to active takers of its marketplace alone (B9).",
    "partner.team": "An active partner is a firm that is known, an invited one is none yet (B22).",
    "partner.once": "A firm takes part in a marketplace once.",
    "file.own_team": "A file belongs to somebody who is or was a colleague of the team.",
    "file.expires": "It ends some day, and is gone soon after.",
    "file.bounded": "Nobody keeps more files than there is room for.",
    "lead_import.own_team": "Whoever imports is or was a colleague of the team.",
    "lead_import.counted": "Every row is counted once; of one that is done no row is left (B20).",
    "lead_import.skipped": "What was left out is kept row by row, as many as were counted.",
    "lead_import.numbered": "The leads that it brought have numbers of the team, as many as were counted at least.",
    "lead_import.ends": "It is looked at, runs, has stopped for a reason, or is done with its time; only one that runs "
    "is carried by somebody.",
    "lead_import.once": "The same file is imported once in a team.",
    "lead_import.files": "What was imported is gone; the file of what was left out is its owner's.",
    "bulk.own_team": "Whoever invites many firms is or was a colleague of the team.",
    "bulk.settled": "One that is done has no firm left, and one that was only looked at has invited nobody (B22).",
    "bulk.moving": "One that runs is followed by the clock, and one that was only looked at is not.",
    "bulk_line.fate": "A firm was invited with an invitation, left out with a reason, or waits with neither.",
    "bulk_line.invited": "Its invitation is the one to its address, to the market of the list.",
    "bulk_line.once": "An invitation stands for one firm of one list.",
    "event.tenant": "What happened belongs to a team, and nobody routes what is routed.",
    "delivery.tenant": "What is on its way belongs to a team.",
    "delivery.ends": "It is pending, being sent, or has ended with its time and, unless it was sent, with a reason.",
    "delivery.lease": "Nobody is sending beyond his lease for long: somebody finishes it.",
    "delivery.once": "An event says a thing once in a place.",
    "post.tenant": "A posted card belongs to a team.",
    "post.place": "A posted card stands in a known place, or in the chat of a known person.",
    "inbox.person": "What came in came from a known person.",
    "audit.whole": "The log is a chain without a gap, a fork or an altered entry (X5).",
    "audit.no_secret": "Neither codes nor tokens stand in the log.",
}
"""Each by its name, `kind.what`: the kind is what its rows are."""

KINDS: Final = tuple(dict.fromkeys(name.partition(".")[0] for name in INVARIANTS))


async def check_all(invariants: Invariants) -> tuple[Breach, ...]:
    """Every breach in the whole database, window by window."""
    found: list[Breach] = []
    for kind in KINDS:
        look = await invariants.look(kind, "", WINDOW_ROWS)
        found += look.breaches
        while look.until:
            look = await invariants.look(kind, look.until, WINDOW_ROWS)
            found += look.breaches
    return tuple(found)
