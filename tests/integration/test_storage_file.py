"""The file of a site: damaged when read, refused when written, and well again."""

from collections.abc import AsyncIterator
from datetime import timedelta
import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.victron_openevse.storage_file import RETRY_S, SiteFile

KEY = "victron_openevse.site"
WRITTEN: dict[str, Any] = {"settings": {"site": {}}, "saved_at": 1.0}
CANNOT = "cannot be written"
AGAIN = "are written again"


@pytest.fixture
def hass_storage() -> dict[str, Any]:
    """Leave storage real, in the folder below; elsewhere it is in memory."""
    return {}


@pytest.fixture
async def folder(hass: HomeAssistant, tmp_path: Path) -> AsyncIterator[Path]:
    """Give Home Assistant a folder of its own, in which files are real."""
    hass.config.config_dir = str(tmp_path)
    storage = tmp_path / ".storage"
    storage.mkdir()
    yield storage
    await settle(hass)


def make(hass: HomeAssistant) -> SiteFile:
    return SiteFile(hass, 1, KEY, minor_version=1)


async def settle(hass: HomeAssistant) -> None:
    await hass.async_block_till_done(wait_background_tasks=True)


async def pass_time(hass: HomeAssistant, seconds: float) -> None:
    """Let timers fire, and what they start be done."""
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=seconds + 1.0))
    await settle(hass)


def refuse(folder: Path) -> None:
    """Let a folder stand where the file should be: whatever would replace it gets an error."""
    (folder / KEY).mkdir()


def block(folder: Path) -> None:
    """Let a file stand where the folder should be."""
    folder.rmdir()
    folder.write_text("not a folder")


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def said(caplog: pytest.LogCaptureFixture, words: str) -> int:
    return sum(words in record.getMessage() for record in caplog.records)


async def test_what_was_written_is_read(hass: HomeAssistant, folder: Path) -> None:
    await make(hass).async_save_last(WRITTEN)
    assert await make(hass).async_read() == WRITTEN


async def test_without_a_file_there_is_nothing(hass: HomeAssistant, folder: Path) -> None:
    assert await make(hass).async_read() == {}
    assert files(folder) == []


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b'{"version": 1, "data": {"sett', id="cut short"),
        pytest.param(b"\x00" * 512, id="zeros"),
        pytest.param(b'{"version": 1}', id="without data"),
        pytest.param(b'{"data": {}}', id="without version"),
        pytest.param(b'{"version": 1, "minor_version": 1, "data": [1]}', id="data is a list"),
        pytest.param(b'{"version": 1, "minor_version": 1, "data": "x"}', id="data is a text"),
        pytest.param(b'{"version": 0, "minor_version": 1, "data": {}}', id="version 0"),
        pytest.param(b'{"version": -1, "minor_version": 1, "data": {}}', id="version -1"),
        pytest.param(b'["version"]', id="a list"),
        pytest.param(b'"text"', id="a text"),
        pytest.param(b"17", id="a number"),
    ],
)
async def test_damaged_file_is_kept_aside_and_named(
    hass: HomeAssistant, folder: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    (folder / KEY).write_bytes(content)
    file = make(hass)
    assert await file.async_read() == {}
    (kept,) = files(folder)
    assert kept.read_bytes() == content
    assert kept.name.startswith(f"{KEY}.corrupt.")
    assert str(kept) in caplog.text
    await file.async_save_last(WRITTEN)
    assert kept.exists()
    assert await make(hass).async_read() == WRITTEN


async def test_file_of_a_newer_version_is_left_alone(hass: HomeAssistant, folder: Path) -> None:
    newer = json.dumps({"version": 99, "minor_version": 1, "key": KEY, "data": {}})
    (folder / KEY).write_text(newer)
    with pytest.raises(HomeAssistantError):
        await make(hass).async_read()
    assert (folder / KEY).read_text() == newer


async def test_damaged_file_that_cannot_be_moved_is_no_other_error(
    hass: HomeAssistant, folder: Path
) -> None:
    (folder / KEY).write_bytes(b'{"version": 1}')
    with (
        patch("custom_components.victron_openevse.storage_file._move", side_effect=OSError),
        pytest.raises(HomeAssistantError),
    ):
        await make(hass).async_read()


async def test_refused_write_is_said_once_and_tried_again(
    hass: HomeAssistant, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    refuse(folder)
    file = make(hass)
    for _ in range(5):
        file.save_soon(lambda: WRITTEN, 0.0)
        await pass_time(hass, 0.0)
    await pass_time(hass, RETRY_S)
    assert said(caplog, CANNOT) == 1
    assert said(caplog, "Saving file failed") == 1
    (folder / KEY).rmdir()
    await pass_time(hass, RETRY_S)
    assert await make(hass).async_read() == WRITTEN
    assert said(caplog, AGAIN) == 1


async def test_next_failure_after_a_good_write_is_said_again(
    hass: HomeAssistant, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = make(hass)
    for _ in range(2):
        refuse(folder)
        file.save_soon(lambda: WRITTEN, 0.0)
        await pass_time(hass, 0.0)
        (folder / KEY).rmdir()
        await pass_time(hass, RETRY_S)
        (folder / KEY).unlink()
    assert (said(caplog, CANNOT), said(caplog, AGAIN)) == (2, 2)


async def test_missing_folder_that_cannot_be_made_is_no_crash(
    hass: HomeAssistant, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    block(folder)
    await make(hass).async_save_last(WRITTEN)
    assert said(caplog, CANNOT) == 1


async def test_last_write_leaves_nothing_for_later(hass: HomeAssistant, folder: Path) -> None:
    refuse(folder)
    file = make(hass)
    file.save_soon(lambda: WRITTEN, 0.0)
    await pass_time(hass, 0.0)
    await file.async_save_last(WRITTEN)
    (folder / KEY).rmdir()
    await make(hass).async_save_last({"newer": True})
    await pass_time(hass, RETRY_S)
    assert await make(hass).async_read() == {"newer": True}


async def test_what_could_not_be_written_is_what_is_read(hass: HomeAssistant, folder: Path) -> None:
    """A reload on a full disk must not undo what was chosen since."""
    await make(hass).async_save_last(WRITTEN)
    newer = {"newer": True}
    with patch.object(Store, "_async_write_data", side_effect=OSError(28, "full")):
        await make(hass).async_save_last(newer)
    assert await make(hass).async_read() == newer
    await make(hass).async_save_last({"newest": True})
    assert await make(hass).async_read() == {"newest": True}


async def finish(hass: HomeAssistant) -> None:
    """Let Home Assistant write for the last time."""
    hass.set_state(CoreState.final_write)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await settle(hass)


async def test_what_a_site_left_on_a_full_disk_is_written_as_home_assistant_ends(
    hass: HomeAssistant, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    refuse(folder)
    await make(hass).async_save_last(WRITTEN)
    (folder / KEY).rmdir()
    await finish(hass)
    assert json.loads((folder / KEY).read_bytes())["data"] == WRITTEN
    assert said(caplog, AGAIN) == 1


async def test_a_disk_that_stays_full_ends_without_another_word(
    hass: HomeAssistant, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    refuse(folder)
    await make(hass).async_save_last(WRITTEN)
    await finish(hass)
    assert said(caplog, CANNOT) == 1


async def test_what_was_left_is_not_written_over_what_came_after_it(
    hass: HomeAssistant, folder: Path
) -> None:
    refuse(folder)
    file = make(hass)
    await file.async_save_last(WRITTEN)
    (folder / KEY).rmdir()
    file.save_soon(lambda: {"newer": True}, RETRY_S)
    await finish(hass)
    assert json.loads((folder / KEY).read_bytes())["data"] == {"newer": True}


@pytest.mark.parametrize("refused", [False, True])
async def test_what_was_left_is_not_written_over_a_newer_life(
    hass: HomeAssistant, folder: Path, *, refused: bool
) -> None:
    refuse(folder)
    old, new = make(hass), make(hass)
    await old.async_save_last(WRITTEN)
    new.save_soon(lambda: {"newer": True}, 0.0)
    if not refused:
        (folder / KEY).rmdir()
    await pass_time(hass, 0.0)
    if refused:
        (folder / KEY).rmdir()
    with patch.object(old, "async_save") as saved:
        await finish(hass)
    saved.assert_not_called()
    assert json.loads((folder / KEY).read_bytes())["data"] == {"newer": True}


async def test_what_could_not_be_written_is_forgotten_with_its_site(
    hass: HomeAssistant, folder: Path
) -> None:
    with patch.object(Store, "_async_write_data", side_effect=OSError(28, "full")):
        await make(hass).async_save_last(WRITTEN)
    await make(hass).async_remove()
    assert await make(hass).async_read() == {}
