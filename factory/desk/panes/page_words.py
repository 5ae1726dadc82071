"""The words of the pages about one thing, in both languages: a row a word, so that none lacks one."""

from __future__ import annotations

from collections.abc import Mapping

from factory.desk.panes.word_groups import Word

PAGE_WORDS: Mapping[str, Word] = {
    # a ticket's page
    "ticket": ("Ticket", "티켓"),
    "what_it_asks": ("What it asks", "요청한 일"),
    "criteria": ("Criteria", "합격 기준"),
    "criterion": ("criterion", "기준"),
    "check": ("check", "검사"),
    "before": ("before the work", "일하기 전"),
    "after_work": ("after it", "일한 뒤"),
    "what_happened": ("What happened", "일어난 일"),
    "attempt": ("Attempt", "시도"),
    "worker": ("worker", "작업자"),
    "took": ("took", "걸린 시간"),
    "told": ("It was told of the attempt before it", "앞선 시도에 대해 들은 것"),
    "failed": ("What failed", "실패한 것"),
    "changed": ("What it changed", "바꾼 것"),
    "files": ("files", "파일"),
    "lines": ("lines", "줄"),
    "diff": ("The whole diff", "전체 diff"),
    "evidence": ("Evidence", "증거"),
    "bytes": ("bytes", "바이트"),
    "log_tail": ("The end of the gate's log", "게이트 로그의 끝"),
    "how_to_verify": ("See for yourself", "직접 확인하기"),
    "no_attempts": ("No attempt has ended yet.", "아직 끝난 시도가 없습니다."),
    # a stamp's page
    "main_holds": ("main holds it", "main에 있음"),
    "not_on_main": ("main does not hold it", "main에 없음"),
    "deps": ("waits for these", "먼저 끝나야 할 것"),
    "risk": ("risk", "위험"),
    "proof": ("The proof, check by check", "증명, 검사 하나씩"),
    "holds": ("holds", "맞음"),
    "does_not_hold": ("does not hold", "맞지 않음"),
    "not_asked": ("not asked: what is above could not be read", "묻지 않음: 위의 것을 읽을 수 없었음"),
    "proven": ("Every check of this stamp holds.", "이 스탬프의 모든 검사가 맞습니다."),
    "unproven": ("This stamp does not hold.", "이 스탬프는 맞지 않습니다."),
    "whole_line": (
        "`factory verify` walks the whole line, and asks what one stamp cannot show: whether a number was given twice.",
        "`factory verify`는 줄 전체를 걷고, 스탬프 하나로는 알 수 없는 것, 곧 번호가 두 번 쓰였는지도 묻습니다.",
    ),
    # inspector
    "inspector": ("Messages of attempt", "시도의 메시지"),
    "told_worker": ("What the worker was told", "작업자가 들은 것"),
    "answered": ("What it answered", "작업자의 답"),
    "requests": ("Requests to the model", "모델에 보낸 요청"),
    "no_requests": (
        "The evidence holds no request: this worker did not reach its model through the controller.",
        "증거에 요청이 없습니다. 이 작업자는 컨트롤러를 거쳐 모델에 닿지 않았습니다.",
    ),
    "said": ("What was asked, and what it answered", "물은 것과 답한 것"),
    "not_said": (
        "The evidence holds no words of it: only the factory's own Gemini worker keeps them.",
        "증거에 오간 말이 없습니다. 공장 자신의 Gemini 작업자만 남깁니다.",
    ),
    "ask_again": ("Ask the same again", "같은 것을 다시 묻기"),
    "ask_again_whole": (
        "Copy it into a shell in this repository. It costs what it cost then, and nobody books it.",
        "이 저장소의 셸에 그대로 붙여 넣으세요. 그때만큼 돈이 들고, 장부에는 적히지 않습니다.",
    ),
    "ask_again_cut": (
        "Something in it was masked or cut: it is not quite the same question. It costs money that nobody books.",
        "가리거나 잘린 것이 있어서 똑같은 질문은 아닙니다. 돈이 들고, 장부에는 적히지 않습니다.",
    ),
    "price": ("price", "가격"),
    "tokens": ("tokens", "토큰"),
    "status": ("status", "상태"),
    "seconds": ("seconds", "초"),
    "path": ("path", "경로"),
    "replay": ("Do it again", "다시 해 보기"),
    "masked": (
        "Secrets were masked before this was kept.",
        "비밀은 저장하기 전에 가렸습니다.",
    ),
    # viewer
    "first": ("Start", "처음"),
    "previous": ("Before", "앞"),
    "next": ("After", "다음"),
    "last": ("End", "끝"),
    "of_bytes": ("bytes {} to {} of {}", "{}~{} 바이트, 전체 {}"),
    "is_binary": ("It is no text.", "텍스트가 아닙니다."),
    # search
    "found": ("Found", "찾은 것"),
    "tickets": ("Tickets", "티켓"),
    "events": ("Events", "사건"),
    "in_files": ("Files of main", "main의 파일"),
    "in_errors": ("Errors", "오류"),
    "nothing_found": ("Nothing was found.", "찾은 것이 없습니다."),
    "ask": (
        "Words of a title, an id, a file's name, a cause, an event; the beginning of a trace's or commit's id; a run.",
        "제목, 번호, 파일 이름, 원인, 사건의 낱말이나, 추적·커밋의 id(앞부분만도 됩니다), 실행의 이름을 넣으세요.",
    ),
    "newest_events": ("Of the newest {:,} events.", "최근 사건 {:,}개 가운데."),
    # incident
    "fires": ("What fires", "울리는 것"),
    "calm": ("Nothing fires.", "울리는 것이 없습니다."),
    "number": ("its number", "값"),
    "fires_when": ("it fires when", "울리는 조건"),
    "runbook": ("Runbook", "대응 절차"),
    "how_it_stands": ("How the line stands", "라인의 상태"),
    "stops": ("Stops", "멈춤"),
    "last_changes": ("Last changes of main", "main의 최근 변경"),
    "fault": ("It cannot be shown", "보여 줄 수 없습니다"),
}
