from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import pytest

from ombudsman_crawler.archive.documents import PDF, Documents, looks_like_pdf
from ombudsman_crawler.exceptions import CorruptDocument

BODY = b"%PDF-1.7 a letter"


def test_a_document_is_named_by_its_hash_and_read_only(tmp_path: Path) -> None:
    stored = Documents(tmp_path).put(BODY, PDF)
    assert stored.sha256 == hashlib.sha256(BODY).hexdigest()
    assert stored.path == f"letters/{stored.sha256[:2]}/{stored.sha256}.pdf"
    assert stored.size == len(BODY)
    mode = (tmp_path / stored.path).stat().st_mode
    assert not mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)
    assert Documents(tmp_path).read(stored.path, stored.sha256) == BODY


def test_putting_again_touches_nothing(tmp_path: Path) -> None:
    documents = Documents(tmp_path)
    first = documents.put(BODY, PDF)
    before = (tmp_path / first.path).stat()
    assert documents.put(BODY, PDF) == first
    after = (tmp_path / first.path).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert len(list(tmp_path.rglob("*.pdf"))) == 1


def test_a_damaged_file_is_moved_aside_not_lost(tmp_path: Path) -> None:
    documents = Documents(tmp_path)
    stored = documents.put(BODY, PDF)
    path = tmp_path / stored.path
    path.chmod(0o644)
    path.write_bytes(b"damage")
    with pytest.raises(CorruptDocument):
        documents.read(stored.path, stored.sha256)
    documents.put(BODY, PDF)
    assert documents.read(stored.path, stored.sha256) == BODY
    assert path.with_name(path.name + ".corrupt-1").read_bytes() == b"damage"


def test_a_full_disk_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        Documents(tmp_path).put(BODY, PDF)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_is_a_pdf() -> None:
    assert looks_like_pdf(BODY)
    assert looks_like_pdf(b"\n" * 1000 + b"%PDF-1.4")
    assert not looks_like_pdf(b"\n" * 1024 + b"%PDF-1.4")
    assert not looks_like_pdf(b"<html>")
    assert not looks_like_pdf(b"")


def test_half_written_files_are_swept_and_nothing_else(tmp_path: Path) -> None:
    documents = Documents(tmp_path)
    stored = documents.put(BODY, PDF)
    half = (tmp_path / stored.path).with_name(".new-abc")
    half.write_bytes(b"%PDF")
    assert documents.sweep() == 1
    assert not half.exists()
    assert documents.read(stored.path, stored.sha256) == BODY
