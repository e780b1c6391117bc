"""The disk that is full where nothing may be mounted: a folder in the place of the file."""

from pathlib import Path

import pytest

from demo import full_disk


async def test_file_cannot_be_replaced_until_there_is_room_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(full_disk, "MOUNT", None)
    (tmp_path / "store.site").write_text("old")
    async with full_disk.small_disk(tmp_path, "store.site") as disk:
        disk.fill()
        fresh = tmp_path / "fresh"
        fresh.write_text("new")
        with pytest.raises(OSError, match="directory"):
            fresh.replace(tmp_path / "store.site")
        disk.free()
        disk.free()
        assert (tmp_path / "store.site").read_text() == "old"
