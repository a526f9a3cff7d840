package org.baikoo

import java.io.ByteArrayOutputStream
import java.io.File
import java.io.PrintStream
import kotlin.test.Test
import kotlin.test.assertEquals

/** The README's lines are compiled with these tests, as they are printed. */
class ReadmeTest {
    @Test
    fun `the lines of the README do what they say`() {
        val said = ByteArrayOutputStream()
        val before = System.out
        System.setOut(PrintStream(said, true, Charsets.UTF_8))
        try {
            // In a file of its own without a package, which only reflection reaches from one.
            val main = Class.forName("ReadmeKt").getMethod("main", Array<String>::class.java)
            main.invoke(null, arrayOf(server, File(folder(), "home").path))
        } finally {
            System.setOut(before)
        }
        assertEquals("STORED: Түн ичинде эки үй өрттөндү.\n", said.toString(Charsets.UTF_8))
    }
}
