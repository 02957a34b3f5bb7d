"""What operators watch: numbers without names, addresses or texts of people."""

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
            "Commands carried out, and how long they took",
            ("command", "platform"),
            buckets=SECONDS,
            registry=self._registry,
        )
        self.refusals = Counter("kollega_refusals", "Commands refused by a rule", ("refusal",), registry=self._registry)
        self.defects = Counter("kollega_defects", "Commands that failed by a defect", registry=self._registry)
        self.deliveries = Counter(
            "kollega_deliveries", "How sending cards and mails ended", ("platform", "outcome"), registry=self._registry
        )
        self.platform_errors = Counter(
            "kollega_platform_errors", "What platforms answered instead", ("platform", "error"), registry=self._registry
        )
        self.relay_failures = Counter(
            "kollega_relay_failures", "Rounds of the relay that failed as a whole", registry=self._registry
        )
        self.outbox_depth = Gauge(
            "kollega_outbox_depth", "Events and deliveries by state", ("state",), registry=self._registry
        )
        self.outbox_age = Gauge(
            "kollega_outbox_age_seconds", "How long the oldest due work has been waiting", registry=self._registry
        )
        self.job_success = Gauge(
            "kollega_job_success_timestamp_seconds",
            "When a job last ended well in this process",
            ("job",),
            registry=self._registry,
        )
        self.job_failures = Counter(
            "kollega_job_failures", "Jobs that failed by a defect", ("job",), registry=self._registry
        )
        self.invariant_violations = Gauge(
            "kollega_invariant_violations",
            "Rows for which something does not hold that always must, in the auditor's last round",
            ("invariant",),
            registry=self._registry,
        )
        self.invariants_checked = Gauge(
            "kollega_invariants_checked_timestamp_seconds",
            "When the auditor of this process last came to the end of a round",
            registry=self._registry,
        )

    @contextmanager
    def carried_out(self, command: str, platform: str) -> Generator[None]:
        """Count a command and the time it takes; one that is refused or fails is counted elsewhere."""
        with self.commands.labels(command, platform).time():
            yield

    def measure(self, backlog: Backlog) -> None:
        """Note how much work is waiting."""
        self.outbox_depth.labels("unrouted").set(backlog.unrouted)
        self.outbox_depth.labels("pending").set(backlog.pending)
        self.outbox_depth.labels("sending").set(backlog.sending)
        self.outbox_depth.labels("unknown").set(backlog.unknown)
        self.outbox_depth.labels("failed").set(backlog.failed)
        self.outbox_age.set(backlog.age_s)

    def text(self) -> bytes:
        """Everything in Prometheus' own format."""
        return generate_latest(self._registry)
