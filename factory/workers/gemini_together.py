"""Several tickets of one scope in one call. Each gets its share of the answer and of the money; its own attempt does
the rest, alone: repair, placing, gate and stamp."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from factory.model import Plan
from factory.money.spend import bill
from factory.money.wallet import AttemptTooDear
from factory.proposals.context import choose
from factory.proposals.proposing import Ask, Spoken, Unusable
from factory.proposals.shares import Share, Shares, split
from factory.proposals.together import TOGETHER, joined, parts, question, schema
from factory.workers import Task, Work
from factory.workers.bounded_call import Overdue
from factory.workers.gemini_conversation import Conversation, Words
from factory.workers.spending import Refusal
from factory.workers.split_wallet import SplitWallet

Open = Callable[[Task, Words], Conversation]


def bought(task: Task, opened: Open) -> Share | Work | None:
    """This ticket's share, after one call for it and its fellows; kept for each of them. Work: how the attempt ended
    where the provider refused. None: one of them cannot pay its share, so this ticket is asked about alone."""
    plans = (task.plan, *(fellow.plan for fellow in task.fellows))
    names = [plan.ticket_id for plan in plans]
    wallet = SplitWallet((task.wallet, *(fellow.wallet for fellow in task.fellows)))
    conversation = opened(replace(task, wallet=wallet), Words(TOGETHER, schema(names)))
    words = question(plans, task.rules, choose(task.files, joined(plans)), task.about())
    try:
        texts = parts(conversation.ask((Spoken("user", words),)), names)
    except AttemptTooDear:
        return None
    except Unusable:  # cut, blocked or no JSON: it was paid for, and each is asked about alone
        texts = dict.fromkeys(names, "")
    except (Refusal, Overdue) as error:
        return conversation.spending.failed(error)
    finally:
        conversation.client.close()
    return _kept(Shares(task.answers), plans, texts, conversation)


def _kept(shares: Shares, plans: tuple[Plan, ...], texts: dict[str, str], conversation: Conversation) -> Share:
    used = conversation.spending.usage
    whole = bill(used.calls, used.tokens_in, used.tokens_out, conversation.spending.usd)
    made = [
        Share(
            base=plan.base,
            text=texts[plan.ticket_id],
            request=conversation.spending.telling.exchanges[-1].request,
            together=tuple(texts),
            model=used.model,
            calls=part.calls,
            tokens_in=part.tokens_in,
            tokens_out=part.tokens_out,
            usd=float(part.usd),
        )
        for plan, part in zip(plans, split(whole, len(plans)), strict=True)
    ]
    for plan, share in zip(plans, made, strict=True):
        shares.keep(plan, share)
    return made[0]


def answered_first(share: Share | None, ask: Ask) -> Ask:
    """The first question is answered by the share, where that can be used; every further one is asked."""
    left = [share.text] if share and share.text else []
    return lambda turns: left.pop() if left else ask(turns)
