"""A call as the handlers of sinks see it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TypeAlias

from tree_sitter import Node

from gate.examine.outbound.javascript.contacts import Contacts
from gate.examine.outbound.javascript.program import Program
from gate.examine.outbound.javascript.scopes import plain

MEMBERS = ("member_expression", "subscript_expression")
_OWNER_LENGTH = 120


class Call:
    """A call or ``new``: its node and the last part of the name that is called; the rest when it is asked for.

    ``function`` and ``arguments`` are given where they stand elsewhere than in an ordinary call (``f.call(x, url)``).
    """

    def __init__(
        self,
        program: Program,
        node: Node,
        name: str,
        function: Node | None = None,
        arguments: list[Node] | None = None,
    ) -> None:
        self._program = program
        self._function = function
        self._arguments = arguments
        self.node = node
        self.name = name

    @cached_property
    def function(self) -> Node:
        """What is called."""
        return plain(self._function or self.node.child(0))

    @cached_property
    def receiver(self) -> Node | None:
        """What it is called on."""
        return self.function.named_children[0] if self.function.type.endswith(MEMBERS) else None

    @cached_property
    def arguments(self) -> list[Node]:
        """The arguments."""
        return self._program.arguments(self.node) if self._arguments is None else self._arguments

    def argument(self, index: int) -> Node | None:
        """Return an argument, or None where there are not so many."""
        return self.arguments[index] if index < len(self.arguments) else None

    def is_on(self, *owners: bytes) -> bool:
        """Say whether the text of what it is called on, or is a member of by ``with``, ends in one of ``owners``."""
        called = self._function or self.node.child(0)
        end = called.end_byte
        text = self._program.data[max(called.start_byte, end - _OWNER_LENGTH) : end]
        if text.endswith(b"]"):
            return self.receiver is not None and self._ends_in(self.receiver, owners)
        if b"." not in text:
            return any(self._ends_in(each, owners) for each in self._program.objects_around(self.node.start_byte))
        return text.rpartition(b".")[0].endswith(owners)

    def _ends_in(self, node: Node, owners: tuple[bytes, ...]) -> bool:
        end = plain(node).end_byte
        return self._program.data[max(plain(node).start_byte, end - _OWNER_LENGTH) : end].endswith(owners)


Handler: TypeAlias = Callable[[Contacts, Call], None]
