// Takes a picture of each screen, on a phone and on a desk, in Kyrgyz and English, into e2e/out:
// for looking at; and asks axe what it thinks of each. Wants the mock build: `npm run mock`, then
// `npm run screens [-- ky 360 light walk-desk]`; a `-` stands for all.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { serve } from './serve.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const [onlyLang, onlyWidth, onlyTheme = 'light', onlyWalk] = process.argv.slice(2);
const OUT = fileURLToPath(new URL('./out/', import.meta.url));
mkdirSync(OUT, { recursive: true });
const { address, close } = await serve(fileURLToPath(new URL('../dist-mock/', import.meta.url)));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

/** One way through the app, in a browser that knows nothing yet. */
async function takeAlong(walk, lang, width, height) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: onlyTheme, serviceWorkers: 'block', hasTouch: width < 600 });
  await context.addInitScript((code) => localStorage.setItem('prefs', JSON.stringify({ lang: code })), lang);
  const page = await context.newPage();
  const complain = (text) => {
    failures++;
    console.error(`${walk} ${lang} ${width}: ${text}`);
  };
  page.on('pageerror', (error) => complain(`page error: ${error.message}`));
  page.on('console', (message) => message.type() === 'error' && complain(`console: ${message.text()}`));
  const shot = async (name) => {
    await page.waitForTimeout(120);
    await page.evaluate(AXE);
    const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'], rules: { 'color-contrast-enhanced': { enabled: true }, 'target-size': { enabled: true } } }));
    for (const { id, impact, nodes } of violations) {
      if (impact === 'serious' || impact === 'critical') complain(`${name}: ${impact} ${id}: ${nodes[0].html.slice(0, 160)}`);
    }
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (overflow > 0) complain(`${name} is ${overflow} px too wide`);
    await page.screenshot({ path: `${OUT}${name}-${lang}-${width}${onlyTheme === 'dark' ? '-dark' : ''}.png` });
  };
  try {
    const { walk: go } = await import(`./${walk}.mjs`);
    await go(page, address, shot);
  } catch (error) {
    complain(error.message);
    await shot(`failed-${walk}`);
  }
  await context.close();
}

let failures = 0;
for (const lang of ['ky', 'en', 'ru', 'uz', 'tg', 'kk']) {
  if (onlyLang && onlyLang !== '-' ? lang !== onlyLang : !['ky', 'en'].includes(lang)) continue;
  for (const [width, height] of [[360, 640], [1280, 800]]) {
    if (onlyWidth && onlyWidth !== '-' && Number(onlyWidth) !== width) continue;
    for (const walk of ['walk', 'walk-desk']) {
      if (onlyWalk && onlyWalk !== walk) continue;
      await takeAlong(walk, lang, width, height);
    }
  }
}
await browser.close();
close();
console.log(failures ? `${failures} complaints` : 'all screens taken');
process.exit(failures ? 1 : 0);
