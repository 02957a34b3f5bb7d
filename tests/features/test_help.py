"""Help, nearest commands, and the choice of language."""

import pytest

from services.people import Language
from services.permissions import Role
from tests.chat import Chat
from tests.features import chat_team


@pytest.mark.core
async def test_help_lists_what_this_person_may_do_here(chat: Chat) -> None:
    """Help lists what a user without a team can do, and to an owner also the owner's commands."""
    anna = await chat.person("Anna Weiß")
    seen = await anna.says(de="hilfe", en="help")
    assert "team.create" in seen.commands
    assert "team.delete" not in seen.commands
    await anna.says(de='team anlegen "Solarhaus GmbH"', en='team create "Solarhaus GmbH"')
    seen = await anna.says(de="hilfe", en="help")
    assert "Solarhaus GmbH" in seen
    assert chat.words(de="nimm", en="pick") in seen
    seen = await anna.presses("help", group="team")
    assert {"team.delete", "member.list"} <= seen.commands
    seen = await anna.says(de="hilfe leads", en="help leads")
    assert {"lead.list", "lead.create"} <= seen.commands


async def test_a_visitor_reads_what_works_in_another_teams_channel(chat: Chat) -> None:
    """B2: another team's member is offered no command that would be refused, and a hint to the direct chat."""
    ours = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {"Ben Kaya": Role.MEMBER})
    theirs = await chat_team.seed_team(chat, "Dachwerk KG", "Petra Vogt", {}, ours.owner)
    anna, own_chat = ours.owner, chat.words(de="in unserem direkten Chat", en="in our direct chat")
    elsewhere = chat.words(de="gehört zu einem anderen Team", en="belongs to another team")
    for typed in (chat.words(de="hilfe", en="help"), chat.words(de="hilfe leads", en="help leads")):
        seen = await anna.says(typed, room=theirs.channel)
        assert seen.commands == {"help", "identity.link", "identity.unlink", "preference.language"}
        assert elsewhere in seen
        assert own_chat in seen
        assert "Dachwerk" not in seen.words.replace(theirs.channel.name, "")
    typo = await anna.says(de="team anlegn", en="team creat", room=theirs.channel)
    assert "team.create" not in typo.commands
    at_home = await anna.says(de="hilfe", en="help", room=ours.channel)
    assert elsewhere not in at_home
    assert "Solarhaus GmbH" in at_home


async def test_a_typo_gets_the_nearest_commands_as_buttons(chat: Chat) -> None:
    """An unknown word gets the nearest commands as buttons."""
    anna = await chat.person("Anna Weiß")
    await anna.says(de='team anlegen "Solarhaus GmbH"', en='team create "Solarhaus GmbH"')
    seen = await anna.says("laeds")
    assert "laeds" in seen
    assert "lead.list" in seen.commands
    assert chat.words(de="Leads", en="leads").casefold() in (await anna.presses("lead.list")).words.casefold()


async def test_both_languages_are_understood(chat: Chat) -> None:
    """Commands work in both languages at any time; each person chooses the language of responses (X3)."""
    anna = await chat.person("Anna Weiß", Language.GERMAN)
    assert "Das können Sie hier tun" in await anna.says("help")
    assert "I'll speak English with you" in await anna.says("sprache en")
    assert "What you can do here" in await anna.says("hilfe")
