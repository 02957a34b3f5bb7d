"""What a test compares before and after: a team's rows, what its people read, and what operators count."""

from prometheus_client import Counter
from prometheus_client.samples import Sample
from sqlalchemy import select

from services.people import TeamId
from storage.tables import metadata
from tests.chat import Chat
from tests.features.people import Firm

BOOKKEEPING = frozenset({"inbox", "job_runs", "users", "identities"})


async def rows_of(chat: Chat, team_id: TeamId) -> dict[str, list[str]]:
    """Every row that bears the team's id, table by table; not what the bot notes about whoever writes to it."""
    kept = [one for one in metadata.sorted_tables if one.name not in BOOKKEEPING and not one.name.startswith("web_")]
    async with chat.house.database.reader.connect() as connection:
        return {
            table.name: sorted(str(tuple(row)) for row in await connection.execute(select(table)) if team_id in row)
            for table in kept
        }


async def kept(chat: Chat, team_id: TeamId) -> dict[str, list[str]]:
    """The same without the entries that somebody was refused."""
    rows = await rows_of(chat, team_id)
    entries = [row for row in rows["audit"] if "'access.refused'" not in row]
    details = [row for row in rows["audit_details"] if '"command":' not in row or '"reason":' not in row]
    return {**rows, "audit": entries, "audit_details": details}


async def heard_by(firm: Firm) -> list[str]:
    """What the colleagues read in their channel and in their own chats, and the mails in the firm's name."""
    chat = firm.chat
    people = [one for one in firm.people if one.name in firm.roles]
    read = [await one.sees(room) for one in people for room in (one.direct, firm.channel)]
    subjects = [str(mail["Subject"]) for mail in chat.mails.mails]
    return [*read, *(subject for subject in subjects if firm.name in subject)]


def refused(chat: Chat) -> dict[str, float]:
    """How often which rule has said no."""
    return {sample.labels["refusal"]: sample.value for sample in _counted(chat.house.metrics.refusals)}


def newly_refused(chat: Chat, before: dict[str, float]) -> set[str]:
    """Which rules have said no since."""
    return {name for name, times in refused(chat).items() if times > before.get(name, 0)}


def defects(chat: Chat) -> float:
    """How many commands have failed by a defect."""
    [sample] = _counted(chat.house.metrics.defects)
    return sample.value


def _counted(counter: Counter) -> list[Sample]:
    """What operators read of one counter; writing down all of them takes longer than most commands."""
    return [one for metric in counter.collect() for one in metric.samples if one.name.endswith("_total")]
