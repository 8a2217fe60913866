"""The text of `/metrics` as numbers."""

import re
from dataclasses import dataclass

SAMPLE = re.compile(r"^(?P<name>[a-zA-Z_:]\w*)(\{(?P<labels>.*)\})? (?P<value>\S+)")
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True)
class Sample:
    """One line: a name, its labels and the value."""

    name: str
    labels: dict[str, str]
    value: float


@dataclass(frozen=True)
class Metrics:
    """All samples of one scrape, and the types that were declared."""

    samples: tuple[Sample, ...]
    types: dict[str, str]

    def total(self, name: str, **labels: str) -> float:
        """Return the sum of all samples of `name` that have `labels`."""
        return sum(
            sample.value
            for sample in self.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )

    def after_calls(self) -> "Metrics | None":
        """Return itself once a call has been counted: that may be just after its answer."""
        return self if self.total("function_calls_total") else None

    def values(self, name: str, label: str) -> set[str]:
        """Return the values that `label` takes in the samples of `name`."""
        return {sample.labels.get(label, "") for sample in self.samples if sample.name == name}


def parse(text: str) -> Metrics:
    """Return what `text`, in Prometheus' text format, says."""
    matches = [SAMPLE.match(line) for line in text.splitlines() if not line.startswith("#")]
    return Metrics(
        tuple(
            Sample(match["name"], dict(LABEL.findall(match["labels"] or "")), float(match["value"]))
            for match in matches
            if match
        ),
        dict(re.findall(r"^# TYPE (\S+) (\S+)", text, re.MULTILINE)),
    )
