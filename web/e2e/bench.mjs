// What a coordinator's browser takes for many reports, and what a first visit costs; as a table.
// `npm run bench -- 2000` for another number of reports; those come from the samples, again and again.
import { commandLine, openBrowser, PASSPHRASE, startServer, unlock } from './real.mjs';
import { fixedWork, slow } from './slow.mjs';

const WANTED = Number(process.argv[2] ?? 10_000);
const GENERATE_S_MAX = Number(process.argv[3] ?? 900);
const RUNS = 9;
const server = await startServer();
const coordinator = commandLine('coordinator');
coordinator('workspace', 'create', '--server', server.address.slice(0, -1), '--name', 'Bench');
const { link } = coordinator('invite', '--role', 'coordinator', '--name', 'Desk');
coordinator('sync');

let reports = 0;
for (const end = Date.now() + GENERATE_S_MAX * 1000; reports < WANTED && Date.now() < end; ) {
  coordinator('import-samples', '--send');
  const { total } = coordinator('list', '--limit', '1');
  if (total === reports) break;
  reports = total;
}
coordinator('sync');

const rows = { push: (row) => console.log(`| ${row.join(' | ')} |`) };
console.log(`| with ${reports} reports${reports < WANTED ? ` (${WANTED} were wanted)` : ''} | |\n|---|---|`);
const median = (times) => times.sort((one, other) => one - other)[times.length >> 1];
const ms = (time) => `${time.toFixed(time < 10 ? 1 : 0)} ms`;

// First visits, each with an empty profile. The rates are the browser tools' own for these names.
const NETS = [
  ['unlimited', null],
  ['3G (1.6 Mbit/s, 150 ms)', { latency: 150, downloadThroughput: 200_000, uploadThroughput: 94_000 }],
  ['2G (250 kbit/s, 300 ms)', { latency: 300, downloadThroughput: 31_250, uploadThroughput: 6_250 }],
];
for (const [name, net] of NETS) {
  const { context, page } = await openBrowser(`first-${NETS.findIndex(([one]) => one === name)}`);
  // The service worker keeps the app for offline after that; what is measured is the visit itself.
  await context.addInitScript(() => delete Navigator.prototype.serviceWorker);
  const cdp = await context.newCDPSession(page);
  await cdp.send('Network.enable');
  if (net) {
    await cdp.send('Network.emulateNetworkConditions', { offline: false, ...net });
    await cdp.send('Emulation.setCPUThrottlingRate', { rate: 6 });
  }
  let bytes = 0;
  cdp.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
  // The core is fetched by the worker, which has a session of its own.
  page.setDefaultTimeout(180_000);
  const began = performance.now();
  await page.goto(server.address, { waitUntil: 'commit' });
  await page.locator('#app *, body > *').first().waitFor();
  const shell = performance.now() - began;
  await page.locator('h1').waitFor();
  await page.locator('input[type=url]').waitFor();
  const ready = performance.now() - began;
  const [worker] = page.workers();
  const fetched = await worker.evaluate(() => performance.getEntriesByType('resource').reduce((sum, { transferSize }) => sum + transferSize, 0));
  rows.push([`first visit, ${name}${net ? ', CPU 6× slower' : ''}`, `${((bytes + fetched) / 1000).toFixed(0)} kB (wanted: 1300); shell ${ms(shell)}; core ready ${ms(ready)}`]);
  await context.close();
}

const { context, page, profile } = await openBrowser('desk', { width: 1280, height: 800 });
await page.goto(link);
await page.locator('dl').waitFor();
await page.locator('input[autocomplete=off]').fill('Desk');
await page.locator('input[type=password]').fill(PASSPHRASE);
const joined = performance.now();
await page.locator('form button.primary:enabled').click();
await page.locator('nav .place').first().waitFor();
page.setDefaultTimeout(900_000);
// The driver speaks to the core's worker as the page does.
const call = (method, ...args) =>
  page.evaluate(
    ([method, args]) =>
      new Promise((done, failed) => {
        const id = Math.random();
        const worker = globalThis.coreWorker;
        const began = performance.now();
        const listen = ({ data }) => {
          if (data.id !== id) return;
          worker.removeEventListener('message', listen);
          if (data.error) failed(new Error(data.error.code));
          else done({ value: data.value, time: performance.now() - began });
        };
        worker.addEventListener('message', listen);
        worker.postMessage({ id, method, args });
      }),
    [method, args],
  );
await context.addInitScript(() => {
  const Original = globalThis.Worker;
  globalThis.Worker = class extends Original {
    constructor(...args) {
      super(...args);
      globalThis.coreWorker = this;
    }
  };
});
// Everything has to have come before it is measured.
await page.reload();
await unlock(page);
await page.locator('nav .place').first().waitFor();
// A second coordinator is given the reports once the first has vouched for her device.
for (let device; !device; ) {
  coordinator('sync');
  device = coordinator('members').find(({ name, status }) => name === 'Desk' && status === 'pending')?.device;
  if (device) coordinator('approve', device);
  else await page.waitForTimeout(500);
}
let have = 0;
for (let tries = 0; tries < 200 && have < reports; tries++) {
  have = (await call('list', { limit: 1 }, 'en')).value.total;
  if (have === reports) break;
  // Who coordinates already passes on what was written before.
  if (tries % 5 === 0) coordinator('sync');
  await call('syncNow');
  await page.waitForTimeout(500);
}
rows.push([`${have} reports received, from the join`, `${((performance.now() - joined) / 1000).toFixed(0)} s`]);

const atFullSpeed = await page.workers()[0].evaluate(fixedWork);
for (const slower of [1, 6]) {
  let faster = () => undefined;
  let speed = 'full speed';
  const begin = async () => {
    if (slower === 1) return;
    faster = slow(profile, slower);
    const factor = (await page.workers()[0].evaluate(fixedWork)) / atFullSpeed;
    speed = `page and worker ${factor.toFixed(1)}× slower`;
  };
  const lists = [];
  for (let run = 0; run < 3; run++) {
    await page.reload();
    await page.locator('input[type=password]').waitFor();
    await call('unlock', PASSPHRASE);
    await begin();
    lists.push((await call('list', { limit: 200 }, 'en')).time);
    faster();
  }
  await begin();
  const searches = [];
  for (const query of ['Batken', 'мост', 'shelling', 'Isfara', 'дети', 'school', 'воды', 'house', 'road']) {
    searches.push((await call('list', { query, limit: 50 }, 'en')).time);
  }
  const { value: id } = await call('createReport', { lang: 'en' });
  const saves = [];
  for (let run = 0; run < RUNS; run++) saves.push((await call('setAnswer', id, 'hurt_count', { type: 'integer', value: run })).time);
  faster();
  const row = (what, times, goal) => rows.push([`${what}, ${speed}`, `${ms(median(times))} (wanted: ${goal} ms)`]);
  row(`list after unlock, first 200 of ${have}`, lists, 500);
  row(`search, median of ${searches.length} words`, searches, 50);
  row(`save one answer, median of ${RUNS}`, saves, 10);
}
await context.close();
await server.stop();

if (have < reports) process.exitCode = 1;
