"""Read a Baikoo workspace: sync, iterate reports, make data frames, export.

    async with await baikoo.unlock("workspace", passphrase) as workspace:
        await workspace.sync()
        frame = await workspace.dataframe(types=["property"])

Everything that the core can do is in :mod:`baikoo.core`.
"""

import atexit

from . import core, errors
from .core import ClientError, Event, Filter, Language, code
from .plain import plain, value
from .workspace import Report, Workspace, unlock

# A thread of the core that called into an interpreter that is being taken apart would end the
# process with a crash.
atexit.register(core.stop_callbacks)

__all__ = [
    "ClientError",
    "Event",
    "Filter",
    "Language",
    "Report",
    "Workspace",
    "code",
    "core",
    "errors",
    "plain",
    "unlock",
    "value",
]
