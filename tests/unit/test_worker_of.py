"""Who works on a ticket: the one that it names, its risk's, the settings'."""

from __future__ import annotations

from factory.model import Risk, Terms, Ticket, TicketStatus
from factory.records.plans import worker_of
from factory.ssot.read_settings import read_settings

SETTINGS = read_settings(b"""
[workers.default]
kind = "patch"
[workers.careful]
kind = "patch"
[risk.HIGH]
worker = "careful"
""")


def ticket(risk: Risk, worker: str | None = None) -> Ticket:
    return Ticket(id="D-1", status=TicketStatus.IN_PROGRESS, title="t", risk=risk, terms=Terms(worker=worker))


def test_the_ticket_then_the_risk_then_the_settings_name_the_worker() -> None:
    assert worker_of(ticket(Risk.HIGH, "mine"), SETTINGS) == "mine"
    assert worker_of(ticket(Risk.HIGH), SETTINGS) == "careful"
    assert worker_of(ticket(Risk.LOW), SETTINGS) == "default"
