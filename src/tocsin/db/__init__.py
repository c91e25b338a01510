"""Stores: one writer, many readers, transactions, positions, outbox, migrations."""

from sqlalchemy import Connection

from tocsin.db.database import Database

__all__ = ["Connection", "Database"]
