/** Handles that are let go of in time, and callbacks as lambdas. */
package org.baikoo

import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.withContext
import org.baikoo.core.Filter
import org.baikoo.core.Format
import org.baikoo.core.Language
import org.baikoo.core.ProgressListener
import org.baikoo.core.Workspace

/**
 * Uses the workspace, and has locked it when this returns, however it ends. To `close` the handle
 * locks as well, but somewhat later and on another thread, so that any thread may do it.
 */
suspend fun <R> Workspace.useThenLock(block: suspend (Workspace) -> R): R = use {
    try {
        block(it)
    } finally {
        withContext(NonCancellable) { it.lock() }
    }
}

/** Exports, and tells how far it is, on a thread of the library. Cancelled, the work stops. */
suspend fun Workspace.export(
    format: Format,
    filter: Filter,
    language: Language,
    told: (done: Long, of: Long) -> Unit,
): ByteArray {
    val listener = object : ProgressListener {
        override fun onProgress(done: ULong, of: ULong) = told(done.toLong(), of.toLong())
    }
    return export(format, filter, language, listener)
}
