"""What an analyst does: unlock, sync, iterate, make data frames, export, give up."""

import asyncio
import json
import os
import runpy
import socket
import stat
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import baikoo
import pandas
import pytest
from baikoo import core, errors

from conftest import PASSPHRASE, ROOT, Sample

PATIENCE_S = 120


def in_workspace(sample: Sample, work: Callable[[baikoo.Workspace], Coroutine[Any, Any, None]]) -> None:
    async def run() -> None:
        async with await baikoo.unlock(sample.folder, sample.passphrase) as workspace:
            await workspace.sync()
            await work(workspace)

    asyncio.run(run())


async def a_workspace_of_ones_own(folder: Path, server: str = "http://127.0.0.1:9") -> core.Workspace:
    return (await core.Device(str(folder)).create_workspace(server, "Gulnara", PASSPHRASE)).workspace


def test_reports_are_plain_objects(sample: Sample) -> None:
    async def work(workspace: baikoo.Workspace) -> None:
        reports = [report async for report in workspace.reports()]
        assert len(reports) == sample.reports
        assert all(isinstance(report.answers["inc_type"], list) for report in reports)
        assert all(report.narrative == report.answers["narrative"] for report in reports if report.narrative)
        repeated = [entry for report in reports for entries in report.entries.values() for entry in entries]
        assert any("src_kind" in entry for entry in repeated)
        as_json = json.dumps([baikoo.plain(report.view) for report in reports], ensure_ascii=False)
        assert all(report.id in as_json for report in reports)
        narrowed = [report.id async for report in workspace.reports(types=["water"], since="2021-04-28")]
        expected = [one for one in reports if "water" in one.answers["inc_type"] and (one.summary.date or "") >= "2021-04-28"]
        assert sorted(narrowed) == sorted(report.id for report in expected)

    in_workspace(sample, work)


def test_a_data_frame_has_a_row_for_each_report(sample: Sample) -> None:
    async def work(workspace: baikoo.Workspace) -> None:
        frame = await workspace.dataframe()
        summaries = {summary.id: summary for summary in await workspace.summaries()}
        assert len(frame) == sample.reports and set(frame.index) == set(summaries)
        assert frame["killed"].sum() == sum(summary.killed or 0 for summary in summaries.values()) > 0
        assert isinstance(frame["changed"].dtype, pandas.DatetimeTZDtype)
        assert frame.groupby("author").size().to_dict().keys() == {"Aida", "Bermet", "Chynara"}
        assert (await workspace.dataframe(query="no such word")).empty

    in_workspace(sample, work)


def test_an_export_is_for_its_owners_eyes_and_tells_how_far_it_is(sample: Sample, tmp_path: Path) -> None:
    async def work(workspace: baikoo.Workspace) -> None:
        told: list[tuple[int, int]] = []
        path = tmp_path / "reports.csv"
        path.touch(0o644)
        file = await workspace.export("csv", path, on_progress=lambda done, of: told.append((done, of)))
        assert path.read_bytes() == file and stat.S_IMODE(path.stat().st_mode) == 0o600
        assert told == [(number, sample.reports) for number in range(1, sample.reports + 1)]
        features = json.loads(await workspace.export("geojson"))["features"]
        assert 0 < len(features) <= sample.reports
        assert sample.folder.name not in (await workspace.export("json")).decode()

    in_workspace(sample, work)


def test_errors_have_the_codes_of_the_command_line(sample: Sample) -> None:
    with pytest.raises(baikoo.ClientError) as refused:
        asyncio.run(baikoo.unlock(sample.folder, "кызыл тоолор агын таш"))
    assert baikoo.code(refused.value) == "wrong_passphrase"


def test_every_error_has_its_class() -> None:
    listed = [name for name in vars(errors) if name[0].isupper() and name not in ("Any", "ClientError")]
    generated = [name for name, one in vars(core.ClientError).items() if isinstance(one, type) and name[0].isupper()]
    assert listed == generated


def test_a_cancelled_sync_hangs_up(tmp_path: Path) -> None:
    async def work() -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            workspace = await a_workspace_of_ones_own(tmp_path, f"http://127.0.0.1:{silent.getsockname()[1]}")
            events = workspace.events()
            syncing = asyncio.create_task(workspace.sync_now())
            while (await workspace.sync_status()).phase != "running":
                await events.next()
            syncing.cancel()
            with pytest.raises(asyncio.CancelledError):
                await syncing
            async with asyncio.timeout(PATIENCE_S):
                while (await workspace.sync_status()).phase == "running":
                    await asyncio.sleep(0.01)
            await workspace.lock()

    asyncio.run(work())


def test_a_cancelled_export_stops(tmp_path: Path) -> None:
    async def work() -> None:
        opened = await a_workspace_of_ones_own(tmp_path)
        for _ in range(30):
            await opened.create_report()
        workspace = baikoo.Workspace(opened, core.Language.EN)
        told: list[int] = []
        begun = asyncio.Event()
        loop = asyncio.get_running_loop()

        def progress(done: int, of: int) -> None:
            told.append(done)
            loop.call_soon_threadsafe(begun.set)
            # The work waits for its listener, so the task is cancelled in the middle.
            cancelled.result(PATIENCE_S)

        cancelled: Any = asyncio.run_coroutine_threadsafe(asyncio.sleep(3600), loop)
        exporting = asyncio.create_task(workspace.export("json", on_progress=progress))
        await begun.wait()
        exporting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await exporting
        cancelled.cancel()
        await workspace.lock()
        assert told == [1]

    asyncio.run(work())


class Throwing(core.EventListener, core.KeyStore):
    """A listener and a key store with a bug."""

    def on_event(self, event: core.Event) -> None:
        raise ValueError("a bug")

    def wrap(self, secret: bytes) -> bytes:
        return secret

    def unwrap(self, wrapped: bytes) -> bytes:
        raise ValueError("a bug")

    def forget(self) -> None:
        raise ValueError("a bug")


class Slow(core.KeyStore):
    """A key store that tells that it is asked, and waits until it is let."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.let_it = threading.Event()

    def wrap(self, secret: bytes) -> bytes:
        self.asked.set()
        assert self.let_it.wait(PATIENCE_S)
        return secret

    def unwrap(self, wrapped: bytes) -> bytes:
        return wrapped

    def forget(self) -> None:
        pass


def test_the_event_loop_goes_on_while_the_core_works(tmp_path: Path) -> None:
    async def work() -> None:
        slow = Slow()
        device = core.Device(str(tmp_path), core.Options(key_store=slow))
        making = asyncio.create_task(device.create_workspace("http://127.0.0.1:9", "Gulnara", PASSPHRASE))
        while not slow.asked.is_set():
            await asyncio.sleep(0.001)
        # The work waits for this loop to go on.
        slow.let_it.set()
        await (await making).workspace.lock()

    asyncio.run(work())


def test_what_a_callback_throws_stays_on_its_side(tmp_path: Path) -> None:
    async def work() -> None:
        device = core.Device(str(tmp_path), core.Options(key_store=Throwing()))
        workspace = (await device.create_workspace("http://127.0.0.1:9", "Gulnara", PASSPHRASE)).workspace
        subscription = workspace.subscribe(Throwing())
        report = await workspace.create_report("ky")
        assert (await workspace.heads(report)) != []
        subscription.end()
        await workspace.lock()
        with pytest.raises(errors.KeyStoreRefused):
            await device.unlock(PASSPHRASE)
        await device.wipe()
        assert not device.is_set_up()

    asyncio.run(work())


def test_events_end_when_the_workspace_is_locked(tmp_path: Path) -> None:
    async def work() -> None:
        opened = await a_workspace_of_ones_own(tmp_path)
        workspace = baikoo.Workspace(opened, core.Language.EN)
        stream = workspace.events()
        first = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0)
        report = await opened.create_report()
        assert baikoo.plain(await first) == {"report": report}
        await workspace.lock()
        assert [event async for event in stream][-1] == core.Event.LOCKED()

    asyncio.run(work())


def test_a_program_may_end_in_the_middle(tmp_path: Path) -> None:
    program = f"""
        import asyncio, baikoo, sys
        from baikoo import core

        class Listener(core.EventListener):
            def on_event(self, event):
                pass

        async def main():
            made = await core.Device(sys.argv[1]).create_workspace("http://127.0.0.1:9", "Gulnara", "{PASSPHRASE}")
            keep.extend([made.workspace, made.workspace.subscribe(Listener())])
            made.workspace.start_sync()
            for _ in range(5):
                await made.workspace.create_report()

        keep = []
        asyncio.run(main())
    """
    for number in range(3):
        command = [sys.executable, "-c", textwrap.dedent(program), str(tmp_path / str(number))]
        done = subprocess.run(command, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")


def lines_of_the_readme() -> str:
    after = (ROOT / "README.md").read_text("utf-8").split("## From Python\n", 1)[1]
    return after.split("```python\n", 1)[1].split("```", 1)[0]


def test_the_readmes_lines_work_as_printed(sample: Sample, tmp_path: Path) -> None:
    (tmp_path / "workspace").symlink_to(sample.folder)
    env = os.environ | {"BAIKOO_PASSPHRASE": sample.passphrase}
    command = [sys.executable, "-c", lines_of_the_readme()]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "2021-04-29 Kok-Terek · Damage to property None" in done.stdout, done.stdout
    assert (tmp_path / "reports.csv").stat().st_size > 1_000


def test_the_example_runs(sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("BAIKOO_HOME", str(sample.folder))
    monkeypatch.setenv("BAIKOO_PASSPHRASE", sample.passphrase)
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(ROOT / "ffi/python/examples/districts.py"))
    said = capsys.readouterr().out
    assert f"{sample.reports} reports" in said and "Batken" in said, said
    assert (tmp_path / "by-district.csv").exists()
