"""Why a run ended, in words that need no knowledge of the code, and the command that goes on. Pure."""

from __future__ import annotations

from typing import NamedTuple

RUN = "factory run"


class Stop(NamedTuple):
    """One kind of stop. `state`: RECOVERABLE goes on by itself, FAIL_STOP once a person has mended something."""

    state: str
    command: str
    english: str
    korean: str


STOPS = {
    "done": Stop("READY", "", "Everything that could be done is done.", "할 수 있는 일은 모두 끝났습니다."),
    "operator": Stop(
        "RECOVERABLE", RUN, "Somebody told the factory to stop.", "누군가가 공장을 멈추라고 했습니다."
    ),
    "limit": Stop(
        "RECOVERABLE", RUN,
        "It did as much as it was told to do, and there is more.",
        "시킨 만큼 했고, 아직 할 일이 더 있습니다.",
    ),
    "held": Stop(
        "RECOVERABLE", "factory resume",
        "Somebody told the factory to stop, and it stays still until it may go on.",
        "누군가가 공장을 멈추라고 했고, 다시 가도 된다고 할 때까지 쉽니다.",
    ),
    "interrupted": Stop(
        "RECOVERABLE", RUN,
        "It was interrupted (Ctrl-C, or the computer ended it). Nothing is lost.",
        "Ctrl-C나 컴퓨터가 도중에 끊었습니다. 잃은 것은 없습니다.",
    ),
    "way": Stop(
        "RECOVERABLE", RUN,
        "What passed waits: something in your own folder is in its way. Nothing of yours was touched.",
        "통과한 일이 기다리고 있습니다. 내 폴더에 있는 것이 길을 막고 있고, 그것은 건드리지 않았습니다.",
    ),
    "storm": Stop(
        "RECOVERABLE", RUN,
        "Too much went wrong in a row, so it stopped before more time and money was lost.",
        "실패가 계속 이어져서, 시간과 돈을 더 잃기 전에 멈췄습니다.",
    ),
    "budget": Stop(
        "RECOVERABLE", RUN,
        "Today's budget is used up, or the next ticket does not fit under it.",
        "오늘 예산을 다 썼거나, 다음 티켓이 남은 예산에 들어가지 않습니다.",
    ),
    "quota": Stop(
        "RECOVERABLE", RUN,
        "The model's server lets no more calls through today.",
        "모델 서버가 오늘은 더 이상 호출을 받지 않습니다.",
    ),
    "stuck": Stop(
        "FAIL_STOP", RUN,
        "There are released tickets, and none of them can ever start.",
        "시작하라고 한 티켓이 있지만, 시작할 수 있는 것이 하나도 없습니다.",
    ),
    "main": Stop(
        "FAIL_STOP", RUN,
        "The project's own checks do not work on main, so no change could be judged.",
        "main에서 프로젝트 자체의 검사가 돌지 않아, 어떤 변경도 판정할 수 없습니다.",
    ),
    "written": Stop(
        "FAIL_STOP", RUN,
        "Something that was written or typed is not right.",
        "적어 둔 내용 가운데 틀린 곳이 있습니다.",
    ),
    "count": Stop(
        "FAIL_STOP", "factory log",
        "The factory's own books do not agree with each other, so it does nothing more until somebody has looked.",
        "공장의 장부끼리 서로 맞지 않아, 사람이 확인할 때까지 아무것도 하지 않습니다.",
    ),
    "machine": Stop(
        "FAIL_STOP", RUN,
        "The computer could not do what the factory needs.",
        "컴퓨터가 공장에 필요한 일을 해내지 못했습니다.",
    ),
}  # fmt: skip

KILLED = "The run was killed while it worked. Nothing is lost: `factory run` goes on where it was."


def in_words(kind: str, detail: str) -> str:
    """The reason as `factory.json` tells it: a plain sentence, and the exact one in brackets."""
    sentence = STOPS[kind].english
    return f"{sentence} ({detail})" if detail else sentence
