/**
 * The model behind a monitor's home screen, as an Android app would have it: a ViewModel hands in its
 * `viewModelScope`, a composable collects `screen`. It decides nothing: the core does.
 */
package org.baikoo.sample

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.onCompletion
import kotlinx.coroutines.flow.stateIn
import kotlinx.coroutines.launch
import org.baikoo.code
import org.baikoo.core.Answer
import org.baikoo.core.ClientException
import org.baikoo.core.Delivery
import org.baikoo.core.FieldPath
import org.baikoo.core.Filter
import org.baikoo.core.Language
import org.baikoo.core.ReportSummary
import org.baikoo.core.StreamId
import org.baikoo.core.SyncView
import org.baikoo.core.TextName
import org.baikoo.core.Workspace
import org.baikoo.listFlow
import org.baikoo.statusFlow

/** What the screen shows. */
data class Screen(
    val reports: List<Row> = emptyList(),
    val sync: Sync = Sync.NeverYet,
    /** Nothing of the workspace may be seen any more. */
    val locked: Boolean = false,
    /** The code of what went wrong last, until something goes well. */
    val trouble: String? = null,
)

/** A report in the list. Titles and texts are what a person wrote: show them as text, never as markup. */
data class Row(
    val id: StreamId,
    val title: String,
    val excerpt: String,
    /** How far it has come, and not a step more: on this device, with the server, opened by a coordinator. */
    val delivery: Delivery,
    /** Questions that wait for her answer. */
    val questions: Int,
    /** Questions with more than one version. */
    val conflicts: Int,
)

/** Where synchronising stands. "All sent" is only said of a call that has succeeded. */
sealed interface Sync {
    data object NeverYet : Sync
    data object Running : Sync
    data object Revoked : Sync
    data class Waiting(val reports: Int, val trouble: String?) : Sync
    data class AllSent(val atMs: Long) : Sync
}

class MonitorModel(private val workspace: Workspace, private val language: Language, private val scope: CoroutineScope) {
    private val trouble = MutableStateFlow<String?>(null)

    /** Reads while somebody looks, and shows nothing once the workspace is locked. */
    val screen: StateFlow<Screen> = shown().combine(trouble) { screen, code -> screen.copy(trouble = code) }
        .stateIn(scope, SharingStarted.WhileSubscribed(5_000), Screen())

    private fun shown(): Flow<Screen> =
        combine(workspace.listFlow(Filter(), language), workspace.statusFlow()) { list, status ->
            Screen(list.reports.map(::row), sync(status))
        }.onCompletion { cause -> if (cause == null) emit(Screen(locked = true)) }

    /** Begins a report and answers its id, or null. It is on the disk when this returns. */
    suspend fun create(): StreamId? = tried { workspace.createReport(language.name.lowercase()) }

    /** Whether the answer is saved: only then may the screen say so. */
    suspend fun save(report: StreamId, path: FieldPath, answer: Answer?): Boolean =
        tried { workspace.setAnswer(report, path, answer) } != null

    /** Whether the words are saved. */
    suspend fun write(report: StreamId, words: String): Boolean =
        tried { workspace.setText(report, TextName.NARRATIVE, words) } != null

    /** Releases a report. It travels when there is a network; its row says how far it is. */
    suspend fun send(report: StreamId): Boolean = tried { workspace.send(report) } != null

    /** What the button "Sync now" does. */
    fun syncNow(): Job = scope.launch { tried { workspace.syncNow() } }

    private suspend fun <R> tried(work: suspend () -> R): R? = try {
        work().also { trouble.value = null }
    } catch (error: ClientException) {
        trouble.value = error.code
        null
    }
}

private fun row(report: ReportSummary) = Row(
    report.id,
    report.title,
    report.excerpt,
    report.delivery,
    report.questions.toInt(),
    report.conflicts.toInt(),
)

private fun sync(status: SyncView): Sync {
    val lastSuccessMs = status.lastSuccessMs
    return when {
        status.revoked -> Sync.Revoked
        status.phase == "running" -> Sync.Running
        status.waitingReports > 0u -> Sync.Waiting(status.waitingReports.toInt(), status.trouble)
        lastSuccessMs == null -> Sync.NeverYet
        else -> Sync.AllSent(lastSuccessMs)
    }
}
