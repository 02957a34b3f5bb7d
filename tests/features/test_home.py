"""The home card on every platform."""

import pytest

from services.permissions import Role
from tests.chat import Chat
from tests.features import chat_team


@pytest.mark.core
async def test_a_member_reads_what_there_is_to_do(chat: Chat) -> None:
    """A member's home shows their leads with the next step, the team, and buttons for the main commands."""
    team = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {})
    anna = team.owner
    empty = await anna.says(de="start", en="home")
    assert chat.words(de="Sie sind für keinen Lead zuständig", en="You are in charge of no lead") in empty
    lead = await chat_team.create_lead(team)
    await chat_team.pick(team, lead.lead_id)
    seen = await anna.says(de="startseite", en="start")
    assert f"{lead.ref} · {lead.title}" in seen
    assert chat.words(de="Erstkontakt", en="First contact") in seen
    assert chat.words(de="1 von 5 belegt", en="1 of 5 taken") in seen
    assert team.channel.name in seen
    assert {"lead.show", "lead.list", "lead.create", "team.show", "team.settings"} <= seen.commands
    assert lead.ref in await anna.presses("lead.list", kind="mine")


async def test_what_waits_is_decided_there(chat: Chat) -> None:
    """Approvers decide waiting requests on their home; other roles see none of them."""
    roles = {"Mara Lind": Role.ADMIN, "Ben Kaya": Role.MEMBER, "Tom Fischer": Role.VIEWER}
    team = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", roles)
    await team.of(Role.MEMBER).says(de="einladung erbitten eva@acme.example", en="request invitation eva@acme.example")
    asks = chat.words(de="eva@acme.example einladen", en="Invite eva@acme.example")
    for role in (Role.MEMBER, Role.VIEWER):
        seen = await team.of(role).says(de="start", en="home")
        assert "acme" not in seen
        assert "invitation.approve" not in seen.commands
    mara = team.of(Role.ADMIN)
    assert asks in await mara.says(de="start", en="home")
    await mara.presses("invitation.approve")
    assert asks not in await mara.says(de="start", en="home")


async def test_without_a_team_it_shows_the_ways_in(chat: Chat) -> None:
    """A user without a team reads how to join or create a team, and is a member after creating one."""
    eva = await chat_team.user_without_team(chat, "Eva Lang")
    seen = await eva.says(de="start", en="home")
    assert {"invitation.join", "team.create", "preference.language"} <= seen.commands
    assert "lead.list" not in seen.commands
    await eva.presses("team.create")
    await eva.presses("team.create", fill={"name": "Dachbau Nord"})
    assert "Dachbau Nord" in await eva.says(de="start", en="home")


async def test_the_home_shows_no_team_in_another_teams_channel(chat: Chat) -> None:
    """In another team's channel the home shows nothing of either team."""
    ours = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {})
    theirs = await chat_team.seed_team(chat, "Dachbau Nord", "Udo Ernst", {}, ours.owner)
    seen = await ours.owner.says(de="start", en="home", room=theirs.channel)
    assert chat.words(de="gehört zu einem anderen Team", en="belongs to another team") in seen
    assert "lead.list" not in seen.commands
