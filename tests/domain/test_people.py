"""Two people for what moves money, and passwords that are not the first anybody would try."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.domain.errors import Forbidden
from market.domain.people import (
    LEAST_PASSWORD,
    MOST_PASSWORD,
    PasswordIsTheName,
    PasswordTooCommon,
    PasswordTooLong,
    PasswordTooShort,
    PayeeMayNotApprove,
    RelativeMayNotApprove,
    Role,
    SamePerson,
    UsernameUnusable,
    check_password,
    normal_password,
    normal_username,
    two_people,
)

people = st.integers(1, 5)


@given(people, people, st.none() | people, st.frozensets(people, max_size=3))
def test_two_people_pass_only_if_they_differ_and_neither_gains(
    proposer: int, approver: int, payee: int | None, relatives: frozenset[int]
) -> None:
    allowed = proposer != approver and not {proposer, approver} & ({payee} | relatives)
    try:
        two_people(proposer, approver, payee_user_id=payee, relatives=relatives)
    except Forbidden:
        assert not allowed
    else:
        assert allowed


def test_each_reason_has_its_own_sentence() -> None:
    with pytest.raises(SamePerson):
        two_people(1, 1)
    with pytest.raises(PayeeMayNotApprove):
        two_people(1, 2, payee_user_id=2)
    with pytest.raises(PayeeMayNotApprove):
        two_people(1, 2, payee_user_id=1)
    with pytest.raises(RelativeMayNotApprove):
        two_people(1, 2, payee_user_id=3, relatives=[2])
    two_people(1, 2, payee_user_id=3, relatives=[4])


def test_roles_are_the_six_of_the_glossary() -> None:
    assert {role.value: role.label for role in Role} == {
        "volunteer": "志愿者",
        "treasurer": "财务",
        "social_worker": "社工",
        "reviewer": "复核人",
        "auditor": "监督员",
        "administrator": "管理员",
    }


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "我们家的猫叫小花花呀",
        "lantern-river-42",
        "tr0ub4dor&3x",
        "xN7$kq2!vLp",
    ],
)
def test_a_password_nobody_would_try_first_is_fine(password: str) -> None:
    check_password(password, username="liuyang")


@pytest.mark.parametrize(
    "password",
    [
        "1234567890",
        "13912345678",
        "qwertyuiop12",
        "Password2026!",
        "woaini1314520",
        "aaaaaaaaaaa",
        "abcdefghijk",
        "abababababab",
        "admin!!!12345",
        "0987654321a",
    ],
)
def test_what_everybody_tries_first_is_refused(password: str) -> None:
    with pytest.raises(PasswordTooCommon):
        check_password(password, username="liuyang")


def test_a_password_has_a_least_and_a_most_length() -> None:
    good = "lantern-river-42"
    check_password(good[:LEAST_PASSWORD], username="")
    check_password((good * 8)[:MOST_PASSWORD], username="")
    with pytest.raises(PasswordTooShort):
        check_password(good[: LEAST_PASSWORD - 1], username="")
    with pytest.raises(PasswordTooShort):
        check_password(f"  {good[:6]}  ", username="")
    with pytest.raises(PasswordTooLong):
        check_password((good * 9)[: MOST_PASSWORD + 1], username="")


@pytest.mark.parametrize(
    "password", ["liuyang-7412-xk", "my-LIUYANG-9!?", "ｌｉｕｙａｎｇ-7412-xk"]
)
def test_the_users_name_is_no_password(password: str) -> None:
    with pytest.raises(PasswordIsTheName):
        check_password(password, username=" Liuyang ")


@pytest.mark.parametrize(
    ("password", "username"),
    [
        ("abcab-cab-c", "x1"),
        ("lan-tern-42", "lan"),
        ("qwerty-12-ab", "x1"),
        ("四四方方一口缸缸缸缸", "x1"),
    ],
)
def test_a_password_just_good_enough_is_let_through(password: str, username: str) -> None:
    check_password(password + "z9", username=username)


@pytest.mark.parametrize(
    "password",
    ["abc-abc-abc", "abcd-1234-ab"],
)
def test_few_signs_or_mere_runs_are_too_common(password: str) -> None:
    with pytest.raises(PasswordTooCommon):
        check_password(password, username="x1")


def test_the_shortest_name_that_counts_has_four_signs() -> None:
    with pytest.raises(PasswordIsTheName):
        check_password("river-lily-42", username="lily")
    check_password("river-lil-4277", username="lil")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [(" LiuYang ", "liuyang"), ("ｌｉｕ＿１", "liu_1"), ("刘洋", "刘洋"), ("a-b.c", "a-b.c")],
)
def test_a_username_is_kept_in_one_form(typed: str, kept: str) -> None:
    assert normal_username(typed) == kept


@pytest.mark.parametrize("username", ["", "a", "a" * 41, "a b", "a@b", "<b>", "a/b"])
def test_a_username_nobody_could_type_again_is_refused(username: str) -> None:
    with pytest.raises(UsernameUnusable):
        normal_username(username)
    assert normal_username("ab") == "ab"
    assert normal_username("a" * 40) == "a" * 40


def test_a_full_width_keyboard_types_the_same_password() -> None:
    assert normal_password("ｌａｎｔｅｒｎ－４２") == normal_password("lantern-42") == "lantern-42"
