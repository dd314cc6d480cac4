"""Each fault of the schedule as a way to answer. `accept` takes the order and gives its id."""

import json
import time
from collections.abc import Callable

from tests.hostile.handler import PAGE, Handler

Accept = Callable[[], str]
Answer = Callable[[Handler, Accept], None]


def _body(task_id: str) -> bytes:
    return json.dumps({"message": "success", "task_id": task_id}).encode()


def _good(handler: Handler, accept: Accept) -> None:
    handler.bytes(200, _body(accept()), Content_Type="application/json")


def _drop_after(handler: Handler, accept: Accept) -> None:
    accept()
    handler.drop()


def _answer_late(handler: Handler, accept: Accept) -> None:
    task_id = accept()
    time.sleep(handler.upstream.past_time_out)
    handler.bytes(200, _body(task_id))


def _accept_late(handler: Handler, accept: Accept) -> None:
    """The studio has given up by then, and nobody tells it that the order was taken after all."""
    time.sleep(handler.upstream.past_time_out)
    handler.bytes(200, _body(accept()))


def _charged_empty(handler: Handler, accept: Accept) -> None:
    accept()
    handler.bytes(200, b"")


def _charged_truncated(handler: Handler, accept: Accept) -> None:
    handler.truncated(_body(accept()))


def _charged_odd_id(handler: Handler, accept: Accept) -> None:
    accept()
    handler.json(200, {"message": "success", "task_id": ["not", "an", "id"]})


def _drip(handler: Handler, accept: Accept) -> None:
    handler.drip(_body(accept()), 2 * handler.upstream.past_time_out)


def _drop_before(handler: Handler, accept: Accept) -> None:
    handler.drop()


def _hang(handler: Handler, accept: Accept) -> None:
    handler.hang()


def _charged(answer: Answer) -> Answer:
    def charged(handler: Handler, accept: Accept) -> None:
        accept()
        answer(handler, accept)

    return charged


def _error(status: int, kind: str, text: str, **more: int) -> Answer:
    def error(handler: Handler, accept: Accept) -> None:
        handler.json(status, {"type": kind, "error": text, **more})

    return error


def _page(handler: Handler, accept: Accept) -> None:
    handler.bytes(502, PAGE, Content_Type="text/html")


def _redirect(handler: Handler, accept: Accept) -> None:
    """To the same place: whoever follows a 307 sends the order once more."""
    handler.bytes(307, b"", Location=handler.path)


_500 = _error(500, "internal_error", "Internal Server Error")

TO_ORDERS: dict[str, Answer] = {
    "": _good,
    "drop_after": _drop_after,
    "answer_late": _answer_late,
    "accept_late": _accept_late,
    "charged_500": _charged(_500),
    "charged_502_html": _charged(_page),
    "charged_empty": _charged_empty,
    "charged_truncated": _charged_truncated,
    "charged_redirect": _charged(_redirect),
    "charged_odd_id": _charged_odd_id,
    "drip": _drip,
    "drop_before": _drop_before,
    "hang": _hang,
    "error_500": _500,
    "error_502_html": _page,
    "redirect": _redirect,
    "busy_429": _error(429, "rate_limited", "Too many concurrent tasks. Retry after a short wait."),
    "invalid_400": _error(400, "validation_error", "The 'sound' field is <b>invalid</b>."),
    "gone_404": _error(404, "not_found", "endpoint not found"),
    "invalid_422": _error(422, "validation_error", "unprocessable"),
    "retired_410": _error(410, "endpoint_retired", "The task type 'create_music' is retired."),
    "poor_402": _error(402, "insufficient_credits", "Insufficient credits.", remaining_credits=3),
    "key_401": _error(401, "unauthorized", "Invalid API key"),
    "forbidden_403": _error(403, "forbidden", "You may not do this now."),
}

TELLING = ("", "answer_late", "accept_late")  # a whole answer with the id, if anybody still listens


def _poll_error(status: int, kind: str, text: str) -> Callable[[Handler], None]:
    return lambda handler: handler.json(status, {"type": kind, "error": text})


TO_POLLS: dict[str, Callable[[Handler], None]] = {
    "error_502_html": lambda handler: handler.bytes(502, PAGE, Content_Type="text/html"),
    "busy_429": _poll_error(429, "rate_limited", "Slow down."),
    "error_500": _poll_error(500, "internal_error", "Internal Server Error"),
    "truncated": lambda handler: handler.truncated(
        b'{"code": 200, "status": "SUCCESS", "data": [{"clip_id": "x"'
    ),
    "drop": lambda handler: handler.drop(),
    "not_found": _poll_error(404, "not_found", "task not found"),
    "odd_status": lambda handler: handler.json(200, {"code": 200, "status": "QUEUED2", "data": None}),
    "timeout_504": lambda handler: handler.bytes(504, PAGE, Content_Type="text/html"),
    "hang": lambda handler: handler.hang(),
}
