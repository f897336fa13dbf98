"""Builds result directories as gapmeter writes them, realistic enough to look at.

`Builder` writes summary.csv and run.json, and the other tables if there are rows for them; a test
changes rows, columns or run.json before that.
The numbers come from a small model (a call costs an overhead and a time per element, which grows
where the working set leaves a cache), so charts of them look like charts of a real run.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

Row = dict[str, Any]

COLUMNS = (
    "kernel,variant,lane,n,threads,status,reason,verified,max_error,rounds,stop_reason,latency_ns,"
    "latency_ci_low_ns,latency_ci_high_ns,latency_p50_ns,latency_p90_ns,latency_p99_ns,"
    "latency_p999_ns,latency_max_ns,items_per_s,bytes_per_s,flops_per_s,rss_baseline_bytes,"
    "rss_input_bytes,rss_peak_bytes,rss_retained_bytes,reference,gap,gap_ci_low,gap_ci_high,"
    "input_digest,working_set_bytes"
).split(",")
GROWTH_COLUMNS = (
    "kernel,variant,lane,threads,quantity,against,regime,n_from,n_to,sizes,exponent,"
    "exponent_ci_low,exponent_ci_high,crossover_n,faster_beyond,deviation,local_exponents"
).split(",")
SERVER_COLUMNS = (
    "state,requests,achieved_per_s,request_errors,request_timeouts,client_lag_p99_ns,connections,"
    "capacity_per_s,shared_processors,server_processes,soak_s,soak_growth_bytes,user_s,system_s"
).split(",")
COST_COLUMNS = (
    "kernel,variant,lane,threads,objective_ns,capacity_per_s,rate_per_s,latency_p99_ns,idle_bytes,"
    "loaded_bytes,processor_s,requests_per_gib,requests_per_core,wanted_per_s,instances"
).split(",")
# server -> (requests/s at most, MiB idle, MiB under load)
SERVERS = {
    "python/fastapi": (1_190, 47, 52),
    "python/fastapi_async": (2_340, 46, 48),
    "python/fastapi_fast": (2_070, 49, 55),
    "python/asgi": (3_610, 40, 41),
    "native/beast": (27_300, 1.5, 1.9),
    "rust/axum": (31_800, 1.3, 1.8),
}
RATES = tuple(125 * 2**step for step in range(10))
SIZES = tuple(16 * 4**step for step in range(11))
MIB = 2**20

# kernel -> (bytes per element, {variant: (overhead ns, ns per element, input B, extra peak B)})
MODEL: dict[str, tuple[int, dict[str, tuple[float, float, float, float]]]] = {
    "sum": (4, {
        "native/strict": (2.0, 0.95, 4, 0),
        "native/reassociated": (2.4, 0.08, 4, 0),
        "native/simd": (3.0, 0.07, 4, 0),
        "native/f64": (2.2, 0.97, 4, 0),
        "python/builtin": (60.0, 6.5, 32.1, 0),
        "python/loop": (55.0, 19.0, 32.1, 0),
        "python/array": (70.0, 14.0, 4, 0),
        "python/numpy": (2100.0, 0.16, 4, 0),
    }),
    "apply_weights": (12, {
        "native/alloc": (30.0, 0.55, 8, 4),
        "native/into": (3.0, 0.21, 8, 4),
        "native/simd": (3.4, 0.17, 8, 4),
        "native/checked": (4.0, 0.52, 8, 4),
        "native/nofma": (3.1, 0.215, 8, 4),
        "python/comprehension": (310.0, 42.0, 64.2, 32.0),
        "python/append": (280.0, 55.0, 64.2, 36.0),
        "python/numpy": (900.0, 0.62, 8, 8),
        "python/numpy_out": (820.0, 0.33, 8, 4),
    }),
    "empty": (0, {
        "native/nothing": (1.1, 0, 0, 0),
        "python/nothing": (24.0, 0, 0, 0),
    }),
}
CACHES: list[Row] = [
    {"level": 1, "type": "Data", "size_bytes": 32768},
    {"level": 1, "type": "Instruction", "size_bytes": 32768},
    {"level": 2, "type": "Unified", "size_bytes": 524288},
    {"level": 3, "type": "Unified", "size_bytes": 33554432},
]
TITLES = {
    "sum": "Sum of a float32 slice",
    "apply_weights": "Element-wise product with weights",
    "empty": "The price of a call",
}
BASELINES = {"sum": "python/builtin", "apply_weights": "python/comprehension"}


class Builder:
    """A result directory in the making: `rows`, `metadata` and `columns` may be changed freely."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.columns = list(COLUMNS)
        self.rows: list[Row] = []
        self.quantiles: list[Row] = []
        self.growth: list[Row] = []
        self.lanes: list[Row] = []
        self.metrics: list[Row] = []
        self.rounds: list[Row] = []
        self.servers: list[Row] = []
        self.metadata: dict[str, Any] = {
            "schema_version": 3,
            "command": ["gapmeter", "run"],
            "started": "2026-11-22T10:00:00Z",
            "seed": 1,
            "machine": {"cpu": "AMD EPYC 7763", "logical_cpus": 2, "caches": CACHES},
            "python": {"version": "3.11.2", "link": "static"},
            "build": {"compiler": "g++ 12.2.0"},
            "kernels": {},
        }

    def add(self, kernel: str, sizes: tuple[int, ...] = SIZES, like: str | None = None) -> Builder:
        """Add the cells of a kernel of MODEL, or of a new name that behaves like one."""
        width, variants = MODEL[like or kernel]
        names = list(variants)
        self.metadata["kernels"][kernel] = {
            "title": TITLES.get(kernel, kernel),
            "baseline": BASELINES.get(like or kernel, "python/nothing"),
            "reference": names[0],
            "claims": ["C06"],
            "item": "element",
        }
        for n in sizes:
            cells = [_cell(kernel, name, n, width, variants[name]) for name in names]
            _compare(cells)
            self.rows += cells
        return self

    def add_servers(self, objective_ns: float = 10e6, wanted: float = 5000) -> Builder:
        """Add the kernel `serve`: each server up to the first rate beyond its saturation."""
        self.columns += [column for column in SERVER_COLUMNS if column not in self.columns]
        self.metadata["kernels"]["serve"] = {
            "title": "A prediction over HTTP", "baseline": "python/fastapi",
            "reference": "native/beast", "claims": ["C28"], "item": "request",
            "service": {"schedule": "poisson", "server_cpus": [1], "client_cpus": [0],
                        "connections": 256, "servers": {}},
        }
        for server, (capacity, idle, loaded) in SERVERS.items():
            reached = [_served(server, rate, capacity, idle, loaded) for rate in RATES]
            self.rows += reached
            within = [row for row in reached if row["latency_p99_ns"]
                      and row["latency_p99_ns"] <= objective_ns]
            self.servers.append(_cost(server, within[-1] if within else None, objective_ns, wanted))
        return self

    def cells(self, **wanted: Any) -> list[Row]:
        """The rows that have these values."""
        return [row for row in self.rows if all(row[k] == v for k, v in wanted.items())]

    def fail(self, status: str, **wanted: Any) -> Builder:
        """Turn cells into failed ones: no measurement, a status and a reason."""
        for row in self.cells(**wanted):
            kept = {k: row[k] for k in ("kernel", "variant", "lane", "n", "threads")}
            working_set = row["working_set_bytes"]
            row.update(dict.fromkeys(COLUMNS, ""), **kept, status=status, reason=f"{status} here")
            row["working_set_bytes"] = working_set
        return self

    def clear(self, *columns: str, **wanted: Any) -> Builder:
        """Empty these fields."""
        for row in self.cells(**wanted):
            row.update(dict.fromkeys(columns, ""))
        return self

    def give_job(self, job: str, **wanted: Any) -> Builder:
        """Let these cells be those of variants that do this job."""
        if "job" not in self.columns:
            self.columns.append("job")
            for row in self.rows:
                row["job"] = ""
        for row in self.cells(**wanted):
            row["job"] = job
        return self

    def set_gap(self, gap: float, spread: float = 0.0, **wanted: Any) -> Builder:
        """Give these Python cells a gap, with an interval of so much of it on either side."""
        for row in self.cells(lane="python", **wanted):
            row.update(gap=gap, gap_ci_low=gap * (1 - spread), gap_ci_high=gap * (1 + spread))
        return self

    def add_metric(self, metric: str, n: int, median: Any, variant: str = "python/loop") -> Builder:
        """Add what a variant of the kernel sum reported at one size."""
        self.metrics.append({
            "kernel": "sum", "variant": variant, "lane": variant.partition("/")[0], "n": n,
            "threads": 1, "metric": metric, "rounds": 3, "median": median, "least": 0.1, "most": 2,
        })
        return self

    def add_rust(self, *, ratio: float = 0.5, name: str = "strict", **values: Any) -> Builder:
        """Add rust/NAME to the kernel sum, and what it takes over native/NAME, at every size."""
        for row in self.cells(kernel="sum", variant="native/" + name):
            rust = row | {"variant": "rust/" + name, "lane": "rust"}
            self.rows.append(rust)
            self.lanes.append(_series_of(rust) | {
                "n": row["n"], "job": "", "reference": row["variant"], "pairing": "name",
                "ratio": ratio, "ratio_ci_low": ratio * 0.9, "ratio_ci_high": ratio * 1.1,
            } | values)
        return self

    def add_threads(self, *counts: int, **wanted: Any) -> Builder:
        """Add these cells with more threads, each of which does nine tenths of what it could."""
        for row in self.cells(**wanted):
            for count in counts:
                latency = row["latency_ns"] / (1 + 0.9 * (count - 1))
                self.rows.append(row | {
                    "threads": count, "latency_ns": latency, "latency_ci_low_ns": latency * 0.97,
                    "latency_ci_high_ns": latency * 1.04,
                    "items_per_s": row["n"] / latency * 1e9,
                })
        return self

    def add_single_calls(self) -> Builder:
        """Add quantiles of single calls, and the floors of the machine, for all that succeeded."""
        for row in self.cells(status="ok"):
            calls = max(20, min(100_000, round(1e9 / row["latency_ns"])))
            median = row["latency_ns"]
            row.update(latency_p99_floor_ns=median * 1.1, latency_p999_floor_ns=median * 1.3)
            for quantile in (0.1, 0.5, 0.9, 0.95, 0.99, 0.999, 0.9999, 1):
                if quantile == 1 or calls * (1 - quantile) >= 10:
                    tail = 0.9 if quantile < 0.5 else (1 - quantile or 1 / calls) ** -0.25
                    self.quantiles.append(_series_of(row) | {
                        "n": row["n"], "calls": calls, "quantile": quantile,
                        "latency_ns": median * tail,
                    })
        return self

    def add_growth(self, kernel: str, variant: str, **values: Any) -> Builder:
        """Add a row of growth.csv; an exponent over all sizes unless told otherwise."""
        self.growth.append(dict.fromkeys(GROWTH_COLUMNS, "") | {
            "kernel": kernel, "variant": variant, "lane": variant.partition("/")[0], "threads": 1,
            "quantity": "time", "regime": "all", "n_from": SIZES[0], "n_to": SIZES[-1],
            "sizes": len(SIZES), "deviation": 0.1 if "exponent" in values else "",
        } | values)
        return self

    def add_crossover(
        self, against: str, n_from: int, n_to: int, variant: str = "python/numpy", **values: Any
    ) -> Builder:
        """Add that a variant of the kernel sum overtakes another between two sizes."""
        return self.add_growth(
            "sum", variant, quantity="crossover", regime="", against=against, n_from=n_from,
            n_to=n_to, crossover_n=(n_from * n_to) ** 0.5, faster_beyond=variant, **values,
        )

    def add_engine(self, label: str, factor: float, **facts: str) -> Builder:
        """Add a further interpreter, on which baselines take so many times as long."""
        self.metadata.setdefault("further_engines", {})[label] = facts
        for kernel, described in self.metadata["kernels"].items():
            for row in self.cells(kernel=kernel, variant=described["baseline"]):
                lane, name = row["variant"].split("/")
                self.rows.append(row | {
                    "variant": f"{lane}@{label}/{name}", "latency_ns": factor * row["latency_ns"],
                    "gap": factor * row["gap"] if row["gap"] else "",
                    "latency_ci_low_ns": "", "latency_ci_high_ns": "", "gap_ci_low": "",
                    "gap_ci_high": "",
                })
        return self

    def set_state(self, **values: Any) -> Builder:
        """Give the cells that have the values of `where` a state, several speeds, …"""
        where = values.pop("where")
        self.columns += [column for column in values if column not in self.columns]
        for row in self.cells(**where):
            row.update(values)
        return self

    def write(self) -> Path:
        """Write the files; rows keep only the columns that are still listed."""
        self.directory.mkdir(parents=True, exist_ok=True)
        (self.directory / "run.json").write_text(json.dumps(self.metadata), encoding="utf-8")
        self._write_table("summary.csv", self.columns, self.rows)
        for name, rows in (
            ("latency.csv", self.quantiles), ("growth.csv", self.growth),
            ("metrics.csv", self.metrics), ("rounds.csv", self.rounds), ("lanes.csv", self.lanes),
            ("servers.csv", self.servers),
        ):
            if rows:
                self._write_table(name, list(rows[0]), rows)
        return self.directory

    def _write_table(self, name: str, columns: list[str], rows: list[Row]) -> None:
        with (self.directory / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)


def _series_of(row: Row) -> Row:
    return {column: row[column] for column in ("kernel", "variant", "lane", "threads")}


def _cell(
    kernel: str, variant: str, n: int, width: int, cost: tuple[float, float, float, float]
) -> Row:
    overhead, per_element, held, extra = cost
    traffic = sum(0.012 * width for cache in CACHES if n * width > cache["size_bytes"])
    latency = overhead + n * max(per_element, traffic if width else 0)
    row: Row = dict.fromkeys(COLUMNS, "")
    row.update(
        kernel=kernel, variant=variant, lane=variant.partition("/")[0], n=n, threads=1, status="ok",
        verified="true", max_error=0, rounds=10, stop_reason="precision", latency_ns=latency,
        latency_ci_low_ns=latency * 0.97, latency_ci_high_ns=latency * 1.04,
        rss_baseline_bytes=9 * MIB, input_digest="9f86d081", working_set_bytes=n * width,
    )
    if width:
        row.update(items_per_s=n / latency * 1e9, bytes_per_s=n * width / latency * 1e9,
                   flops_per_s=n / latency * 1e9)
    for column, amount in (("rss_input_bytes", held), ("rss_peak_bytes", held + extra)):
        if n * amount >= MIB:
            row[column] = round(n * amount)
    return row


def _served(server: str, rate: int, capacity: float, idle: float, loaded: float) -> Row:
    """Latencies as of a queue; above saturation none, and only the first rate was tried."""
    row: Row = dict.fromkeys([*COLUMNS, *SERVER_COLUMNS], "")
    row.update(kernel="serve", variant=server, lane=server.partition("/")[0], n=rate, threads=1,
               status="ok", verified="true", rounds=5, capacity_per_s=capacity)
    if rate > 2 * capacity:
        row.update(status="skipped", verified="", reason=f"saturates at {capacity} requests/s")
        return row
    row.update(requests=5000, achieved_per_s=min(rate, capacity), request_errors=0,
               request_timeouts=0, client_lag_p99_ns=9e3, connections=12, shared_processors=0,
               server_processes=1, soak_s=2, soak_growth_bytes=0,
               user_s=0.8 / capacity, system_s=0.2 / capacity,
               rss_baseline_bytes=round(idle * MIB), rss_peak_bytes=round((loaded - idle) * MIB))
    if rate > 0.98 * capacity:
        row["state"] = "saturated"
        return row
    load, service = rate / capacity, 1e9 / capacity
    p50 = service * (1 + load**2 / (1 - load) / 3) + 60e3
    row.update(state="undisturbed", latency_ns=p50, latency_ci_low_ns=0.97 * p50,
               latency_ci_high_ns=1.03 * p50, latency_p50_ns=p50)
    for name, factor in (("p90", 1.5), ("p99", 3), ("p999", 5)):
        row[f"latency_{name}_ns"] = p50 + factor * service * load / (1 - load)
    row["latency_max_ns"] = 2 * row["latency_p999_ns"]
    return row


def _cost(server: str, at: Row | None, objective_ns: float, wanted: float) -> Row:
    capacity, idle, loaded = SERVERS[server]
    cost: Row = dict.fromkeys(COST_COLUMNS, "") | {
        "kernel": "serve", "variant": server, "lane": server.partition("/")[0], "threads": 1,
        "objective_ns": objective_ns, "capacity_per_s": capacity, "wanted_per_s": wanted,
    }
    if at is None:
        return cost
    processor = at["user_s"] + at["system_s"]
    return cost | {
        "rate_per_s": at["n"], "latency_p99_ns": at["latency_p99_ns"],
        "idle_bytes": round(idle * MIB), "loaded_bytes": round(loaded * MIB),
        "processor_s": processor, "requests_per_gib": at["n"] / (loaded / 1024),
        "requests_per_core": 1 / processor,
        "instances": -(-int(wanted) // at["n"]),
    }


def _compare(cells: list[Row]) -> None:
    fastest = min(
        (c for c in cells if c["lane"] == "native"), key=lambda c: c["latency_ns"], default=None
    )
    for cell in cells:
        if fastest is not None and cell["lane"] == "python":
            gap = cell["latency_ns"] / fastest["latency_ns"]
            cell.update(
                reference=fastest["variant"], gap=gap, gap_ci_low=gap * 0.96, gap_ci_high=gap * 1.05
            )
