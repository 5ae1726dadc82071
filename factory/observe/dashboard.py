"""`docs/observability/grafana.json`: a dashboard over these names. Pure."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

WIDE, HIGH, SMALL = 8, 7, 4  # of the grid's 24 columns; rows
CHOSEN = '{repository=~"$repository"}'
SOURCE = {"type": "prometheus", "uid": "${source}"}


class Panel(NamedTuple):
    """One picture: its title, what it shows (PromQL, and the name of a line), and its unit."""

    title: str
    shows: tuple[tuple[str, str], ...]
    unit: str = "short"
    kind: str = "timeseries"


def _sum(metric: str, labels: str = "", by: str = "repository") -> str:
    chosen = CHOSEN[:-1] + (f",{labels}" if labels else "") + "}"
    return f"sum by ({by}) ({metric}{chosen})"


def _rise(metric: str, labels: str = "", by: str = "repository", span: str = "1h") -> str:
    chosen = CHOSEN[:-1] + (f",{labels}" if labels else "") + "}"
    return f"sum by ({by}) (increase({metric}{chosen}[{span}]))"


def _quantile(share: float, metric: str, by: str = "") -> str:
    labels = f"le, {by}" if by else "le"
    return f"histogram_quantile({share}, sum by ({labels}) (rate({metric}_bucket{CHOSEN}[$__rate_interval])))"


def _percentiles(metric: str) -> tuple[tuple[str, str], ...]:
    return tuple((_quantile(share, metric), f"p{share * 100:g}") for share in (0.5, 0.9, 0.99))


ROWS: tuple[tuple[str, tuple[Panel, ...]], ...] = (
    (
        "Now",
        (
            Panel("Stamps today", ((_rise("factory_stamps_total", span="24h"), "{{repository}}"),), kind="stat"),
            Panel("Failed today", ((_rise("factory_failed_attempts_total", span="24h"), ""),), kind="stat"),
            Panel("Autonomy", ((f"auto_progress_ratio{CHOSEN}", "{{repository}}"),), "percentunit", "stat"),
            Panel("Spent of the cap", ((f"max(factory_budget_used_ratio{CHOSEN})", ""),), "percentunit", "gauge"),
            Panel("BLOCKED", ((_sum("factory_items", 'state="BLOCKED"'), "{{repository}}"),), kind="stat"),
            Panel("A run is on", ((f"ko_busy_state{CHOSEN}", "{{repository}}"),), kind="stat"),
        ),
    ),
    (
        "The line",
        (
            Panel(
                "Stamps and failures an hour",
                (
                    (_rise("factory_stamps_total", by="trade"), "stamped {{trade}}"),
                    (_rise("factory_failed_attempts_total", by="triage"), "{{triage}}"),
                ),
            ),
            Panel("Queue", ((_sum("factory_items", by="trade, state"), "{{trade}} {{state}}"),)),
            Panel("Oldest wait", ((f"factory_oldest_wait_seconds{CHOSEN}", "{{repository}}"),), "s"),
            Panel("An attempt takes", _percentiles("ko_exec_duration_seconds"), "s"),
            Panel("From start to merge", _percentiles("github_merge_lead_time_seconds"), "s"),
            Panel("Stops", ((_rise("factory_stops_total", by="kind", span="24h"), "{{kind}}"),)),
        ),
    ),
    (
        "Money and models",
        (
            Panel(
                "Dollars today",
                (
                    (_sum("factory_today_spent_usd"), "spent"),
                    (_sum("factory_today_reserved_usd"), "set aside"),
                    (_sum("factory_today_cap_usd"), "cap"),
                ),
                "currencyUSD",
            ),
            Panel("Tokens an hour", ((_rise("gpt5_token_usage_total", by="type, model"), "{{type}} {{model}}"),)),
            Panel("A request takes", _percentiles("gpt5_request_latency_seconds"), "s"),
            Panel(
                "A request takes, by model (p95)",
                ((_quantile(0.95, "gpt5_request_latency_seconds", "model"), "{{model}}"),),
                "s",
            ),
            Panel("Refusals an hour", ((_rise("gpt5_error_total", by="code"), "{{code}}"),)),
            Panel("Attempts put off an hour", ((_rise("factory_put_off_total", by="why"), "{{why}}"),)),
        ),
    ),
    (
        "The gate, and what was learnt",
        (
            Panel("Gate pass rate", ((f"ci_pass_rate{CHOSEN}", "{{repository}}"),), "percentunit"),
            Panel("Flaky tests", ((f"flaky_test_index{CHOSEN}", "{{repository}}"),), "percentunit"),
            Panel(
                "Kinds of failure",
                (
                    (_sum("kb_new_fingerprint_total"), "known"),
                    (_sum("kb_recurrence_total"), "came back"),
                ),
            ),
            Panel("Advice that helps", ((f"kb_verified_ratio{CHOSEN}", "{{repository}}"),), "percentunit"),
            Panel("Taken back", ((_sum("factory_rewinds_total"), "{{repository}}"),)),
            Panel("Alerts", (('sum by (alertname, priority) (ALERTS{alertname=~"Factory.*"})', "{{alertname}}"),)),
        ),
    ),
)


def grafana_json() -> str:
    """The file, as Grafana imports it."""
    value = {
        "title": "Factory",
        "uid": "stampmill-factory",
        "tags": ["stampmill"],
        "schemaVersion": 39,
        "editable": True,
        "refresh": "30s",
        "time": {"from": "now-24h", "to": "now"},
        "templating": {"list": [_source(), _repository()]},
        "panels": _panels(),
    }
    return json.dumps(value, indent=1) + "\n"


def _source() -> dict[str, Any]:
    return {"name": "source", "label": "Prometheus", "type": "datasource", "query": "prometheus"}


def _repository() -> dict[str, Any]:
    query = "label_values(factory_state, repository)"
    every = {"multi": True, "includeAll": True, "allValue": ".*", "refresh": 2}
    return {"name": "repository", "type": "query", "datasource": SOURCE, "query": query, **every}


def _panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    top = 0
    for title, panels in ROWS:
        found.append(_placed({"type": "row", "title": title, "panels": []}, len(found), (0, top, 24, 1)))
        top += 1
        small = all(panel.kind != "timeseries" for panel in panels)
        wide, high = (24 // len(panels), SMALL) if small else (WIDE, HIGH)
        for n, panel in enumerate(panels):
            at = (n * wide % 24, top + n * wide // 24 * high, wide, high)
            found.append(_placed(_picture(panel), len(found), at))
        top += -(-len(panels) * wide // 24) * high
    return found


def _picture(panel: Panel) -> dict[str, Any]:
    targets = [
        {"refId": chr(ord("A") + n), "datasource": SOURCE, "expr": expr, "legendFormat": legend or "{{repository}}"}
        for n, (expr, legend) in enumerate(panel.shows)
    ]
    defaults: dict[str, Any] = {"unit": panel.unit, "min": 0}
    if panel.unit == "percentunit":
        defaults["max"] = 1
    return {
        "type": panel.kind,
        "title": panel.title,
        "datasource": SOURCE,
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "targets": targets,
    }


def _placed(panel: dict[str, Any], number: int, at: tuple[int, int, int, int]) -> dict[str, Any]:
    left, top, wide, high = at
    return {"id": number + 1, **panel, "gridPos": {"x": left, "y": top, "w": wide, "h": high}}
