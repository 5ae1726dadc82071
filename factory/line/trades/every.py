"""The trades: a new one is a module and a line here."""

from __future__ import annotations

from factory.line.trades.card import Cards
from factory.line.trades.ticket import Tickets

TRADES = (Tickets, Cards)
