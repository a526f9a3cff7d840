// Generated from client-core's views by its test `the_web_app_knows_these_views`. Not to be edited.

export type Role = "monitor" | "coordinator";
export type RevokeReason = "lost" | "seized" | "left";
export type Answer = { "type": "text", "value": string } | { "type": "integer", "value": number } | { "type": "decimal", "value": number } | { "type": "choice", "value": string } | { "type": "choices", "value": Array<string> } | { "type": "date", "value": DateAnswer } | { "type": "time", "value": TimeAnswer } | { "type": "place", "value": PlaceAnswer };
export type DateAnswer = string;
export type TimeAnswer = { 
/**
 * The instant that is meant, RFC 3339 with the offset that the person thought in.
 */
at: string, 
/**
 * How exact it is: `minute`, `hour` or `part_of_day`.
 */
precision: string, 
/**
 * What the phone's clock and zone said when this was written down, RFC 3339; absent if unknown.
 */
phone?: string, };
export type PlaceAnswer = { 
/**
 * The gazetteer's id of the populated place.
 */
id?: string, 
/**
 * What people call it, in the words and script of whoever wrote it.
 */
name?: string, 
/**
 * The nearest thing that others know: a school, a bridge, a bend of the canal.
 */
landmark?: string, 
/**
 * Latitude in degrees, WGS 84.
 */
lat?: number, 
/**
 * Longitude in degrees, WGS 84.
 */
lon?: number, 
/**
 * How far from there it may have been, in metres.
 */
radius_m?: number, };
export type Delivery = "draft" | "on_device" | "stored" | "received";
export type SheetsStanding = "count" | "wait" | "void";
export type Author = { 
/**
 * The device that signed it.
 */
device: string, 
/**
 * Its member's name, if this device may know it; for oneself always.
 */
name: string | null, 
/**
 * What the member may do.
 */
role: Role, 
/**
 * Whether it is this device.
 */
me: boolean, };
export type ReportSummary = { 
/**
 * The report.
 */
id: string, 
/**
 * A short title in the language asked for: place and what happened, else the first words. Empty if
 * nothing was written yet.
 */
title: string, 
/**
 * The types' codes.
 */
types: Array<string>, 
/**
 * The place's name.
 */
place: string | null, 
/**
 * The gazetteer's district of the place.
 */
district: string | null, 
/**
 * Latitude in degrees, WGS 84, if known.
 */
lat: number | null, 
/**
 * Longitude in degrees, WGS 84, if known.
 */
lon: number | null, 
/**
 * When it happened: EDTF.
 */
date: string | null, 
/**
 * People hurt, as answered.
 */
injured: number | null, 
/**
 * People killed, as answered.
 */
killed: number | null, 
/**
 * The first words of the narrative.
 */
excerpt: string, 
/**
 * draft, sent or withdrawn.
 */
stage: string, 
/**
 * How far this device's own part of it has come.
 */
delivery: Delivery, 
/**
 * Who began it.
 */
author: Author, 
/**
 * When it was last changed, in milliseconds since 1970, by the clock of who changed it.
 */
changed_ms: number, 
/**
 * When this device first had it, in milliseconds since 1970.
 */
arrived_ms: number, 
/**
 * Whether it has come or changed since it was last opened here.
 */
unread: boolean, 
/**
 * How many fields have more than one version.
 */
conflicts: number, 
/**
 * How many questions wait for an answer.
 */
questions: number, 
/**
 * The review's status code; `None` for a monitor, `new` before anyone began.
 */
review: string | null, 
/**
 * Whether it changed after it was reviewed.
 */
changed_since_review: boolean, 
/**
 * Whether danger was said to go on.
 */
urgent: boolean, 
/**
 * The language that the narrative seems to be in, as its author set it.
 */
language: string | null, };
export type VersionView = { 
/**
 * The answer; `None` if this version is that it was taken back.
 */
answer: Answer | null, 
/**
 * The answer in words, in the language asked for.
 */
text: string, 
/**
 * All who gave this very answer.
 */
authors: Array<Author>, 
/**
 * When, in milliseconds since 1970, by the first author's clock.
 */
time_ms: number, 
/**
 * The change that it stands in: names this version when it is chosen or restored.
 */
change: string, };
export type FieldView = { 
/**
 * The path: `inc_type`, `persons/3f…/p_sex`, `narrative`.
 */
path: string, 
/**
 * The question's name.
 */
question: string, 
/**
 * The question in words.
 */
label: string, 
/**
 * The answer, or the winner while there are several versions.
 */
answer: Answer | null, 
/**
 * The answer in words.
 */
text: string, 
/**
 * More than one while people differ; the winner first.
 */
versions: Array<VersionView>, 
/**
 * Whether people differ here now, or did before somebody chose.
 */
was_conflicted: boolean, };
export type EntryView = { 
/**
 * The entry.
 */
id: string, 
/**
 * Its answers.
 */
fields: Array<FieldView>, 
/**
 * Why it was taken out, if it was; it is still shown.
 */
removed: string | null, 
/**
 * Somebody changed it who did not know that it was taken out.
 */
edited_after_removal: boolean, };
export type SectionView = { 
/**
 * The section's name in the form.
 */
name: string, 
/**
 * Its title.
 */
label: string, 
/**
 * Answers of a section that stands once.
 */
fields: Array<FieldView>, 
/**
 * Entries of a section that repeats.
 */
entries: Array<EntryView>, };
export type TalkView = { 
/**
 * The item.
 */
id: string, 
/**
 * question, answer or comment.
 */
kind: string, 
/**
 * The words.
 */
text: string, 
/**
 * Who said it.
 */
author: Author, 
/**
 * When, in milliseconds since 1970, by the author's clock.
 */
time_ms: number, 
/**
 * For an answer, which question it answers.
 */
reply_to: string | null, 
/**
 * For a question, whether it has an answer.
 */
answered: boolean, };
export type HintView = { 
/**
 * Where.
 */
path: string, 
/**
 * A code, e.g. `missing_for_review`.
 */
kind: string, 
/**
 * The question in words.
 */
label: string, };
export type SpanView = { 
/**
 * The words.
 */
text: string, 
/**
 * Who wrote them.
 */
author: Author, };
export type ReportView = { 
/**
 * The same as in the list.
 */
summary: ReportSummary, 
/**
 * The form's id.
 */
form: string, 
/**
 * The form's version.
 */
form_version: number, 
/**
 * What was answered, section by section; empty ones are left out.
 */
sections: Array<SectionView>, 
/**
 * The narrative.
 */
narrative: string, 
/**
 * Who wrote which words of it.
 */
narrative_spans: Array<SpanView>, 
/**
 * Questions, answers and comments, the oldest first.
 */
talk: Array<TalkView>, 
/**
 * What is missing or odd.
 */
hints: Array<HintView>, 
/**
 * Answered and relevant questions.
 */
progress: [number, number], 
/**
 * Why it was withdrawn, if it was.
 */
withdrawn: string | null, 
/**
 * Somebody changed it who did not know that it was withdrawn.
 */
edited_after_withdrawal: boolean, 
/**
 * Members that it is shared with.
 */
shared_with: Array<Author>, 
/**
 * The review, for coordinators.
 */
review: ReviewView | null, };
export type ReviewView = { 
/**
 * Its answers: status, reason, reliability, corroboration and so on, with their versions.
 */
fields: Array<FieldView>, 
/**
 * Coordinators' notes to each other.
 */
notes: Array<TalkView>, 
/**
 * What changed in the report after the version that was reviewed.
 */
changed_since: Array<HistoryView>, };
export type HistoryView = { 
/**
 * Which field.
 */
path: string, 
/**
 * Its question in words.
 */
label: string, 
/**
 * From what, in words; `None` if it had no answer.
 */
old: string | null, 
/**
 * To what, in words; `None` if the answer was taken back.
 */
new: string | null, 
/**
 * By whom.
 */
author: Author, 
/**
 * When, in milliseconds since 1970, by the author's clock.
 */
time_ms: number, 
/**
 * When the server had it before this device, in milliseconds since 1970, if known: what
 * happened can't be later.
 */
server_ms: number | null, 
/**
 * The change, to restore from.
 */
change: string, };
export type DeviceView = { 
/**
 * The device.
 */
device: string, 
/**
 * Whose it is.
 */
member: string, 
/**
 * The member's name, if this device may know it.
 */
name: string | null, 
/**
 * What the member may do.
 */
role: Role, 
/**
 * unverified, pending, active or revoked.
 */
status: string, 
/**
 * Why it was revoked, if it was.
 */
reason: RevokeReason | null, 
/**
 * Whether it is this device.
 */
me: boolean, 
/**
 * Twelve groups of five digits, to be compared by voice with the device's own screen.
 */
safety_number: string, 
/**
 * When something of it last came, in milliseconds since 1970 by this device's clock.
 */
last_seen_ms: number | null, 
/**
 * By how much its clock seems wrong, in milliseconds; positive if it is ahead.
 */
skew_ms: number | null, 
/**
 * Its log has two branches: a cloned or restored phone.
 */
forked: boolean, 
/**
 * Recovery sheets brought it. If nobody knows who used them, somebody has them who should not.
 */
recovered: boolean, };
export type InviteView = { 
/**
 * Its public key, as hexadecimal digits: its name.
 */
id: string, 
/**
 * As what.
 */
role: Role, 
/**
 * Whom it is meant for.
 */
name: string | null, 
/**
 * Until when, in milliseconds since 1970.
 */
expires_at_ms: number, 
/**
 * open, used, cancelled; or `waiting` while the server does not have it yet.
 */
state: string, };
export type QuarantinedView = { 
/**
 * The envelope's hash as hexadecimal digits.
 */
hash: string, 
/**
 * Who signed it.
 */
device: string, 
/**
 * Of which report, as far as its header says.
 */
stream: string, 
/**
 * A code: revoked_device, poison, forged_actor …
 */
reason: string, 
/**
 * Whether a coordinator may still take it in.
 */
adoptable: boolean, };
export type SyncView = { 
/**
 * Whether this device has been taken into the workspace by the server.
 */
enrolled: boolean, 
/**
 * Whether a coordinator has vouched for it.
 */
approved: boolean, 
/**
 * Whether it has been revoked.
 */
revoked: boolean, 
/**
 * idle, running, waiting (for the next try) or offline.
 */
phase: string, 
/**
 * Reports that have something the server lacks.
 */
waiting_reports: number, 
/**
 * Bytes to send, about.
 */
waiting_bytes: number, 
/**
 * Envelopes still to fetch, about.
 */
to_fetch: number, 
/**
 * When the last call succeeded, in milliseconds since 1970.
 */
last_success_ms: number | null, 
/**
 * When the next try comes, in milliseconds since 1970.
 */
next_try_ms: number | null, 
/**
 * What went wrong last, as a code of `ClientError`.
 */
trouble: string | null, 
/**
 * Things that a person should know: log_rewritten, fork, gap, split_view, server_restored.
 */
alarms: Array<string>, 
/**
 * By how much this device's clock seems wrong, in milliseconds; positive if it is ahead.
 */
skew_ms: number | null, };
export type Filter = { 
/**
 * Words to search for, in any script.
 */
query: string | null, 
/**
 * One of these types.
 */
types: Array<string>, 
/**
 * One of these districts.
 */
districts: Array<string>, 
/**
 * Not before this date: EDTF, compared as it is written.
 */
from: string | null, 
/**
 * Not after this date.
 */
to: string | null, 
/**
 * One of these stages.
 */
stages: Array<string>, 
/**
 * One of these review statuses.
 */
reviews: Array<string>, 
/**
 * Begun by one of these devices.
 */
authors: Array<string>, 
/**
 * Only those with more than one version of something.
 */
conflicted: boolean, 
/**
 * Only those with a question that waits.
 */
asked: boolean, 
/**
 * Only those that came or changed since they were last opened here.
 */
unread: boolean, 
/**
 * Only urgent ones.
 */
urgent: boolean, 
/**
 * In this language.
 */
languages: Array<string>, 
/**
 * How many at most; 0 for no limit.
 */
limit: number, 
/**
 * How many to leave out first.
 */
offset: number, };
export type SavedView = { 
/**
 * What she calls it.
 */
name: string, 
/**
 * What it leaves.
 */
filter: Filter, };
export type ReportList = { 
/**
 * How many there are in all.
 */
total: number, 
/**
 * Some of them: the newest first, or the best match first when searching.
 */
reports: Array<ReportSummary>, };
export type Me = { 
/**
 * This device.
 */
device: string, 
/**
 * Its member.
 */
member: string, 
/**
 * The member's name.
 */
name: string, 
/**
 * What the member may do.
 */
role: Role, 
/**
 * The workspace.
 */
workspace: string, 
/**
 * The server's address.
 */
server: string, 
/**
 * This device's safety number.
 */
safety_number: string, 
/**
 * The workspace's fingerprint, the same on every device.
 */
fingerprint: string, };
export type FormView = { 
/**
 * The form's id.
 */
id: string, 
/**
 * Its version.
 */
version: number, 
/**
 * The questions of a flash report, in order.
 */
flash: Array<string>, 
/**
 * The sections.
 */
sections: Array<FormSectionView>, };
export type FormSectionView = { 
/**
 * The section's name.
 */
name: string, 
/**
 * Its title.
 */
label: string, 
/**
 * Whether it stands as often as needed.
 */
repeat: boolean, 
/**
 * What to mind before asking.
 */
guidance: string | null, 
/**
 * Its questions.
 */
questions: Array<QuestionView>, };
export type QuestionView = { 
/**
 * The question's name.
 */
name: string, 
/**
 * What kind of answer it takes.
 */
kind: Kind, 
/**
 * The question.
 */
label: string, 
/**
 * A short help.
 */
hint: string | null, 
/**
 * What to mind before asking.
 */
guidance: string | null, 
/**
 * The choices, if it has any.
 */
list: Array<ChoiceView> | null, 
/**
 * flash, complete or review.
 */
stage: Stage, 
/**
 * The least number.
 */
min: number | null, 
/**
 * The greatest number.
 */
max: number | null, };
export type ChoiceView = { 
/**
 * Its code.
 */
code: string, 
/**
 * Its words.
 */
label: string, 
/**
 * What a search compares.
 */
folded: string, };
export type PlaceView = { 
/**
 * The place's id.
 */
id: string, 
/**
 * Its name in the language asked for.
 */
name: string, 
/**
 * Its district.
 */
district: string | null, 
/**
 * Its country, as ISO 3166-1 alpha-2.
 */
country: string, 
/**
 * Latitude in degrees, WGS 84.
 */
lat: number, 
/**
 * Longitude in degrees, WGS 84.
 */
lon: number, 
/**
 * What tells it from others, or what became of it.
 */
note: string | null, 
/**
 * Until when it was called or was there, as a date.
 */
valid_to: string | null, };
export type Kind = "text" | "integer" | "decimal" | "select_one" | "select_multiple" | "date" | "time" | "place" | "narrative" | "note";
export type Stage = "flash" | "complete" | "review";
