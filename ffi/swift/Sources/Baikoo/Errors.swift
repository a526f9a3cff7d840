/// Errors by the code that all languages share.
@_exported import BaikooCore

extension ClientError {
    /// The code, as in docs/ARCHITECTURE.md.
    public var code: String {
        switch self {
        case .WrongPassphrase: return "wrong_passphrase"
        case .WeakPassphrase: return "weak_passphrase"
        case .NoWorkspace: return "no_workspace"
        case .WorkspaceExists: return "workspace_exists"
        case .NotFound: return "not_found"
        case .BadInput: return "bad_input"
        case .NotAllowed: return "not_allowed"
        case .InviteInvalid: return "invite_invalid"
        case .InviteExpired: return "invite_expired"
        case .Offline: return "offline"
        case .Unauthorised: return "unauthorised"
        case .DeviceRevoked: return "device_revoked"
        case .ApprovalPending: return "approval_pending"
        case .ServerRefused: return "server_refused"
        case .UpdateNeeded: return "update_needed"
        case .StorageFull: return "storage_full"
        case .BusyElsewhere: return "busy_elsewhere"
        case .Damaged: return "damaged"
        case .Internal: return "internal"
        case .Locked: return "locked"
        case .KeyStoreRefused: return "key_store_refused"
        case .RecoveryInvalid: return "recovery_invalid"
        }
    }
}
