"""Attacks by whoever can write to the recipient's copy: names, bytes, kinds and rights of what lies in the folder."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import unicodedata
from typing import TYPE_CHECKING

import pytest

from tests.verification_attacks.arena import UPPER
from tests.verification_attacks.attack import Attack, Power, Trusts, then
from tests.verification_attacks.scene import ASC, RECORD, SUMS, Scene

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

APP, PAGE, SCRIPT, LINK = "payload/app.bin", "payload/site/index.html", "payload/site/run.sh", "payload/site/latest"
DISK = Power.DISK
ALL = Trusts(require='"all"')
ONE = Trusts(ways=("keyless",))
"""Enough where names and kinds are looked at, and the quickest to be asked."""


def flip(path: Path, place: int = -1) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


def on(name: str, do: Callable[[Path], object]) -> Callable[[Scene], object]:
    return lambda scene: do(scene.path(name))


def added(name: str) -> Callable[[Scene], object]:
    return lambda scene: scene.path(name).write_bytes(b"added")


def replaced(name: str, make: Callable[[Path], object]) -> Callable[[Scene], object]:
    def do(scene: Scene) -> None:
        path = scene.path(name)
        path.rename(scene.recipient / "taken")
        make(path)

    return do


def linked_out(name: str) -> Callable[[Scene], object]:
    """Put a link to the very same bytes, outside of the folder, in the place of a file or folder."""

    def do(scene: Scene) -> None:
        moved = scene.path(name).rename(scene.recipient / "moved")
        scene.path(name).symlink_to(moved)

    return do


def bind_socket(path: Path) -> None:
    here = os.open(".", os.O_RDONLY)
    try:
        os.chdir(path.parent)  # the path of a socket has to be short
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path.name)
    finally:
        os.fchdir(here)
        os.close(here)


def device(path: Path) -> None:
    """Make what reads as endless zeros; only an administrator may."""
    try:
        os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("no devices can be made here")


def chmod(name: str, change: Callable[[int], int]) -> Callable[[Scene], object]:
    return on(name, lambda path: path.chmod(change(stat.S_IMODE(path.stat().st_mode))))


def swap(first: str, second: str) -> Callable[[Scene], object]:
    def do(scene: Scene) -> None:
        one, two = scene.read(first), scene.read(second)
        scene.write(first, two)
        scene.write(second, one)

    return do


def rename(old: str, new: str) -> Callable[[Scene], object]:
    return on(old, lambda path: path.rename(path.parent / new))


def relink(target: str) -> Callable[[Scene], object]:
    return then(on(LINK, os.unlink), on(LINK, lambda path: path.symlink_to(target)))


def decomposed(scene: Scene) -> None:
    folder = scene.path("payload/site")
    (folder / UPPER).rename(folder / unicodedata.normalize("NFD", UPPER))


def deep(scene: Scene) -> None:
    folder = scene.path("payload/site/a")
    for _ in range(200):
        folder = folder / "a"
    folder.mkdir(parents=True)


def unfinished(scene: Scene) -> None:
    scene.out = scene.out.rename(scene.out.with_name(".out.partial-0123456789abcdef"))


def sparse(name: str) -> Callable[[Scene], object]:
    return on(name, lambda path: os.truncate(path, 1 << 40))


BYTES = [
    Attack("artifact-byte", DISK, ("one bit of an artifact", "納入物の1ビットの変更"), on(APP, flip), "verify/changed",
           APP, ONE),
    Attack("artifact-cut", DISK, ("an artifact cut short", "納入物の末尾の切捨て"),
           on(APP, lambda path: os.truncate(path, 100)), "verify/changed", APP, ONE),
    Attack("artifact-longer", DISK, ("bytes behind an artifact's end", "納入物の末尾への追記"),
           on(APP, lambda path: path.write_bytes(path.read_bytes() + b"\0")), "verify/changed", APP, ONE),
    Attack("artifact-empty", DISK, ("an artifact emptied", "納入物を空にする"), on(APP, lambda path: os.truncate(path,
           0)), "verify/changed", APP, ONE),
    Attack("artifact-swapped", DISK, ("two files exchange their contents", "二つのファイルの内容の入替え"),
           swap(APP, PAGE), "verify/changed", APP, ONE),
    Attack("page-byte", DISK, ("one bit of a file in a folder", "フォルダ内のファイルの1ビットの変更"), on(PAGE, flip),
           "verify/changed", PAGE, ONE),
    Attack("report-byte", DISK, ("one bit of the report", "報告書の1ビットの変更"), on("gate/report.ja.html", flip),
           "verify/changed", "gate/report.ja.html", ONE),
    Attack("policy-byte", DISK, ("one bit of the policy in the release", "納入物内の方針ファイルの1ビットの変更"),
           on("gate/gate.toml", flip), "verify/changed", "gate/gate.toml", ONE),
    Attack("list-byte", DISK, ("one bit of a file list", "ファイル一覧の1ビットの変更"), on("gate/files/site.list",
           flip), "verify/changed", "gate/files/site.list", ONE),
    Attack("sums-line", DISK, ("a line more in the sums", "SHA256SUMS への行の追加"),
           on(SUMS, lambda path: path.write_bytes(path.read_bytes() + b"0" * 64 + b"  payload/evil\n")),
           "verify/changed", SUMS, ONE),
    Attack("record-byte", DISK, ("one bit of the record", "記録の1ビットの変更"), on(RECORD, flip),
           "verify/signature-bad", ASC, ALL),
    Attack("record-empty", DISK, ("the record emptied", "記録を空にする"), on(RECORD, lambda path: os.truncate(path,
           0)), "verify/signature-bad", ASC, ALL),
    Attack("record-huge", DISK, ("a record of a terabyte", "1テラバイトの記録"), sparse(RECORD), "verify/too-large",
           RECORD, ALL),
    Attack("signature-huge", DISK, ("a signature of a terabyte", "1テラバイトの署名"), sparse(ASC), "verify/too-large",
           ASC, ALL),
]  # fmt: skip

NAMES = [
    Attack("artifact-removed", DISK, ("an artifact removed", "納入物の削除"), on(APP, os.unlink), "verify/missing", APP,
           ONE),
    Attack("artifact-renamed", DISK, ("an artifact renamed", "納入物の名前の変更"), rename(APP, "app.exe"),
           "verify/unexpected", "payload/app.exe", ONE),
    Attack("artifact-added", DISK, ("an artifact added", "納入物の追加"), added("payload/setup.exe"),
           "verify/unexpected", "payload/setup.exe", ONE),
    Attack("page-added", DISK, ("a file added to a folder", "フォルダへのファイルの追加"),
           added("payload/site/evil.js"), "verify/unexpected", "payload/site/evil.js", ONE),
    Attack("page-hidden", DISK, ("a hidden file added to a folder", "フォルダへの隠しファイルの追加"),
           added("payload/site/.htaccess"), "verify/unexpected", "payload/site/.htaccess", ONE),
    Attack("page-removed", DISK, ("a file removed from a folder", "フォルダからのファイルの削除"), on(PAGE, os.unlink),
           "verify/missing", PAGE, ONE),
    Attack("folder-added", DISK, ("an empty folder added to a folder", "フォルダへの空フォルダの追加"),
           on("payload/site/new", os.mkdir), "verify/unexpected", "payload/site/new", ONE),
    Attack("folder-removed", DISK, ("an empty folder removed", "空フォルダの削除"), on("payload/site/empty", os.rmdir),
           "verify/missing", "payload/site/empty", ONE),
    Attack("folder-renamed", DISK, ("a folder renamed", "フォルダの名前の変更"), rename("payload/site/css", "js"),
           "verify/unexpected", "payload/site/js", ONE),
    Attack("folder-deep", DISK, ("200 folders in each other", "200階層のフォルダの追加"), deep, "verify/unexpected",
           "payload/site/a", ONE),
    Attack("top-added", DISK, ("a file beside payload and gate", "最上位へのファイルの追加"), added("setup.bat"),
           "verify/unexpected", "setup.bat", ONE),
    Attack("top-folder", DISK, ("an empty folder beside payload and gate", "最上位への空フォルダの追加"),
           on("new", os.mkdir), "verify/unexpected", "new", ONE),
    Attack("guide-added", DISK, ("a false guide how to verify", "偽の検証手順書の追加"), added("VERIFY.en.md"),
           "verify/unexpected", "VERIFY.en.md", ONE),
    Attack("second-record", DISK, ("a second record", "二つ目の記録の追加"), added("gate/record2.intoto.json"),
           "verify/unexpected", "gate/record2.intoto.json", ONE),
    Attack("gate-removed", DISK, ("all that proves anything removed", "証拠の全ての削除"),
           on("gate", shutil.rmtree), "verify/missing", "gate", ONE),
    Attack("name-case", DISK, ("a name that differs by case", "大文字小文字だけが異なる名前"), added("payload/App.bin"),
           "verify/unexpected", "payload/App.bin", ONE),
    Attack("name-space", DISK, ("a name with a space at its end", "末尾に空白のある名前"), rename(APP, "app.bin "),
           "verify/unexpected", "payload/app.bin ", ONE),
    Attack("name-dot", DISK, ("a name with a dot at its end", "末尾にピリオドのある名前"), rename(APP, "app.bin."),
           "verify/unexpected", "payload/app.bin.", ONE),
    Attack("name-homoglyph", DISK, ("a Cyrillic letter in a name", "キリル文字を用いた似た名前"),
           rename(APP, "\u0430pp.bin"), "verify/unexpected", "payload/\u0430pp.bin", ONE),
    Attack("name-bidi", DISK, ("a name that is shown backwards", "表示順を逆にする文字を含む名前"),
           added("payload/site/a\u202etxt.exe"), "verify/unexpected", "payload/site/a%E2%80%AEtxt.exe", ONE),
    Attack("name-invisible", DISK, ("a name with an invisible character", "不可視文字を含む名前"),
           rename(APP, "app\u200b.bin"), "verify/unexpected", "payload/app%E2%80%8B.bin", ONE),
    Attack("name-terminal", DISK, ("a name that drives the terminal", "端末を操作する文字を含む名前"),
           added("payload/\x1b[2K\rverified"), "verify/unexpected", "payload/%1B[2K%0Dverified", ONE),
    Attack("name-decomposed", DISK, ("the same name in another form of Unicode", "Unicode の別の形式による同じ名前"),
           decomposed, "verify/unexpected", f"payload/site/{unicodedata.normalize('NFD', UPPER)}", ONE),
    Attack("name-unfinished", DISK, ("the name of a release that was never finished", "未完成の納入物の名前"),
           unfinished, "verify/unfinished", "{out}", ONE),
]  # fmt: skip

KINDS = [
    Attack("file-link", DISK, ("a link to the same bytes elsewhere", "同じ内容を指すリンクへの置換え"), linked_out(APP),
           "verify/not-a-file", APP, ONE),
    Attack("record-link", DISK, ("the record as a link", "記録をリンクに置換え"), linked_out(RECORD),
           "verify/not-a-file", RECORD, ONE),
    Attack("folder-link", DISK, ("a folder artifact as a link", "フォルダの納入物をリンクに置換え"),
           linked_out("payload/site"), "verify/not-a-file", "payload/site", ONE),
    Attack("gate-link", DISK, ("the folder gate as a link", "gate フォルダをリンクに置換え"), linked_out("gate"),
           "verify/not-a-file", "gate", ONE),
    Attack("inner-link", DISK, ("a folder in a folder as a link", "内部のフォルダをリンクに置換え"),
           linked_out("payload/site/css"), "verify/unexpected", "payload/site/css", ONE),
    Attack("link-loop", DISK, ("a link to itself", "自身を指すリンク"),
           replaced(APP, lambda path: path.symlink_to(path.name)), "verify/not-a-file", APP, ONE),
    Attack("link-loop-folder", DISK, ("a link to the folder above", "上位フォルダを指すリンク"),
           on("payload/site/loop", lambda path: path.symlink_to("..")), "verify/unexpected", "payload/site/loop", ONE),
    Attack("link-retargeted", DISK, ("a link that leads elsewhere", "リンク先の変更"), relink("/etc/passwd"),
           "verify/changed", LINK, ONE, twin=relink("index.html")),
    Attack("link-file", DISK, ("a file in a link's place", "リンクをファイルに置換え"), then(on(LINK, os.unlink),
           on(LINK, lambda path: path.write_bytes(b"index.html"))), "verify/changed", LINK, ONE),
    Attack("file-pipe", DISK, ("a pipe in a file's place", "名前付きパイプへの置換え"), replaced(APP, os.mkfifo),
           "verify/not-a-file", APP, ONE),
    Attack("page-pipe", DISK, ("a pipe in a folder", "フォルダ内のファイルを名前付きパイプに置換え"),
           replaced(PAGE, os.mkfifo), "verify/not-a-file", PAGE, ONE),
    Attack("signature-pipe", DISK, ("a pipe in a signature's place", "署名を名前付きパイプに置換え"),
           replaced(ASC, os.mkfifo), "verify/not-a-file", ASC, ONE),
    Attack("file-socket", DISK, ("a socket in a file's place", "ソケットへの置換え"), replaced(APP, bind_socket),
           "verify/not-a-file", APP, ONE),
    Attack("file-device", DISK, ("a device in a file's place", "デバイスファイルへの置換え"), replaced(APP, device),
           "verify/not-a-file", APP, ONE),
    Attack("file-folder", DISK, ("a folder in a file's place", "ファイルをフォルダに置換え"), replaced(APP, os.mkdir),
           "verify/not-a-file", APP, ONE),
    Attack("folder-file", DISK, ("a file in a folder's place", "フォルダをファイルに置換え"),
           replaced("payload/site", lambda path: path.write_bytes(b"x")), "verify/not-a-file", "payload/site", ONE),
]  # fmt: skip

RIGHTS = [
    Attack("run-bit-lost", Power.CARRIER, ("a program that may not be run any more", "実行権限の喪失"),
           chmod(SCRIPT, lambda mode: mode & ~0o111), "verify/mode-changed", SCRIPT, ONE,
           twin=chmod(SCRIPT, lambda _: 0o700)),
    Attack("run-bit-gained", Power.CARRIER, ("a page that may be run", "実行権限の追加"),
           chmod(PAGE, lambda mode: mode | 0o100), "verify/mode-changed", PAGE, ONE, twin=chmod(PAGE, lambda _: 0o600)),
    Attack("set-user", Power.CARRIER, ("a program that runs as its owner", "setuid の設定"),
           chmod(APP, lambda mode: mode | stat.S_ISUID), "verify/set-id", APP, ONE),
    Attack("set-group", Power.CARRIER, ("a script in a folder that runs as its group", "フォルダ内での setgid の設定"),
           chmod(SCRIPT, lambda mode: mode | stat.S_ISGID), "verify/set-id", SCRIPT, ONE),
    Attack("set-user-beside", Power.CARRIER, ("a file of the gate's that runs as its owner",
           "gate 内での setuid の設定"), chmod("gate/facts.json", lambda mode: mode | stat.S_ISUID | 0o111),
           "verify/set-id", "gate/facts.json", ONE),
]  # fmt: skip


def in_time(do: Callable[[Scene], object]) -> Callable[[Scene], object]:
    return lambda scene: scene.meanwhile(lambda: do(scene))


def exchanged(name: str) -> Callable[[Scene], object]:
    """Put another file of the same name and bytes in a file's place: it is not the one that was looked at."""

    def do(scene: Scene) -> None:
        path = scene.path(name)
        shutil.copy2(path, scene.recipient / "copy")
        (scene.recipient / "copy").rename(path)

    return do


MEANWHILE = [
    Attack("meanwhile-written", Power.TIMING, ("an artifact written to after its check", "検査後の納入物への書込み"),
           in_time(on(APP, flip)), "verify/changed-while-read", APP, ALL, twin=in_time(on(APP, os.stat))),
    Attack("meanwhile-replaced", Power.TIMING, ("an artifact replaced after its check", "検査後の納入物の置換え"),
           in_time(exchanged(APP)), "verify/changed-while-read", APP, ALL),
    Attack("meanwhile-added", Power.TIMING, ("a file added after names were compared", "名前の照合後のファイルの追加"),
           in_time(added("payload/site/evil.js")), "verify/changed-while-read", "payload/site/evil.js", ALL),
    Attack("meanwhile-removed", Power.TIMING, ("a file removed after its check", "検査後のファイルの削除"),
           in_time(on(PAGE, os.unlink)), "verify/changed-while-read", PAGE, ALL),
    Attack("meanwhile-record", Power.TIMING, ("the record replaced after its check", "検査後の記録の置換え"),
           in_time(exchanged(RECORD)), "verify/changed-while-read", RECORD, ALL),
]  # fmt: skip

ATTACKS = [*BYTES, *NAMES, *KINDS, *RIGHTS, *MEANWHILE]
