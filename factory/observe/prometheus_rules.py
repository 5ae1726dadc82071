"""`docs/observability/alerts.yml`: the alerts as Prometheus takes them, and what needs a rule to have a name. Pure."""

from __future__ import annotations

from typing import Any

from factory.observe.alerts import ALERTS, AlertRule
from factory.observe.condition import BY, promql

HEAD = "# Made from factory/observe/alerts.py by `python -m factory.reference`; it is not edited by hand.\n"
QUANTILES = (("github_merge_lead_time_seconds", "1d"), ("gpt5_request_latency_seconds", "1h"))


def alerts_yml() -> str:
    """The file: one group of recording rules, one of alerts."""
    import yaml

    groups = [
        {"name": "factory-quantiles", "rules": [_quantile(metric, span) for metric, span in QUANTILES]},
        {"name": "factory-alerts", "rules": [_alert(rule) for rule in ALERTS]},
    ]
    text: str = yaml.safe_dump({"groups": groups}, sort_keys=False, allow_unicode=True, width=120)
    return HEAD + text


def _quantile(metric: str, span: str) -> dict[str, Any]:
    rate = f"sum by (le, {BY}) (rate({metric}_bucket[{span}]))"
    return {"record": f"{metric}_p95", "expr": f"histogram_quantile(0.95, {rate})"}


def _alert(rule: AlertRule) -> dict[str, Any]:
    return {
        "alert": rule.name,
        "expr": " and ".join(map(promql, rule.when)),
        "labels": {"priority": rule.priority},
        "annotations": {
            "summary": rule.english,
            "summary_ko": rule.korean,
            "runbook": f"factory help {rule.runbook}",
            "value": "{{ $value }}",
        },
    }
