"""Attacks on what others than the supplier have signed of a release, and by them."""

from __future__ import annotations

from collections.abc import Callable

from gate.record import layout
from tests.verification_attacks.attack import Attack, Power, Trusts, then
from tests.verification_attacks.on_openpgp import signed
from tests.verification_attacks.scene import ASC, RECORD, SUMS, Scene

MINISTRY = Trusts(
    ways=("openpgp",), more='[[openpgp]]\nfingerprint = "{other}"\nkey = "other.asc"\nrole = "countersigner"\n'
)
"""The recipient knows of a countersigner, by the key that is not the supplier's."""
FOLDER = layout.COUNTERSIGNATURES


def place(scene: Scene, signer: str = "") -> str:
    return layout.countersignature_path(signer or scene.arena.keys.other, ".asc")


def countersign(*, what: str = RECORD, by_supplier: bool = False, name: str = "") -> Callable[[Scene], None]:
    """Put a countersignature into the release, by the countersigner's key or the supplier's."""

    def do(scene: Scene) -> None:
        keys = scene.arena.keys
        key = keys.supplier if by_supplier else keys.other
        (scene.out / FOLDER).mkdir(exist_ok=True)
        scene.write(name or place(scene, key), scene.arena.home.sign(key, scene.read(what)))

    return do


def demanded(scene: Scene) -> None:
    scene.trust(record="countersigned = true")


def of_the_earlier(scene: Scene) -> None:
    (scene.out / FOLDER).mkdir()
    record = (scene.arena.earlier / RECORD).read_bytes()
    scene.write(place(scene), scene.arena.home.sign(scene.arena.keys.other, record))


def many(scene: Scene) -> None:
    (scene.out / FOLDER).mkdir()
    for number in range(21):
        scene.write(place(scene, str(number)), b"x")


def by_stranger(scene: Scene) -> None:
    home = scene.arena.lab
    key = home.make("Ministry <ministry@example.org>")
    (scene.out / FOLDER).mkdir()
    scene.write(place(scene, key), home.sign(key, scene.read(RECORD)))


ATTACKS = [
    Attack("counter-missing", Power.DISK, ("a countersignature removed that is demanded", "求められる副署名の削除"),
           demanded, "verify/not-countersigned", FOLDER, MINISTRY, twin=then(demanded, countersign())),
    Attack("counter-stranger", Power.KEY, ("a countersignature by nobody whom the recipient names",
           "受領者の知らない者の副署名"), then(demanded, by_stranger), "verify/not-countersigned", FOLDER, MINISTRY),
    Attack("counter-replayed", Power.ARCHIVE, ("the countersignature of an earlier record", "以前の記録の副署名の流用"),
           of_the_earlier, "verify/countersignature", "{counter}", MINISTRY, twin=countersign()),
    Attack("counter-other-file", Power.COLLEAGUE, ("a countersignature over another file", "別のファイルの副署名"),
           countersign(what=SUMS), "verify/countersignature", "{counter}", MINISTRY),
    Attack("counter-renamed", Power.DISK, ("a countersignature under another signer's name",
           "別の者の名前による副署名"), countersign(name=layout.countersignature_path("else", ".asc")),
           "verify/countersignature", layout.countersignature_path("else", ".asc"), MINISTRY),
    Attack("counter-own-name", Power.DISK, ("a countersignature under a name of the attacker's", "任意の名前の副署名"),
           countersign(name=f"{FOLDER}/approved.asc"), "verify/unexpected", f"{FOLDER}/approved.asc", MINISTRY),
    Attack("counter-many", Power.DISK, ("more countersignatures than any release has", "多数の副署名の追加"), many,
           "verify/countersignatures-too-many", FOLDER, MINISTRY),
    Attack("counter-as-supplier", Power.COLLEAGUE, ("a countersigner in the supplier's place",
           "副署名者による納入者としての署名"), signed(other=True), "verify/signer-unknown", ASC, MINISTRY,
           twin=signed()),
]  # fmt: skip
