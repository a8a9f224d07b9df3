"""Every refusal as a page: one sentence, a remedy, a way back. Each family has one status."""

from __future__ import annotations

from datetime import date

from flask import Flask, Response, current_app, make_response, render_template, request
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from market.domain.errors import (
    N_,
    Busy,
    Forbidden,
    Invalid,
    MarketError,
    Missing,
    Refused,
    Throttled,
    Unknown,
)
from market.domain.money import Money
from market.web.addresses import came_from
from market.web.filters import date_text, money_text

STATUS: dict[type[MarketError], int] = {
    Invalid: 422,
    Unknown: 401,
    Forbidden: 403,
    Missing: 404,
    Refused: 409,
    Throttled: 429,
    Busy: 503,
}

HTTP_SENTENCES = {
    400: N_("浏览器发来的内容不完整，请返回上一页再试一次。"),
    401: N_("请先登录。"),
    403: N_("您的账号没有这一页的权限。需要的话，请管理员为您添加角色。"),
    404: N_("没有找到这个页面，请从首页重新进入。"),
    405: N_("这个地址不能这样打开，请从首页重新进入。"),
    413: N_("发来的内容太大了，没有保存。请返回上一页，减少一些再提交，您填的内容还在那里。"),
    415: N_("发来的内容格式不对，请用页面上的表单填写。"),
    429: N_("试的次数太多了，请过几分钟再试。"),
    500: N_("程序出错了，刚才这一步没有保存。我们已记下，请稍后再试。"),
    503: N_("系统暂时不可用，刚才这一步没有保存，请稍后再试。"),
}
API_SENTENCES = {
    400: N_("发来的内容不完整，没有保存。没传完的记录还在手机里，会再传一次。"),
    404: N_("没有这个接口，请刷新页面再试。"),
    405: N_("这个接口不能这样用，请刷新页面再试。"),
    413: N_("一次传得太多了，没有保存。一次最多 1000 笔、1 MB，请分几次再传。"),
    415: N_("发来的内容格式不对，没有保存，这里只收 JSON。"),
}
"""Below /api/ nobody has a page to go back to."""
PLAIN = "text/plain; charset=utf-8"
PAGES = frozenset({403, 404, 409, 422, 429, 500, 503})
"""Statuses with a page of their own, which knows what to say."""
_OTHERS = {400: 422, 413: 422, 415: 422, 401: 403, 405: 404}


def status_of(error: MarketError) -> int:
    """The status of an error's family; 409 for one of no family."""
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 409)


def sentence_of(error: MarketError) -> str:
    """The error in the page's language, its facts written as the page writes them."""
    facts = {name: _fact_text(value) for name, value in error.facts.items()}
    return str(gettext(error.sentence, **facts))


def install(app: Flask) -> None:
    app.register_error_handler(MarketError, _market_error)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(SQLAlchemyError, _database_error)
    app.register_error_handler(Exception, _unexpected)


def _fact_text(value: object) -> object:
    if isinstance(value, Money):
        return money_text(value.minor)
    if isinstance(value, date):
        return date_text(value)
    if isinstance(value, tuple):
        return gettext(N_("、")).join(gettext(part) for part in value)
    return gettext(value) if isinstance(value, str) and value else value


def _market_error(error: MarketError) -> ResponseReturnValue:
    response = make_response(_answer(status_of(error), sentence_of(error)))
    if isinstance(error, Throttled) and "seconds" in error.facts:
        response.headers["Retry-After"] = str(error.facts["seconds"])
    if isinstance(error, Unknown):
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _stale_form(_error: CSRFError) -> ResponseReturnValue:
    stale = N_("页面放得太久了，请返回上一页刷新后再提交，您填的内容不会丢。")
    return _answer(400, gettext(stale))


def _http_error(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if code < 400:  # noqa: PLR2004 - a redirect raised as an exception is an answer, not an error
        return error.get_response()
    response = make_response(_answer(code))
    # What the protocol wants beside the status: Allow, Retry-After, WWW-Authenticate.
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            response.headers.setdefault(name, value)
    return response


def _database_error(error: SQLAlchemyError) -> ResponseReturnValue:
    """Full, gone, restarting or too slow is nobody's mistake; a broken constraint is ours."""
    if not isinstance(error, OperationalError | InterfaceError | PoolTimeout):
        return _unexpected(error)
    current_app.logger.error("the database refused", exc_info=error)
    return _answer(503)


def _unexpected(error: Exception) -> ResponseReturnValue:
    if current_app.testing:
        raise error
    current_app.logger.error("unexpected", exc_info=error)
    return _answer(500)


def _answer(status: int, sentence: str = "") -> ResponseReturnValue:
    """The page (or, below /api/, the problem) of a status; without a sentence in its own words."""
    for_api = request.path.startswith("/api/")
    sentences = HTTP_SENTENCES | API_SENTENCES if for_api else HTTP_SENTENCES
    in_words = sentence or gettext(sentences.get(status, sentences[400]))
    if for_api:
        return _problem(status, in_words)
    page = status if status in PAGES else _OTHERS.get(status, 422)
    if request_ctx.url_adapter is None:
        # The host is not ours, so no address can be made for a page: the words alone, then.
        return Response(f"{in_words}\n", status, content_type=PLAIN)
    return render_template(
        f"errors/{page}.html",
        sentence="" if page == status and not sentence else in_words,
        status=status,
        back_url=came_from(),
    ), status


def _problem(status: int, sentence: str) -> ResponseReturnValue:
    """RFC 9457."""
    problem = {"type": "about:blank", "status": status, "title": sentence}
    response = current_app.json.response(problem)
    response.status_code = status
    response.mimetype = "application/problem+json"
    return response
