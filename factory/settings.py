"""`ssot/factory.toml` as values. Every key has a default; `docs/reference.md` is generated from these descriptions."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from factory import globs
from factory.errors import Mistake
from factory.model import Risk, Value

PATH = "ssot/factory.toml"
BOX, HALF, PACKET = 6, 3, 120  # tickets in a box and in its halves, cards in a packet: constants, not settings

# What no change may touch, whatever its ticket says: all that decides. `pyproject.toml` is not here as a whole;
# a guard holds its test settings still.
PROTECTED = (
    "**/conftest.py", "**/pytest.ini", "**/.pytest.ini", "**/pytest.toml", "**/.pytest.toml", "**/tox.ini",
    "**/setup.cfg", "**/.coveragerc", "**/sitecustomize.py", "**/usercustomize.py", "**/*.pth", "noxfile.py",
    "ssot/**", "guards/**", "D_ROADMAP.md", "AC_LEDGER.md", ".factory/**",
    "justfile", "Justfile", ".justfile", "factory.just", ".pre-commit-config.yaml",
    ".ci/**", ".github/**", ".gitlab-ci.yml", ".gitlab/**", ".circleci/**", ".buildkite/**", "azure-pipelines.yml",
    "Jenkinsfile", ".gitmodules",
)  # fmt: skip


def _glob(glob: str) -> str:
    if fault := globs.fault(glob):
        raise ValueError(f"the glob {fault}")
    return glob


def _zone(name: str) -> str:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("should be the name of a time zone, like Asia/Seoul or UTC") from None
    return name


Glob = Annotated[str, AfterValidator(_glob)]
Zone = Annotated[str, AfterValidator(_zone)]
Commands = tuple[str, ...]
WorkerKind = Literal[
    "command", "patch", "gemini", "claude", "codex", "gemini-cli", "aider", "opencode", "qwen", "mini-swe-agent", "acp"
]


class Factory(Value):
    main: str = Field("main", min_length=1, description="the branch that is stamped")
    timezone: Zone = Field("Asia/Seoul", description='what "today" means to a daily cap')
    max_workers: int = Field(3, ge=1, le=64, description="attempts that may run beside each other")
    worker: str = Field("default", description="the worker of a ticket that names none")


class Price(Value):
    input: float = Field(ge=0, description="US dollars for a million tokens in")
    output: float = Field(ge=0, description="US dollars for a million tokens out, thoughts included")
    cached: float | None = Field(None, ge=0, description="for a million cached tokens in; default: as input")
    written: float | None = Field(None, ge=0, description="for a million tokens written to a cache; default: as input")


class Worker(Value):
    kind: WorkerKind = Field(
        description="how it works: any program (`command`), replayed patches, a model, an agent CLI"
    )
    command: Commands = Field((), description="kind `command`, `acp`: the program and its arguments")
    args: Commands = Field((), description="further words on an agent CLI's command line")
    model: str = Field("", description="the model, where the kind takes one")
    effort: str = Field("", description="how long it may think: minimal, low, medium, high, or a number of tokens")
    temperature: float | None = Field(None, ge=0, le=2, description="the model's temperature; default: the model's own")
    max_out: int = Field(
        0, ge=0, description="tokens that one answer may have, thoughts included; 0: the kind's default"
    )
    base_url: str = Field("", description="an upstream of one's own; default: the provider's")
    key_env: str = Field("", description="the variable that holds the key; default: the provider's usual one")
    env: Commands = Field((), description="variables that are passed on into the room; never put a key here")
    price: Price | None = Field(None, description="what the model costs; default: the table that comes along")
    network: Literal["none", "model", "full"] | None = Field(None, description="default: sandbox.network")
    repository: bool = Field(
        False, description="the worker wants a git repository; it gets a throw-away one of one commit"
    )


class Gate(Value):
    setup: Commands = Field((), description="prepares an environment, once per content of the files it names")
    doctor: Commands = Field(("python -m pytest --collect-only -q",), description="can anything run at all?")
    fast: Commands = Field(("python -m pytest -q -x",), description="the quick tests")
    regression: Commands = Field(("python -m pytest -q",), description="every test")
    timeout_minutes: float = Field(10, gt=0, description="of each command")
    strict_main: bool = Field(False, description="true: a red test on main stops the run; false: it is a known red")
    flaky_retries: int = Field(
        1, ge=0, le=5, description="how often a test that was green on main is run again before it is red"
    )
    python: str | None = Field(
        None, description="the gate's `python`; default: the repository's .venv or venv, else the factory's"
    )
    junit: str | None = Field(None, description="a JUnit file that the tiers write, where the runner is not pytest")


class Protected(Value):
    paths: tuple[Glob, ...] = Field((), description="globs that no change may touch, beside the built-in list")


class Budget(Value):
    daily_calls: int = Field(3000, ge=0, description="model calls a day")
    daily_tokens_in: int = Field(20_000_000, ge=0, description="tokens in a day")
    daily_tokens_out: int = Field(2_000_000, ge=0, description="tokens out a day, thoughts included")
    daily_usd: float = Field(20.0, ge=0, description="US dollars a day")
    cycle_usd: float = Field(1.0, ge=0, description="US dollars an attempt")
    min_sleep_ms: int = Field(0, ge=0, description="the least time between two calls, in milliseconds")


class Caps(Value):
    attempts: int = Field(3, ge=1, le=20, description="attempts before a ticket is set aside for a person")
    worker_minutes: float = Field(30, gt=0, description="the time that a worker has for one attempt")


class Storm(Value):
    failures: int = Field(6, ge=1, description="failures in a row, across tickets, that stop the run")
    rate_limits: int = Field(5, ge=1, description="rate limits in a row that stop the run")
    box_failures: int = Field(3, ge=1, description="failures in a row in one box that stop the run")


class Sandbox(Value):
    kind: Literal["auto", "bwrap", "docker", "podman", "none"] = Field(
        "auto", description="`none` runs workers unprotected"
    )
    read: Commands = Field((), description="further paths on this machine that workers and gates may read")
    network: Literal["none", "model", "full"] = Field(
        "none", description="of workers; `model`: their own model's endpoint alone"
    )
    image: str = Field("python:3.12", description="docker, podman: the image that rooms run in")
    memory_mb: int = Field(4096, ge=64, description="memory of one job, in MiB")
    processes: int = Field(512, ge=8, description="processes of one job")
    file_mb: int = Field(512, ge=1, description="the largest file that a job may write, in MiB")
    room_mb: int = Field(2048, ge=1, description="all that a job may write to its room, in MiB")


class Course(Value):
    worker: str | None = Field(None, description="the worker for tickets of this risk that name none")
    auditor: bool = Field(False, description="an auditor reads the change before it is stamped")


class Courses(Value):
    LOW: Course = Field(Course(), description="tickets of risk LOW")
    MED: Course = Field(Course(), description="tickets of risk MED")
    HIGH: Course = Field(Course(auditor=True), description="tickets of risk HIGH")
    CRIT: Course = Field(Course(auditor=True), description="tickets of risk CRIT")

    def of(self, risk: Risk) -> Course:
        found: Course = getattr(self, risk.value)
        return found


class Auditor(Value):
    worker: str | None = Field(None, description="the worker that reads changes; none: nobody audits")


class Kpi(Value):
    success_rate: float = Field(0.5, ge=0, le=1, description="alert below this share of stamped attempts")
    p95_minutes: float = Field(
        120, gt=0, description="alert above this time from a ticket's first attempt to its stamp"
    )
    retries: float = Field(2.0, ge=0, description="alert above this many retries a stamp")


class Settings(Value):
    factory: Factory = Factory()
    workers: dict[str, Worker] = Field({}, description="a table a worker: [workers.NAME]")
    gate: Gate = Gate()
    protected: Protected = Protected()
    budget: Budget = Budget()
    caps: Caps = Caps()
    storm: Storm = Storm()
    sandbox: Sandbox = Sandbox()
    risk: Courses = Courses()
    auditor: Auditor = Auditor()
    kpi: Kpi = Kpi()


def read_settings(content: bytes | None, path: str = PATH) -> Settings:
    """The settings; all defaults where there is no file. Mistake names the line, and the nearest right key."""
    if not content:
        return Settings()
    from factory.toml import build, line_of

    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Mistake("is not UTF-8", path=path, line=line, remedy="save it as UTF-8") from None
    settings = build(Settings, text, path)
    for keys, what, remedy in _misfits(settings):
        raise Mistake(what, path=path, line=line_of(text, keys), remedy=remedy)
    return settings


def _misfits(settings: Settings) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """What no single key shows: (the keys that lead to it, what is wrong, the remedy)."""
    for name, worker in settings.workers.items():
        if worker.kind in ("command", "acp") and not worker.command:
            yield ("workers", name), f"workers.{name} has no command", 'add command = ["program", "argument"]'
    places: dict[tuple[str | int, ...], str | None] = {("auditor", "worker"): settings.auditor.worker}
    places |= {("risk", risk.value, "worker"): settings.risk.of(risk).worker for risk in Risk}
    for keys, named in places.items():
        if named and named not in settings.workers:
            yield keys, f"there is no worker {named!r}", f"add [workers.{named}], or name another"
