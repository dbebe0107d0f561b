"""Write the tables of ``docs/containers.md`` and its Japanese twin from what the gate and its tests hold.

``python tools/containers_doc.py`` writes them between their markers, ``--check`` only says whether they are current
(exit 1 if not).  A container, limit or finding without a text here is an error, so that none is left out.
"""

from __future__ import annotations

import ast
import itertools
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from doc_tables import Language, Tables, write_or_check

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from gate.intake.readers.registry import READERS, Group  # noqa: E402  # the root has to be on the path first
from gate.limits import Limits  # noqa: E402
from tests.unpack.intake_kit import finding_of, reader_cases, whole_cases  # noqa: E402

PAGES: dict[Language, Path] = {"en": ROOT / "docs" / "containers.md", "ja": ROOT / "docs" / "containers.ja.md"}

GROUPS: dict[Group, tuple[str, str]] = {
    "own": ("the gate's own strict reader", "本ツールの厳密な読取り機能"),
    "program": ("7-Zip (`7zz`), confined", "隔離した 7-Zip（`7zz`）"),
    "library": ("libarchive, confined", "隔離した libarchive"),
    "document": ("the gate's document readers, confined", "隔離した文書読取り機能"),
}
FORMATS: dict[str, tuple[str, str]] = {
    "zip": (
        "ZIP, and what is one inside: JAR, WAR, APK, wheel, egg, NuGet, OOXML, ODF, EPUB",
        "ZIP 及び内部が ZIP の形式（JAR、WAR、APK、wheel、egg、NuGet、OOXML、ODF、EPUB）",
    ),
    "tar": (
        "tar: ustar, pax, GNU, sparse; also gem, crate, npm packages, images by `docker save`, OCI layouts",
        "tar（ustar、pax、GNU、スパース）。gem、crate、npm パッケージ、`docker save` の書庫、OCI レイアウトを含む",
    ),
    "gzip": ("gzip, one member or several", "gzip（複数メンバーを含む）"),
    "bzip2": ("bzip2, one stream or several", "bzip2（複数ストリームを含む）"),
    "xz": ("xz, one stream or several", "xz（複数ストリームを含む）"),
    "lzma": ("the old `.lzma` format", "旧 `.lzma` 形式"),
    "zstd": ("Zstandard, with skippable frames", "Zstandard（スキップ可能フレームを含む）"),
    "lzip": ("lzip", "lzip"),
    "lz4": ("lz4 frames", "lz4 フレーム"),
    "compress": ("Unix compress (`.Z`)", "Unix compress（`.Z`）"),
    "szdd": ("Microsoft compress (SZDD)", "Microsoft compress（SZDD）"),
    "ar": ("ar archives, static libraries", "ar 書庫、静的ライブラリ"),
    "deb": ("Debian packages", "Debian パッケージ"),
    "cpio": ("cpio: newc, crc, odc, binary", "cpio（newc、crc、odc、バイナリ）"),
    "asar": ("Electron archives", "Electron の書庫"),
    "installshield": ("InstallShield cabinets and set-up data", "InstallShield のキャビネット及びセットアップデータ"),
    "sis": ("Symbian packages", "Symbian のパッケージ"),
    "picture": ("pictures with more behind their end", "終端の後に続きがある画像"),
    "upx": ("programs packed by UPX", "UPX で圧縮されたプログラム"),
    "overlay": (
        "a container behind or within something else: a program, a picture, a self-extractor",
        "他の形式（プログラム、画像、自己解凍書庫等）の後方又は内部に置かれた書庫等",
    ),
    "7z": ("7z", "7z"),
    "rar": ("RAR, versions 4 and 5", "RAR（第4版及び第5版）"),
    "cab": ("Microsoft cabinets", "Microsoft キャビネット"),
    "iso": ("ISO 9660 disc images", "ISO 9660 ディスクイメージ"),
    "udf": ("UDF disc images", "UDF ディスクイメージ"),
    "rpm": ("RPM packages", "RPM パッケージ"),
    "xar": ("xar, macOS packages", "xar、macOS パッケージ"),
    "dmg": ("Apple disk images", "Apple ディスクイメージ"),
    "squashfs": ("squashfs images, snap packages", "squashfs イメージ、snap パッケージ"),
    "cramfs": ("cramfs images", "cramfs イメージ"),
    "wim": ("Windows images", "Windows イメージ（WIM）"),
    "chm": ("compiled HTML help", "コンパイル済み HTML ヘルプ"),
    "lzh": ("LHA, LZH", "LHA、LZH"),
    "arj": ("ARJ", "ARJ"),
    "nsis": ("NSIS installers", "NSIS インストーラー"),
    "ext": ("ext2, ext3, ext4 file systems", "ext2、ext3、ext4 ファイルシステム"),
    "fat": ("FAT file systems", "FAT ファイルシステム"),
    "ntfs": ("NTFS file systems", "NTFS ファイルシステム"),
    "hfs": ("HFS+ file systems", "HFS+ ファイルシステム"),
    "apfs": ("APFS file systems", "APFS ファイルシステム"),
    "gpt": ("disk images with a GPT", "GPT を有するディスクイメージ"),
    "mbr": ("disk images with an MBR", "MBR を有するディスクイメージ"),
    "vhd": ("Virtual PC disks", "VHD 仮想ディスク"),
    "vhdx": ("Hyper-V disks", "VHDX 仮想ディスク"),
    "vmdk": ("VMware disks", "VMDK 仮想ディスク"),
    "vdi": ("VirtualBox disks", "VDI 仮想ディスク"),
    "qcow": ("QEMU disks", "QCOW 仮想ディスク"),
    "mail": ("mail (RFC 5322, MIME): bodies and attachments", "電子メール（RFC 5322、MIME）の本文及び添付ファイル"),
    "mbox": ("mailboxes (mbox)", "メールボックス（mbox）"),
    "tnef": ("TNEF (`winmail.dat`)", "TNEF（`winmail.dat`）"),
    "binhex": ("BinHex 4.0", "BinHex 4.0"),
    "uuencode": ("uuencoded text", "uuencode されたテキスト"),
    "pdf": ("PDF: embedded files", "PDF の埋め込みファイル"),
    "ole": (
        "OLE compound files: MSI, old Office documents, embedded packages",
        "OLE 複合ファイル（MSI、旧形式の Office 文書、埋め込みパッケージ）",
    ),
    "rtf": ("RTF: embedded objects", "RTF の埋め込みオブジェクト"),
}
LIMITS_JA: dict[str, str] = {
    "depth": "書庫等の中の書庫等の段数です。圧縮の各層も1段と数えます。",
    "entries": "一つの書庫等に含まれる項目の数です。",
    "entries_total": "1回の検査で扱う全ての書庫等及びフォルダの項目の合計数です。",
    "member_bytes": "展開後の一つのメンバーのバイト数です。",
    "total_bytes": "1回の検査で展開される全てのメンバーの合計バイト数です。",
    "ratio": "書庫等の1バイト当たりに許される展開後のバイト数です。`ratio_from_bytes` を超えた後に適用します。",
    "ratio_from_bytes": "小さなファイルは高い率で圧縮されるため、この出力バイト数までは `ratio` を適用しません。",
    "total_ratio_from_bytes": "実行全体の出力がこのバイト数を超えると、全納入物の大きさにも `ratio` を適用します。",
    "name_bytes": "格納された一つの名前（全ての階層を含む。）のバイト数です。",
    "name_depth": "格納された一つの名前の階層の数です。",
    "paths_total": "一回の実行における全ての項目パスの文字数の合計です。長い名前と深い入れ子は合算されます。",
    "total_seconds": "一回の実行における展開全体に許される秒数です。その後に開くものは未検査となります。",
    "item_seconds": "一つの項目の処理に許される秒数です。検査機能に対し大きさに応じて認める時間は含みません。",
}
FINDINGS: dict[str, tuple[str, str]] = {
    "container/ambiguous": ("readers would disagree", "展開結果が一意でない"),
    "container/unsafe-name": ("unsafe name", "安全でない名前"),
    "container/unsafe-link": ("link that leads out", "外部を指すリンク"),
    "container/special-file": ("device, pipe, socket or special rights", "特殊ファイル又は特権"),
    "container/hidden-data": ("bytes that no reader shows", "隠れたデータ"),
    "gap/intake-encrypted": ("encrypted", "暗号化"),
    "gap/intake-corrupt": ("broken", "破損"),
    "gap/intake-too-large": ("too large", "容量の上限超過"),
    "gap/intake-too-deep": ("too deep", "階層の上限超過"),
    "gap/intake-too-many": ("too many entries", "項目数の上限超過"),
    "gap/intake-ratio": ("expands too much", "展開率の上限超過"),
    "gap/intake-timeout": ("took too long", "時間の上限超過"),
    "gap/intake-unreadable": ("not readable", "読取り不能"),
    "gap/intake-unsupported": ("not supported", "未対応"),
}
REACHED = ("the hidden file is an item of its own", "隠されたファイルを独立の項目として検査")
_HEADS: dict[str, dict[Language, Sequence[str]]] = {
    "readers": {"en": ("label", "what it is", "read by"), "ja": ("識別子", "形式", "読取りの方法")},
    "limits": {"en": ("key", "default", "meaning"), "ja": ("キー", "既定値", "意味")},
    "findings": {"en": ("id", "meaning", "verdict"), "ja": ("識別子", "意味", "判定")},
    "hostile": {
        "en": ("case", "what is hostile about it", "what the gate says"),
        "ja": ("事例", "何が悪質か（英語）", "本ツールの検出事項"),
    },
}
_VERDICTS: dict[str, tuple[str, str]] = {
    "container": ("rejected", "出荷不可"),
    "gap": ("incomplete", "判定不能"),
}


def _index(language: Language) -> int:
    return ("en", "ja").index(language)


def _cell(text: str) -> str:
    """Return text as a cell of a table: one line without a column's border; no markup of its own takes effect."""
    line = re.sub(r"[\x00-\x1f\x7f]", " ", text)
    return re.sub(r"([\\|<>*_\[\]])", r"\\\1", line)


def _table(name: str, language: Language, rows: Iterable[Sequence[str]]) -> str:
    heads = _HEADS[name][language]
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def readers(language: Language) -> str:
    """Return the table of the containers that are read."""
    at = _index(language)
    unknown = set(READERS) ^ set(FORMATS)
    if unknown:
        raise SystemExit(f"containers without a text, or texts without a container: {sorted(unknown)}")
    return _table(
        "readers", language, ([f"`{label}`", FORMATS[label][at], GROUPS[READERS[label].group][at]] for label in READERS)
    )


def limit_texts() -> dict[str, str]:
    """Return what ``gate/limits.py`` says under each field."""
    tree = ast.parse((ROOT / "gate" / "limits.py").read_text("utf-8"))
    (body,) = [node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Limits"]
    texts = {}
    for field, text in itertools.pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(text, ast.Expr):
            texts[field.target.id] = re.sub(r"\s+", " ", ast.literal_eval(text.value)).replace("``", "`")
    return texts


def limits(language: Language) -> str:
    """Return the table of the limits."""
    defaults = {name: getattr(Limits(), name) for name in Limits.__slots__}
    texts = limit_texts() if language == "en" else LIMITS_JA
    unknown = set(defaults) ^ set(texts)
    if unknown:
        raise SystemExit(f"limits without a text, or texts without a limit ({language}): {sorted(unknown)}")
    return _table("limits", language, ([f"`{key}`", f"{value:,}", texts[key]] for key, value in defaults.items()))


def findings(language: Language) -> str:
    """Return the table of what intake can say against a container."""
    at = _index(language)
    return _table(
        "findings",
        language,
        ([f"`{key}`", text[at], _VERDICTS[key.partition("/")[0]][at]] for key, text in FINDINGS.items()),
    )


def hostile(language: Language) -> str:
    """Return the table of the hostile artifacts of the tests, and what the gate says to each."""
    rows: list[tuple[str, str, str]] = []
    for case in reader_cases():
        said = {finding_of(word) for word in case.gives} | ({"gap/intake-ratio"} if case.bomb else set())
        rows.append((case.name, case.why, _said(said, language, reached=case.reached)))
    for whole in whole_cases():
        said = {finding for finding, _ in whole.gives}
        rows.append((whole.name, whole.why, _said(said, language, reached=whole.reached is not None)))
    return _table("hostile", language, ([f"`{name}`", _cell(why), said] for name, why, said in sorted(rows)))


def _said(found: set[str], language: Language, *, reached: bool) -> str:
    at = _index(language)
    parts = [FINDINGS[each][at] for each in FINDINGS if each in found]
    if len(parts) != len(found):
        raise SystemExit(f"findings without a text: {sorted(found - set(FINDINGS))}")
    return ("; " if language == "en" else "、").join([*parts, *([REACHED[at]] if reached else [])])


TABLES: Tables = {
    "readers": readers,
    "limits": limits,
    "findings": findings,
    "hostile": hostile,
}


if __name__ == "__main__":
    sys.exit(write_or_check(PAGES, TABLES))
