"""Visibility of a lead's contact on a marketplace."""

from tests.chat import Chat
from tests.features.lead_steps import offered, open_three

SECRETS = ("Elke", "elke-", "70192")


async def test_the_contact_comes_with_the_pick(chat: Chat) -> None:
    """A42: a taker's details mask the contact until its pick; what they show then is logged."""
    solar, roofs, _ = await open_three(chat)
    lead = await offered(solar)
    olaf, petra, anna = roofs.people[1], roofs.owner, solar.owner
    later = chat.words(
        de="Die Kontaktdaten sehen Sie nach der Übernahme.", en="You'll see the contact once you've picked the lead."
    )
    looked_up = chat.words(de="Kontakt nachgesehen", en="Contact looked up")

    before = await olaf.presses("lead.reveal", room=roofs.channel, lead=lead.lead_id)
    assert later in before
    assert lead.title in before
    assert not [secret for secret in SECRETS if secret in before]
    assert looked_up not in await petra.says(de="protokoll", en="audit")
    assert "Elke" in await anna.says(de="kontakt L-1", en="contact L-1")

    await olaf.presses("lead.pick", room=roofs.channel, lead=lead.lead_id)
    after = await olaf.presses("lead.reveal", room=roofs.channel, lead=lead.lead_id)
    assert later not in after
    assert not [secret for secret in SECRETS if secret not in after]
    assert looked_up in await petra.says(de="protokoll", en="audit")
    assert not [secret for secret in SECRETS if secret in await petra.sees(roofs.channel)]


async def test_lists_name_the_contacts_of_own_leads(chat: Chat) -> None:
    """A42: in the direct chat the giver's list names the contact; a taker's list masks it."""
    solar, roofs, _ = await open_three(chat)
    await offered(solar)
    assert "Elke Schneider" in await solar.owner.says("leads")
    listed = await roofs.owner.says("leads")
    assert "L-1" in listed
    assert not [secret for secret in SECRETS if secret in listed]
