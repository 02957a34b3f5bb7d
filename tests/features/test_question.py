"""Before somebody decides about an invitation: a question to whoever wants it, and the answer."""

from services.permissions import Role
from tests.chat import Chat
from tests.features import people, state
from tests.features.people import Firm

ROLES = {"Mara Lind": Role.ADMIN, "Ben Kaya": Role.MEMBER, "Tom Fischer": Role.VIEWER}


async def waiting(chat: Chat) -> Firm:
    """A firm in which a member has asked for an invitation."""
    firm = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", ROLES)
    await firm.of(Role.MEMBER).says(de="einladung erbitten eva@acme.de", en="request invitation eva@acme.de")
    return firm


async def test_a_question_goes_to_who_asked_and_back(chat: Chat) -> None:
    """A46: who decides asks back from the card in the channel; one line goes there and back, in direct chats alone."""
    firm = await waiting(chat)
    anna, mara, ben, _ = firm.people
    asked = chat.words(de="Rückfrage an Ben", en="Ask Ben back")
    assert asked in await anna.finds("I-1", firm.channel)
    form = await anna.presses("invitation.question", at=firm.channel)
    assert (form.private, "text" in form.inputs) == (True, True)
    await anna.presses("invitation.question", at=firm.channel, fill={"text": "Fängt Eva erst an?"})

    told = (await ben.reads())[-1]
    assert "Fängt Eva erst an?" in told
    assert "Anna Weiß" in told
    assert "eva@acme.de" in told
    await ben.presses("invitation.answer")
    done = await ben.presses("invitation.answer", fill={"text": "Ja, im Dezember."})
    assert "invitation.answer" not in done.commands
    assert chat.words(de="beantwortet", en="answered") in (await ben.finds("Fängt Eva erst an?"))

    answered = await anna.finds("Ja, im Dezember.")
    assert "Ben Kaya" in answered
    for person in (mara, firm.of(Role.VIEWER)):
        assert "Dezember" not in await person.sees()
    for words in ("Fängt Eva", "Dezember"):
        assert all(words not in seen.words for seen in await ben.reads(firm.channel))
    log = await anna.says(de="protokoll", en="audit")
    assert chat.words(de="Rückfrage beantwortet · I-1", en="Question answered · I-1") in log
    assert "Dezember" not in log
    # Nothing is decided yet.
    await mara.presses("invitation.approve", at=firm.channel)
    assert chat.words(de="freigegeben von Mara Lind", en="approved by Mara Lind") in await anna.sees()


async def test_only_who_decides_asks_and_only_who_asked_answers(chat: Chat) -> None:
    """A46: others can neither ask back nor answer, a question is answered once, and after the decision none is put."""
    firm = await waiting(chat)
    anna, mara, ben, tom = firm.people
    said = state.refused(chat)
    for person in (ben, tom):
        await person.says(de="rückfrage I-1 Wozu?", en="ask back I-1 Why?")
    assert state.newly_refused(chat, said) == {"NotPermitted"}
    await anna.says(de="rückfrage I-1 Wozu?", en="ask back I-1 Why?")
    button = (await ben.reads())[-1].button("invitation.answer", {})
    assert button is not None
    for person, rule in (
        (tom, "NotFound"),
        (mara, "NotFound"),
        (anna, "NotAsked"),
        (ben, ""),
        (ben, "AlreadyAnswered"),
    ):
        said = state.refused(chat)
        await person.forges("invitation.answer", {**button.args, "text": f"Von {person.name}"})
        assert state.newly_refused(chat, said) == ({rule} if rule else set()), person.name
    assert "Von Ben Kaya" in await anna.sees()
    await mara.presses("invitation.decline", at=firm.channel)
    said = state.refused(chat)
    await anna.says(de="rückfrage I-1 Und nun?", en="ask back I-1 And now?")
    assert state.newly_refused(chat, said) == {"AlreadyDecided"}


async def test_questions_have_their_limits(chat: Chat) -> None:
    """A46: five questions of at most 300 characters; whoever asks to join himself is no colleague to be asked."""
    firm = await waiting(chat)
    anna, ben = firm.owner, firm.of(Role.MEMBER)
    said = state.refused(chat)
    await anna.forges("invitation.question", {"invitation": "I-1", "text": "x" * 301})
    assert state.newly_refused(chat, said) == {"Invalid"}
    for number in range(6):
        said = state.refused(chat)
        await anna.says(de=f"rückfrage I-1 Frage {number}?", en=f"ask back I-1 Frage {number}?")
    assert state.newly_refused(chat, said) == {"TooManyQuestions"}
    assert "Frage 4?" in await ben.sees()
    assert "Frage 5?" not in await ben.sees()

    sara = await people.newcomer(chat, "Sara Fremd")
    channel = await chat.channel("Gäste", anna, sara)
    await anna.says(de="verbinden", en="connect", at=channel)
    await sara.says(de="beitreten", en="join", at=channel)
    card = await anna.finds("I-2", channel)
    assert "invitation.approve" in card.commands
    assert "invitation.question" not in card.commands
    said = state.refused(chat)
    await anna.says(de="rückfrage I-2 Wer?", en="ask back I-2 Who?")
    assert state.newly_refused(chat, said) == {"NobodyToAsk"}
