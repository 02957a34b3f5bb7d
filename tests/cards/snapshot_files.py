"""Text snapshots in one file each, so that changes to different cards do not conflict in version control."""

from typing import Any

from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode


class TextSnapshot(SingleFileSnapshotExtension):
    """Store a snapshot as the text that the test compares."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"

    def serialize(self, data: Any, **_: Any) -> str:  # noqa: ANN401 - the type in syrupy's signature
        """Return the text unchanged."""
        return str(data)
