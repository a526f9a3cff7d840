package org.baikoo

import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.onEach
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import org.baikoo.core.Event
import org.baikoo.core.Filter
import org.baikoo.core.Language
import org.baikoo.core.Role
import org.baikoo.core.TextName

/** Flows tell what is, go on with what changes, and end. */
class FlowsTest {
    @Test
    fun `events come in order, and the flow ends when the workspace is locked`() = patiently {
        val workspace = device().made()
        val events = async(start = CoroutineStart.UNDISPATCHED) { workspace.eventFlow().toList() }
        val reports = List(3) { workspace.createReport(null) }
        workspace.lock()
        assertEquals(reports.map { Event.ReportChanged(it) } + Event.Locked, events.await())
        assertEquals(emptyList(), workspace.eventFlow().toList())
        assertEquals(emptyList(), workspace.listFlow(Filter(), Language.KY).toList())
        assertEquals(emptyList(), workspace.statusFlow().toList())
    }

    @Test
    fun `a flow ends when its workspace is let go of`() = patiently {
        val workspace = device().made()
        val events = async(start = CoroutineStart.UNDISPATCHED) { workspace.eventFlow().toList() }
        workspace.close()
        assertEquals(listOf<Event>(Event.Locked), events.await())
    }

    @Test
    fun `a collector that is cancelled lets go`() = patiently {
        device().made().useThenLock { workspace ->
            val collecting = launch(start = CoroutineStart.UNDISPATCHED) { workspace.eventFlow().collect {} }
            collecting.cancelAndJoin()
            val first = async(start = CoroutineStart.UNDISPATCHED) { workspace.eventFlow().first() }
            val report = workspace.createReport(null)
            assertEquals(Event.ReportChanged(report), first.await())
        }
    }

    @Test
    fun `a slow collector of events is told that it missed some`() = patiently {
        device().made().useThenLock { workspace ->
            val report = workspace.createReport(null)
            val events = workspace.events()
            repeat(300) { workspace.setText(report, TextName.NARRATIVE, "$it") }
            assertEquals(Event.Missed, events.next())
            assertEquals(Event.ReportChanged(report), events.next())
            events.close()
        }
    }

    @Test
    fun `a list tells what is there, and again what has changed`() = patiently {
        val workspace = device().made()
        val told = Channel<Int>(Channel.UNLIMITED)
        val totals = async(start = CoroutineStart.UNDISPATCHED) {
            workspace.listFlow(Filter(), Language.KY).map { it.total.toInt() }.onEach(told::send).toList()
        }
        assertEquals(0, told.receive())
        workspace.createReport(null)
        assertEquals(1, told.receive())
        workspace.createReport(null)
        assertEquals(2, told.receive())
        // Nothing in a list is new now, and the flow ends.
        workspace.invite(Role.MONITOR, "Aida", 3_600_000u)
        workspace.lock()
        assertEquals(listOf(0, 1, 2), totals.await())
    }

    @Test
    fun `a report's flow tells of this report, and a slow collector gets the newest`() = patiently {
        device().made().useThenLock { workspace ->
            val (one, other) = List(2) { workspace.createReport(null) }
            val seen = async(start = CoroutineStart.UNDISPATCHED) {
                workspace.reportFlow(one, Language.KY).map { it.narrative }.onEach { delay(200) }.first { it == "20" }
            }
            for (number in 1..20) {
                workspace.setText(one, TextName.NARRATIVE, "$number")
                workspace.setText(other, TextName.NARRATIVE, "башка")
            }
            assertEquals("20", seen.await())
        }
    }

    @Test
    fun `the status goes from waiting to sent`() = patiently {
        device().made(server).useThenLock { workspace ->
            workspace.send(workspace.createReport(null))
            assertEquals(1u, workspace.statusFlow().first().waitingReports)
            val sent = async(start = CoroutineStart.UNDISPATCHED) {
                workspace.statusFlow().first { it.waitingReports == 0u && it.lastSuccessMs != null }
            }
            workspace.startSync()
            assertTrue(sent.await().enrolled)
            workspace.stopSync()
        }
    }

    @Test
    fun `a flow can be collected by halves and anew`() = patiently {
        device().made().useThenLock { workspace ->
            val events = workspace.eventFlow()
            repeat(2) {
                val two = async(start = CoroutineStart.UNDISPATCHED) { events.take(2).toList() }
                val reports = List(3) { workspace.createReport(null) }
                assertEquals(reports.take(2).map { Event.ReportChanged(it) }, two.await())
            }
        }
    }
}
