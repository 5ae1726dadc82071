"""An attempt that is booked, as an order to the executor, and what came back of it."""

from __future__ import annotations

import threading
from typing import NamedTuple

from factory.executors import Means, Order
from factory.executors.local import Local
from factory.line import trouble
from factory.line.house import House
from factory.line.item import Done, Item
from factory.line.live import LiveLog
from factory.model import Plan
from factory.money.outlets import has_outlet
from factory.money.wallet import LedgerWallet, OfRun
from factory.proposals.shares import Share
from factory.workers import Fellow


class Begun(NamedTuple):
    """An attempt that begins."""

    item: Item
    plan: Plan
    order: Order
    share: Share | None = None  # of an answer that was bought together with other items
    fellows: tuple[Plan, ...] = ()  # of those that it may ask together with


def perform(house: House, begun: Begun) -> Done:
    """Have it made. Runs beside other attempts; lands nothing."""
    item, plan, order = begun.item, begun.plan, begun.order
    fellows = tuple(Fellow(fellow, wallet_of(house, fellow)) for fellow in begun.fellows)
    with LiveLog(house.private, item.id, house.secrets) as live:
        means = Means(wallet_of(house, plan, begun.share), halt_of(house, plan), begun.share, fellows, live.hear)
        outcome = executor(house).carry_out(order, means)
    seconds = round(max(0.0, house.clock.now() - order.at), 3)
    return Done(
        item, plan, order.plan, order.at, seconds, outcome.work, outcome.change, outcome.broke, commits=outcome.commits
    )


def executor(house: House) -> Local:
    """The one on this machine."""
    gate = house.gate
    return Local(
        house.repo,
        house.settings,
        house.rooms,
        house.aside,
        house.sandbox,
        gate.limits,
        gate.python,
        gate.tools,
        house.environ,
        house.secrets,
        house.scratch,
        house.cache,
        trouble.is_common,
    )


def halt_of(house: House, plan: Plan) -> threading.Event:
    """What ends the plan's work: its attempt's own halt; where none runs (an audit by hand), the run's."""
    return house.signals.halts.get(plan.ticket_id, house.signals.stop)


def wallet_of(house: House, plan: Plan, share: Share | None = None) -> LedgerWallet:
    """The wallet of one attempt. `share`: what its ticket has paid already, which counts against the attempt's cap."""
    stop = halt_of(house, plan)
    run = OfRun(
        house.clock.now,
        warn=lambda text: house.say(plan.ticket_id, text, "warning"),
        pace=lambda: house.spacing.wait(stop),
    )
    used, shut = share.usd if share else 0.0, not has_outlet(house.settings, plan.worker)
    return LedgerWallet(house.ledger, house.settings, plan, run, used=used, shut=shut)
