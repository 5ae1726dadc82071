"""The alerts, as data: `docs/observability/alerts.yml` and `factory alerts` are both made of them.

None waits with a `for`: what has to last says so in its own number, so that one look judges as a watcher does.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from factory.observe.condition import Condition, Readings, holds, value

AlertPriority = Literal["page", "ticket"]
HOUR, DAY = 3600, 86400


class AlertRule(NamedTuple):
    """One alert. `page` wakes a person, `ticket` waits for the morning. It fires where all conditions hold."""

    name: str
    priority: AlertPriority
    when: tuple[Condition, ...]
    english: str
    korean: str

    @property
    def runbook(self) -> str:
        """The page's name for `factory help`."""
        return self.name


class Fired(NamedTuple):
    """An alert that fires, and the number that it fires by."""

    rule: AlertRule
    value: float


ALERTS = (
    AlertRule(
        "FactoryStopped",
        "page",
        (Condition("factory_state", "==", 1, labels=(("state", "FAIL_STOP"),)),),
        "The factory stopped and cannot go on until a person has mended something.",
        "공장이 멈췄고, 사람이 고쳐야 다시 갈 수 있습니다.",
    ),
    AlertRule(
        "FactoryKilled",
        "page",
        (Condition("factory_run_killed", "==", 1),),
        "The run broke off and could not write down why. Nothing was lost, and nobody works.",
        "실행이 도중에 끊겼고 까닭을 적지 못했습니다. 잃은 것은 없지만, 지금 아무도 일하지 않습니다.",
    ),
    AlertRule(
        "FactoryHangs",
        "page",
        (Condition("factory_stale_leases", ">", 0), Condition("ko_busy_state", "==", 1)),
        "A run is on, and an attempt has given no sign of life for five minutes.",
        "실행은 켜져 있는데, 5분 동안 아무 기척이 없는 시도가 있습니다.",
    ),
    AlertRule(
        "FactoryStorm",
        "page",
        (Condition("factory_stops_total", ">", 0, labels=(("kind", "storm"),), over=HOUR),),
        "Too much failed in a row within the last hour, and the run stopped itself.",
        "최근 한 시간 안에 실패가 계속 이어져서 실행이 스스로 멈췄습니다.",
    ),
    AlertRule(
        "FactoryOverCap",
        "page",
        (Condition("factory_budget_used_ratio", ">", 1, most=True),),
        "More was used today than the day's cap: a call cost more than was reserved for it, or the cap was lowered.",
        "오늘 하루 한도보다 많이 썼습니다. 어떤 호출이 예약보다 비쌌거나, 한도를 낮췄습니다.",
    ),
    AlertRule(
        "FactoryLandsNothing",
        "page",
        (
            Condition("factory_failed_attempts_total", ">=", 6, over=3 * HOUR),
            Condition("factory_stamps_total", "==", 0, over=3 * HOUR),
        ),
        "In three hours six attempts or more failed, and nothing was stamped.",
        "세 시간 동안 시도가 여섯 번 넘게 실패했고, 스탬프는 하나도 없습니다.",
    ),
    AlertRule(
        "FactoryBudgetNearlyUsed",
        "ticket",
        (Condition("factory_budget_used_ratio", ">=", 0.8, most=True),),
        "80 % of a daily cap is used.",
        "하루 한도 가운데 하나를 80 % 넘게 썼습니다.",
    ),
    AlertRule(
        "FactoryBlocked",
        "ticket",
        (Condition("factory_items", ">", 0, labels=(("state", "BLOCKED"),)),),
        "Something is BLOCKED and waits for a person.",
        "BLOCKED 상태로 사람을 기다리는 것이 있습니다.",
    ),
    AlertRule(
        "FactoryStarves",
        "ticket",
        (
            Condition("factory_oldest_wait_seconds", ">", DAY),
            Condition("factory_stamps_total", ">", 0, over=DAY),
        ),
        "A ticket has waited for more than a day while others were stamped.",
        "다른 것은 스탬프를 받는 동안, 하루 넘게 기다린 티켓이 있습니다.",
    ),
    AlertRule(
        "FactoryGateRefuses",
        "ticket",
        (
            Condition(
                "factory_verdicts_total",
                ">",
                0.6,
                labels=(("verdict", "fail"),),
                over=DAY,
                per="factory_verdicts_total",
            ),
            Condition("factory_verdicts_total", ">=", 10, over=DAY),
        ),
        "In a day the gate refused more than 60 % of at least ten changes.",
        "하루 동안 게이트가 열 개가 넘는 변경 가운데 60 % 넘게 떨어뜨렸습니다.",
    ),
    AlertRule(
        "FactoryFlakyTests",
        "ticket",
        (Condition("flaky_test_index", ">", 0.02),),
        "More than 2 % of the tests under the last verdicts were red, and green when run again.",
        "최근 판정에서 테스트의 2 % 넘게, 한 번은 빨갛고 다시 돌리면 초록이었습니다.",
    ),
    AlertRule(
        "FactoryRedMain",
        "ticket",
        (Condition("factory_red_on_main", ">", 0),),
        "Tests or criteria stay red on main.",
        "main에 계속 빨간 테스트나 합격 기준이 있습니다.",
    ),
    AlertRule(
        "FactoryModelErrors",
        "ticket",
        (Condition("factory_model_errors_total", ">=", 10, over=HOUR),),
        "A model's provider refused ten requests or more in the last hour.",
        "최근 한 시간 동안 모델 서버가 요청을 열 번 넘게 거절했습니다.",
    ),
    AlertRule(
        "FactoryModelSlow",
        "ticket",
        (
            Condition("factory_model_slow_calls_total", ">", 0.5, over=HOUR, per="factory_model_calls_total"),
            Condition("factory_model_calls_total", ">=", 10, over=HOUR),
        ),
        "In the last hour more than half of at least ten requests to a model took more than a minute.",
        "최근 한 시간 동안 모델에 보낸 열 번이 넘는 요청 가운데, 절반 넘게 1분이 더 걸렸습니다.",
    ),
    AlertRule(
        "FactoryTampered",
        "ticket",
        (Condition("factory_failed_attempts_total", ">", 0, labels=(("triage", "TAMPER"),), over=DAY),),
        "A change tried to fool the gate within the last day. It was refused.",
        "최근 하루 안에 게이트를 속이려 한 변경이 있었고, 거절했습니다.",
    ),
    AlertRule(
        "FactoryTookBack",
        "ticket",
        (Condition("factory_rewinds_total", ">", 0, over=DAY),),
        "A stamp was taken back within the last day: something passed the gate that should not have.",
        "최근 하루 안에 스탬프를 되돌렸습니다. 통과하지 말았어야 할 것이 통과했습니다.",
    ),
    AlertRule(
        "FactoryLearnsNothing",
        "ticket",
        (
            Condition("kb_verified_ratio", "<", 0.3),
            Condition("kb_recurrence_total", ">=", 10),
        ),
        "Failures come back, and of the kinds that are known fewer than 30 % have advice that helps.",
        "실패가 되풀이되는데, 알려진 종류 가운데 도움이 되는 조언이 있는 것은 30 %도 안 됩니다.",
    ),
    AlertRule(
        "FactoryCameBack",
        "ticket",
        (Condition("factory_came_back", ">", 0),),
        "A failure came back within the last day, although a fix of it was known.",
        "고치는 법을 이미 아는 실패가 최근 하루 안에 다시 나타났습니다.",
    ),
    AlertRule(
        "FactoryNumbersOld",
        "ticket",
        (Condition("factory_metrics_timestamp_seconds", ">", 900, age=True),),
        "The numbers are older than 15 minutes: nobody writes the text file any more.",
        "숫자가 15분 넘게 그대로입니다. 텍스트 파일을 새로 쓰는 것이 멈췄습니다.",
    ),
)
WINDOWS = tuple(sorted({asked.over for rule in ALERTS for asked in rule.when if asked.over}))  # seconds


def judge(seen: Readings) -> list[Fired]:
    """The alerts that fire, in the order of ALERTS."""
    found = [(rule, value(rule.when[0], seen)) for rule in ALERTS if all(holds(asked, seen) for asked in rule.when)]
    return [Fired(rule, number) for rule, number in found if number is not None]
