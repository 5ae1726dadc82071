"""What a call is reserved and booked by: its own model, the true size of what it shows, counts that can be true."""

from __future__ import annotations

from pathlib import Path

import pytest

from factory.egress.providers import OPENAI
from factory.errors import Mistake
from tests.egress.proxy import proxy
from tests.egress.room import ask
from tests.egress.sending import APIS, Purse, Sent
from tests.servers import Reply, Tokens

PIXEL = "iVBORw0KGgo" * 40_000
IMAGES = {
    "chat": {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}}]}]},
    "responses": {"input": [{"role": "user", "content": [{"type": "input_image", "image_url": f"data:image/png;base64,{PIXEL}"}]}]},
    "messages": {"messages": [{"role": "user", "content": [{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}}]}]},
    "gemini": {"contents": [{"parts": [{"inlineData": {"mimeType": "image/png", "data": PIXEL}}]}]},
}  # fmt: skip
PAPERS = {
    "chat": {"messages": [{"content": [{"type": "file", "file": {"file_data": "JVBERi0"}}]}]},
    "responses": {"input": [{"content": [{"type": "input_file", "file_data": "data:application/pdf;base64,JVBERi0"}]}]},
    "messages": {"messages": [{"content": [{"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0"}}]}]},
    "gemini": {"contents": [{"parts": [{"inline_data": {"mime_type": "video/mp4", "data": "AAAA"}}]}]},
}  # fmt: skip


@pytest.mark.parametrize("api", IMAGES)
def test_an_image_is_reserved_by_what_images_cost_and_not_by_its_bytes(api: str, tmp_path: Path) -> None:
    sent = Sent(tmp_path, api, IMAGES[api])
    assert sent.answer.status == 200
    assert 8_000 <= sent.purse.asked[0].tokens_in < 60_000 < len(PIXEL) // 2


@pytest.mark.parametrize("api", PAPERS)
def test_a_paper_or_a_film_is_reserved_as_all_that_a_model_can_read(api: str, tmp_path: Path) -> None:
    assert Sent(tmp_path, api, PAPERS[api]).purse.asked[0].tokens_in > 1_000_000


def test_a_text_that_no_model_can_read_is_refused(tmp_path: Path) -> None:
    sent = Sent(tmp_path, "messages", {"messages": [{"role": "user", "content": "x" * 4_100_000}]})
    assert (sent.answer.status, sent.purse.asked) == (413, [])


# --- one model -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("api", APIS)
def test_another_model_than_the_workers_is_refused_before_anything_is_reserved(api: str, tmp_path: Path) -> None:
    sent = Sent(tmp_path, api, {}, model="ours")
    assert (sent.answer.status, sent.purse.asked, sent.served) == (403, [], [])
    assert "'m' is not this worker's model, which is 'ours'" in sent.egress.denied
    assert (sent.egress.stopped, sent.egress.hopeless.is_set()) == (None, False)


@pytest.mark.parametrize("model", ["m", "models/m", "m[1m]"])
def test_the_workers_own_model_passes(model: str, tmp_path: Path) -> None:
    assert Sent(tmp_path, "gemini", {"model": "models/other"}, model=model).answer.status == 200


def test_a_model_that_nobody_can_price_is_the_requests_mistake_and_stops_nothing(tmp_path: Path) -> None:
    toll = Purse(Mistake("the price of 'E-8' (openai) is not known"))
    with proxy(OPENAI, "k", tmp_path / "s", toll=toll, upstream="http://127.0.0.1:1") as egress:
        answer = ask(tmp_path / "s", "/v1/responses", {"model": "E-8"})
    assert (answer.status, egress.stopped, egress.hopeless.is_set()) == (400, None, False)
    assert "the price of 'E-8'" in answer.json()["error"]["message"]


# --- what an answer says of itself -----------------------------------------------------------------------


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize(
    "claims",
    [
        Tokens(prompt=100, cached=200),
        Tokens(out=-5),
        Tokens(prompt=10**9),
        Tokens(out=10**15),
        Tokens(thought=10**12),
    ],
    ids=str,
)
def test_counts_that_cannot_be_true_are_booked_as_what_was_reserved(api: str, claims: Tokens, tmp_path: Path) -> None:
    sent = Sent(tmp_path, api, {}, Reply(claims=claims))
    assert sent.answer.status == 200
    (usage,) = sent.purse.left
    assert (usage.calls, usage.complete, sent.egress.broken) == (1, False, "")
    assert max(sent.egress.usage.tokens_in, sent.egress.usage.tokens_out) < 10**6
