"""Receivers: what is sent to them and how, what of them is shown, and what they may ask for."""

from __future__ import annotations

import shlex
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from factory.errors import Mistake
from factory.notices import post as sending_later
from factory.notices import sending
from factory.notices.notice import Notice
from factory.notices.post import MOST, Post, Unsent
from factory.notices.receivers import Addressee, receivers, secrets
from factory.notices.sending import send
from factory.ssot.read_settings import read_settings
from factory.ssot.settings import WORDS, Word
from tests.line.conftest import Shop
from tests.notices.conftest import Ear, settings, web

Make = Callable[..., Shop]
NOTICE = Notice("blocked", "blocked:1", "shop: D-1 is BLOCKED", "It broke.", "What to do: mend it.", "To read: a page")
SECRET = "xoxb-4711-abcdefghij"


def to(url: str, *events: Word) -> Addressee:
    return Addressee("phone", url, events or WORDS)


def sent(url: str, tmp_path: Path, notice: Notice = NOTICE, **environ: str) -> str:
    (why,) = send(to(url), (notice,), {"PATH": "/usr/bin:/bin", **environ}, threading.Event(), tmp_path)
    return why


# --- a command -------------------------------------------------------------------------------------------


def test_a_command_has_the_message_on_stdin_and_in_its_environment(tmp_path: Path) -> None:
    script = 'cat > got; printf "%s|%s|%s|%s" "$FACTORY_NOTICE_EVENT" "$FACTORY_NOTICE_PRIORITY" "$FACTORY_NOTICE_ITEMS" "$OWN" > env'
    url = f"command:sh -c {shlex.quote(script)}"
    assert sent(url, tmp_path, NOTICE._replace(items=("D-1", "D-2")), OWN="mine") == ""
    assert (
        tmp_path / "got"
    ).read_text() == "shop: D-1 is BLOCKED\n\nIt broke.\nWhat to do: mend it.\nTo read: a page\n"
    assert (tmp_path / "env").read_text() == "blocked|P2|D-1 D-2|mine"


def test_what_a_message_says_is_one_argument_and_no_shell_reads_it(tmp_path: Path) -> None:
    evil = NOTICE._replace(title="shop: $(touch evil) `touch evil`; touch evil {text}", happened="\" ' {title}")
    keep = tmp_path / "keep.py"
    keep.write_text("import json, sys; json.dump(sys.argv[1:], open('argv', 'w'))")
    assert sent(f"command:{sys.executable} {keep} {{title}} {{text}}", tmp_path, evil) == ""
    assert (tmp_path / "argv").read_text().startswith('["shop: $(touch evil) `touch evil`; touch evil {text}", "\\"')
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("command:/nowhere/at-all", "its program is not there"),
        ("command:/etc/hostname", "its program may not be executed"),
        ("command:sh -c 'exit 9'", "its program ended with exit code 9"),
    ],
)
def test_a_command_that_fails_says_how(url: str, why: str, tmp_path: Path) -> None:
    assert sent(url, tmp_path) == why


def test_a_command_that_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "SECONDS", 0.2)
    assert sent("command:sleep 600", tmp_path) == "it took longer than 0.2 s"


# --- apprise ---------------------------------------------------------------------------------------------


@pytest.fixture
def library() -> None:
    pytest.importorskip("apprise", reason="apprise is not installed: pip install 'stampmill[console]'")


@pytest.mark.usefixtures("library")
def test_a_service_gets_title_and_text_as_they_are(tmp_path: Path) -> None:
    hostile = NOTICE._replace(title="shop: <b>*D-1*</b> is BLOCKED", happened="<script>alert(1)</script> \\n **no**")
    with web() as server:
        assert sent(f"json://{server.at}/hook", tmp_path, hostile) == ""
    [came] = server.came
    assert (came["title"], came["type"]) == ("shop: <b>*D-1*</b> is BLOCKED", "info")
    assert came["message"].startswith("<script>alert(1)</script> \\n **no**\nWhat to do: mend it.")


@pytest.mark.usefixtures("library")
def test_what_waits_for_one_receiver_goes_out_by_one_process_in_its_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, now = list[object](), sending.run
    monkeypatch.setattr(sending, "run", lambda *args, **more: (started.append(args), now(*args, **more))[1])
    notices = [NOTICE._replace(title=f"shop: {n}") for n in range(5)]
    with web() as server:
        assert send(to(f"json://{server.at}/hook"), notices, {}, threading.Event(), tmp_path) == [""] * 5
    assert [came["title"] for came in server.came] == [one.title for one in notices]
    assert len(started) == 1


@pytest.mark.usefixtures("library")
def test_what_went_out_before_the_run_ended_is_not_said_to_be_lost(tmp_path: Path) -> None:
    stop, found = threading.Event(), list[str]()
    with web(answers=2) as server:
        at = to(f"json://{server.at}/?rto=600")
        thread = threading.Thread(target=lambda: found.extend(send(at, [NOTICE] * 4, {}, stop, tmp_path)))
        thread.start()
        while len(server.came) < 3:
            thread.join(0.05)
        stop.set()
        thread.join()
    assert found == ["", "", *["it was not done when the run ended"] * 2]


@pytest.mark.usefixtures("library")
def test_a_service_that_refuses_is_told_without_its_url(tmp_path: Path) -> None:
    with web(403) as server:
        assert sent(f"json://user:{SECRET}@{server.at}/hook", tmp_path) == "its service refused it (403)"
    assert sent(f"json://user:{SECRET}@127.0.0.1:9/hook", tmp_path) == "its service could not be reached"
    assert sent(f"nosuchservice://{SECRET}/", tmp_path) == "its URL is none that apprise understands"


@pytest.mark.usefixtures("library")
def test_a_service_that_never_answers_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()
    with web(answers=0) as server:
        found = list[str]()
        thread = threading.Thread(
            target=lambda: found.extend(send(to(f"json://{server.at}/?rto=600"), (NOTICE,), {}, stop, tmp_path))
        )
        thread.start()
        while not server.came:
            thread.join(0.05)
        stop.set()
        thread.join()
    assert found == ["it was not done when the run ended"]


def test_a_library_beside_the_repository_is_not_what_is_imported(
    tmp_path: Path, library: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "apprise.py").write_text("open('evil', 'w')\n")
    with web() as server:
        assert sent(f"json://{server.at}/hook", tmp_path) == ""
    assert not (tmp_path / "evil").exists()


def test_without_the_extra_it_is_one_line_that_says_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "find_spec", lambda _: None)
    assert sent("ntfys://topic", tmp_path) == "apprise is not installed: pip install 'stampmill[console]'"


# --- the settings ----------------------------------------------------------------------------------------


def told(text: str) -> str:
    with pytest.raises(Mistake) as refused:
        read_settings(text.encode())
    return str(refused.value)


def test_a_wrong_event_is_one_line_with_the_known_ones() -> None:
    said = told('[notify]\nphone = {url = "ntfys://x", events = ["stoped"]}\n')
    assert said.startswith(
        "ssot/factory.toml:2: notify.phone.events[0]: should be 'stopped', 'blocked', 'storm', 'budget'"
    )
    assert said.endswith('not "stoped"; correct the value')


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("phone = {}", "notify.phone has no url; write url = "),
        ('phone = {url = "x://y", events = []}', "notify.phone.events names no event; write some of stopped, blocked"),
        (f'phone = {{url = "{SECRET}"}}', "notify.phone.url is no URL; it begins with "),
        (f'phone = {{url = "env:{SECRET}"}}', 'notify.phone.url names no variable after `env:`; write it as in "env:'),
        (f'phone = {{url = "command:\'{SECRET}"}}', "notify.phone.url has no command, or an open quote in it; write"),
        (f'phone = {{url = ["{SECRET}"]}}', "notify.phone.url: should be a valid string, not what is written there"),
        (f'phone = "{SECRET}"', "notify.phone: should be an object, not what is written there"),
        (f'phone = {{url = "x://{SECRET}\\u0000"}}', "notify.phone.url is no URL"),
        ('phone = {uri = "x://y"}', "unknown key notify.phone.uri; did you mean url?"),
    ],
)
def test_a_wrong_receiver_is_one_line_that_does_not_tell_its_url(line: str, what: str) -> None:
    said = told(f"[notify]\n{line}\n")
    assert said.startswith(f"ssot/factory.toml:2: {what}")
    assert SECRET not in said


def test_a_url_is_found_in_the_environment_and_what_lacks_says_so() -> None:
    text = '[notify]\na = {url = "env:A"}\nb = {url = "env:B"}\nc = {url = "env:C"}\n'
    found = receivers(read_settings(text.encode()), {"A": " ntfys://topic\n", "C": "rubbish"})
    assert [(one.url, one.lacks) for one in found] == [
        ("ntfys://topic", ""), ("", "B is not set"), ("", "C holds no URL"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("url", "hidden"),
    [
        (f"slack://{SECRET}/C1/x", [f"slack://{SECRET}/C1/x", f"{SECRET}/C1/x", SECRET]),
        ("mailto://me:pa55word@example.org", ["pa55word"]),
        ("ntfys://factory", ["ntfys://factory"]),
    ],
)
def test_what_must_not_be_told_of_a_url_are_its_keys_and_no_plain_word(url: str, hidden: list[str]) -> None:
    found = secrets([to(url)])
    assert set(hidden) <= set(found)
    assert "example.org" not in found


def test_settings_that_are_printed_hide_the_url() -> None:
    found = read_settings(f'[notify]\nphone = {{url = "slack://{SECRET}"}}\n'.encode())
    assert SECRET not in repr(found) + found.model_dump_json()


def test_a_url_stands_in_no_face_log_event_or_evidence(make: Make, ear: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where it fails, and where a worker prints it."""
    monkeypatch.setenv("PHONE", f"json://me:{SECRET}@127.0.0.1:9/hook")
    shop = make(
        "D-1 A ticket",
        worker=f'echo "json://me:{SECRET}@127.0.0.1:9/hook" >&2; exit 3\n',
        settings=settings("env:PHONE"),
    )
    shop.commit({"tools/worker.sh": "echo 'xoxb-4711'-abcdefghij >&2; exit 3\n"})
    seen = "".join(
        shop.run(*words).out for words in (("run",), ("status",), ("report",), ("log",), ("ping", "--notify"))
    )
    assert "no word to phone" in seen
    for log in (shop.path / ".git" / "factory" / "logs").iterdir():
        seen += log.read_text()
    ledger = shop.git("log", "--all", "--format=%H", "factory/ledger").split()
    for commit in ledger:
        seen += shop.git("show", "-s", "--format=%B", commit) + shop.git("ls-tree", "-r", "--name-only", commit)
    tip = shop.git("log", "--format=%H", "-1", "--grep=^fail", "factory/ledger").strip()
    seen += shop.git("show", f"{tip}^2:.factory/evidence/stderr.txt")
    assert "[redacted" in seen
    assert SECRET not in seen


# --- who hears what --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "urgency", "heard"),
    [
        ("alert", "P3", True),
        ("alert:P1", "P0", True),
        ("alert:P1", "P1", True),
        ("alert:P1", "P2", False),
        ("alert:P0", "P1", False),
    ],
)
def test_alerts_are_heard_by_priority(wanted: Word, urgency: str, heard: bool) -> None:
    assert to("x://y", wanted).hears(NOTICE._replace(event="alert", urgency=urgency)) is heard  # type: ignore[arg-type]


def test_a_receiver_that_hangs_holds_up_no_other_and_its_queue_has_a_bound() -> None:
    hangs, came = threading.Event(), list[str]()

    def carry(one: Addressee, notices: Sequence[Notice], stop: threading.Event) -> Sequence[str]:
        if one.name == "slow":
            hangs.wait(60)
            return ["too late"] * len(notices)
        came.extend(notice.title for notice in notices)
        return [""] * len(notices)

    post = Post([Addressee("slow", "x://y", WORDS), Addressee("quick", "x://y", WORDS)], carry)
    for _ in range(2 * MOST + 5):
        post.put(NOTICE)
    failed = post.failed()
    assert {one.why for one in failed if one.receiver == "slow"} == {"too many wait for it"}
    hangs.set()
    post.end(60)
    assert len(came) >= MOST
    assert Unsent("slow", "too late") in post.failed()


def test_the_last_words_of_a_run_go_out_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending_later, "COMPANY", 60.0)
    letters = list[list[str]]()

    def carry(one: Addressee, notices: Sequence[Notice], stop: threading.Event) -> Sequence[str]:
        letters.append([notice.title for notice in notices])
        return [""] * len(notices)

    post = Post([Addressee("phone", "x://y", WORDS)], carry)
    for n in range(3):
        post.put(NOTICE._replace(title=str(n)))
        while post._boxes["phone"].qsize():
            pass  # its thread has it in its hand
    post.end(60)
    assert (letters, post.failed()) == ([["0", "1", "2"]], [])
