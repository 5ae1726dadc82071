"""A real Prometheus reads the page, a real Alertmanager delivers an alert, and takes it back when it is over."""

from __future__ import annotations

import http.server
import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from factory.desk.metrics import page
from factory.observe.exposition import CONTENT_TYPE
from factory.observe.prometheus_rules import alerts_yml
from tests.line.conftest import RIGHT, Shop
from tests.line.night import FAST

PROMETHEUS = shutil.which("prometheus")
ALERTMANAGER = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
PATIENCE = 120.0  # seconds
HERE = "127.0.0.1"
pytestmark = [
    pytest.mark.prove,
    pytest.mark.skipif(
        not (PROMETHEUS and ALERTMANAGER), reason="needs Debian's prometheus and prometheus-alertmanager"
    ),
]
SCRAPES = """\
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [alerts.yml]
scrape_configs: [{job_name: factory, static_configs: [{targets: ["@PAGE@"]}]}]
alerting: {alertmanagers: [{static_configs: [{targets: ["@MANAGER@"]}]}]}
"""
ROUTES = """\
route:
  receiver: morning
  group_by: [alertname, repository]
  group_wait: 1s
  group_interval: 1s
  routes: [{matchers: ['priority="page"'], receiver: now, group_wait: 1s}]
receivers:
  - {name: morning, webhook_configs: [{url: "http://@HOOK@/morning"}]}
  - {name: now, webhook_configs: [{url: "http://@HOOK@/now"}]}
"""
WORKER = f'[ -e "@MENDED@" ] || exit 1\n{RIGHT}'


class Place(http.server.ThreadingHTTPServer):
    """Serves the page, and receives what Alertmanager sends: (path, alert name, status), in order."""

    def __init__(self, read: Callable[[], str]) -> None:
        self.read, self.got = read, list[tuple[str, dict[str, Any]]]()
        super().__init__((HERE, 0), Door)

    @property
    def address(self) -> str:
        return f"{HERE}:{self.server_port}"

    def has(self, path: str, name: str, status: str) -> bool:
        return any((at, one["labels"]["alertname"], one["status"]) == (path, name, status) for at, one in self.got)


class Door(http.server.BaseHTTPRequestHandler):
    server: Place

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        content = self.server.read().encode()
        self.send_response(200)
        self.send_header("Content-Type", CONTENT_TYPE)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self) -> None:
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.got += [(self.path, one) for one in told["alerts"]]
        self.send_response(200)
        self.end_headers()


@contextmanager
def served(read: Callable[[], str]) -> Iterator[Place]:
    with Place(read) as place:
        threading.Thread(target=place.serve_forever, daemon=True).start()
        yield place
        place.shutdown()


def free() -> str:
    with socket.socket() as found:
        found.bind((HERE, 0))
        return f"{HERE}:{found.getsockname()[1]}"


@contextmanager
def program(log: Path, *words: str) -> Iterator[None]:
    with log.open("wb") as out, subprocess.Popen(words, stdout=out, stderr=out, cwd=log.parent) as child:
        try:
            yield
        finally:
            child.terminate()
            with suppress(subprocess.TimeoutExpired):
                child.wait(10)
            child.kill()


def until(holds: Callable[[], bool], what: Callable[[], str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, what()
        time.sleep(0.2)


def test_an_alert_reaches_its_receiver_and_is_taken_back_when_it_is_over(
    make: Callable[..., Shop], tmp_path: Path
) -> None:
    mended = tmp_path / "mended"
    shop = make("D-1 One", worker=WORKER.replace("@MENDED@", str(mended)), settings=FAST)
    assert shop.run("run").code == 1
    with served(lambda: page(shop.path, time.time()).text) as place:
        manager, prometheus = free(), free()
        files = {"alerts.yml": alerts_yml(), "prometheus.yml": SCRAPES, "alertmanager.yml": ROUTES}
        for name, content in files.items():
            content = (
                content.replace("@PAGE@", place.address).replace("@MANAGER@", manager).replace("@HOOK@", place.address)
            )
            (tmp_path / name).write_text(content, encoding="utf-8")
        logs = tmp_path / "prometheus.log", tmp_path / "alertmanager.log"
        first = (
            str(PROMETHEUS),
            "--config.file=prometheus.yml",
            f"--web.listen-address={prometheus}",
            "--storage.tsdb.path=series",
        )
        second = (
            str(ALERTMANAGER),
            "--config.file=alertmanager.yml",
            f"--web.listen-address={manager}",
            "--storage.path=silences",
            "--cluster.listen-address=",
        )

        def said() -> str:
            return f"{place.got}\n" + "\n".join(log.read_text(errors="replace")[-2000:] for log in logs)

        with program(logs[1], *second), program(logs[0], *first):
            until(lambda: place.has("/morning", "FactoryBlocked", "firing"), said)
            alert = next(one for _, one in place.got if one["labels"]["alertname"] == "FactoryBlocked")
            assert (alert["labels"]["repository"], alert["labels"]["priority"]) == ("shop", "ticket")
            assert alert["annotations"]["runbook"] == "factory help FactoryBlocked"
            assert is_korean(alert["annotations"]["summary_ko"])
            assert [one["name"] for one in shop.run("alerts", "--json").json["firing"]] == ["FactoryBlocked"]
            mended.touch()
            assert shop.run("retry", "D-1").code == 0
            assert shop.run("run").code == 0
            until(lambda: place.has("/morning", "FactoryBlocked", "resolved"), said)
            assert shop.run("alerts", "--json").json["firing"] == []
            shop.commit({"ssot/factory.toml": FAST.replace('"sh", "tools/worker.sh"', '"no-such-program"')})
            shop.run("rewind", "D-1")
            assert shop.run("run").code == 4
            until(lambda: place.has("/now", "FactoryStopped", "firing"), said)
    assert not any(path == "/now" and one["labels"]["priority"] != "page" for path, one in place.got)


def is_korean(text: str) -> bool:
    return any("가" <= letter <= "힣" for letter in text)
