"""What ``/metrics`` tells, in the text form of Prometheus. Counts and seconds, never people.

With several server processes ``PROMETHEUS_MULTIPROC_DIR`` names the folder in which they add up;
``gunicorn.conf.py`` makes it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import asdict

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from mentorship.operations.service import Figures

BUCKETS = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds
UNMATCHED = "(none)"  # the route of an address that leads nowhere: whatever is tried, one series

own = CollectorRegistry()
REQUESTS = Counter(
    "mentorship_requests", "Answers given.", ("method", "route", "status"), registry=own
)
SECONDS = Histogram(
    "mentorship_request_seconds", "Time to an answer.", ("route",), buckets=BUCKETS, registry=own
)
WORDS = {
    "mails_waiting": "Mails in the outbox that have not left.",
    "mails_given_up": "Mails that were tried often enough, or refused for good.",
    "oldest_mail_seconds": "How long the oldest mail that is due has waited.",
    "jobs_waiting": "Runs that wait for a worker.",
    "jobs_running": "Runs that a worker is at.",
    "feeds_failing": "Feeds that failed several times in a row.",
    "workers": "Workers that gave a sign of life in the last minute.",
    "heartbeat_age_seconds": "Time since the last sign of life of any worker.",
}


class _Standing(Collector):
    def __init__(self, found: Figures | None) -> None:
        self._found = found

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("mentorship_database_up", "Whether the database answers.")
        up.add_metric([], 0.0 if self._found is None else 1.0)
        yield up
        values = {} if self._found is None else asdict(self._found)
        for name, value in values.items():
            if value is not None:
                yield GaugeMetricFamily(f"mentorship_{name}", WORDS[name], value=value)


def text(found: Figures | None) -> bytes:
    """Write all figures; without those of the database where it does not answer."""
    registry = CollectorRegistry()
    registry.register(_Standing(found))
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # theirs has no types
        return generate_latest(registry)
    return generate_latest(registry) + generate_latest(own)


def count(*, method: str, route: str | None, status: int, seconds: float) -> None:
    """Count one answer."""
    REQUESTS.labels(method, route or UNMATCHED, str(status)).inc()
    SECONDS.labels(route or UNMATCHED).observe(seconds)
