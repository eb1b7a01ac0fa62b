"""Tells those who watch, in this process, that something changed: by topic only, no content."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable

WAITING = 1000


class Subscriber:
    """A watcher's own queue of topics; topics that repeat while it waits are kept once.

    `wake` is called after each topic, for a watcher that must not block to wait.
    """

    def __init__(self, topics: Iterable[str], wake: Callable[[], None] | None = None) -> None:
        self.topics = frozenset(topics)
        self._wake = wake
        self._queue: queue.Queue[str] = queue.Queue(WAITING)

    def offer(self, topic: str) -> None:
        """Hand over a topic; a watcher that is too slow misses it and reloads later."""
        try:
            self._queue.put_nowait(topic)
        except queue.Full:
            return
        if self._wake is not None:
            self._wake()

    def wait(self, seconds: float) -> set[str]:
        """Return the topics that came, waiting at most `seconds` for the first."""
        try:
            topics = {self._queue.get(seconds > 0, seconds or None)}
        except queue.Empty:
            return set()
        while True:
            try:
                topics.add(self._queue.get_nowait())
            except queue.Empty:
                return topics


class Bus:
    """Topics: "inbox", "incidents", "jobs", "timers", "messages" and "case:" with the root's id."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._subscribers: set[Subscriber] = set()
        self._forward: Callable[[str], None] | None = None

    def forward(self, send: Callable[[str], None] | None) -> None:
        """Hand every topic that is published here to `send`, for other processes."""
        self._forward = send

    def subscribe(
        self, topics: Iterable[str], wake: Callable[[], None] | None = None
    ) -> Subscriber:
        """Start watching `topics`."""
        subscriber = Subscriber(topics, wake)
        with self._lock:
            self._subscribers.add(subscriber)
        return subscriber

    def unsubscribe(self, subscriber: Subscriber) -> None:
        """Stop watching."""
        with self._lock:
            self._subscribers.discard(subscriber)

    def publish(self, topic: str) -> None:
        """Tell everybody who watches `topic`, here and in other processes."""
        self.receive(topic)
        if self._forward is not None:
            self._forward(topic)

    def receive(self, topic: str) -> None:
        """Tell everybody here who watches `topic`."""
        with self._lock:
            watching = [s for s in self._subscribers if topic in s.topics]
        for subscriber in watching:
            subscriber.offer(topic)
