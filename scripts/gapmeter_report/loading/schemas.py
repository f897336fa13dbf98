"""The schemas of a run's tables: their columns, what names a row, and what holds across fields.

docs/results.md says what each column means. Columns that are not listed here are kept as texts.
"""

from __future__ import annotations

import math
import re
from typing import Any

import pandas as pd

from gapmeter_report.loading.lanes import is_of_lane, may_be_lane
from gapmeter_report.loading.tables import (
    Parser, Schema, count, count_if_any, flag, non_negative, number, positive, text_if_any,
)

STATUSES = ("ok", "mismatch", "error", "timeout", "crashed", "oom", "skipped")
WITHOUT_LATENCY = ("saturated", "client_bound")
QUANTITIES = ("time", "gap", "crossover")
PAIRINGS = ("name", "fastest")

# "11200:5 88100:3", none of which is 0.
_SPEED = r"(?=[\d.]*[1-9])\d+(\.\d+)?(e[+-]?\d{1,2})?:\d{1,9}"
_SPEEDS = re.compile(f"{_SPEED}( {_SPEED})*")
_INTERVALS = (
    ("latency_ci_low_ns", "latency_ci_high_ns"),
    ("gap_ci_low", "gap_ci_high"),
    ("startup_ci_low_ns", "startup_ci_high_ns"),
    ("gap_without_startup_ci_low", "gap_without_startup_ci_high"),
)


def _series_fault(row: Any) -> str | None:
    """What is wrong with the columns that name a series."""
    if not row.variant.isprintable() or not is_of_lane(row.variant, row.lane):
        return f"variant {row.variant!r} is not named `lane/name` with lane {row.lane!r}"
    if not may_be_lane(row.lane):
        return f"lane is {row.lane!r}: a name is lower-case letters, digits, '_', '+' and '-'"
    return "threads is 0, it must be 1 or more" if row.threads < 1 else None


def _status_fault(row: Any) -> str | None:
    if row.status not in STATUSES:
        return f"status is {row.status!r}, not one of {', '.join(STATUSES)}"
    return _series_fault(row)


def _summary_fault(cell: Any) -> str | None:
    fault = _status_fault(cell)
    if fault:
        return fault
    # Of servers, a rate at which there is no latency to tell.
    told_why = not pd.isna(cell.state) and cell.state in WITHOUT_LATENCY
    if cell.status == "ok" and math.isnan(cell.latency_ns) and not told_why:
        return "status is ok but latency_ns is empty"
    if not pd.isna(cell.speeds) and not _SPEEDS.fullmatch(cell.speeds):
        return f"speeds is {cell.speeds!r}, not `latency_ns:rounds` of each speed"
    for low, high in _INTERVALS:
        if getattr(cell, low) > getattr(cell, high):
            return f"{low} is above {high}"
    return None


def _latency_fault(row: Any) -> str | None:
    if not row.quantile <= 1:
        return f"quantile is {row.quantile}, it must be above 0 and at most 1"
    return _series_fault(row)


def _growth_fault(row: Any) -> str | None:
    if row.quantity not in QUANTITIES:
        return f"quantity is {row.quantity!r}, not one of {', '.join(QUANTITIES)}"
    if row.quantity == "crossover" and (pd.isna(row.n_from) or pd.isna(row.n_to)):
        return "quantity is crossover but n_from or n_to is empty"
    return _series_fault(row)


def _lanes_fault(row: Any) -> str | None:
    if row.pairing not in PAIRINGS:
        return f"pairing is {row.pairing!r}, not one of {', '.join(PAIRINGS)}"
    if row.ratio_ci_low > row.ratio_ci_high:
        return "ratio_ci_low is above ratio_ci_high"
    return _series_fault(row)


_SERIES: dict[str, Parser] = {"kernel": str, "variant": str, "lane": str, "threads": count}
_CELL = _SERIES | {"n": count}
_CELL_KEY = ("kernel", "variant", "n", "threads")
_INTERRUPTIONS = ("involuntary_switches", "minor_faults", "major_faults")
_COLLECTIONS = ("gc_collections_0", "gc_collections_1", "gc_collections_2")
_COLLECTION_TIMES = ("gc_total_ns", "gc_longest_ns")
_PROCESS_TIMES = ("user_s", "system_s")
_INCREMENTS = ("rss_input_bytes", "rss_peak_bytes")
# Of servers.
_LOAD_COUNTS = (
    "requests", "request_errors", "request_timeouts", "connections", "shared_processors",
    "load_attempts", "server_processes",
)
_LOAD = ("achieved_per_s", "client_lag_p99_ns", "capacity_per_s", "soak_s")
# What stays allocated after a call can be less than what was there before it.
_MEMORY: dict[str, Parser] = dict.fromkeys(
    ("rss_baseline_bytes", "working_set_bytes"), non_negative
) | {"rss_retained_bytes": number}

SUMMARY = Schema(
    columns=_CELL
    | {"status": str}
    | dict.fromkeys(("reason", "stop_reason", "reference", "input_digest"), text_if_any)
    | {"verified": flag, "max_error": non_negative, "rounds": count_if_any}
    | dict.fromkeys(("items_per_s", "bytes_per_s", "flops_per_s", *_INCREMENTS), non_negative)
    | _MEMORY
    | dict.fromkeys((
        "latency_ns", "latency_p50_ns", "latency_p90_ns", "latency_p99_ns", "latency_p999_ns",
        "latency_max_ns", "latency_ci_low_ns", "latency_ci_high_ns", "gap", "gap_ci_low",
        "gap_ci_high",
    ), positive),
    key=_CELL_KEY,
    fault=_summary_fault,
    # Runs older than jobs had one for each kernel, which is the main one.
    added={"job": str}
    | dict.fromkeys(("state", "speeds", "speeds_reason", "rss_peak_from"), text_if_any)
    | dict.fromkeys((
        "latency_p99_floor_ns", "latency_p999_floor_ns", "disturbed_ns", "disturbed_gap", "drift",
        "batch_min_ns", "startup_ns", "startup_ci_low_ns", "startup_ci_high_ns",
        "gap_without_startup", "gap_without_startup_ci_low", "gap_without_startup_ci_high",
    ), positive)
    | dict.fromkeys((*_COLLECTION_TIMES, *_PROCESS_TIMES, *_LOAD), non_negative)
    | {"soak_growth_bytes": number}
    | dict.fromkeys(
        ("calls_per_batch", "single_calls", "slices", "undisturbed_slices", "dropped_batches",
         *_COLLECTIONS, *_INTERRUPTIONS, *_LOAD_COUNTS), count_if_any
    ),
)
ROUNDS = Schema(
    columns=_CELL
    | {"pass": str, "round": count, "position": count, "status": str, "reason": text_if_any},
    key=(),
    fault=_status_fault,
    added={"job": str}
    | dict.fromkeys(
        ("input_digest", "slices", "single_calls", "hiccups", "metrics", "rss_peak_from"),
        text_if_any,
    )
    | dict.fromkeys(
        ("rounds_planned", "calls_per_batch", "batches", "dropped_batches", *_COLLECTIONS,
         *_INTERRUPTIONS, *_LOAD_COUNTS),
        count_if_any,
    )
    | {"budgeted": flag}
    | dict.fromkeys((
        "precision", "max_error", "batch_min_ns", "batch_p10_ns", "batch_p50_ns", "batch_mean_ns",
        "clock_ns", "hiccup_s",
        *_COLLECTION_TIMES, *_PROCESS_TIMES, *_LOAD,
        "items_per_call", "bytes_per_call", "flops_per_call",
        "prepare_s", "timed_s", "worker_s",
    ), non_negative)
    # Unrounded, so that the noise of what the summary leaves out is among them.
    | dict.fromkeys((*_INCREMENTS, "soak_growth_bytes"), number)
    | _MEMORY,
)
LATENCY = Schema(
    columns=_CELL | {"calls": count, "quantile": positive, "latency_ns": positive},
    key=(*_CELL_KEY, "quantile"),
    fault=_latency_fault,
)
METRICS = Schema(
    columns=_CELL | {"metric": str} | {"rounds": count}
    | dict.fromkeys(("median", "least", "most"), number),
    key=(*_CELL_KEY, "metric"),
    fault=_series_fault,
)
GROWTH = Schema(
    columns=_SERIES | {"quantity": str}
    | dict.fromkeys(("against", "regime", "faster_beyond"), text_if_any)
    | dict.fromkeys(("n_from", "n_to", "sizes"), count_if_any)
    | dict.fromkeys(("exponent", "exponent_ci_low", "exponent_ci_high"), number)
    | {"crossover_n": non_negative},
    key=("kernel", "variant", "threads", "quantity", "against", "regime", "n_from"),
    fault=_growth_fault,
    added={"deviation": non_negative, "local_exponents": text_if_any},
)
LANES = Schema(
    columns=_CELL | dict.fromkeys(("job", "reference", "pairing"), str) | {"ratio": positive}
    | dict.fromkeys(("ratio_ci_low", "ratio_ci_high"), non_negative),
    key=(*_CELL_KEY, "reference"),
    fault=_lanes_fault,
)
SERVERS = Schema(
    columns=_SERIES | {"objective_ns": positive}
    | dict.fromkeys((
        "capacity_per_s", "rate_per_s", "latency_p99_ns", "idle_bytes", "loaded_bytes",
        "processor_s", "requests_per_gib", "requests_per_core", "wanted_per_s",
    ), non_negative)
    | {"instances": count_if_any},
    key=("kernel", "variant", "threads"),
    fault=_series_fault,
)
