"""External users in a shared channel: they get help, can join, and learn nothing else (X1)."""

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
from services.delivery import PostedCard
from services.file import ReceivedFile
from services.people import EXTERNAL_USERS_KEY, PlaceKind
from services.permissions import Role
from tests.chat import Chat
from tests.features import chat_team, command_arguments, team_state
from tests.features.chat_team import ChatTeam
from tests.features.command_arguments import ROWS, Things

SHARED = {EXTERNAL_USERS_KEY: True}
_ids = count(1)


@dataclass(slots=True)
class Shared:
    """A team's channel that an external organisation shares; interactions enter as a platform hands them over."""

    chat: Chat
    team: ChatTeam
    platform_user_id: str = "external-1"
    response_texts: list[str] = field(default_factory=list[str])
    """All responses to the external user, as JSON."""

    async def incoming(self, **given: Any) -> Interaction:  # noqa: ANN401 - the fields of what comes in
        """Build the interaction as the platform hands it over."""
        driver, channel = self.chat.driver, self.team.channel
        async with self.chat.application.units.read() as uow:
            found = await uow.conversations.get(driver.platform, driver.tenant, channel.room_id)
        assert found is not None
        where = ConversationProfile(found.conversation_id, PlaceKind.CHANNEL, found.name, {**found.reference, **SHARED})
        hint = self.chat.language.value
        sender = Sender(self.platform_user_id, "Olga Fremd", language_hint=hint, is_external=True)
        return replace(
            Interaction(
                driver.platform, driver.tenant, InteractionKind.MESSAGE, f"outside-{next(_ids)}", sender, where
            ),
            **given,
        )

    async def receive(self, **given: Any) -> Response:  # noqa: ANN401 - dito
        """Send an interaction and return the external user's response."""
        response = await self.chat.application.dispatch.receive(await self.incoming(**given))
        await self.chat.settles()
        assert response is not None
        self.response_texts.append(to_json(response.card).decode())
        return response

    async def member_says(self, text: str) -> Response:
        """Send a message of a member in the same channel."""
        incoming = await self.incoming(text=text)
        account = self.team.owner.account
        response = await self.chat.application.dispatch.receive(
            replace(incoming, sender=Sender(account.account_id, account.name))
        )
        await self.chat.settles()
        assert response is not None
        return response

    async def presses(
        self, command: str, args: dict[str, Any], kind: InteractionKind = InteractionKind.CLICK
    ) -> Response:
        return await self.receive(kind=kind, command=command, args=args, message_id="m")


@pytest.fixture
async def shared(chat: Chat) -> Shared:
    """Solarhaus, whose channel is shared with another organisation."""
    roles = {"Mara Lind": Role.ADMIN, "Ben Kaya": Role.MEMBER, "Tom Fischer": Role.VIEWER}
    shared = Shared(chat, await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", roles))
    await shared.receive(text="help")
    return shared


async def _refused_commands(shared: Shared) -> list[str]:
    """List the refused commands in the team's log."""
    async with shared.chat.application.units.read() as uow:
        entries = await uow.audit.list_entries(shared.team.team_id, before_seq=1 << 30, limit=1_000)
    return sorted(item.details["command"] for item in entries if item.action == "access.refused")


def _leaks(shared: Shared, things: Things | None = None) -> list[str]:
    """List the team's data that appears in the external user's responses."""
    names = [person.name for person in shared.team.people]
    marks = [shared.team.name, *names, *(name.split()[0] for name in names), "posteo.example", "Dachsanierung"]
    marks += [things.lead, things.work, things.marketplace] if things else []
    return [mark for mark in marks if any(mark in text for text in shared.response_texts)]


async def test_an_external_user_is_refused_everything_in_the_same_words(shared: Shared) -> None:
    """X1: every command, pressed or submitted by an external user, gets one neutral refusal.

    Nothing changes, nothing of the team is said, and the team's log keeps what was tried.
    """
    things = await command_arguments.build(shared.team)
    before = await team_state.rows_without_refusals(shared.chat, shared.team.team_id)
    shared.response_texts.clear()
    words: set[bytes] = set()
    tried = [name for name in ROWS if name not in COMMANDS_FOR_EXTERNAL_USERS]
    for command in tried:
        for kind in (InteractionKind.CLICK, InteractionKind.DIALOG):
            response = await shared.presses(command, ROWS[command].args(things), kind)
            assert response.placement is Placement.PRIVATE
            words.add(to_json(response.card))
    assert len(words) == 1
    assert _leaks(shared, things) == []
    assert await team_state.rows_without_refusals(shared.chat, shared.team.team_id) == before
    assert await _refused_commands(shared) == sorted(tried)
    assert team_state.defects(shared.chat) == 0


@pytest.mark.parametrize("text", ["leads", "lead L-1", "xyz", "team", "connect", "einladen eva@acme.de", "x" * 5_000])
async def test_an_external_user_runs_no_typed_command(shared: Shared, text: str) -> None:
    """X1: typed text of an external user is refused the same way, whether or not the command exists."""
    await chat_team.create_lead(shared.team)
    pressed = await shared.presses("lead.list", {})
    shared.response_texts.clear()
    response = await shared.receive(text=text, mentions=(Mention("someone", "Someone"),))
    assert response.card == pressed.card
    assert _leaks(shared) == []


async def test_an_external_user_sends_no_file_and_fetches_none(shared: Shared) -> None:
    """X1: an external user can neither send a file nor fetch one of the team's files."""
    things = await command_arguments.build(shared.team)
    refused = await shared.presses("lead.list", {})
    sent = await shared.receive(files=(ReceivedFile("leads.csv", "text/csv", b"Name\r\nEva\r\n"),))
    incoming = await shared.incoming(kind=InteractionKind.CLICK)
    fetched = await shared.chat.application.dispatch.fetch_file(incoming, things.made)
    assert isinstance(fetched, Response)
    assert sent.card == fetched.card == refused.card


async def test_help_for_an_external_user_names_joining_alone(shared: Shared) -> None:
    """Help for an external user offers help and joining, and does not name the team."""
    response = await shared.receive(text="help")
    response_json = to_json(response.card).decode()
    assert '"invitation.join"' in response_json
    assert not {
        f'"{name}"' for name in ROWS if name not in COMMANDS_FOR_EXTERNAL_USERS and f'"{name}"' in response_json
    }
    assert _leaks(shared) == []


async def test_an_external_user_asks_to_join_and_becomes_a_member(shared: Shared) -> None:
    """A46: the approval card names the external organisation; the approved person works like any member."""
    chat, anna = shared.chat, shared.team.owner
    await shared.presses("invitation.join", {})
    again = await shared.presses("invitation.join", {})
    assert "asked" in to_json(again.card).decode()
    assert _leaks(shared) == []
    words = chat.words(de="Olga Fremd, aus einer anderen Organisation", en="Olga Fremd, from another organisation")
    await anna.finds(words, anna.direct)
    await anna.presses("invitation.approve")
    brought = await chat_team.create_lead(shared.team)
    seen = await shared.presses("lead.show", {"lead": brought.lead_id})
    assert brought.title in to_json(seen.card).decode()


async def test_a_declined_external_user_does_not_learn_the_team(shared: Shared) -> None:
    """X1: the message about a declined request does not name the team."""
    await shared.presses("invitation.join", {})
    await shared.team.owner.presses("invitation.decline")
    async with shared.chat.application.units.read() as uow:
        wanted = await uow.invitations.find_by_number(shared.team.team_id, 1)
        assert wanted is not None
        assert wanted.from_outside
        assert wanted.user_id
        view = shared.chat.application.dispatch.views["invitation.decided"]
        seen = await chat_team.actor(uow, shared.team.owner)
        reader = replace(seen, user_id=wanted.user_id, team_id="", role=Role.GUEST)
        card = await view(uow, reader, wanted.invitation_id, {"team_id": shared.team.team_id})
    assert card is not None
    assert shared.team.name not in to_json(card).decode()


async def test_all_seats_taken_stays_hidden_from_an_external_user(shared: Shared) -> None:
    """X1: a code for a team without free seats gets the neutral refusal, too."""
    wrong = await shared.presses("invitation.join", {"code": "AAAA-AAAA"})
    assert "invitation.join" in to_json(wrong.card).decode()
    assert _leaks(shared) == []


async def test_a_shared_channel_shows_nothing_of_a_lead(shared: Shared) -> None:
    """A42: a shared channel shows a stub; a member's press shows the card to that member alone."""
    chat, anna = shared.chat, shared.team.owner
    brought = await chat_team.create_lead(shared.team)
    shown = (await anna.reads(shared.team.channel))[-1]
    assert SHOW_COMMAND in shown.commands
    assert brought.title not in shown
    args = {"view": "lead.card", "key": brought.lead_id}
    refused = await shared.presses(SHOW_COMMAND, args)
    assert brought.title not in to_json(refused.card).decode()
    incoming = replace(
        await shared.incoming(kind=InteractionKind.CLICK, command=SHOW_COMMAND, args=args, message_id="m"),
        sender=Sender(anna.account.account_id, anna.name),
    )
    response = await chat.application.dispatch.receive(incoming)
    assert response is not None
    assert response.placement is Placement.PRIVATE
    assert brought.title in to_json(response.card).decode()


async def test_a_members_response_in_a_shared_channel_is_redacted(shared: Shared) -> None:
    """A42: a member's public response there is a stub; what a stub cannot show comes to the member alone."""
    brought = await chat_team.create_lead(shared.team)
    seen = await shared.member_says(f"lead {brought.ref}")
    response_json = to_json(seen.card).decode()
    assert seen.placement is not Placement.NEW or (SHOW_COMMAND in response_json and brought.title not in response_json)
    unasked = await shared.member_says("disconnect")
    assert unasked.placement is Placement.PRIVATE


async def test_connecting_a_shared_channel_warns_first(shared: Shared) -> None:
    """A34: connecting a shared channel warns about other organisations and asks for confirmation."""
    await shared.member_says("disconnect")
    asked = await shared.member_says("connect")
    assert "team.connect.outsiders" in to_json(asked.card).decode()
    async with shared.chat.application.units.read() as uow:
        assert not await uow.conversations.list_connected(shared.team.team_id)


async def test_only_cards_of_the_teams_rooms_can_be_shown(shared: Shared) -> None:
    """X2: a forged key or view shows no card that is not in the team's channels or the person's chat."""
    chat, anna = shared.chat, shared.team.owner
    await chat_team.create_lead(shared.team)
    async with chat.application.units.write() as uow:
        of_ben = PostedCard(
            team_id=shared.team.team_id,
            post_id="p",
            view="lead.card",
            key="of-ben",
            platform=chat.driver.platform,
            tenant=chat.driver.tenant,
            conversation_id="b",
            message_id="b",
            user_id=await chat_team.user_id(uow, shared.team.people[2]),
        )
        await uow.deliveries.add_post(of_ben, uow.now)
    before = team_state.refused(chat)
    for view, key in (("lead.card", "of-ben"), ("invitation.mail", "x"), ("", "")):
        await anna.forges(SHOW_COMMAND, {"view": view, "key": key})
    assert team_state.newly_refused(chat, before) <= {"NotFound", "Invalid"}
    assert team_state.defects(chat) == 0
