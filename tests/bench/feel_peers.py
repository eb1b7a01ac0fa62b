"""Runs a FEEL engine for Python beside ours, in an interpreter that has it.

Reads JSON lines: first the conditions and the context, then one line for each round. Answers each
with a JSON line: the values, then for every condition the microseconds of a call, parsed anew each
time ("whole") and, where the engine can, of parsing and of evaluating alone.
"""

from __future__ import annotations

import importlib
import json
import logging
import sys
import time
from typing import Any

CALLS = 20


class Bkflow:
    """bkflow-feel: a Lark grammar, its tree turned into objects that are evaluated."""

    def __init__(self, context: dict[str, Any]) -> None:
        self.api = importlib.import_module("bkflow_feel.api")
        self.context = context

    def whole(self, text: str) -> Any:
        return self.api.parse_expression(text, self.context)

    def parse(self, text: str) -> Any:
        return self.api.default_transformer.transform(self.api.default_parser.parse(text))

    def evaluate(self, parsed: Any) -> Any:
        return parsed.evaluate(self.context)


class PySFeel:
    """pySFeel: evaluates while it parses, on names that it was told before."""

    parse = evaluate = None

    def __init__(self, context: dict[str, Any]) -> None:
        self.parser = importlib.import_module("pySFeel").SFeelParser()
        for name, value in context.items():
            self.parser.sFeelParse(f"{name} <- {_text(value)}")

    def whole(self, text: str) -> Any:
        status, value = self.parser.sFeelParse(text)
        if status:
            raise ValueError(status)
        return value


def _text(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_text(item)}" for name, item in value.items()) + "}"
    return json.dumps(value)


def _value(engine: Any, text: str) -> Any:
    try:
        return engine.whole(text)
    except Exception as error:
        return {"error": type(error).__name__}


def _timed(call: Any, argument: Any) -> float:
    call(argument)
    begin = time.perf_counter()
    for _ in range(CALLS):
        call(argument)
    return (time.perf_counter() - begin) / CALLS * 1e6


def _round(engine: Any, texts: list[str]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {"whole": [_timed(engine.whole, text) for text in texts]}
    if engine.parse is not None:
        found["parse"] = [_timed(engine.parse, text) for text in texts]
        found["evaluate"] = [_timed(engine.evaluate, engine.parse(text)) for text in texts]
    return found


def main() -> None:
    logging.disable(logging.CRITICAL)
    given = json.loads(sys.stdin.readline())
    engine = {"bkflow-feel": Bkflow, "pySFeel": PySFeel}[sys.argv[1]](given["context"])
    values = [_value(engine, text) for text in given["texts"]]
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_round(engine, json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
