"""Gemini through google-genai: a worker without memory or tools."""

from __future__ import annotations

import os
from collections.abc import Callable

from factory.cards.card import WorkItem
from factory.egress.keys import find_key
from factory.egress.providers import GEMINI
from factory.money.wallet import AttemptTooDear
from factory.proposals import asking
from factory.proposals.answering import Ask, answer
from factory.proposals.hunks import SCHEMA
from factory.proposals.prompt import INSTRUCTIONS
from factory.proposals.proposing import Unusable, propose
from factory.proposals.shares import Share
from factory.workers import Task, Work
from factory.workers.bounded_call import Overdue
from factory.workers.choice import chosen
from factory.workers.gemini_conversation import Conversation, Words
from factory.workers.gemini_together import answered_first, bought
from factory.workers.spending import Refusal

DEFAULT_MODEL = "gemini-2.5-flash"
CHANGES = Words(INSTRUCTIONS, SCHEMA)


def work(task: Task) -> Work:
    """CouldNotRun without a key, or with one that is refused; Mistake for a model without a price."""
    share = bought(task, conversation_of) if task.fellows and not task.share else task.share
    if isinstance(share, Work):
        return share
    return converse(task, CHANGES, lambda ask: propose(task, answered_first(share, ask)), share)


def work_card(task: Task, card: WorkItem) -> Work:
    """The same for a TAG or STRIKE card, whose answers are records and no edits."""
    words = Words(asking.TAGGING, asking.TAGS) if card.type == "TAG" else Words(asking.STRIKING, asking.STRIKES)
    return converse(task, words, lambda ask: answer(task, card, ask))


def converse(task: Task, words: Words, hold: Callable[[Ask], str], share: Share | None = None) -> Work:
    """A conversation in these words; what `hold` makes of it is the summary. `share`: what was paid before it."""
    conversation = conversation_of(task, words)
    if share:
        conversation.spending.had(share)
    try:
        return conversation.spending.done(hold(conversation.ask), conversation.answers.reused)
    except (Refusal, Unusable, Overdue, AttemptTooDear) as error:
        return conversation.spending.failed(error)
    finally:
        conversation.client.close()


def conversation_of(task: Task, words: Words) -> Conversation:
    """By the worker's settings: its model, its price, its key."""
    choice = chosen(task.settings, DEFAULT_MODEL, GEMINI.prices)
    return Conversation(task, choice, find_key(GEMINI.name, os.environ, task.settings.key_env), words)
