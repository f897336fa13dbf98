"""Facts: what the report says of the machine, its noise, and what embedding Python costs."""

from __future__ import annotations

from typing import Any

import pytest
from gapmeter_report.loading.errors import LoadError
from gapmeter_report.loading.run import load
from gapmeter_report.models.facts import noise_facts, run_facts
from helpers.builder import Builder

CELL = {"kernel": "sum", "variant": "python/loop", "n": 1024}


def penalty_told(builder: Builder, penalty: Any) -> list[str]:
    """What is said of this embedding penalty."""
    builder.add("sum", sizes=(16,)).metadata["python"]["embedding_penalty"] = penalty
    return noise_facts(load(builder.write()))


def test_facts_have_their_units_behind_their_numbers() -> None:
    limits = {"read_bytes_per_s": 1.49e10, "flops_per_s": 1e11}
    facts = run_facts({
        "machine": {"memory_bytes": 25_769_803_776, "limits": limits, "page_bytes": 4096},
        "round_ns": 100_000_000, "timeout_s": 120.0, "budget_s": None, "measured_alone": True,
    })
    assert facts == {
        "Machine": [("memory", "24 GiB"), ("limits read", "14.9 GB/s"), ("limits flops", "100 G/s"),
                    ("page", "4 KiB")],
        "Run": [("round", "100 ms"), ("timeout", "120 s"), ("measured alone", "yes")],
    }


def test_names_of_environment_variables_stay_one_word() -> None:
    facts = run_facts({"worker_environment": {"OMP_NUM_THREADS": "1"}})
    assert facts == {"Run": [("worker environment OMP_NUM_THREADS", "1")]}


def test_a_quota_that_was_used_up_is_told(builder: Builder) -> None:
    builder.add("sum", sizes=(16,)).metadata["throttled"] = {"periods": 12, "waited_s": 0.75}
    [sentence] = noise_facts(load(builder.write()))
    assert sentence.startswith(
        "Throttled: the control group's quota of processor time was used up 12 times during the "
        "run, and processes then waited 750 ms in all; "
    )


def test_a_quota_that_was_never_used_up_is_no_news(builder: Builder) -> None:
    builder.add("sum", sizes=(16,)).metadata["throttled"] = {"periods": 0, "waited_s": 0}
    assert noise_facts(load(builder.write())) == []


def test_the_embedding_penalty_is_told_for_each_cell(builder: Builder) -> None:
    [sentence] = penalty_told(builder, {"mean": 1.0427, "cells": [
        CELL | {"ratio": 1.0852, "low": 1.0635, "high": 1.1238},
        CELL | {"kernel": "boxed", "n": 256, "ratio": 1.0},
        CELL | {"kernel": "empty", "n": 1, "failure": "timeout after 60 s"},
    ]})
    assert sentence == (
        "Embedding penalty: how many times as long the embedded interpreter takes as the stock "
        "one, 1.04× in the mean. sum at n = 1Ki: 1.09× (1.06 to 1.12); boxed at n = 256: 1.00×; "
        "empty at n = 1: timeout after 60 s."
    )


def test_an_embedding_penalty_without_any_result_has_no_mean(builder: Builder) -> None:
    [sentence] = penalty_told(builder, {"mean": None, "cells": [CELL | {"failure": "crashed"}]})
    assert sentence.endswith("as the stock one. sum at n = 1Ki: crashed.")


@pytest.mark.parametrize("penalty", [None, {}, {"mean": None, "cells": []}])
def test_without_cells_nothing_is_said_of_the_penalty(builder: Builder, penalty: Any) -> None:
    assert penalty_told(builder, penalty) == []


@pytest.mark.parametrize(
    "penalty",
    [3, {"cells": []}, {"mean": "much", "cells": []}, {"mean": 1, "cells": [3]},
     {"mean": 1, "cells": [{"kernel": "sum"}]}, {"mean": 1, "cells": [CELL | {"ratio": "much"}]}],
)
def test_an_embedding_penalty_that_is_none_is_refused(builder: Builder, penalty: Any) -> None:
    with pytest.raises(LoadError, match="run.json: python.embedding_penalty must have"):
        penalty_told(builder, penalty)
