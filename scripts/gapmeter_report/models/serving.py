"""Servers under load: latencies by offered rate up to saturation, and what an instance costs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import pandas as pd

from gapmeter_report.loading.run_json import Service
from gapmeter_report.loading.schemas import WITHOUT_LATENCY
from gapmeter_report.models.looks import Look, Looks
from gapmeter_report.models.numbers import (
    format_bytes, format_rate, format_time, round_rate, round_time,
)
from gapmeter_report.models.series import SKIPPED, Failure, failures_of, series_label

# Columns of the summary by what they are called.
PERCENTILES = {
    "p50": "latency_p50_ns", "p90": "latency_p90_ns", "p99": "latency_p99_ns",
    "p99.9": "latency_p999_ns",
}


class Knee(NamedTuple):
    """Where a server saturates, in requests a second, and how its lines look."""

    label: str
    look: Look
    rate: float


class Footprint(NamedTuple):
    """One server: what it serves within the objective and at most, and what it takes for that.

    None is what was not measured, or not reached.
    """

    label: str
    look: Look
    rate: float | None
    capacity: float | None
    idle_bytes: float | None
    loaded_bytes: float | None
    processes: int
    processor_s: float | None


def knees(rows: pd.DataFrame, looks: Looks) -> list[Knee]:
    """The saturation of each server that has one."""
    known = rows[rows["capacity_per_s"] > 0].drop_duplicates(["variant", "threads"])
    return [
        Knee(series_label(row.variant, row.threads), looks.of(row.variant, row.threads),
             row.capacity_per_s)
        for row in known.itertuples()
    ]


def without_latency(rows: pd.DataFrame, looks: Looks) -> list[Failure]:
    """The rates of each server at which there is no latency to tell, and why.

    Without those that were not tried because it was saturated before.
    """
    measured = set(rows.loc[rows["status"] == "ok", "variant"])
    told = rows[(rows["status"] != SKIPPED) | ~rows["variant"].isin(measured)].copy()
    ended = (told["status"] == "ok") & told["state"].isin(WITHOUT_LATENCY)
    told.loc[ended, "status"] = [_end_of(row) for row in told[ended].itertuples()]
    return failures_of(told, looks)


def _end_of(row: Any) -> str:
    if row.state == "saturated":
        return f"saturates at {format_rate(row.capacity_per_s)}/s"
    return "client late"


def footprints(rows: pd.DataFrame, costs: pd.DataFrame, looks: Looks) -> list[Footprint]:
    """The servers of a kernel that were measured, in their order."""
    measured = rows[rows["status"] == "ok"]
    return [
        _footprint(cost, measured[
            (measured["variant"] == cost.variant) & (measured["threads"] == cost.threads)
        ], looks)
        for cost in costs.itertuples()
    ]


def _footprint(cost: Any, cells: pd.DataFrame, looks: Looks) -> Footprint:
    return Footprint(
        label=series_label(cost.variant, cost.threads),
        look=looks.of(cost.variant, cost.threads),
        rate=_known(cost.rate_per_s),
        capacity=_known(cost.capacity_per_s),
        idle_bytes=_known(cost.idle_bytes),
        loaded_bytes=_known(cost.loaded_bytes),
        processes=int(cells["server_processes"].fillna(1).max()) if len(cells) else 1,
        processor_s=_known(cost.processor_s),
    )


def cost_table(costs: pd.DataFrame, rows: pd.DataFrame) -> dict[str, Any]:
    """The table "what it costs": a line of texts for each server, and what it rests on."""
    if costs.empty:
        return {"lines": []}
    first = costs.iloc[0]
    wanted = _known(first["wanted_per_s"])
    return {
        "objective": round_time(first["objective_ns"]),
        "wanted": None if wanted is None else round_rate(wanted),
        "shared": ", ".join(shared_servers(rows)),
        "lines": list(_cost_lines(costs, rows)),
    }


def _cost_lines(costs: pd.DataFrame, rows: pd.DataFrame) -> Iterator[dict[str, str]]:
    for cost in costs.itertuples():
        own = rows[(rows["variant"] == cost.variant) & (rows["threads"] == cost.threads)]
        soak = own[own["soak_growth_bytes"].notna() & (own["soak_s"] >= _LONG_SOAK_S)]
        yield {
            "server": series_label(cost.variant, cost.threads),
            "capacity": _text(cost.capacity_per_s, format_rate),
            "rate": _text(cost.rate_per_s, round_rate),
            "p99": _text(cost.latency_p99_ns, format_time),
            "idle": _text(cost.idle_bytes, format_bytes),
            "loaded": _text(cost.loaded_bytes, format_bytes),
            "growth": _text(soak["soak_growth_bytes"].max(), _signed_bytes),
            "processor": _text(cost.processor_s * 1e9, format_time),
            "per_gib": _text(cost.requests_per_gib, format_rate),
            "per_core": _text(cost.requests_per_core, format_rate),
            "instances": "" if pd.isna(cost.instances) else str(cost.instances),
        }


# A shorter soak says nothing of growth.
_LONG_SOAK_S = 30


def _signed_bytes(count: float) -> str:
    return f"-{format_bytes(-count)}" if count < 0 else format_bytes(count)


def _text(value: float, form: Any) -> str:
    return "–" if pd.isna(value) else form(value)


def _known(value: float) -> float | None:
    return None if pd.isna(value) else float(value)


def load_notes(service: Service | None, rows: pd.DataFrame) -> list[str]:
    """How they were asked, and who ran where: "server on processor 1, client on 0"."""
    if service is None:
        return []
    arrivals = {"poisson": "requests leave at random (Poisson)",
                "constant": "requests leave at equal distances"}
    notes = [arrivals.get(service.schedule, service.schedule)]
    own = [cpu for cpu in service.server_cpus if cpu not in service.client_cpus]
    if own and service.client_cpus:
        notes.append(f"server on {_processors(own)}, client on {_processors(service.client_cpus)}")
    shared = shared_servers(rows)
    if shared:
        notes.append(f"on the client's processors, too: {', '.join(shared)}")
    return notes


def shared_servers(rows: pd.DataFrame) -> list[str]:
    """Those whose processors the client used, too."""
    shared = rows[rows["shared_processors"].fillna(0) > 0].drop_duplicates(["variant", "threads"])
    return [series_label(row.variant, row.threads) for row in shared.itertuples()]


def _processors(cpus: Iterable[int]) -> str:
    numbers = list(map(str, cpus))
    return f"processor{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}"
