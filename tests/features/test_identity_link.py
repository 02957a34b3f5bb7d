"""One person in two chats: a code from the first chat, typed in the other, confirmed in both (X4)."""

import re
from dataclasses import dataclass

import pytest

from services.people import Language
from services.permissions import Role
from services.user.model import Identity
from tests.chat import Chat, Person
from tests.displayed_message import DisplayedMessage
from tests.features import chat_team, team_state
from tests.features.chat_team import ChatTeam
from tests.features.combinations import Combination

COMBINATIONS: tuple[Combination, ...] = (
    ("teams", "sqlite", Language.GERMAN),
    ("slack", "postgres", Language.ENGLISH),
)
OTHER = {"teams": "slack", "slack": "web"}
CODE = re.compile(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}\b")


@dataclass(slots=True)
class Two:
    """One person's accounts in two chats, not linked yet."""

    chat: Chat
    far: Chat
    team: ChatTeam
    """The team in the first chat."""
    ben: Person
    """A member of the team."""
    far_ben: Person

    async def code(self, person: Person | None = None) -> str:
        """Request a code in the first chat and return it."""
        seen = await (person or self.ben).says(de="verknüpfen", en="link")
        return code_in(seen)

    async def type(self, code: str, person: Person | None = None) -> DisplayedMessage:
        return await (person or self.far_ben).says(de=f"verknüpfen {code}", en=f"link {code}")

    async def link(self) -> DisplayedMessage:
        """Link the two accounts."""
        await self.type(await self.code())
        await self.far_ben.presses("identity.agree")
        return await self.ben.presses("identity.confirm")

    async def user_ids(self) -> tuple[str, str]:
        async with self.chat.application.units.read() as uow:
            return await chat_team.user_id(uow, self.ben), await chat_team.user_id(uow, self.far_ben)


def code_in(seen: DisplayedMessage) -> str:
    """Return the code on a card."""
    found = CODE.search(seen.words)
    assert found, seen.words
    return found[0]


@pytest.fixture
async def two(chat: Chat) -> Two:
    """Solarhaus in one chat, with Ben, who has written to the bot in another chat, too."""
    roles = {"Mara Lind": Role.ADMIN, "Ben Kaya": Role.MEMBER, "Tom Fischer": Role.VIEWER}
    team = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", roles)
    far = chat.on(OTHER[chat.driver.platform])
    return Two(chat, far, team, team.people[2], await chat_team.user_without_team(far, "ben.kaya"))


@pytest.mark.core
async def test_a_code_confirmed_in_both_chats_links_one_person(two: Two) -> None:
    """X4, X5: both chats show the other account and confirm; then Ben works from both, and the log records it."""
    chat, brought = two.chat, await chat_team.create_lead(two.team)
    asked = await two.type(await two.code())
    assert "Ben Kaya" in asked
    assert two.team.name not in asked
    waiting = await two.far_ben.presses("identity.agree")
    assert chat.words(de="Bestätigen Sie jetzt bitte im anderen Chat", en="Please confirm in the other chat") in waiting
    review = (await two.ben.reads())[-1]
    assert "ben.kaya" in review
    assert "identity.confirm" in review.commands
    await two.ben.presses("identity.confirm")
    first_id, same_id = await two.user_ids()
    assert first_id == same_id
    shown = await two.far_ben.says(f"lead {brought.ref}")
    assert brought.title in shown
    picked = await two.far_ben.says(de=f"nimm {brought.ref}", en=f"pick {brought.ref}")
    assert chat.words(de="übernommen von Ben Kaya", en="picked by Ben Kaya") in picked
    async with chat.application.units.read() as uow:
        [log_entry] = [
            item for item in await uow.audit.list_entries(two.team.team_id) if item.action == "identity.linked"
        ]
    platforms = log_entry.details["first_platform"], log_entry.details["other_platform"]
    assert platforms == (chat.driver.platform, two.far.driver.platform)
    assert team_state.defects(chat) == 0


async def test_the_cards_in_both_chats_show_the_outcome(two: Two) -> None:
    """X2: the card with the code becomes the question and then the outcome, in both chats."""
    done = await two.link()
    words = two.chat.words(de="In beiden Chats sind Sie jetzt eine Person.", en="You are one person in both chats now.")
    assert words in done
    assert words in await two.far_ben.sees()
    assert sum(words in item for item in await two.ben.reads()) == 1
    assert not any("identity.confirm" in item.commands for item in await two.ben.reads())


async def test_before_both_agree_nothing_has_changed(two: Two) -> None:
    """Neither a typed code, nor one agreement, nor an early confirmation links the accounts."""
    code = await two.code()
    early = await two.ben.forges("identity.confirm", {"link": await _any_link(two)})
    assert "identity.link" in early.commands
    await two.type(code)
    await two.ben.forges("identity.confirm", {"link": await _any_link(two)})
    await two.far_ben.presses("identity.agree")
    await two.far_ben.forges("identity.confirm", {"link": await _any_link(two)})
    first_id, other_id = await two.user_ids()
    assert first_id != other_id
    refused = await two.far_ben.says("leads")
    assert "team.create" in refused.commands


@pytest.mark.parametrize("refuses", ["first", "other"])
async def test_either_side_declines(two: Two, refuses: str) -> None:
    """Either account can decline, and nothing is linked."""
    await two.type(await two.code())
    if refuses == "other":
        await two.far_ben.presses("identity.decline")
    else:
        await two.far_ben.presses("identity.agree")
        await two.ben.presses("identity.decline")
    first_id, other_id = await two.user_ids()
    assert first_id != other_id
    again = await two.ben.forges("identity.confirm", {"link": await _any_link(two)})
    assert "identity.link" in again.commands


async def _any_link(two: Two) -> str:
    ben, _ = await two.user_ids()
    async with two.chat.application.database.reader.connect() as connection:
        rows = await connection.exec_driver_sql(f"SELECT link_id FROM identity_links WHERE user_id = '{ben}'")  # noqa: S608
        return str(rows.scalar_one())


async def test_a_code_works_once_and_for_ten_minutes(two: Two) -> None:
    """A used, replaced or ten minutes old code is refused."""
    wrong = two.chat.words(de="Dieser Code passt nicht", en="This code doesn't fit")
    used = await two.code()
    await two.type(used)
    other = await chat_team.user_without_team(two.far, "Olga")
    assert wrong in await two.type(used, other)
    old = await two.code()
    await two.code()
    assert wrong in await two.type(old, other)
    expired_code = await two.code()
    two.chat.clock.advance(minutes=10)
    assert wrong in await two.type(expired_code, other)


async def test_guessing_ends_after_five_wrong_codes(two: Two) -> None:
    """Five wrong codes of any kind block further attempts, even with the right code."""
    code = await two.code()
    for n in range(5):
        text = f"verknüpfen AAAA-AAA{n + 2}" if n % 2 else f"link AAAA-AAA{n + 2}"
        await two.far_ben.says(text)
    pause = two.chat.words(de="Minuten", en="minutes")
    assert pause in await two.type(code)
    assert "identity.agree" not in (await two.far_ben.reads())[-1].commands


async def test_a_code_is_stored_nowhere(two: Two) -> None:
    """The database holds a digest of the code, and a repeated request does not show it again."""
    first = await two.ben.says(de="verknüpfen", en="link", interaction_id="the-same")
    code = code_in(first)
    async with two.chat.application.database.reader.connect() as connection:
        rows = [str(tuple(row)) for row in await connection.exec_driver_sql("SELECT * FROM inbox")]
        rows += [str(tuple(row)) for row in await connection.exec_driver_sql("SELECT * FROM identity_links")]
        rows += [str(tuple(row)) for row in await connection.exec_driver_sql("SELECT * FROM posts")]
    assert not [row for row in rows if code in row or code.replace("-", "") in row]


async def test_a_code_asked_for_in_a_channel_is_for_one_person_alone(two: Two) -> None:
    """A code requested in a channel is shown to the requester alone."""
    await two.ben.says(de="verknüpfen", en="link", room=two.team.channel)
    assert not CODE.search(await two.team.owner.sees(two.team.channel))
    everything = await two.ben.sees(two.team.channel) + await two.ben.sees()
    assert CODE.search(everything)


async def test_members_of_two_teams_leave_one_first(two: Two) -> None:
    """B2: accounts in two teams are not linked; the response offers leaving and names no team."""
    await two.far_ben.says(de="team anlegen Dachwerk KG", en="team create Dachwerk KG")
    await two.type(await two.code())
    refused = await two.far_ben.presses("identity.agree")
    assert two.team.name not in refused
    assert "member.leave" in refused.commands
    first_id, other_id = await two.user_ids()
    assert first_id != other_id


async def test_a_team_of_the_second_account_comes_along(two: Two) -> None:
    """B2: a link with one team makes the person its member in both chats, with the same role."""
    second = await chat_team.seed_team(two.far, "Dachwerk KG", "Petra Vogt", {"Uwe Kern": Role.ADMIN})
    uwe, other_uwe = second.people[1], await chat_team.user_without_team(two.chat, "Uwe K.")
    lead = await chat_team.create_lead(second)
    await chat_team.pick(second, lead.lead_id, uwe)
    code = code_in(await other_uwe.says(de="verknüpfen", en="link"))
    await two.type(code, uwe)
    await uwe.presses("identity.agree")
    await other_uwe.presses("identity.confirm")
    seen = await other_uwe.says("team")
    assert "Dachwerk KG" in seen
    async with two.chat.application.units.read() as uow:
        merged = await chat_team.user_id(uow, other_uwe)
        member = await uow.members.get(second.team_id, merged)
        visible_lead = await uow.leads.get(second.team_id, lead.lead_id)
        assert await uow.members.count(second.team_id) == 2
    assert member is not None
    assert member.role is Role.ADMIN
    assert visible_lead is not None
    assert visible_lead.lead.picked_by == visible_lead.lead.responsible_id == merged


async def test_two_memberships_become_one_with_the_first_role(two: Two) -> None:
    """A33: of two memberships in one team the first account's role stays, and a seat becomes free."""
    async with two.chat.application.units.write() as uow:
        await chat_team.join(uow, two.team.team_id, two.far_ben, Role.ADMIN)
    done = await two.link()
    assert two.chat.words(de="ein Platz ist frei", en="a seat is free") in done
    async with two.chat.application.units.read() as uow:
        member = await uow.members.get(two.team.team_id, (await two.user_ids())[0])
        assert await uow.members.count(two.team.team_id) == 4
    assert member is not None
    assert member.role is Role.MEMBER


async def test_the_owner_is_never_merged_away(two: Two) -> None:
    """A44: an owner must ask for the code; a link from the other direction is refused."""
    anna = two.team.owner
    async with two.chat.application.units.write() as uow:
        await chat_team.join(uow, two.team.team_id, two.far_ben, Role.ADMIN)
    code = code_in(await two.far_ben.says(de="verknüpfen", en="link"))
    await two.type(code, anna)
    refused = await anna.presses("identity.agree")
    assert two.chat.words(de="Inhaber", en="owner") in refused
    code = code_in(await anna.says(de="verknüpfen", en="link"))
    await two.type(code)
    await two.far_ben.presses("identity.agree")
    await anna.presses("identity.confirm")
    async with two.chat.application.units.read() as uow:
        [owner] = await uow.members.list_by_role(two.team.team_id, (Role.OWNER,), 2)
        assert owner.user_id == await chat_team.user_id(uow, two.far_ben)


async def test_a_code_typed_in_its_own_chat_links_nothing(two: Two) -> None:
    """A code typed in its own chat gets a hint and stays valid for the other chat."""
    code = await two.code()
    seen = await two.type(code, two.ben)
    assert two.chat.words(de="anderen Chat", en="other chat") in seen
    assert "identity.agree" in (await two.type(code)).commands


async def test_an_unlinked_account_has_no_team(two: Two) -> None:
    """X5: an unlinked account becomes a user without a team; the other keeps the team, and the log records it."""
    await two.link()
    listed = await two.ben.says(de="verknüpfung lösen", en="unlink")
    refs = [button.args["identity"] for button in listed.buttons if button.command == "identity.unlink"]
    assert len(refs) == 2
    await two.ben.presses("identity.unlink", identity=await _ref(two))
    await two.ben.presses("identity.unlink")
    first_id, other_id = await two.user_ids()
    assert first_id != other_id
    refused = await two.far_ben.says("leads")
    assert "team.create" in refused.commands
    assert two.team.name in await two.ben.says("team")
    assert await chat_team.actions(two.chat, two.team.team_id, "identity.unlinked") == 1


async def _ref(two: Two) -> str:
    driver = two.far.driver
    key = (driver.platform, driver.tenant, two.far_ben.account.account_id)
    async with two.chat.application.units.read() as uow:
        return uow.keyring.sign("identity", *key)[:20]


async def test_after_unlinking_no_card_reaches_the_old_chat(two: Two) -> None:
    """X1: an unlinked chat gets no message of the team and no update of its old cards."""
    await two.link()
    await two.far_ben.says(de="hilfe", en="help")
    brought = await chat_team.create_lead(two.team)
    await two.team.owner.says(de=f"teile {brought.ref} @Ben", en=f"share {brought.ref} Ben")
    await chat_team.pick(two.team, brought.lead_id)
    await two.team.owner.says(de=f"delegiere {brought.ref} Ben", en=f"delegate {brought.ref} Ben")
    assert brought.title in await two.far_ben.sees()
    await two.ben.says(de="verknüpfung lösen", en="unlink")
    await two.ben.presses("identity.unlink", identity=await _ref(two))
    await two.ben.presses("identity.unlink")
    before = await two.far_ben.reads()
    await two.team.owner.says(de=f"gewonnen {brought.ref} 100", en=f"won {brought.ref} 100")
    assert await two.far_ben.reads() == before


async def test_a_message_goes_to_the_chat_used_last(two: Two) -> None:
    """A linked person gets one message, in the chat in which they wrote to the bot last."""
    await two.link()
    for latest, other in ((two.far_ben, two.ben), (two.ben, two.far_ben)):
        await latest.says(de="hilfe", en="help")
        brought = await chat_team.create_lead(two.team)
        await chat_team.pick(two.team, brought.lead_id)
        before = await other.reads()
        await two.team.owner.says(de=f"delegiere {brought.ref} Ben", en=f"delegate {brought.ref} Ben")
        assert brought.ref in (await latest.reads())[-1]
        assert await other.reads() == before


async def test_the_name_does_not_change_with_the_chat(two: Two) -> None:
    """A linked person keeps the first name, on whichever platform they write."""
    await two.link()
    await two.far_ben.says("leads")
    listed = await two.team.owner.says(de="mitglieder", en="members")
    assert "Ben Kaya" in listed
    assert "ben.kaya" not in listed


async def test_old_ids_lead_to_the_person(two: Two) -> None:
    """X5: log entries and old cards with the second id show the person's name."""
    async with two.chat.application.units.write() as uow:
        await chat_team.join(uow, two.team.team_id, two.far_ben, Role.MEMBER)
    brought = await chat_team.create_lead(two.team)
    await two.far_ben.says(de=f"nimm {brought.ref}", en=f"pick {brought.ref}")
    _, gone = await two.user_ids()
    await two.link()
    async with two.chat.application.units.read() as uow:
        [log_entry] = [item for item in await uow.audit.list_entries(two.team.team_id) if item.action == "lead.picked"]
        verdict = await uow.audit.verify(two.team.team_id)
    assert log_entry.user_id == gone
    assert log_entry.user_name == "Ben Kaya"
    assert verdict.is_intact
    role = await two.team.owner.forges("member.role", {"who": gone, "role": "viewer"})
    assert "Ben Kaya" in role


def _identities(rows: list[Identity]) -> list[tuple[bool, bool]]:
    return [(row.is_main, row.is_latest) for row in rows]


async def test_one_identity_names_and_one_is_written_to(two: Two) -> None:
    """Each person has one main identity for the name and one latest for messages, also after unlinking."""
    await two.link()
    await two.ben.says(de="verknüpfung lösen", en="unlink")
    driver = two.chat.driver
    key = (driver.platform, driver.tenant, two.ben.account.account_id)
    async with two.chat.application.units.read() as uow:
        ref = uow.keyring.sign("identity", *key)[:20]
        rows = await uow.users.list_identities((await two.user_ids())[0])
    assert sorted(row.is_main for row in rows) == sorted(item.is_latest for item in rows) == [False, True]
    await two.ben.presses("identity.unlink", identity=ref)
    await two.ben.presses("identity.unlink")
    first_id, other_id = await two.user_ids()
    async with two.chat.application.units.read() as uow:
        assert _identities(await uow.users.list_identities(first_id)) == [(True, True)]
        assert _identities(await uow.users.list_identities(other_id)) == [(True, True)]
        assert (await uow.members.find_by_user(other_id)) is not None
        assert (await uow.members.find_by_user(first_id)) is None
