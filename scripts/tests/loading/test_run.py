"""Loading: what a good result directory becomes, and what is said about a bad one."""

from __future__ import annotations

import math

import pytest
from gapmeter_report.loading.errors import LoadError
from gapmeter_report.loading.run import load
from gapmeter_report.loading.run_json import Cache, Rung
from helpers.builder import MIB, Builder


@pytest.fixture
def small(builder: Builder) -> Builder:
    """One kernel at two sizes; its first row is on line 2 of summary.csv."""
    return builder.add("sum", sizes=(16, 64))


def refusal(builder: Builder) -> str:
    """The message with which loading is refused."""
    with pytest.raises(LoadError) as caught:
        load(builder.write())
    return str(caught.value)


def test_columns_are_typed(small: Builder) -> None:
    summary = load(small.write()).summary
    assert summary["n"].dtype == "int64"
    assert summary["latency_ns"].dtype == "float64"
    assert summary["verified"].dtype == "boolean"
    assert summary["status"].unique().tolist() == ["ok"]


def test_an_empty_field_is_absent_and_not_zero(small: Builder) -> None:
    small.clear("gap", "verified", variant="python/loop")
    row = load(small.write()).summary.query("variant == 'python/loop'").iloc[0]
    assert math.isnan(row["gap"])
    assert row["verified"] is not False


def test_run_json_becomes_kernels_and_environment(small: Builder) -> None:
    run = load(small.write())
    assert run.kernels["sum"].title == "Sum of a float32 slice"
    assert run.kernels["sum"].baseline == "python/builtin"
    assert run.environment.cpu == "AMD EPYC 7763"
    assert run.metadata["seed"] == 1


def test_a_ladder_is_loaded_in_its_order_and_empty_where_none_is_declared(small: Builder) -> None:
    small.add("apply_weights", sizes=(16,)).metadata["kernels"]["sum"]["ladder"] = [
        {"rung": "list", "variant": "python/loop"}, {"rung": "SIMD", "variant": "native/simd"}
    ]
    kernels = load(small.write()).kernels
    assert kernels["sum"].ladder == (Rung("list", "python/loop"), Rung("SIMD", "native/simd"))
    assert kernels["apply_weights"].ladder == ()


def test_instruction_caches_are_left_out(small: Builder) -> None:
    caches = load(small.write()).environment.caches
    assert caches == (Cache(1, 32768), Cache(2, 524288), Cache(3, 32 * MIB))


def test_only_the_schema_version_and_kernels_are_required(small: Builder) -> None:
    small.metadata = {"schema_version": 2, "kernels": {}}
    run = load(small.write())
    assert run.kernels["sum"].title == "sum"
    assert run.environment.cpu is None


def test_unknown_columns_are_ignored(small: Builder) -> None:
    small.columns.append("colour")
    for row in small.rows:
        row["colour"] = "NaN"
    assert len(load(small.write()).summary) == len(small.rows)


def test_a_quoted_field_may_hold_commas_quotes_and_line_breaks(small: Builder) -> None:
    small.rows[0]["reason"] = 'one, "two"\nthree\u2028four'
    small.rows[1]["latency_ns"] = "x"
    assert "line 4 " in refusal(small), "the quoted line break counts as a line of the file"


def test_a_run_without_the_later_tables_has_empty_ones(small: Builder) -> None:
    run = load(small.write())
    assert run.quantiles.empty and run.metrics.empty and run.growth.empty
    assert run.growth["exponent"].dtype == "float64"
    assert run.summary["latency_p99_floor_ns"].isna().all()


def test_the_later_tables_are_typed(small: Builder) -> None:
    small.add_single_calls().add_growth("sum", "python/loop", exponent=0.98)
    run = load(small.write())
    assert run.quantiles["quantile"].max() == 1
    assert run.growth["exponent"].tolist() == [0.98]
    assert math.isnan(run.growth["crossover_n"][0])


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"exponent": "steep"}, "exponent is 'steep', not a finite number"),
        ({"quantity": "speed"}, "quantity is 'speed', not one of time, gap, crossover"),
        ({"quantity": "crossover", "n_to": ""}, "is crossover but n_from or n_to is empty"),
        ({"deviation": "-0.1"}, "deviation is '-0.1', it cannot be negative"),
        ({"lane": "native"}, "is not named `lane/name` with lane 'native'"),
    ],
)
def test_a_bad_row_of_growth_is_refused_with_its_place(
    small: Builder, values: dict[str, str], complaint: str
) -> None:
    small.add_growth("sum", "python/array").add_growth("sum", "python/loop", **values)
    message = refusal(small)
    assert "growth.csv: line 3 (sum python/loop): " in message
    assert complaint in message


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"pairing": "guess"}, "pairing is 'guess', not one of name, fastest"),
        ({"ratio": "0"}, "ratio is '0', it must be above 0"),
        ({"ratio_ci_low": 9}, "ratio_ci_low is above ratio_ci_high"),
    ],
)
def test_a_bad_pair_of_languages_is_refused_with_its_place(
    small: Builder, values: dict[str, str], complaint: str
) -> None:
    small.add_rust().lanes[0].update(values)
    message = refusal(small)
    assert "lanes.csv: line 2 (sum rust/strict n=16): " in message
    assert complaint in message


@pytest.mark.parametrize(
    ("quantile", "complaint"), [(1.5, "must be above 0 and at most 1"), (0, "must be above 0")]
)
def test_a_quantile_that_is_none_is_refused(
    small: Builder, quantile: float, complaint: str
) -> None:
    small.add_single_calls().quantiles[0]["quantile"] = quantile
    message = refusal(small)
    assert "latency.csv: line 2 (sum native/strict n=16): quantile" in message
    assert complaint in message


@pytest.mark.parametrize("speeds", ["fast", "10:3 ", "0:3 10:3", "10:3,20:3", "10 20", "1e400:3"])
def test_speeds_that_are_none_are_refused(small: Builder, speeds: str) -> None:
    small.set_state(where={"variant": "python/loop", "n": 16}, speeds=speeds)
    assert f"speeds is '{speeds}', not `latency_ns:rounds` of each speed" in refusal(small)


def test_a_table_of_another_run_is_refused(small: Builder) -> None:
    small.add_growth("sum", "python/other", exponent=1)
    assert "growth.csv: sum python/other with threads 1 is not in summary.csv" in refusal(small)


def test_a_metric_that_is_no_number_is_refused(small: Builder) -> None:
    small.add_metric("compile_s", 16, "soon")
    assert "metrics.csv: line 2 (sum python/loop n=16): median is 'soon'" in refusal(small)


@pytest.mark.parametrize("name", ["run.json", "summary.csv"])
def test_a_missing_file_is_named(small: Builder, name: str) -> None:
    directory = small.write()
    (directory / name).unlink()
    with pytest.raises(LoadError, match=f"{name}: is missing; write it with `gapmeter"):
        load(directory)


def test_a_missing_directory_is_named(small: Builder) -> None:
    with pytest.raises(LoadError, match="run: no such directory"):
        load(small.directory)


@pytest.mark.parametrize("column", ["latency_ns", "gap_ci_low", "working_set_bytes"])
def test_a_missing_column_is_named(small: Builder, column: str) -> None:
    small.columns.remove(column)
    message = refusal(small)
    assert f"summary.csv: column {column} is missing" in message
    assert "gapmeter summarize" in message


def test_a_column_named_twice_is_refused(small: Builder) -> None:
    small.columns.append("gap")
    assert "named twice" in refusal(small)


@pytest.mark.parametrize("version", [None, 1, "2", True])
def test_another_schema_version_is_refused(small: Builder, version: object) -> None:
    small.metadata["schema_version"] = version
    assert f"schema_version is {version!r}, these scripts read 2 and 3" in refusal(small)


@pytest.mark.parametrize(
    ("column", "text", "complaint"),
    [
        ("latency_ns", "nan", "not a finite number"),
        ("latency_ns", "inf", "not a finite number"),
        ("latency_ns", "1e999", "not a finite number"),
        ("latency_ns", "fast", "not a finite number"),
        ("latency_ns", "1_000", "not a finite number"),
        ("latency_ns", "-1.5", "must be above 0"),
        ("latency_ns", "0", "must be above 0"),
        ("latency_ns", "", "status is ok but latency_ns is empty"),
        ("gap", "-2", "must be above 0"),
        ("rss_peak_bytes", "-1", "cannot be negative"),
        ("n", "16.5", "not a whole number"),
        ("n", "-16", "not a whole number"),
        ("n", "", "not a whole number"),
        ("threads", "0", "threads is 0"),
        ("status", "fine", "status is 'fine', not one of ok, mismatch"),
        ("verified", "yes", "not true, false or empty"),
        ("lane", "native", "is not named `lane/name` with lane 'native'"),
        ("latency_ci_high_ns", "0.001", "latency_ci_low_ns is above latency_ci_high_ns"),
    ],
)
def test_a_bad_field_is_refused_with_its_place(
    small: Builder, column: str, text: str, complaint: str
) -> None:
    small.cells(variant="python/loop", n=64)[0][column] = text
    message = refusal(small)
    assert complaint in message
    assert "summary.csv: line 15 (sum python/loop n=" in message
    assert "\n" not in message


@pytest.mark.parametrize(
    "variant", ["python", "python@3.13", "pythonic/loop", "@3.13/loop", "native@3.13/loop"]
)
def test_a_variant_must_name_its_lane(small: Builder, variant: str) -> None:
    small.cells(variant="python/loop", n=64)[0]["variant"] = variant
    assert "is not named `lane/name` with lane 'python'" in refusal(small)


def test_a_variant_may_name_its_engine(small: Builder) -> None:
    small.cells(variant="python/loop", n=64)[0]["variant"] = "python@3.13-2/loop"
    summary = load(small.write()).summary
    assert summary.query("variant == 'python@3.13-2/loop'")["lane"].tolist() == ["python"]


def test_a_row_with_a_field_too_few_is_refused(small: Builder) -> None:
    path = small.write() / "summary.csv"
    path.write_text(path.read_text().rstrip().rpartition(",")[0], encoding="utf-8")
    with pytest.raises(LoadError, match="line 17: has 31 fields, the header has 32"):
        load(small.directory)


def test_a_repeated_cell_is_refused(small: Builder) -> None:
    small.rows.append(dict(small.rows[0]))
    assert "line 18 (sum native/strict n=16): repeats an earlier cell" in refusal(small)


def test_a_table_without_rows_is_refused(small: Builder) -> None:
    small.rows.clear()
    assert "has a header but no rows" in refusal(small)


def test_json_that_was_cut_short_is_refused(small: Builder) -> None:
    directory = small.write()
    (directory / "run.json").write_text('{"schema_version": 1,', encoding="utf-8")
    with pytest.raises(LoadError, match="run.json: line 1 is not JSON"):
        load(directory)


def test_bytes_that_are_not_utf8_are_refused(small: Builder) -> None:
    path = small.write() / "summary.csv"
    path.write_bytes(path.read_bytes() + b"\xff\n")
    with pytest.raises(LoadError, match="summary.csv: is not UTF-8"):
        load(small.directory)


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("machine", [], "'machine' must be an object"),
        ("machine", {"cpu": 3}, "'cpu' must be a string"),
        ("machine", {"caches": [{"level": 1}]}, "machine.caches must be a list"),
        ("machine", {"limits": {"flops_per_s": "many"}}, "machine.limits.flops_per_s must be a"),
        ("kernels", None, "'kernels'"),
        ("kernels", {"sum": "Sum"}, "kernels.sum must be an object"),
        ("kernels", {"sum": {"claims": "C06"}}, "kernels.sum.claims must be a list"),
        *(
            ("kernels", {"sum": {"ladder": ladder}}, "kernels.sum.ladder must be a list of objects")
            for ladder in ("list", 3, {"rung": "list"}, ["python/loop"], [{"rung": "list"}],
                           [{"rung": "list", "variant": 3}], [{"rung": "", "variant": "python/a"}])
        ),
        ("kernels", {"sum": {"ladder": [{"rung": rung, "variant": "python/a"} for rung in "ab"]}},
         "kernels.sum.ladder: python/a stands on two rungs"),
    ],
)
def test_a_bad_entry_of_run_json_is_named(
    small: Builder, key: str, value: object, complaint: str
) -> None:
    small.metadata[key] = value
    if value is None:
        del small.metadata[key]
    message = refusal(small)
    assert "run.json" in message
    assert complaint in message


HOSTILE_NAMES = ["=cmd()", "<script>", "../x", "..", ".x", "a/b", "a b", "-x", ""]
HOSTILE_NAMES += ["a\u202e", "a\xa0"]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_kernel_name_is_refused(small: Builder, name: str) -> None:
    small.rows[0]["kernel"] = name
    assert f"line 2: kernel name {name!r} cannot be a file name" in refusal(small)


def test_a_kernel_may_be_named_in_any_language(small: Builder) -> None:
    small.rows[0]["kernel"] = "größe"
    assert "größe" in set(load(small.write()).summary["kernel"])


def test_a_hostile_kernel_name_in_run_json_is_refused(small: Builder) -> None:
    small.metadata["kernels"]["../../x"] = {}
    assert "run.json: kernel name '../../x' cannot be a file name" in refusal(small)


def test_a_title_is_put_on_one_printable_line(small: Builder) -> None:
    small.metadata["kernels"]["sum"]["title"] = "Sum\x00 of\n\ta slice"
    assert load(small.write()).kernels["sum"].title == "Sum of a slice"


def test_absent_texts_and_counts_are_na(small: Builder) -> None:
    run = load(small.write())
    assert run.summary["reason"].isna().all()
    assert run.summary["reference"].isna().sum() == 8, "of the native rows"
    assert run.summary["calls_per_batch"].isna().all(), "written by later versions only"
    assert run.summary["rounds"].dtype == "Int64"


ROUND = {
    "kernel": "sum", "variant": "python/loop", "lane": "python", "n": 16, "threads": 1,
    "pass": "time", "round": 0, "position": 1, "status": "ok", "reason": "", "batch_p50_ns": 360.5,
    "calls_per_batch": 25, "budgeted": "false",
}


def test_rounds_are_loaded_when_they_are_asked_for(small: Builder) -> None:
    small.rounds += [ROUND, ROUND | {"round": 1, "status": "crashed", "batch_p50_ns": ""}]
    rounds = load(small.write()).rounds
    assert rounds["batch_p50_ns"][0] == 360.5 and math.isnan(rounds["batch_p50_ns"][1])
    assert rounds["calls_per_batch"].dtype == "Int64" and rounds["budgeted"].dtype == "boolean"
    assert rounds["hiccups"].isna().all(), "a column that earlier versions did not have"


def test_a_bad_round_is_refused_with_its_place(small: Builder) -> None:
    small.rounds.append(ROUND | {"batch_p50_ns": "fast"})
    run = load(small.write())
    with pytest.raises(LoadError, match="rounds.csv: line 2 .*batch_p50_ns is 'fast'"):
        run.rounds.head()


def test_a_lane_that_is_none_is_refused(small: Builder) -> None:
    small.cells(variant="python/loop", n=64)[0].update(variant="F90/loop", lane="F90")
    assert "lane is 'F90': a name is lower-case letters" in refusal(small)
