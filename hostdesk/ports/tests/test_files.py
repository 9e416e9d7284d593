"""Attachments by content."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from django.core.files.storage import storages

from hostdesk.kit.refusals import Missing
from hostdesk.ports import files
from hostdesk.ports.outcomes import PortDown

pytestmark = pytest.mark.db_free


@pytest.fixture(params=["hostdesk.ports.files.DurableFileStorage", "hostdesk.ports.files.MemoryFiles"])
def storage(request, settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "attachments": {"BACKEND": request.param, "OPTIONS": {"location": str(tmp_path / "kept")}},
    }
    return storages["attachments"]


def test_bytes_come_back_under_their_digest_and_twice_is_once(storage):
    content = b"\x00 picture" * 100_000
    digest = files.put(content)

    assert digest == hashlib.sha256(content).hexdigest()
    assert files.put(content) == digest
    assert files.read(digest) == content
    assert files.holds(digest)
    assert storage.listdir(f"{digest[:2]}/{digest[2:4]}") == ([], [digest])


@pytest.mark.parametrize("digest", ["0" * 64, "../../etc/passwd", "", "A" * 64])
def test_what_is_not_there_or_no_digest_is_missing(storage, digest):
    with pytest.raises(Missing):
        files.open_file(digest)


def test_full_or_broken_storage_is_down_and_leaves_nothing_half(settings, tmp_path):
    (tmp_path / "kept").write_text("a file where the folder should be")
    settings.STORAGES = {
        **settings.STORAGES,
        "attachments": {
            "BACKEND": "hostdesk.ports.files.DurableFileStorage",
            "OPTIONS": {"location": str(tmp_path / "kept")},
        },
    }
    with pytest.raises(PortDown):
        files.put(b"x")

    assert [path.name for path in Path(tmp_path).iterdir()] == ["kept"]
