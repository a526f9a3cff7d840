// The programs as they are: a server, a coordinator's command line, and browsers that keep a profile.
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';

const WEB = fileURLToPath(new URL('..', import.meta.url));
export const APP = join(WEB, 'dist');
const SERVER = process.env.BAIKOO_SERVER ?? join(WEB, '../target/debug/baikoo-server');
const CLI = process.env.BAIKOO_CLI ?? join(WEB, '../target/debug/baikoo');
export const PASSPHRASE = 'amber river stone lantern';
export const folder = mkdtempSync(join(tmpdir(), 'baikoo-e2e-'));

/** A server process that can be stopped and started again at the same address. */
export async function startServer() {
  const data = join(folder, 'server');
  execFileSync(SERVER, ['init', '--data', data]);
  // The first time the system gives it a port, which nobody else can have taken.
  let where = '127.0.0.1:0';
  let child;
  const server = {
    address: '',
    async start() {
      child = spawn(SERVER, ['serve', '--data', data, '--listen', where, '--creation', 'open', '--app-dir', APP], { stdio: ['ignore', 'pipe', 'inherit'] });
      let text = '';
      where = await new Promise((done, failed) => {
        child.stdout.on('data', (piece) => {
          text += piece;
          const said = text.match(/listening on (\S+)\n/);
          if (said) done(said[1]);
        });
        child.on('exit', () => failed(new Error('the server ended')));
      });
      server.address = `http://${where}/`;
    },
    async stop() {
      const ended = new Promise((done) => child.once('exit', done));
      child.kill('SIGKILL');
      await ended;
    },
  };
  await server.start();
  return server;
}

/** `baikoo app` for that server, and what it said. */
export async function startLocalApp(server) {
  const child = spawn(CLI, ['--json', 'app', '--folder', APP, '--server', server, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  const said = await new Promise((done, failed) => {
    child.stdout.on('data', (piece) => {
      text += piece;
      if (text.includes('}')) done(JSON.parse(text));
    });
    child.on('exit', () => failed(new Error('baikoo app ended')));
  });
  return {
    address: said.address,
    said,
    async stop() {
      const ended = new Promise((done) => child.once('exit', done));
      child.kill('SIGKILL');
      await ended;
    },
  };
}

let passed = 0;
let failed = 0;

/** Tells one story and goes on after a failure; `mend` is called then, with a number. */
export async function story(name, tell, mend) {
  const began = Date.now();
  try {
    await tell();
    passed += 1;
    console.log(`ok   ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${name}\n     ${error.message.split('\n').slice(0, 8).join('\n     ')}`);
    await mend?.(failed);
  }
}

/** Says how it went, and ends accordingly. */
export function outcome() {
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed ? 1 : 0);
}

const environment = () => ({ ...process.env, BAIKOO_PASSPHRASE: PASSPHRASE, BAIKOO_SETUP_CODE: 'none', BAIKOO_LANG: 'en' });

/** The command line of one person; what it answers, parsed. */
export function commandLine(name) {
  return (...args) => {
    const text = execFileSync(CLI, ['--home', join(folder, name), '--json', ...args], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: environment(),
    });
    return text.trim() ? JSON.parse(text) : undefined;
  };
}

/** The same, while other things go on. */
export function commandLater(name) {
  return async (...args) => {
    const { stdout } = await promisify(execFile)(CLI, ['--home', join(folder, name), '--json', ...args], { maxBuffer: 1 << 28, env: environment() });
    return JSON.parse(stdout);
  };
}

/** A browser over a profile. `errors` gathers what is thrown on pages and what the policy stops. */
export async function openBrowser(name, { locale = 'en-GB', width = 360, height = 640, errors = [] } = {}) {
  const profile = join(folder, name);
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    viewport: { width, height },
    locale,
  });
  context.on('weberror', (thrown) => errors.push(thrown.error().message));
  context.on('console', (message) => /Content Security Policy|TrustedHTML|Trusted Type|panicked/.test(message.text()) && errors.push(message.text()));
  const page = context.pages()[0];
  page.setDefaultTimeout(60_000);
  return { context, page, profile, errors };
}

export async function unlock(page, passphrase = PASSPHRASE) {
  await page.locator('input[type=password]').fill(passphrase);
  await page.locator('form button.primary').click();
}

/** Joins by a link (or one that is open already), and waits until home is there. */
export async function joinByLink(page, link, name) {
  if (link) {
    // A page that differs only behind the # would not load again.
    await page.goto('about:blank');
    await page.goto(link);
  }
  await page.locator('dl').waitFor();
  await page.locator('input[autocomplete=off]').fill(name);
  await page.locator('input[type=password]').fill(PASSPHRASE);
  await page.locator('form button.primary:enabled').click();
  await page.locator('footer button.primary').waitFor();
}

export async function keptForOffline(page) {
  await page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready;
    while (active.state !== 'activated') await new Promise((done) => setTimeout(done, 50));
  });
}

/** Waits for something outside of a page. */
export async function until(what, check, limitMs = 90_000) {
  for (const end = Date.now() + limitMs; ; ) {
    const found = await check();
    if (found) return found;
    assert.ok(Date.now() < end, `${what}: not within ${limitMs / 1000} s`);
    await new Promise((done) => setTimeout(done, 300));
  }
}

/** The files below a folder that hold one of the words, in UTF-8 or UTF-16. */
export function holding(below, words) {
  const wanted = words.flatMap((word) => [Buffer.from(word), Buffer.from(word, 'utf16le')]);
  return readdirSync(below, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((file) => {
      const content = readFileSync(file);
      return wanted.some((word) => content.includes(word));
    });
}
