"""Each call of an attempt: reserved before it, settled after it, summed up for the report."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from factory.egress.content import MOST
from factory.egress.meter import Reading, Usage
from factory.egress.prices import Price, cost, worst
from factory.egress.providers import Provider
from factory.egress.refusals import UpstreamRefusal
from factory.errors import Mistake, NoWorker
from factory.model import Ended, Report
from factory.money.spend import bill
from factory.proposals.shares import Share
from factory.workers import Wallet, Work
from factory.workers.bounded_call import Overdue
from factory.workers.telling import Telling


class Refusal(Exception):
    """The provider refused the call. `sent`: it was silent after it got the call, which it may bill."""

    def __init__(self, refused: UpstreamRefusal, *, sent: bool = False) -> None:
        self.refused, self.sent = refused, sent
        super().__init__(f"the provider answered {refused.status}")


class Call:
    """One call on its way; until its answer tells what was used, all that was reserved counts as used."""

    def __init__(self, usage: Usage) -> None:
        self.usage = usage

    def told(self, reading: Reading) -> None:
        """What the answer says; one that says nothing, or what cannot be, leaves the reservation standing."""
        usage = reading.usage()
        if usage.complete and usage.within(MOST, self.usage.tokens_out):
            self.usage = usage


class Spending:
    """What one attempt has used of one model."""

    def __init__(self, wallet: Wallet, provider: Provider, model: str, price: Price | None) -> None:
        self._wallet, self._provider, self._model, self._price = wallet, provider, model, price
        self.usage, self.usd, self.telling = Usage(model=model), 0.0, Telling()
        self._together: tuple[str, ...] = ()

    def had(self, share: Share) -> None:
        """What this attempt's ticket has paid already, of a call for several: booked then, told now."""
        self.usage += Usage(share.calls, share.tokens_in, tokens_out=share.tokens_out, model=share.model)
        self.usd, self._together = self.usd + share.usd, share.together
        self.telling.asked("", share.request)
        counts = {"tokens_in": share.tokens_in, "tokens_out": share.tokens_out, "usd": share.usd}
        self.telling.came(status=200, answer=share.text, note=self._shared(), **counts)

    def passed(self, path: str, status: int, seconds: float) -> None:
        """A request was made."""
        self.telling.passed(path, status, seconds, self._model)

    @contextmanager
    def call(self, *, tokens_in: int, tokens_out: int) -> Iterator[Call]:
        """Around one call. Stopped where its worst case does not fit; however it ends, it is settled once."""
        usd = worst(tokens_in, tokens_out, self._provider.prices, self._model, self._price)
        reserved = self._wallet.reserve(bill(1, tokens_in, tokens_out, usd))
        call, passed = Call(Usage()), len(self.telling.lines)
        try:
            self._wallet.pace()
            call.usage = Usage(1, tokens_in, tokens_out=tokens_out, model=self._model, complete=False)
            yield call
        except Refusal as refusal:
            if not refusal.sent:
                call.usage = Usage()
            raise
        finally:
            self._settle(reserved, call.usage, usd, passed)

    def _settle(self, reserved: str, used: Usage, worst_usd: float, passed: int) -> None:
        usd = cost(used, self._provider.prices, self._model, self._price) if used.complete else worst_usd
        self.usage, self.usd = self.usage + used, self.usd + usd
        self._wallet.settle(reserved, bill(used.calls, used.tokens_in, used.tokens_out, usd))
        self.telling.cost(passed, {"tokens_in": used.tokens_in, "tokens_out": used.tokens_out, "usd": round(usd, 9)})

    def report(self, summary: str) -> Report:
        return report_of(self.usage, summary, self.usd)

    def done(self, summary: str, reused: int = 0) -> Work:
        """`reused`: answers of an earlier try that were not bought again."""
        told = f"{reused} answer(s) of an earlier try, not bought again" if reused else ""
        report = self.report(f"{summary}\n({told})" if told else summary)
        return Work(Ended.DONE, report, history=self._history(told), extra=self.telling.files())

    def _history(self, told: str = "") -> tuple[str, ...]:
        notes = "; ".join(filter(None, (self._shared(), told)))
        return (f"{self._provider.name} {self._model}" + (f"  # {notes}" if notes else ""),)

    def _shared(self) -> str:
        return f"one call for {', '.join(self._together)}" if self._together else ""

    def failed(self, error: Exception) -> Work:
        """How an attempt ended that did not end well. NoWorker for a refused key and Mistake for a model that
        does not exist: no ticket is to blame for them, and every further one would meet them too."""
        self.telling.came(note=str(error))
        refused = error.refused if isinstance(error, Refusal) else None
        ended = Ended.LATER if refused and refused.later else Ended.FAILED
        if refused:
            blame(refused, self._provider.name, self._model)
        elif isinstance(error, Overdue):
            ended = Ended.TIMEOUT
        return Work(
            ended,
            self.report(str(error)),
            stderr=f"{error}\n".encode("utf-8", "replace"),
            exit_code=75 if ended is Ended.LATER else 1,
            retry_after=refused.retry if refused else None,
            daily_quota=bool(refused and refused.daily),
            history=self._history(),
            extra=self.telling.files(),
        )


def blame(refused: UpstreamRefusal, provider: str, model: str) -> None:
    """Raises where the refusal is the set-up's fault."""
    if refused.key:
        raise NoWorker(f"{provider} refuses the key ({refused.status}); check it, or make a new one")
    if refused.status == 404:
        raise Mistake(f"{provider} has no model {model!r}", path="ssot/factory.toml", remedy="set another `model`")


def report_of(used: Usage, summary: str, usd: float) -> Report:
    """What a worker used, as its report says it."""
    return Report(
        summary=summary,
        model=used.model,
        calls=used.calls,
        tokens_in=used.tokens_in,
        tokens_out=used.tokens_out,
        cost_usd=usd,
    )
