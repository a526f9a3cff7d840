// How the app behaves around the core: kept for offline, one tab at a time, leaving no trace.
// Wants the mock build: `npm run mock`, then `node e2e/app.mjs`.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { serve } from './serve.mjs';

const FOLDER = fileURLToPath(new URL('../dist-mock/', import.meta.url));
const FIRST_LOAD_KB_MAX = 90;
const server = await serve(FOLDER);
const context = await chromium.launchPersistentContext(mkdtempSync(join(tmpdir(), 'baikoo-')), {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  viewport: { width: 360, height: 640 },
  locale: 'en-GB',
});
const page = context.pages()[0];
page.setDefaultTimeout(60_000);
const errors = [];
for (const event of ['page', 'weberror']) context.on(event, (thing) => event === 'weberror' && errors.push(thing.error().message));

async function story(name, tell) {
  try {
    await tell();
    console.log(`ok   ${name}`);
  } catch (error) {
    console.log(`FAIL ${name}\n     ${error.message}`);
    process.exitCode = 1;
  }
}
const neutral = async (where = page) => {
  assert.equal(await where.title(), 'Baikoo');
  assert.equal(new URL(where.url()).pathname + new URL(where.url()).search + new URL(where.url()).hash, '/');
};
const unlock = async (where = page) => {
  await where.locator('input[type=password]').fill('five made up words here');
  await where.locator('form button.primary').click();
  await where.locator('footer button.primary').waitFor();
};

await story('the first load is small', async () => {
  const asked = new Set();
  const note = (request) => asked.add(new URL(request.url()).pathname);
  page.on('request', note);
  await page.goto(server.address, { waitUntil: 'load' });
  await page.locator('h1').waitFor();
  page.off('request', note);
  const shell = [...asked].filter((path) => /\.(js|css)$|^\/$/.test(path) && !/worker|mock|wasm|sw\.js/.test(path));
  const size = shell.reduce((sum, path) => sum + brotliCompressSync(readFileSync(join(FOLDER, path === '/' ? 'index.html' : path))).length, 0);
  console.log(`     ${(size / 1000).toFixed(1)} kB compressed in ${shell.length} files, without the core`);
  assert.ok(size < FIRST_LOAD_KB_MAX * 1000);
});

await story('an invitation’s secret leaves the address at once', async () => {
  await page.goto(`${server.address}join#invitation-secret`);
  await page.locator('dl').waitFor();
  await neutral();
  await page.locator('input[autocomplete=off]').fill('Aida');
  await page.locator('input[type=password]').fill('five made up words here');
  await page.locator('form button.primary').click();
  await page.locator('footer button.primary').waitFor();
  await neutral();
});

await story('the phone’s back button works, and the address says nothing', async () => {
  await page.locator('main ul li button').first().click();
  await page.locator('.card .badge').waitFor();
  await neutral();
  await page.locator('footer button.primary').click();
  await page.locator('progress').waitFor();
  await neutral();
  await page.goBack();
  await page.locator('.card .badge').waitFor();
  await page.goBack();
  await page.locator('main ul li button').first().waitFor();
});

await story('the back button leads through the steps of a report, and out of it once it is done', async () => {
  const asked = () => page.locator('main .question').innerText();
  const heading = (text) => page.locator('h1', { hasText: text }).waitFor();
  const press = async (target) => {
    const before = await page.evaluate(() => history.state);
    await target.click();
    await page.waitForFunction((state) => history.state !== state, before);
  };
  const goBack = async () => {
    const before = await page.evaluate(() => history.state);
    await page.goBack();
    await page.waitForFunction((state) => history.state !== state, before);
  };
  await press(page.locator('footer button.primary'));
  await page.locator('.press').first().waitFor();
  const questions = [await asked()];
  await press(page.locator('.press').nth(1));
  questions.push(await asked());
  await press(page.locator('button.start'));
  questions.push(await asked());
  await press(page.locator('main button.big').last());
  // Another day is a step of its own, and so is the arrow.
  assert.equal(await page.locator('main input[type=date]').count(), 1);
  await goBack();
  assert.equal(await page.locator('main input[type=date]').count(), 0);
  assert.equal(await asked(), questions[2]);
  await press(page.locator('header button').first());
  assert.equal(await asked(), questions[1]);
  await goBack();
  assert.equal(await asked(), questions[0]);
  assert.equal(await page.locator('.item.chosen').count(), 1);
  for (let at = 0; at < 5; at++) await press(page.locator('footer button').last());
  await page.locator('footer button.primary').click();
  await page.locator('footer button.primary.full').waitFor();
  // What is sent is not gone back into.
  await page.waitForFunction(() => history.state === 2);
  await page.goBack();
  await heading('Reports');
  await press(page.locator('main ul li button').first());
  await press(page.locator('footer button.primary'));
  await page.locator('header progress').waitFor();
  const step = () => page.locator('header .title p').innerText();
  const first = await step();
  for (let at = 0; at < 3; at++) await press(page.locator('footer button.primary'));
  await goBack();
  await goBack();
  await goBack();
  assert.equal(await step(), first);
  await press(page.locator('footer button.primary'));
  await page.locator('header .icon-button[title]').first().click();
  await page.locator('dialog[open] button.full').last().click();
  await heading('Report');
  await page.waitForFunction(() => history.state === 2);
  // Pressed twice while the first press still saves, the last button leaves one screen, not two.
  await press(page.locator('footer button.primary'));
  await page.locator('header .icon-button[title]').first().click();
  await page.locator('dialog[open] li li button').last().click();
  await page.locator('dialog[open]').waitFor({ state: 'detached' });
  await page.locator('main textarea').fill('Said at the end');
  await page.locator('footer button.primary').evaluate((button) => {
    button.click();
    button.click();
  });
  await page.getByText('Said at the end').waitFor();
  await heading('Report');
  await page.waitForFunction(() => history.state === 2);
  await page.goBack();
  await heading('Reports');
});

await story('the language changes in the middle of a report, the answer stays', async () => {
  await page.locator('footer button.primary').click();
  await page.locator('.press').nth(1).click();
  await page.locator('button.start').waitFor();
  await page.locator('header select').selectOption('ky');
  await page.getByText('Кайда болду?').waitFor();
  await page.locator('header button').first().click();
  await page.locator('.item.chosen').waitFor();
  assert.equal(await page.locator('.item.chosen').innerText(), 'Ок атуу же аткылоо');
  await page.locator('input[type=search]').fill('shelling');
  await page.locator('.item').first().waitFor();
  await page.waitForFunction(() => document.querySelectorAll('.item').length === 1);
  await page.locator('header select').selectOption('en');
  await page.locator('header button').first().click();
});

await story('what people write is shown, never run', async () => {
  const hostile = '<img src=x onerror="document.title=1"><script>1</script>\u202Eevil\u202C';
  // The first is the draft of before; what was sent can be talked about.
  await page.locator('main ul li button', { hasText: 'received' }).first().click();
  await page.locator('textarea').last().waitFor();
  await page.locator('textarea').last().fill(hostile);
  await page.locator('form button').last().click();
  await page.locator('.words').last().waitFor();
  assert.ok((await page.locator('.words').last().innerText()).includes('<script>'));
  assert.equal(await page.locator('main img, main script').count(), 0);
  await neutral();
  await page.locator('header button').first().click();
});

await story('a second tab waits, and may take over; the first then shows nothing', async () => {
  const second = await context.newPage();
  await second.goto(server.address);
  await second.getByText('Open in another tab').waitFor();
  await second.locator('button.primary').click();
  await second.locator('input[type=password]').waitFor();
  await page.getByText('Open in another tab').waitFor();
  await second.close();
  // With the second gone, the first is next in line.
  await page.locator('input[type=password]').waitFor();
  await unlock();
});

await story('the lock forgets the screen', async () => {
  await page.locator('main ul li button').first().click();
  await page.locator('.card .badge').waitFor();
  await page.locator('header button').last().click();
  await page.locator('input[type=password]').waitFor();
  assert.equal(await page.getByText(/Kok-Tash|Көк-Таш/).count(), 0);
  await unlock();
});

await story('Escape three times leads away, and back leads to a locked door', async () => {
  // Three within a second and a half, which a busy machine may miss.
  const away = () => page.url().endsWith('/away.html');
  for (let tries = 0; tries < 10 && !away(); tries++) {
    for (let press = 0; press < 3; press++) await page.keyboard.press('Escape');
    await page.waitForURL('**/away.html', { timeout: 3000 }).catch(() => undefined);
  }
  assert.ok(away(), 'it stayed');
  assert.notEqual(await page.title(), 'Baikoo');
  await page.goto(server.address);
  await page.locator('input[type=password]').waitFor();
});

await story('only the app is kept, every file of it', async () => {
  await page.evaluate(() => navigator.serviceWorker.ready);
  const kept = await page.evaluate(async () => {
    const names = await caches.keys();
    const cache = await caches.open(names[0]);
    return { names, paths: (await cache.keys()).map((request) => new URL(request.url).pathname) };
  });
  assert.equal(kept.names.length, 1);
  assert.ok(kept.paths.includes('/index.html'));
  assert.ok(kept.paths.every((path) => /^\/(assets\/|index\.html|away\.html|icon|manifest)/.test(path)), kept.paths.join(' '));
});

await story('Background Sync reaches the open page', async () => {
  const cdp = await context.newCDPSession(page);
  const registered = new Promise((done) => cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => registrations[0] && done(registrations[0])));
  await cdp.send('ServiceWorker.enable');
  const { registrationId } = await registered;
  await page.evaluate(() => {
    window.told = new Promise((done) => navigator.serviceWorker.addEventListener('message', ({ data }) => done(data)));
  });
  await cdp.send('ServiceWorker.dispatchSyncEvent', { origin: new URL(server.address).origin, registrationId, tag: 'network', lastChance: false });
  assert.equal(await page.evaluate(() => window.told), 'network');
});

await story('a newer version waits until it is let in', async () => {
  server.replace('/sw.js', (text) => text.replace(/[0-9a-f]{64}/, (hash) => hash.split('').reverse().join('')));
  await page.reload();
  await page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).update());
  await page.locator('aside').getByText('A newer version').waitFor();
  await page.locator('aside button.primary').click();
  await page.locator('aside').waitFor({ state: 'detached' });
  await page.locator('input[type=password]').waitFor();
});

await story('with the server gone it starts as before', async () => {
  server.close();
  await page.reload();
  await page.locator('input[type=password]').waitFor();
  await unlock();
  await page.locator('footer button.primary').click();
  await page.locator('.press').first().waitFor();
});

await story('nothing was thrown on the way', () => assert.deepEqual(errors, []));
await context.close();
