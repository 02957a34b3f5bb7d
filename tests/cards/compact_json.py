"""JSON for snapshots: a value that fits stands on one line, so that a snapshot is short and its diff readable."""

import json
from typing import Final, cast

LINE_MAX_CHARS: Final = 120


def format_compact_json(value: object, indent: int = 0, key: str = "") -> str:
    """Format a JSON value; objects and arrays longer than a line have one line per member."""
    prefix = f"{' ' * indent}{key}"
    line = f"{prefix}{json.dumps(value, ensure_ascii=False)}"
    if len(line) <= LINE_MAX_CHARS or not isinstance(value, dict | list) or not value:
        return line
    if isinstance(value, dict):
        fields = cast("dict[str, object]", value).items()
        members = [format_compact_json(member, indent + 1, f"{json.dumps(name)}: ") for name, member in fields]
        opening, closing = "{}"
    else:
        members = [format_compact_json(member, indent + 1) for member in cast("list[object]", value)]
        opening, closing = "[]"
    return "\n".join([f"{prefix}{opening}", ",\n".join(members), f"{' ' * indent}{closing}"])
