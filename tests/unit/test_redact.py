"""Secrets never reach git; right text does, unharmed. The fakes are put together here so that no scanner finds one."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import time
import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory.records.redact import clean, find_secrets, redact, redact_known, secret_values

R = "q7Wm2ZtR9xKc4VbN8sLd3FgH6jPy5TuEoAiQ0nXz" + "Bv1rMk7YwS2hCq9Dp4Ge8Ju3Lf6Nt5RxZa0WbVcT"
JWT = ".".join(("ey" + "JhbGciOiJIUzI1NiJ9", "ey" + "JzdWIiOiI3NzIifQ", "s5Kq_" + R[:30]))
PEM = (
    "-----BEGIN OPENSSH " + "PRIVATE KEY-----\n" + "\n".join([R[:70]] * 5) + "\n-----END OPENSSH " + "PRIVATE KEY-----"
)

SURE = {
    "anthropic": "sk-" + "ant-api03-" + R,
    "openai": "sk-" + "proj-" + R,
    "google": "AI" + "za" + R[:35],
    "aws": "AK" + "IA" + "Q3ZTR7XKC4VBN2SL",
    "github": "gh" + "p_" + R[:36],
    "gitlab": "gl" + "pat-" + R[:20],
    "slack": "xo" + "xb-772910-" + R[:24],
    "stripe": "sk" + "_live_" + R[:24],
    "npm": "np" + "m_" + R[:36],
    "pypi": "py" + "pi-" + R,
    "huggingface": "hf" + "_" + R[:34],
    "jwt": JWT,
    "private-key": PEM,
}

NEAR_MISSES = [
    "commit 0726ea0b7d3f1c9a5e8842b6d0f3a1c7e9d25b48",
    "oid = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'",
    "id: 123e4567-e89b-12d3-a456-426614174000",
    "password = None",
    "def login(token: str, secret: bytes | None = None) -> None:",
    "token = self.tokens[0].value",
    "password = getpass.getpass('Password: ')",
    "api_key=settings.api_key",
    'token = os.environ["API_TOKEN"]',
    "password: ${{ secrets.DEPLOY_PASSWORD }}",
    "export TOKEN=$OTHER_TOKEN",
    "password = '%s'",
    "  --hash=sha256:b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9",
    '"integrity": "sha512-' + base64.b64encode(hashlib.sha512(b"x").digest()).decode() + '"',
    '"js-token": "^4.0.0",',
    "max_tokens: 4096, tokens_in=20000, token = 50256",
    "mail alice@example.com, bob@mail.example.org or carol@service.test",
    "git clone git@github.com:owner/repo.git",
    "lodash@4.17.21 and @types/node@20.1.0",
    "@pytest.mark.parametrize",
    "assets/icon@2x.png src/app@next.json systemd/getty@tty1.service patches/react@18.2.patch",
    "key AK" + "IAIOSFODNN7EXAMPLE from the vendor's manual",
    "sk-" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "class='sk-loading-spinner-circle-dots'",
    "-----BEGIN " + "PRIVATE KEY-----\n...\n-----END " + "PRIVATE KEY-----",
    'if text.startswith("-----BEGIN ' + 'PRIVATE KEY-----"):\n    return parse(text)\n',
    "Authorization: Bearer <token>",
    "the bearer authenticationschemes are described below",
    "postgres://user:${DB_PASSWORD}@db/app",
    "PASSWORD_MIN_LENGTH = 12",
]


@pytest.mark.parametrize(("kind", "secret"), SURE.items(), ids=SURE)
@pytest.mark.parametrize(
    "around", ["{}", "KEY={}", "a: '{}',", "got {} from it", '{{"k": "{}"}}', "line\n{}\nline", "x\\n{}\\n"]
)
def test_a_secret_of_a_known_shape_is_found_and_redacted(kind: str, secret: str, around: str) -> None:
    text = "first\n" + around.format(secret)
    assert kind in {found for _, found in find_secrets(text)}
    assert secret not in redact(text)
    assert f"[redacted:{kind}]" in redact(text)


@pytest.mark.parametrize("text", NEAR_MISSES)
def test_what_only_looks_like_a_secret_stays(text: str) -> None:
    assert list(find_secrets(text)) == []
    assert redact(text) == text


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("password=hunter2", "hunter2"),
        ('"password": "correct-horse"', "correct-horse"),
        ("DB_PASSWORD=correcthorse", "correcthorse"),
        ("mysql --password=s3cret-one", "s3cret-one"),
        ("tool --api-key s3cretvalue", "s3cretvalue"),
        ("https://bob:s3cret@git.host/x.git", "s3cret"),
        ("GET /v1/models?key=zQ81mmX04hfuaL39", "zQ81mmX04hfuaL39"),
        ("Authorization: Basic Ym9iOnMzY3JldA==", "Ym9iOnMzY3JldA"),
        ("authorization: Bearer " + R[:30], R[:30]),
        ("mail to jane.doe+x@corp.io now", "jane.doe"),
        ("x-api-key: zQ81-mmX04", "zQ81-mmX04"),
        ('{\\"token\\": \\"zQ81mmX04h\\"}', "zQ81mmX04h"),
    ],
)
def test_what_is_probably_a_secret_is_redacted(text: str, secret: str) -> None:
    assert secret not in redact(text)
    assert "[redacted:" in redact(text)


def test_the_guards_reader_leaves_a_tests_weak_password_alone() -> None:
    assert list(find_secrets('password = "hunter2"\nuser@corp.io\ntoken = "tok_abcdef1234567890"')) == []


def test_a_secret_is_named_by_its_line_and_kind_only() -> None:
    text = f"a\nb {SURE['google']}\n\n{PEM}\nx = {SURE['github']}"
    found = list(find_secrets(text))
    assert found == [(2, "google"), (4, "private-key"), (text.count("\n") + 1, "github")]


def test_a_generated_value_given_to_a_password_is_found() -> None:
    assert list(find_secrets(f'client_secret = "{R[:32]}"')) == [(1, "password")]


def test_a_private_key_that_was_cut_off_is_redacted() -> None:
    assert R[:40] not in redact(PEM[:200])
    assert R[:40] not in redact(json.dumps(PEM)[:200])


KNOWN = "p@ss/wörd+&\"1' zz"
ENCODED = {
    "raw": KNOWN,
    "base64": base64.b64encode(KNOWN.encode()).decode(),
    "inside base64": base64.b64encode(b"user:" + KNOWN.encode() + b"\n").decode(),
    "inside base64, shifted": base64.b64encode(b"user::" + KNOWN.encode() + b"\n").decode(),
    "url-safe base64": base64.urlsafe_b64encode(KNOWN.encode()).decode(),
    "base32": base64.b32encode(KNOWN.encode()).decode(),
    "hex": KNOWN.encode().hex(),
    "HEX": KNOWN.encode().hex().upper(),
    "spaced hex": KNOWN.encode().hex(" "),
    "a hex dump": KNOWN.encode().hex(" ", -2),
    "url": urllib.parse.quote(KNOWN, safe=""),
    "form": urllib.parse.quote_plus(KNOWN),
    "json": json.dumps({"a": KNOWN}),
    "repr": repr(KNOWN),
    "html": html.escape(KNOWN),
    "byte list": str(list(KNOWN.encode())),
    "reversed": KNOWN[::-1],
    "wrapped": KNOWN[:5] + "\n" + KNOWN[5:],
    "wrapped by pytest": "E    " + KNOWN[:5] + "\nE         " + KNOWN[5:],
    "wrapped in a diff": "+" + KNOWN[:5] + "\\\n+" + KNOWN[5:],
    "coloured": KNOWN[:4] + "\x1b[31m" + KNOWN[4:],
    "one character a line": "\n".join(KNOWN),
}


@pytest.mark.parametrize("text", ENCODED.values(), ids=ENCODED)
def test_a_known_value_is_found_in_every_simple_encoding(text: str) -> None:
    safe = redact(f"before {text} after", [KNOWN])
    assert "[redacted:known]" in safe
    assert safe.startswith("before")
    assert safe.endswith("after")
    assert len(safe) < 60


def test_a_known_value_is_found_wherever_it_stands() -> None:
    assert redact("hunter22 and hunter22hunter22", ["hunter22"]).count("[redacted:known]") == 3


def test_known_values_alone_can_be_looked_for() -> None:
    assert redact_known("a@b.io aHVudGVyMjI=", ["hunter22"]) == "a@b.io [redacted:known]"


def test_short_known_values_do_not_shred_the_text() -> None:
    assert redact("1 is true", ["1", "true", ""]) == "1 is true"


def test_secret_values_are_chosen_by_the_names_of_their_variables() -> None:
    env = {"GEMINI_API_KEY": "abcdefgh", "PATH": "/usr/bin", "GH_TOKEN": "x" * 9, "A_SECRET": "abc"}
    assert secret_values(env) == ("abcdefgh", "x" * 9)


def test_clean_sees_a_key_that_is_laced_with_escape_codes() -> None:
    key = SURE["google"]
    laced = key[:9] + "\x1b[1m" + key[9:20] + "\u200b" + key[20:]
    assert clean(laced.encode()) == b"[redacted:google]"


def test_clean_redacts_before_it_cuts() -> None:
    text = (SURE["google"] + "\n") * 100
    for limit in range(900, 1100, 7):
        assert SURE["google"][:12].encode() not in clean(text.encode(), limit=limit)


def test_hostile_text_is_redacted_in_linear_time() -> None:
    began = time.monotonic()
    for text in (
        "a" * 500_000,
        "password=" * 50_000,
        "-----BEGIN " + "PRIVATE KEY-----\n" * 1,
        "a.b@" * 100_000,
        "eyJ" * 100_000,
    ):
        redact(text, [KNOWN])
    redact(("-----BEGIN " + "PRIVATE KEY-----\n") * 20_000, [KNOWN])
    redact("\n" * 500_000, [KNOWN])
    assert time.monotonic() - began < 30


NOISE = st.lists(st.sampled_from([*SURE.values(), *NEAR_MISSES, "password=", "a@b.io", '"', "\n", " ", "x9"])).map(
    "".join
)


@given(st.text() | NOISE)
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=6), st.text(), st.text())
def test_a_known_value_never_survives(value: str, before: str, after: str) -> None:
    safe = redact(before + value + after, [value])
    assert value not in safe or value in before + "[redacted:known]" + after
