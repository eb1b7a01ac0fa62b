"""The rules of the architecture over source: each takes a module and yields what breaks it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from parts import ROOT

MODULE_LINES = 600
FUNCTION_LINES = 50
OVERRIDES = "casewright/bpmn/overrides.py"
PURE = ("feel", "dmn", "bpmn", "forms", "domain", "xml")

_DATE_VERBS = {"now", "utcnow", "today"}
_TIME_VERBS = {"time", "time_ns", "localtime", "gmtime", "ctime", "strftime"}

_READERS = {"Connection", "Session", "Engine", "Database", "Store"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One source file; `name` is its path below engine/ or connectors/."""

    name: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed file."""
        return ast.parse(self.text)

    @property
    def ring(self) -> str:
        """The ring the file is in, or its own name for a module on top."""
        return self.name.removeprefix("casewright/").split("/")[0]

    @cached_property
    def functions(self) -> list[tuple[str, Function]]:
        """Every function and method with its qualified name."""
        return list(_functions(self.tree, ""))

    def at(self, node: ast.AST, what: str) -> str:
        """Return a finding as `file:line what`."""
        return f"{self.name}:{getattr(node, 'lineno', 1)} {what}"


Rule = Callable[[Module], Iterator[str]]


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, Function]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            yield f"{prefix}{child.name}", child
            yield from _functions(child, f"{prefix}{child.name}.")
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.")
        else:
            yield from _functions(child, prefix)


def modules() -> list[Module]:
    """Return every Python file of both packages."""
    found = []
    for base in (ROOT / "engine", ROOT / "connectors"):
        for path in sorted(base.rglob("*.py")):
            if "node_modules" not in path.parts:
                found.append(Module(path.relative_to(base).as_posix(), path.read_text("utf-8")))
    return found


def dotted(node: ast.AST) -> str:
    """Return `a.b.c` for such an expression, "" for any other."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        left = dotted(node.value)
        return f"{left}.{node.attr}" if left else f"?.{node.attr}"
    return ""


def calls(tree: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    """Yield every call with the dotted name of what is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node, dotted(node.func)


def imports(tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Yield every imported module, also inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node, node.module


def _is_migration(module: Module) -> bool:
    return module.name.startswith("casewright/store/migrations/versions/")


def module_is_short(module: Module) -> Iterator[str]:
    """A module has at most 600 lines; a migration is a frozen list and may be longer."""
    lines = module.text.count("\n")
    if lines > MODULE_LINES and not _is_migration(module):
        yield f"{module.name}: {lines} lines"


def functions_are_short(module: Module) -> Iterator[str]:
    """A function has at most 50 lines of its own, migrations aside.

    The lines of a function inside it are that one's: a maker of routes is not long by them.
    """
    if _is_migration(module):
        return
    for name, node in module.functions:
        inner = [child for parent, child in _functions(node, "") if "." not in parent]
        lines = _length(node) - sum(map(_length, inner))
        if lines > FUNCTION_LINES:
            yield f"{module.name}:{name} {lines} lines"


def _length(node: Function) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def commits_in_two_places(module: Module) -> Iterator[str]:
    """Only `store/db` and `commands/unit` commit."""
    if module.name not in {"casewright/store/db.py", "casewright/commands/unit.py"}:
        for node, name in calls(module.tree):
            if name.split(".")[-1] == "commit":
                yield module.at(node, name)


def time_comes_from_the_clock(module: Module) -> Iterator[str]:
    """Only `domain/clock` asks the machine what time it is."""
    if module.name == "casewright/domain/clock.py":
        return
    for call, name in calls(module.tree):
        owner, _, verb = name.rpartition(".")
        of_date = owner.split(".")[-1] in {"datetime", "date"} and verb in _DATE_VERBS
        if of_date or (owner == "time" and verb in _TIME_VERBS):
            yield module.at(call, name)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            for alias in node.names:
                if alias.name in _TIME_VERBS:
                    yield module.at(node, f"time.{alias.name}")


def nothing_is_run_as_python(module: Module) -> Iterator[str]:
    """No eval, exec, compile or pickle."""
    for call, name in calls(module.tree):
        if name in {"eval", "exec", "compile", "__import__"}:
            yield module.at(call, name)
    for node, name in imports(module.tree):
        if name.split(".")[0] in {"pickle", "marshal", "shelve", "dill", "cloudpickle"}:
            yield module.at(node, name)


def core_is_pure(module: Module) -> Iterator[str]:
    """The pure rings do no I/O: they import nothing that could, and open nothing."""
    outside = {
        "asyncio", "http", "httpx2", "multiprocessing", "random", "requests", "secrets",
        "shutil", "socket", "sqlite3", "ssl", "subprocess", "tempfile", "threading", "urllib",
    }  # fmt: skip
    allowed = {("casewright/domain/ids.py", "secrets"), ("casewright/domain/ids.py", "random")}
    if module.ring not in PURE:
        return
    for node, name in imports(module.tree):
        root = name.split(".")[0]
        if root in outside and (module.name, root) not in allowed:
            yield module.at(node, name)
    for call, name in calls(module.tree):
        if name in {"open", "os.environ.get", "os.getenv"}:
            yield module.at(call, name)


def public_things_have_docstrings(module: Module) -> Iterator[str]:
    """Every public module, class and function says in its first line what it is.

    Methods count where their class is named in an `__all__`.
    """
    if not ast.get_docstring(module.tree) and module.text.strip():
        yield f"{module.name}: module"
    for node in module.tree.body:
        if isinstance(node, Function | ast.ClassDef):
            yield from _undocumented(module, node)
        if isinstance(node, ast.ClassDef) and node.name in exported():
            for child in node.body:
                if isinstance(child, Function):
                    yield from _undocumented(module, child)


def _undocumented(module: Module, node: Function | ast.ClassDef) -> Iterator[str]:
    marks = [dotted(mark) for mark in node.decorator_list]
    told = any(mark.endswith(("overload", "override", ".setter")) for mark in marks)
    if not told and not node.name.startswith("_") and not ast.get_docstring(node):
        yield module.at(node, node.name)


@cache
def exported() -> frozenset[str]:
    """Return every name that some `__all__` names."""
    return frozenset(
        str(name.value)
        for module in modules()
        for node in module.tree.body
        if isinstance(node, ast.Assign) and dotted(node.targets[0]) == "__all__"
        for name in getattr(node.value, "elts", ())
        if isinstance(name, ast.Constant)
    )


def queries_take_a_scope(module: Module) -> Iterator[str]:
    """A public function of `store/queries` that reads takes `scope: Scope` first."""
    if not module.name.startswith("casewright/store/queries/"):
        return
    for node in module.tree.body:
        if not isinstance(node, Function) or node.name.startswith("_") or not _reads(node):
            continue
        first = [*node.args.posonlyargs, *node.args.args][0]
        if _annotation(first) != "Scope" or first.arg != "scope":
            yield f"{module.name}:{node.name}"


def _reads(node: Function) -> bool:
    """Tell whether a function is handed something to read with; without, it cannot read."""
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return any(_annotation(argument) in _READERS for argument in arguments)


def _annotation(argument: ast.arg) -> str:
    return dotted(argument.annotation).split(".")[-1] if argument.annotation else ""


def handlers(module: Module) -> Iterator[Function]:
    """Yield the command handlers of a module: functions marked `@handles(...)`."""
    for node in module.tree.body:
        if isinstance(node, Function) and any(
            dotted(mark.func if isinstance(mark, ast.Call) else mark).split(".")[-1] == "handles"
            for mark in node.decorator_list
        ):
            yield node


def handlers_ask_access(module: Module) -> Iterator[str]:
    """A command handler asks `commands/access`, itself or by a helper of its module."""
    if module.ring != "commands":
        return
    names = {
        alias.asname or alias.name
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom) and node.module == "casewright.commands.access"
        for alias in node.names
    }
    helpers = {node.name: node for node in module.tree.body if isinstance(node, Function)}
    for handler in handlers(module):
        if not _asks(handler, names, helpers, set()):
            yield f"{module.name}:{handler.name}"


def _asks(node: Function, names: set[str], helpers: dict[str, Function], seen: set[str]) -> bool:
    for _, name in calls(node):
        if name in names or name.startswith("access.") or ".access." in name:
            return True
        if name in helpers and name not in seen:
            seen.add(name)
            if _asks(helpers[name], names, helpers, seen):
                return True
    return False


def replaced(module: Module) -> Iterator[ast.AST]:
    """Yield where a module puts something else into a class or module of SpiffWorkflow."""
    foreign = {
        (alias.asname or alias.name).split(".")[0]
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if (getattr(node, "module", None) or alias.name).startswith("SpiffWorkflow")
    }
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [dotted(target) for target in targets if isinstance(target, ast.Attribute)]
            if any(name.split(".")[0] in foreign for name in names):
                yield node
        elif isinstance(node, ast.Call) and dotted(node.func) == "setattr" and node.args:
            target = dotted(node.args[0]).split(".")[0]
            yield from [node] * (target in foreign)


def library_is_replaced_in_one_place(module: Module) -> Iterator[str]:
    """Functions of SpiffWorkflow are replaced in `bpmn/overrides.py` alone."""
    if module.name != OVERRIDES:
        for node in replaced(module):
            yield module.at(node, "replaces a part of SpiffWorkflow")


def ignores_name_their_code(module: Module) -> Iterator[str]:
    """A type-ignore or noqa names the code it silences."""
    for number, line in enumerate(module.text.splitlines(), 1):
        mark = line.partition("#")[2].replace(" ", "")
        if mark.startswith("type:ignore") and "type:ignore[" not in mark:
            yield f"{module.name}:{number} type: ignore"
        if mark.startswith("noqa") and "noqa:" not in mark:
            yield f"{module.name}:{number} noqa"


RULES: tuple[Rule, ...] = (
    module_is_short,
    functions_are_short,
    commits_in_two_places,
    time_comes_from_the_clock,
    nothing_is_run_as_python,
    core_is_pure,
    public_things_have_docstrings,
    queries_take_a_scope,
    handlers_ask_access,
    library_is_replaced_in_one_place,
    ignores_name_their_code,
)
