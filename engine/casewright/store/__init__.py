"""The store: tables, transactions, the applier of events, queries. The only user of SQLAlchemy."""

from sqlalchemy import Connection

__all__ = ["Connection"]
