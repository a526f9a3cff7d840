"""A workspace for analysts: unlock, sync, iterate, make data frames, export."""

import os
import stat
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from . import core
from .plain import value

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Report:
    """A report as plain data. It is in the clear: guard it."""

    summary: core.ReportSummary
    narrative: str
    #: Answers by question: see :func:`baikoo.plain.value`.
    answers: dict[str, Any]
    #: Persons, houses and other repeated things by section, a dict of answers each. What was crossed
    #: out is left out.
    entries: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    #: Where people differ: all answers by the question's path. ``answers`` has one of them.
    conflicts: dict[str, list[Any]] = field(default_factory=dict)
    #: Everything else: the talk, the hints, the review.
    view: core.ReportView | None = field(default=None, repr=False)

    @property
    def id(self) -> str:
        """The report's id."""
        return self.summary.id

    @staticmethod
    def of(view: core.ReportView) -> "Report":
        """From the core's view."""
        once = [answered for section in view.sections for answered in section.fields]
        kept = {section.name: [one for one in section.entries if one.removed is None] for section in view.sections}
        inside = [answered for entries in kept.values() for one in entries for answered in one.fields]
        return Report(
            summary=view.summary,
            narrative=view.narrative,
            answers={answered.question: value(answered.answer) for answered in once if answered.answer is not None},
            entries={
                name: [{answered.question: value(answered.answer) for answered in one.fields} for one in entries]
                for name, entries in kept.items()
                if entries
            },
            conflicts={
                answered.path: [value(version.answer) for version in answered.versions]
                for answered in once + inside
                if len(answered.versions) > 1
            },
            view=view,
        )


class Workspace:
    """An open workspace. Left by ``async with``, it is locked.

    ``core`` is the workspace with all its methods. Filters are the fields of
    :class:`baikoo.core.Filter`: ``types=["property"]``, ``conflicted=True``, ``query="Kok-Tash"``,
    ``since="2021-04-28"``, ``to="2021-05"``.
    Work that is cancelled, as its task is, stops.
    """

    def __init__(self, opened: core.Workspace, language: core.Language) -> None:
        self.core = opened
        self.language = language

    async def __aenter__(self) -> "Workspace":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.lock()

    async def lock(self) -> None:
        """Closes the database and forgets the keys. Twice does no harm."""
        await self.core.lock()

    async def sync(self) -> core.SyncView:
        """Exchanges with the server until there is nothing more to do."""
        return await self.core.sync_now()

    async def summaries(self, **filter: Any) -> list[core.ReportSummary]:
        """The reports that a filter leaves, as they stand in lists."""
        return (await self.core.list(_filter(**filter), self.language)).reports

    async def reports(self, **filter: Any) -> AsyncIterator[Report]:
        """The reports that a filter leaves, each read when its turn comes."""
        for summary in await self.summaries(**filter):
            yield Report.of(await self.core.report(summary.id, self.language))

    async def rows(self, **filter: Any) -> list[dict[str, Any]]:
        """A flat dict for each report: its summary, then its answers by question. Repeated things
        are left out, and with them most names of people."""
        rows = []
        async for report in self.reports(**filter):
            summary = report.summary
            row: dict[str, Any] = {name: getattr(summary, name) for name in _COLUMNS}
            row |= {"author": summary.author.name, "delivery": summary.delivery.name.lower()}
            row |= {"narrative": report.narrative}
            rows.append(report.answers | row)
        return rows

    async def dataframe(self, **filter: Any) -> "pandas.DataFrame":
        """The same as a data frame, with the reports' ids as its index. Needs pandas."""
        import pandas

        rows = await self.rows(**filter)
        frame = pandas.DataFrame(rows, columns=None if rows else [*_COLUMNS, "author", "delivery", "narrative"])
        # Dates may be known to the month or the year only, so they stay as they were written.
        frame["changed"] = pandas.to_datetime(frame.pop("changed_ms"), unit="ms", utc=True)
        return frame.set_index("id")

    async def export(
        self,
        format: str,
        path: str | os.PathLike[str] | None = None,
        on_progress: Callable[[int, int], None] | None = None,
        **filter: Any,
    ) -> bytes:
        """The reports as a file's bytes, written to ``path`` if it is given, for its owner's eyes.

        ``json`` has everything; ``csv`` and ``geojson`` leave out what identifies people.
        ``on_progress(done, of)`` is called on another thread."""
        wanted = core.Format[{"json": "JSON", "csv": "CSV", "geojson": "GEO_JSON"}[format]]
        listener = _Progress(on_progress) if on_progress else None
        file = await self.core.export(wanted, _filter(**filter), self.language, listener)
        if path is not None:
            _write(Path(path), file)
        return file

    async def events(self) -> AsyncIterator[core.Event]:
        """What happens from now on, until the workspace is locked."""
        events = self.core.events()
        while (event := await events.next()) is not None:
            yield event


_COLUMNS = [
    "id", "title", "types", "place", "district", "lat", "lon", "date", "injured", "killed", "stage", "review",
    "conflicts", "questions", "urgent", "language", "changed_ms",
]  # fmt: skip


def _filter(*, since: str | None = None, **filter: Any) -> core.Filter:
    # `from` is taken, in Python.
    return core.Filter(_from=since, **filter)


class _Progress(core.ProgressListener):
    def __init__(self, call: Callable[[int, int], None]) -> None:
        self.call = call

    def on_progress(self, done: int, of: int) -> None:
        self.call(done, of)


def _write(path: Path, file: bytes) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        # One that was there before may have been everybody's; what is no file is somebody else's.
        if os.name == "posix" and stat.S_ISREG(os.fstat(out.fileno()).st_mode):
            os.fchmod(out.fileno(), 0o600)
        out.write(file)


async def unlock(
    folder: str | os.PathLike[str],
    passphrase: str,
    language: str = "en",
    *,
    options: core.Options | None = None,
) -> Workspace:
    """Unlocks the workspace in a folder: of the ``baikoo`` command, say, while it does not run.

    ``language`` is that of labels and titles: ky, ru, uz, tg, kk or en."""
    device = core.Device(os.fspath(folder), options)
    return Workspace(await device.unlock(passphrase), core.Language[language.upper()])
