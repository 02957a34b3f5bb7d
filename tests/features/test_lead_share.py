"""Leads handed on inside the team: delegate, share, and leads of a removed member."""

import pytest

from services.permissions import Role
from tests.chat import Chat, Person
from tests.features import chat_team
from tests.features.chat_team import ChatTeam
from tests.features.lead_steps import picked_by, shows

STAFF = {"Mara Lind": Role.ADMIN, "Ben Kaya": Role.MEMBER, "Olaf Kern": Role.MEMBER, "Tom Fischer": Role.VIEWER}


async def seed_full_team(chat: Chat) -> ChatTeam:
    """Create a team with a member in every role, and one more."""
    return await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", STAFF)


def in_charge(chat: Chat, name: str) -> str:
    """Return the words of the card about the responsible member."""
    return chat.words(de=f"Zuständig {name}", en=f"In charge {name}")


async def delegates(person: Person, to: str, ref: str = "L-1") -> str:
    """Type a delegation and return the response."""
    return (await person.says(de=f'delegiere {ref} "{to}"', en=f'delegate {ref} "{to}"')).words


async def test_a_member_delegates_only_their_own_leads(chat: Chat) -> None:
    """B17: a member delegates leads in their charge; for others the member reads who may, and asks."""
    team = await seed_full_team(chat)
    anna, _, ben, olaf, _ = team.people
    lead = await chat_team.create_lead(team)
    await ben.presses("lead.pick", room=team.channel, lead=lead.lead_id)
    refused = await delegates(olaf, "Olaf Kern")
    assert "Anna Weiß" in refused
    assert in_charge(chat, "Ben Kaya") in await shows(anna, team)
    assert in_charge(chat, "Olaf Kern") in await delegates(ben, "Olaf Kern")
    assert in_charge(chat, "Olaf Kern") in await shows(anna, team)
    assert "Anna Weiß" in await delegates(ben, "Ben Kaya")


async def test_a_responsible_member_delegates_any_lead(chat: Chat) -> None:
    """B17: a member flagged as responsible delegates every lead of the team, as admins do."""
    team = await seed_full_team(chat)
    _, mara, ben, olaf, _ = team.people
    lead = await chat_team.create_lead(team)
    await ben.presses("lead.pick", room=team.channel, lead=lead.lead_id)
    await mara.says(de='rolle "Olaf Kern"', en='role "Olaf Kern"')
    await mara.presses("member.role", fill={"responsible": True})
    assert in_charge(chat, "Olaf Kern") in await delegates(olaf, "Olaf Kern")
    assert in_charge(chat, "Ben Kaya") in await delegates(mara, "Ben Kaya")


@pytest.mark.core
async def test_the_receiver_of_a_lead_is_notified(chat: Chat) -> None:
    """B18: sharing by the form changes who is in charge; the receiver reads the sender in the direct chat."""
    team = await seed_full_team(chat)
    anna, _, ben, olaf, tom = team.people
    lead = await chat_team.create_lead(team)
    await ben.presses("lead.pick", room=team.channel, lead=lead.lead_id)
    form = await ben.presses("lead.share", room=team.channel)
    assert "who" in form.inputs
    assert "Tom Fischer" not in form
    async with chat.application.units.read() as uow:
        olafs_id = await chat_team.user_id(uow, olaf)
    await ben.presses("lead.share", room=team.channel, fill={"who": olafs_id})
    handover = await olaf.finds(chat.words(de="Ben Kaya übergibt Ihnen Lead L-1", en="Ben Kaya hands you lead L-1"))
    assert {"lead.note", "lead.delegate", "lead.reveal"} <= handover.commands
    assert in_charge(chat, "Olaf Kern") in await shows(anna, team)
    assert "L-1" not in await tom.sees()
    refused = await delegates(olaf, "Tom Fischer")
    assert chat.words(de="kann für L-1 nicht zuständig sein", en="can't be in charge of L-1") in refused


@pytest.mark.core
async def test_a_lead_is_shared_into_another_channel(chat: Chat) -> None:
    """B18: sharing posts the card into another channel of the team; every change updates both."""
    team = await seed_full_team(chat)
    anna, mara, ben, _, _ = team.people
    lead = await chat_team.create_lead(team)
    service = await chat.channel("Service", anna, ben)
    await anna.says(de="verbinden", en="connect", room=service)
    assert "L-1" not in await anna.sees(service)
    form = await ben.presses("lead.share", room=team.channel, lead=lead.lead_id)
    assert "Service" in form
    await ben.presses("lead.share", room=team.channel, fill={"channel": service.room_id})
    assert lead.title in await anna.finds("L-1", service)
    await anna.presses("lead.pick", room=service, lead=lead.lead_id)
    for person, room in ((ben, service), (mara, team.channel)):
        assert picked_by(chat, "Anna Weiß") in await person.finds("L-1", room)


async def test_sharing_never_leaves_the_team(chat: Chat) -> None:
    """B18: another team's channel and members look missing, and nothing is posted there."""
    team = await seed_full_team(chat)
    other = await chat_team.seed_team(chat, "Dachwerk Süd KG", "Petra Vogt", {})
    ben = team.people[2]
    lead = await chat_team.create_lead(team)
    await ben.presses("lead.pick", room=team.channel, lead=lead.lead_id)
    before = await other.owner.reads(other.channel)
    async with chat.application.units.read() as uow:
        stranger = await chat_team.user_id(uow, other.owner)
    for name, theirs in (("channel", other.channel.room_id), ("who", stranger)):
        responses: list[str] = []
        for item in (theirs, "0190c0ffee"):
            await ben.forges("lead.share", {"lead": lead.lead_id, name: item})
            responses.append((await ben.reads())[-1].words.replace(item, "…"))
        assert responses[0] == responses[1]
        assert chat.words(de="Nicht möglich", en="Not possible") in responses[0]
    assert await other.owner.reads(other.channel) == before
    assert lead.title not in await other.owner.sees()
    assert in_charge(chat, "Ben Kaya") in await shows(ben, team)


async def test_leads_stay_when_a_member_leaves(chat: Chat) -> None:
    """B19: the leads of a removed member stay without a responsible member and are offered again in the team."""
    team = await seed_full_team(chat)
    anna, mara, ben, olaf, _ = team.people
    lead = await chat_team.create_lead(team)
    await ben.presses("lead.pick", room=team.channel, lead=lead.lead_id)
    chat.clock.advance(minutes=6)
    await anna.says(de="entfernen Ben Kaya", en="remove Ben Kaya")
    await anna.presses("member.remove")
    vacant = await mara.finds("L-1", team.channel)
    assert chat.words(de="niemand ist zuständig", en="nobody is in charge") in vacant
    assert vacant.button("lead.pick", {"lead": lead.lead_id})
    await olaf.presses("lead.pick", room=team.channel, lead=lead.lead_id)
    assert in_charge(chat, "Olaf Kern") in await shows(anna, team)
    refused = await mara.says(de="nimm L-1", en="pick L-1")
    assert chat.words(de="Olaf Kern war schneller", en="Olaf Kern was faster") in refused


async def test_a_removed_members_access_ends_at_once(chat: Chat) -> None:
    """X2: each click is authorised again, so a removed member's open cards have no effect."""
    team = await seed_full_team(chat)
    anna, _, ben, _, _ = team.people
    lead = await chat_team.create_lead(team)
    await ben.presses("lead.pick", room=team.channel, lead=lead.lead_id)
    await ben.says("lead L-1")
    await anna.says(de="entfernen Ben Kaya", en="remove Ben Kaya")
    await anna.presses("member.remove")
    for command, args in (("lead.note", {"note": "Noch da"}), ("lead.reveal", {}), ("lead.win", {"amount": "5"})):
        await ben.forges(command, {"lead": lead.lead_id, **args})
        assert chat.words(de="noch nicht", en="not a colleague") in (await ben.reads())[-1], command
    assert "Noch da" not in await anna.says(de="kontakt L-1", en="contact L-1")


async def test_full_names_need_no_quotes(chat: Chat) -> None:
    """A member is named by first and last name without quotes, also before another argument."""
    team = await seed_full_team(chat)
    anna, mara, ben, olaf, _ = team.people
    lead = await chat_team.create_lead(team)
    await ben.presses("lead.pick", room=team.channel, lead=lead.lead_id)
    words = chat.words(de="delegiere L-1 Olaf Kern", en="delegate L-1 Olaf Kern")
    assert in_charge(chat, "Olaf Kern") in await anna.says(words)
    words = chat.words(de="delegiere L-1 an Ben Kaya", en="delegate L-1 to Ben Kaya")
    assert in_charge(chat, "Ben Kaya") in await anna.says(words)
    words = chat.words(de="delegiere L-1 an „Olaf Kern“", en='delegate L-1 to "Olaf Kern"')
    assert in_charge(chat, "Olaf Kern") in await anna.says(words)
    await olaf.says(de="teile L-1 mit Ben Kaya", en="share L-1 with Ben Kaya")
    assert in_charge(chat, "Ben Kaya") in await shows(anna, team)
    admin = chat.words(de="Ben Kaya ist jetzt: Administrator", en="Ben Kaya is now: Admin")
    member = chat.words(de="Ben Kaya ist jetzt: Mitglied", en="Ben Kaya is now: Member")
    for typed, changed in (
        (chat.words(de="rolle Ben Kaya admin", en="role Ben Kaya admin"), admin),
        (chat.words(de="rolle Ben Kaya Mitglied responsible=true", en="role Ben Kaya Member responsible=true"), member),
        (chat.words(de="rolle „Ben Kaya“ admin", en='role "Ben Kaya" admin'), admin),
        (chat.words(de="rolle Ben Kaya role=member", en="role Ben Kaya role=member"), member),
        (chat.words(de="rolle ben administrator", en="role ben admin"), admin),
    ):
        assert changed in await mara.says(typed), typed
    assert {"role", "responsible"} <= set((await mara.says(de="rolle Ben Kaya", en="role Ben Kaya")).inputs)
    refused = await mara.says(de="rolle Ben Kaya Chef", en="role Ben Kaya Boss")
    assert chat.words(de="Ben Kaya Chef", en="Ben Kaya Boss") in refused
    gone = await anna.says(de="entfernen Olaf Kern", en="remove Olaf Kern")
    assert "Olaf Kern" in gone


async def test_another_teams_member_is_shown_to_the_direct_chat(chat: Chat) -> None:
    """X1: another team's member gets a hint to the direct chat, and does not read whose channel it is."""
    other = await chat_team.seed_team(chat, "Dachwerk Süd KG", "Petra Vogt", {})
    team = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {}, other.owner)
    await chat_team.create_lead(team)
    refused = await other.owner.forges("lead.list", {}, room=team.channel)
    assert chat.words(de="gehört zu einem anderen Team", en="belongs to another team") in refused
    assert "Ihr eigenes Team" in refused or "your own team" in refused
    assert not {"team.create", "invitation.join"} & refused.commands


async def test_there_are_no_groups(chat: Chat) -> None:
    """B12: leads belong to teams and members; no command, typed word or argument names a group."""
    for command in (item for item in chat.application.registry.commands.values() if item.name != "help"):
        vocabulary = " ".join((command.name, *command.english, *command.german, *command.takes)).casefold()
        assert "group" not in vocabulary
        assert "gruppe" not in vocabulary
