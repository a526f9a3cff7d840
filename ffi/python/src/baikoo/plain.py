"""Views as plain Python: dicts, lists, strings and numbers."""

import enum
from typing import Any

from . import core


def value(answer: core.Answer | None) -> Any:
    """An answer as a plain value: a text, a number, a code, a sorted list of codes, a date in EDTF,
    or a dict for a place or a time. ``None`` if there is none."""
    if answer is None:
        return None
    inner = answer[0]  # type: ignore[index]
    return sorted(inner) if isinstance(inner, list) else plain(inner)


def plain(view: Any) -> Any:
    """Any view as dicts and lists. Enums become their codes, answers their values."""
    if isinstance(view, core.Answer):
        return value(view)
    if isinstance(view, enum.Enum):
        return view.name.lower()
    if isinstance(view, (list, tuple)):
        return [plain(item) for item in view]
    if hasattr(view, "__dict__"):
        return {name: plain(item) for name, item in vars(view).items()}
    return view
