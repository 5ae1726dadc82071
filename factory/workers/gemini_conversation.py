"""A conversation with Gemini: every trap of the SDK is met here. The only importer of google-genai."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from factory.egress.meter import read_gemini, safely
from factory.egress.providers import GEMINI
from factory.egress.refusals import UpstreamRefusal
from factory.errors import Stopped
from factory.proposals.answers import Answers
from factory.proposals.proposing import Spoken, Unusable
from factory.workers import Task
from factory.workers.bounded_call import bounded
from factory.workers.choice import ModelChoice, thinking
from factory.workers.gemini_wire import all_said, request_body
from factory.workers.spending import Refusal, Spending

T = TypeVar("T")
CALL_SECONDS = 600.0
ANSWER = "generateContent"
SILENT = 504  # the status of a provider that does not answer


class Words(NamedTuple):
    """What the model is told to do, and the schema of its answers."""

    instructions: str
    schema: dict[str, Any]


class Conversation:
    """One attempt's conversation."""

    def __init__(self, task: Task, choice: ModelChoice, key: str, words: Words) -> None:
        from google import genai
        from google.genai import types

        settings, self.name, self.stop, self.words = task.settings, choice.model, task.stop, words
        self.upstream = settings.base_url or GEMINI.upstream
        self.deadline = time.monotonic() + task.plan.timeout_minutes * 60
        self.max_out, self.plan, self.answers = settings.max_tokens_out, task.plan, Answers(task.answers)
        self.spending = Spending(task.wallet, GEMINI, choice.model, choice.price)
        self.config = types.GenerateContentConfig(
            system_instruction=words.instructions,
            temperature=settings.temperature,
            max_output_tokens=self.max_out,
            response_mime_type="application/json",
            response_json_schema=words.schema,
            thinking_config=thinking(settings.effort),
            automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
        )
        # Nothing of the environment (another key, a proxy, another service), and no retry of the SDK's own, which
        # ignores the delay that the server names and pays twice for a timeout.
        options = types.HttpOptions(
            base_url=self.upstream,
            api_version="v1beta",
            timeout=int(CALL_SECONDS * 1000),
            retry_options=types.HttpRetryOptions(attempts=1),
            client_args={"trust_env": False},
        )
        self.client = genai.Client(api_key=key, vertexai=False, http_options=options)

    def ask(self, turns: tuple[Spoken, ...]) -> str:
        """The answer's text. Refusal where the provider refuses or is silent, Unusable where it cut the answer."""
        contents: Any = [{"role": turn.role, "parts": [{"text": turn.text}]} for turn in turns]
        key = Answers.key(self.plan.idempotency_key, self.name, self.config.model_dump(mode="json"), contents)
        self.spending.telling.asked(f"{self.upstream}{self._path(ANSWER)}", request_body(self.config, contents))
        found = self.answers.find(key)
        if found is None:
            return self._buy(contents, key)
        self.spending.telling.came(answer=found, note="bought in an earlier try")
        return found

    def _path(self, verb: str) -> str:
        return f"/v1beta/models/{self.name}:{verb}"

    def _buy(self, contents: Any, key: str) -> str:
        """The answer is kept before it is booked: a kill between the two costs the reservation, not a second call."""
        models, name = self.client.models, self.name
        words = self.words.instructions + json.dumps(self.words.schema)
        whole = [{"role": "user", "parts": [{"text": words}]}, *contents]
        counted = self._call("countTokens", lambda: models.count_tokens(model=name, contents=whole)).total_tokens or 0
        with self.spending.call(tokens_in=counted, tokens_out=self.max_out) as call:
            answer = self._call(
                ANSWER,
                lambda: models.generate_content(model=name, contents=contents, config=self.config),
            )
            call.told(safely(read_gemini, answer.model_dump(mode="json", by_alias=True, exclude_none=True)))
            self.spending.telling.came(answer=all_said(answer))
            self.answers.keep(key, text := _text(answer))
        return text

    def _call(self, verb: str, call: Callable[[], T]) -> T:
        """One request, told to the evidence with its time, however it ends; not where the run stops under it."""
        from google.genai import errors

        started, status = time.monotonic(), SILENT
        try:
            found = bounded(call, min(CALL_SECONDS, self.deadline - started), self.stop)
            status = 200
            return found
        except Stopped:
            status = 0
            raise
        except errors.APIError as error:
            status = error.code
            headers = dict(getattr(error.response, "headers", None) or {})
            raise Refusal(GEMINI.refused(error.code, headers, json.dumps(error.details).encode())) from error
        except ValueError as error:  # the SDK's and its parser's own, for a body that is broken
            status = 200
            raise Unusable("the answer was no JSON", again=True) from error
        except _transport_errors() as error:  # may have been billed: what was reserved stays booked
            raise Refusal(UpstreamRefusal(SILENT), sent=True) from error
        finally:
            if status:
                self.spending.passed(self._path(verb), status, time.monotonic() - started)


def _transport_errors() -> tuple[type[Exception], ...]:
    """Timeouts and drops are the transport's own exceptions; which transport it is, the SDK chooses."""
    import importlib.util

    names = [name for name in ("httpx", "httpx2") if importlib.util.find_spec(name)]
    return (OSError, *(importlib.import_module(name).HTTPError for name in names))


def _text(answer: Any) -> str:
    """The SDK's `text` is silently None for what was cut or blocked: why is told by the finish reason."""
    if not answer.candidates:
        blocked = getattr(answer.prompt_feedback, "block_reason", None)
        raise Unusable(f"the prompt was blocked ({getattr(blocked, 'value', 'no reason given')})")
    reason = getattr(answer.candidates[0].finish_reason, "value", "none")
    if reason == "MAX_TOKENS":
        raise Unusable("the answer was cut at its length limit; use hunks instead of whole files", again=True)
    if reason != "STOP" or not answer.text:
        raise Unusable(f"there is no answer (finish reason {reason})")
    return str(answer.text)
