"""What no stamp could come of is found before anybody is paid, whoever the work is for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.trades.kit import SETTINGS, Line, every

Lay = Callable[..., Line]
NOBODY = "nobody ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAA\n"
NO_GATE = SETTINGS.replace('["true"]', "[]").replace('["sh tools/regression.sh"]', "[]")
NO_PROGRAM = SETTINGS.replace('["true"]', '["no-such-program"]')


@every()
def test_where_no_stamp_could_be_signed(lay: Lay) -> None:
    line = lay(files={"ssot/allowed_signers": NOBODY})
    done = line.run()
    assert (done.code, line.begun()) == (2, []), done
    assert "there is no key at" in done.out + done.err


@every("ticket", "patch")
@pytest.mark.parametrize("settings", [NO_GATE, NO_PROGRAM], ids=["no tier", "no program"])
def test_where_the_gate_cannot_run(lay: Lay, settings: str) -> None:
    line = lay(files={"ssot/factory.toml": settings})
    assert (line.run().code, line.begun()) == (4, [])


@every()
def test_where_the_checkout_cannot_be_written(lay: Lay) -> None:
    line = lay()
    lock = line.shop.path / ".git" / "index.lock"
    lock.touch()
    done = line.run()
    assert (done.code, line.begun(), str(lock) in done.out + done.err) == (3, [], True), done
    lock.unlink()
    assert line.run().code == 0
