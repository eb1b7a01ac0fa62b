"""Table declarations, one module a noun. Columns are text and whole numbers only.

Instants are microseconds UTC, truth values are 0 and 1, JSON is text: the same bytes on
SQLite and PostgreSQL, and nothing for a type processor to do on the hot path.
"""

from casewright.store.tables.commands import CommandKey
from casewright.store.tables.deployments import Decision, Definition, Deployment, Resource
from casewright.store.tables.incidents import Incident
from casewright.store.tables.instances import Instance
from casewright.store.tables.jobs import Job
from casewright.store.tables.journal import Chain, Journal, JournalPayload
from casewright.store.tables.messages import Message, Signal, Subscription
from casewright.store.tables.notes import DecisionRow, Note
from casewright.store.tables.people import (
    ApiToken,
    Group,
    LoginAttempt,
    Membership,
    Person,
    Session,
)
from casewright.store.tables.tasks import Draft, TaskCandidate, UserTask
from casewright.store.tables.timers import StartTimer, Timer

__all__ = [
    "ApiToken",
    "Chain",
    "CommandKey",
    "Decision",
    "DecisionRow",
    "Definition",
    "Deployment",
    "Draft",
    "Group",
    "Incident",
    "Instance",
    "Job",
    "Journal",
    "JournalPayload",
    "LoginAttempt",
    "Membership",
    "Message",
    "Note",
    "Person",
    "Resource",
    "Session",
    "Signal",
    "StartTimer",
    "Subscription",
    "TaskCandidate",
    "Timer",
    "UserTask",
]
