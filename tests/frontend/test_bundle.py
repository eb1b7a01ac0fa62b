"""The front-end bundle in a real browser, under the content security policy of the pages."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from parts import BUNDLE, requires

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, requires("chromium"), requires("bundle")]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'"
)
DIAGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t" id="d"
    xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"
    xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
    xmlns:di="http://www.omg.org/spec/DD/20100524/DI">
  <process id="p" isExecutable="true">
    <startEvent id="start"/><sequenceFlow id="f" sourceRef="start" targetRef="decide"/>
    <userTask id="decide" name="Decide"/>
  </process>
  <bpmndi:BPMNDiagram id="dg"><bpmndi:BPMNPlane id="pl" bpmnElement="p">
    <bpmndi:BPMNShape id="s1" bpmnElement="start">
      <dc:Bounds x="100" y="100" width="36" height="36"/></bpmndi:BPMNShape>
    <bpmndi:BPMNShape id="s2" bpmnElement="decide">
      <dc:Bounds x="200" y="78" width="100" height="80"/></bpmndi:BPMNShape>
    <bpmndi:BPMNEdge id="e1" bpmnElement="f">
      <di:waypoint x="136" y="118"/><di:waypoint x="200" y="118"/></bpmndi:BPMNEdge>
  </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</definitions>"""
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>t</title>
<link rel="icon" href="data:,"><meta name="csrf-token" content="token-1">
<link rel="stylesheet" href="/viewer.css"><script src="/theme.js"></script>
<script type="module" src="/app.js"></script><script type="module" src="/viewer.js"></script>
</head><body data-events="/events">
<button data-theme-toggle>Theme</button>
<div class="diagram" data-xml="/diagram" data-state="/state" aria-label="Diagram">…</div>
<div id="part" hx-get="/part" hx-trigger="cw:refresh from:body">old</div>
<form method="post" action="/sent" data-confirm="Really send?" data-draft-url="/draft">
<input name="price"><output data-draft-state data-saved="Saved"></output><button>Send</button>
</form></body></html>"""


class Site(ThreadingHTTPServer):
    """Serves the bundle and a page that uses all of it; keeps what was posted."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.posted: list[tuple[str, str, str]] = []
        self.state = {"active": [{"element": "decide", "text": "waits for head"}]}
        self.happened = threading.Event()
        self.closing = threading.Event()


class Answers(BaseHTTPRequestHandler):
    """Answers of the site."""

    server: Site

    def do_GET(self) -> None:
        texts = {
            "/": ("text/html", PAGE),
            "/diagram": ("application/xml", DIAGRAM),
            "/state": ("application/json", json.dumps(self.server.state)),
            "/part": ("text/html", "new"),
        }
        if self.path == "/events":
            self._stream()
        elif self.path in texts:
            self._send(*texts[self.path])
        else:
            kinds = {"js": "text/javascript", "css": "text/css"}
            path = BUNDLE / self.path.partition("?")[0].lstrip("/")
            kind = kinds.get(path.suffix[1:], "application/octet-stream")
            self._send(kind, path.read_bytes())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.posted.append((self.path, body, self.headers.get("X-CSRF-Token", "")))
        self._send("text/html", "<!doctype html><title>sent</title><link rel=icon href='data:,'>")

    def _stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.write(b": hello\n\n")
        self.wfile.flush()
        self.server.happened.wait(30)
        self.wfile.write(b"event: case\ndata: 1\n\n")
        self.wfile.flush()
        self.server.closing.wait(30)

    def _send(self, kind: str, body: str | bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body.encode() if isinstance(body, str) else body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.happened.set()
        server.closing.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def opened(site: Site, page: Page) -> Page:
    page.goto(f"http://127.0.0.1:{site.server_port}/")
    page.wait_for_selector(".diagram[data-loading=done]")
    return page


def test_diagram_shows_tokens_and_the_mark(opened: Page) -> None:
    assert opened.locator(".cw-badge-token").get_attribute("title") == "waits for head"
    assert opened.locator('[data-element-id="decide"].cw-active').count() == 1
    assert opened.locator(".bjs-powered-by").is_visible()
    assert opened.get_by_role("button", name="Zoom in").is_visible()


def test_diagram_is_used_by_keyboard(opened: Page) -> None:
    layer = opened.locator(".viewport").first
    before = layer.get_attribute("transform")
    opened.locator(".diagram").focus()
    opened.keyboard.press("+")
    assert layer.get_attribute("transform") != before
    opened.keyboard.press("0")
    assert layer.get_attribute("transform") == before


def test_event_of_the_server_refreshes_diagram_and_parts(opened: Page, site: Site) -> None:
    site.state = {"incidents": [{"element": "decide", "text": "price is null", "href": "/i/1"}]}
    site.happened.set()
    badge = opened.locator("a.cw-badge-incident")
    badge.wait_for()
    assert badge.get_attribute("href") == "/i/1"
    assert opened.locator(".cw-badge-token").count() == 0
    opened.get_by_text("new").wait_for()


def test_theme_is_kept(opened: Page) -> None:
    opened.get_by_text("Theme").click()
    assert opened.locator("html").get_attribute("data-theme") == "dark"
    opened.reload()
    assert opened.locator("html").get_attribute("data-theme") == "dark"


def test_draft_is_kept_with_the_csrf_token(opened: Page, site: Site) -> None:
    opened.locator("[name=price]").fill("12")
    opened.get_by_text("Saved").wait_for()
    assert site.posted == [("/draft", "price=12", "token-1")]


def test_confirmation_is_asked_once(opened: Page, site: Site) -> None:
    opened.get_by_role("button", name="Send").click()
    opened.get_by_role("button", name="Cancel").click()
    assert site.posted == []
    opened.get_by_role("button", name="Send").click()
    opened.get_by_role("button", name="OK").click()
    opened.wait_for_url("**/sent")
    assert [path for path, _, _ in site.posted] == ["/sent"]
