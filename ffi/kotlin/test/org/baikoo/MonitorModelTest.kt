package org.baikoo

import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.first
import org.baikoo.core.Answer
import org.baikoo.core.Delivery
import org.baikoo.core.Language
import org.baikoo.core.Role
import org.baikoo.sample.MonitorModel
import org.baikoo.sample.Sync

/** The sample of an Android screen says what is so, from the first word to the coordinator's desk. */
class MonitorModelTest {
    @Test
    fun `a report's row never says more than how far it has come`() = patiently {
        val coordinator = device().made(server)
        val link = coordinator.invite(Role.MONITOR, "Aida", 3_600_000u).link
        coordinator.syncNow()
        val workspace = device().join(link, "Aida", PASSPHRASE)
        val scope = CoroutineScope(Dispatchers.Default)
        val model = MonitorModel(workspace, Language.KY, scope)

        val report = model.create()!!
        assertTrue(model.write(report, "Түн ичинде эки үй өрттөндү."))
        assertTrue(model.save(report, "injured_total", Answer.Integer(3)))
        val draft = model.screen.first { it.reports.singleOrNull()?.excerpt?.isNotEmpty() == true }
        assertEquals(Delivery.DRAFT, draft.reports.single().delivery)

        assertTrue(model.send(report))
        val waiting = model.screen.first { it.reports.single().delivery == Delivery.ON_DEVICE && it.sync is Sync.Waiting }
        assertEquals(Sync.Waiting(1, null), waiting.sync)

        model.syncNow().join()
        val stored = model.screen.first { it.reports.single().delivery == Delivery.STORED && it.sync is Sync.AllSent }
        assertNull(stored.trouble)

        coordinator.syncNow()
        coordinator.members().filter { !it.me }.forEach { coordinator.approve(it.device) }
        coordinator.report(report, Language.EN)
        coordinator.syncNow()
        model.syncNow().join()
        model.screen.first { it.reports.single().delivery == Delivery.RECEIVED }

        workspace.lock()
        val locked = model.screen.first { it.locked }
        assertEquals(emptyList(), locked.reports)
        scope.cancel()
        coordinator.lock()
    }

    @Test
    fun `trouble has a code, and is over when something goes well`() = patiently {
        val scope = CoroutineScope(Dispatchers.Default)
        val model = MonitorModel(device().made(), Language.EN, scope)
        val report = model.create()!!
        assertFalse(model.save(report, "no_such/path", null))
        assertEquals("bad_input", model.screen.first { it.trouble != null }.trouble)
        assertTrue(model.send(report))
        model.screen.first { it.trouble == null }
        model.syncNow().join()
        assertEquals("offline", model.screen.first { it.trouble != null }.trouble)
        assertIs<Sync.Waiting>(model.screen.first { it.sync is Sync.Waiting }.sync)
        scope.cancel()
    }
}
