"""Activities: what a task asks for when a token comes, and what it does with the result."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.util.task import TaskState

from casewright.bpmn import compensation, timers
from casewright.bpmn.definition import DecisionRef
from casewright.bpmn.element import Element, assign_inputs, assign_outputs
from casewright.bpmn.expressions import LIMITS
from casewright.bpmn.incidents import Incident
from casewright.bpmn.results import CallStart
from casewright.bpmn.settings import MOST_RETRIES
from casewright.bpmn.tokens import Token
from casewright.domain.events import (
    CallEnded,
    DecisionEvaluated,
    JobCancelled,
    JobCompleted,
    JobCreated,
    TaskCancelled,
    TaskCompleted,
    TaskCreated,
)
from casewright.feel import codec


class Activity(Element):
    """An element with inputs, outputs and boundary events."""

    # Set when the process is compiled: the compensation boundary event, and the node that
    # undoes a completed activation, where something can throw at it.
    undone_by: str = ""
    recorded: str = ""
    for_compensation: bool = False
    # Set by the parser: its completion is news to the ad-hoc sub-process around it.
    chosen: bool = False

    def _update_hook(self, my_task: Token) -> bool:
        assign_inputs(my_task, self.settings.inputs)
        self._arm(my_task)
        return self.begin(my_task)

    def _arm(self, token: Token) -> None:
        """Let the boundary events wait; once, even if the activity has to begin again."""
        if token.armed or not self.boundaries:
            return
        token.armed = True
        # A boundary event finds its activity among the open tokens.
        token.wait()
        for name in self.boundaries:
            token.workflow.spec.task_specs[name].attach(token)

    def begin(self, token: Token) -> bool:
        """Ask for what the activity needs; return True when it can run at once."""
        return True

    def leave(self, token: Token, results: Any) -> None:
        """Bring the results where they belong; the boundary events stop waiting."""
        assign_outputs(token, results, self.settings.outputs)

    def _on_complete_hook(self, my_task: Token) -> None:
        for boundary in my_task.workflow.boundaries(my_task):
            boundary.cancel()
        if self.recorded:
            compensation.record(my_task, self.recorded)
        super()._on_complete_hook(my_task)
        if self.chosen:
            around = my_task.workflow.host
            assert around is not None
            around.task_spec.inner_done(around)

    def withdraw(self, token: Token) -> None:
        """Tell that the activity was interrupted; its boundary events go with it."""
        for boundary in token.workflow.boundaries(token):
            boundary.cancel()
        super().withdraw(token)


class NoneTask(Activity, defaults.NoneTask):
    """An undefined task: it passes."""

    kind = "task"

    def _run_hook(self, my_task: Token) -> bool:
        self.leave(my_task, {})
        return True


class ManualTask(NoneTask):
    """A manual task: done without our help, so it passes."""

    kind = "manualTask"


class UserTask(Activity, defaults.UserTask):
    """Waits in somebody's inbox."""

    kind = "userTask"
    waits = True

    def begin(self, token: Token) -> bool:
        """Offer the task."""
        around, scope, people = token.top.surroundings, token.scope, self.settings.people
        form = self.settings.form
        groups = around.texts(people.groups, scope) if people.groups else ()
        if people.groups is None and people.users is None and people.assignee is None:
            groups = (self.lane,) if self.lane else ()
        created = TaskCreated(
            token=token.id,
            element=self.origin,
            name=self.bpmn_name or self.origin,
            form=form.id if form is not None else "",
            assignee=around.text(people.assignee, scope) if people.assignee else "",
            users=around.texts(people.users, scope) if people.users else (),
            groups=groups,
            due=timers.due_setting(token, people.due),
            follow_up=timers.due_setting(token, people.follow_up),
            priority=self._priority(token),
            lane=self.lane or "",
            settings={name: item.text for name, item in self.settings.properties.items()} or None,
        )
        token.wait()
        token.top.tell(created)
        return False

    def _priority(self, token: Token) -> int:
        item = self.settings.people.priority
        if item is None:
            return 50
        around = token.top.surroundings
        if not item.dynamic:
            return int(item.text)
        value = around.strict(item, token.scope, (Decimal,), "a number")
        return max(0, min(100, int(value)))

    def _run_hook(self, my_task: Token) -> bool:
        # Before the mappings, which may fail: the person has done it, and nobody else.
        my_task.tell_once(TaskCompleted(token=my_task.id, element=self.origin))
        self.leave(my_task, my_task.outcome or {})
        return True

    def close(self, token: Token) -> None:
        """Take the task back."""
        token.top.tell(TaskCancelled(token=token.id, element=self.origin))


class ServiceTask(Activity, defaults.ServiceTask):
    """Waits for a job."""

    kind = "serviceTask"
    waits = True

    def begin(self, token: Token) -> bool:
        """Order the job; the local scope is its input."""
        around, scope, task = token.top.surroundings, token.scope, self.settings.task
        assert task is not None
        order = self.settings.properties.get("casewright:orderBy")
        created = JobCreated(
            token=token.id,
            element=self.origin,
            operation=around.text(task.type, scope),
            input=self.given(token),
            headers=dict(self.settings.headers) or None,
            retries=self._retries(token),
            order_key=around.key(order, scope) if order is not None else "",
        )
        token.wait()
        token.top.tell(created)
        return False

    def given(self, token: Token) -> dict[str, Any]:
        """Return the input: what the input mappings made."""
        raw = token.local.raw if token.local is not None else {}
        return {name: raw[name] for name in raw if not self.repeated or name in self._mapped()}

    def _mapped(self) -> set[str]:
        return {item.target[0] for item in self.settings.inputs}

    def _retries(self, token: Token) -> int | None:
        item = self.settings.task.retries if self.settings.task is not None else None
        if item is None:
            return None
        if not item.dynamic:
            return int(item.text)
        around, wanted = token.top.surroundings, f"0 to {MOST_RETRIES}"
        value = around.strict(item, token.scope, (Decimal,), wanted)
        if not 0 <= value <= MOST_RETRIES:
            raise around.unfit(item, token.scope, value, wanted)
        return int(value)

    def _run_hook(self, my_task: Token) -> bool:
        # Before the mappings, which may fail: the work is done and must not be done again.
        my_task.tell_once(JobCompleted(token=my_task.id, element=self.origin))
        self.leave(my_task, my_task.outcome or {})
        return True

    def close(self, token: Token) -> None:
        """Withdraw the job."""
        token.top.tell(JobCancelled(token=token.id, element=self.origin))


class ScriptTask(Activity, defaults.ScriptTask):
    """Computes a variable in FEEL."""

    kind = "scriptTask"

    def _run_hook(self, my_task: Token) -> bool:
        value = my_task.top.script_engine.execute(my_task, self.settings.script)
        assert self.settings.script is not None
        self.leave(my_task, {self.settings.script.result: value})
        return True


class RuleTask(Activity, defaults.ScriptTask):
    """Asks a decision."""

    kind = "businessRuleTask"

    def _run_hook(self, my_task: Token) -> bool:
        decision, top = self.settings.decision, my_task.top
        assert decision is not None
        around = top.surroundings
        name = around.text(decision.id, my_task.scope)
        ref = DecisionRef(self.origin, name, decision.binding, decision.version_tag)
        bound = top.context.decisions(ref)
        if bound is None:
            raise Incident("decision-unknown", f"there is no decision “{name}”", decision=name)
        inputs = {**my_task.scope, **around.names}
        found = bound.model.decision(
            bound.decision, inputs, now=around.now, zone=around.zone, limits=LIMITS
        )
        if found.failed:
            raise Incident(
                "decision-failed",
                f"the decision “{name}” has no result",
                decision=name,
                problems=[{"code": item.code, "message": item.message} for item in found.warnings],
            )
        top.tell(
            DecisionEvaluated(
                token=my_task.id,
                element=self.origin,
                decision=name,
                version=bound.version,
                output=codec.to_json(found.value),
                trace=found.trace,
            )
        )
        self.leave(my_task, {decision.result: found.value})
        return True


class CallActivity(Activity, defaults.CallActivity):
    """Waits for an instance of another process; never a sub-workflow of the library."""

    kind = "callActivity"
    waits = True

    def begin(self, token: Token) -> bool:
        """Ask for the called process to be started."""
        call, around = self.settings.call, token.top.surroundings
        assert call is not None
        process = around.text(call.process, token.scope)
        seen = token.scope if call.all_in else (token.local.raw if token.local is not None else {})
        token.child = ""
        token.wait()
        token.top.ask(
            CallStart(
                id=f"call:{token.id}",
                token=token.id,
                process=process,
                binding=call.binding,
                version_tag=call.version_tag,
                variables={name: token.scope[name] for name in seen},
            )
        )
        return False

    def _run_hook(self, my_task: Token) -> bool:
        call = self.settings.call
        assert call is not None
        results = my_task.outcome or {}
        if not call.all_out and not self.settings.outputs:
            results = {}
        ended = CallEnded(token=my_task.id, element=self.origin, child=my_task.child)
        my_task.tell_once(ended)
        self.leave(my_task, results)
        return True


class SubProcess(Activity, defaults.SubWorkflowTask):
    """Holds a level of its own until nothing in it is open."""

    kind = "subProcess"
    waits = True
    by_event: ClassVar[bool] = False
    is_transaction: ClassVar[bool] = False
    # Whether its activities begin when a person chooses them.
    chosen_inside: ClassVar[bool] = False
    compensates: bool = False

    def begin(self, token: Token) -> bool:
        """Open the level and run its start event."""
        token._set_state(TaskState.STARTED)
        self.start_workflow(token)
        token.top.subprocesses[token.id].arm()
        return False

    def _run_hook(self, my_task: Token) -> bool:
        self.leave(my_task, {})
        return True

    def holds(self, token: Token) -> bool:
        """Tell whether the level stays open though nothing in it is."""
        return False

    def inner_done(self, token: Token) -> None:
        """Do nothing: only an ad-hoc sub-process asks after each activity."""

    def copy_data(self, my_task: Token, subworkflow: Any) -> None:
        """Do nothing: the level sees the scope of its host."""

    def _on_subworkflow_completed(self, subworkflow: Any, my_task: Token) -> None:
        """Let the sub-process complete, unless it was cancelled meanwhile."""
        if self.recorded and subworkflow.ledger is not None:
            my_task.kept = tuple(subworkflow.ledger.done)
        my_task._ready()

    def withdraw(self, token: Token) -> None:
        """Cancel what is inside, then the sub-process."""
        level = token.top.get_subprocess(token)
        if level is not None:
            level.cancel()
        super().withdraw(token)


class Transaction(SubProcess, defaults.TransactionSubprocess):
    """A sub-process that can be cancelled: what completed in it is undone first."""

    kind = "transaction"
    is_transaction = True
