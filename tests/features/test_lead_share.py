"""Hand leads on inside the team: delegate, share, and what becomes of them when a colleague leaves."""

import pytest

from services.permissions import Role
from tests.chat import Chat, Person
from tests.features import people
from tests.features.people import Firm
from tests.features.trade import picked_by, shows

STAFF = {"Mara Lind": Role.ADMIN, "Ben Kaya": Role.MEMBER, "Olaf Kern": Role.MEMBER, "Tom Fischer": Role.VIEWER}


async def found(chat: Chat) -> Firm:
    """A firm with a colleague in every role, and one more."""
    return await people.found(chat, "Solarhaus GmbH", "Anna Weiß", STAFF)


def in_charge(chat: Chat, name: str) -> str:
    """The fact on the card."""
    return chat.words(de=f"Zuständig {name}", en=f"In charge {name}")


async def delegates(person: Person, to: str, ref: str = "L-1") -> str:
    """What the person reads who tries to put a colleague in charge."""
    return (await person.says(de=f'delegiere {ref} "{to}"', en=f'delegate {ref} "{to}"')).words


async def test_a_member_delegates_only_what_is_his(chat: Chat) -> None:
    """B17: a member delegates the leads for which he is responsible; of others he reads who may, and asks them."""
    firm = await found(chat)
    anna, _, ben, olaf, _ = firm.people
    lead = await people.bring(firm)
    await ben.presses("lead.pick", at=firm.channel, lead=lead.lead_id)
    refused = await delegates(olaf, "Olaf Kern")
    assert "Anna Weiß" in refused
    assert in_charge(chat, "Ben Kaya") in await shows(anna, firm)
    assert in_charge(chat, "Olaf Kern") in await delegates(ben, "Olaf Kern")
    assert in_charge(chat, "Olaf Kern") in await shows(anna, firm)
    assert "Anna Weiß" in await delegates(ben, "Ben Kaya")


async def test_a_responsible_colleague_delegates_any_lead(chat: Chat) -> None:
    """B17: once a member is flagged as a responsible colleague he delegates every lead of the team, as admins do."""
    firm = await found(chat)
    _, mara, ben, olaf, _ = firm.people
    lead = await people.bring(firm)
    await ben.presses("lead.pick", at=firm.channel, lead=lead.lead_id)
    await mara.says(de='rolle "Olaf Kern"', en='role "Olaf Kern"')
    await mara.presses("member.role", fill={"responsible": True})
    assert in_charge(chat, "Olaf Kern") in await delegates(olaf, "Olaf Kern")
    assert in_charge(chat, "Ben Kaya") in await delegates(mara, "Ben Kaya")


@pytest.mark.core
async def test_whoever_gets_a_lead_hears_of_it(chat: Chat) -> None:
    """B18: sharing with a colleague by the form puts him in charge; he reads in his direct chat who hands it to him."""
    firm = await found(chat)
    anna, _, ben, olaf, tom = firm.people
    lead = await people.bring(firm)
    await ben.presses("lead.pick", at=firm.channel, lead=lead.lead_id)
    form = await ben.presses("lead.share", at=firm.channel)
    assert "who" in form.inputs
    assert "Tom Fischer" not in form
    async with chat.house.units.read() as uow:
        olafs_id = await people.user_id(uow, olaf)
    await ben.presses("lead.share", at=firm.channel, fill={"who": olafs_id})
    told = await olaf.finds(chat.words(de="Ben Kaya übergibt Ihnen Lead L-1", en="Ben Kaya hands you lead L-1"))
    assert {"lead.note", "lead.delegate", "lead.reveal"} <= told.commands
    assert in_charge(chat, "Olaf Kern") in await shows(anna, firm)
    assert "L-1" not in await tom.sees()
    refused = await delegates(olaf, "Tom Fischer")
    assert chat.words(de="kann für L-1 nicht zuständig sein", en="can't be in charge of L-1") in refused


@pytest.mark.core
async def test_a_lead_is_shared_into_another_channel(chat: Chat) -> None:
    """B18: sharing posts the card into another channel of the team, where it follows every change like the first."""
    firm = await found(chat)
    anna, mara, ben, _, _ = firm.people
    lead = await people.bring(firm)
    service = await chat.channel("Service", anna, ben)
    await anna.says(de="verbinden", en="connect", at=service)
    assert "L-1" not in await anna.sees(service)
    form = await ben.presses("lead.share", at=firm.channel, lead=lead.lead_id)
    assert "Service" in form
    await ben.presses("lead.share", at=firm.channel, fill={"channel": service.room_id})
    assert lead.title in await anna.finds("L-1", service)
    await anna.presses("lead.pick", at=service, lead=lead.lead_id)
    for person, room in ((ben, service), (mara, firm.channel)):
        assert picked_by(chat, "Anna Weiß") in await person.finds("L-1", room)


async def test_sharing_never_leaves_the_team(chat: Chat) -> None:
    """B18: another team's channel and colleagues are answered like such that never were; nothing is posted there."""
    firm = await found(chat)
    other = await people.found(chat, "Dachwerk Süd KG", "Petra Vogt", {})
    ben = firm.people[2]
    lead = await people.bring(firm)
    await ben.presses("lead.pick", at=firm.channel, lead=lead.lead_id)
    before = await other.owner.reads(other.channel)
    async with chat.house.units.read() as uow:
        stranger = await people.user_id(uow, other.owner)
    for name, theirs in (("channel", other.channel.room_id), ("who", stranger)):
        answers: list[str] = []
        for one in (theirs, "0190c0ffee"):
            await ben.forges("lead.share", {"lead": lead.lead_id, name: one})
            answers.append((await ben.reads())[-1].words.replace(one, "…"))
        assert answers[0] == answers[1]
        assert chat.words(de="Nicht möglich", en="Not possible") in answers[0]
    assert await other.owner.reads(other.channel) == before
    assert lead.title not in await other.owner.sees()
    assert in_charge(chat, "Ben Kaya") in await shows(ben, firm)


async def test_leads_stay_when_a_colleague_leaves(chat: Chat) -> None:
    """B19: the leads of a removed colleague stay, with nobody in charge, and are offered again inside the team."""
    firm = await found(chat)
    anna, mara, ben, olaf, _ = firm.people
    lead = await people.bring(firm)
    await ben.presses("lead.pick", at=firm.channel, lead=lead.lead_id)
    chat.clock.advance(minutes=6)
    await anna.says(de="entfernen Ben Kaya", en="remove Ben Kaya")
    await anna.presses("member.remove")
    vacant = await mara.finds("L-1", firm.channel)
    assert chat.words(de="niemand ist zuständig", en="nobody is in charge") in vacant
    assert vacant.button("lead.pick", {"lead": lead.lead_id})
    await olaf.presses("lead.pick", at=firm.channel, lead=lead.lead_id)
    assert in_charge(chat, "Olaf Kern") in await shows(anna, firm)
    late = await mara.says(de="nimm L-1", en="pick L-1")
    assert chat.words(de="Olaf Kern war schneller", en="Olaf Kern was faster") in late


async def test_the_last_of_a_colleague_s_access_ends_at_once(chat: Chat) -> None:
    """X2: each click is authorised again: who was removed a moment ago works on nothing any more, by any open card."""
    firm = await found(chat)
    anna, _, ben, _, _ = firm.people
    lead = await people.bring(firm)
    await ben.presses("lead.pick", at=firm.channel, lead=lead.lead_id)
    await ben.says("lead L-1")
    await anna.says(de="entfernen Ben Kaya", en="remove Ben Kaya")
    await anna.presses("member.remove")
    for command, args in (("lead.note", {"note": "Noch da"}), ("lead.reveal", {}), ("lead.win", {"amount": "5"})):
        await ben.forges(command, {"lead": lead.lead_id, **args})
        assert chat.words(de="noch nicht", en="not a colleague") in (await ben.reads())[-1], command
    assert "Noch da" not in await anna.says(de="kontakt L-1", en="contact L-1")


async def test_full_names_need_no_quotes(chat: Chat) -> None:
    """A colleague is named by first and last name as one says it, also in front of another argument."""
    firm = await found(chat)
    anna, mara, ben, olaf, _ = firm.people
    lead = await people.bring(firm)
    await ben.presses("lead.pick", at=firm.channel, lead=lead.lead_id)
    words = chat.words(de="delegiere L-1 Olaf Kern", en="delegate L-1 Olaf Kern")
    assert in_charge(chat, "Olaf Kern") in await anna.says(words)
    words = chat.words(de="delegiere L-1 an Ben Kaya", en="delegate L-1 to Ben Kaya")
    assert in_charge(chat, "Ben Kaya") in await anna.says(words)
    words = chat.words(de="delegiere L-1 an „Olaf Kern“", en='delegate L-1 to "Olaf Kern"')
    assert in_charge(chat, "Olaf Kern") in await anna.says(words)
    await olaf.says(de="teile L-1 mit Ben Kaya", en="share L-1 with Ben Kaya")
    assert in_charge(chat, "Ben Kaya") in await shows(anna, firm)
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


async def test_in_another_team_s_channel_nobody_is_told_to_found_a_team(chat: Chat) -> None:
    """X1: a colleague of another team is shown to his own chat, and not told whose channel it is."""
    other = await people.found(chat, "Dachwerk Süd KG", "Petra Vogt", {})
    firm = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", {}, other.owner)
    await people.bring(firm)
    refused = await other.owner.forges("lead.list", {}, at=firm.channel)
    assert chat.words(de="gehört zu einem anderen Team", en="belongs to another team") in refused
    assert "Ihr eigenes Team" in refused or "your own team" in refused
    assert not {"team.create", "invitation.join"} & refused.commands


async def test_there_are_no_groups(chat: Chat) -> None:
    """B12: leads belong to teams and colleagues; no command, no word to type and no argument speaks of a group."""
    for command in (one for one in chat.house.registry.commands.values() if one.name != "help"):
        said = " ".join((command.name, *command.english, *command.german, *command.takes)).casefold()
        assert "group" not in said
        assert "gruppe" not in said
