"""Prometheus text: this process's own metrics, and the status board as gauges."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from tocsin.api.schemas import Status


class _Wall(Collector):
    def __init__(self, status: Status) -> None:
        self._status = status

    def collect(self) -> Iterator[Metric]:
        status = self._status
        up = GaugeMetricFamily("tocsin_stage_working", "1 while the stage works", labels=["stage"])
        lag = GaugeMetricFamily(
            "tocsin_stage_lag_messages", "messages not yet committed", labels=["stage", "stream"]
        )
        figure = GaugeMetricFamily(
            "tocsin_stage_figure", "what a stage counts of itself", labels=["stage", "figure"]
        )
        for stage in status.stages:
            up.add_metric([stage.name], float(stage.state == "working"))
            for stream, messages in stage.lag.items():
                lag.add_metric([stage.name, stream], messages)
            for name, value in stage.figures.items():
                figure.add_metric([stage.name, name], value)
        tool = GaugeMetricFamily("tocsin_tool_working", "1 while the tool works", labels=["tool"])
        findings = GaugeMetricFamily("tocsin_tool_findings", "findings told", labels=["tool"])
        observe = GaugeMetricFamily(
            "tocsin_tool_observe_p95_milliseconds", "of an envelope, in the tool", labels=["tool"]
        )
        for row in status.tools:
            tool.add_metric([row.id], float(row.state == "working"))
            findings.add_metric([row.id], row.findings)
            observe.add_metric([row.id], row.observe_p95_ms)
        stored = GaugeMetricFamily("tocsin_stream_bytes", "held by a stream", labels=["stream"])
        last = GaugeMetricFamily("tocsin_stream_last_sequence", "newest message", labels=["stream"])
        for name, stream_status in status.streams.items():
            stored.add_metric([name], stream_status.bytes)
            last.add_metric([name], stream_status.last)
        live = GaugeMetricFamily("tocsin_live", "the live stream", labels=["figure"])
        for name in ("clients", "gaps", "missed", "coalesced"):
            live.add_metric([name], getattr(status.live, name))
        yield from (up, lag, figure, tool, findings, observe, stored, last, live)


def render(status: Status) -> tuple[bytes, str]:
    """Body and media type."""
    wall = CollectorRegistry(auto_describe=False)
    wall.register(_Wall(status))
    return generate_latest(REGISTRY) + generate_latest(wall), CONTENT_TYPE_LATEST
