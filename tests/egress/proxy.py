"""A proxy as tests want one: with a toll that lets all through, unless they have another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from factory.egress.egress import Egress, ProxyLimits
from factory.egress.keys import Access
from factory.egress.meter import Usage
from factory.egress.providers import Provider
from factory.egress.toll import Ask, Toll
from factory.errors import Stopped


class Hooks:
    """A toll of two functions: a reason from `allow` refuses the call, `settle` is told what was used."""

    def __init__(
        self, allow: Callable[[], str | None] = lambda: None, settle: Callable[[Usage], None] = lambda _: None
    ) -> None:
        self._allow, self._settle = allow, settle

    def enter(self, ask: Ask) -> object:
        if reason := self._allow():
            raise Stopped(reason)
        return None

    def leave(self, entered: object, usage: Usage) -> float:
        self._settle(usage)
        return 0.0


def proxy(
    provider: Provider,
    key: str,
    at: Path,
    *,
    upstream: str = "",
    toll: Toll | None = None,
    limits: ProxyLimits | None = None,
    audit: Path | None = None,
) -> Egress:
    access = Access(provider, key, upstream)
    return Egress(access, at, toll or Hooks(), limits or ProxyLimits(), audit or at.with_name("audit"))
