"""The phrases that speak to a reader of a change, over text in small letters. What only mentions a reader is none."""

from __future__ import annotations

import re

_READER = (
    r"(?:auditors?|reviewers?|graders?|judges?|assistants?|(?:large )?language models?|llms?|chatbots?|copilots?"
    r"|ai(?: (?:models?|assistants?|reviewers?|auditors?|agents?|systems?))?|(?:code )?review(?:er)? (?:bots?|agents?))"
)
_TEXTS = r"(?:instructions?|prompts?|guidelines|directives|directions|orders|commands|rules)"
_BEFORE = r"(?:previous|prior|above|earlier|preceding|foregoing|former)"
_DROP = r"(?:ignore|disregard|forget|override|discard)"
_WHOLE = r"(?:(?:all|any|every|each)\s+(?:of\s+)?)"
_PASS = r"(?:pass(?:ed)?|approved?|approval|lgtm|no findings|looks good)"
_VERDICT = (
    rf"(?:answer|reply|respond|say|return|output|write|give|vote|mark|rate|report|conclude)\b[^.\n]{{0,40}}\b{_PASS}\b"
    r"|(?:approve|accept|pass|merge|wave through)\s+(?:this|it|the (?:change|diff|patch|commit|ticket)|everything)\b"
    r"|(?:do not|don't|never|stop|skip)\s+(?:look(?:ing)? at|read(?:ing)?|review(?:ing)?|report(?:ing)?|flag(?:ging)?"
    r"|mention(?:ing)?|audit(?:ing)?|block(?:ing)?)\b"
    rf"|{_DROP}\s+(?:{_WHOLE}|the|your|this|what)\b"
)

_KO_READER = r"(?:감사자|감사관|감사인|검토자|심사자|심사관|리뷰어|평가자|모델)(?:님)?(?:에게|께|은|는|여|아)?\s*[:,]?"
_KO_BID = r"(?:해|하)?\s*(?:세요|시오|십시오|주세요|줘|달라|라(?![가-힣])|주십시오)"

PHRASES = tuple(
    re.compile(pattern.replace(r"\s+", r"\s{1,9}").replace(r"\s*", r"\s{0,9}"), re.MULTILINE)  # blanks cost no search
    for pattern in (
        # what was said before is to be dropped: all of it, the reader's own, or that and an answer in the same breath
        rf"\b{_DROP}\s+{_WHOLE}(?:(?:the|your|my|these|those)\s+)?(?:{_BEFORE}|your|system)\s+(?:\w+\s+)?{_TEXTS}\b",
        rf"\b{_DROP}\s+(?:(?:all|any)\s+(?:of\s+)?)?your\s+(?:\w+\s+)?(?:{_TEXTS}|programming|training)\b",
        rf"\b{_DROP}\s+(?:the\s+)?{_BEFORE}\s+{_TEXTS}\s*[,.;:]?\s*(?:and|then|instead)\s+(?:{_VERDICT})",
        # a reader is spoken to, and told what to conclude
        rf"(?<![\w.-])(?:dear\s+|hey\s+|hello\s+|attention\s+)?(?:the\s+)?{_READER}\]?\s*[:,!]\s*(?:please\s+)?"
        rf"(?:you\s+(?:must|should|will|may|can)\s+)?(?:{_VERDICT})",
        rf"\b(?:note|message|instructions?|notice|attention|word)\s+(?:to|for)\s+(?:the\s+|any\s+|all\s+|every\s+)?{_READER}"
        rf"\b[^.\n]{{0,30}}[\s:,-]\s*(?:please\s+)?(?:you\s+(?:must|should)\s+)?(?:{_VERDICT})",
        rf"\bif you are (?:an?|the)\s+{_READER}\b[^.\n]{{0,40}}?\b(?:approve|{_DROP}\s+(?:{_WHOLE}|your)"
        rf"|(?:answer|reply|respond|output|vote)\b[^.\n]{{0,30}}\b{_PASS}\b|skip\s+(?:the\s+)?(?:review|audit))",
        rf"\byour\s+(?:final\s+)?(?:verdict|answer|opinion|reply|response)\s+(?:is|must be|should be|has to be"
        rf"|shall be)\s*:?\s*[\"'`]?{_PASS}\b",
        # a reader is given another part to play
        rf"\byou are (?:now|no longer)\s+(?:the|an?)\s+(?:worker|{_READER})\b",
        # the forms of an audit: its frame, its answer, its file
        r"^-{5} the change (?:begins|ends) -{5}",
        r"\{\s*[\"']verdict[\"']\s*:\s*[\"']pass[\"']\s*,\s*[\"'](?:summary|findings)[\"']\s*:",
        r"\{\s*[\"'](?:summary|findings)[\"']\s*:[^{}\n]{0,200},\s*[\"']verdict[\"']\s*:\s*[\"']pass[\"']",
        r"\b(?:write|put|create|set|fill|overwrite|make)\b[^.\n]{0,40}\baudit\.json\b[^.\n]{0,40}\bpass\b",
        # the same in Korean, Japanese and Chinese
        r"(?:이전|앞선|앞의|위의|기존|지금까지)(?:의)?\s*(?:모든\s*)?(?:지시|명령|규칙|프롬프트|지침)\S{0,4}\s*"
        rf"(?:모두\s*|전부\s*)?(?:무시하|무시해|잊어|잊으){_KO_BID}?(?:고|세요|시오|십시오|라|\s)",
        rf"{_KO_READER}[^.\n]{{0,60}}(?:pass|통과|승인|합격)\S{{0,4}}\s*(?:라고|으로|로|을|를)?\s*"
        rf"(?:답|말|대답|응답|판정|처리|시키|시켜|하){_KO_BID}",
        r"(?:以前|前|上記|これまで)の(?:すべての|全ての)?(?:指示|命令|ルール|プロンプト)を(?:すべて|全て)?(?:無視|忘れ)(?:し|て)",
        r"(?:忽略|无视|無視|忘记)(?:之前|以上|先前|上面|前面)的?(?:所有|全部|一切)?的?(?:指令|说明|指示|规则|提示)",
    )
)
