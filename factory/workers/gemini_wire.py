"""What goes over the wire to Gemini and comes back, as the evidence keeps it."""

from __future__ import annotations

from typing import Any


def request_body(config: Any, contents: Any) -> dict[str, Any]:
    """The request as the API reads it: what the SDK makes of these contents and our configuration."""
    made = config.model_dump(mode="json", by_alias=True, exclude_none=True)
    instructions = {"role": "user", "parts": [{"text": made.pop("systemInstruction")}]}
    made.pop("automaticFunctionCalling")  # the SDK's own
    return {"contents": contents, "systemInstruction": instructions, "generationConfig": made}


def all_said(answer: Any) -> str:
    """All that an answer says, also where it cannot be used."""
    content = answer.candidates[0].content if answer.candidates else None
    return "".join(part.text for part in (content.parts if content else None) or () if part.text)
