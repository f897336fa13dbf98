"""Thread scaling: how many times faster variants get with more threads."""

from __future__ import annotations

import pandas as pd


def speedups_of(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of variants with one thread and more at the largest n, with their speedup."""
    measured = rows[rows["status"] == "ok"]
    single = measured.loc[measured["threads"] == 1, ["variant", "n", "latency_ns"]]
    both = measured.merge(single, on=["variant", "n"], suffixes=("", "_single"))
    several = both[both["threads"] > 1]
    largest = several["n"].max() if len(several) else None
    chosen = both[(both["n"] == largest) & both["variant"].isin(several["variant"])]
    speedup = chosen["latency_ns_single"] / chosen["latency_ns"]
    return chosen.assign(size=chosen["n"], speedup=speedup)
