"""The API's own docs page: every operation of the schema, drawn on the server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from jinja2 import Environment, FileSystemLoader
from starlette.responses import FileResponse, HTMLResponse, Response

from casewright.web.api import shared

_HERE = Path(__file__).parent
_templates = Environment(loader=FileSystemLoader(_HERE), autoescape=True, trim_blocks=True)


def router() -> APIRouter:
    """Return the routes of the docs page."""
    made = APIRouter(include_in_schema=False)

    @made.get("/api/docs")
    def docs(request: Request) -> Response:
        """Show every operation, its parameters and its body."""
        schema: dict[str, Any] = request.app.openapi()
        page = _templates.get_template("docs.html").render(
            title=schema["info"]["title"],
            version=schema["info"]["version"],
            tags=operations(schema),
            codes=shared.codes(),
        )
        return HTMLResponse(page)

    @made.get("/api/docs.css")
    def style() -> Response:
        """Return the page's style."""
        return FileResponse(_HERE / "docs.css", headers={"Cache-Control": "public, max-age=3600"})

    return made


def operations(schema: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the operations of an OpenAPI schema by tag, with their bodies resolved."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            tag = (operation.get("tags") or ["other"])[0]
            found.setdefault(tag, []).append(
                {
                    "method": method.upper(),
                    "path": path,
                    "summary": operation.get("description") or operation.get("summary", ""),
                    "parameters": [_parameter(p) for p in operation.get("parameters", ())],
                    "body": _body(schema, operation.get("requestBody")),
                }
            )
    return found


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": parameter["name"],
        "place": parameter["in"],
        "kind": _kind(parameter.get("schema", {})),
        "required": parameter.get("required", False),
        "text": parameter.get("description") or parameter.get("schema", {}).get("description", ""),
    }


def _body(schema: dict[str, Any], body: dict[str, Any] | None) -> dict[str, Any] | None:
    if body is None:
        return None
    media, content = next(iter(body["content"].items()))
    model = _resolved(schema, content["schema"])
    required = set(model.get("required", ()))
    fields = [
        {"name": name, "kind": _kind(_resolved(schema, field)), "required": name in required}
        for name, field in model.get("properties", {}).items()
    ]
    return {"media": media, "text": model.get("description", ""), "fields": fields}


def _resolved(schema: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in part:
        part = schema["components"]["schemas"][part["$ref"].rsplit("/", 1)[-1]]
    return part


def _kind(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(_kind(option) for option in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return str(schema.get("type", "any"))
