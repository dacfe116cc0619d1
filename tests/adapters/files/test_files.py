"""Files appear whole or not at all, are readable by their owner only, and never lie outside the store."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from adapters.files import FileStore, new_key, open_store
from fund.errors import NotFound, Unavailable

NOW = datetime.now(ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.fixture
def store(root: Path) -> FileStore:
    return open_store(root.as_uri())


def test_what_was_put_is_got_and_gone_when_deleted(store: FileStore) -> None:
    key = new_key()
    store.put(key, b"sealed" * 1000)
    assert store.get(key) == b"sealed" * 1000
    store.delete(key)
    store.delete(key)
    with pytest.raises(NotFound):
        store.get(key)


def test_names_tell_nothing_and_do_not_repeat() -> None:
    keys = {new_key() for _ in range(1000)}
    assert len(keys) == 1000
    assert all(len(key) == 41 and key[2] == "/" for key in keys)


def test_nobody_else_may_read(store: FileStore, root: Path) -> None:
    old = os.umask(0)
    try:
        store.put(key := new_key(), b"x")
    finally:
        os.umask(old)
    assert stat.S_IMODE((root / key).stat().st_mode) == 0o600
    assert stat.S_IMODE((root / key).parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "key", ["../../etc/passwd", "ab/../../x", "/etc/passwd", "", "ab", "ab/" + "g" * 38, "ab/" + "0" * 37,
            "AB/" + "0" * 38,
            "ab/" + "0" * 38 + "\n", "ab/" + "0" * 38 + "/x", "ab\\" + "0" * 38]
)  # fmt: skip
def test_a_key_that_was_not_drawn_here_is_refused(store: FileStore, key: str) -> None:
    for ask in (lambda: store.put(key, b"x"), lambda: store.get(key), lambda: store.delete(key)):
        with pytest.raises(ValueError, match="not a file key"):
            ask()


def test_many_at_once_do_not_disturb_each_other(store: FileStore) -> None:
    keys = [new_key() for _ in range(60)]
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda key: store.put(key, key.encode() * 500), keys))
        assert list(pool.map(store.get, keys)) == [key.encode() * 500 for key in keys]


def test_a_write_that_fails_leaves_nothing_and_does_not_name_the_path(
    store: FileStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device", str(root))

    monkeypatch.setattr(os, "fsync", full)
    key = new_key()
    (root / key).parent.mkdir(parents=True)
    with pytest.raises(Unavailable, match="No space left") as unavailable:
        store.put(key, b"x")
    assert str(root) not in str(unavailable.value)
    assert [path for path in root.rglob("*") if path.is_file()] == []


def test_a_store_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "a-file").write_bytes(b"")
    store = open_store((tmp_path / "a-file" / "below").as_uri())
    with pytest.raises(Unavailable):
        store.put(new_key(), b"x")
    with pytest.raises(Unavailable):
        store.get(new_key())


def test_old_files_are_listed_and_unfinished_ones_removed(store: FileStore, root: Path) -> None:
    old, young = new_key(), new_key()
    store.put(old, b"x")
    store.put(young, b"x")
    unfinished = (root / old).with_name(".unfinished-0011")
    unfinished.write_bytes(b"half")
    ago = (NOW - timedelta(days=2)).timestamp()
    for path in (root / old, unfinished):
        os.utime(path, (ago, ago))
    assert list(store.stored_before(NOW - timedelta(days=1))) == [old]
    assert not unfinished.exists()
    assert sorted(store.stored_before(NOW + timedelta(hours=1))) == sorted([old, young])


def test_a_store_that_was_never_used_is_empty(store: FileStore) -> None:
    assert list(store.stored_before(NOW)) == []


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "files",
        "file://server/share",
        "file:relative",
        "file:///x?y=1",
        "s3://bucket?endpoint=http://h",
        "ftp://h/x",
    ],
)
def test_a_store_that_is_not_supported_is_refused_with_what_is(wrong: str) -> None:
    with pytest.raises(ValueError, match="FILES_URL"):
        open_store(wrong)


def test_an_address_with_blanks_and_chinese_is_a_directory(tmp_path: Path) -> None:
    store = open_store((tmp_path / "影像 一").as_uri())
    store.put(key := new_key(), b"x")
    assert (tmp_path / "影像 一" / key).read_bytes() == b"x"
