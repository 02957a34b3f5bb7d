"""Mentions in Teams messages."""

import time

from bot.dispatch.interaction import Mention
from tests.bot.teams.harness import ANNA, ANNA_AAD, BEN, BEN_AAD, BOT, CHANNEL, Bot, mention_entity
from tests.fakes.bot_connector import CannedResponse as Refused, Slow


async def test_mention_becomes_one_word(bot: Bot) -> None:
    """A mentioned member has the same user id as in their own messages."""
    activity = bot.activity(
        text="<at>Kollega</at> share L-1 <at>Ben Kaya</at> <at>Anna</at>",
        entities=[
            mention_entity("<at>Kollega</at>", BOT, "Kollega"),
            mention_entity("<at>Ben Kaya</at>", BEN, "Ben Kaya"),
            mention_entity("<at>Anna</at>", ANNA, "Anna"),
        ],
    )
    await bot.post(activity)
    assert bot.chat.last.text == f"share L-1 @{BEN_AAD} @{ANNA_AAD}"
    assert bot.chat.last.mentions == (Mention(BEN_AAD, "Ben Kaya"), Mention(ANNA_AAD, "Anna"))


async def test_mention_is_cached_for_a_day(bot: Bot) -> None:
    """A mentioned person is looked up once a day, and not after they have written."""
    activity = bot.activity(text="x <at>Ben</at>", entities=[mention_entity("<at>Ben</at>", BEN, "Ben")])
    await bot.post(activity)
    await bot.post(activity | {"id": "again"})
    asked = [delivery.path for delivery in bot.teams.deliveries]
    assert len(asked) == 1
    bot.clock.advance(25 * 3600)
    await bot.post(activity | {"id": "tomorrow"})
    assert len(bot.teams.deliveries) == 2
    bot.clock.advance(25 * 3600)
    await bot.post(bot.activity(sender={"id": BEN, "aadObjectId": BEN_AAD}))
    await bot.post(activity | {"id": "later"})
    assert len(bot.teams.deliveries) == 2
    assert bot.chat.last.text == f"x @{BEN_AAD}"


async def test_a_mention_that_cannot_be_looked_up_keeps_its_name(bot: Bot) -> None:
    """If the lookup fails, the name is used and Teams is not called for a minute."""
    bot.teams.plan.append(Refused(404))
    activity = bot.activity(
        text="x <at>Eva Lang</at>", entities=[mention_entity("<at>Eva Lang</at>", "29:eva", "Eva Lang")]
    )
    for number in range(3):
        await bot.post(activity | {"id": f"in-{number}"})
    assert bot.chat.last.mentions == (Mention("29:eva", "Eva Lang"),)
    assert bot.chat.last.text == "x @29:eva"
    assert len(bot.teams.deliveries) == 1


async def test_only_a_few_mentions_are_looked_up(bot: Bot) -> None:
    """A message with fifty mentions causes a bounded number of lookups."""
    entities = [mention_entity(f"<at>P{n}</at>", f"29:p{n}", f"P{n}") for n in range(60)]
    await bot.post(bot.activity(text=" ".join(entity["text"] for entity in entities), entities=entities))
    assert len(bot.teams.deliveries) == 5
    assert len(bot.chat.last.mentions) == 50


async def test_mentions_are_looked_up_concurrently(bot: Bot) -> None:
    """Several mentions take as long as the slowest lookup."""
    bot.teams.plan.extend([Slow(0.5)] * 5)
    entities = [mention_entity(f"<at>P{n}</at>", f"29:p{n}", f"P{n}") for n in range(5)]
    started = time.monotonic()
    await bot.post(bot.activity(text=" ".join(entity["text"] for entity in entities), entities=entities))
    assert time.monotonic() - started < 2


async def test_split_mention_is_one(bot: Bot) -> None:
    """Two mentions of the same person for a shortened name become one."""
    entities = [mention_entity("<at>Anna</at>", ANNA, "Anna"), mention_entity("<at>Weiß</at>", ANNA, "Weiß")]
    await bot.post(bot.activity(text="role <at>Anna</at> <at>Weiß</at> admin", entities=entities))
    assert bot.chat.last.text == f"role @{ANNA_AAD} admin"


async def test_mentioned_channel_is_text(bot: Bot) -> None:
    """Mentions of channels, teams and tags are text."""
    await bot.post(
        bot.activity(text="share L-1 <at>Leads</at>", entities=[mention_entity("<at>Leads</at>", CHANNEL, "Leads")])
    )
    assert (bot.chat.last.text, bot.chat.last.mentions) == ("share L-1 Leads", ())


async def test_guest_keeps_their_teams_id(bot: Bot) -> None:
    """The Teams id of a guest is used unchanged in every mention."""
    bot.teams.members[CHANNEL].append({"id": "29:Guest"})
    activity = bot.activity(text="x <at>G</at>", entities=[mention_entity("<at>G</at>", "29:Guest", "G")])
    await bot.post(activity)
    assert bot.chat.last.text == "x @29:Guest"
