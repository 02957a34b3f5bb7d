"""Somebody of another organisation in a channel that both share: helped, let in, and told nothing else (X1)."""

from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import pytest

from bot.dispatch.external import COMMANDS_FOR_EXTERNAL_USERS
from bot.dispatch.interaction import (
    ConversationProfile,
    Interaction,
    InteractionKind,
    Mention,
    Placement,
    Response,
    Sender,
)
from cards.chat import SHOW_COMMAND
from cards.model import to_json
from services.delivery import Posted
from services.file import ReceivedFile
from services.people import OUTSIDERS, PlaceKind
from services.permissions import Role
from tests.chat import Chat
from tests.features import matrix, people, state
from tests.features.matrix import ROWS, Things
from tests.features.people import Firm

SHARED = {OUTSIDERS: True}
_ids = count(1)


@dataclass(slots=True)
class Shared:
    """A firm's channel that people of another organisation share; what they do comes in as a platform hands it over."""

    chat: Chat
    firm: Firm
    platform_user_id: str = "outsider-1"
    said: list[str] = field(default_factory=list[str])
    """Everything that the outsider was answered, as JSON."""

    async def incoming(self, **given: Any) -> Interaction:  # noqa: ANN401 - the fields of what comes in
        """What the platform hands over."""
        stage, channel = self.chat.stage, self.firm.channel
        async with self.chat.house.units.read() as uow:
            found = await uow.conversations.find(stage.platform, stage.tenant, channel.room_id)
        assert found is not None
        where = ConversationProfile(found.conversation_id, PlaceKind.CHANNEL, found.name, {**found.reference, **SHARED})
        hint = self.chat.language.value
        sender = Sender(self.platform_user_id, "Olga Fremd", language_hint=hint, is_outsider=True)
        return replace(
            Interaction(stage.platform, stage.tenant, InteractionKind.MESSAGE, f"outside-{next(_ids)}", sender, where),
            **given,
        )

    async def receive(self, **given: Any) -> Response:  # noqa: ANN401 - dito
        """What the outsider is answered."""
        answer = await self.chat.house.dispatch.receive(await self.incoming(**given))
        await self.chat.settles()
        assert answer is not None
        self.said.append(to_json(answer.card).decode())
        return answer

    async def colleague_says(self, text: str) -> Response:
        """The same place with somebody of the own organisation."""
        incoming = await self.incoming(text=text)
        account = self.firm.owner.account
        answer = await self.chat.house.dispatch.receive(
            replace(incoming, sender=Sender(account.account_id, account.name))
        )
        await self.chat.settles()
        assert answer is not None
        return answer

    async def presses(
        self, command: str, args: dict[str, Any], kind: InteractionKind = InteractionKind.CLICK
    ) -> Response:
        return await self.receive(kind=kind, command=command, args=args, message_id="m")


@pytest.fixture
async def shared(chat: Chat) -> Shared:
    """Solarhaus, whose channel is shared with another organisation."""
    roles = {"Mara Lind": Role.ADMIN, "Ben Kaya": Role.MEMBER, "Tom Fischer": Role.VIEWER}
    shared = Shared(chat, await people.found(chat, "Solarhaus GmbH", "Anna Weiß", roles))
    await shared.receive(text="help")
    return shared


async def _entries(shared: Shared) -> list[str]:
    """The commands that somebody was refused, as the firm's log has them."""
    async with shared.chat.house.units.read() as uow:
        entries = await uow.audit.page(shared.firm.team_id, before_seq=1 << 30, limit=1_000)
    return sorted(one.details["command"] for one in entries if one.action == "access.refused")


def _tells(shared: Shared, things: Things | None = None) -> list[str]:
    """What of the firm stands in anything that the outsider was answered."""
    names = [one.name for one in shared.firm.people]
    marks = [shared.firm.name, *names, *(name.split()[0] for name in names), "posteo.example", "Dachsanierung"]
    marks += [things.lead, things.work, things.marketplace] if things else []
    return [mark for mark in marks if any(mark in one for one in shared.said)]


async def test_an_outsider_is_refused_everything_in_the_same_words(shared: Shared) -> None:
    """X1: every command, pressed or sent as a form, gets somebody of another organisation one neutral refusal.

    Nothing changes, nothing of the team is said, and the team's log keeps what was tried.
    """
    things = await matrix.build(shared.firm)
    before = await state.kept(shared.chat, shared.firm.team_id)
    shared.said.clear()
    words: set[bytes] = set()
    tried = [name for name in ROWS if name not in COMMANDS_FOR_EXTERNAL_USERS]
    for command in tried:
        for kind in (InteractionKind.CLICK, InteractionKind.DIALOG):
            answer = await shared.presses(command, ROWS[command].args(things), kind)
            assert answer.placement is Placement.PRIVATE
            words.add(to_json(answer.card))
    assert len(words) == 1
    assert _tells(shared, things) == []
    assert await state.kept(shared.chat, shared.firm.team_id) == before
    assert await _entries(shared) == sorted(tried)
    assert state.defects(shared.chat) == 0


@pytest.mark.parametrize("text", ["leads", "lead L-1", "xyz", "team", "connect", "einladen eva@acme.de", "x" * 5_000])
async def test_an_outsider_types_in_vain(shared: Shared, text: str) -> None:
    """X1: what somebody of another organisation types is refused alike, whether or not there is such a command."""
    await people.bring(shared.firm)
    pressed = await shared.presses("lead.list", {})
    shared.said.clear()
    answer = await shared.receive(text=text, mentions=(Mention("someone", "Someone"),))
    assert answer.card == pressed.card
    assert _tells(shared) == []


async def test_an_outsider_sends_no_file_and_fetches_none(shared: Shared) -> None:
    """X1: neither does a file of somebody from another organisation come in, nor one of the team's go out to him."""
    things = await matrix.build(shared.firm)
    refused = await shared.presses("lead.list", {})
    sent = await shared.receive(files=(ReceivedFile("leads.csv", "text/csv", b"Name\r\nEva\r\n"),))
    incoming = await shared.incoming(kind=InteractionKind.CLICK)
    fetched = await shared.chat.house.dispatch.fetch_file(incoming, things.made)
    assert isinstance(fetched, Response)
    assert sent.card == fetched.card == refused.card


async def test_help_for_an_outsider_names_joining_alone(shared: Shared) -> None:
    """Help offers somebody from another organisation help and joining, and does not name the team."""
    answer = await shared.receive(text="help")
    said = to_json(answer.card).decode()
    assert '"invitation.join"' in said
    assert not {f'"{name}"' for name in ROWS if name not in COMMANDS_FOR_EXTERNAL_USERS and f'"{name}"' in said}
    assert _tells(shared) == []


async def test_an_outsider_asks_to_join_and_works_like_any_colleague(shared: Shared) -> None:
    """A46: the approval says that somebody is of another organisation; once let in, he acts like any colleague."""
    chat, anna = shared.chat, shared.firm.owner
    await shared.presses("invitation.join", {})
    again = await shared.presses("invitation.join", {})
    assert "asked" in to_json(again.card).decode()
    assert _tells(shared) == []
    words = chat.words(de="Olga Fremd, aus einer anderen Organisation", en="Olga Fremd, from another organisation")
    await anna.finds(words, anna.direct)
    await anna.presses("invitation.approve")
    brought = await people.bring(shared.firm)
    seen = await shared.presses("lead.show", {"lead": brought.lead_id})
    assert brought.title in to_json(seen.card).decode()


async def test_an_outsider_who_is_declined_does_not_learn_the_team(shared: Shared) -> None:
    """X1: whoever asked in vain is told so without the team's name."""
    await shared.presses("invitation.join", {})
    await shared.firm.owner.presses("invitation.decline")
    async with shared.chat.house.units.read() as uow:
        wanted = await uow.invitations.numbered(shared.firm.team_id, 1)
        assert wanted is not None
        assert wanted.from_outside
        assert wanted.user_id
        view = shared.chat.house.dispatch.views["invitation.decided"]
        seen = await people.actor(uow, shared.firm.owner)
        reader = replace(seen, user_id=wanted.user_id, team_id="", role=Role.GUEST)
        card = await view(uow, reader, wanted.invitation_id, {"team_id": shared.firm.team_id})
    assert card is not None
    assert shared.firm.name not in to_json(card).decode()


async def test_all_seats_taken_is_not_told_to_an_outsider(shared: Shared) -> None:
    """X1: a code that would let nobody in any more gets the neutral answer, too."""
    wrong = await shared.presses("invitation.join", {"code": "AAAA-AAAA"})
    assert "invitation.join" in to_json(wrong.card).decode()
    assert _tells(shared) == []


async def test_a_shared_channel_shows_nothing_of_a_lead(shared: Shared) -> None:
    """A42: where others read along stands a stub; a colleague's press brings the card to him alone."""
    chat, anna = shared.chat, shared.firm.owner
    brought = await people.bring(shared.firm)
    shown = (await anna.reads(shared.firm.channel))[-1]
    assert SHOW_COMMAND in shown.commands
    assert brought.title not in shown
    args = {"view": "lead.card", "key": brought.lead_id}
    refused = await shared.presses(SHOW_COMMAND, args)
    assert brought.title not in to_json(refused.card).decode()
    incoming = replace(
        await shared.incoming(kind=InteractionKind.CLICK, command=SHOW_COMMAND, args=args, message_id="m"),
        sender=Sender(anna.account.account_id, anna.name),
    )
    answer = await chat.house.dispatch.receive(incoming)
    assert answer is not None
    assert answer.placement is Placement.PRIVATE
    assert brought.title in to_json(answer.card).decode()


async def test_a_colleagues_own_answer_in_a_shared_channel_is_concealed(shared: Shared) -> None:
    """A42: what a colleague asks for in public there appears as a stub, and what cannot be asked for later to him."""
    brought = await people.bring(shared.firm)
    seen = await shared.colleague_says(f"lead {brought.ref}")
    said = to_json(seen.card).decode()
    assert seen.placement is not Placement.NEW or (SHOW_COMMAND in said and brought.title not in said)
    unasked = await shared.colleague_says("disconnect")
    assert unasked.placement is Placement.PRIVATE


async def test_connecting_a_shared_channel_warns_first(shared: Shared) -> None:
    """A34: whoever connects a channel in which other organisations read along is told so, and accepts it."""
    await shared.colleague_says("disconnect")
    asked = await shared.colleague_says("connect")
    assert "team.connect.outsiders" in to_json(asked.card).decode()
    async with shared.chat.house.units.read() as uow:
        assert not await uow.conversations.connected(shared.firm.team_id)


async def test_only_what_stands_in_the_teams_places_can_be_shown(shared: Shared) -> None:
    """X2: a forged key or view brings no card that the team does not have in a channel or the person in his chat."""
    chat, anna = shared.chat, shared.firm.owner
    await people.bring(shared.firm)
    async with chat.house.units.write() as uow:
        of_ben = Posted(
            team_id=shared.firm.team_id,
            post_id="p",
            view="lead.card",
            key="of-ben",
            platform=chat.stage.platform,
            tenant=chat.stage.tenant,
            conversation_id="b",
            message_id="b",
            user_id=await people.user_id(uow, shared.firm.people[2]),
        )
        await uow.deliveries.add_post(of_ben, uow.now)
    before = state.refused(chat)
    for view, key in (("lead.card", "of-ben"), ("invitation.mail", "x"), ("", "")):
        await anna.forges(SHOW_COMMAND, {"view": view, "key": key})
    assert state.newly_refused(chat, before) <= {"NotFound", "Invalid"}
    assert state.defects(chat) == 0
