"""The home: what somebody sees first, on every platform, and for whom it says what."""

import pytest

from services.permissions import Role
from tests.chat import Chat
from tests.features import people


@pytest.mark.core
async def test_a_colleague_reads_what_there_is_to_do(chat: Chat) -> None:
    """A colleague reads the own leads with their step, and the team, on a card with the ways on."""
    firm = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", {})
    anna = firm.owner
    empty = await anna.says(de="start", en="home")
    assert chat.words(de="Sie sind für keinen Lead zuständig", en="You are in charge of no lead") in empty
    lead = await people.bring(firm)
    await people.pick(firm, lead.lead_id)
    seen = await anna.says(de="startseite", en="start")
    assert f"{lead.ref} · {lead.title}" in seen
    assert chat.words(de="Erstkontakt", en="First contact") in seen
    assert chat.words(de="1 von 5 belegt", en="1 of 5 taken") in seen
    assert firm.channel.name in seen
    assert {"lead.show", "lead.list", "lead.create", "team.show", "team.settings"} <= seen.commands
    assert lead.ref in await anna.presses("lead.list", kind="mine")


async def test_what_waits_is_decided_there(chat: Chat) -> None:
    """Whoever may decide finds what waits for him, and decides it there; others find nothing of it."""
    roles = {"Mara Lind": Role.ADMIN, "Ben Kaya": Role.MEMBER, "Tom Fischer": Role.VIEWER}
    firm = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", roles)
    await firm.of(Role.MEMBER).says(de="einladung erbitten eva@acme.example", en="request invitation eva@acme.example")
    asks = chat.words(de="eva@acme.example einladen", en="Invite eva@acme.example")
    for role in (Role.MEMBER, Role.VIEWER):
        seen = await firm.of(role).says(de="start", en="home")
        assert "acme" not in seen
        assert "invitation.approve" not in seen.commands
    mara = firm.of(Role.ADMIN)
    assert asks in await mara.says(de="start", en="home")
    await mara.presses("invitation.approve")
    assert asks not in await mara.says(de="start", en="home")


async def test_without_a_team_it_shows_the_ways_in(chat: Chat) -> None:
    """Whoever has no team reads how to join one or to found an own one; a colleague of it is at home."""
    eva = await people.newcomer(chat, "Eva Lang")
    seen = await eva.says(de="start", en="home")
    assert {"invitation.join", "team.create", "preference.language"} <= seen.commands
    assert "lead.list" not in seen.commands
    await eva.presses("team.create")
    await eva.presses("team.create", fill={"name": "Dachbau Nord"})
    assert "Dachbau Nord" in await eva.says(de="start", en="home")


async def test_in_the_place_of_another_team_nobody_is_at_home(chat: Chat) -> None:
    """In the channel of another team a home shows nothing of either team."""
    ours = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", {})
    theirs = await people.found(chat, "Dachbau Nord", "Udo Ernst", {}, ours.owner)
    seen = await ours.owner.says(de="start", en="home", at=theirs.channel)
    assert chat.words(de="gehört zu einem anderen Team", en="belongs to another team") in seen
    assert "lead.list" not in seen.commands
