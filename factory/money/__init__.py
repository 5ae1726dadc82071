"""Caps, reservations, quotas, pauses and storms: what may still be spent, and when to wait."""
