// The coordinator's side with the real core: a desk in a browser, a monitor on the command line, a
// server between them. Wants the built app (`npm run build`) and the programs (`cargo build`).
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PASSPHRASE, commandLine, openBrowser, startServer, until } from './real.mjs';

const SHOTS = fileURLToPath(new URL('out/desk', import.meta.url));
mkdirSync(SHOTS, { recursive: true });
let failed = 0;
async function story(name, tell) {
  const began = Date.now();
  try {
    await tell();
    console.log(`ok   ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${name}\n     ${error.message.split('\n').slice(0, 8).join('\n     ')}`);
    await page.screenshot({ path: join(SHOTS, `failed-${failed}.png`) });
  }
}

const server = await startServer();
const monitor = commandLine('monitor');
function monitorsForm(name) {
  return monitor('form').sections.flatMap(({ questions }) => questions).find((question) => question.name === name).label;
}
const errors = [];
const { page, context } = await openBrowser('desk', { width: 1280, height: 800, errors });
const HURT = monitorsForm('hurt_count');
const shot = (name) => page.screenshot({ path: join(SHOTS, `${name}.png`) });
const rows = page.locator('[role=option]');
const place = async (digit) => {
  await page.keyboard.press(`Digit${digit}`);
  await page.waitForTimeout(300);
};
const tab = (at) => page.locator('[role=tab]').nth(at).click();
const escape = async () => {
  await page.keyboard.press('Escape');
  await page.waitForTimeout(700);
};
// Nobody waits for the next look at the server: it is asked for.
const sync = async () => {
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  await page.waitForTimeout(1500);
};
const find = async (words) => {
  await page.keyboard.press('Slash');
  await page.keyboard.press('Control+A');
  await page.keyboard.type(words);
  await page.waitForTimeout(500);
  await page.keyboard.press('Escape');
};

await story('a coordinator makes a workspace', async () => {
  await page.goto(server.address);
  await page.locator('hr + button').first().click();
  await page.locator('input[autocomplete=off][spellcheck=false]').fill('no code wanted');
  await page.locator('input[autocomplete=off][maxlength="80"]').fill('Nazgul');
  await page.locator('input[type=password]').fill(PASSPHRASE);
  await page.locator('form button.primary:enabled').click();
  await page.locator('input[type=checkbox]').check();
  await page.locator('button.primary').click();
  await page.locator('nav .place').first().waitFor();
  await shot('01-empty-inbox');
});

let link;
await story('she invites a monitor, who joins and writes', async () => {
  await place(6);
  await page.locator('button.invite').click();
  await page.locator('dialog input[type=text]').fill('Aida');
  await page.locator('dialog button.primary').click();
  link = await page.locator('dialog textarea').inputValue();
  assert.match(link, /#/);
  await page.locator('dialog img').waitFor();
  await shot('02-invitation');
  await page.locator('dialog button.primary').click();
  await sync();
  monitor('join', link, '--name', 'Aida');
  monitor('import-samples', '--send');
  monitor('sync');
  assert.ok(monitor('list', '--limit', '0').reports.length > 5);
});

await story('the reports come to her inbox by themselves', async () => {
  await place(1);
  await until('the reports', async () => (await rows.count()) > 5, 60_000);
  await page.waitForTimeout(800);
  await shot('03-inbox');
});

await story('the device is compared and approved', async () => {
  await place(6);
  await page.locator('.device .primary').first().click();
  const shown = (await page.locator('dialog .number').innerText()).replace(/\D/g, '');
  const own = JSON.stringify(monitor('me')).replace(/\D/g, '');
  assert.ok(own.includes(shown), 'the two safety numbers differ');
  await page.locator('dialog input[type=checkbox]').check();
  await page.locator('dialog button.primary').click();
  await page.locator('.badge.active').nth(1).waitFor();
  await shot('04-people');
});

await story('an invited coordinator is told that she waits, and lets nobody in or out meanwhile', async () => {
  await page.locator('button.invite').click();
  await page.locator('dialog input[type=text]').fill('Gulnara');
  await page.locator('dialog .segments button').nth(1).click();
  await page.locator('dialog button.primary').click();
  const hers = await page.locator('dialog textarea').inputValue();
  await page.locator('dialog button.primary').click();
  await sync();
  const second = await openBrowser('second', { width: 1280, height: 800, errors });
  await second.page.goto(hers);
  await second.page.locator('dl').waitFor();
  await second.page.locator('input[autocomplete=off]').fill('Gulnara');
  await second.page.locator('input[type=password]').fill(PASSPHRASE);
  await second.page.locator('form button.primary:enabled').click();
  await second.page.getByText('No coordinator has confirmed this phone yet').waitFor();
  assert.equal(await second.page.locator('.call').count(), 0);
  await second.page.keyboard.press('Digit6');
  await second.page.locator('.device').nth(2).waitFor();
  assert.equal(await second.page.locator('.device .button').count(), 0);
  assert.equal(await second.page.locator('button.invite').count(), 0);
  await sync();
  await page.locator('.heeded .device .primary').click();
  await page.locator('dialog input[type=checkbox]').check();
  await page.locator('dialog button.primary').click();
  await sync();
  await second.page.locator('.device .perilous').first().waitFor({ timeout: 60_000 });
  await second.page.keyboard.press('Digit2');
  await until('the reports', async () => (await second.page.locator('[role=option]').count()) > 5, 60_000);
  await second.context.close();
  // She is out again, so that what follows is between the two who were here.
  await page.locator('.device', { hasText: 'Gulnara' }).locator('.perilous').click();
  await page.locator('dialog input[type=radio]').last().check();
  await page.locator('dialog button.perilous').click();
  await page.locator('.device', { hasText: 'Gulnara' }).locator('.perilous').waitFor({ state: 'detached' });
});

await story('j opens one after the other, and each is read', async () => {
  await place(1);
  const unread = async () => Number((await page.locator('nav .mark').first().innerText()).replace(/\D/g, ''));
  const before = await unread();
  for (let n = 0; n < 3; n++) {
    await page.keyboard.press('j');
    await page.locator('[role=tabpanel] h3').first().waitFor();
    await page.waitForTimeout(500);
  }
  await until('they are read', async () => (await unread()) <= before - 2);
  await shot('05-report');
});

let id;
await story('she asks; the answer comes', async () => {
  await place(2);
  id = monitor('list', '--limit', '1').reports[0].id;
  await rows.first().click();
  await tab(3);
  await page.locator('form textarea').fill('Which houses?');
  await page.locator('form button.primary').click();
  await page.locator('.thread li .badge').first().waitFor();
  const asked = await until('the question', async () => {
    await sync();
    monitor('sync');
    return monitor('list', '--asked', '--limit', '0').reports[0];
  });
  id = asked.id;
  const question = monitor('show', id).talk.find(({ kind }) => kind === 'question');
  monitor('answer', id, 'The three by the bridge.', '--to', question.id);
  monitor('sync');
  await sync();
  await page.getByText('The three by the bridge.').waitFor();
  await page.locator('.segments .button').nth(2).click();
  await page.locator('form textarea').fill('Compare with the photos.');
  await page.locator('form button.primary').click();
  await page.locator('.thread .secret').waitFor();
  await shot('06-talk');
});

await story('she verifies it, and a later edit shows as changed since', async () => {
  await tab(1);
  await page.locator('textarea').fill('Two witnesses, a photo.');
  await page.locator('select').nth(1).selectOption({ index: 2 });
  await page.locator('input[type=number]').fill('2');
  await page.locator('input[type=number]').blur();
  await page.waitForTimeout(900);
  await shot('07-review');
  const verify = page.locator('.segments .button', { hasText: '◆' });
  await until('the decision', async () => (await verify.isEnabled()) || (await page.locator('.way').count()) > 0);
  if (await verify.isDisabled()) {
    await page.locator('.way').waitFor();
    await page.locator('.segments .button', { hasText: '◐' }).click();
  } else await verify.click();
  await page.locator('.segments [aria-pressed=true]').waitFor();
  await sync();
  monitor('sync');
  monitor('edit', id, 'hurt_count=41');
  monitor('sync');
  await sync();
  // The change since is shown where the decision stands, and in the list.
  await page.locator('[role=tabpanel] .heeded', { hasText: '41' }).waitFor();
  await page.locator('[role=option][aria-selected=true]', { hasText: 'changed' }).waitFor();
  await shot('08-changed-since');
  await tab(2);
  await page.locator('[role=tabpanel] ol li').first().waitFor();
  await shot('09-history');
});

await story('two versions stand side by side until she chooses', async () => {
  // Both write with no network, so neither has the other's answer.
  await server.stop();
  monitor('edit', id, 'hurt_count=25');
  await tab(0);
  await page.keyboard.press('e');
  await page.locator('header progress').waitFor();
  await page.locator('header button').nth(1).click();
  await page.locator('dialog[open] li li button').first().waitFor();
  await shot('10-edit');
  await page.locator('dialog[open] li li button', { hasText: HURT }).first().click();
  await page.locator('main input[type=number], main input[inputmode=numeric]').first().fill('187');
  await page.locator('footer [role=status] svg').waitFor();
  await page.locator('header button').nth(1).click();
  await page.locator('dialog[open] button.full').last().click();
  await server.start();
  await until('the two versions', async () => {
    await sync();
    monitor('sync');
    return (await page.locator('[role=tabpanel] .heeded', { hasText: '187' }).count()) > 0;
  }, 60_000);
  const choose = page.getByRole('button', { name: /, 25$/ });
  await choose.first().scrollIntoViewIfNeeded();
  assert.equal(await page.getByRole('button', { name: /, 187$/ }).count(), 1);
  await shot('10-two-versions');
  await choose.first().click();
  await choose.first().waitFor({ state: 'detached' });
  await until('the choice', async () => {
    await sync();
    monitor('sync');
    return monitor('list', '--conflicted', '--limit', '0').reports.length === 0;
  }, 60_000);
});

await story('a view that she keeps is there after the lock', async () => {
  await place(2);
  await page.keyboard.press('f');
  await page.locator('dialog fieldset input[type=checkbox]').first().check();
  await page.locator('dialog .keep input').fill('zzmyview');
  await page.locator('dialog .keep button').click();
  await page.locator('dialog .saved', { hasText: 'zzmyview' }).waitFor();
  await escape();
  await page.reload();
  await page.locator('input[type=password]').fill(PASSPHRASE);
  await page.locator('form button.primary').click();
  await page.locator('nav .place').first().waitFor();
  await place(2);
  await rows.first().waitFor();
  const all = await page.locator('.list header p').innerText();
  await page.keyboard.press('f');
  await page.locator('dialog .saved button', { hasText: 'zzmyview' }).click();
  await escape();
  await page.getByRole('heading', { name: 'zzmyview' }).waitFor();
  await until('fewer of them', async () => (await page.locator('.list header p').innerText()) !== all);
  await page.locator('.chip.clear').click();
});

await story('a search finds as one types, and filters narrow', async () => {
  await place(2);
  await rows.first().waitFor();
  const all = await rows.count();
  await find('batken');
  await until('some of them', async () => {
    const found = await rows.count();
    return found > 0 && found < all;
  });
  await shot('11-search');
  await page.locator('.chip.clear').click();
  await page.keyboard.press('f');
  await page.locator('dialog fieldset').first().waitFor();
  await page.waitForTimeout(400);
  await shot('12-filters');
  await escape();
});

await story('map, time and figures show what there is', async () => {
  await place(3);
  await page.locator('.bubble').first().waitFor();
  await page.waitForTimeout(500);
  await shot('13-map');
  await place(4);
  await page.locator('figure').first().waitFor();
  await shot('14-time');
  await place(5);
  await page.locator('.charts').waitFor();
  await page.locator('.charts section .button').last().click();
  await page.locator('.charts section').last().locator('table, p').first().waitFor();
  await shot('15-figures');
});

await story('she saves files of what is there', async () => {
  await page.locator('.list .icon-button').first().click();
  for (const [at, start] of [[0, '\ufeffid,'], [1, '{'], [2, '{']]) {
    const coming = page.waitForEvent('download');
    await page.locator('dialog .button.full').nth(at).click();
    const file = await (await coming).path();
    assert.ok(readFileSync(file, 'utf8').startsWith(start));
    await page.waitForTimeout(300);
    if (at < 2) await page.locator('.list .icon-button').first().click();
  }
});

await story('health says who was heard of; a device is shut out', async () => {
  await place(7);
  await page.locator('.care').waitFor();
  await shot('16-health');
  await place(6);
  await page.locator('.device .perilous').first().click();
  await page.locator('dialog input[type=radio]').first().check();
  await page.locator('dialog .perilous').click();
  await page.locator('.badge.revoked').nth(1).waitFor();
  await shot('17-shut-out');
});

await story('nothing was thrown, and nothing was stopped by the policy', async () => assert.deepEqual(errors, []));

await context.close();
await server.stop();
process.exit(failed ? 1 : 0);
