/// What happens in a workspace, as asynchronous sequences: they end when the workspace is locked, and
/// let go when the task that iterates is cancelled.
import BaikooCore

/// Events that wait for a slow iteration at most.
private let eventsMax = 256

extension Workspace {
    /// Every event from now on. A slow iteration gets `.missed` for what it missed.
    public func eventStream() -> AsyncStream<Event> {
        AsyncStream(bufferingPolicy: .bufferingNewest(eventsMax)) { continuation in
            let subscription = subscribe(listener: Teller(continuation))
            continuation.onTermination = { _ in subscription.end() }
        }
    }

    /// Where synchronising stands: now, and whenever that may have changed.
    public func statuses() -> AsyncThrowingStream<SyncView, Error> {
        again({ event in if case .syncChanged = event { true } else { event.concernsLists } }) { workspace in
            try await workspace.syncStatus()
        }
    }

    /// The list: now, and whenever it may have changed.
    public func lists(_ filter: Filter, in language: Language) -> AsyncThrowingStream<ReportList, Error> {
        again({ event in event.concernsLists }) { workspace in
            try await workspace.list(filter: filter, language: language)
        }
    }

    // It listens before it reads, so that no change falls between the two. A slow iteration gets the
    // newest.
    private func again<Value: Sendable>(
        _ concerns: @escaping @Sendable (Event) -> Bool,
        _ read: @escaping @Sendable (Workspace) async throws -> Value
    ) -> AsyncThrowingStream<Value, Error> {
        let events = eventStream()
        return AsyncThrowingStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let task = Task {
                do {
                    continuation.yield(try await read(self))
                    for await event in events where event == .missed || concerns(event) {
                        continuation.yield(try await read(self))
                    }
                    continuation.finish()
                } catch ClientError.Locked {
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }
}

extension Event {
    // Names and reviews in a list depend on members, too.
    fileprivate var concernsLists: Bool {
        switch self {
        case .reportChanged, .deliveriesChanged, .membersChanged: return true
        default: return false
        }
    }
}

/// Hands on what it hears. The library lets go of it when nothing more comes; then the stream ends.
private final class Teller: EventListener, Sendable {
    private let continuation: AsyncStream<Event>.Continuation

    init(_ continuation: AsyncStream<Event>.Continuation) {
        self.continuation = continuation
    }

    func onEvent(event: Event) {
        if case .dropped = continuation.yield(event) {
            continuation.yield(.missed)
        }
    }

    deinit {
        continuation.finish()
    }
}
