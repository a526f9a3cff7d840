/**
 * A core in memory, for building screens before the real one has come. It keeps nothing and hides
 * nothing, and is never part of a real build.
 */
import gazetteer from '../../../client-core/assets/gazetteer.json';
import { CoreError } from './error';
import { mockReviewForm, reviewWords } from './fixture/review';
import { lists, mockForm, relevantPaths, say as inLang } from './fixture/form';
import incidents from './fixture/incidents.json';
import placeRows from './fixture/places.json';
import type {
  Answer, Author, Core, CoreEvent, Delivery, DeviceView, FieldView, Filter, HistoryView, InviteView,
  Lang, Phase, PlaceView, QuarantinedView, ReportSummary, ReportView, ReviewView, Role, SavedView, SyncView, TalkView, VersionView,
} from './types';
import type { Nudge } from './rpc';

interface Version { answer: Answer | null; author: Author; time_ms: number; change: string }
interface Report {
  id: string;
  author: Author;
  stage: string;
  delivery: Delivery;
  created_ms: number;
  changed_ms: number;
  unread: boolean;
  answers: Map<string, Version[]>;
  texts: Map<string, string>;
  entries: Map<string, { id: string; removed: string | null }[]>;
  talk: TalkView[];
  history: (Version & { path: string; old: Answer | null })[];
  withdrawn: string | null;
  review: Map<string, Version>;
  notes: TalkView[];
  reviewHistory: (Version & { path: string; old: Answer | null })[];
  /** The change that the reviewer saw last. */
  pinned: string | null;
  shared: Author[];
  spans: { text: string; author: Author }[] | null;
  language: string;
}

const HOUR = 3_600_000;
const id = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
const fold = (text: string) => {
  const latin: Record<string, string> = { а: 'a', б: 'b', в: 'v', г: 'g', ғ: 'g', д: 'd', е: 'e', ё: 'e', э: 'e', ж: 'j', з: 'z', и: 'i', й: 'i', ы: 'i', к: 'k', қ: 'k', л: 'l', м: 'm', н: 'n', ң: 'n', о: 'o', ө: 'o', п: 'p', р: 'r', с: 's', т: 't', у: 'u', ү: 'u', ұ: 'u', ф: 'f', х: 'h', ҳ: 'h', ц: 'c', ч: 'ch', ш: 'sh', щ: 'sh', ъ: '', ь: '', ю: 'iu', я: 'ia', ҷ: 'j', ӣ: 'i', ӯ: 'u', ў: 'o', і: 'i', һ: 'h', ә: 'a' };
  return [...text.toLowerCase().normalize('NFD').replace(/[\u0300-\u036f'’‘ʻ]/g, '').normalize('NFC')].map((c) => latin[c] ?? c).join('').replace(/y/g, 'i').replace(/zh|dj/g, 'j').replace(/kh|x/g, 'h').replace(/q/g, 'k').replace(/[^a-z0-9]+/g, ' ').trim();
};

const person = (name: string, role: Role, me = false): Author => ({ device: fold(name).padEnd(32, '0').slice(0, 32), name, role, me });
const TYPES: Record<string, string> = { border_clash: 'attack', attack_on_person: 'attack', property_destruction: 'property', torture_ill_treatment: 'detention', displacement: 'land', attack_on_medical: 'school_health', explosive_weapons: 'shelling', attack_on_education: 'school_health', road_blocked: 'movement', water_dispute: 'water', disaster: 'disaster', access_to_water: 'water', pressure_on_media: 'pressure' };
const MONITORS: Record<string, string> = { A: 'Aida', B: 'Bermet', C: 'Cholpon', D: 'Daniyar' };

export async function openMock(emit: (event: CoreEvent) => void): Promise<{ core: Core; nudge(nudge: Nudge): void }> {
  let phase: Phase = (await remembered()) ? 'locked' : 'empty';
  let role: Role = 'monitor';
  let online = true;
  let name = 'Aida';
  let reports: Report[] = [];
  let invites: InviteView[] = [];
  let lastSync = Date.now() - 4 * 60_000;
  let passphrase = '';
  const meAuthor = () => person(name, role, true);
  const changed = () => { emit({ type: 'changed' }); emit({ type: 'sync' }); };

  let devices: DeviceView[] = [];
  let quarantine: QuarantinedView[] = [];
  let alarms: string[] = [];
  let renewing: string[] = [];
  let counting: string[] = [];
  const draw = () => [1, 2, 3].map((n) => `BK1-2-${n}-${id().slice(0, 8)}-${id()}${id()}-${id().slice(0, 8)}`);

  const open = (as: Role, called: string, many = false) => {
    role = as;
    name = called;
    phase = 'open';
    reports = seed(as, called, many ? 10_000 : 0);
    devices = team(called);
    invites = as === 'coordinator' ? [{ id: id(), role: 'monitor', name: 'Erkin', expires_at_ms: Date.now() + 20 * HOUR, state: 'open' }, { id: id(), role: 'monitor', name: 'Cholpon', expires_at_ms: Date.now() - HOUR, state: 'used' }] : [];
    quarantine = [{ hash: id() + id(), device: person('Daniyar', 'monitor').device, stream: reports[0]?.id ?? id(), reason: 'revoked_device', adoptable: true }, { hash: id() + id(), device: person('Bermet', 'monitor').device, stream: id(), reason: 'poison', adoptable: false }];
    alarms = as === 'coordinator' ? ['server_restored', 'fork'] : [];
  };

  const find = (wanted: string) => {
    if (phase !== 'open') throw new CoreError('locked');
    const report = reports.find((candidate) => candidate.id === wanted);
    if (!report) throw new CoreError('not_found');
    return report;
  };

  const put = (report: Report, path: string, answer: Answer | null) => {
    const old = report.answers.get(path)?.[0]?.answer ?? null;
    const version = { answer, author: meAuthor(), time_ms: Date.now(), change: id() };
    report.answers.set(path, [version]);
    report.history.unshift({ ...version, path, old });
    touch(report);
  };

  const touch = (report: Report) => {
    report.changed_ms = Date.now();
    if (report.stage !== 'draft') report.delivery = 'on_device';
    changed();
    if (online && report.stage !== 'draft') later(report);
  };

  const later = (report: Report) => {
    setTimeout(() => { if (online) { report.delivery = 'stored'; lastSync = Date.now(); changed(); } }, 1500);
    setTimeout(() => { if (online) { report.delivery = 'received'; changed(); } }, 5000);
  };

  const has = (report: Report) => (question: string, code: string) => {
    const answer = report.answers.get(question)?.[0]?.answer;
    return answer?.type === 'choices' ? answer.value.includes(code) : answer?.type === 'choice' && answer.value === code;
  };

  function field(report: Report, path: string, lang: Lang): FieldView {
    const question = path.split('/').at(-1)!;
    const asked = mockForm(lang).sections.flatMap((s) => s.questions).find((q) => q.name === question);
    const versions = report.answers.get(path) ?? [];
    const shown: VersionView[] = versions.map((v) => ({ answer: v.answer, text: words(v.answer, question, lang), authors: [v.author], time_ms: v.time_ms, change: v.change }));
    return { path, question, label: asked?.label ?? question, answer: versions[0]?.answer ?? null, text: shown[0]?.text ?? '', versions: shown, was_conflicted: versions.length > 1 || report.history.filter((v) => v.path === path).length > 2 };
  }

  // Ten thousand summaries are wanted at every stroke of a search; they are kept until they change, in
  // each language that they were asked for in.
  const kept: Partial<Record<Lang, WeakMap<Report, { stamp: string; summary: ReportSummary; words: string }>>> = {};
  function summary(report: Report, lang: Lang): ReportSummary {
    return look(report, lang).summary;
  }
  function look(report: Report, lang: Lang) {
    const stamp = [report.changed_ms, report.stage, report.delivery, report.unread, report.talk.length, report.review.size, report.reviewHistory.length, report.talk.filter((item) => item.answered).length].join();
    const known = (kept[lang] ??= new WeakMap()).get(report);
    if (known?.stamp === stamp) return known;
    const made = summarise(report, lang);
    const place = report.answers.get('place')?.[0]?.answer;
    const asWritten = place?.type === 'place' ? place.value.name : '';
    const entry = { stamp, summary: made, words: fold(`${made.title} ${asWritten} ${made.district} ${report.texts.get('narrative') ?? ''} ${made.author.name}`) };
    kept[lang]!.set(report, entry);
    return entry;
  }
  const pin = (report: Report) => report.history[0]?.change ?? null;
  const changedSince = (report: Report) => {
    const at = report.history.findIndex((v) => v.change === report.pinned);
    return report.pinned === null ? [] : report.history.slice(0, at < 0 ? report.history.length : at);
  };

  function summarise(report: Report, lang: Lang): ReportSummary {
    const value = (question: string) => report.answers.get(question)?.[0]?.answer ?? null;
    const types = value('inc_type');
    const place = value('place');
    const date = value('start_date');
    const number = (question: string) => { const a = value(question); return a?.type === 'integer' ? a.value : null; };
    const spot = place?.type === 'place' ? place.value : null;
    const line = value('summary');
    const what = words(types, 'inc_type', lang);
    const excerpt = (report.texts.get('narrative') || (line?.type === 'text' ? line.value : '')).slice(0, 160).trim();
    return {
      id: report.id,
      title: [spot?.name && placeName(spot.name, lang), what].filter(Boolean).join(' · ') || excerpt.slice(0, 60),
      types: types?.type === 'choices' ? types.value : [],
      place: spot?.name ? placeName(spot.name, lang) : null,
      district: (incidents.find((i) => i.place === spot?.name)?.district) ?? null,
      lat: spot?.lat ?? null, lon: spot?.lon ?? null,
      date: date?.type === 'date' ? date.value : null,
      injured: number('injured'), killed: number('killed'),
      excerpt,
      stage: report.stage, delivery: report.delivery, author: report.author,
      changed_ms: report.changed_ms, arrived_ms: report.created_ms, unread: report.unread,
      conflicts: [...report.answers.values()].filter((v) => v.length > 1).length,
      questions: report.talk.filter((item) => item.kind === 'question' && !item.answered).length,
      review: role === 'coordinator' ? (() => { const s = report.review.get('decision')?.answer; return s?.type === 'choice' ? s.value : 'new'; })() : report.review.has('decision') ? 'verified' : null,
      changed_since_review: role === 'coordinator' && changedSince(report).length > 0,
      urgent: has(report)('urgent', 'yes'),
      language: report.language,
    };
  }

  function view(report: Report, lang: Lang): ReportView {
    const form = mockForm(lang);
    const relevant = new Set(relevantPaths(has(report)));
    const asked = form.sections.filter((s) => !s.repeat && s.name !== 'review').flatMap((s) => s.questions.map((q) => q.name)).filter((q) => relevant.has(q));
    const answered = asked.filter((q) => report.answers.get(q)?.[0]?.answer || report.texts.get(q));
    const history = (v: Report['history'][number]): HistoryView => {
      const f = field(report, v.path, lang);
      return { path: v.path, label: f.label, old: v.old && words(v.old, f.question, lang), new: v.answer && words(v.answer, f.question, lang), author: v.author, time_ms: v.time_ms, server_ms: v.time_ms + 60_000, change: v.change };
    };
    const review: ReviewView | null = role === 'coordinator' ? {
      fields: mockReviewForm(lang).sections[0]!.questions.map((q) => {
        const v = report.review.get(q.name);
        return { path: q.name, question: q.name, label: q.label, answer: v?.answer ?? null, text: reviewWords(q.name, v?.answer ?? null, lang), versions: v ? [{ answer: v.answer, text: reviewWords(q.name, v.answer, lang), authors: [v.author], time_ms: v.time_ms, change: v.change }] : [], was_conflicted: false };
      }).filter((f) => f.answer),
      notes: report.notes, changed_since: changedSince(report).map(history),
    } : null;
    return {
      summary: summary(report, lang), form: form.id, form_version: 1,
      sections: form.sections.filter((s) => s.name !== 'review').map((s) => ({
        name: s.name, label: s.label,
        fields: s.repeat ? [] : s.questions.filter((q) => report.answers.has(q.name)).map((q) => field(report, q.name, lang))
          .concat(s.questions.filter((q) => q.kind === 'narrative' && q.name !== 'narrative' && report.texts.get(q.name)).map((q) => ({ path: q.name, question: q.name, label: q.label, answer: { type: 'text', value: report.texts.get(q.name)! }, text: report.texts.get(q.name)!, versions: [], was_conflicted: false }))),
        entries: (report.entries.get(s.name) ?? []).map((entry) => ({
          id: entry.id, removed: entry.removed, edited_after_removal: false,
          fields: s.questions.map((q) => `${s.name}/${entry.id}/${q.name}`).filter((path) => report.answers.has(path)).map((path) => field(report, path, lang)),
        })),
      })).filter((s) => s.fields.length || s.entries.length),
      narrative: report.texts.get('narrative') ?? '',
      narrative_spans: report.spans ?? (report.texts.get('narrative') ? [{ text: report.texts.get('narrative')!, author: report.author }] : []),
      talk: report.talk,
      hints: asked.filter((q) => !answered.includes(q) && ['place', 'start_date', 'inc_type'].includes(q)).map((path) => ({ path, kind: 'missing_for_review', label: field(report, path, lang).label })),
      progress: [answered.length, asked.length],
      withdrawn: report.withdrawn, edited_after_withdrawal: false, shared_with: report.shared, review,
    };
  }

  let views: SavedView[] = [];
  const matches = (filter: Filter, lang: Lang) => (report: Report) => {
    const { summary: s, words: key } = look(report, lang);
    const some = (wanted: string[] | undefined, given: string[]) => !wanted?.length || wanted.some((w) => given.includes(w));
    return (!filter.query || fold(filter.query).split(' ').every((word) => key.includes(word)))
      && some(filter.types, s.types) && some(filter.districts, [s.district ?? '']) && some(filter.stages, [s.stage])
      && some(filter.reviews, [s.review ?? '']) && some(filter.authors, [s.author.device]) && some(filter.languages, [s.language ?? ''])
      && (!filter.from || (s.date ?? '') >= filter.from) && (!filter.to || (s.date ?? '') <= filter.to + '~')
      && (!filter.conflicted || s.conflicts > 0) && (!filter.asked || s.questions > 0) && (!filter.unread || s.unread) && (!filter.urgent || s.urgent);
  };

  const core: Core = {
    async status() { return { phase }; },
    async createWorkspace(wanted) {
      if (!wanted.server.startsWith('http')) throw new CoreError('bad_input');
      passphrase = wanted.passphrase; open('coordinator', wanted.name); await remember();
      return { recovery_sheets: draw(), server: wanted.server, workspace: '4821 3091 17ab 5620' };
    },
    async previewInvitation(link) {
      if (link.includes('old')) throw new CoreError('invite_expired');
      if (!/^https?:\/\//.test(link)) throw new CoreError('invite_invalid');
      return { server: new URL(link).origin, role: link.includes('coord') ? 'coordinator' : 'monitor', expires_at_ms: Date.now() + 20 * HOUR, workspace_fingerprint: '48213 09117 55620 71844' };
    },
    async recover(wanted) {
      if (!wanted.sheets.every((sheet) => sheet.startsWith('BK1-'))) throw new CoreError('bad_input');
      passphrase = wanted.passphrase; open('coordinator', wanted.name); await remember(); changed();
    },
    async join(wanted) { passphrase = wanted.passphrase; open(wanted.link.includes('coord') ? 'coordinator' : 'monitor', wanted.name, wanted.link.includes('many')); await remember(); changed(); },
    async unlock(text) {
      await new Promise((done) => setTimeout(done, 300));
      if (text === 'wrong' || (passphrase && text !== passphrase)) throw new CoreError('wrong_passphrase');
      open(text.includes('coord') ? 'coordinator' : 'monitor', text.includes('coord') ? 'Nazgul' : 'Aida', text.includes('many'));
    },
    async lock() { phase = 'locked'; reports = []; emit({ type: 'locked' }); },
    async wipe() { phase = 'empty'; reports = []; passphrase = ''; await remember(false); emit({ type: 'locked' }); },
    async changePassphrase(old, wanted) { if (old === 'wrong' || (passphrase && old !== passphrase)) throw new CoreError('wrong_passphrase'); passphrase = wanted; },
    async passphraseStrength(text) { const n = text.length; return { score: n < 6 ? 0 : n < 10 ? 1 : n < 14 ? 2 : n < 20 ? 3 : 4, words: '' }; },
    async me() { if (phase !== 'open') throw new CoreError('locked'); return { device: meAuthor().device, member: 'm', name, role, workspace: 'w', server: 'https://example.org', safety_number: '48213 09117 55620 71844 23190 66712 10934 88127 40051 29373 75518 60242', fingerprint: '48213 09117 55620 71844' }; },
    async syncStatus(): Promise<SyncView> {
      const waiting = reports.filter((r) => r.delivery === 'on_device').length;
      return { enrolled: true, approved: true, revoked: false, phase: !online ? 'offline' : waiting ? 'running' : 'idle', waiting_reports: waiting, waiting_bytes: waiting * 900, to_fetch: 0, last_success_ms: lastSync, next_try_ms: null, trouble: online ? null : 'offline', alarms, skew_ms: null };
    },
    async syncNow() { if (!online) throw new CoreError('offline'); lastSync = Date.now(); reports.filter((r) => r.delivery === 'on_device').forEach(later); emit({ type: 'sync' }); },
    async list(filter, lang) {
      if (phase !== 'open') throw new CoreError('locked');
      const all = reports.filter(matches(filter, lang)).sort((a, b) => b.changed_ms - a.changed_ms);
      const offset = filter.offset ?? 0;
      return { total: all.length, reports: all.slice(offset, filter.limit ? offset + filter.limit : undefined).map((r) => summary(r, lang)) };
    },
    async report(wanted, lang) { return view(find(wanted), lang); },
    async markRead(wanted) { const r = find(wanted); if (r.unread) { r.unread = false; changed(); } },
    async createReport({ lang }) { const report = blank(meAuthor(), lang); reports.push(report); changed(); return report.id; },
    async setAnswer(wanted, path, answer) { put(find(wanted), path, answer); },
    async setText(wanted, which, text) { const r = find(wanted); r.texts.set(which, text); touch(r); },
    async addEntry(wanted, section) { const r = find(wanted); const entry = id(); r.entries.set(section, [...(r.entries.get(section) ?? []), { id: entry, removed: null }]); touch(r); return entry; },
    async removeEntry(wanted, section, entry, reason) { const r = find(wanted); const found = r.entries.get(section)?.find((e) => e.id === entry); if (found) found.removed = reason; touch(r); },
    async send(wanted) { const r = find(wanted); r.stage = 'sent'; touch(r); },
    async withdraw(wanted, reason) { const r = find(wanted); r.withdrawn = reason; r.stage = 'withdrawn'; touch(r); },
    async discardDraft(wanted) { reports = reports.filter((r) => r !== find(wanted)); changed(); },
    async restoreEntry(wanted, section, entry) { const r = find(wanted); const found = r.entries.get(section)?.find((e) => e.id === entry); if (found) found.removed = null; touch(r); },
    async resolve(wanted, path, change) { const r = find(wanted); const v = r.answers.get(path)?.find((x) => x.change === change); if (v) put(r, path, v.answer); },
    async restore(wanted, path, change) { const r = find(wanted); const v = r.history.find((x) => x.change === change); if (v) put(r, path, v.answer); },
    async history(wanted, lang) { const r = find(wanted); return r.history.map((v) => { const f = field(r, v.path, lang); return { path: v.path, label: f.label, old: v.old && words(v.old, f.question, lang), new: v.answer && words(v.answer, f.question, lang), author: v.author, time_ms: v.time_ms, server_ms: v.time_ms + 60_000, change: v.change }; }); },
    async say(wanted, kind, text, replyTo) {
      const r = find(wanted);
      r.talk.push({ id: id(), kind, text, author: meAuthor(), time_ms: Date.now(), reply_to: replyTo, answered: false });
      const question = r.talk.find((item) => item.id === replyTo);
      if (question) question.answered = true;
      touch(r);
    },
    async form(lang) {
      const form = mockForm(lang);
      for (const { list } of form.sections.flatMap(({ questions }) => questions)) for (const choice of list ?? []) choice.folded = fold(choice.folded);
      return form;
    },
    async relevant(wanted) { return relevantPaths(has(find(wanted))); },
    async places(query, _lang, limit) { const key = fold(query); return allPlaces.filter((p) => fold(p.name).includes(key)).slice(0, limit); },
    async fold(text) { return fold(text); },
    async reviewForm(lang) { return mockReviewForm(lang); },
    async reviewSet(wanted, question, answer) {
      const r = find(wanted);
      const reason = r.review.get('reason')?.answer;
      if (question === 'decision' && answer?.type === 'choice') {
        if (answer.value === 'verified' && [...r.answers.values()].some((v) => v.length > 1)) throw new CoreError('bad_input');
        if (answer.value === 'rejected' && !(reason?.type === 'text' && reason.value.trim())) throw new CoreError('bad_input');
      }
      const old = r.review.get(question)?.answer ?? null;
      const version = { answer, author: meAuthor(), time_ms: Date.now(), change: id() };
      r.review.set(question, version);
      r.reviewHistory.unshift({ ...version, path: question, old });
      if (question === 'decision' || question === 'viol_status') r.pinned = pin(r);
      changed();
    },
    async reviewHistory(wanted, lang) { return find(wanted).reviewHistory.map((v) => ({ path: v.path, label: mockReviewForm(lang).sections[0]!.questions.find((q) => q.name === v.path)?.label ?? v.path, old: v.old && reviewWords(v.path, v.old, lang), new: v.answer && reviewWords(v.path, v.answer, lang), author: v.author, time_ms: v.time_ms, server_ms: null, change: v.change })); },
    async note(wanted, text) { find(wanted).notes.push({ id: id(), kind: 'comment', text, author: meAuthor(), time_ms: Date.now(), reply_to: null, answered: false }); find(wanted).changed_ms++; changed(); },
    async ask(wanted, text) { await core.say(wanted, 'question', text, null); await core.reviewSet(wanted, 'decision', { type: 'choice', value: 'asked' }); },
    async answerQuestion(wanted, question, text) { await core.say(wanted, 'answer', text, question); },
    async rotateRole() { changed(); },
    async rebuild() { changed(); },
    async savedViews() { return views; },
    async saveViews(wanted) { views = wanted; },
    async drawSheets() { return { recovery_sheets: draw(), server: 'https://example.org', workspace: '4821 3091 17ab 5620' }; },
    async renewSheets(wanted) { renewing = wanted; emit({ type: 'sync' }); setTimeout(() => { counting = wanted; emit({ type: 'sync' }); }, 1500); },
    async sheetsStanding(wanted) {
      if (!wanted.every((sheet) => sheet.startsWith('BK1-'))) throw new CoreError('bad_input');
      const among = (sheets: string[]) => wanted.every((sheet) => sheets.includes(sheet));
      return among(counting) ? 'count' : among(renewing) ? 'wait' : 'void';
    },
    async dismissAlarms() { alarms = []; emit({ type: 'sync' }); },
    async members() { return devices; },
    async invites() { return invites; },
    async invite(wanted) {
      const invite = { id: id(), role: wanted.role, name: wanted.name, expires_at_ms: Date.now() + wanted.hours * HOUR, state: 'open' };
      invites = [...invites, invite]; changed();
      return { id: invite.id, link: `https://example.org/#${id()}${id()}`, qr_svg: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8v8H0z" fill="#fff"/><path d="M1 1h2v2H1zM5 1h2v2H5zM1 5h2v2H1zM4 4h1v1H4zM6 6h1v1H6z"/></svg>' };
    },
    async cancelInvite(wanted) { invites = invites.map((i) => (i.id === wanted ? { ...i, state: 'cancelled' } : i)); changed(); },
    async approve(device) { devices = devices.map((d) => (d.device === device ? { ...d, status: 'active' } : d)); changed(); },
    async revoke(device, reason) { devices = devices.map((d) => (d.device === device ? { ...d, status: 'revoked', reason } : d)); changed(); },
    async quarantined() { return quarantine; },
    async adopt(hash) { quarantine = quarantine.filter((q) => q.hash !== hash); changed(); },
    async share(wanted, member) { const r = find(wanted); const d = devices.find((x) => x.member === member); if (d) r.shared = [...r.shared, person(d.name!, d.role)]; r.changed_ms++; changed(); },
    async export(_format, filter, lang) { return new TextEncoder().encode(reports.filter(matches(filter, lang)).map((r) => summary(r, lang).title).join('\n')); },
  };

  return {
    core,
    nudge({ type }) {
      if (type === 'online' || type === 'offline') online = type === 'online';
      if (type === 'online') reports.filter((r) => r.delivery === 'on_device').forEach(later);
      emit({ type: 'sync' });
    },
  };
}

const allPlaces: PlaceView[] = [
  ...(placeRows as [string, string, number, number][]),
  ...incidents.filter((i) => i.district !== '-').map((i) => [i.place, i.district.includes('TJ') ? 'TJ' : 'KG', i.lat, i.lon] as const),
].map(([name, country, lat, lon]) => ({ id: fold(name).replaceAll(' ', '-'), name, district: incidents.find((i) => i.place === name)?.district ?? null, country, lat, lon, note: null, valid_to: null }));

function words(answer: Answer | null, question: string, lang: Lang): string {
  if (!answer) return '';
  const label = (code: string) => {
    for (const list of Object.values(lists)) for (const [c, w] of list) if (c === code && (question !== 'inc_type' || list === lists.inc_type)) return inLang(w, lang);
    return code;
  };
  switch (answer.type) {
    case 'choice': return label(answer.value);
    case 'choices': return answer.value.map(label).join(', ');
    case 'place': return [answer.value.name && placeName(answer.value.name, lang), answer.value.landmark].filter(Boolean).join(', ') || `${answer.value.lat}, ${answer.value.lon}`;
    case 'time': return answer.value.at.slice(11, 16) + ` (${answer.value.at.slice(-6)})`;
    default: return String(answer.value);
  }
}

/** As the core does it: the reader's name for a place that the gazetteer knows. */
function placeName(name: string, lang: Lang): string {
  const known = (part: string): string => {
    const names: Partial<Record<string, string>> | undefined = gazetteer.places.find((place) => place.names.en === part)?.names;
    return names?.[lang] ?? (lang === 'en' || lang === 'uz' ? undefined : names?.ru) ?? part;
  };
  return name.split(', ').map(known).join(', ');
}

function blank(author: Author, language: string): Report {
  return { id: id(), author, stage: 'draft', delivery: 'draft', created_ms: Date.now(), changed_ms: Date.now(), unread: false, answers: new Map(), texts: new Map(), entries: new Map(), talk: [], history: [], withdrawn: null, review: new Map(), notes: [], reviewHistory: [], pinned: null, shared: [], spans: null, language };
}

function team(me: string): DeviceView[] {
  const device = (called: string, as: Role, status: DeviceView['status'], days: number | null, more: Partial<DeviceView> = {}): DeviceView => ({ device: person(called, as).device, member: called, name: called, role: as, status, reason: status === 'revoked' ? 'seized' : null, me: called === me, safety_number: '48213 09117 55620 71844 23190 66712 10934 88127 40051 29373 75518 60242', last_seen_ms: days === null ? null : Date.now() - days * 24 * HOUR, skew_ms: called === 'Bermet' ? 5_400_000 : 0, forked: false, recovered: false, ...more });
  return [device('Nazgul', 'coordinator', 'active', 0), device('Aida', 'monitor', 'active', 0.1), device('Bermet', 'monitor', 'active', 19), device('Cholpon', 'monitor', 'unverified', 1), device('Gulnara', 'coordinator', 'pending', null), device('Gulzat', 'coordinator', 'active', 2, { recovered: true }), device('Daniyar', 'monitor', 'revoked', 30, { forked: true })];
}

/** Many reports, much like the few that are real: other days, near places, other people. */
function multiply(few: Report[], wanted: number): Report[] {
  const out: Report[] = [...few];
  const names = ['Aida', 'Bermet', 'Cholpon', 'Daniyar', 'Erkin', 'Feruza', 'Gulnara', 'Husein'];
  for (let n = 0; out.length < wanted; n++) {
    const from = few[n % few.length]!;
    const place = allPlaces[(n * 7) % allPlaces.length]!;
    const day = new Date(Date.UTC(2021, 0, 1) + ((n * 7919) % 2000) * 24 * HOUR);
    const made = { ...from, id: id(), author: person(names[n % names.length]!, 'monitor'), unread: n % 400 === 3, created_ms: Date.now() - (n + 300) * 13 * 60_000, changed_ms: Date.now() - (n + 300) * 13 * 60_000, talk: [], review: new Map(n % 3 ? [] : from.review), answers: new Map(from.answers) };
    const version = { author: made.author, time_ms: made.changed_ms, change: id() };
    made.answers.set('place', [{ ...version, answer: { type: 'place', value: { id: place.id, name: place.name, lat: place.lat + ((n * 31) % 17) / 400, lon: place.lon + ((n * 17) % 23) / 400 } } }]);
    made.answers.set('start_date', [{ ...version, answer: { type: 'date', value: day.toISOString().slice(0, 10) } }]);
    if (n % 97) made.answers.delete('urgent');
    out.push(made);
  }
  return out;
}

function seed(role: Role, name: string, wanted = 0): Report[] {
  const coordinator = person('Nazgul', 'coordinator');
  const deliveries: Delivery[] = ['received', 'stored', 'on_device', 'received'];
  const taken = role === 'coordinator' ? incidents : incidents.filter((_, at) => [1, 2, 9, 11, 14].includes(at));
  const few = taken.map((incident, at) => {
    const accounts = incident.accounts as { lang: string; reporter: string; start: string; narrative: string; injured?: number | null; killed?: number | null; displaced?: number; precision: string }[];
    const first = accounts[0]!;
    const who = role === 'coordinator' ? person(MONITORS[first.reporter] ?? 'Aida', 'monitor') : person(name, 'monitor', true);
    const report = blank(who, first.lang);
    const when = Date.now() - (at * 9 + 2) * HOUR;
    Object.assign(report, { stage: 'sent', delivery: role === 'coordinator' ? 'received' : deliveries[at % 4], created_ms: when, changed_ms: when, unread: role === 'coordinator' && at < 6 });
    const add = (path: string, ...given: [Answer, Author?][]) => {
      const versions = given.map(([answer, author], n) => ({ answer, author: author ?? who, time_ms: when + n * 15 * HOUR, change: id() }));
      report.answers.set(path, versions);
      versions.forEach((v) => report.history.unshift({ ...v, path, old: null }));
    };
    add('inc_type', [{ type: 'choices', value: [TYPES[incident.type] ?? 'other'] }]);
    add('place', [{ type: 'place', value: { id: fold(incident.place).replaceAll(' ', '-'), name: incident.place, lat: incident.lat, lon: incident.lon } }]);
    add('start_date', [{ type: 'date', value: first.start.slice(0, 10) }]);
    if (first.start.length > 10) add('start_time', [{ type: 'time', value: { at: first.start, precision: first.precision } }]);
    const counts = (which: 'injured' | 'killed') => {
      const seen = new Map<number, Author>();
      accounts.forEach((a) => { const n = a[which]; if (n != null && !seen.has(n)) seen.set(n, a === first ? who : person(MONITORS[a.reporter] ?? 'Bermet', 'monitor')); });
      if (seen.size) add(which, ...[...seen].map(([n, author]) => [{ type: 'integer', value: n }, author] as [Answer, Author]));
    };
    counts('injured');
    counts('killed');
    if (at % 5 === 1) add('urgent', [{ type: 'choice', value: 'yes' }]);
    report.texts.set('narrative', first.narrative);
    if (at === 1) report.talk.push({ id: id(), kind: 'question', text: first.lang === 'en' ? 'Which houses? Please mark the street, not the owner.' : 'Кайсы үйлөр? Ээсин эмес, көчөсүн жазыңызчы.', author: coordinator, time_ms: when + HOUR, reply_to: null, answered: false });
    if (role === 'coordinator') review(report, at, when, add, coordinator);
    return report;
  });
  return wanted ? multiply(few, wanted) : few;
}

/** What coordinators have done with some of them, and some things that must be shown inert. */
function review(report: Report, at: number, when: number, add: (path: string, ...given: [Answer, Author?][]) => void, coordinator: Author): void {
  const decide = (question: string, answer: Answer) => {
    const version = { answer, author: coordinator, time_ms: when + 20 * HOUR, change: id() };
    report.review.set(question, version);
    report.reviewHistory.unshift({ ...version, path: question, old: null });
  };
  const bermet = person('Bermet', 'monitor');
  if (at === 3 || at === 6) {
    decide('src_reliability', { type: 'choice', value: 'reliable' });
    decide('corroboration', { type: 'integer', value: 2 });
    decide('reason', { type: 'text', value: 'Two witnesses who do not know each other, and a photo of the gate.' });
    decide('decision', { type: 'choice', value: 'verified' });
    report.pinned = report.history[0]?.change ?? null;
    report.notes.push({ id: id(), kind: 'comment', text: 'Ask the ombudsperson’s office before this goes out.', author: coordinator, time_ms: when + 21 * HOUR, reply_to: null, answered: false });
  }
  if (at === 3) {
    const version = { answer: { type: 'integer' as const, value: 4 }, author: bermet, time_ms: when + 40 * HOUR, change: id() };
    report.history.unshift({ ...version, path: 'injured', old: report.answers.get('injured')?.[0]?.answer ?? null });
    report.answers.set('injured', [version]);
  }
  if (at === 1) {
    decide('decision', { type: 'choice', value: 'asked' });
    report.pinned = report.history[0]?.change ?? null;
    const story = report.texts.get('narrative')!;
    const cut = story.indexOf('. ') + 2;
    const added = ' Later another family said that the shots had come from two sides.';
    report.texts.set('narrative', story + added);
    report.spans = [{ text: story.slice(0, cut), author: report.author }, { text: story.slice(cut), author: person('Cholpon', 'monitor') }, { text: added, author: bermet }];
    report.history.unshift({ path: 'narrative', old: { type: 'text', value: story }, answer: { type: 'text', value: story + added }, author: bermet, time_ms: when + 3 * HOUR, change: id() });
    const persons = [id(), id(), id()];
    report.entries.set('persons', persons.map((entry, n) => ({ id: entry, removed: n === 2 ? 'Written twice' : null })));
    const source = id();
    report.entries.set('sources', [{ id: source, removed: null }]);
    add(`sources/${source}/src_kind`, [{ type: 'choice', value: 'photo' }]);
    persons.forEach((entry, n) => {
      add(`persons/${entry}/p_role`, [{ type: 'choices', value: n ? ['witness'] : ['victim'] }]);
      add(`persons/${entry}/p_code`, [{ type: 'text', value: `KT-0${n + 1}` }]);
      add(`persons/${entry}/p_sex`, [{ type: 'choice', value: n ? 'f' : 'm' }]);
    });
  }
  if (at === 8) {
    report.texts.set('narrative', '<script>alert(1)</script><img src=x onerror=alert(1)> \u202Etxet desrever\u202C ' + 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa');
    add('summary', [{ type: 'text', value: '{{constructor}} \u202E<b>bold</b> "quoted"' }]);
  }
}

async function remembered(): Promise<boolean> {
  const root = await navigator.storage.getDirectory().catch(() => null);
  return root?.getFileHandle('mock').then(() => true, () => false) ?? false;
}

async function remember(yes = true): Promise<void> {
  const root = await navigator.storage.getDirectory().catch(() => null);
  await (yes ? root?.getFileHandle('mock', { create: true }) : root?.removeEntry('mock'))?.catch(() => undefined);
}
