"""Which sandbox works here: the kinds are tried in their order."""

from __future__ import annotations

from collections.abc import Callable

from factory.errors import CouldNotRun
from factory.sandbox.bubblewrap import Bubblewrap
from factory.sandbox.container import Container
from factory.sandbox.sandbox import Kind, Sandbox
from factory.sandbox.unboxed import Unboxed


def probe(kind: Kind = "auto", image: str = "") -> Sandbox:
    """The sandbox of that kind, after it ran `true`; `image` is a container's. `auto` never takes `none`."""
    makers: dict[str, Callable[[], Sandbox]] = {
        "bwrap": Bubblewrap.probed,
        "docker": lambda: Container.docker(image),
        "podman": lambda: Container.podman(image),
        "none": Unboxed.probed,
    }
    if kind != "auto":
        return makers[kind]()
    reasons = []
    for name in ("bwrap", "docker", "podman"):
        try:
            return makers[name]()
        except CouldNotRun as error:
            reasons.append(f"{name}: {error}")
    raise CouldNotRun(
        f"no sandbox works here ({' | '.join(reasons)}); install bubblewrap, "
        'or write kind = "none" under [sandbox] in ssot/factory.toml to run workers unprotected'
    )
