/** Errors by the code that all languages share. */
package org.baikoo

import org.baikoo.core.ClientException

/** The code, as in docs/ARCHITECTURE.md. Not made from the class's name, which a shrinker may change. */
val ClientException.code: String
    get() = when (this) {
        is ClientException.WrongPassphrase -> "wrong_passphrase"
        is ClientException.WeakPassphrase -> "weak_passphrase"
        is ClientException.NoWorkspace -> "no_workspace"
        is ClientException.WorkspaceExists -> "workspace_exists"
        is ClientException.NotFound -> "not_found"
        is ClientException.BadInput -> "bad_input"
        is ClientException.NotAllowed -> "not_allowed"
        is ClientException.InviteInvalid -> "invite_invalid"
        is ClientException.InviteExpired -> "invite_expired"
        is ClientException.Offline -> "offline"
        is ClientException.Unauthorised -> "unauthorised"
        is ClientException.DeviceRevoked -> "device_revoked"
        is ClientException.ApprovalPending -> "approval_pending"
        is ClientException.ServerRefused -> "server_refused"
        is ClientException.UpdateNeeded -> "update_needed"
        is ClientException.StorageFull -> "storage_full"
        is ClientException.BusyElsewhere -> "busy_elsewhere"
        is ClientException.Damaged -> "damaged"
        is ClientException.Internal -> "internal"
        is ClientException.Locked -> "locked"
        is ClientException.KeyStoreRefused -> "key_store_refused"
        is ClientException.RecoveryInvalid -> "recovery_invalid"
    }
