"""A key tries to get into git by every route there is. Every object of the repository is searched for it."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest

from tests.line.conftest import SETTINGS, Shop, criteria

Make = Callable[..., Shop]
KEY = "kQ7vX2mZp9LrT4wBn8Yd3HcJf6Gs"  # in the controller's environment, handed to the worker
SHAPED = "AKIA" + "Q3EGRUZ7LWNXP5TD"  # in no environment: known by its shape alone
NAME = "SHOP_API_KEY"
WITH_KEY = SETTINGS.replace("[gate]", f'env = ["{NAME}"]\n\n[gate]').replace(
    "[workers.default]", "[caps]\nattempts = 2\n\n[workers.default]"
)
FORMS = (
    KEY.encode(), KEY[::-1].encode(), KEY.encode().hex().encode(), base64.b64encode(KEY.encode())[:-4], SHAPED.encode(),
    KEY.encode("utf-16-le"),
)  # fmt: skip
RIGHT = 'echo right > "$FACTORY_TICKET.txt"\n'
SHOW = f'K="${NAME}"; S=$(echo {SHAPED[::-1]} | rev)\n'  # main itself holds neither

ROUTES = {
    "stdout": 'echo "$K $S"',
    "stderr": 'echo "$K $S" >&2',
    "stdout, in colours and over two lines": r'printf "%s\033[1m%s\n%s\n" "${K%??????????}" "${K#??????????????????}" "$S"',
    "stdout, encoded": 'printf %s "$K" | base64; printf %s "$K" | od -An -tx1; printf %s "$K" | rev',
    "stdout, over the cap": 'head -c 9000000 /dev/zero | tr "\\0" x; echo " $K $S"; head -c 9000000 /dev/zero | tr "\\0" y',
    "stdout, at the edge of the cap": 'head -c 524270 /dev/zero | tr "\\0" x; echo "$K"; head -c 2000000 /dev/zero | tr "\\0" y',
    "stdout, binary": r'printf "\000\001%s\000%s" "$K" "$S"',
    "the summary": r'printf "{\"summary\": \"%s %s\"}" "$K" "$S" > "$FACTORY_REPORT"',
    "the model's name": r'printf "{\"model\": \"%s %s\"}" "$K" "$S" > "$FACTORY_REPORT"',
    "a report that is no report": 'echo "$K $S" > "$FACTORY_REPORT"',
    "a file": 'echo "$K $S" > keys.txt',
    "a binary file": r'printf "\000\001%s\000" "$K" > keys.bin',
    "a file in another encoding": 'printf %s "$K" | iconv -t UTF-16LE > keys.txt',
    "a diff of a file that is there": 'echo "# $K $S" >> tools/regression.sh',
    "a file's name": 'echo x > "$K.txt"; echo x > "$S.txt"',
    "a folder's name": 'mkdir -p "docs/$K" && echo x > "docs/$K/a.txt"',
    "a link": 'ln -s "$K" link',
    "the name of a link that is refused": 'ln -s /etc/passwd "$K"',
    "the name of a pipe": 'mkfifo "$K"',
    "a repository's branch": 'git init -q -b "$K" sub; echo x > sub/x',
    "the output of a test": 'echo "echo $K $S; exit 1" > check.sh',
    "a traceback": 'printf "raise ValueError(\'%s %s\')\n" "$K" "$S" > check.py',
    "the end of a crash": 'echo "$K $S" >&2; exit 9',
}  # fmt: skip
CHECK = "sh -c 'if [ -e check.py ]; then python3 check.py; elif [ -e check.sh ]; then sh check.sh; fi; grep -q right {0}.txt'"


def objects(shop: Shop) -> bytes:
    """Every object of the repository, reachable or not, and every name of a ref."""
    found = shop.git("cat-file", "--batch-all-objects", "--batch") + shop.git("for-each-ref")
    return found.encode("utf-8", "surrogateescape")


def bare(content: bytes) -> bytes:
    """Without what could stand between two characters of a key."""
    return b"".join(content.split())


@pytest.mark.parametrize("route", ROUTES)
def test_a_key_does_not_get_into_git(route: str, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, KEY)
    shop = make(
        "D-1 A ticket",
        worker=SHOW + ROUTES[route] + "\n" + RIGHT,
        settings=WITH_KEY,
        ledger=criteria("D-1", check=CHECK),
    )
    done = shop.run("run")
    assert done.code in (0, 1), done.err
    kept = objects(shop)
    assert len(kept) > 2000
    for form in FORMS:
        for text in (kept, bare(kept)):
            at = text.find(form)
            assert at < 0, text[max(0, at - 200) : at + 60]
    assert KEY not in done.out + done.err + shop.run("log").out + shop.run("status").out


def test_the_search_finds_what_is_there(make: Make) -> None:
    shop = make("D-1 A ticket", files={"a.txt": f"x{KEY}\n", "b.txt": f"{SHAPED[:4]}\n{SHAPED[4:]}"})
    kept = objects(shop)
    assert KEY.encode() in kept
    assert SHAPED.encode() in bare(kept)
