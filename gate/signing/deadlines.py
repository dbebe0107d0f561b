"""Requests to signing services: an end to waiting, and to what is read.

No read of a socket waits for long, no answer is longer than one may be, nothing is followed elsewhere; and because a
server that sends a byte now and then passes all of these, the whole of a step runs in a thread that is given up at its
deadline.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any, Final, TypeVar

import requests
from requests.adapters import HTTPAdapter

MOST_ANSWER: Final = 4 << 20
"""Bytes of an answer: a log's entry is some kilobytes, a certificate chain less."""
CONNECT_SECONDS: Final = 10.0
READ_SECONDS: Final = 30.0
"""The second log answers when the entry is in the tree, which takes up to ten seconds."""

Result = TypeVar("Result")


class TooLateError(Exception):
    """A step did not come to an end in time."""


class AnswerTooLongError(requests.RequestException):
    """A service sends more than any answer has."""


def within(seconds: float, work: Callable[[], Result]) -> Result:
    """Return what ``work`` returns, or raise what it raises; :class:`TooLateError` past ``seconds``.

    What is given up goes on in a thread that ends with the program at the latest.
    """
    done: queue.SimpleQueue[tuple[bool, Any]] = queue.SimpleQueue()

    def run() -> None:
        try:
            done.put((True, work()))
        except BaseException as error:  # noqa: BLE001  # it is raised again where the work was asked for
            done.put((False, error))

    threading.Thread(target=run, daemon=True).start()
    try:
        good, value = done.get(timeout=seconds)
    except queue.Empty as error:
        raise TooLateError from error
    if not good:
        raise value
    result: Result = value
    return result


class _Bounded(HTTPAdapter):
    """Waits no longer than a few seconds for each read, and reads no more than an answer may have."""

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:  # noqa: ANN401  # as in the base class
        options |= {"stream": True, "timeout": (CONNECT_SECONDS, READ_SECONDS)}
        response = super().send(request, *args, **options)
        body = bytearray()
        for chunk in response.iter_content(1 << 16):
            body += chunk
            if len(body) > MOST_ANSWER:
                response.close()
                raise AnswerTooLongError(request=request)
        response._content = bytes(body)  # noqa: SLF001  # where the library keeps a body that was read
        return response


def bound(session: requests.Session) -> requests.Session:
    """Make a session of one of the library's clients wait and read no more than it may, and return it.

    It uses the proxies that the environment names, follows no redirection, and never puts what ``.netrc`` holds in the
    place of a token.
    """
    if not isinstance(session.get_adapter("https://"), _Bounded):
        session.mount("https://", _Bounded())
        session.mount("http://", _Bounded())
        session.max_redirects = 0
        session.auth = _unchanged
    return session


def _unchanged(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
