"""From the welcome in a channel to a team of several people: invited, requested, approved, joined, managed."""

import re

import pytest

from tests.chat import Chat, Person


async def founder(chat: Chat) -> Person:
    """Create a team and return its owner."""
    anna = await chat.person("Anna Weiß")
    await anna.says(de='team anlegen "Solarhaus GmbH"', en='team create "Solarhaus GmbH"')
    return anna


async def join(chat: Chat, person: Person, link: str) -> None:
    """Accept on the page behind the link and type the code."""
    path = link.removeprefix(chat.public_url)
    shown = await chat.client.get(path)
    assert shown.status == 200
    accepted = await chat.client.post(path, data={"answer": "accept"})
    code = re.search(r"[2-9A-Z]{4}\u2011[2-9A-Z]{4}", await accepted.text())
    assert code is not None
    seen = await person.says(de=f"beitreten {code[0]}", en=f"join {code[0]}")
    assert "Solarhaus GmbH" in seen


def mailed_to(chat: Chat, address: str) -> str:
    """Return the text of the newest mail, which goes to this address."""
    mail = chat.mails.mails[-1]
    assert mail["To"] == address
    plain = mail.get_body(("plain",))
    assert plain is not None
    return str(plain.get_content())


def link_in(chat: Chat, words: str) -> str:
    """Return the link in a mail or a card."""
    found = re.findall(rf"{re.escape(chat.public_url)}/join/[\w.-]+", words)
    assert found
    return found[-1]


@pytest.mark.core
async def test_from_welcome_to_member(chat: Chat) -> None:
    """A44, A45, A73: a welcomed person creates a team, invites by mail, and reads who joined."""
    anna, eva = await chat.person("Anna Weiß"), await chat.person("Eva Lang")
    channel = await chat.channel("Vertrieb", anna, eva)
    assert {"team.create", "team.connect", "help"} <= (await anna.reads(channel))[-1].commands
    form = await anna.presses("team.create", room=channel)
    assert "name" in form.inputs
    await anna.presses("team.create", room=channel, fill={"name": "Solarhaus GmbH"})
    await anna.says(de="einladen eva@acme.de betrachter", en="invite eva@acme.de viewer")
    await join(chat, eva, link_in(chat, mailed_to(chat, "eva@acme.de")))
    assert await anna.finds("Eva Lang")
    listed = await anna.says(de="mitglieder", en="members")
    assert "Eva Lang" in listed
    assert chat.words(de="Betrachter", en="Viewer") in listed


@pytest.mark.core
async def test_a_request_is_decided_once_everywhere(chat: Chat) -> None:
    """A46: a member's request is approved on the channel's card; the copy in the direct chat shows it."""
    anna, ben = await founder(chat), await chat.person("Ben Kaya")
    channel = await chat.channel("Vertrieb", anna, ben)
    await anna.says(de="verbinden", en="connect", room=channel)
    await ben.says(de="beitreten", en="join", room=channel)
    await anna.presses("invitation.approve")
    assert "lead.list" in (await ben.finds("Solarhaus GmbH")).commands
    await ben.says(de="einladung erbitten eva@acme.de", en="request invitation eva@acme.de")
    await anna.presses("invitation.approve", room=channel)
    decided = chat.words(de="freigegeben von Anna Weiß", en="approved by Anna Weiß")
    assert decided in await anna.finds("I-2", channel)
    assert decided in await anna.finds("I-2")
    assert decided in await ben.finds("I-2", channel)
    assert "eva@acme.de" not in await ben.sees(channel)
    assert link_in(chat, mailed_to(chat, "eva@acme.de"))


async def test_removal_ends_access_with_the_next_click(chat: Chat) -> None:
    """A75: after a confirmation a member is removed; the member's next click on an open card is refused."""
    anna, ben = await founder(chat), await chat.person("Ben Kaya")
    channel = await chat.channel("Vertrieb", anna, ben)
    await anna.says(de="verbinden", en="connect", room=channel)
    await ben.says(de="beitreten", en="join", room=channel)
    await anna.presses("invitation.approve")
    await ben.says(de="mitglieder", en="members")
    await anna.says(de="entfernen Ben Kaya", en="remove Ben Kaya")
    await anna.presses("member.remove")
    assert "Solarhaus GmbH" in await ben.sees()
    refused = await ben.forges("lead.list", {})
    assert chat.words(de="noch nicht", en="not a colleague") in refused


async def test_a_member_asks_the_owner_for_a_rename(chat: Chat) -> None:
    """X1: a member without the right asks the owner to rename the team; the owner does it with one press."""
    anna, ben = await founder(chat), await chat.person("Ben Kaya")
    channel = await chat.channel("Vertrieb", anna, ben)
    await anna.says(de="verbinden", en="connect", room=channel)
    await ben.says(de="beitreten", en="join", room=channel)
    await anna.presses("invitation.approve")
    refused = await ben.says(de='team umbenennen "Solarhaus AG"', en='team rename "Solarhaus AG"')
    assert "Anna" in refused
    await ben.presses("request.ask")
    await anna.presses("request.approve")
    assert "team.settings" in (await anna.finds("Solarhaus AG")).commands
    assert await ben.finds("Anna Weiß")
    assert "Solarhaus AG" in await ben.says("team")


async def test_delete_and_restore(chat: Chat) -> None:
    """A77: the owner deletes the team by typing its name and restores it by one button."""
    anna = await founder(chat)
    await anna.says(de="team löschen", en="team delete")
    wrong = await anna.presses("team.delete", fill={"name": "Solarhaus"})
    assert "team.restore" not in wrong.commands
    await anna.says(de="team löschen", en="team delete")
    await anna.presses("team.delete", fill={"name": "Solarhaus GmbH"})
    assert "team.create" in (await anna.says(de="leads", en="leads")).commands
    await anna.presses("team.restore")
    assert "Solarhaus GmbH" in await anna.says("team")


class TestWithoutMail:
    """A deployment without a mail server."""

    @pytest.fixture
    def has_mail_server(self) -> bool:
        """The deployment has no mail server."""
        return False

    async def test_the_inviter_gets_the_link(self, chat: Chat) -> None:
        """A73: without a mail server the inviter gets the link on a card in the direct chat."""
        anna, eva = await founder(chat), await chat.person("Eva Lang")
        await anna.says(de="einladen eva@acme.de", en="invite eva@acme.de")
        await join(chat, eva, link_in(chat, await anna.sees()))
