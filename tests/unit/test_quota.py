"""A minute's quota, a day's quota and an empty account are three things; bodies are the servers' own shapes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory.money.quota import Refusal, Wait, read_refusal


def _gemini(*quotas: str, delay: str = "37s") -> str:
    violations = [{"quotaMetric": "generate_content_free_tier_requests", "quotaId": quota} for quota in quotas]
    details = [
        {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": violations},
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay},
    ]
    return json.dumps({"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "details": details}})


MINUTE, DAY = (
    "GenerateRequestsPerMinutePerProjectPerModel-FreeTier",
    "GenerateRequestsPerDayPerProjectPerModel-FreeTier",
)


def _openai(code: str, message: str) -> str:
    return json.dumps({"error": {"message": message, "code": code}})


RATE = json.dumps({"type": "error", "error": {"type": "rate_limit_error", "message": "would exceed your rate limit"}})
TPM = _openai("rate_limit_exceeded", "Rate limit on tokens per min (TPM): Limit 30000. Please try again in 1m2.5s.")
RPD = _openai("rate_limit_exceeded", "Rate limit on requests per day (RPD): Limit 200. Please try again in 7m12s.")
NO_MONEY = _openai("insufficient_quota", "You exceeded your current quota")


@pytest.mark.parametrize(
    ("status", "body", "headers", "wait", "delay"),
    [
        (429, _gemini(MINUTE), {}, Wait.MOMENT, 37),
        (429, _gemini(MINUTE, delay="1.5s"), {}, Wait.MOMENT, 1.5),
        (429, _gemini(DAY), {}, Wait.DAY, 37),
        (429, _gemini(MINUTE, DAY), {}, Wait.DAY, 37),
        (429, '{"error":{"code":429,"status":"RESOURCE_EXHAUSTED"}}', {}, Wait.MOMENT, None),
        (503, '{"error":{"code":503,"status":"UNAVAILABLE"}}', {}, Wait.MOMENT, None),
        (429, RATE, {"Retry-After": "12"}, Wait.MOMENT, 12),
        (429, RATE, {"retry-after": "Sat, 21 Nov 2026 03:00:30 GMT"}, Wait.MOMENT, 30),
        (429, RATE, {"retry-after": "40000"}, Wait.DAY, 40000),
        (529, '{"error":{"type":"overloaded_error"}}', {}, Wait.MOMENT, None),
        (400, "You have reached your specified API usage limits.", {}, Wait.DAY, None),
        (400, "Your credit balance is too low to access the API", {}, Wait.ACCOUNT, None),
        (429, TPM, {}, Wait.MOMENT, 62.5),
        (429, TPM, {"retry-after-ms": "500"}, Wait.MOMENT, 0.5),
        (429, RPD, {}, Wait.DAY, 432),
        (429, NO_MONEY, {}, Wait.ACCOUNT, None),
        (
            429,
            "",
            {
                "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-reset-requests": "6m0s",
                "x-ratelimit-remaining-tokens": "5",
                "x-ratelimit-reset-tokens": "2h",
            },
            Wait.MOMENT,
            360,
        ),
        (429, RATE, {"retry-after": "nan"}, Wait.MOMENT, None),
        (429, RATE, {"retry-after": "1e999"}, Wait.MOMENT, None),
        (429, "<html>slow down</html>", {"retry-after": "soon"}, Wait.MOMENT, None),
    ],
)
def test_a_refusal_is_read(status: int, body: str, headers: dict[str, str], wait: Wait, delay: float | None) -> None:
    refusal = read_refusal(status, body, headers, now=1795230000.0)
    assert isinstance(refusal, Refusal)
    assert (refusal.wait, refusal.delay) == (wait, delay)


def test_a_body_that_was_parsed_already_says_the_same() -> None:
    assert read_refusal(429, json.loads(_gemini(DAY)), {}, 0) == read_refusal(429, _gemini(DAY), {}, 0)


def test_the_used_up_quota_is_named() -> None:
    refusal = read_refusal(429, _gemini(DAY), {}, 0)
    assert refusal is not None
    assert refusal.quota == DAY


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 500])
def test_another_error_is_no_refusal(status: int) -> None:
    assert read_refusal(status, '{"error":{"message":"bad schema, 3 times a day"}}', {"retry-after": "9"}, 0) is None


@given(
    st.sampled_from([400, 429, 503]),
    st.text(),
    st.dictionaries(st.sampled_from(["retry-after", "retry-after-ms"]), st.text()),
)
def test_no_answer_breaks_the_reader(status: int, body: str, headers: dict[str, str]) -> None:
    refusal = read_refusal(status, body, headers, 0)
    assert refusal is None or refusal.delay is None or refusal.delay >= 0
