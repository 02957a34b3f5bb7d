"""Who may do what, as people find out: by pressing. A refusal names who can lift it, and its button asks them."""

from typing import Final

import pytest

from bot.commands import discovery
from services.permissions import Role
from tests.chat import Chat, Person
from tests.features import matrix, people, state
from tests.features.matrix import ROWS, Things
from tests.features.people import Firm
from tests.seen import Seen

COMMANDS = discovery.build_registry().commands
COLUMNS: Final = {Role.OWNER: "O", Role.ADMIN: "A", Role.MEMBER: "M", Role.VIEWER: "V", Role.GUEST: "G"}
COLLEAGUES = tuple(role for role in Role if role is not Role.GUEST)

# The permission table as the rules have it, a command a row: owner, admin, member, viewer, guest.
ALLOWED: Final[dict[str, str]] = {
    "help": "OAMVG",
    "home.show": "OAMVG",
    "cancel": "OAMVG",
    "preference.language": "OAMVG",
    "conversation.install": "OAMVG",
    "conversation.remove": "OAMVG",
    "team.create": "OAMVG",
    "team.restore": "OAMVG",
    "invitation.join": "OAMVG",
    "identity.link": "OAMVG",
    "identity.unlink": "OAMVG",
    "identity.enter": "OAMVG",
    "identity.agree": "OAMVG",
    "identity.review": "OAMVG",
    "identity.confirm": "OAMVG",
    "identity.decline": "OAMVG",
    "team.show": "OAMV",
    "card.show": "OAMV",
    "member.list": "OAMV",
    "member.leave": "OAMV",
    "invitation.list": "OAMV",
    "invitation.show": "OAMV",
    "invitation.create": "OA",
    "invitation.resend": "OA",
    "invitation.revoke": "OA",
    "invitation.approve": "OA",
    "invitation.question": "OA",
    "invitation.answer": "OAMV",
    "invitation.decline": "OA",
    "invitation.request": "MV",
    "member.remove": "OA",
    "member.role": "OA",
    "team.rename": "OA",
    "team.settings": "OA",
    "team.connect": "OA",
    "team.disconnect": "OA",
    "channel.code": "OA",
    "channel.review": "OA",
    "channel.confirm": "OA",
    "channel.decline": "OA",
    "team.delete": "O",
    "member.transfer": "O",
    "audit.show": "OA",
    "audit.export": "OA",
    "lead.export": "OAMV",
    "delivery.resend": "OA",
    "delivery.resend_all": "OA",
    "file.receive": "OAM",
    "file.show": "OAMV",
    "file.decline": "OAMV",
    "file.discard": "OAM",
    "request.ask": "OAMV",
    "request.show": "OAMV",
    "request.approve": "OA",  # what is asked for in the test is an owner's or an admin's right
    "request.decline": "OA",
    "lead.list": "OAMV",
    "lead.show": "OAMV",
    "lead.find": "OAMV",
    "lead.outline": "OAMV",
    "lead.capture": "OAM",
    "lead.card": "OAMV",
    "lead.reveal": "OAM",
    "lead.create": "OAM",
    "lead.import": "OAM",
    "lead.import_show": "OAM",
    "lead.import_assign": "OAM",
    "lead.import_start": "OAM",
    "lead.import_stop": "OAM",
    "lead.pick": "OAM",
    "lead.undo": "OAM",
    "lead.note": "OAM",
    "lead.share": "OAM",
    "lead.delegate": "OAM",  # a member what is his own: the lead of the test is
    "lead.return": "OAM",
    "lead.win": "OAM",
    "lead.lose": "OAM",
    "marketplace.show": "OAMV",
    "marketplace.create": "OAM",
    "marketplace.change": "OAM",
    "marketplace.invite": "OAM",
    "marketplace.invite_many": "OAM",
    "bulk.show": "OAMV",
    "bulk.page": "OAMV",
    "bulk.send": "OAM",
    "bulk.drop": "OAM",
    "bulk.resend": "OAM",
    "bulk.report": "OAMV",
    "bulk.links": "OAM",
    "marketplace.offer": "OAM",
    "marketplace.end": "OAM",
    "marketplace.withdraw": "OAM",
}
DONE: Final = {
    "audit.export": "audit.exported",
    "lead.export": "lead.exported",
    "invitation.create": "invitation.created",
    "invitation.request": "invitation.requested",
    "member.remove": "member.removed",
    "member.role": "member.role_changed",
    "member.transfer": "team.transferred",
    "team.rename": "team.renamed",
    "team.delete": "team.deleted",
    "lead.reveal": "lead.revealed",
    "lead.create": "lead.created",
    "lead.pick": "lead.picked",
    "lead.undo": "lead.undone",
    "lead.note": "lead.noted",
    "lead.delegate": "lead.delegated",
    "lead.return": "lead.returned",
    "marketplace.create": "marketplace.created",
    "bulk.send": "bulk.started",
}
"""What the audit log says of those who were allowed."""
DECIDED: Final = frozenset({"request.approve", "request.decline"})
"""Nobody asks somebody to decide what others were asked; and the member of the test asked himself."""


def test_every_command_stands_in_the_table() -> None:
    """Whoever adds a command says who may run it."""
    assert set(ALLOWED) == set(COMMANDS)


async def play(chat: Chat) -> tuple[Firm, Things]:
    """A firm with somebody in every role, and its things."""
    roles = {"Mara Lind": Role.ADMIN, "Ben Kaya": Role.MEMBER, "Tom Fischer": Role.VIEWER}
    firm = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", roles)
    return firm, await matrix.build(firm)


async def forge(person: Person, command: str, args: matrix.Arguments) -> tuple[Seen, set[str]]:
    """Send a click for the newest card in the person's own chat; what he reads, and which rules said no."""
    chat, before = person.chat, await person.reads()
    card = next(one for one in reversed(before) if one.by_bot and not one.passing)
    said = state.refused(chat)
    at_once = await chat.stage.press(person.account, person.direct, card.message_id, command, args, None)
    rules = state.newly_refused(chat, said)
    await chat.settles()
    if at_once is not None:
        return at_once, rules
    new = [one for one in await person.reads() if one.by_bot and one not in before]
    return (new[-1] if new else Seen("", "")), rules


@pytest.mark.parametrize("role", COLLEAGUES)
async def test_each_role_does_what_the_table_says(chat: Chat, role: Role) -> None:
    """Every command, pressed by a colleague of each role: carried out, or refused with who can lift it and a button."""
    firm, things = await play(chat)
    person, wrong = firm.of(role), list[str]()
    for command, row in ROWS.items():
        done = DONE.get(command, "")
        before = await people.actions(chat, firm.team_id, done)
        seen, rules = await forge(person, command, row.args(things))
        if COLUMNS[role] not in ALLOWED[command]:
            wrong += [f"{command}: {why} “{seen.words}”" for why in _unhelpful(chat, command, seen, rules)]
        elif rules & {"NotPermitted", "NotColleague"}:
            wrong.append(f"{command}: {rules} “{seen.words}”")
        elif done and await people.actions(chat, firm.team_id, done) != before + 1:
            wrong.append(f"{command}: no {done}, {rules} “{seen.words}”")
    assert not wrong, "\n".join(wrong)
    assert state.defects(chat) == 0


def _unhelpful(chat: Chat, command: str, seen: Seen, rules: set[str]) -> list[str]:
    """What a refusal owes to whoever reads it."""
    if command in DECIDED:
        return [] if rules <= {"OwnQuestion", "NotPermitted"} and "request.ask" not in seen.commands else ["decides"]
    if rules != {"NotPermitted"}:
        return [f"not refused, {rules}"]
    if not COMMANDS[command].is_askable:
        return ["asks for what only he has"] if seen.commands & {"request.ask"} or "Anna Weiß" not in seen else []
    if command == "invitation.request":
        # Owner and admins need nobody's leave to invite.
        return ["asks those who may less"] if seen.commands & {"request.ask", "invitation.request"} else []
    asks = "invitation.request" if command == "invitation.create" else "request.ask"
    button = seen.button(asks, {} if asks == "invitation.request" else {"command": command})
    missing = [] if "Anna Weiß" in seen else ["does not name the owner"]
    if button is None or button.label != chat.words(de="Anna um Freigabe bitten", en="Ask Anna"):
        missing.append(f"no button that asks the owner: {seen.buttons}")
    return missing


async def test_a_guest_does_what_the_table_says(chat: Chat) -> None:
    """Somebody outside reads that he is no colleague, and is offered to join or to found a team of his own."""
    firm, things = await play(chat)
    guest, wrong = await people.newcomer(chat, "Sara Fremd"), list[str]()
    rows = await state.rows_of(chat, firm.team_id)
    for command, row in ROWS.items():
        seen, rules = await forge(guest, command, row.args(things))
        if "G" in ALLOWED[command]:
            wrong += [f"{command}: {rules}"] if rules & {"NotPermitted", "NotColleague"} else []
        elif rules != {"NotColleague"} or not {"invitation.join", "team.create"} <= seen.commands:
            wrong.append(f"{command}: {rules} “{seen.words}”")
    assert not wrong, "\n".join(wrong)
    assert await state.rows_of(chat, firm.team_id) == rows
    assert state.defects(chat) == 0


ASKED: Final = (
    (Role.VIEWER, "lead.pick"),
    (Role.VIEWER, "lead.note"),
    (Role.VIEWER, "lead.create"),
    (Role.VIEWER, "lead.reveal"),
    (Role.VIEWER, "lead.delegate"),
    (Role.VIEWER, "marketplace.create"),
    (Role.MEMBER, "team.rename"),
    (Role.ADMIN, "member.transfer"),
    (Role.VIEWER, "member.role"),
    (Role.MEMBER, "member.remove"),
)
"""Who asks for what; the last one ends the viewer's access."""


async def test_the_button_of_a_refusal_reaches_who_can_lift_it(chat: Chat) -> None:
    """Who is refused presses “Ask Anna”; she reads it in her own chat, and what she approves is done in her name."""
    firm, things = await play(chat)
    anna = firm.owner
    for role, command in ASKED:
        person, args = firm.of(role), ROWS[command].args(things)
        args.pop("accept", None)
        args |= {"who": things.heir} if command == "lead.delegate" else {}
        refused, _ = await forge(person, command, args)
        before = await people.actions(chat, firm.team_id, DONE[command])
        asked = await person.presses("request.ask")
        assert "Anna Weiß" in asked, command
        card = next(
            one for one in reversed(await anna.reads()) if person.name in one and one.button("request.approve", {})
        )
        assert things.lead not in card, "an id instead of the lead's number"
        request = _request_of(card)
        shown = await anna.presses("request.approve", request=request)
        if "request.approve" in shown.commands:
            assert "member" in command, (refused.words, shown.words)
            await anna.presses("request.approve", request=request)
        assert await people.actions(chat, firm.team_id, DONE[command]) == before + 1, (command, shown.words)
        assert any("Anna Weiß" in one for one in (await person.reads())[-2:]), command
        if command == "member.transfer":
            await firm.of(Role.ADMIN).says(de="übertragen Anna", en="transfer Anna")
            await firm.of(Role.ADMIN).presses("member.transfer")
    assert state.defects(chat) == 0


def _request_of(card: Seen) -> str:
    button = card.button("request.approve", {})
    assert button is not None
    return button.args["request"]


async def test_whoever_may_share_but_not_delegate_asks_for_that(chat: Chat) -> None:
    """A member who hands somebody else's lead to a colleague asks the owner, who then does it."""
    firm, things = await play(chat)
    ben = firm.of(Role.MEMBER)
    await people.pick(firm, things.lead, firm.of(Role.ADMIN))
    await forge(ben, "lead.share", {"lead": things.lead, "who": things.colleague})
    await ben.presses("request.ask")
    await firm.owner.presses("request.approve")
    assert await people.actions(chat, firm.team_id, "lead.delegated") == 1


async def test_who_may_not_invite_asks_for_an_invitation(chat: Chat) -> None:
    """The button of a refused invitation asks for it; what the owner approves goes out by mail."""
    firm, _ = await play(chat)
    ben = firm.of(Role.MEMBER)
    await firm.owner.says(de="widerrufen I-2", en="revoke I-2")
    await ben.says(de="einladen udo@neu.example mitglied", en="invite udo@neu.example member")
    await ben.presses("invitation.request")
    assert chat.mails.to("udo@neu.example") == []
    await firm.owner.presses("invitation.approve")
    assert len(chat.mails.to("udo@neu.example")) == 1


async def test_who_may_not_delete_the_team_can_only_ask(chat: Chat) -> None:
    """The owner who is asked to delete the team still types its name himself."""
    firm, things = await play(chat)
    mara = firm.of(Role.ADMIN)
    await forge(mara, "team.delete", ROWS["team.delete"].args(things))
    await mara.presses("request.ask")
    await firm.owner.presses("request.approve")
    assert await people.actions(chat, firm.team_id, "team.deleted") == 0
    await firm.owner.presses("team.delete", fill={"name": firm.name})
    assert await people.actions(chat, firm.team_id, "team.deleted") == 1
