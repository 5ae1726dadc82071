"""Why a run ended, in words that need no knowledge of the code, and the command that goes on. Pure.

A stop is told as it was when it happened: whether it still holds is not for the sentence to say (`daily.RunEnd.over`).
"""

from __future__ import annotations

from typing import NamedTuple

RUN = "factory run"


class StopKind(NamedTuple):
    """One kind of stop. `state`: RECOVERABLE goes on by itself, FAIL_STOP once a person has mended something."""

    state: str
    command: str
    english: str
    korean: str


STOPS = {
    "done": StopKind("READY", "", "Everything that could be done was done.", "할 수 있는 일을 모두 끝냈습니다."),
    "operator": StopKind(
        "RECOVERABLE", RUN, "Somebody told the factory to stop.", "누군가가 공장을 멈추라고 했습니다."
    ),
    "limit": StopKind(
        "RECOVERABLE",
        RUN,
        "It did as much as it was told to do, and there was more.",
        "시킨 만큼 했고, 할 일이 더 남아 있었습니다.",
    ),
    "until": StopKind(
        "RECOVERABLE",
        RUN,
        "The time until which it was to work had come, and there was more to do.",
        "일하기로 한 시각이 되어 멈췄고, 할 일이 더 남아 있었습니다.",
    ),
    "held": StopKind(
        "RECOVERABLE",
        "factory resume",
        "Somebody told the factory to stop, and to start nothing until it is told to go on.",
        "누군가가 공장을 멈추고, 다시 시작하라고 할 때까지 아무것도 시작하지 말라고 했습니다.",
    ),
    "interrupted": StopKind(
        "RECOVERABLE",
        RUN,
        "It was interrupted (Ctrl-C, or the computer ended it). Nothing was lost.",
        "Ctrl-C를 눌렀거나 컴퓨터가 꺼져서 도중에 끊겼습니다. 잃은 것은 없습니다.",
    ),
    "way": StopKind(
        "RECOVERABLE",
        RUN,
        "What passed waited: something in your own folder was in its way. Nothing of yours was touched.",
        "검사를 통과했지만 내 폴더에 있는 파일에 막혀 기다렸습니다. 그 파일은 건드리지 않았습니다.",
    ),
    "storm": StopKind(
        "RECOVERABLE",
        RUN,
        "Too much went wrong in a row, so it stopped before more time and money was lost.",
        "실패가 계속 이어져서, 시간과 돈을 더 잃기 전에 멈췄습니다.",
    ),
    "budget": StopKind(
        "RECOVERABLE",
        RUN,
        "The day's budget was used up, or nothing that was left to do fitted under it.",
        "하루 예산을 다 썼거나, 남은 예산으로 할 수 있는 일이 없었습니다.",
    ),
    "quota": StopKind(
        "RECOVERABLE",
        RUN,
        "The model's server let no more calls through on that day.",
        "모델 서버가 그날은 더 이상 호출을 받지 않았습니다.",
    ),
    "moved": StopKind(
        "RECOVERABLE",
        RUN,
        "Somebody else kept writing to main or to the ledger while the factory worked.",
        "공장이 일하는 동안 다른 누군가가 main이나 원장을 계속 바꿨습니다.",
    ),
    "stuck": StopKind(
        "FAIL_STOP",
        RUN,
        "There were released tickets, and none of them could ever start.",
        "시작하라고 한 티켓이 있었지만, 시작할 수 있는 것이 하나도 없었습니다.",
    ),
    "main": StopKind(
        "FAIL_STOP",
        RUN,
        "The project's own checks did not work on main, so no change could be judged.",
        "main에서 프로젝트 자체의 검사가 돌지 않아, 어떤 변경도 판정할 수 없었습니다.",
    ),
    "written": StopKind(
        "FAIL_STOP",
        RUN,
        "Something that was written or typed was not right.",
        "적어 둔 내용 가운데 틀린 곳이 있었습니다.",
    ),
    "worker": StopKind(
        "FAIL_STOP",
        RUN,
        "A worker could not be used: its program or its key was missing, or its key was refused.",
        "작업자를 쓸 수 없었습니다. 프로그램이나 키가 없거나, 키가 거절되었습니다.",
    ),
    "auditor": StopKind(
        "FAIL_STOP",
        RUN,
        "What passed waited: the auditor that is to read it could not be asked, or gave no opinion.",
        "검사를 통과했지만, 변경을 읽을 감사자에게 물을 수 없었거나 감사자가 의견을 내지 않아 기다렸습니다.",
    ),
    "signing": StopKind(
        "FAIL_STOP",
        RUN,
        "The key that signs the stamps was missing, or was none that main names.",
        "스탬프에 서명하는 키가 없거나, main이 인정하는 키가 아니었습니다.",
    ),
    "count": StopKind(
        "FAIL_STOP",
        "factory log",
        "The factory's own books did not agree with each other, so it did nothing more until somebody has looked.",
        "공장의 기록끼리 서로 맞지 않아, 사람이 확인할 때까지 아무것도 하지 않기로 했습니다.",
    ),
    "machine": StopKind(
        "FAIL_STOP",
        RUN,
        "Something on this computer that the factory needs did not work.",
        "공장에 필요한 것 가운데 이 컴퓨터에서 제대로 동작하지 않는 것이 있었습니다.",
    ),
}

KILLED_KIND = "killed"  # of an end that the run itself could not write down
KILLED = (
    "The run broke off and could not write down why: it was killed, the power went, or the disk was full. Nothing was"
    " lost: `factory run` goes on where it was."
)
KILLED_KOREAN = (
    "실행이 도중에 끊겼고 까닭을 적지 못했습니다(강제 종료, 정전, 가득 찬 디스크 가운데 하나입니다)."
    " 잃은 것은 없습니다. `factory run`이 하던 곳에서 이어집니다."
)


def in_words(kind: str, detail: str) -> str:
    """The reason as `factory.json` tells it: a plain sentence, and the exact one in brackets."""
    sentence = STOPS[kind].english
    return f"{sentence} ({detail})" if detail else sentence
