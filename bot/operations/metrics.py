"""Metrics for operators: numbers without names, addresses or texts of users."""

from collections.abc import Generator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from services.delivery import Backlog

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 3.0, 10.0)


class Metrics:
    """The counters of one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.commands = Histogram(
            "kollega_command_seconds",
            "Duration of successful commands",
            ("command", "platform"),
            buckets=SECONDS,
            registry=self._registry,
        )
        self.refusals = Counter("kollega_refusals", "Commands refused by a rule", ("refusal",), registry=self._registry)
        self.defects = Counter("kollega_defects", "Commands that failed by a defect", registry=self._registry)
        self.deliveries = Counter(
            "kollega_deliveries",
            "Attempts to send cards and mails, by outcome",
            ("platform", "outcome"),
            registry=self._registry,
        )
        self.platform_errors = Counter(
            "kollega_platform_errors", "Errors that platforms returned", ("platform", "error"), registry=self._registry
        )
        self.relay_failures = Counter("kollega_relay_failures", "Failed rounds of the relay", registry=self._registry)
        self.outbox_depth = Gauge(
            "kollega_outbox_depth", "Events and deliveries by state", ("state",), registry=self._registry
        )
        self.outbox_age = Gauge(
            "kollega_outbox_age_seconds", "Age of the oldest due event or delivery", registry=self._registry
        )
        self.job_success = Gauge(
            "kollega_job_success_timestamp_seconds",
            "Time of the last success of a job in this process",
            ("job",),
            registry=self._registry,
        )
        self.job_failures = Counter(
            "kollega_job_failures", "Jobs that failed by a defect", ("job",), registry=self._registry
        )
        self.invariant_violations = Gauge(
            "kollega_invariant_violations",
            "Rows that violated an invariant in the last scan of the auditor",
            ("invariant",),
            registry=self._registry,
        )
        self.invariants_checked = Gauge(
            "kollega_invariants_checked_timestamp_seconds",
            "Time of the last complete scan of the auditor in this process",
            registry=self._registry,
        )

    @contextmanager
    def time_command(self, command: str, platform: str) -> Generator[None]:
        """Measure a command; `refusals` and `defects` count those that do not succeed."""
        with self.commands.labels(command, platform).time():
            yield

    def set_backlog(self, backlog: Backlog) -> None:
        """Set the gauges of the outbox."""
        self.outbox_depth.labels("unrouted").set(backlog.unrouted)
        self.outbox_depth.labels("pending").set(backlog.pending)
        self.outbox_depth.labels("sending").set(backlog.sending)
        self.outbox_depth.labels("unknown").set(backlog.unknown)
        self.outbox_depth.labels("failed").set(backlog.failed)
        self.outbox_age.set(backlog.age_s)

    def text(self) -> bytes:
        """Render all metrics in the text format of Prometheus."""
        return generate_latest(self._registry)
