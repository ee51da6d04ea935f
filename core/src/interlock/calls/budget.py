"""Budgets: no call once a run, a day or a month has used up what the operator allows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from interlock.calls.call import Call
from interlock.calls.gate import Gate
from interlock.calls.spending import Amounts, Spending, root_of
from interlock.sdk import BudgetPolicy, BudgetSpent


class KeepBudgets(Gate):
    """What a call costs is known afterwards: calls in flight together may pass a limit together.

    Where calls tell what they use up, but never in a budget's unit, the budget would hold nothing
    back: one call finds out, and the next is refused.
    """

    def __init__(self, budgets: Sequence[BudgetPolicy], spending: Spending) -> None:
        self._budgets = budgets
        self._spending = spending
        # Units that a call was let in to find out about: what is wrong may have been mended since.
        self._tried: set[str] = set()

    async def enter(self, call: Call) -> None:
        for budget in self._budgets:
            now = self._spending.now
            scope = _scope(budget, call, now)
            if scope is None:
                continue
            sums = await self._spending.of(scope, is_run=budget.per == "run")
            spent = sums.get(budget.unit, 0.0)
            if budget.unit not in sums:
                self._find_out(budget, call, sums)
            if spent >= budget.limit:
                call.decided("budget-spent", per=budget.per, unit=budget.unit)
                raise _refusal(budget, call, spent, now)

    def _find_out(self, budget: BudgetPolicy, call: Call, sums: Amounts) -> None:
        if not sums or budget.unit not in self._tried:
            self._tried.add(budget.unit)
            return
        call.decided("budget-untold", per=budget.per, unit=budget.unit)
        raise BudgetSpent(
            f"{call.tool}: a budget in {budget.unit} cannot be kept, since its calls tell only of "
            f"{', '.join(sorted(sums))}",
            hint="give the service its prices, or a budget in one of these units",
            policy="budget",
            per=budget.per,
            unit=budget.unit,
            limit=budget.limit,
        )


def _scope(budget: BudgetPolicy, call: Call, now: datetime) -> str | None:
    """What the budget is for; None for a call outside of runs, if it is for runs."""
    match budget.per:
        case "run":
            return root_of(call.run_id)
        case "day":
            return f"{now:%Y-%m-%d}"
        case "month":
            return f"{now:%Y-%m}"


def _refusal(budget: BudgetPolicy, call: Call, spent: float, now: datetime) -> BudgetSpent:
    service = call.tool.partition(".")[0]
    whose = f"run {root_of(call.run_id)}" if budget.per == "run" else f"this {budget.per} (UTC)"
    return BudgetSpent(
        f"{call.tool}: {spent:.6g} {budget.unit} of {budget.limit:.6g} are spent for {whose}",
        hint=f"raise `budget` in the policies of the service {service}",
        retry_after=_until_next(budget, now),
        policy="budget",
        per=budget.per,
        unit=budget.unit,
        limit=budget.limit,
        spent=spent,
    )


def _until_next(budget: BudgetPolicy, now: datetime) -> float | None:
    if budget.per == "run":
        return None
    next_one = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    while budget.per == "month" and next_one.day != 1:
        next_one += timedelta(days=1)
    return (next_one - now).total_seconds()
