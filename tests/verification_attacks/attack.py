"""What one line of the table of attacks is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.verification_attacks.scene import Scene


class Power(Enum):
    """What an attacker can do or holds, in English and Japanese."""

    DISK = ("can write to the recipient's copy; holds no key", "受領者の複製に書き込める。鍵は持たない")
    CARRIER = ("carries the release, and unpacks it with rights of its own", "納入物を運び、独自の権限で展開する")
    TIMING = ("can write to the copy while it is verified", "検証中の複製に書き込める")
    ARCHIVE = ("holds other releases by the same supplier", "同じ納入者の他の納入物を持つ")
    KEY = ("holds an OpenPGP key of their own", "自分の OpenPGP 鍵を持つ")
    MAIL = ("can change the key file on its way to the recipient", "受領者に届く前の鍵ファイルを変更できる")
    STOLEN = ("holds the supplier's stolen key, or one that has ended", "納入者の盗まれた鍵又は終了した鍵を持つ")
    COLLEAGUE = ("is another signer whom the recipient accepts", "受領者が受け入れる別の署名者である")
    CERTIFICATE = ("holds a certificate for somebody else", "他人の証明書を持つ")
    AUTHORITY = ("runs an authority of their own", "独自の認証局を運営する")
    STAMPS = ("runs, or once ran, a time-stamping authority", "タイムスタンプ局を運営している、又は運営していた")
    ACCOUNT = ("signs at the accepted sigstore instance as somebody else", "信頼する sigstore で他人として署名する")
    INSTANCE = ("runs a sigstore instance of their own", "独自の sigstore を運営する")
    CACHE = ("can write to the caches of the recipient's account", "受領者のアカウントのキャッシュに書き込める")
    SUPPLIER = ("is the supplier, and signs what is not so", "納入者自身であり、事実と異なるものに署名する")


@dataclass(frozen=True)
class Trusts:
    """Whom the recipient accepts, and what the record has to say: what a trust file is written from."""

    ways: tuple[str, ...] = ("openpgp", "x509", "keyless")
    require: str = '"any"'
    record: str = ""
    """Lines of ``[record]``."""
    x509: str = ""
    """More lines of ``[[x509]]``."""
    identity: str = ""
    """The accepted identity, where it is not the workflow's own."""
    repository: str = ""
    """The repository for which the accepted identity has to have signed, where it is named."""
    more: str = ""
    """More entries."""


@dataclass(frozen=True)
class Attack:
    """One attack: who, what in two languages, how, and the refusal that it has to meet.

    ``refusal`` is the id of a verification that failed, or the code of what makes it impossible (``trust.…``, exit
    2).  Before it the untouched release verifies under the same ``trusts``.  ``twin`` does what looks the same and is
    harmless: the release must verify after it.
    """

    name: str
    power: Power
    what: tuple[str, str]
    do: Callable[[Scene], object]
    refusal: str
    path: str = ""
    trusts: Trusts = field(default_factory=Trusts)
    twin: Callable[[Scene], object] | None = None


def then(*steps: Callable[[Scene], object]) -> Callable[[Scene], None]:
    """Return what does one thing after another."""

    def do(scene: Scene) -> None:
        for step in steps:
            step(scene)

    return do


@dataclass(frozen=True)
class Harmless:
    """A change that proves nothing else and is not refused: what in two languages, and why it may be so."""

    name: str
    what: tuple[str, str]
    why: tuple[str, str]
    do: Callable[[Scene], object]
    trusts: Trusts = field(default_factory=Trusts)
