package org.baikoo

import com.google.gson.JsonArray
import com.google.gson.JsonElement
import com.google.gson.JsonNull
import com.google.gson.JsonObject
import com.google.gson.JsonParser
import com.google.gson.JsonPrimitive
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.fail
import kotlinx.coroutines.runBlocking
import org.baikoo.core.Answer
import org.baikoo.core.ClientException
import org.baikoo.core.Device
import org.baikoo.core.FieldView
import org.baikoo.core.Filter
import org.baikoo.core.Language
import org.baikoo.core.PlaceAnswer
import org.baikoo.core.ReportList
import org.baikoo.core.Role
import org.baikoo.core.TextName
import org.baikoo.core.Workspace
import org.baikoo.core.form
import org.baikoo.core.passphraseStrength
import org.baikoo.core.places

/** The story that every language tells: see tests/story/README.md. */
class StoryTest {
    @Test
    fun `the story is told`() = runBlocking {
        val story = JsonParser.parseString(root.resolve("tests/story/story.json").readText()).asJsonObject
        val teller = Teller(server, story)
        for (told in story["steps"].asJsonArray.map { it.asJsonObject }) {
            val result = runCatching { teller.does(Step(told, teller.kept)) }
            val error = result.exceptionOrNull()
            if (error != null && error !is ClientException) throw AssertionError("$told", error)
            assertEquals(told["error"]?.asString, error?.code, "$told")
            val value = result.getOrDefault(JsonNull.INSTANCE)
            told["keep"]?.let { teller.kept[it.asString] = value.asString }
            told["expect"]?.let { assertEquals(it, value, "$told") }
        }
    }
}

/** One step with the names that were kept. */
private class Step(private val told: JsonObject, private val kept: Map<String, String>) {
    fun find(name: String): String? {
        val text = told[name] ?: return null
        // A name may begin like another: the longer one first.
        return kept.keys.sortedDescending().fold(text.asString) { words, key -> words.replace("$$key", kept.getValue(key)) }
    }

    fun text(name: String) = find(name) ?: fail("$told: no $name")
    fun list(name: String) = told[name].asJsonArray.map { it.asString }
    fun number(name: String) = told[name].asInt
    val language get() = Language.valueOf(text("language").uppercase())
    val role get() = Role.valueOf(text("role").uppercase())
    val textName get() = TextName.valueOf(text("name").uppercase())
    val answer get() = answer(told["answer"])

    val filter: Filter
        get() {
            val given = told["filter"].asJsonObject
            fun codes(name: String) = given[name]?.asJsonArray?.map { it.asString }.orEmpty()
            fun flag(name: String) = given[name]?.asBoolean ?: false
            return Filter(
                types = codes("types"), stages = codes("stages"), reviews = codes("reviews"),
                conflicted = flag("conflicted"), asked = flag("asked"), limit = given["limit"]?.asInt?.toUInt() ?: 0u,
            )
        }
}

private class Person {
    val device: Device = device()
    var workspace: Workspace? = null
}

private class Teller(private val server: String, story: JsonObject) {
    val kept = mutableMapOf<String, String>()
    private val passphrase = story["passphrase"].asString
    private val people = story["people"].asJsonArray.associate { it.asString to Person() }

    suspend fun does(step: Step): JsonElement {
        val person = people.getValue(step.text("who"))
        val device = person.device
        val given = step.find("passphrase") ?: passphrase
        return when (step.text("do")) {
            "create_workspace" -> {
                val made = device.createWorkspace(step.find("server") ?: server, step.text("name"), given)
                person.workspace = made.workspace
                json(made.recoverySheets.size)
            }
            "join" -> nothing { person.workspace = device.join(step.text("link"), step.text("name"), given) }
            "unlock" -> nothing { person.workspace = device.unlock(given) }
            "wipe" -> nothing { device.wipe() }
            "change_passphrase" -> nothing { device.changePassphrase(step.text("old"), step.text("new")) }
            "strength" -> json(passphraseStrength(given).toInt())
            "label" -> json(form(step.language).sections.flatMap { it.questions }.find { it.name == step.text("question") }?.label)
            "places" -> json(places(step.text("query"), step.language, step.number("limit").toUInt()).map { it.name })
            "same" -> {
                val heads = step.list("people").map { people.getValue(it).workspace!!.heads(step.text("report")).sorted() }
                json(heads.toSet().size == 1)
            }
            else -> with(person.workspace!!, step)
        }
    }
}

private suspend fun with(workspace: Workspace, step: Step): JsonElement = when (val verb = step.text("do")) {
    "lock" -> nothing { workspace.lock() }
    "sync" -> workspace.syncNow().let { json(it.waitingReports.toInt(), it.enrolled, it.approved, it.revoked) }
    "invite" -> json(workspace.invite(step.role, step.text("name"), 3_600_000u).link)
    "approve" -> {
        val waiting = workspace.members().filter { it.status == "unverified" || it.status == "pending" }
        waiting.forEach { workspace.approve(it.device) }
        json(waiting.size)
    }
    "members" -> json(sorted(workspace.members().map { json(it.name, it.role.name.lowercase(), it.status) }))
    "create" -> json(workspace.createReport(step.find("report_language")))
    "entry" -> json(workspace.addEntry(step.text("report"), step.text("section")))
    "list" -> rows(workspace.list(step.filter, step.language))
    "search" -> rows(workspace.search(step.text("words"), step.language, 0u))
    else -> about(workspace, step, step.text("report"), verb)
}

private suspend fun about(workspace: Workspace, step: Step, report: String, verb: String): JsonElement = when (verb) {
    "answer" -> nothing { workspace.setAnswer(report, step.text("path"), step.answer) }
    "text" -> nothing { workspace.setText(report, step.textName, step.text("text")) }
    "remove_entry" -> nothing { workspace.removeEntry(report, step.text("section"), step.text("entry"), step.text("reason")) }
    "send" -> nothing { workspace.send(report) }
    "discard" -> nothing { workspace.discardDraft(report) }
    "withdraw" -> nothing { workspace.withdraw(report, step.text("reason")) }
    "show" -> show(workspace, step)
    "conflicts" -> json(workspace.conflicts(report, step.language).fields.map { json(it.path, json(versions(it))) })
    "resolve" -> {
        val field = workspace.conflicts(report, Language.EN).fields.find { it.path == step.text("path") }
        val chosen = field?.versions?.find { it.text == step.text("text") } ?: throw ClientException.NotFound("version")
        nothing { workspace.resolve(report, step.text("path"), chosen.change) }
    }
    "history" -> {
        val changes = workspace.history(report, step.language).filter { it.path == step.text("path") }
        json(sorted(changes.map { json(inOrder(it.old), inOrder(it.new)) }))
    }
    "ask" -> json(workspace.ask(report, step.text("text")))
    "comment" -> json(workspace.comment(report, step.text("text")))
    "note" -> json(workspace.note(report, step.text("text")))
    "reply" -> json(workspace.answerQuestion(report, step.text("question"), step.text("text")))
    "review" -> nothing { workspace.setReview(report, step.text("question"), step.answer) }
    "verdict" -> {
        val review = workspace.review(report, step.language)!!
        json(json(sorted(review.fields.map { json(it.question, it.text) })), json(review.notes.map { it.text }))
    }
    else -> fail("no such verb: $verb")
}

private fun rows(list: ReportList): JsonElement = json(list.reports.map {
    // Which of several versions wins is chance.
    val injured = if (it.conflicts == 0u) it.injured else null
    json(
        it.title, it.excerpt, it.stage, it.delivery.name.lowercase(), injured, it.conflicts.toInt(),
        it.questions.toInt(), it.review,
    )
})

private suspend fun show(workspace: Workspace, step: Step): JsonElement {
    val view = workspace.report(step.text("report"), step.language)
    val fields = view.sections.flatMap { section ->
        section.fields.map { json(it.path, said(it)) } +
            section.entries.flatMap { entry -> entry.fields.map { json(it.path.replace(entry.id, "*"), said(it)) } }
    }
    return json(view.narrative, json(sorted(fields)), json(view.talk.map { json(it.kind, it.text) }), view.editedAfterWithdrawal)
}

private fun versions(field: FieldView) = field.versions.map { it.text }.sorted()

private fun said(field: FieldView) = if (field.versions.size > 1) versions(field).joinToString(" / ") else field.text

/** Several versions in one text, in an order that is not chance. */
private fun inOrder(text: String?) = text.orEmpty().split(" / ").sorted().joinToString(" / ")

private fun sorted(rows: List<JsonArray>) = rows.sortedWith(compareBy({ it[0].asString }, { it[1].asString }))

private fun answer(given: JsonElement): Answer? {
    if (given.isJsonNull) return null
    val value = given.asJsonObject["value"]
    return when (val type = given.asJsonObject["type"].asString) {
        "text" -> Answer.Text(value.asString)
        "integer" -> Answer.Integer(value.asLong)
        "decimal" -> Answer.Decimal(value.asDouble)
        "choice" -> Answer.Choice(value.asString)
        "choices" -> Answer.Choices(value.asJsonArray.map { it.asString })
        "date" -> Answer.Date(value.asString)
        "place" -> with(value.asJsonObject) {
            Answer.Place(
                PlaceAnswer(
                    get("id")?.asString, get("name")?.asString, get("landmark")?.asString,
                    get("lat")?.asDouble, get("lon")?.asDouble, get("radius_m")?.asInt?.toUInt(),
                ),
            )
        }
        else -> fail("no such answer: $type")
    }
}

private inline fun nothing(work: () -> Unit): JsonElement {
    work()
    return JsonNull.INSTANCE
}

private fun json(value: Any?): JsonElement = when (value) {
    null -> JsonNull.INSTANCE
    is JsonElement -> value
    is String -> JsonPrimitive(value)
    is Number -> JsonPrimitive(value)
    is Boolean -> JsonPrimitive(value)
    is List<*> -> JsonArray().apply { value.forEach { add(json(it)) } }
    else -> fail("no JSON: $value")
}

private fun json(first: Any?, second: Any?, vararg more: Any?): JsonArray =
    JsonArray().apply { (listOf(first, second) + more).forEach { add(json(it)) } }
