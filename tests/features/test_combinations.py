"""The combinations on which conversations run."""

import re
from pathlib import Path
from typing import Final

from tests.features.combinations import ALL, DATABASES, EVERYWHERE, select_for_each_platform, select_one

CONVERSATION: Final = re.compile(
    r"^(@pytest\.mark\.core\n)?async def (test_\w+)\((?:.|\n)*?\bchat: Chat\b", re.MULTILINE
)
SOURCES: Final = [path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py")]
FOUND: Final = [found for source in SOURCES if "COMBINATIONS" not in source for found in CONVERSATION.findall(source)]


def test_all_combinations_occur() -> None:
    """The check runs conversations on each of the twelve combinations of platform, database and language."""
    assert len(ALL) == 12
    assert {select_one(ALL, name)[0] for _, name in FOUND} == set(ALL)


def test_core_conversations_run_on_each_platform() -> None:
    """A core conversation runs on each platform, on both databases and in both languages; there are 20 to 30."""
    core = [name for mark, name in FOUND if mark]
    assert 20 <= len(core) <= 30
    for name in core:
        platforms, databases, languages = zip(*select_for_each_platform(name), strict=True)
        assert platforms == EVERYWHERE
        assert set(databases) == set(DATABASES)
        assert len(set(languages)) == 2
