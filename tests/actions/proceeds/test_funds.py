"""Funds have one purpose for good, and names that can be told apart."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from market.actions.proceeds.funds import CreateFund, FundNameTaken, create_fund
from market.domain.proceeds.purpose import FundPurpose
from market.domain.text import TextMissing
from tests.factories import NOW
from tests.wishes import Stage, make_stage


@pytest.fixture
def stage(session: Session) -> Stage:
    return make_stage(session)


def command(stage: Stage, name: str) -> CreateFund:
    return CreateFund(community_id=stage.community.id, purpose=FundPurpose.ENTERPRISE, name=name)


def test_a_new_fund_is_empty(session: Session, stage: Stage) -> None:
    fund = create_fund(session, command(stage, "助残创业专款"), by_id=stage.by, now=NOW)
    assert (fund.code, fund.purpose) == ("enterprise-1", "enterprise")
    assert (fund.laid_minor, fund.taken_minor, fund.step) == (0, 0, 0)


def test_a_second_fund_of_a_purpose_has_a_code_of_its_own(session: Session, stage: Stage) -> None:
    create_fund(session, command(stage, "助残创业专款"), by_id=stage.by, now=NOW)
    fund = create_fund(session, command(stage, "缝纫工坊专款"), by_id=stage.by, now=NOW)
    assert fund.code == "enterprise-2"


def test_two_funds_do_not_share_a_name(session: Session, stage: Stage) -> None:
    with pytest.raises(FundNameTaken):
        create_fund(session, command(stage, " 微心愿专款"), by_id=stage.by, now=NOW)


def test_another_community_may_use_the_same_name(session: Session, stage: Stage) -> None:
    create_fund(session, command(stage, "助残创业专款"), by_id=stage.by, now=NOW)
    create_fund(session, command(make_stage(session), "助残创业专款"), by_id=stage.by, now=NOW)


def test_a_fund_has_a_name(session: Session, stage: Stage) -> None:
    with pytest.raises(TextMissing):
        create_fund(session, command(stage, " "), by_id=stage.by, now=NOW)
