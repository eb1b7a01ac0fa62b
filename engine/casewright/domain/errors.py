"""Every refusal has a stable code; each code has an HTTP status and an English text.

The text is what a person reads (gettext translates it by the same string); `{name}` parts
are filled from the refusal's details.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """One kind of refusal."""

    code: str
    status: int
    text: str
    advice: str = ""


_ALL = (
    ErrorCode("not-found", 404, "This does not exist, or it is not yours to see.",
              "Go back to the list and choose again."),
    ErrorCode("sign-in-required", 401, "Please sign in first."),
    ErrorCode("sign-in-failed", 401, "The name or the password is wrong.",
              "Check both and try again; an administrator can set a new password."),
    ErrorCode("too-many-tries", 429, "Too many wrong tries. Wait {seconds} seconds.",
              "The right password is delayed too, so that nobody can guess on."),
    ErrorCode("forbidden", 403, "You do not have the right to do this.",
              "Ask an administrator for the right “{permission}”."),
    ErrorCode("csrf", 403, "This form is no longer valid.",
              "Load the page again and send it once more."),
    ErrorCode("invalid-input", 422, "Some fields need another look.",
              "Each field says what is wrong with it."),
    ErrorCode("unknown-field", 422, "The field “{field}” is not part of this form."),
    ErrorCode("bad-json", 400, "The body is not valid JSON: {reason}."),
    ErrorCode("json-too-large", 413, "The body is larger than {limit} bytes."),
    ErrorCode("json-too-deep", 400, "The body is nested deeper than {limit} levels."),
    ErrorCode("wrong-content-type", 415, "The body must be sent as {expected}."),
    ErrorCode("task-done", 409, "{who} completed this task on {when}.",
              "Nothing of yours was changed. The case shows how it went on."),
    ErrorCode("task-gone", 409, "This task was withdrawn: its case went another way."),
    ErrorCode("task-claimed", 409, "{who} is working on this task.",
              "Ask them to give it back, or choose another."),
    ErrorCode("error-uncaught", 409, "No step of this process handles the error “{error}”.",
              "Complete the task, or ask somebody who operates cases."),
    ErrorCode("key-refused", 422, "This command takes no Idempotency-Key.",
              "Its answer holds a secret that is shown once and never stored."),
    ErrorCode("task-not-claimed", 409, "This task is not claimed by you."),
    ErrorCode("not-candidate", 403, "This task is offered to other people."),
    ErrorCode("key-reused", 422, "This Idempotency-Key was used for another request."),
    ErrorCode("version-conflict", 409, "Somebody changed this meanwhile.",
              "Load it again, then repeat your change."),
    ErrorCode("process-unknown", 404, "There is no process “{process}”.",
              "Deploy it first, or check the name."),
    ErrorCode("not-startable", 409, "The process “{process}” cannot be started by hand."),
    ErrorCode("form-unknown", 409, "The form “{form}” is not in this deployment."),
    ErrorCode("instance-ended", 409, "This case has already ended."),
    ErrorCode("token-not-open", 409, "This step is no longer open."),
    ErrorCode("activity-unknown", 422, "“{element}” is nothing that can be chosen here."),
    ErrorCode("activity-busy", 409, "Here one step comes after the other, and one is open.",
              "Choose the next when that is done."),
    ErrorCode("condition-decides", 409, "This part ends by its completion condition.",
              "Nobody can finish it by hand."),
    ErrorCode("incident-resolved", 409, "This incident is already resolved."),
    ErrorCode("deploy-refused", 422, "The files cannot be deployed: {count} problems.",
              "Mend what the list names; nothing was stored."),
    ErrorCode("deploy-conflict", 409, "The app was changed since your copy was made.",
              "Compare the differences, then deploy with the newer hash."),
    ErrorCode("file-invalid", 422, "{file}: {reason}"),
    ErrorCode("job-lost", 409, "This job was taken over by another worker."),
    ErrorCode("message-ambiguous", 409, "Several cases wait for this message; none was given it."),
    ErrorCode("person-exists", 409, "There is already a person with the name “{login}”."),
    ErrorCode("group-exists", 409, "There is already a group with the name “{group}”."),
    ErrorCode("last-administrator", 409, "This would leave nobody who administers the system.",
              "Give somebody else that right first."),
    ErrorCode("weak-password", 422, "The password must have at least {limit} characters."),
    ErrorCode("setup-done", 409, "This system is already set up."),
    ErrorCode("dead-letter-used", 409, "This message was already used."),
    ErrorCode("too-deep", 409, "Calls are nested deeper than {limit}."),
    ErrorCode("busy", 503, "The database is busy.", "Try again in a moment; nothing was changed."),
    ErrorCode("overloaded", 503, "Too much is waiting just now.", "Try again in a moment."),
    ErrorCode("schema-unknown", 503,
              "The database has the schema “{found}”, this program needs “{wanted}”.",
              "Run `casewright migrate` with the newer program."),
    ErrorCode("page-size", 422, "A page has between 1 and {limit} rows."),
    ErrorCode("bad-cursor", 422, "The cursor is not one that this list gave."),
    ErrorCode("value-too-large", 422, "The value of “{name}” is larger than {limit} bytes."),
    ErrorCode("method-not-allowed", 405, "This address does not take {method}."),
    ErrorCode("precondition-failed", 412, "Somebody changed this since you read it.",
              "Read it again, then repeat your change with the new ETag."),
    ErrorCode("body-timeout", 408, "The body took longer than {seconds} seconds to arrive."),
    ErrorCode("bad-request", 400, "This request cannot be read: {reason}."),
    ErrorCode("internal", 500, "Something went wrong on our side.",
              "The operator finds it in the log under {trace}."),
)  # fmt: skip

CODES: dict[str, ErrorCode] = {code.code: code for code in _ALL}


class Refused(Exception):
    """An expected refusal: `code` is one of `CODES`, `place` says where (field, file, element)."""

    def __init__(self, code: str, place: str = "", **details: Any) -> None:
        if code not in CODES:
            raise KeyError(code)
        super().__init__(code)
        self.code = code
        self.place = place
        self.details = details

    @property
    def status(self) -> int:
        """The HTTP status of the refusal."""
        return CODES[self.code].status

    def text(self) -> str:
        """Return the English text with the details filled in."""
        return fill(CODES[self.code].text, self.details)

    def __str__(self) -> str:
        return f"{self.code}: {self.text()}"


class _Missing(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


def fill(text: str, details: dict[str, Any]) -> str:
    """Return `text` with its `{name}` parts taken from `details`; a missing one shows as …"""
    plain = {key: str(value) for key, value in details.items()}
    return text.format_map(_Missing(plain))
