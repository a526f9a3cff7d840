/// A workspace that is locked in time.
import BaikooCore

extension Workspace {
    /// Uses the workspace, and has locked it when this returns, however it ends. To let go of the last
    /// handle locks as well, but somewhat later and on another thread.
    public func useThenLock<Value>(_ body: (Workspace) async throws -> Value) async throws -> Value {
        do {
            let value = try await body(self)
            try await lock()
            return value
        } catch {
            // What went wrong first is what the caller should hear.
            try? await lock()
            throw error
        }
    }
}
