"""The state that a test compares before and after: a team's rows, its members' messages, and the metrics."""

from prometheus_client import Counter
from prometheus_client.samples import Sample
from sqlalchemy import select

from services.people import TeamId
from storage.tables import metadata
from tests.chat import Chat
from tests.features.chat_team import ChatTeam

BOOKKEEPING = frozenset({"inbox", "job_runs", "users", "identities"})


async def rows_of(chat: Chat, team_id: TeamId) -> dict[str, list[str]]:
    """Return every row with the team's id by table, without the bot's bookkeeping about senders."""
    tables = [
        item for item in metadata.sorted_tables if item.name not in BOOKKEEPING and not item.name.startswith("web_")
    ]
    async with chat.application.database.reader.connect() as connection:
        return {
            table.name: sorted(str(tuple(row)) for row in await connection.execute(select(table)) if team_id in row)
            for table in tables
        }


async def rows_without_refusals(chat: Chat, team_id: TeamId) -> dict[str, list[str]]:
    """Return the same rows without the audit entries of refusals."""
    rows = await rows_of(chat, team_id)
    entries = [row for row in rows["audit"] if "'access.refused'" not in row]
    details = [row for row in rows["audit_details"] if '"command":' not in row or '"reason":' not in row]
    return {**rows, "audit": entries, "audit_details": details}


async def texts_for_members(team: ChatTeam) -> list[str]:
    """List what the members read in their channel and direct chats, and the mails that name the team."""
    chat = team.chat
    people = [person for person in team.people if person.name in team.roles]
    read = [await person.sees(room) for person in people for room in (person.direct, team.channel)]
    subjects = [str(mail["Subject"]) for mail in chat.mails.mails]
    return [*read, *(subject for subject in subjects if team.name in subject)]


def refused(chat: Chat) -> dict[str, float]:
    """Count the refusals by rule."""
    return {sample.labels["refusal"]: sample.value for sample in _counted(chat.application.metrics.refusals)}


def newly_refused(chat: Chat, before: dict[str, float]) -> set[str]:
    """Return the rules that have refused since."""
    return {name for name, times in refused(chat).items() if times > before.get(name, 0)}


def defects(chat: Chat) -> float:
    """Count the commands that failed by a defect."""
    [sample] = _counted(chat.application.metrics.defects)
    return sample.value


def _counted(counter: Counter) -> list[Sample]:
    """Return the samples of one counter; rendering all metrics takes longer than most commands."""
    return [sample for metric in counter.collect() for sample in metric.samples if sample.name.endswith("_total")]
