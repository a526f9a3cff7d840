/** What tests stand on: a real server, folders of one's own, and patience. */
package org.baikoo

import java.io.File
import java.nio.file.Files
import java.util.concurrent.TimeUnit
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.baikoo.core.Device
import org.baikoo.core.Options
import org.baikoo.core.Workspace

const val PASSPHRASE = "кызыл тоолор агын суу"
const val NOWHERE = "http://127.0.0.1:9"
const val PATIENCE_MS = 180_000L

/** The project's folder. */
val root = File(System.getProperty("baikoo.root"))

/** An empty folder that is gone at the end. */
fun folder(): File = Files.createTempDirectory("baikoo-kotlin-").toFile().also { folder ->
    Runtime.getRuntime().addShutdownHook(Thread { folder.deleteRecursively() })
}

/** The server that `BAIKOO_STORY_SERVER` names, or one that is started for these tests, and once. */
val server: String by lazy { System.getenv("BAIKOO_STORY_SERVER") ?: started() }

private fun started(): String {
    val program = System.getProperty("baikoo.server")
    val arguments = listOf("--data", folder().path, "serve", "--listen", "127.0.0.1:0", "--creation", "open")
    val process = ProcessBuilder(listOf(program) + arguments).redirectError(ProcessBuilder.Redirect.DISCARD).start()
    Runtime.getRuntime().addShutdownHook(Thread { process.destroy(); process.waitFor(5, TimeUnit.SECONDS) })
    val line = process.inputReader().readLine() ?: error("the server ended")
    return "http://" + line.substringAfter("listening on ").removePrefix("http://")
}

/** A test that ends. */
fun patiently(test: suspend CoroutineScope.() -> Unit) = runBlocking { withTimeout(PATIENCE_MS, test) }

/** A device in a folder of its own. */
fun device(options: Options? = null) = Device(File(folder(), "home").path, options)

/** A coordinator's workspace on a server. */
suspend fun Device.made(server: String = NOWHERE): Workspace = createWorkspace(server, "Gulnara", PASSPHRASE).workspace
