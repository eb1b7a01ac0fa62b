"""The decision requirement graph: linked and compiled once, then evaluated from its roots."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from casewright.dmn import model as m
from casewright.dmn import table as t
from casewright.dmn.check import Candidate
from casewright.dmn.compile import Compiler, Names, Scope, Work, call
from casewright.dmn.cycles import cyclic, depths
from casewright.dmn.lint import Subject, kind_of
from casewright.dmn.run import DEEPEST, Budget, Notice, Run
from casewright.dmn.trace import own, whole
from casewright.dmn.types import ANY, MISMATCH, Type, Types
from casewright.feel import Function, Kind, Limits, from_python
from casewright.feel.analysis import nearest
from casewright.feel.problems import FeelError, LimitHit
from casewright.feel.runtime import weigh
from casewright.xml.findings import Finding


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a decision came to; `failed` means that the null is the model's fault."""

    value: Any
    trace: dict[str, Any]
    warnings: tuple[Notice, ...] = ()
    failed: bool = False


@dataclass(frozen=True, slots=True)
class _Compiled:
    work: Work | None
    type: Type
    free: frozenset[str]
    table: t.Table | None


class Model:
    """Linked DMN files, ready to decide; immutable, so it is shared between threads."""

    def __init__(self, files: tuple[m.Definitions, ...], findings: Iterable[Finding]) -> None:
        self.files = files
        self._findings = list(findings)
        self._nodes: dict[m.Key, m.Node] = {}
        self._names: dict[str, dict[str, str]] = {f.namespace: f.imports for f in files}
        self._types = Types(files)
        for file in files:
            for node in file.nodes:
                self._nodes.setdefault(node.key, node)
        self._common = self._path_names() | _graph_names(files)
        self._input_types: dict[m.Key, Type] = {}
        self._compiled: dict[m.Key, _Compiled] = {}
        self._makers: dict[m.Key, Callable[..., Function]] = {}
        self._returned: dict[m.Key, Type] = {}
        self._linked: dict[m.Key, tuple[tuple[m.Key, str, str], ...]] = {}
        self._imported()
        self._cyclic = self._cycles()
        for file in files:
            self._compile(file)
        self._type_findings()
        self.decisions: Mapping[str, m.Decision] = self._by_id()

    @property
    def problems(self) -> tuple[Finding, ...]:
        """What is wrong with the files."""
        return tuple(self._findings)

    def with_findings(self, more: Iterable[Finding]) -> Model:
        """Add what a later check found; only `load` calls this."""
        self._findings.extend(more)
        return self

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """The tables that are a whole decision, with the types of what they read."""
        found = []
        for key, compiled in self._compiled.items():
            node = self._nodes[key]
            if compiled.table is None or not isinstance(node, m.Decision):
                continue
            types: dict[str, Type] = {}
            decided: set[str] = set()
            for need in node.requirements:
                other = self._nodes.get(need.target)
                if isinstance(other, m.InputData):
                    types[other.name] = self._input_types.get(other.key, ANY)
                elif isinstance(other, m.Decision):
                    types[other.name] = self._compiled[other.key].type
                    decided.add(other.name)
            found.append(Candidate(compiled.table, types, frozenset(decided)))
        return tuple(found)

    @property
    def subjects(self) -> Iterable[Subject]:
        """The expressions of decisions and knowledge models, with the types of what they read."""
        for file in self.files:
            compiler = Compiler(file.namespace, self._types, self._common)
            nodes: tuple[m.Decision | m.Knowledge, ...] = (*file.decisions, *file.knowledge)
            for node in nodes:
                box = node.expression if isinstance(node, m.Decision) else node.function
                if box is None or self._nodes[node.key] is not node:
                    continue
                kinds: dict[str, Kind] = {}
                for need in node.requirements:
                    if need.target in self._nodes:
                        prefix, name = self._named(need.target, node.key[0])
                        kinds[prefix or name] = Kind() if prefix else self._kind(need.target)
                wanted = self._compiled[node.key].type if isinstance(node, m.Decision) else ANY
                yield Subject(box, kinds, wanted, compiler.type, self._common)

    def _kind(self, key: m.Key) -> Kind:
        node = self._nodes[key]
        if isinstance(node, m.InputData):
            return kind_of(self._input_types.get(key))
        if isinstance(node, m.Decision):
            found = self._compiled.get(key)
            return kind_of(None if found is None else found.type)
        return Kind("function")

    def _by_id(self) -> dict[str, m.Decision]:
        found: dict[str, m.Decision] = {}
        for file in self.files:
            for decision in file.decisions:
                if self._nodes[decision.key] is decision:
                    found.setdefault(decision.id, decision)
        return found

    def _path_names(self) -> Names:
        """Return the names that may follow a dot, for those that have spaces."""
        found: set[str] = set()
        for file in self.files:
            for item in file.items:
                found |= _components(item)
            for decision in file.decisions:
                found |= _inner_names(decision.expression)
            for knowledge in file.knowledge:
                found |= _inner_names(knowledge.function)
        return frozenset(found)

    # -- linking

    def _problem(self, at: m.At, code: str, message: str) -> None:
        self._findings.append(Finding(at.file, at.element, at.line, code, message, place=at.name))

    def _requirements(self, node: m.Node) -> tuple[m.Requirement, ...]:
        return node.requirements if isinstance(node, m.Decision | m.Knowledge) else ()

    def _imported(self) -> None:
        """Tell imports of a namespace that none of the files has."""
        for file in self.files:
            for namespace, at in file.imported_at.items():
                if namespace not in self._names:
                    name = file.imports[namespace] or namespace
                    message = f"“{name}” imports “{namespace}”, which none of the files defines"
                    self._problem(at, "dmn-missing-import", message)

    def _cycles(self) -> frozenset[m.Key]:
        """Return the decisions that need themselves; a knowledge model may call itself."""
        needs = {
            key: [need.target for need in node.requirements]
            for key, node in self._nodes.items()
            if isinstance(node, m.Decision)
        }
        found = cyclic(needs)
        for key in sorted(found):
            node = self._nodes[key]
            self._problem(node.at, "dmn-cycle", f"the decision “{node.name}” needs itself")
        for key, depth in depths(needs, found).items():
            if depth == DEEPEST + 1:
                node = self._nodes[key]
                message = f"“{node.name}” needs decisions nested more than {DEEPEST} deep"
                self._problem(node.at, "dmn-limit", message)
        return found

    def _named(self, key: m.Key, home: str) -> tuple[str, str]:
        """Return the import's name, "" in the own file, and the node's name."""
        node = self._nodes[key]
        return ("" if key[0] == home else self._names.get(home, {}).get(key[0], "")), node.name

    def _seen(self, node: m.Decision | m.Knowledge) -> Names:
        names: set[str] = set()
        for need in node.requirements:
            if need.target not in self._nodes:
                message = f"“{node.name}” requires “{need.target[1]}”, which is not there"
                self._problem(node.at, "dmn-missing", message)
                continue
            prefix, name = self._named(need.target, node.key[0])
            names.add(prefix or name)
        return frozenset(names)

    def _compile(self, file: m.Definitions) -> None:
        compiler = Compiler(file.namespace, self._types, self._common)
        for data in file.inputs:
            self._input_types[data.key] = compiler.type(data.type_ref, data.at)
        taken: dict[str, m.At] = {}
        for node in file.nodes:
            if node.name in taken:
                message = f"the name “{node.name}” is used twice"
                self._problem(node.at, "dmn-duplicate-name", message)
            taken[node.name] = node.at
        for decision in file.decisions:
            # The second of two elements with one id is a finding, and cannot be reached.
            if self._nodes[decision.key] is decision:
                self._compiled[decision.key] = self._decision(compiler, decision, bool(file.inputs))
        for item in file.knowledge:
            if item.function is not None:
                names = self._seen(item) | {item.name}
                self._makers[item.key] = compiler.maker(item.function, names, item.name)
        for service in file.services:
            wanted = compiler.type(service.type_ref, service.at)
            self._returned[service.key] = wanted.returns or wanted
            for key in (*service.outputs, *service.input_decisions, *service.input_data):
                if key not in self._nodes:
                    message = f"“{service.name}” names “{key[1]}”, which is not there"
                    self._problem(service.at, "dmn-missing", message)
        self._findings.extend(compiler.findings)

    def _decision(self, compiler: Compiler, node: m.Decision, strict: bool) -> _Compiled:
        names = self._seen(node)
        wanted = compiler.type(node.type_ref, node.at)
        if node.expression is None:
            return _Compiled(None, wanted, frozenset(), None)
        compiler.reads, compiler.uncertain = set(), set()
        work: Work
        table = None
        if isinstance(node.expression, m.Table):
            work = table = compiler.table(node.expression, names)
            own = compiler.type(node.expression.type_ref, node.at)
            wanted = own if wanted.any else wanted
        else:
            work = compiler.boxed(node.expression, names)
        free = frozenset(compiler.reads)
        certain = free - compiler.uncertain
        if certain and strict:
            listed = ", ".join(f"“{name}”" for name in sorted(certain))
            message = f"“{node.name}” reads {listed}, which no requirement declares"
            at = node.at
            if len(certain) == 1 and names:
                message += nearest(next(iter(certain)), names)
            found = Finding(
                at.file, at.element, at.line, "dmn-undeclared", message, "warning", at.name
            )
            self._findings.append(found)
        return _Compiled(work, wanted, free, table)

    def _type_findings(self) -> None:
        self._types.cut_circles()
        for at, code, message in self._types.problems:
            self._problem(at, code, message)
        for at, ref in sorted(self._types.unknown, key=lambda item: (item[0].line, item[1])):
            self._problem(at, "dmn-unknown-type", f"there is no type “{ref}”")
        for at, problem in self._types.bad:
            self._problem(at, f"feel-{problem.kind}", problem.message)

    # -- evaluating

    def decision(
        self,
        name: str,
        inputs: Mapping[str, Any],
        now: dt.datetime | None = None,
        zone: dt.tzinfo | None = None,
        limits: Limits | None = None,
    ) -> Evaluation:
        """Evaluate a decision by id or name; never raises for what the model or inputs hold."""
        named = (item for item in self._compiled if self._nodes[item].name == name)
        node = self.decisions.get(name) or self._nodes.get(next(named, ("", "")))
        if node is None:
            known = {self._nodes[key].name for key in self._compiled}
            return _unknown(f"there is no decision “{name}”", name, known | set(self.decisions))
        run = Run(inputs, now, zone, Budget.of(limits or Limits()))
        return _evaluated(run, lambda: self._decide(run, node.key), node)

    def service(
        self,
        name: str,
        inputs: Mapping[str, Any],
        now: dt.datetime | None = None,
        zone: dt.tzinfo | None = None,
        limits: Limits | None = None,
    ) -> Evaluation:
        """Evaluate a decision service by id or name, its input decisions given like inputs."""
        services = [item for file in self.files for item in file.services]
        node = next((item for item in services if name in (item.key[1], item.name)), None)
        if node is None:
            known = {key for item in services for key in (item.key[1], item.name)}
            return _unknown(f"there is no decision service “{name}”", name, known)
        run = Run(inputs, now, zone, Budget.of(limits or Limits()))

        def work() -> Any:
            function = self._service(run, node)
            given = [self._handed(run, parameter, node.at) for parameter in function.parameters]
            return call(run, function, given, node.at)

        return _evaluated(run, work, node)

    def _handed(self, run: Run, name: str, at: m.At) -> Any:
        try:
            return from_python(run.inputs.get(name))
        except FeelError as error:
            run.notice("dmn-input", f"the input “{name}”: {error.message}", at)
            return None

    def _decide(self, run: Run, key: m.Key) -> Any:
        if key in run.values:
            return run.values[key]
        node, compiled = self._nodes[key], self._compiled[key]
        assert isinstance(node, m.Decision)
        if key in self._cyclic:
            run.notice("dmn-cycle", f"the decision “{node.name}” needs itself", node.at, True)
            return None
        run.enter()
        free = {name: run.inputs[name] for name in compiled.free if name in run.inputs}
        scope = {**free, **self._scope(run, node)}
        outer, run.tables = run.tables, []
        value = None if compiled.work is None else compiled.work(run, scope)
        value = run.conform(value, compiled.type, f"the decision “{node.name}”", node.at)
        run.values[key] = value
        run.traces[key] = own(run, node, value)
        run.tables = outer
        run.leave()
        return value

    def _links(self, node: m.Decision | m.Knowledge) -> tuple[tuple[m.Key, str, str], ...]:
        found = self._linked.get(node.key)
        if found is None:
            found = self._linked[node.key] = tuple(
                (need.target, *self._named(need.target, node.key[0]))
                for need in node.requirements
                if need.target in self._nodes
            )
        return found

    def _scope(self, run: Run, node: m.Decision | m.Knowledge) -> dict[str, Any]:
        scope: dict[str, Any] = {}
        for target, prefix, name in self._links(node):
            value = self._required(run, target)
            if prefix:
                scope[prefix] = {**scope.get(prefix, {}), name: value}
            else:
                scope[name] = value
        return scope

    def _required(self, run: Run, key: m.Key) -> Any:
        node = self._nodes[key]
        if isinstance(node, m.InputData):
            if key in run.values:
                return run.values[key]
            wanted = self._input_types.get(key, ANY)
            value = self._handed(run, node.name, node.at)
            value = run.conform(value, wanted, f"the input “{node.name}”", node.at)
            run.values[key] = value
            return value
        if isinstance(node, m.Decision):
            return self._decide(run, key)
        if isinstance(node, m.Service):
            return self._service(run, node)
        return self._function(run, node)

    def _function(self, run: Run, node: m.Knowledge) -> Function | None:
        make = self._makers.get(node.key)
        if make is None:
            return None

        def around() -> Scope:
            return {**self._scope(run, node), node.name: made}

        made = make(run, around)
        return made

    def _service(self, run: Run, node: m.Service) -> Function:
        """Return the service as a function of its input data, then its input decisions."""
        keys = [key for key in (*node.input_data, *node.input_decisions) if key in self._nodes]
        outputs = [key for key in node.outputs if key in self._compiled]

        def invoke(_feel: Any, arguments: Any) -> Any:
            given: dict[m.Key, Any] = {}
            for key, value in zip(keys, arguments, strict=True):
                compiled = self._compiled.get(key)
                wanted = compiled.type if compiled else self._input_types.get(key, ANY)
                given[key] = wanted.conform(value)
                if given[key] is MISMATCH:
                    name = self._nodes[key].name
                    raise FeelError(f"the argument “{name}” is not of type {wanted.name}")
            inner = run.inner({}, given)
            run.enter()
            found = {self._nodes[key].name: self._decide(inner, key) for key in outputs}
            run.leave()
            value = next(iter(found.values())) if len(found) == 1 else found
            return run.conform(value, self._returned[node.key], f"“{node.name}”", node.at)

        names = [self._nodes[key].name for key in keys]
        return Function(names, invoke, node.name)


def _components(item: m.Item) -> set[str]:
    found = {part.name for part in item.components}
    return found.union(*(_components(part) for part in item.components))


def _graph_names(files: tuple[m.Definitions, ...]) -> Names:
    """Return the names of nodes, which follow the name of an import."""
    return frozenset(node.name for file in files if len(files) > 1 for node in file.nodes)


def _inner_names(box: m.Boxed | None) -> set[str]:
    """Return the names that an expression gives to parts of its value."""
    if isinstance(box, m.Context):
        found = {parameter.name for parameter, _value in box.entries}
        return found.union(*(_inner_names(value) for _name, value in box.entries))
    if isinstance(box, m.Table):
        return {output.name for output in box.outputs}
    if isinstance(box, m.Relation):
        return {column.name for column in box.columns}
    if isinstance(box, m.FunctionDefinition):
        return _inner_names(box.body)
    return set()


def _evaluated(run: Run, work: Callable[[], Any], node: m.Node) -> Evaluation:
    try:
        value = work()
        weigh(value, run.budget.limits)
    except LimitHit as hit:
        value = None
        _stopped(run, hit.message, node.at)
    except (RecursionError, MemoryError):
        value = None
        _stopped(run, "nested too deeply, or too large", node.at)
    failed = bool(run.failures)
    trace = whole(run, node.key)
    return Evaluation(None if failed else value, trace, tuple(run.notices), failed)


def _stopped(run: Run, message: str, at: m.At) -> None:
    run.failures.append(Notice("dmn-limit", message, at.file, at.element, at.line, at.name))
    run.notices.append(run.failures[-1])


def _unknown(message: str, name: str, known: Iterable[str]) -> Evaluation:
    told = Notice("dmn-unknown-decision", message + nearest(name, known))
    return Evaluation(None, {}, (told,), True)
