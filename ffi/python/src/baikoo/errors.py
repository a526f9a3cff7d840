"""The errors of the core, one class for each: what a person or program can do something about.

All are :class:`baikoo.ClientError`; :func:`baikoo.code` is an error's code.
"""

from typing import Any

from .core import ClientError

# The generated class has them as attributes that type checkers don't see.
_errors: Any = ClientError

WrongPassphrase: type[ClientError] = _errors.WrongPassphrase
"""The passphrase is wrong. No hint is given, and there is none."""

WeakPassphrase: type[ClientError] = _errors.WeakPassphrase
"""The passphrase is too short to protect anything."""

NoWorkspace: type[ClientError] = _errors.NoWorkspace
"""Nothing is set up here yet."""

WorkspaceExists: type[ClientError] = _errors.WorkspaceExists
"""There is a workspace here already."""

NotFound: type[ClientError] = _errors.NotFound
"""What was asked for is not here."""

BadInput: type[ClientError] = _errors.BadInput
"""The input can't be taken as it is."""

NotAllowed: type[ClientError] = _errors.NotAllowed
"""This member may not do that."""

InviteInvalid: type[ClientError] = _errors.InviteInvalid
"""The invitation can't be read, or is for something else."""

InviteExpired: type[ClientError] = _errors.InviteExpired
"""The invitation was used or cancelled, or came too late."""

Offline: type[ClientError] = _errors.Offline
"""No network, or no server there."""

Unauthorised: type[ClientError] = _errors.Unauthorised
"""The server does not know this device's token."""

DeviceRevoked: type[ClientError] = _errors.DeviceRevoked
"""The device has been revoked."""

ApprovalPending: type[ClientError] = _errors.ApprovalPending
"""A coordinator has to approve the device first."""

ServerRefused: type[ClientError] = _errors.ServerRefused
"""The server refused for another reason."""

UpdateNeeded: type[ClientError] = _errors.UpdateNeeded
"""One of the two sides is too old."""

StorageFull: type[ClientError] = _errors.StorageFull
"""The disk or the browser's quota is full; nothing was changed."""

BusyElsewhere: type[ClientError] = _errors.BusyElsewhere
"""Another process or tab is using the workspace."""

Damaged: type[ClientError] = _errors.Damaged
"""The data on this device can't be read."""

RecoveryInvalid: type[ClientError] = _errors.RecoveryInvalid
"""The recovery sheets do not open this workspace."""

Internal: type[ClientError] = _errors.Internal
"""A bug."""

Locked: type[ClientError] = _errors.Locked
"""The workspace has been locked since."""

KeyStoreRefused: type[ClientError] = _errors.KeyStoreRefused
"""The platform's key store did not open the key, or the person did not let it."""
