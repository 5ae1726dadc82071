"""`ssot/factory.toml` as values. Every key has a default; the descriptions are the reference page."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, StringConstraints

from factory.kinds import KINDS as KINDS
from factory.model import Risk, Value

SETTINGS = "ssot/factory.toml"

# Constants on purpose: a box is the unit of a night's counts, and the counts of two nights must compare.
BOX, HALF, PACKET = 6, 3, 120

Text = Annotated[str, StringConstraints(min_length=1, pattern=r"^[^\x00]*\S[^\x00]*$")]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
Variable = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
CardType = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]*$")]
Tier = Literal["doctor", "fast", "regression"]
AlertWord = Literal["alert", "alert:P0", "alert:P1", "alert:P2"]
Word = Literal["stopped", "blocked", "storm", "budget", "waits", "finished", AlertWord]
WORDS: tuple[Word, ...] = ("stopped", "blocked", "storm", "budget", "waits", "finished", "alert")
# "model" was a word of its own once: whatever the network, an agent reaches its model, and a program nothing.
OldWord = BeforeValidator(lambda said: "none" if said == "model" else said)


def _inside(said: str) -> str:
    """ValueError where a path is not plainly one below the checkout."""
    parts = said.split("/")
    if said and ({"", ".", ".."} & {*parts} or parts[0] == ".git" or not said.isprintable()):
        raise ValueError(f"{said!r} is no folder in the checkout; name one such as factory-out")
    return said


Inside = Annotated[str, AfterValidator(_inside)]


class Factory(Value):
    """The factory itself."""

    main: Text = Field("main", description="the branch that is stamped")
    timezone: Text = Field("Asia/Seoul", description='what "today" means to a daily cap; an IANA name')
    max_workers: int = Field(3, ge=1, description="attempts at a time")
    worker: Text = Field("default", description="the worker where neither the ticket nor its risk names one")
    language: Literal["en", "ko"] = Field("en", description="what it tells a person in, where `--lang` does not say")
    out: Inside = Field(
        "factory-out",
        description="the folder in the checkout that `run` keeps files to open in, unseen by git; empty: none",
    )


class Worker(Value):
    """A worker, by a name of your choice. There is none until you write one."""

    kind: Text = Field("command", description=f"how it is run: {', '.join(KINDS)}")
    command: tuple[Text, ...] = Field((), description="kind command: the program and its arguments, run in the room")
    model: str = Field("", description="the model's name; empty: the kind's own default")
    effort: str = Field("", description="the thinking level, as the model calls it; empty: its default")
    temperature: float | None = Field(None, ge=0, description="the sampling temperature; unset: the model's default")
    max_tokens_out: int = Field(
        32_768, ge=1, description="tokens that the answers to one request may have; one for more is lowered to it"
    )
    args: tuple[str, ...] = Field((), description="further arguments for the program")
    env: tuple[Variable, ...] = Field((), description="names of variables that pass into the room")
    key_env: Variable | None = Field(
        None, description="name of the variable that holds the key, which stays outside the room; unset: the kind's own"
    )
    base_url: str = Field(
        "", pattern="^(https?://.+)?$", description="the model's endpoint; empty: the kind's own default"
    )
    price_in: float | None = Field(None, ge=0, description="dollars a million tokens in; unset: the price table")
    price_out: float | None = Field(None, ge=0, description="dollars a million tokens out; unset: the price table")
    network: Annotated[Literal["", "none", "full"], OldWord] = Field(
        "", description="this worker's; empty: sandbox.network"
    )
    repository: bool = Field(False, description="it wants a git repository, and gets a throw-away one of one commit")
    batch: int = Field(1, ge=1, description="kind gemini: tickets of the same scope that may go out as one call")


class GateTerms(Value):
    """What judges a change. A tier without a command is SKIPPED; three such tiers are an error."""

    setup: tuple[Text, ...] = Field(
        (), description="commands that prepare an environment, once per content of the files that they name"
    )
    doctor: tuple[Text, ...] = Field(("python -m pytest --collect-only -q",), description="can the tests run at all?")
    fast: tuple[Text, ...] = Field(("python -m pytest -q -x",), description="the tests that say no soonest")
    regression: tuple[Text, ...] = Field(("python -m pytest -q",), description="all tests")
    timeout_minutes: float = Field(10, gt=0, description="time limit of a tier")
    strict_main: bool = Field(
        False, description="true: a red test on main stops the run; false: it is a known red, which may only go away"
    )
    flaky_retries: int = Field(
        1, ge=0, description="how often a test outside the change that was green before is run again before it is red"
    )
    python: str = Field(
        "", description="what `python` means in a command; empty: .venv or venv, else the factory's own interpreter"
    )
    junit: str = Field("", description="the JUnit file that the tiers write, where their tests are not pytest's")

    def tiers(self) -> dict[Tier, tuple[str, ...]]:
        """The tiers' commands, in running order."""
        return {"doctor": self.doctor, "fast": self.fast, "regression": self.regression}


class Product(Value):
    """What changes are about. All else judges them, and comes from main while it does."""

    paths: tuple[Text, ...] = Field(
        (), description="globs; empty: the packages that main's tree shows (`factory scan` lists them)"
    )


class Protected(Value):
    """What no change may touch."""

    paths: tuple[str, ...] = Field((), description="globs, added to the built-in list")


class Budget(Value):
    """What may be spent. A day is one of `factory.timezone`."""

    daily_calls: int = Field(3000, ge=0, description="model calls a day")
    daily_tokens_in: int = Field(20_000_000, ge=0, description="tokens in, a day")
    daily_tokens_out: int = Field(2_000_000, ge=0, description="tokens out, a day")
    daily_usd: float = Field(20.0, ge=0, description="dollars a day")
    cycle_usd: float = Field(1.0, ge=0, description="dollars an attempt, where the ticket sets no budget")
    min_sleep_ms: int = Field(0, ge=0, description="milliseconds between two model calls of a run, at least")


class Caps(Value):
    """Where trying ends."""

    attempts: int = Field(3, ge=1, description="attempts of a ticket before it is BLOCKED")
    worker_minutes: float = Field(30, gt=0, description="time limit of a worker, where the ticket sets none")


class StormTerms(Value):
    """What stops a run."""

    failures: int = Field(
        9, ge=1, description="failed attempts without a stamp between them; a ticket counts for a third of them at most"
    )
    rate_limits: int = Field(5, ge=1, description="rate limits in a row")
    box_failures: int = Field(8, ge=1, description="the same within one box")


class SandboxTerms(Value):
    """The walls around workers and gates."""

    kind: Literal["auto", "bwrap", "docker", "podman", "none"] = Field(
        "auto",
        description="what makes the room; auto: the first of bwrap, docker, podman; none: no walls, on your word",
    )
    rooms: Literal["auto", "overlay", "warm", "copy"] = Field(
        "auto", description="how a room is made; auto: an overlay, and where that cannot be had a warm folder"
    )
    image: str = Field("", description="docker and podman: the image, pulled before; empty: python:3.13-slim")
    read: tuple[Text, ...] = Field(
        (), description="absolute paths that may be read besides the room, the system and the toolchains on PATH"
    )
    generated: tuple[Text, ...] = Field(
        (),
        description="globs of files that git ignores and rooms hold all the same, as they lie in your checkout: "
        "what an installation wrote there (a version file, a compiled extension)",
    )
    network: Annotated[Literal["none", "full"], OldWord] = Field(
        "none",
        description="a worker's: none (an agent reaches its own model through the controller, a program nothing; "
        "`model` is an older word for it) or the machine's; a gate has none",
    )
    memory_mb: int = Field(4096, ge=64, description="memory of one process")
    processes: int = Field(512, ge=8, description="processes at a time")
    file_mb: int = Field(512, ge=1, description="size of one file")
    room_mb: int = Field(4096, ge=16, description="all that is written to the room")


class RiskChoice(Value):
    """What a risk costs: the worker, its model, a second reader."""

    worker: str = Field("", description="a worker's name; empty: factory.worker")
    model: str = Field("", description="a model; empty: the worker's own")
    auditor: bool = Field(False, description="whether the auditor reads what the gate passed")


class CarefulChoice(RiskChoice):
    """A choice that keeps its second reader unless the settings say otherwise."""

    auditor: bool = Field(True, description="whether the auditor reads what the gate passed")


class Risks(Value):
    """What is chosen by a ticket's risk."""

    LOW: RiskChoice = Field(RiskChoice(), description="little harm if wrong")
    MED: RiskChoice = Field(RiskChoice(), description="the usual")
    HIGH: CarefulChoice = Field(CarefulChoice(), description="much harm if wrong")
    CRIT: CarefulChoice = Field(CarefulChoice(), description="what must not be wrong")

    def of(self, risk: Risk) -> RiskChoice:
        """The choice for a risk."""
        choice = getattr(self, risk.value)
        assert isinstance(choice, RiskChoice)
        return choice


class Auditor(Value):
    """The second reader. It reads and advises; it cannot turn a FAIL into a PASS."""

    worker: str = Field("", description="a worker's name; empty: none is configured, and nobody reads")
    model: str = Field("", description="a model; empty: the worker's own")
    timeout_minutes: float = Field(10, gt=0, description="time limit of a reading")


class KpiTerms(Value):
    """Thresholds of `factory kpi --fail-on-alert`."""

    success_rate_min: float = Field(0.5, ge=0, le=1, description="attempts stamped, of all; alert below")
    p50_minutes_max: float = Field(60, gt=0, description="half of the stamps took at most this; alert above")
    p95_minutes_max: float = Field(240, gt=0, description="95 of 100 stamps took at most this; alert above")
    retries_max: float = Field(2, ge=0, description="attempts after the first, a ticket on average; alert above")
    stale_leases_max: int = Field(0, ge=0, description="leases without a heartbeat; alert above")


class CardTerms(Value):
    """Cards from day plans, beside tickets."""

    first: Literal["tickets", "cards"] = Field("tickets", description="what a run takes while there is work of both")
    types: tuple[CardType, ...] = Field((), description="types of card besides the built-in ones, in capitals")


class Receiver(Value):
    """Who is told what a run does, by a name of your choice. There is none until you write one."""

    url: SecretStr = Field(
        SecretStr(""),
        description="an apprise URL, `command:PROGRAM ARGUMENT ...`, or `env:NAME`, a variable that holds either",
    )
    events: tuple[Word, ...] = Field(
        WORDS, description="of what; `alert` is of every priority, `alert:P1` of P1 and what is more urgent"
    )


class Settings(Value):
    """The whole file."""

    factory: Factory = Field(Factory(), description="[factory]")
    workers: dict[Name, Worker] = Field({}, description="[workers.<name>]")
    gate: GateTerms = Field(GateTerms(), description="[gate]")
    product: Product = Field(Product(), description="[product]")
    protected: Protected = Field(Protected(), description="[protected]")
    budget: Budget = Field(Budget(), description="[budget]")
    caps: Caps = Field(Caps(), description="[caps]")
    storm: StormTerms = Field(StormTerms(), description="[storm]")
    sandbox: SandboxTerms = Field(SandboxTerms(), description="[sandbox]")
    risk: Risks = Field(Risks(), description="[risk.LOW], [risk.MED], [risk.HIGH], [risk.CRIT]")
    auditor: Auditor = Field(Auditor(), description="[auditor]")
    kpi: KpiTerms = Field(KpiTerms(), description="[kpi]")
    cards: CardTerms = Field(CardTerms(), description="[cards]")
    notify: dict[Name, Receiver] = Field({}, description="[notify.<name>]")
