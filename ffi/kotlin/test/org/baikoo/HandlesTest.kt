package org.baikoo

import java.io.InputStream
import java.net.InetAddress
import java.net.ServerSocket
import java.net.SocketException
import java.util.concurrent.CountDownLatch
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit
import kotlin.test.Test
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertTrue
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import org.baikoo.core.ClientException
import org.baikoo.core.Clock
import org.baikoo.core.ClockReading
import org.baikoo.core.Event
import org.baikoo.core.EventListener
import org.baikoo.core.Filter
import org.baikoo.core.Format
import org.baikoo.core.KeyStore
import org.baikoo.core.Language
import org.baikoo.core.Options
import org.baikoo.core.TextName

/** What a handle promises: cancelled, thrown at, used after its end, closed twice, shared. */
class HandlesTest {
    /** Tells that it is asked to close something, and does so once it is let. */
    private class Slow : KeyStore {
        val asked = CompletableDeferred<Unit>()
        val letIt = CountDownLatch(1)
        override fun wrap(secret: ByteArray): ByteArray {
            asked.complete(Unit)
            letIt.await(PATIENCE_MS, TimeUnit.MILLISECONDS)
            return secret
        }
        override fun unwrap(wrapped: ByteArray) = wrapped
        override fun forget() = Unit
    }

    @Test
    fun `a set-up that is cancelled leaves nothing behind`() = patiently {
        val slow = Slow()
        val device = device(Options(keyStore = slow))
        val making = launch { device.made() }
        slow.asked.await()
        making.cancelAndJoin()
        slow.letIt.countDown()
        // The same device is set up once what was cancelled is out of the way.
        while (true) {
            try {
                device.made().lock()
                break
            } catch (error: ClientException) {
                assertEquals("busy_elsewhere", error.code)
                delay(20)
            }
        }
    }

    @Test
    fun `a sync that is cancelled hangs up`() = patiently {
        // Takes calls, and never answers.
        ServerSocket(0, 1, InetAddress.getLoopbackAddress()).use { silent ->
            val workspace = device().made("http://127.0.0.1:${silent.localPort}")
            val syncing = launch { workspace.syncNow() }
            withContext(Dispatchers.IO) {
                silent.accept().use { call ->
                    call.soTimeout = PATIENCE_MS.toInt()
                    assertTrue(call.getInputStream().read() >= 0, "it calls")
                    syncing.cancelAndJoin()
                    assertTrue(hasHungUp(call.getInputStream()))
                }
            }
            while (workspace.syncStatus().phase == "running") delay(5)
            workspace.lock()
        }
    }

    // Whatever it had written before comes first.
    private fun hasHungUp(stream: InputStream): Boolean = try {
        stream.readAllBytes()
        true
    } catch (_: SocketException) {
        true
    }

    @Test
    fun `an export that is cancelled stops counting`() = patiently {
        val workspace = device().made()
        repeat(40) { workspace.createReport(null) }
        val told = LinkedBlockingQueue<Pair<Long, Long>>()
        val begun = CompletableDeferred<Unit>()
        val cancelled = CountDownLatch(1)
        val exporting = launch {
            workspace.export(Format.JSON, Filter(), Language.EN) { done, of ->
                told.add(done to of)
                begun.complete(Unit)
                // The work waits for its listener, so it is cancelled in the middle.
                cancelled.await(PATIENCE_MS, TimeUnit.MILLISECONDS)
            }
        }
        begun.await()
        exporting.cancelAndJoin()
        cancelled.countDown()
        // It would have gone on beside this one.
        assertTrue(workspace.export(Format.JSON, Filter(), Language.EN) { _, _ -> }.isNotEmpty())
        assertEquals(listOf(1L to 40L), told.toList())
        workspace.lock()
    }

    private class Refusing : KeyStore {
        override fun wrap(secret: ByteArray) = secret
        override fun unwrap(wrapped: ByteArray): ByteArray = throw IllegalStateException("no finger")
        override fun forget() = throw IllegalStateException("no finger")
    }

    @Test
    fun `what a key store throws becomes an error with a code`() = patiently {
        val device = device(Options(keyStore = Refusing()))
        device.made().lock()
        val error = assertFailsWith<ClientException.KeyStoreRefused> { device.unlock(PASSPHRASE) }
        assertEquals("key_store_refused", error.code)
        assertFalse("finger" in error.message.orEmpty())
        device.wipe()
        assertFalse(device.isSetUp())
    }

    private class Turning : KeyStore {
        override fun wrap(secret: ByteArray) = secret.reversedArray()
        override fun unwrap(wrapped: ByteArray) = wrapped.reversedArray()
        override fun forget() = Unit
    }

    @Test
    fun `a key store in Kotlin closes and opens the key`() = patiently {
        val device = device(Options(keyStore = Turning()))
        val report = device.made().useThenLock { it.createReport("ky") }
        device.unlock(PASSPHRASE).useThenLock { it.heads(report) }
    }

    @Test
    fun `a listener that throws hears the next event and none after its end`() = patiently {
        val workspace = device().made()
        val heard = LinkedBlockingQueue<Event>()
        val listener = object : EventListener {
            override fun onEvent(event: Event) {
                heard.add(event)
                throw IllegalStateException("no screen")
            }
        }
        val subscription = workspace.subscribe(listener)
        val reports = List(2) { workspace.createReport(null) }
        assertContentEquals(reports.map { Event.ReportChanged(it) }, List(2) { heard.poll(PATIENCE_MS, TimeUnit.MILLISECONDS) })
        subscription.end()
        subscription.close()
        workspace.createReport(null)
        workspace.lock()
        assertTrue(heard.isEmpty())
    }

    @Test
    fun `a clock that throws is passed over`() = patiently {
        val stopped = object : Clock {
            override fun now() = ClockReading(1_619_653_500_000, 360, 5u, 7u)
        }
        val broken = object : Clock {
            override fun now() = throw IllegalStateException("no clock")
        }
        for ((clock, is2021) in listOf(stopped to true, broken to false)) {
            device(Options(clock = clock)).made().useThenLock {
                val changedMs = it.summary(it.createReport(null), Language.EN).changedMs
                assertEquals(is2021, changedMs == 1_619_653_500_000)
            }
        }
    }

    @Test
    fun `a locked handle says so, and a closed one is no handle`() = patiently {
        val device = device()
        val workspace = device.made()
        assertEquals("busy_elsewhere", assertFailsWith<ClientException> { device.unlock(PASSPHRASE) }.code)
        workspace.lock()
        workspace.lock()
        workspace.startSync()
        workspace.stopSync()
        assertEquals("locked", assertFailsWith<ClientException> { workspace.me() }.code)
        assertEquals(null, workspace.events().next())
        workspace.close()
        workspace.close()
        assertFailsWith<IllegalStateException> { workspace.me() }
        assertFailsWith<IllegalStateException> { workspace.events() }
        device.unlock(PASSPHRASE).useThenLock { it.me() }
        device.close()
        device.close()
        assertFailsWith<IllegalStateException> { device.isSetUp() }
    }

    @Test
    fun `a call that is on its way outlives its handle`() = patiently {
        val workspace = device().made()
        val calls = List(10) { async(start = CoroutineStart.UNDISPATCHED) { workspace.createReport(null) } }
        workspace.close()
        // Each is done, or came too late and says so.
        calls.map { call -> runCatching { call.await() } }.forEach { result ->
            result.exceptionOrNull()?.let { assertEquals("locked", assertFailsWith<ClientException> { throw it }.code) }
        }
    }

    @Test
    fun `a workspace that was lent is locked, whatever happened`() = patiently {
        val device = device()
        assertFailsWith<ArithmeticException> { device.made().useThenLock { throw ArithmeticException() } }
        device.unlock(PASSPHRASE).useThenLock { it.me() }
        val lent = CompletableDeferred<Unit>()
        val using = launch { device.unlock(PASSPHRASE).useThenLock { lent.complete(Unit); awaitCancellation() } }
        lent.await()
        using.cancelAndJoin()
        device.unlock(PASSPHRASE).useThenLock { it.me() }
    }

    @Test
    fun `a hundred calls at once take turns`() = patiently {
        device().made().useThenLock { workspace ->
            val calls = List(100) { number ->
                async(Dispatchers.Default) {
                    val report = workspace.createReport(null)
                    workspace.setText(report, TextName.NARRATIVE, "Жол жабык: $number.")
                }
            }
            calls.awaitAll()
            val list = workspace.list(Filter(), Language.KY)
            assertEquals(100u, list.total)
            assertEquals(List(100) { "Жол жабык: $it." }.toSet(), list.reports.map { it.excerpt }.toSet())
        }
    }

    @Test
    fun `the thread that calls goes on while a passphrase is worked on`() = patiently {
        // All of this runs on one thread. The work waits for it to have gone on.
        val slow = Slow()
        val turning = launch {
            repeat(5) { delay(1) }
            slow.asked.await()
            slow.letIt.countDown()
        }
        device(Options(keyStore = slow)).made().useThenLock { assertTrue(turning.isCompleted) }
    }

    @Test
    fun `every error has the code that is written down`() {
        val page = root.resolve("docs/ARCHITECTURE.md").readText().substringAfter("## Errors").substringBefore("\n## ")
        val written = Regex("^\\| `([a-z_]+)` \\|", RegexOption.MULTILINE).findAll(page).map { it.groupValues[1] }.toSet()
        val classes = ClientException::class.java.declaredClasses.filter { ClientException::class.java.isAssignableFrom(it) }
        val codes = classes.map { (it.getConstructor(String::class.java).newInstance("") as ClientException).code }
        assertEquals(written, codes.toSet())
        assertEquals(written.size, codes.size)
    }
}
