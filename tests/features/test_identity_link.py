"""One person at two chats: a code from one side, typed on the other, confirmed on both (X4)."""

import re
from dataclasses import dataclass

import pytest

from services.people import Language
from services.permissions import Role
from services.user.model import Identity
from tests.chat import Chat, Person
from tests.features import people, state
from tests.features.combinations import Combination
from tests.features.people import Firm
from tests.seen import Seen

COMBINATIONS: tuple[Combination, ...] = (
    ("teams", "sqlite", Language.GERMAN),
    ("slack", "postgres", Language.ENGLISH),
)
OTHER = {"teams": "slack", "slack": "web"}
CODE = re.compile(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}\b")


@dataclass(slots=True)
class Two:
    """The same human being at two chats, of which nobody knows yet."""

    chat: Chat
    far: Chat
    firm: Firm
    """In the first chat."""
    ben: Person
    """A member of it."""
    far_ben: Person

    async def code(self, person: Person | None = None) -> str:
        """What the first side is shown."""
        seen = await (person or self.ben).says(de="verknüpfen", en="link")
        return code_in(seen)

    async def type(self, code: str, person: Person | None = None) -> Seen:
        return await (person or self.far_ben).says(de=f"verknüpfen {code}", en=f"link {code}")

    async def link(self) -> Seen:
        """All of it."""
        await self.type(await self.code())
        await self.far_ben.presses("identity.agree")
        return await self.ben.presses("identity.confirm")

    async def user_ids(self) -> tuple[str, str]:
        async with self.chat.house.units.read() as uow:
            return await people.user_id(uow, self.ben), await people.user_id(uow, self.far_ben)


def code_in(seen: Seen) -> str:
    """The code on a card."""
    """The code on a card."""
    found = CODE.search(seen.words)
    assert found, seen.words
    return found[0]


@pytest.fixture
async def two(chat: Chat) -> Two:
    """Solarhaus in one chat, with Ben, who has written to the bot in another one, too."""
    roles = {"Mara Lind": Role.ADMIN, "Ben Kaya": Role.MEMBER, "Tom Fischer": Role.VIEWER}
    firm = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", roles)
    far = chat.on(OTHER[chat.stage.platform])
    return Two(chat, far, firm, firm.people[2], await people.newcomer(far, "ben.kaya"))


@pytest.mark.core
async def test_a_code_typed_there_and_confirmed_on_both_sides_makes_one_person(two: Two) -> None:
    """X4, X5: both read who the other one is, both say yes; then he works for his team there, too, and it is logged."""
    chat, brought = two.chat, await people.bring(two.firm)
    asked = await two.type(await two.code())
    assert "Ben Kaya" in asked
    assert two.firm.name not in asked
    waiting = await two.far_ben.presses("identity.agree")
    assert chat.words(de="Bestätigen Sie jetzt bitte im anderen Chat", en="Please confirm in the other chat") in waiting
    review = (await two.ben.reads())[-1]
    assert "ben.kaya" in review
    assert "identity.confirm" in review.commands
    await two.ben.presses("identity.confirm")
    one, same = await two.user_ids()
    assert one == same
    shown = await two.far_ben.says(f"lead {brought.ref}")
    assert brought.title in shown
    picked = await two.far_ben.says(de=f"nimm {brought.ref}", en=f"pick {brought.ref}")
    assert chat.words(de="übernommen von Ben Kaya", en="picked by Ben Kaya") in picked
    async with chat.house.units.read() as uow:
        [entry] = [one for one in await uow.audit.page(two.firm.team_id) if one.action == "identity.linked"]
    platforms = entry.details["first_platform"], entry.details["other_platform"]
    assert platforms == (chat.stage.platform, two.far.stage.platform)
    assert state.defects(chat) == 0


async def test_the_cards_before_both_say_how_it_ended(two: Two) -> None:
    """X2: the card with the code becomes the question and then the outcome, and the other side's card follows."""
    done = await two.link()
    words = two.chat.words(de="In beiden Chats sind Sie jetzt eine Person.", en="You are one person in both chats now.")
    assert words in done
    assert words in await two.far_ben.sees()
    assert sum(words in one for one in await two.ben.reads()) == 1
    assert not any("identity.confirm" in one.commands for one in await two.ben.reads())


async def test_before_both_agree_nothing_has_changed(two: Two) -> None:
    """A code alone links nobody: neither typing it nor agreeing on that side, nor confirming too early, suffices."""
    code = await two.code()
    early = await two.ben.forges("identity.confirm", {"link": await _any_link(two)})
    assert "identity.link" in early.commands
    await two.type(code)
    await two.ben.forges("identity.confirm", {"link": await _any_link(two)})
    await two.far_ben.presses("identity.agree")
    await two.far_ben.forges("identity.confirm", {"link": await _any_link(two)})
    one, other = await two.user_ids()
    assert one != other
    refused = await two.far_ben.says("leads")
    assert "team.create" in refused.commands


@pytest.mark.parametrize("refuses", ["first", "other"])
async def test_either_side_declines(two: Two, refuses: str) -> None:
    """Whoever did not ask for it says no on either side, and nothing is linked."""
    await two.type(await two.code())
    if refuses == "other":
        await two.far_ben.presses("identity.decline")
    else:
        await two.far_ben.presses("identity.agree")
        await two.ben.presses("identity.decline")
    one, other = await two.user_ids()
    assert one != other
    again = await two.ben.forges("identity.confirm", {"link": await _any_link(two)})
    assert "identity.link" in again.commands


async def _any_link(two: Two) -> str:
    ben, _ = await two.user_ids()
    async with two.chat.house.database.reader.connect() as connection:
        rows = await connection.exec_driver_sql(f"SELECT link_id FROM identity_links WHERE user_id = '{ben}'")  # noqa: S608
        return str(rows.scalar_one())


async def test_a_code_works_once_and_for_ten_minutes(two: Two) -> None:
    """A code that was typed, replaced by a newer one, or shown ten minutes ago opens nothing."""
    wrong = two.chat.words(de="Dieser Code passt nicht", en="This code doesn't fit")
    used = await two.code()
    await two.type(used)
    other = await people.newcomer(two.far, "Olga")
    assert wrong in await two.type(used, other)
    old = await two.code()
    await two.code()
    assert wrong in await two.type(old, other)
    late = await two.code()
    two.chat.clock.advance(minutes=10)
    assert wrong in await two.type(late, other)


async def test_guessing_ends_after_five_wrong_codes(two: Two) -> None:
    """Wrong codes of every kind count together; after five not even the right one is looked at."""
    code = await two.code()
    for n in range(5):
        text = f"verknüpfen AAAA-AAA{n + 2}" if n % 2 else f"link AAAA-AAA{n + 2}"
        await two.far_ben.says(text)
    pause = two.chat.words(de="Minuten", en="minutes")
    assert pause in await two.type(code)
    assert "identity.agree" not in (await two.far_ben.reads())[-1].commands


async def test_a_code_is_kept_nowhere(two: Two) -> None:
    """The database holds a digest of the code; a repeated request is told that it was shown once."""
    first = await two.ben.says(de="verknüpfen", en="link", interaction_id="the-same")
    code = code_in(first)
    async with two.chat.house.database.reader.connect() as connection:
        rows = [str(tuple(row)) for row in await connection.exec_driver_sql("SELECT * FROM inbox")]
        rows += [str(tuple(row)) for row in await connection.exec_driver_sql("SELECT * FROM identity_links")]
        rows += [str(tuple(row)) for row in await connection.exec_driver_sql("SELECT * FROM posts")]
    assert not [row for row in rows if code in row or code.replace("-", "") in row]


async def test_a_code_asked_for_in_a_channel_is_for_one_person_alone(two: Two) -> None:
    """Where others read along the code comes to the person alone."""
    await two.ben.says(de="verknüpfen", en="link", at=two.firm.channel)
    assert not CODE.search(await two.firm.owner.sees(two.firm.channel))
    everything = await two.ben.sees(two.firm.channel) + await two.ben.sees()
    assert CODE.search(everything)


async def test_whoever_is_in_another_team_leaves_one_first(two: Two) -> None:
    """B2: with a team on each side nothing is linked, in words that name the way out and no team."""
    await two.far_ben.says(de="team anlegen Dachwerk KG", en="team create Dachwerk KG")
    await two.type(await two.code())
    refused = await two.far_ben.presses("identity.agree")
    assert two.firm.name not in refused
    assert "member.leave" in refused.commands
    one, other = await two.user_ids()
    assert one != other


async def test_a_team_of_the_second_side_alone_comes_along(two: Two) -> None:
    """B2: who is in no team here and in one there is a colleague of that one in both chats, with the same role."""
    second = await people.found(two.far, "Dachwerk KG", "Petra Vogt", {"Uwe Kern": Role.ADMIN})
    uwe, here = second.people[1], await people.newcomer(two.chat, "Uwe K.")
    lead = await people.bring(second)
    await people.pick(second, lead.lead_id, uwe)
    code = code_in(await here.says(de="verknüpfen", en="link"))
    await two.type(code, uwe)
    await uwe.presses("identity.agree")
    await here.presses("identity.confirm")
    seen = await here.says("team")
    assert "Dachwerk KG" in seen
    async with two.chat.house.units.read() as uow:
        merged = await people.user_id(uow, here)
        member = await uow.members.get(second.team_id, merged)
        sight = await uow.leads.see(second.team_id, lead.lead_id)
        assert await uow.members.count(second.team_id) == 2
    assert member is not None
    assert member.role is Role.ADMIN
    assert sight is not None
    assert sight.lead.picked_by == sight.lead.responsible_id == merged


async def test_who_was_invited_twice_is_one_colleague_with_the_first_role(two: Two) -> None:
    """A33: of two memberships in one team the first side's stays as it is, and a seat becomes free."""
    async with two.chat.house.units.write() as uow:
        await people.join(uow, two.firm.team_id, two.far_ben, Role.ADMIN)
    done = await two.link()
    assert two.chat.words(de="ein Platz ist frei", en="a seat is free") in done
    async with two.chat.house.units.read() as uow:
        member = await uow.members.get(two.firm.team_id, (await two.user_ids())[0])
        assert await uow.members.count(two.firm.team_id) == 4
    assert member is not None
    assert member.role is Role.MEMBER


async def test_the_owner_is_never_merged_away(two: Two) -> None:
    """A44: whoever owns the team on the second side begins there instead; the team keeps its owner."""
    anna = two.firm.owner
    async with two.chat.house.units.write() as uow:
        await people.join(uow, two.firm.team_id, two.far_ben, Role.ADMIN)
    code = code_in(await two.far_ben.says(de="verknüpfen", en="link"))
    await two.type(code, anna)
    refused = await anna.presses("identity.agree")
    assert two.chat.words(de="Inhaber", en="owner") in refused
    code = code_in(await anna.says(de="verknüpfen", en="link"))
    await two.type(code)
    await two.far_ben.presses("identity.agree")
    await anna.presses("identity.confirm")
    async with two.chat.house.units.read() as uow:
        [owner] = await uow.members.holders(two.firm.team_id, (Role.OWNER,), 2)
        assert owner.user_id == await people.user_id(uow, two.far_ben)


async def test_linking_oneself_says_so(two: Two) -> None:
    """A code typed in the very chat that showed it leads nowhere, and stays good for the other chat."""
    code = await two.code()
    seen = await two.type(code, two.ben)
    assert two.chat.words(de="anderen Chat", en="other chat") in seen
    assert "identity.agree" in (await two.type(code)).commands


async def test_unlinking_makes_somebody_new_without_a_team(two: Two) -> None:
    """X5: a chat that is taken out again is nobody's colleague from then on; the rest stays, and it is logged."""
    await two.link()
    listed = await two.ben.says(de="verknüpfung lösen", en="unlink")
    refs = [button.args["identity"] for button in listed.buttons if button.command == "identity.unlink"]
    assert len(refs) == 2
    await two.ben.presses("identity.unlink", identity=await _ref(two))
    await two.ben.presses("identity.unlink")
    one, other = await two.user_ids()
    assert one != other
    refused = await two.far_ben.says("leads")
    assert "team.create" in refused.commands
    assert two.firm.name in await two.ben.says("team")
    assert await people.actions(two.chat, two.firm.team_id, "identity.unlinked") == 1


async def _ref(two: Two) -> str:
    stage = two.far.stage
    key = (stage.platform, stage.tenant, two.far_ben.account.account_id)
    async with two.chat.house.units.read() as uow:
        return uow.keyring.token("identity", *key)[:20]


async def test_after_unlinking_no_card_reaches_the_old_chat(two: Two) -> None:
    """X1: the chat that was taken out hears nothing of the team any more, not even on cards that stand there."""
    await two.link()
    await two.far_ben.says(de="hilfe", en="help")
    brought = await people.bring(two.firm)
    await two.firm.owner.says(de=f"teile {brought.ref} @Ben", en=f"share {brought.ref} Ben")
    await people.pick(two.firm, brought.lead_id)
    await two.firm.owner.says(de=f"delegiere {brought.ref} Ben", en=f"delegate {brought.ref} Ben")
    assert brought.title in await two.far_ben.sees()
    await two.ben.says(de="verknüpfung lösen", en="unlink")
    await two.ben.presses("identity.unlink", identity=await _ref(two))
    await two.ben.presses("identity.unlink")
    before = await two.far_ben.reads()
    await two.firm.owner.says(de=f"gewonnen {brought.ref} 100", en=f"won {brought.ref} 100")
    assert await two.far_ben.reads() == before


async def test_a_message_goes_to_the_chat_used_last(two: Two) -> None:
    """Whoever is linked gets one message, in the chat in which he wrote to the bot last."""
    await two.link()
    for latest, other in ((two.far_ben, two.ben), (two.ben, two.far_ben)):
        await latest.says(de="hilfe", en="help")
        brought = await people.bring(two.firm)
        await people.pick(two.firm, brought.lead_id)
        before = await other.reads()
        await two.firm.owner.says(de=f"delegiere {brought.ref} Ben", en=f"delegate {brought.ref} Ben")
        assert brought.ref in (await latest.reads())[-1]
        assert await other.reads() == before


async def test_the_name_does_not_change_with_the_chat(two: Two) -> None:
    """Whoever is linked is called as he was first, whichever platform he writes from."""
    await two.link()
    await two.far_ben.says("leads")
    listed = await two.firm.owner.says(de="mitglieder", en="members")
    assert "Ben Kaya" in listed
    assert "ben.kaya" not in listed


async def test_old_ids_lead_to_the_person(two: Two) -> None:
    """X5: what the log wrote under the second id is told under the person's name, and old cards still name him."""
    async with two.chat.house.units.write() as uow:
        await people.join(uow, two.firm.team_id, two.far_ben, Role.MEMBER)
    brought = await people.bring(two.firm)
    await two.far_ben.says(de=f"nimm {brought.ref}", en=f"pick {brought.ref}")
    _, gone = await two.user_ids()
    await two.link()
    async with two.chat.house.units.read() as uow:
        [entry] = [one for one in await uow.audit.page(two.firm.team_id) if one.action == "lead.picked"]
        verdict = await uow.audit.verify(two.firm.team_id)
    assert entry.user_id == gone
    assert entry.user_name == "Ben Kaya"
    assert verdict.is_whole
    role = await two.firm.owner.forges("member.role", {"who": gone, "role": "viewer"})
    assert "Ben Kaya" in role


def _identities(rows: list[Identity]) -> list[tuple[bool, bool]]:
    return [(one.is_main, one.is_latest) for one in rows]


async def test_one_identity_names_and_one_is_written_to(two: Two) -> None:
    """Each person has one identity that says what he is called, and one that messages go to, also after unlinking."""
    await two.link()
    await two.ben.says(de="verknüpfung lösen", en="unlink")
    here = two.chat.stage
    key = (here.platform, here.tenant, two.ben.account.account_id)
    async with two.chat.house.units.read() as uow:
        ref = uow.keyring.token("identity", *key)[:20]
        rows = await uow.users.identities((await two.user_ids())[0])
    assert sorted(one.is_main for one in rows) == sorted(one.is_latest for one in rows) == [False, True]
    await two.ben.presses("identity.unlink", identity=ref)
    await two.ben.presses("identity.unlink")
    one, other = await two.user_ids()
    async with two.chat.house.units.read() as uow:
        assert _identities(await uow.users.identities(one)) == [(True, True)]
        assert _identities(await uow.users.identities(other)) == [(True, True)]
        assert (await uow.members.of_user(other)) is not None
        assert (await uow.members.of_user(one)) is None
