"""The capability notify: telling people something."""

from casewright_connectors.notify.operations import NOTE, OPERATIONS

__all__ = ["NOTE", "OPERATIONS"]
