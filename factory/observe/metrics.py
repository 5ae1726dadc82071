"""Every metric by its name: the design's own names, as the user gave them, and the factory's below `factory_`.

What does not exist yet (pull requests, approvals) is 0 where 0 is true, and a share of nothing has no value;
its meaning says so.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["counter", "gauge", "histogram", "untyped"]


class Metric(NamedTuple):
    """One name, and what it means."""

    name: str
    kind: Kind
    labels: tuple[str, ...]
    means: str


DESIGN = (
    Metric(
        "gpt5_request_latency_seconds",
        "histogram",
        ("op", "model"),
        "Requests to a model's provider, whatever the model: from the first byte sent to the last one read. From the "
        "evidence of the attempts that have a verdict; op is answer, count, list or other.",
    ),
    Metric(
        "gpt5_token_usage_total",
        "counter",
        ("type", "model"),
        "Tokens in and out of the attempts that have a verdict, by the model that they name. What attempts without a "
        "verdict and auditors used is in factory_tokens_total alone.",
    ),
    Metric(
        "gpt5_error_total",
        "counter",
        ("code", "model"),
        "Requests that a model's provider refused, by HTTP status (other: none that there is), and attempts that were "
        "put off for a rate limit or an overload (limit) or a used-up quota (daily_quota).",
    ),
    Metric(
        "github_pr_open_total",
        "untyped",
        (),
        "Open pull requests, under the name that the design gave; the same as github_pr_open. 0: no forge is spoken "
        "to yet.",
    ),
    Metric("github_pr_open", "gauge", (), "Open pull requests. 0: no forge is spoken to yet."),
    Metric(
        "github_merge_lead_time_seconds",
        "histogram",
        (),
        "From a ticket's first start to the merge commit on main that is its stamp, on any git host.",
    ),
    Metric("ci_pass_rate", "gauge", (), "Share of the last 100 verdicts of the gate that were PASS."),
    Metric(
        "flaky_test_index",
        "gauge",
        (),
        "Share of the tests under the last 100 verdicts of the gate that were red, and green when run again.",
    ),
    Metric(
        "ko_exec_duration_seconds",
        "histogram",
        (),
        "Attempts at tickets and cards, from their start to their stamp or failure.",
    ),
    Metric("ko_exec_success_total", "counter", (), "Attempts that ended with a stamp, of tickets and cards."),
    Metric("ko_queue_depth", "gauge", (), "Tickets and cards that wait for an attempt."),
    Metric("ko_busy_state", "gauge", (), "1 while a run is on, else 0."),
    Metric("kb_new_fingerprint_total", "counter", (), "Kinds of failure that were met for the first time."),
    Metric("kb_recurrence_total", "counter", (), "Failures of a kind that was known already."),
    Metric(
        "kb_verified_ratio",
        "gauge",
        (),
        "Share of the kinds of failure with advice that helped more often than it misled. No value before the first "
        "failure.",
    ),
    Metric(
        "user_approval_time_seconds",
        "histogram",
        (),
        "How long approvals waited for a person. Nothing asks for an approval yet, so that its count is 0.",
    ),
    Metric(
        "auto_progress_ratio",
        "gauge",
        (),
        "Share of the last 100 stamps of tickets that came at the first attempt and with no person. No value before "
        "the first stamp.",
    ),
    Metric(
        "alert_noise_index",
        "gauge",
        (),
        "Share of the last 100 messages to people (all but finished) that nobody acted on within a day: by a command, "
        "by a commit to main, or, where a run had ended, by a new one. No value before one is decided.",
    ),
)
OWN = (
    Metric("factory_stamps_total", "counter", ("trade",), "Tickets and cards that were stamped."),
    Metric("factory_attempts_total", "counter", ("trade",), "Attempts that were begun."),
    Metric(
        "factory_failed_attempts_total",
        "counter",
        ("trade", "triage"),
        "Attempts that failed, by the class of the failure.",
    ),
    Metric(
        "factory_broken_off_total",
        "counter",
        ("trade",),
        "Attempts that ended with their run, or by a person. They do not count.",
    ),
    Metric(
        "factory_put_off_total",
        "counter",
        ("why",),
        "Attempts that were put off: for a provider's limit or daily_quota, or for what was in their way (other).",
    ),
    Metric("factory_blocked_total", "counter", ("trade",), "Quarantines: BLOCKED until a person looks."),
    Metric(
        "factory_by_hand_total",
        "counter",
        ("command",),
        "What persons did to tickets and cards: release, retry, replan, rewind, cancel.",
    ),
    Metric("factory_rewinds_total", "counter", (), "Stamps that were taken back."),
    Metric("factory_checkpoints_total", "counter", (), "Half boxes that were closed."),
    Metric(
        "factory_boxes_failed_total",
        "counter",
        (),
        "Of them those in which something was quarantined. Ledgers of versions before this metric do not say it of "
        "their halves.",
    ),
    Metric(
        "factory_stops_total",
        "counter",
        ("kind",),
        "Ends of runs, by kind. killed: the run could not write its end, and the next one found it so, or none is on "
        "yet.",
    ),
    Metric("factory_verdicts_total", "counter", ("verdict",), "What the gate said of changes, the auditor included."),
    Metric("factory_tests_total", "counter", ("fate",), "Tests that the gate saw, by what became of them."),
    Metric(
        "factory_model_calls_total",
        "counter",
        (),
        "Requests to models' providers, by the evidence of the attempts that have a verdict.",
    ),
    Metric("factory_model_slow_calls_total", "counter", (), "Of them those that took more than a minute."),
    Metric("factory_model_errors_total", "counter", (), "The sum of gpt5_error_total."),
    Metric("factory_events_total", "counter", ("event",), "Events in the ledger."),
    Metric(
        "factory_unread_evidence_total",
        "counter",
        (),
        "Verdicts whose evidence this clone does not have: models, tokens and tests of them are not counted here.",
    ),
    Metric("factory_calls_total", "counter", (), "Calls of all days that are settled in the books."),
    Metric(
        "factory_tokens_total",
        "counter",
        ("type",),
        "Tokens of all days that are settled in the books, whoever used them.",
    ),
    Metric("factory_spent_usd_total", "counter", (), "Dollars of all days that are settled in the books."),
    Metric("factory_today_spent_usd", "gauge", (), "Dollars that are settled today, in the factory's zone."),
    Metric(
        "factory_today_reserved_usd", "gauge", (), "Dollars that are set aside today for calls that have not ended."
    ),
    Metric("factory_today_cap_usd", "gauge", (), "Dollars that a day may cost."),
    Metric(
        "factory_budget_used_ratio",
        "gauge",
        ("measure",),
        "What is spent and set aside today, as a share of its daily cap. No value where the cap is 0.",
    ),
    Metric("factory_items", "gauge", ("trade", "state"), "Tickets and cards by where they stand."),
    Metric("factory_attempts_in_flight", "gauge", (), "Attempts that are worked on."),
    Metric("factory_stale_leases", "gauge", (), "Of them those whose worker gave no sign of life for five minutes."),
    Metric(
        "factory_oldest_wait_seconds",
        "gauge",
        (),
        "How long the PENDING ticket waits that waits longest: since it was released, or since its last attempt "
        "ended. One that waits for another ticket counts too. 0: none waits.",
    ),
    Metric("factory_state", "gauge", ("state",), "1 for the state that the factory is in, 0 for the others."),
    Metric("factory_run_killed", "gauge", (), "1 where the last run broke off without a last word, and none is on."),
    Metric("factory_red_on_main", "gauge", (), "Tests and criteria that stay red on main."),
    Metric(
        "factory_came_back",
        "gauge",
        (),
        "Kinds of failure that were seen again within the last day, although a fix of them was known.",
    ),
    Metric(
        "factory_ledger_known",
        "gauge",
        (),
        "0 where the factory worked on this repository in another clone, whose ledger is not here.",
    ),
    Metric(
        "factory_last_event_timestamp_seconds",
        "gauge",
        (),
        "When the ledger's last event was. No value before the first one.",
    ),
    Metric("factory_metrics_timestamp_seconds", "gauge", (), "When these numbers were read."),
)
METRICS = (*DESIGN, *OWN)
