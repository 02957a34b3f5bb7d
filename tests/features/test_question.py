"""A question about a requested invitation before the decision, and its answer."""

from services.permissions import Role
from tests.chat import Chat
from tests.features import chat_team, team_state
from tests.features.chat_team import ChatTeam

ROLES = {"Mara Lind": Role.ADMIN, "Ben Kaya": Role.MEMBER, "Tom Fischer": Role.VIEWER}


async def waiting(chat: Chat) -> ChatTeam:
    """Create a team in which a member has requested an invitation."""
    team = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", ROLES)
    await team.of(Role.MEMBER).says(de="einladung erbitten eva@acme.de", en="request invitation eva@acme.de")
    return team


async def test_a_question_goes_to_the_requester_and_back(chat: Chat) -> None:
    """A46: an approver asks on the channel's card; question and answer go through direct chats alone."""
    team = await waiting(chat)
    anna, mara, ben, _ = team.people
    asked = chat.words(de="Rückfrage an Ben", en="Ask Ben back")
    assert asked in await anna.finds("I-1", team.channel)
    form = await anna.presses("invitation.question", room=team.channel)
    assert (form.private, "text" in form.inputs) == (True, True)
    await anna.presses("invitation.question", room=team.channel, fill={"text": "Fängt Eva erst an?"})

    question_message = (await ben.reads())[-1]
    assert "Fängt Eva erst an?" in question_message
    assert "Anna Weiß" in question_message
    assert "eva@acme.de" in question_message
    await ben.presses("invitation.answer")
    done = await ben.presses("invitation.answer", fill={"text": "Ja, im Dezember."})
    assert "invitation.answer" not in done.commands
    assert chat.words(de="beantwortet", en="answered") in (await ben.finds("Fängt Eva erst an?"))

    response_body = await anna.finds("Ja, im Dezember.")
    assert "Ben Kaya" in response_body
    for person in (mara, team.of(Role.VIEWER)):
        assert "Dezember" not in await person.sees()
    for words in ("Fängt Eva", "Dezember"):
        assert all(words not in seen.words for seen in await ben.reads(team.channel))
    log = await anna.says(de="protokoll", en="audit")
    assert chat.words(de="Rückfrage beantwortet · I-1", en="Question answered · I-1") in log
    assert "Dezember" not in log
    # The request is still undecided.
    await mara.presses("invitation.approve", room=team.channel)
    assert chat.words(de="freigegeben von Mara Lind", en="approved by Mara Lind") in await anna.sees()


async def test_only_approvers_ask_and_only_the_requester_answers(chat: Chat) -> None:
    """A46: no other member can ask or answer, a question is answered once, and none follows the decision."""
    team = await waiting(chat)
    anna, mara, ben, tom = team.people
    earlier_refusals = team_state.refused(chat)
    for person in (ben, tom):
        await person.says(de="rückfrage I-1 Wozu?", en="ask back I-1 Why?")
    assert team_state.newly_refused(chat, earlier_refusals) == {"NotPermitted"}
    await anna.says(de="rückfrage I-1 Wozu?", en="ask back I-1 Why?")
    button = (await ben.reads())[-1].button("invitation.answer", {})
    assert button is not None
    for person, rule in (
        (tom, "NotFound"),
        (mara, "NotFound"),
        (anna, "NotQuestioned"),
        (ben, ""),
        (ben, "AlreadyAnswered"),
    ):
        earlier_refusals = team_state.refused(chat)
        await person.forges("invitation.answer", {**button.args, "text": f"Von {person.name}"})
        assert team_state.newly_refused(chat, earlier_refusals) == ({rule} if rule else set()), person.name
    assert "Von Ben Kaya" in await anna.sees()
    await mara.presses("invitation.decline", room=team.channel)
    earlier_refusals = team_state.refused(chat)
    await anna.says(de="rückfrage I-1 Und nun?", en="ask back I-1 And now?")
    assert team_state.newly_refused(chat, earlier_refusals) == {"AlreadyDecided"}


async def test_questions_have_their_limits(chat: Chat) -> None:
    """A46: at most five questions of 300 characters; a person who asks to join gets none."""
    team = await waiting(chat)
    anna, ben = team.owner, team.of(Role.MEMBER)
    earlier_refusals = team_state.refused(chat)
    await anna.forges("invitation.question", {"invitation": "I-1", "text": "x" * 301})
    assert team_state.newly_refused(chat, earlier_refusals) == {"Invalid"}
    for number in range(6):
        earlier_refusals = team_state.refused(chat)
        await anna.says(de=f"rückfrage I-1 Frage {number}?", en=f"ask back I-1 Frage {number}?")
    assert team_state.newly_refused(chat, earlier_refusals) == {"TooManyQuestions"}
    assert "Frage 4?" in await ben.sees()
    assert "Frage 5?" not in await ben.sees()

    sara = await chat_team.user_without_team(chat, "Sara Fremd")
    channel = await chat.channel("Gäste", anna, sara)
    await anna.says(de="verbinden", en="connect", room=channel)
    await sara.says(de="beitreten", en="join", room=channel)
    card = await anna.finds("I-2", channel)
    assert "invitation.approve" in card.commands
    assert "invitation.question" not in card.commands
    earlier_refusals = team_state.refused(chat)
    await anna.says(de="rückfrage I-2 Wer?", en="ask back I-2 Who?")
    assert team_state.newly_refused(chat, earlier_refusals) == {"NoRequester"}
