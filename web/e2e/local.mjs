// The app from a folder of one's own machine: `baikoo app` hands it out and passes its calls on. Wants
// the built app (`npm run build`) and the programs (`cargo build`).
import assert from 'node:assert/strict';
import { openBrowser, joinByLink, commandLine, startLocalApp, startServer, story, outcome, until } from './real.mjs';

const server = await startServer();
const coordinator = commandLine('coordinator');
coordinator('workspace', 'create', '--server', server.address.slice(0, -1), '--name', 'Nurgul');
const { link } = coordinator('invite', '--role', 'monitor', '--name', 'Aida');
coordinator('sync');

const local = await startLocalApp(server.address.slice(0, -1));
const errors = [];
const { page, context } = await openBrowser('local', { errors });

await story('its address and its build are said', async () => {
  assert.match(local.said.build, /^[0-9a-f]{64}$/);
  const policy = (await (await fetch(local.address)).headers.get('content-security-policy')) ?? '';
  const servers = (await (await fetch(server.address)).headers.get('content-security-policy')) ?? '';
  assert.equal(policy, servers);
  assert.ok(policy.includes("connect-src 'self'"));
});

await story('a monitor joins in it by the server’s link, and what she writes arrives', async () => {
  await page.goto(local.address);
  await page.locator('input[type=url]').fill(link);
  await page.locator('form button.full').click();
  await joinByLink(page, null, 'Айда');
  await page.locator('footer button.primary').click();
  await page.locator('.press').nth(1).click();
  await page.locator('input[type=search]').fill('zzlocal');
  await page.locator('main li button').last().click();
  await page.locator('main button.big').first().click();
  await page.locator('main button.big').nth(1).click();
  await page.locator('.list label').first().click();
  await page.locator('footer button.primary').click();
  await page.locator('footer button.primary.full').click();
  await page.locator('main li .badge.stored').waitFor({ timeout: 60_000 });
  coordinator('sync');
  assert.equal(coordinator('list', '--limit', '0').reports.length, 1);
});

await story('with the server stopped it says that there is no network, and sends later', async () => {
  await server.stop();
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  await page.locator('main li button').first().click();
  await page.locator('main textarea').last().fill('zzlater');
  await page.locator('main form button').last().click();
  await page.locator('header button').first().click();
  await page.locator('main li .badge.on_device').waitFor();
  await server.start();
  await page.locator('main li .badge.stored').waitFor({ timeout: 90_000 });
});

await story('it passes nothing on to another server, and nothing for another page', async () => {
  const call = (headers) => fetch(`${local.address}relay/v1/workspaces`, { method: 'POST', headers, body: 'x' });
  const own = server.address.slice(0, -1);
  assert.equal((await call({ 'x-baikoo-server': 'https://example.org' })).status, 421);
  assert.equal((await call({})).status, 421);
  assert.equal((await call({ 'x-baikoo-server': own, 'sec-fetch-site': 'cross-site' })).status, 403);
  assert.notEqual((await call({ 'x-baikoo-server': own })).status, 421);
});

await story('a workspace is begun on the server that was named, without typing it', async () => {
  const other = await openBrowser('local-desk', { errors });
  await other.page.goto(local.address);
  await other.page.locator('hr + button').first().click();
  await until('the server', async () => (await other.page.locator('input[type=url]').inputValue()) === server.address.slice(0, -1));
  await other.context.close();
});

await story('nothing was thrown, and nothing was stopped by the policy', async () => assert.deepEqual(errors, []));

await context.close();
await local.stop();
await server.stop();
outcome();
