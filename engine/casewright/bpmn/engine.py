"""SpiffWorkflow's script engine seam, with FEEL behind it: Python is never evaluated."""

from __future__ import annotations

from typing import Any, NoReturn

from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.script_engine.python_environment import BasePythonScriptEngineEnvironment

from casewright.bpmn.expressions import Setting
from casewright.bpmn.tokens import Token
from casewright.bpmn.zeebe import Script


class NoPython(BasePythonScriptEngineEnvironment):
    """An environment that runs nothing."""

    def evaluate(self, *_ignored: Any, **_options: Any) -> NoReturn:
        """Refuse: an expression came past FEEL."""
        raise RuntimeError("an expression reached the Python environment")

    execute = evaluate
    call_service = evaluate


class FeelEngine(PythonScriptEngine):
    """Evaluates the compiled FEEL of the model in the scope of a token."""

    def __init__(self) -> None:
        super().__init__(NoPython())

    def validate(self, expression: Any) -> None:
        """Do nothing: expressions are checked when a file is compiled."""

    def evaluate(self, task: Token, expression: Setting, external_context: Any = None) -> bool:
        """Evaluate the condition of a sequence flow."""
        return task.top.surroundings.condition(expression, task.scope)

    def execute(self, task: Token, script: Script, external_context: Any = None) -> Any:
        """Run a script and return its result, for the task to put where it belongs."""
        return task.top.surroundings.lenient(script.expression, task.scope)

    def call_service(self, task: Token, **_kwargs: Any) -> NoReturn:
        """Refuse: work outside the process is a job."""
        raise RuntimeError("a service task is a job, never a call")
