/**
 * What happens in a workspace, as flows. Each is cold: it listens while it is collected. It ends when
 * the workspace is locked or its handle is closed, and lets go when its collector is cancelled.
 */
package org.baikoo

import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.conflate
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.transformWhile
import org.baikoo.core.ClientException
import org.baikoo.core.Event
import org.baikoo.core.Filter
import org.baikoo.core.Language
import org.baikoo.core.ReportList
import org.baikoo.core.ReportView
import org.baikoo.core.StreamId
import org.baikoo.core.SyncView
import org.baikoo.core.Workspace

/** Every event from now on. A slow collector gets [Event.Missed] in place of what it missed. */
fun Workspace.eventFlow(): Flow<Event> = flow {
    events().use { events -> while (true) emit(events.next() ?: break) }
}

/** Where synchronising stands: now, and whenever that has changed. A slow collector gets the newest. */
fun Workspace.statusFlow(): Flow<SyncView> =
    // What was written waits to be sent, even while nothing syncs.
    again({ it is Event.SyncChanged || it.concernsLists }) { syncStatus() }.distinctUntilChanged()

/** The list: now, and whenever it may have changed. A slow collector gets the newest. */
fun Workspace.listFlow(filter: Filter, language: Language): Flow<ReportList> =
    again({ it.concernsLists }) { list(filter, language) }.distinctUntilChanged()

/** A report: now, and whenever it may have changed. A slow collector gets the newest; fails when it is not there any more. */
fun Workspace.reportFlow(report: StreamId, language: Language): Flow<ReportView> {
    val concernsIt = { event: Event -> if (event is Event.ReportChanged) event.report == report else event.concernsLists }
    return again(concernsIt) { report(report, language) }.distinctUntilChanged()
}

// Names and reviews in a list depend on members, too.
private val Event.concernsLists: Boolean
    get() = this is Event.ReportChanged || this is Event.DeliveriesChanged || this is Event.MembersChanged

// It listens before it reads, so that no change falls between the two.
private fun <T : Any> Workspace.again(concerns: (Event) -> Boolean, read: suspend () -> T): Flow<T> =
    flow {
        events().use { events ->
            emit(Unit)
            while (true) {
                val event = events.next() ?: break
                if (event is Event.Missed || concerns(event)) emit(Unit)
            }
        }
    }.conflate().transformWhile {
        val value = try { read() } catch (_: ClientException.Locked) { null }
        if (value != null) emit(value)
        value != null
    }
