"""The worker: the tick that fires timers and delivers messages, and the running of jobs."""

from casewright.worker.dispatch import Dispatcher
from casewright.worker.system import System
from casewright.worker.worker import Worker

__all__ = ["Dispatcher", "System", "Worker"]
