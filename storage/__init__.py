"""What the services ask of a database, answered with SQLAlchemy Core on SQLite and PostgreSQL."""
