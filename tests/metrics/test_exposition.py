"""The page that Prometheus reads: every name, read back by parsers that nobody here wrote, whatever strangers wrote into labels."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from prometheus_client.parser import text_string_to_metric_families as parsed

from factory.model import State
from factory.observe.beyond import Beyond
from factory.observe.exposition import LENGTH
from factory.observe.measured import Measured
from factory.observe.metrics import DESIGN, METRICS
from factory.observe.noise import NoiseCount
from factory.observe.values import samples
from factory.records.papers import ModelCall, Paid
from tests.hostile import HOSTILE
from tests.metrics.story import event, folded, has, number, page, story, told

# as the design gave them, letter for letter, with the labels that it names
GIVEN = {
    "gpt5_request_latency_seconds": "op", "gpt5_token_usage_total": "type", "gpt5_error_total": "code",
    "github_pr_open_total": "", "github_merge_lead_time_seconds": "", "ci_pass_rate": "", "flaky_test_index": "",
    "ko_exec_duration_seconds": "", "ko_exec_success_total": "", "ko_queue_depth": "", "ko_busy_state": "",
    "kb_new_fingerprint_total": "", "kb_recurrence_total": "", "kb_verified_ratio": "", "user_approval_time_seconds": "",
    "auto_progress_ratio": "", "alert_noise_index": "",
}  # fmt: skip
PROMTOOL = shutil.which("promtool")


def rich() -> Measured:
    """Numbers under every label that strangers can write."""
    events = [event(f"fail D-1 @{n}", text, Triage=text) for n, text in enumerate(HOSTILE)]
    said = {
        one.oid: Paid(
            "D-1",
            model=text,
            tokens_in=1,
            judged=True,
            tests={"passed": 2},
            seen=(ModelCall(path=text, model=text, status=500, seconds=1.5),),
        )
        for one, text in zip(events, HOSTILE, strict=True)
    }
    return folded(story("run - @0", "start D-1 @1", "stamped D-1 @9")).then(
        events, {oid: Beyond(paid={"D-1": one}) for oid, one in said.items()}
    )


def test_every_name_of_the_design_is_there_letter_for_letter() -> None:
    names = {metric.name: metric for metric in METRICS}
    assert set(GIVEN) <= set(names)
    assert {metric.name for metric in DESIGN} == {*GIVEN, "github_pr_open"}
    text = page()
    for name, label in GIVEN.items():
        assert f"# TYPE {name} " in text
        assert not label or label in names[name].labels
    for name in ("gpt5_request_latency_seconds", "gpt5_token_usage_total", "gpt5_error_total"):
        assert "model" in names[name].labels
    assert len(names) == len(METRICS)
    assert {name for name in names if f"{name}_total" in names} == {"github_pr_open"}  # as OpenMetrics names families


def test_what_does_not_exist_yet_is_nought_or_has_no_value_and_says_so() -> None:
    found = told()
    meanings = {metric.name: metric.means for metric in METRICS}
    for name in ("github_pr_open_total", "github_pr_open", "user_approval_time_seconds_count"):
        assert [one.value for one in samples(found) if one.name == name] == [0]
    assert not has(found, "alert_noise_index")
    assert "No value" in meanings["alert_noise_index"]
    assert number(told(noise=NoiseCount(1, 4)), "alert_noise_index") == 0.25
    assert "yet" in meanings["user_approval_time_seconds"]
    assert "yet" in meanings["github_pr_open_total"]


@pytest.mark.parametrize("repository", ["shop", *HOSTILE])
def test_a_parser_that_nobody_here_wrote_reads_back_every_sample_and_nothing_else(repository: str) -> None:
    found = rich()
    text = page(found, repository)
    read = {
        (one.name, frozenset((k, v) for k, v in one.labels.items() if k != "repository")): one.value
        for family in parsed(text)
        for one in family.samples
    }
    ours = {(one.name, frozenset(_clean(one.labels))): one.value for one in samples(told(found))}
    assert read == pytest.approx(ours)
    kinds = {family.name: family.type for family in parsed(text)}
    for metric in METRICS:
        name = metric.name.removesuffix("_total") if metric.kind == "counter" else metric.name
        if any(one.name.startswith(metric.name) for one in samples(told(found))):
            assert kinds[name] == metric.kind.replace("untyped", "unknown")


def _clean(labels: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    from factory.plain import one_line

    return [(key, one_line(word, LENGTH)) for key, word in labels]


@pytest.mark.parametrize("word", HOSTILE)
def test_no_word_of_a_stranger_makes_a_line_a_series_or_a_control_of_its_own(word: str) -> None:
    calm, odd = page(rich(), "shop"), page(rich(), word)
    assert len(odd.split("\n")) == len(calm.split("\n"))
    line = re.compile(r'[a-z_0-9]+\{(?:[a-z]+="(?:[^"\\\n]|\\["\\n])*",?)+\} (?:[0-9.e+-]+|\+Inf)')
    for one in odd.rstrip("\n").split("\n"):
        assert one.startswith("# ") or line.fullmatch(one), one
    assert "forged_total 7" not in odd.split("\n")
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u200b\u202e\u2028\ud800-\udfff]", odd)


def test_a_number_is_written_as_it_is() -> None:
    from factory.observe.values import number

    assert [number(value) for value in (0, 1, 2.0, 0.1, 1e20, float("inf"))] == ["0", "1", "2", "0.1", "1e+20", "+Inf"]


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed (Debian's package prometheus has it)")
@pytest.mark.parametrize("found", [Measured(), rich()], ids=["nothing", "much"])
def test_promtool_accepts_every_name(found: Measured) -> None:
    text = page(found, 'a "shop"', items={("ticket", State.PENDING): 3})
    done = subprocess.run([str(PROMTOOL), "check", "metrics"], input=text.encode(), capture_output=True, timeout=60)
    assert (done.returncode, done.stdout + done.stderr) == (0, b"")


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed (Debian's package prometheus has it)")
def test_promtool_refuses_what_is_wrong() -> None:
    """The check itself: a gauge of that name is what it refuses, and why two names stand for open pull requests."""
    text = page().replace("# TYPE github_pr_open_total untyped", "# TYPE github_pr_open_total gauge")
    done = subprocess.run([str(PROMTOOL), "check", "metrics"], input=text.encode(), capture_output=True, timeout=60)
    assert done.returncode == 3
    assert b"github_pr_open_total" in done.stdout + done.stderr
