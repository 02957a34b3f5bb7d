"""Three teams that trade leads on one marketplace, and the words on their cards."""

from services.lead import LeadView
from services.permissions import Role
from tests.chat import Chat, Person
from tests.features import chat_team
from tests.features.chat_team import ChatTeam

SOLAR = {"Ben Kaya": Role.MEMBER, "Mara Lind": Role.ADMIN, "Tom Fischer": Role.VIEWER}
ROOFS = {"Olaf Kern": Role.MEMBER, "Vera Sommer": Role.VIEWER}


async def open_three(chat: Chat) -> tuple[ChatTeam, ChatTeam, ChatTeam]:
    """Create the operator of a marketplace and two partners; all three give and take."""
    solar = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", SOLAR)
    roofs = await chat_team.seed_team(chat, "Dachwerk Süd KG", "Petra Vogt", ROOFS)
    heat = await chat_team.seed_team(chat, "Wärme Nord AG", "Jörg Blum", {})
    await chat_team.open_marketplace(solar, roofs, heat)
    return solar, roofs, heat


async def offered(operator: ChatTeam, title: str = "Dachsanierung, 120 m²") -> LeadView:
    """Create a lead of the operator and offer it to all takers of its marketplace."""
    lead = await chat_team.create_lead(operator, title)
    await chat_team.offer(operator, lead.lead_id)
    return lead


def picked_by(chat: Chat, name: str) -> str:
    """Return the words of the badge that the winner's team reads."""
    return chat.words(de=f"übernommen von {name}", en=f"picked by {name}")


def taken(chat: Chat, ref: str = "L-1") -> str:
    """Return the words that remain on the cards of other teams."""
    return chat.words(de=f"{ref} ist vergeben", en=f"{ref} is taken")


def platform(chat: Chat) -> str:
    """Return the platform of this run as the audit log names it."""
    names = {"web": chat.words(de="Browser-Chat", en="browser chat"), "teams": "Teams", "slack": "Slack"}
    return names[chat.driver.platform]


async def shows(person: Person, team: ChatTeam, ref: str = "L-1") -> str:
    """Return the words of the newest card about a lead in the team's channel."""
    return (await person.finds(ref, team.channel)).words
