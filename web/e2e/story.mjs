// The story that every language tells (tests/story/README.md), told by the core in browsers' workers,
// through the same requests as the app's. Wants the built app and the programs; with
// BAIKOO_STORY_SERVER, a server that hands out the app.
//
// The browser's face differs from the others in four ways, and is told the closest:
// – It syncs by itself. So a person's network is cut but for her `sync`.
// – `syncNow` answers nothing: what went wrong is the status's `trouble`.
// – It has no `heads`: `same` compares the changes in the history, and all words.
// – One worker holds the files: who opens an open workspace is another tab.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { APP, startServer, until } from './real.mjs';

const STORY = JSON.parse(readFileSync(new URL('../../tests/story/story.json', import.meta.url), 'utf8'));
const WORKER = `/assets/${readdirSync(join(APP, 'assets')).find((name) => /^worker-.*\.js$/.test(name))}`;
const own = process.env.BAIKOO_STORY_SERVER ? undefined : await startServer();
const address = process.env.BAIKOO_STORY_SERVER ?? own.address;
const server = new URL(address).origin;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
});
const people = new Map();
const kept = {};

/** Opens a tab with a worker of its own, which waits for its turn at the person's files. */
async function openTab(context) {
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  // A page of the app that starts no core itself.
  await page.goto(new URL('/away.html', server).href);
  await page.evaluate((url) => {
    const policy = trustedTypes.createPolicy('baikoo', { createScriptURL: (script) => script });
    const worker = new Worker(policy.createScriptURL(url), { type: 'module', name: 'core' });
    const waiting = new Map();
    worker.addEventListener('message', ({ data }) => {
      waiting.get(data.id)?.('error' in data ? { code: data.error.code } : { value: data.value });
      waiting.delete(data.id);
    });
    let last = 0;
    window.call = (method, args) =>
      new Promise((done) => {
        waiting.set(++last, done);
        worker.postMessage({ id: last, method, args });
      });
  }, WORKER);
  return page;
}

/** Somebody's core: each method answers, or throws what has the code. */
function coreOf(page) {
  const call = async (method, args) => {
    const { code, value } = await page.evaluate(([name, given]) => window.call(name, given), [method, args]);
    if (code) throw new Refusal(code);
    return value;
  };
  return new Proxy({}, { get: (_, method) => (...args) => call(method, args) });
}

class Refusal extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

async function arrive(name) {
  const context = await browser.newContext({ serviceWorkers: 'block' });
  const core = coreOf(await openTab(context));
  // Until the worker has loaded.
  await core.status();
  await context.setOffline(true);
  people.set(name, { context, core });
}

async function sync({ context, core }) {
  await context.setOffline(false);
  await core.syncNow();
  const status = await until('the sync ends', async () => {
    const now = await core.syncStatus();
    return now.phase !== 'running' && now;
  });
  await context.setOffline(true);
  if (status.trouble) throw new Refusal(status.trouble);
  return [status.waiting_reports, status.enrolled, status.approved, status.revoked];
}

async function unlock({ context, core }, passphrase) {
  if ((await core.status()).phase !== 'open') return core.unlock(passphrase);
  await context.setOffline(false);
  const other = await openTab(context);
  await context.setOffline(true);
  return coreOf(other).unlock(passphrase).finally(() => other.close());
}

const byText = (one, other) => (one < other ? -1 : Number(one > other));
const byRow = (one, other) => byText(one[0], other[0]) || byText(one[1], other[1]);
const inOrder = (text) => (text ?? '').split(' / ').sort(byText).join(' / ');
const versions = (field) => field.versions.map((version) => version.text).sort(byText);
const said = (field) => (field.versions.length > 1 ? versions(field).join(' / ') : field.text);
const fieldsOf = (view) => view.sections.flatMap((section) => [...section.fields, ...section.entries.flatMap((entry) => entry.fields)]);
const conflictsOf = (view) => fieldsOf(view).filter((field) => field.versions.length > 1);

const rows = ({ reports }) =>
  reports.map((one) => [one.title, one.excerpt, one.stage, one.delivery, one.conflicts ? null : one.injured, one.conflicts, one.questions, one.review]);

function show(view) {
  const inEntry = (entry) => entry.fields.map((field) => [field.path.replace(entry.id, '*'), said(field)]);
  const fields = view.sections.flatMap((section) => [...section.fields.map((field) => [field.path, said(field)]), ...section.entries.flatMap(inEntry)]);
  return [view.narrative, fields.sort(byRow), view.talk.map((item) => [item.kind, item.text]), view.edited_after_withdrawal];
}

/** What a report is made of, however it was merged. */
async function made({ core }, report) {
  const [view, history] = [await core.report(report, 'en'), await core.history(report, 'en')];
  const talk = view.talk.map((item) => item.id).sort(byText);
  return JSON.stringify([view.narrative, view.narrative_spans.map((span) => [span.text, span.author.device]), talk, history.map((item) => [item.path, item.change]).sort(byRow)]);
}

/** The item that was just said: its id is not answered. */
async function lastSaid(core, step) {
  const view = await core.report(step.report, 'en');
  const items = [...view.talk, ...(view.review?.notes ?? [])].filter((item) => item.author.me && item.text === step.text);
  return items.at(-1).id;
}

const VERBS = {
  create_workspace: async ({ core }, step) =>
    (await core.createWorkspace({ server: step.server ?? server, name: step.name, passphrase: step.passphrase })).recovery_sheets.length,
  join: ({ core }, { link, name, passphrase }) => core.join({ link, name, passphrase }),
  lock: ({ core }) => core.lock(),
  wipe: ({ core }) => core.wipe(),
  unlock: (person, step) => unlock(person, step.passphrase),
  change_passphrase: ({ core }, step) => core.changePassphrase(step.old, step.new),
  strength: async ({ core }, step) => (await core.passphraseStrength(step.passphrase)).score,
  sync,
  invite: async ({ core }, { role, name }) => (await core.invite({ role, name, hours: 1 })).link,
  async approve({ core }) {
    const waiting = (await core.members('en')).filter((one) => ['unverified', 'pending'].includes(one.status));
    for (const one of waiting) await core.approve(one.device);
    return waiting.length;
  },
  members: async ({ core }) => (await core.members('en')).map((one) => [one.name, one.role, one.status]).sort(byRow),
  create: ({ core }, step) => core.createReport({ lang: step.report_language }),
  answer: ({ core }, step) => core.setAnswer(step.report, step.path, step.answer),
  text: ({ core }, step) => core.setText(step.report, step.name, step.text),
  entry: ({ core }, step) => core.addEntry(step.report, step.section),
  remove_entry: ({ core }, step) => core.removeEntry(step.report, step.section, step.entry, step.reason),
  send: ({ core }, step) => core.send(step.report),
  discard: ({ core }, step) => core.discardDraft(step.report),
  withdraw: ({ core }, step) => core.withdraw(step.report, step.reason),
  list: async ({ core }, step) => rows(await core.list(step.filter, step.language)),
  search: async ({ core }, step) => rows(await core.list({ query: step.words }, step.language)),
  show: async ({ core }, step) => show(await core.report(step.report, step.language)),
  conflicts: async ({ core }, step) =>
    conflictsOf(await core.report(step.report, step.language)).map((field) => [field.path, versions(field)]),
  async resolve({ core }, step) {
    const fields = conflictsOf(await core.report(step.report, 'en')).filter((field) => field.path === step.path);
    const chosen = fields.flatMap((field) => field.versions).find((version) => version.text === step.text);
    if (!chosen) throw new Refusal('not_found');
    await core.resolve(step.report, step.path, chosen.change);
  },
  async history({ core }, step) {
    const changes = (await core.history(step.report, step.language)).filter((item) => item.path === step.path);
    return changes.map((item) => [inOrder(item.old), inOrder(item.new)]).sort(byRow);
  },
  ask: ({ core }, step) => core.ask(step.report, step.text).then(() => lastSaid(core, step)),
  comment: ({ core }, step) => core.say(step.report, 'comment', step.text, null).then(() => lastSaid(core, step)),
  note: ({ core }, step) => core.note(step.report, step.text).then(() => lastSaid(core, step)),
  reply: ({ core }, step) => core.answerQuestion(step.report, step.question, step.text).then(() => lastSaid(core, step)),
  review: ({ core }, step) => core.reviewSet(step.report, step.question, step.answer),
  async verdict({ core }, step) {
    const { review } = await core.report(step.report, step.language);
    return [review.fields.map((field) => [field.question, field.text]).sort(byRow), review.notes.map((note) => note.text)];
  },
  async label({ core }, step) {
    const questions = (await core.form(step.language)).sections.flatMap((section) => section.questions);
    return questions.find((question) => question.name === step.question)?.label ?? null;
  },
  places: async ({ core }, step) => (await core.places(step.query, step.language, step.limit)).map((place) => place.name),
  async same(_, step) {
    const all = [];
    for (const name of step.people) all.push(await made(people.get(name), step.report));
    return new Set(all).size === 1;
  },
};

/** A step with the names that were kept. */
function told(step) {
  const names = Object.keys(kept).sort().reverse();
  const filled = (text) => names.reduce((words, name) => words.replaceAll(`$${name}`, kept[name]), text);
  return { passphrase: STORY.passphrase, ...Object.fromEntries(Object.entries(step).map(([name, value]) => [name, typeof value === 'string' ? filled(value) : value])) };
}

async function tell(step) {
  let value;
  let code;
  try {
    value = (await VERBS[step.do](people.get(step.who), told(step))) ?? null;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    code = error.code;
  }
  assert.equal(code, step.error);
  if (step.keep) kept[step.keep] = value;
  if ('expect' in step) assert.deepEqual(value, step.expect);
}

const began = Date.now();
let at;
try {
  for (const name of STORY.people) await arrive(name);
  for (const step of STORY.steps) {
    at = step;
    await tell(step);
  }
  console.log(`ok   the story is told: ${STORY.steps.length} steps (${((Date.now() - began) / 1000).toFixed(1)} s)`);
} catch (error) {
  console.log(`FAIL ${JSON.stringify(at)}\n${error.stack}`);
  process.exitCode = 1;
} finally {
  await browser.close();
  await own?.stop();
}
