from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from served import Archive


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    archive = Archive(tmp_path)
    yield archive
    archive.engine.dispose()
