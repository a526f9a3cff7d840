// The first visit, and a browser that lets nothing be stored; with the real core and a real server.
// Wants the built app (`npm run build`) and the programs (`cargo build`).
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder, joinByLink, keptForOffline, openBrowser, outcome, startServer, story, commandLine } from './real.mjs';

const FIRST_LOAD_BYTES_MAX = 1_300_000;
const server = await startServer();
const coordinator = commandLine('coordinator');
coordinator('workspace', 'create', '--server', server.address.slice(0, -1), '--name', 'Nurgul');
const { link } = coordinator('invite', '--role', 'monitor', '--name', 'Aida');
coordinator('sync');
const errors = [];

await story('a first visit loads at most 1.3 MB, and shows something before the core has come', async () => {
  const { page, context } = await openBrowser('first', { errors });
  // The service worker keeps the app for offline after that; what is measured is the visit itself.
  await context.addInitScript(() => delete Navigator.prototype.serviceWorker);
  let letCore;
  const held = new Promise((done) => (letCore = done));
  await context.route('**/*.wasm', async (route) => {
    await held;
    await route.continue();
  });
  const cdp = await context.newCDPSession(page);
  await cdp.send('Network.enable');
  let bytes = 0;
  cdp.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
  await page.goto(server.address, { waitUntil: 'commit' });
  await page.locator('#app > *').first().waitFor();
  assert.equal(await page.locator('input[type=url]').count(), 0, 'the core was there already');
  letCore();
  await page.locator('input[type=url]').waitFor();
  const [worker] = page.workers();
  const fetched = await worker.evaluate(() => performance.getEntriesByType('resource').reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0));
  console.log(`     ${((bytes + fetched) / 1000).toFixed(0)} kB in all, ${(fetched / 1000).toFixed(0)} of them the core`);
  assert.ok(fetched > 500_000, 'the core was not counted');
  assert.ok(bytes + fetched <= FIRST_LOAD_BYTES_MAX);
  await context.close();
});

await story('a browser that lets nothing be stored is told so, and nothing can be joined', async () => {
  const profile = join(folder, 'refused', 'Default');
  mkdirSync(profile, { recursive: true });
  // What "block all site data" in the browser's settings does.
  writeFileSync(join(profile, 'Preferences'), JSON.stringify({ profile: { default_content_setting_values: { cookies: 2 } } }));
  const { page, context } = await openBrowser('refused');
  await page.goto(link);
  await page.getByText('does not let this page store anything').waitFor();
  assert.equal(await page.locator('input[type=password]').count(), 0);
  await context.close();
});

await story('nothing of the invitation or of a report stands in address, title or history', async () => {
  const { page, context } = await openBrowser('quiet', { errors });
  await joinByLink(page, link, 'Айда');
  await page.locator('footer button.primary').click();
  await page.locator('.press').nth(1).click();
  await page.locator('input[type=search]').fill('zzquietplace');
  await page.locator('main li button').last().click();
  const seen = async () => [await page.title(), page.url(), JSON.stringify(await page.evaluate(() => history.state)), await page.evaluate(() => document.referrer)].join(' ');
  assert.ok(!/zzquiet|join=|Айда/.test(await seen()), await seen());
  await keptForOffline(page);
  // The quick exit leaves for a page that says nothing, and back leads to a locked door.
  await page.locator('header button').nth(-2).click();
  await page.waitForURL('**/away.html');
  assert.ok(!/Baikoo|zzquiet/i.test(await page.locator('body').innerText()));
  await page.goBack().catch(() => undefined);
  await page.goto(server.address);
  await page.locator('input[type=password]').waitFor();
  assert.equal(await page.getByText('zzquietplace').count(), 0);
  await context.close();
});

await story('an invitation that was taken back says so, and one can start over', async () => {
  const cancelled = coordinator('invite', '--role', 'monitor', '--name', 'Bermet');
  coordinator('sync');
  coordinator('cancel-invite', cancelled.invitation.id);
  coordinator('sync');
  const { page, context } = await openBrowser('late', { errors });
  // The clock of a phone may be wrong, so it only warns.
  await page.clock.setSystemTime(Date.now() + 40 * 24 * 3_600_000);
  await page.goto(cancelled.link);
  await page.getByText('this invitation is too late').waitFor();
  await page.clock.setSystemTime(Date.now());
  await joinByLink(page, cancelled.link, 'Бермет');
  await page.locator('main button.line', { hasText: 'This invitation is no longer valid' }).click();
  await page.getByRole('button', { name: 'Start over' }).click();
  await page.getByRole('button', { name: 'Erase now' }).last().click();
  await page.locator('input[type=url]').waitFor();
  await context.close();
});

await story('nothing was thrown, and nothing was stopped by the policy', async () => assert.deepEqual(errors, []));

await server.stop();
outcome();
