"""What `factory plan --help` shows: a day plan that works, and its keys in a few words."""

from __future__ import annotations

EXAMPLE = """\
goal: Index the notes, tag what looks odd, strike only what is tagged
sources: {notes: ["notes/**/*.txt"]}
lanes: {1: {name: scan, prio: A}, 2: {name: tag, prio: B}, 3: strike, 8: {name: seal, prio: C}}
rules:
  error: {regex: '^ERROR', report: an error that nobody read}
cards:
  scan: {type: SCAN, lane: 1, source: notes, per: 20, accept: {schema: index, count: inputs}}
  tag: {type: TAG, lane: 2, after: scan, rules: [error], follow: strike, accept: {schema: tag}}
follow:
  strike: {type: STRIKE, lane: 3, accept: {schema: strike}}
  report: {type: SEAL, lane: 8, after: strike, per: all, accept: {schema: seal}}
"""
KEYS = """\
plan: goal, serves, sources, lanes (1 to 8), rules, cards, follow, output
source: globs, exclude, root        lane: name, prio (A to D), cost_hint, worker
card: type, lane, source, after, per, rules, follow, accept, failfast, prio, cost_hint, worker
rule: regex, ast, language, where, report, fix
accept: schema, command, count      failfast: errors, records, minutes
"""


def _block(text: str) -> str:
    """Lines that the help must not run together."""
    return "\b\n" + "".join(f"  {line}\n" for line in text.splitlines())


HELP = f"""Day plans to cards, and cards to trucks.

A day plan is a file ssot/plans/dayplan_YYYYMMDD.yaml of at most 30 lines. This one works:

{_block(EXAMPLE)}
Its keys:

{_block(KEYS)}
Write it and commit it: `factory run` compiles, packs and works. The two commands below do the first two by hand."""
