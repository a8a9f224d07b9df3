"""An application for support: its plan, whether it is whole, and what two people's words make of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from market.domain.errors import N_, Forbidden, Invalid, Refused
from market.domain.money import Money
from market.domain.people import PayeeMayNotApprove, RelativeMayNotApprove

MOST_GOAL = 400
MOST_ITEM = 60
MOST_MILESTONE = 200
MOST_WORDS = 400
MOST_ITEMS = 10
MOST_STEPS = 8
REVIEWERS = 2


class SupportKind(StrEnum):
    """What a step of a plan is supported with."""

    MONEY = "money"
    GOODS = "goods"
    FREE_STALL = "free_stall"
    TRAINING = "training"

    @property
    def costs(self) -> bool:
        """Whether it takes money of a fund."""
        return self in {SupportKind.MONEY, SupportKind.GOODS}

    @property
    def label(self) -> str:
        """The Chinese name, for translation."""
        return _KIND_LABELS[self]


class Origin(StrEnum):
    """Who wrote an application."""

    OWN = "own"
    HELPER = "helper"
    PAPER = "paper"

    @property
    def label(self) -> str:
        """The Chinese name, for translation."""
        return _ORIGIN_LABELS[self]


class ApplicationState(StrEnum):
    """How far an application is."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The Chinese name, for translation."""
        return _STATE_LABELS[self]


_KIND_LABELS = {
    SupportKind.MONEY: N_("支持款"),
    SupportKind.GOODS: N_("物资"),
    SupportKind.FREE_STALL: N_("免费摊位"),
    SupportKind.TRAINING: N_("培训"),
}
_ORIGIN_LABELS = {
    Origin.OWN: N_("本人填写"),
    Origin.HELPER: N_("帮手代填"),
    Origin.PAPER: N_("纸质申请，工作人员录入"),
}
_STATE_LABELS = {
    ApplicationState.DRAFT: N_("还在填写"),
    ApplicationState.SUBMITTED: N_("等人审核"),
    ApplicationState.APPROVED: N_("已同意"),
    ApplicationState.REFUSED: N_("没有同意"),
    ApplicationState.WITHDRAWN: N_("已撤回"),
}


class ApplicantMayNotDecide(PayeeMayNotApprove):
    """The applicant reviews, proposes or approves for themselves."""

    sentence = N_("这是给您自己的支持，审核、提出和批准都要由别的同事来办。")


class RelativeMayNotDecide(RelativeMayNotApprove):
    """Somebody who declared an interest."""

    sentence = N_("您声明过和申请人有亲属或利益关系，审核、提出和批准都要由别的同事来办。")


class HelperMayNotDecide(Forbidden):
    """Somebody whom the applicant named as a helper."""

    sentence = N_("您是申请人的帮手，审核、提出和批准都要由别的同事来办。")


class InterestNotDeclared(Invalid):
    """A word on an application without having said that there is no interest in it."""

    sentence = N_("请先声明您和申请人没有亲属或利益关系；有的话，请换一位同事审核。")


class ReasonMissing(Invalid):
    """A refusal that does not say why."""

    sentence = N_("不同意时请写明理由，申请人会看到。")


class PlanNotWhole(Invalid):
    """Something that two people need to judge a plan is not there yet."""

    sentence = N_("申请还缺：%(what)s。请补上再提交。")


class StepsOutOfOrder(Invalid):
    """A later step that is due earlier."""

    sentence = N_("后一步的日期不能早于前一步，请从第 %(number)s 步改起。")


class StepInThePast(Invalid):
    """A milestone that would be overdue when it is written down."""

    sentence = N_("这一步的日期已经过去了，请写今天以后的日期。")


class StepsBeyondBudget(Invalid):
    """More support asked for than there is anything to pay for."""

    sentence = N_("各步要的支持加起来是 %(steps)s，比预算 %(budget)s 多，请改一下金额。")


class CostMissing(Invalid):
    """Money or goods without an amount."""

    sentence = N_("支持款和物资要写金额。")


class CostsNothing(Invalid):
    """A free stall or training with an amount."""

    sentence = N_("免费摊位和培训不写金额，请把金额留空。")


class TooManyLines(Invalid):
    """More than fits a page that somebody is to understand."""

    sentence = N_("最多 %(most)s 项，请合并几项。")


class NotYetApproved(Refused):
    """A tranche of a plan that two people have not agreed to."""

    sentence = N_("这份申请现在是“%(state)s”，两个人同意以后才能安排款项。")


class MilestoneNotReached(Refused):
    """No evidence of the milestone was accepted."""

    sentence = N_("第 %(number)s 批的阶段目标还没有确认达到，先看过佐证材料才能放款。")


class EarlierFirst(Refused):
    """A tranche whose turn has not come."""

    sentence = N_("要先完成第 %(number)s 批：放款、交齐用款凭证、没用完的退回，才轮到这一批。")


class BeyondPlan(Refused):
    """More than the plan says."""

    sentence = N_("第 %(number)s 批按计划还能安排 %(left)s，安排不了 %(amount)s。")


class StillUnspent(Refused):
    """A second release while the first still lies there."""

    sentence = N_("第 %(number)s 批还有 %(left)s 没有用，用完或退回以后才能再安排。")


class CostsNoMoney(Refused):
    """Money for a free stall or training."""

    sentence = N_("第 %(number)s 批是“%(kind)s”，不用安排款项。")


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """One thing that money is for."""

    name: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be reached by when, and the support that follows; raises CostMissing, CostsNothing."""

    kind: SupportKind
    milestone: str
    due_on: date
    amount_minor: int

    def __post_init__(self) -> None:
        if self.kind.costs and not self.amount_minor:
            raise CostMissing(field="amount")
        if not self.kind.costs and self.amount_minor:
            raise CostsNothing(field="amount")


@dataclass(frozen=True, slots=True)
class Plan:
    """A goal, what it costs, and the steps to it. A draft may hold less than a whole one."""

    goal: str
    budget: tuple[BudgetLine, ...]
    steps: tuple[Step, ...]

    @property
    def budget_minor(self) -> int:
        return sum(line.amount_minor for line in self.budget)

    @property
    def support_minor(self) -> int:
        """What the steps ask of a fund."""
        return sum(step.amount_minor for step in self.steps)

    @property
    def missing(self) -> list[str]:
        """What is still to be filled in, as msgids."""
        parts = ((self.goal, N_("目标")), (self.steps, N_("一步一步的计划")))
        found = [name for given, name in parts if not given]
        if self.support_minor and not self.budget:
            found.append(N_("预算"))
        return found

    def check_whole(self) -> None:
        """Raises PlanNotWhole, StepsOutOfOrder, StepsBeyondBudget."""
        if self.missing:
            raise PlanNotWhole(what=self.missing[0])
        for number, (one, next_one) in enumerate(pairwise(self.steps), start=2):
            if next_one.due_on < one.due_on:
                raise StepsOutOfOrder(number=number)
        if self.support_minor > self.budget_minor:
            raise StepsBeyondBudget(
                steps=Money(self.support_minor), budget=Money(self.budget_minor)
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class TrancheNow:
    """A step as it stands. `left_minor`: allocated to it, and neither spent nor returned."""

    id: int
    number: int
    kind: SupportKind
    amount_minor: int
    funded_minor: int
    left_minor: int
    released: bool
    reached: bool

    @property
    def settled(self) -> bool:
        """Whether the next one's turn has come: reached, and all its money accounted for."""
        return self.reached and (not self.kind.costs or (self.released and not self.left_minor))


def outcome(words: Iterable[bool]) -> ApplicationState:
    """What the reviewers' words make of an application: one no refuses, two yeses approve."""
    said = list(words)
    if not all(said):
        return ApplicationState.REFUSED
    return ApplicationState.APPROVED if len(said) >= REVIEWERS else ApplicationState.SUBMITTED


def check_release(
    state: ApplicationState, plan: Sequence[TrancheNow], number: int, amount_minor: int
) -> None:
    """Whether tranche `number` of a plan in order may be given so much now.

    Raises NotYetApproved, CostsNoMoney, EarlierFirst, MilestoneNotReached, StillUnspent, BeyondPlan.
    """
    if state is not ApplicationState.APPROVED:
        raise NotYetApproved(state=state.label)
    one = next(tranche for tranche in plan if tranche.number == number)
    if not one.kind.costs:
        raise CostsNoMoney(number=number, kind=one.kind.label)
    for earlier in plan:
        if earlier.number < number and not earlier.settled:
            raise EarlierFirst(number=earlier.number)
    if not one.reached:
        raise MilestoneNotReached(number=number)
    if one.left_minor:
        raise StillUnspent(number=number, left=Money(one.left_minor))
    room = one.amount_minor - one.funded_minor
    if amount_minor > room:
        raise BeyondPlan(number=number, left=Money(room), amount=Money(amount_minor))


def due_now(state: ApplicationState, plan: Sequence[TrancheNow]) -> TrancheNow | None:
    """The tranche that may be released now, if there is one."""
    for tranche in plan:
        room = tranche.amount_minor - tranche.funded_minor
        try:
            check_release(state, plan, tranche.number, max(room, 1))
        except Refused:
            continue
        if not tranche.released:
            return tranche
    return None
