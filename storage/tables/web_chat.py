"""The rooms, people and messages of the chat in the browser."""

from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Integer, Table, UniqueConstraint

from storage.tables.base import metadata, moment_column, text_column

web_people = Table(
    "web_people",
    metadata,
    text_column("person_id", primary_key=True),
    text_column("name"),
    text_column("language"),
    text_column("zone"),
    Column("position", Integer, nullable=False),
)

web_rooms = Table(
    "web_rooms",
    metadata,
    text_column("room_id", primary_key=True),
    text_column("kind"),
    text_column("name"),
    Column("position", Integer, nullable=False),
    Column("last_seq", BigInteger, nullable=False, server_default="0"),  # the last position given; never given again
)

web_room_people = Table(
    "web_room_people",
    metadata,
    text_column("room_id", primary_key=True),
    text_column("person_id", primary_key=True),
    Column("read_seq", BigInteger, nullable=False, server_default="0"),
    ForeignKeyConstraint(["room_id"], ["web_rooms.room_id"]),
    ForeignKeyConstraint(["person_id"], ["web_people.person_id"]),
)

web_messages = Table(
    "web_messages",
    metadata,
    text_column("message_id", primary_key=True),
    text_column("room_id"),
    Column("seq", BigInteger, nullable=False),  # order of appearance
    Column("changed_seq", BigInteger, nullable=False),  # order of the last change, for listeners
    text_column("author_id", server_default=""),  # empty: the bot
    text_column("audience_id", server_default=""),  # the only reader; empty: all readers of the room
    text_column("below_id", server_default=""),  # the message that a private answer stands under
    text_column("replaces_id", server_default=""),  # the message that this one replaces for its reader
    text_column("text", server_default=""),
    text_column("card", nullable=True),
    text_column("key", nullable=True, unique=True),
    moment_column("at"),
    moment_column("changed_at"),
    ForeignKeyConstraint(["room_id"], ["web_rooms.room_id"]),
    UniqueConstraint("room_id", "seq"),
)
