// Goes through all screens, on a phone and on a desk. On each, all six languages are looked at: is
// anything too wide, cut off, broken within a word; then large letters; and axe is asked in one of
// them. Pictures in Kyrgyz and English go to e2e/out, for looking at. Wants the mock build: `npm run
// mock`, then `npm run screens [-- 360 dark walk-desk]`; a `-` stands for all.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { lookAt } from './looks.mjs';
import { serve } from './serve.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** The last one is left standing: the walk goes on in it. */
const LANGUAGES = ['en', 'ru', 'uz', 'tg', 'kk', 'ky'];
const PICTURED = ['en', 'ky'];
const SIZES = [[360, 640], [1280, 800]];

const [onlyWidth = '-', theme = 'light', onlyWalk = '-'] = process.argv.slice(2);
const OUT = fileURLToPath(new URL('./out/', import.meta.url));
mkdirSync(OUT, { recursive: true });
const { address, close } = await serve(fileURLToPath(new URL('../dist-mock/', import.meta.url)));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

let screens = 0;
const said = new Map();
const complain = (text, where) => said.set(text, [...(said.get(text) ?? []), where]);

/** As if the language had been changed in another tab: nothing on the screen is touched for it. */
const speak = (page, lang) =>
  page.evaluate(async (code) => {
    localStorage.setItem('prefs', JSON.stringify({ ...JSON.parse(localStorage.getItem('prefs') ?? '{}'), lang: code }));
    window.dispatchEvent(new StorageEvent('storage', { key: 'prefs' }));
    for (let tries = 0; tries < 100 && document.documentElement.lang !== code; tries++) await new Promise((done) => setTimeout(done, 10));
    // Labels come from the core, and fill in a moment later.
    await new Promise((done) => setTimeout(done, 120));
    await new Promise(requestAnimationFrame);
  }, lang);

const askAxe = async (page, where) => {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'], rules: { 'color-contrast-enhanced': { enabled: true }, 'target-size': { enabled: true } } }));
  for (const { id, impact, nodes } of violations) {
    if (impact === 'serious' || impact === 'critical') complain(`${impact} ${id}: ${nodes[0].html.slice(0, 160)}`, where);
  }
};

const look = async (page, whole, where) => {
  for (const complaint of await page.evaluate(`(${lookAt})(${whole})`)) complain(complaint, where);
};

/** One way through the app, in a browser that knows nothing yet. */
async function takeAlong(walk, width, height) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, serviceWorkers: 'block', hasTouch: width < 600, locale: 'ky-KG' });
  await context.addInitScript(() => localStorage.getItem('prefs') ?? localStorage.setItem('prefs', JSON.stringify({ lang: 'ky' })));
  const page = await context.newPage();
  page.on('pageerror', (error) => complain(`page error: ${error.message}`, walk));
  page.on('console', (message) => message.type() === 'error' && complain(`console: ${message.text()}`, walk));
  const shot = async (name) => {
    screens += 1;
    await page.waitForTimeout(120);
    for (const lang of LANGUAGES) {
      const where = `${name} ${lang} ${width}`;
      await speak(page, lang);
      await look(page, true, where);
      if (!PICTURED.includes(lang)) continue;
      // What axe looks at does not hang on the language.
      if (lang === 'en') await askAxe(page, where);
      await page.screenshot({ path: `${OUT}${name}-${lang}-${width}${theme === 'dark' ? '-dark' : ''}.png` });
    }
    // Letters of twice the size may break words, but hide nothing. On a desk they make the browser
    // lay out what a phone has, which is looked at there.
    if (width >= 600) return;
    await page.evaluate(() => (document.documentElement.style.fontSize = '212.5%'));
    await page.waitForTimeout(60);
    await look(page, false, `${name} 200 % ${width}`);
    await page.screenshot({ path: `${OUT}${name}-ky-${width}-large.png` });
    await page.evaluate(() => (document.documentElement.style.fontSize = ''));
    await page.waitForTimeout(30);
  };
  try {
    const { walk: go } = await import(`./${walk}.mjs`);
    await go(page, address, shot);
  } catch (error) {
    complain(error.message, walk);
    await page.screenshot({ path: `${OUT}failed-${walk}-${width}.png` }).catch(() => undefined);
  }
  await context.close();
}

const walks = SIZES.flatMap(([width, height]) => ['walk', 'walk-desk'].map((walk) => ({ walk, width, height }))).filter(
  ({ walk, width }) => (onlyWidth === '-' || Number(onlyWidth) === width) && (onlyWalk === '-' || onlyWalk === walk),
);
// Much of it is waiting: two at a time.
await Promise.all([0, 1].map(async (lane) => {
  for (const { walk, width, height } of walks.filter((_, at) => at % 2 === lane)) await takeAlong(walk, width, height);
}));
await browser.close();
close();
for (const [text, where] of said) console.error(`FAIL ${text}\n     ${where.slice(0, 6).join(', ')}${where.length > 6 ? `, and ${where.length - 6} more` : ''}`);
console.log(said.size ? `${said.size} complaints` : `ok   ${screens} screens in ${LANGUAGES.length} languages`);
process.exit(said.size ? 1 : 0);
