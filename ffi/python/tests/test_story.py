"""The story that every language tells, told in Python: see tests/story/README.md."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

from baikoo import code, core, errors, plain

STORY = json.loads((Path(__file__).resolve().parents[3] / "tests/story/story.json").read_text("utf-8"))


class Person:
    def __init__(self, folder: Path) -> None:
        self.device = core.Device(str(folder))
        self.workspace: core.Workspace


def test_the_story_is_told(server: str, tmp_path: Path) -> None:
    asyncio.run(tell(server, {name: Person(tmp_path / name) for name in STORY["people"]}))


async def tell(server: str, people: dict[str, Person]) -> None:
    kept: dict[str, Any] = {}
    for step in STORY["steps"]:
        args = {name: known(given, kept) if isinstance(given, str) else given for name, given in step.items()}
        error, answer = None, None
        try:
            answer = await do(args, people, server)
        except core.ClientError as refused:
            error = code(refused)
        assert error == step.get("error"), step
        if "keep" in step:
            kept[step["keep"]] = answer
        if "expect" in step:
            assert answer == step["expect"], step


def known(text: str, kept: dict[str, Any]) -> str:
    return re.sub(r"\$(\w+)", lambda name: kept[name[1]], text)


async def do(a: dict[str, Any], people: dict[str, Person], server: str) -> Any:
    person = people[a["who"]]
    passphrase = a.get("passphrase", STORY["passphrase"])
    language = core.Language[a.get("language", "en").upper()]
    report = a.get("report", "")
    if a["do"] == "create_workspace":
        made = await person.device.create_workspace(a.get("server", server), a["name"], passphrase)
        person.workspace = made.workspace
        return len(made.recovery_sheets)
    if a["do"] == "join":
        person.workspace = await person.device.join(a["link"], a["name"], passphrase)
        return None
    if a["do"] == "unlock":
        person.workspace = await person.device.unlock(passphrase)
        return None
    w = getattr(person, "workspace", None)
    if a["do"] == "same":
        heads = [sorted(await people[name].workspace.heads(report)) for name in a["people"]]
        return all(one == heads[0] for one in heads)
    if a["do"] == "label":
        questions = [asked for section in core.form(language).sections for asked in section.questions]
        return next(asked.label for asked in questions if asked.name == a["question"])
    match a["do"]:
        case "strength": return core.passphrase_strength(passphrase)
        case "places": return [place.name for place in core.places(a["query"], language, a["limit"])]
        case "wipe": return await person.device.wipe()
        case "change_passphrase": return await person.device.change_passphrase(a["old"], a["new"])
    assert w is not None
    match a["do"]:
        case "lock": return await w.lock()
        case "sync":
            status = await w.sync_now()
            return [status.waiting_reports, status.enrolled, status.approved, status.revoked]
        case "invite": return (await w.invite(core.Role[a["role"].upper()], a["name"], 3_600_000)).link
        case "approve":
            waiting = [one for one in await w.members() if one.status in ("unverified", "pending")]
            for one in waiting:
                await w.approve(one.device)
            return len(waiting)
        case "members": return sorted([one.name, plain(one.role), one.status] for one in await w.members())
        case "create": return await w.create_report(a["report_language"])
        case "answer": return await w.set_answer(report, a["path"], answer(a["answer"]))
        case "text": return await w.set_text(report, core.TextName[a["name"].upper()], a["text"])
        case "entry": return await w.add_entry(report, a["section"])
        case "remove_entry": return await w.remove_entry(report, a["section"], a["entry"], a["reason"])
        case "send": return await w.send(report)
        case "discard": return await w.discard_draft(report)
        case "withdraw": return await w.withdraw(report, a["reason"])
        case "list": return rows(await w.list(core.Filter(**a["filter"]), language))
        case "search": return rows(await w.search(a["words"], language))
        case "show": return show(await w.report(report, language))
        case "conflicts":
            return [[one.path, texts(one)] for one in (await w.conflicts(report, language)).fields]
        case "resolve":
            fields = [one for one in (await w.conflicts(report, language)).fields if one.path == a["path"]]
            chosen = [one for field in fields for one in field.versions if one.text == a["text"]]
            if not chosen:
                raise errors.NotFound("version")
            return await w.resolve(report, a["path"], chosen[0].change)
        case "history":
            changes = [one for one in await w.history(report, language) if one.path == a["path"]]
            return sorted([ordered(one.old), ordered(one.new)] for one in changes)
        case "ask": return await w.ask(report, a["text"])
        case "comment": return await w.comment(report, a["text"])
        case "note": return await w.note(report, a["text"])
        case "reply": return await w.answer_question(report, a["question"], a["text"])
        case "review": return await w.set_review(report, a["question"], answer(a["answer"]))
        case "verdict":
            review = await w.review(report, language)
            assert review is not None
            return [sorted([one.question, one.text] for one in review.fields), [one.text for one in review.notes]]
    raise AssertionError(f"no such verb: {a['do']}")


def answer(given: dict[str, Any] | None) -> core.Answer | None:
    if given is None:
        return None
    value = core.PlaceAnswer(**given["value"]) if given["type"] == "place" else given["value"]
    made: core.Answer = getattr(core.Answer, given["type"].upper())(value)
    return made


def rows(found: core.ReportList) -> list[list[Any]]:
    return [
        [one.title, one.excerpt, one.stage, plain(one.delivery), None if one.conflicts else one.injured]
        + [one.conflicts, one.questions, one.review]
        for one in found.reports
    ]


def show(view: core.ReportView) -> list[Any]:
    fields = [[one.path, said(one)] for section in view.sections for one in section.fields]
    for entry in (entry for section in view.sections for entry in section.entries):
        fields += [[one.path.replace(entry.id, "*"), said(one)] for one in entry.fields]
    talk = [[item.kind, item.text] for item in view.talk]
    return [view.narrative, sorted(fields), talk, view.edited_after_withdrawal]


def texts(field: core.FieldView) -> list[str]:
    return sorted(version.text for version in field.versions)


def said(field: core.FieldView) -> str:
    return " / ".join(texts(field)) if len(field.versions) > 1 else field.text


def ordered(text: str | None) -> str:
    return " / ".join(sorted((text or "").split(" / ")))
