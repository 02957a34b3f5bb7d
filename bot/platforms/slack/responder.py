"""Where an answer appears in Slack: in the reply to the request, as a message, for one person alone, or in a window."""

from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from bot.dispatch.incoming import Answer, Chat, Kind, Placement
from bot.platforms.base import Ambiguous, Gone, Rejected, SendFailed, Sent
from bot.platforms.ingress import Json
from bot.platforms.slack.api import SlackApi
from bot.platforms.slack.background import Reply
from bot.platforms.slack.cards import Drawing, Opened, is_about, is_form, is_sheet
from bot.platforms.slack.interactions import At, Heard
from bot.platforms.slack.people import People
from bot.platforms.ttl_cache import Remembered
from cards import chat as cards
from cards.model import Card, T

ANSWERED_KEPT_S: Final = 3600.0
"""Slack repeats what it believes unanswered; for so long a repetition posts nothing again."""
WINDOW_PATIENCE_S: Final = 1.0
"""What opens a window is worth nothing after three seconds."""

log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("slack")


class Answering:
    """Shows people what they are answered."""

    def __init__(self, chat: Chat, api: SlackApi, people: People, drawing: Drawing, timer: Callable[[], float]) -> None:
        self._chat = chat
        self._api = api
        self._people = people
        self._drawing = drawing
        self._answered: Remembered[str, bool] = Remembered(timer)

    async def show(self, heard: Heard, answer: Answer, reply: Reply) -> None:
        """Put the answer where it belongs; what cannot be delivered there is said to the person, if that can be."""
        try:
            await self._place(heard, answer, reply)
        except SendFailed as failure:
            log.warning("slack_answer_not_sent", failure=type(failure).__name__)
            await self.hint(heard, answer, cards.RESPONSE_UNDELIVERED, reply)

    async def hint(self, heard: Heard, answer: Answer, words: T, reply: Reply) -> None:
        """A line for the person alone, which is worth no second try."""
        line = {"text": self._drawing.line(words, answer.reader), "response_type": "ephemeral"}
        if heard.at is At.COMMAND and reply.give(line):
            return
        try:
            if heard.at is At.SENT:
                await self._change_window(heard, Answer(Card(words), answer.placement, answer.reader), reply)
            elif heard.spoken.response_url:
                await self._api.respond(heard.spoken.response_url, {**line, "replace_original": False})
            elif heard.spoken.channel_id and not heard.is_alone:
                await self._whisper_in(heard, line)
        except SendFailed as failure:
            log.warning("slack_hint_not_sent", failure=type(failure).__name__)

    async def _place(self, heard: Heard, answer: Answer, reply: Reply) -> None:
        match heard.at:
            case At.COMMAND:
                await self._answer_command(heard, answer, reply)
            case At.MESSAGE:
                await self._answer_message(heard, answer)
            case At.SHARED | At.OWN:
                await self._answer_click(heard, answer, reply)
            case At.WINDOW | At.SENT:
                await self._answer_window(heard, answer, reply)
            case At.HOME | At.MENU:
                await self._open_window(heard, answer, reply)
            case At.EVENT:
                await self.post(heard, answer)

    async def _answer_command(self, heard: Heard, answer: Answer, reply: Reply) -> None:
        if is_form(answer.card):
            await self._open_window(heard, answer, reply)
        elif answer.placement is not Placement.NEW:
            await self._whisper(heard, answer, reply)
        elif heard.is_alone and answer.card.subject is None:
            await self._give(heard, answer, reply, "in_channel")
        else:
            await self._post_or_give(heard, answer, reply)

    async def _answer_message(self, heard: Heard, answer: Answer) -> None:
        if answer.placement is Placement.NEW:
            await self.post(heard, answer)
        elif heard.is_alone:
            await self._once(heard, lambda: self._send(heard, self._drawing.message(answer.card, answer.reader)))
        else:
            await self._once(heard, lambda: self._whisper_in(heard, self._drawing.message(answer.card, answer.reader)))

    async def _answer_click(self, heard: Heard, answer: Answer, reply: Reply) -> None:
        message, private = heard.spoken.payload.message, Placement.PRIVATE
        if answer.placement is Placement.NEW:
            await self._post_or_give(heard, answer, reply)
        elif is_form(answer.card) or (is_sheet(answer.card) and answer.placement is private and not heard.is_alone):
            await self._open_window(heard, answer, reply)
        elif answer.placement is private:
            await self._whisper(heard, answer, reply)
        elif heard.at is At.OWN:
            await self._replace(heard, answer)
        elif not is_about(message, answer.card.subject):
            await self._open_window(heard, answer, reply)
        # else the card itself is the answer: it changes for everybody within a second.

    async def _answer_window(self, heard: Heard, answer: Answer, reply: Reply) -> None:
        if answer.placement is not Placement.NEW:
            await self._change_window(heard, answer, reply)
            return
        try:
            await self.post(heard, answer)
        except Ambiguous:
            await self._change_window(heard, _instead(answer, cards.unconfirmed_card(answer.card)), reply)
        except SendFailed as failure:
            log.info("slack_answer_in_window", failure=type(failure).__name__)
            await self._change_window(heard, answer, reply)
        else:
            if heard.at is not At.SENT or not reply.give({"response_action": "clear"}):
                await self._change_window(heard, _instead(answer, Card(cards.RESPONSE_BELOW)), reply)

    async def _open_window(self, heard: Heard, answer: Answer, reply: Reply) -> None:
        """A window for the person alone; where none opens any more, the same as a message for him alone."""
        view = self._drawing.view(answer.card, answer.reader, _opened(heard))
        arguments = {"trigger_id": heard.spoken.trigger_id, "view": view}
        try:
            await self._api.call("views.open", heard.spoken.where, arguments, patience_s=WINDOW_PATIENCE_S)
        except Ambiguous:
            raise
        except SendFailed as failure:
            log.info("slack_window_not_opened", failure=type(failure).__name__)
            await self._whisper(heard, answer, reply)

    async def _change_window(self, heard: Heard, answer: Answer, reply: Reply) -> None:
        view = self._drawing.view(answer.card, answer.reader, heard.opened)
        if heard.at is At.SENT and reply.give({"response_action": "update", "view": view}):
            return
        window = heard.spoken.view
        arguments = {"view_id": window.id if window else "", "view": view}
        await self._api.call("views.update", heard.spoken.where, arguments)

    async def _whisper(self, heard: Heard, answer: Answer, reply: Reply) -> None:
        """For the person alone, where it was asked."""
        if heard.spoken.response_url:
            await self._give(heard, answer, reply, "ephemeral")
        else:
            await self._whisper_in(heard, self._drawing.message(answer.card, answer.reader))

    async def _whisper_in(self, heard: Heard, message: Json) -> str:
        """A message that only the person sees; in the chat with him, where the bot cannot write."""
        spoken = heard.spoken
        here = {"channel": spoken.channel_id, "user": spoken.user_id, **_thread(heard)}
        try:
            if not spoken.channel_id:
                return await self._write_to(heard, message)
            await self._api.call("chat.postEphemeral", spoken.where, {**message, **here}, channel=spoken.channel_id)
        except (Gone, Rejected) as failure:
            log.info("slack_not_there", failure=type(failure).__name__)
            return await self._write_to(heard, message)
        return ""

    async def _write_to(self, heard: Heard, message: Json) -> str:
        """A message in the person's own chat."""
        spoken = heard.spoken
        chat_id = await self._people.chat(spoken.where, spoken.user_id)
        if not chat_id:
            raise Gone(0, "no_chat")
        posted = {**message, "channel": chat_id}
        return _ts(await self._api.call("chat.postMessage", spoken.where, posted, channel=chat_id))

    async def _give(self, heard: Heard, answer: Answer, reply: Reply, how: str) -> None:
        """Answer a command or a click at its own address, or at once in the reply to the request."""
        message = {**self._drawing.message(answer.card, answer.reader), "response_type": how}
        if heard.at is At.COMMAND and reply.give(message):
            return
        thread = _thread(heard) if heard.at is not At.COMMAND else {}
        await self._api.respond(heard.spoken.response_url, {**message, **thread, "replace_original": False})

    async def _replace(self, heard: Heard, answer: Answer) -> None:
        """In place of what was clicked."""
        message = self._drawing.message(answer.card, answer.reader)
        if heard.spoken.response_url:
            await self._api.respond(heard.spoken.response_url, {**message, "replace_original": True})
            return
        changed = {**message, "channel": heard.spoken.channel_id, "ts": heard.spoken.message_id}
        await self._api.call("chat.update", heard.spoken.where, changed, channel=heard.spoken.channel_id)

    async def _post_or_give(self, heard: Heard, answer: Answer, reply: Reply) -> None:
        """A message for everybody here; where the bot is no member, Slack itself can still show one."""
        try:
            await self.post(heard, answer)
        except Gone:
            if not heard.spoken.response_url:
                raise
            await self._give(heard, answer, reply, "in_channel")

    async def post(self, heard: Heard, answer: Answer) -> None:
        """A message for everybody here, which from now on follows its subject."""
        message = self._drawing.message(answer.card, answer.reader)
        message_id = await self._once(heard, lambda: self._send(heard, message))
        if message_id is None:
            return
        where = heard.incoming.where
        thread = {"thread": heard.spoken.thread} if heard.spoken.thread else {}
        sent = Sent(where.conversation_id, message_id, {**where.reference, **thread})
        try:
            await self._chat.posted(heard.incoming, answer, sent)
        except Exception:
            # The message stands, and a repetition would post it twice: it will only not follow its subject.
            log.exception("slack_post_not_noted")

    async def _send(self, heard: Heard, message: Json) -> str:
        channel_id = heard.incoming.where.conversation_id
        posted = {**message, "channel": channel_id, **_thread(heard)}
        return _ts(await self._api.call("chat.postMessage", heard.spoken.where, posted, channel=channel_id))

    async def _once(self, heard: Heard, post: Callable[[], Awaitable[str]]) -> str | None:
        """Post once, however often Slack repeats what it asked; None for a repetition."""
        key = heard.incoming.interaction_id
        if self._answered.get(key):
            return None
        self._answered.put(key, value=True, seconds=ANSWERED_KEPT_S)
        try:
            return await post()
        except SendFailed as failure:
            if not isinstance(failure, Ambiguous):
                self._answered.forget(key)
            raise


def _opened(heard: Heard) -> Opened:
    """What a window must know that is opened now."""
    if heard.at in {At.HOME, At.MENU}:
        return heard.opened
    spoken = heard.spoken
    return Opened(spoken.channel_id, spoken.thread or None, spoken.message_id or None)


def _instead(answer: Answer, card: Card) -> Answer:
    return Answer(card, answer.placement, answer.reader)


def _thread(heard: Heard) -> Json:
    return {"thread_ts": heard.spoken.thread} if heard.spoken.thread else {}


def _ts(answer: Json) -> str:
    """By what Slack knows a message."""
    told: object = answer.get("ts")
    return told if isinstance(told, str) else ""


def answers_click(heard: Heard) -> bool:
    """Whether somebody has pressed something and looks for an effect."""
    return heard.incoming.kind in {Kind.CLICK, Kind.DIALOG}
