"""Messages: waiting for one, throwing one, and the tasks that do nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs import defaults

from casewright.bpmn.activities import Activity, ServiceTask
from casewright.bpmn.tokens import Token
from casewright.bpmn.zeebe import Message
from casewright.domain.events import MessageThrown, SubscriptionClosed, SubscriptionOpened
from casewright.feel import codec


def listen(token: Token, message: Message) -> None:
    """Let the token wait for a message."""
    name, key = named(token, message)
    token.top.tell(SubscriptionOpened(token=token.id, element=token.element, name=name, key=key))


def close(token: Token) -> None:
    """Tell that the wait for a message or a signal is over."""
    token.top.tell(SubscriptionClosed(token=token.id, element=token.element))


def throw(token: Token, message: Message, variables: Mapping[str, Any]) -> None:
    """Send a message to whoever waits for its name and key."""
    name, key = named(token, message)
    told = {name: codec.to_json(value) for name, value in variables.items()}
    token.top.tell(MessageThrown(element=token.element, name=name, key=key, variables=told))


def named(token: Token, message: Message) -> tuple[str, str]:
    """Return name and correlation key."""
    around = token.top.surroundings
    key = around.key(message.key, token.scope) if message.key is not None else ""
    return around.text(message.name, token.scope), key


class ReceiveTask(Activity, defaults.ReceiveTask):
    """Waits for a message; an activity, so that events can be attached to it."""

    kind = "receiveTask"
    waits = True

    def begin(self, token: Token) -> bool:
        """Wait for the message."""
        assert self.settings.message is not None
        token.wait()
        listen(token, self.settings.message)
        return False

    def _run_hook(self, my_task: Token) -> bool:
        if my_task.stop is None:
            my_task.alone()
            close(my_task)
        self.leave(my_task, my_task.outcome or {})
        return True

    def close(self, token: Token) -> None:
        """Tell that the wait is over without its message."""
        close(token)


class SendTask(ServiceTask, defaults.SendTask):
    """A job where the model names one, else a message inside our own system."""

    kind = "sendTask"

    def begin(self, token: Token) -> bool:
        """Order the job, if there is one."""
        return super().begin(token) if self.settings.task is not None else True

    def _run_hook(self, my_task: Token) -> bool:
        if self.settings.task is not None:
            return super()._run_hook(my_task)
        assert self.settings.message is not None
        local = my_task.local.own() if my_task.local is not None else {}
        if not my_task.told:
            throw(my_task, self.settings.message, local)
            my_task.told = True
        self.leave(my_task, {})
        return True

    def close(self, token: Token) -> None:
        """Withdraw the job."""
        if self.settings.task is not None:
            super().close(token)
