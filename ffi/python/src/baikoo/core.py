"""The whole core, as it is generated: devices, workspaces, every view and every error.

The other modules of this package make the common things short; this one has all of them.
"""

from ._native.baikoo_core import *  # noqa: F403
from ._native.baikoo_core import ClientError as ClientError


def code(error: ClientError) -> str:
    """The code of an error, the same in every language and on the command line: `wrong_passphrase`."""
    return _snake(type(error).__name__)


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")
