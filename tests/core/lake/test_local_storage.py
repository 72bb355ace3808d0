"""The lake on local disk: what each verb promises."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from airflow_provider_drivedelta.core.errors import DriveDeltaError, FixSetup, RetryLater
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage, explained, local_path
from tests.core.played import age, tree, without_links


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    return LocalStorage(tmp_path / "feed")


def failing(number: int) -> Callable[[Path, Path], None]:
    """A file system that fails when a draft is to get its name."""

    def link(_: Path, target: Path) -> None:
        raise OSError(number, os.strerror(number), str(target))

    return link


@pytest.fixture(params=["with links", "without links"])
def any_storage(request: pytest.FixtureRequest, tmp_path: Path) -> LocalStorage:
    """Every promise of `create` holds on file systems without hard links, too."""
    return LocalStorage(tmp_path / "feed", link=os.link if request.param == "with links" else without_links)


def test_exactly_one_of_many_creates_the_file(any_storage: LocalStorage) -> None:
    """E3."""
    start, won = threading.Barrier(24), []

    def create(number: int) -> None:
        start.wait(10)
        if any_storage.create("log/1.json", b"%d" % number):
            won.append(number)

    runs = [threading.Thread(target=create, args=(number,)) for number in range(24)]
    for run in runs:
        run.start()
    for run in runs:
        run.join(10)
    (winner,) = won
    assert tree(any_storage.root) == {"log/1.json": b"%d" % winner}


def test_a_file_that_is_there_is_not_created_again(any_storage: LocalStorage) -> None:
    assert any_storage.create("a", b"first")
    assert not any_storage.create("a", b"second")
    assert tree(any_storage.root) == {"a": b"first"}


def test_a_creation_that_fails_leaves_nothing(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path, link=failing(errno.EIO))
    with pytest.raises(RetryLater, match="disk did not answer"):
        storage.create("log/1.json", b"x")
    assert tree(tmp_path) == {}


@pytest.mark.parametrize(
    ("number", "kind", "says"),
    [
        (errno.ENOSPC, FixSetup, "no room left.*Free some space"),
        (errno.EDQUOT, FixSetup, "no room left"),
        (errno.EACCES, FixSetup, "cannot be used.*permissions"),
        (errno.EROFS, FixSetup, "cannot be used"),
        (errno.EIO, RetryLater, "did not answer"),
        (errno.ESTALE, RetryLater, "did not answer"),
    ],
)
def test_each_error_of_the_disk_says_what_to_do(number: int, kind: type[DriveDeltaError], says: str) -> None:
    with pytest.raises(kind, match=says) as caught, explained("/lake/x"):
        raise OSError(number, os.strerror(number))
    assert "/lake/x" in str(caught.value)


def test_our_own_errors_pass_as_they_are() -> None:
    with pytest.raises(RetryLater, match=r"^mine"), explained("/lake"):
        raise RetryLater("mine")


def test_replacing_is_whole_and_leaves_no_draft(storage: LocalStorage) -> None:
    storage.replace("token.json", b"old")
    storage.replace("token.json", b"new")
    assert tree(storage.root) == {"token.json": b"new"}


def test_what_is_not_there_is_none_or_empty(storage: LocalStorage) -> None:
    assert storage.read("x") is None
    assert storage.names("x") == []
    assert not storage.exists("x")
    assert storage.seconds_untouched("x") == 0.0
    storage.delete_folder("x")


def test_drafts_are_not_seen(storage: LocalStorage) -> None:
    storage.create("log/1.json", b"")
    storage.create("log/.1.json.abcd", b"")
    assert storage.names("log") == ["1.json"]


def test_a_new_file_is_never_an_old_one(storage: LocalStorage) -> None:
    storage.create("a", b"old")
    with pytest.raises(FixSetup, match="File exists"):
        storage.open_new("a")
    assert storage.read("a") == b"old"


def test_moving_again_is_no_error(storage: LocalStorage) -> None:
    storage.create("staged", b"x")
    storage.move("staged", "final/place")
    storage.move("staged", "final/place")
    assert tree(storage.root) == {"final/place": b"x"}


@pytest.mark.parametrize("verb", ["read", "names", "exists", "size", "seconds_untouched", "open_new"])
def test_a_file_where_a_folder_should_be_is_ours_to_mend(storage: LocalStorage, verb: str) -> None:
    """Bad input: unwritable output."""
    storage.root.write_text("in the way")
    if verb == "exists":
        assert not storage.exists("log/x")
        return
    with pytest.raises(FixSetup, match="output cannot be used"):
        getattr(storage, verb)("log")


def test_the_youngest_thing_in_a_folder_tells_its_age(storage: LocalStorage) -> None:
    storage.create("a/old", b"")
    age(storage.root / "a", 1000)
    assert storage.seconds_untouched("a") == pytest.approx(1000, abs=5)
    os.utime(storage.root / "a/old", (time.time(), time.time()))
    assert storage.seconds_untouched("a") == pytest.approx(0, abs=5)


@pytest.mark.parametrize(
    ("output", "path"),
    [
        ("/lake/a b", "/lake/a b"),
        ("/lake/../x/", "/x"),
        ("file:///lake/a%20b", "/lake/a b"),
        ("file://localhost/lake", "/lake"),
        ("~/lake", os.path.expanduser("~/lake")),
        ("lake", os.path.abspath("lake")),
        ("C:/lake", os.path.abspath("C:/lake")),
    ],
)
def test_an_output_is_a_path_or_a_file_address(output: str, path: str) -> None:
    assert local_path(output) == Path(path)


@pytest.mark.parametrize("output", ["s3://b/k", "abfs://c@a/x", "file://server/share", "", " "])
def test_an_output_elsewhere_is_refused(output: str) -> None:
    with pytest.raises(FixSetup, match="local path"):
        local_path(output)
