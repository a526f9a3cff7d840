// A coordinator's way through the app, with ten thousand reports. Things are found by their place in
// the page, not by their words, so that the same way leads through all languages.
export async function walk(page, address, shot) {
  const wide = page.viewportSize().width >= 1100;
  await page.goto(address);
  await page.locator('input[type=url]').fill(`https://example.org/#coord-${process.env.FEW ? 'few' : 'many'}`);
  await page.locator('form button.full').click();
  await page.locator('dl').waitFor();
  await page.locator('input[autocomplete=off]').fill('Nazgul');
  await page.locator('form button[type=button].button:not(.quiet)').click();
  await page.waitForTimeout(200);
  await page.locator('form button.primary').click();
  const rows = page.locator('[role=option]');
  await rows.first().waitFor();
  await page.waitForTimeout(400);
  await shot('20-inbox');

  // The seven places: digits on a desk, and on a phone too.
  // Three in a row would leave the app.
  const escape = async () => {
    await page.keyboard.press('Escape');
    await page.waitForTimeout(800);
  };
  const place = async (digit) => {
    await page.keyboard.press(`Digit${digit}`);
    await page.waitForTimeout(400);
  };
  await place(2);
  await rows.first().waitFor();
  await shot('21-reports');
  await page.keyboard.press('Slash');
  await page.keyboard.type('kok-tash');
  await page.waitForTimeout(400);
  await shot('22-search');
  await page.locator('.find .button').click();
  await page.locator('dialog fieldset').first().waitFor();
  await page.waitForTimeout(300);
  await shot('23-filters');
  await page.locator('dialog input[type=checkbox]').first().check();
  await page.locator('dialog .foot .primary').click();
  await page.waitForTimeout(300);
  await shot('24-filtered');
  await page.locator('.chip.clear').click();
  await page.waitForTimeout(300);
  await page.locator('.bar .icon-button').first().click();
  await page.locator('dialog[open] .card').waitFor();
  await shot('25-export');
  await escape();

  const tab = async (name, at) => {
    await page.locator('[role=tab]').nth(at).click();
    await page.waitForTimeout(300);
    await shot(name);
  };
  // The second one that came: with versions, several writers, a question and people.
  const openRow = async (at) => {
    if (!wide) await page.locator('[role=listbox]').waitFor();
    await rows.nth(at).click();
    await page.locator('[role=tabpanel] h3').first().waitFor();
    await page.waitForTimeout(300);
  };
  await openRow(1);
  await shot('30-answers');
  await page.locator('[role=tabpanel]').evaluate((panel) => panel.scrollBy(0, 700));
  await shot('31-answers-more');
  await tab('32-review', 1);
  await tab('33-history', 2);
  await tab('34-talk', 3);
  await tab('35-like', 4);
  if (!wide) await page.locator('[role=tab]').first().click();
  await (wide ? page.locator('main .bar .icon-button[title]').first() : page.locator('.doing button').last()).click();
  await page.locator('dialog[open] select').waitFor();
  await shot('36-share');
  await escape();
  await page.waitForTimeout(200);
  await escape();

  // One that changed after it was verified, and one that is hostile.
  await openRow(3);
  await tab('37-changed', 1);
  await escape();
  await page.locator('.chip').nth(1).click();
  await page.waitForTimeout(400);
  await openRow(0);
  await tab('38-versions', 0);
  await page.locator('[role=tabpanel] .heeded').first().scrollIntoViewIfNeeded();
  await shot('38-versions');
  await escape();
  await page.locator('.chip').nth(1).click();
  await page.keyboard.press('Slash');
  await page.keyboard.type('onerror');
  await page.waitForTimeout(500);
  await openRow(0);
  await tab('39-hostile', 0);
  await escape();
  await page.locator('.chip.clear').click();
  await page.waitForTimeout(300);

  await place(3);
  await page.locator('.bubble').first().waitFor();
  await shot('40-map');
  await page.locator('.zoom button').first().click();
  await page.locator('.zoom button').first().click();
  await shot('41-map-near');
  await page.locator('.bubble').first().dispatchEvent('click');
  await page.waitForTimeout(400);
  await shot('42-map-spot');
  await page.locator('.chip.on').first().click();
  await place(4);
  await page.locator('figure').first().waitFor();
  await shot('43-time');
  await place(5);
  await page.locator('.charts').waitFor();
  await shot('44-figures');
  await page.locator('.charts').evaluate((charts) => charts.scrollIntoView());
  await shot('45-figures-more');
  await place(6);
  await page.locator('.devices').first().waitFor();
  await shot('50-people');
  await page.locator('.device .perilous').first().click();
  await page.locator('dialog[open] .check').first().waitFor();
  await page.locator('dialog[open] input[type=radio]').nth(1).check();
  await shot('51-revoke');
  await escape();
  await page.locator('.device .primary').first().click();
  await page.locator('dialog[open] .number').waitFor();
  await shot('52-approve');
  await escape();
  await page.locator('button.invite').click();
  await page.locator('dialog[open] input').fill('Erkin');
  await shot('53-invite');
  await page.locator('dialog[open] .primary').click();
  await page.locator('dialog[open] img').waitFor();
  await shot('54-invitation');
  await escape();
  await place(7);
  await page.locator('.care').waitFor();
  await shot('55-health');
  await page.locator('.care').evaluate((care) => care.scrollIntoView());
  await shot('56-health-more');
  await page.locator('.care .card').last().locator('button').click();
  await page.locator('main .heeded').waitFor();
  await shot('58-renew');
  await page.locator('main details summary').click();
  await page.locator('main textarea').first().fill('BK1-2-1-other');
  await page.locator('main textarea').last().fill('BK1-2-2-other');
  await page.locator('main form button').click();
  await page.locator('main form .danger').waitFor();
  await shot('59-renew-check');
  await page.locator('main button.primary').click();
  await page.locator('ol .words').first().waitFor();
  await shot('60-renew-sheets');
  await page.locator('main input[type=checkbox]').check();
  await page.locator('main button.primary').click();
  await page.locator('main [role=status] p:not(.heeded)').waitFor();
  await shot('61-renewed');
  await page.locator('main button.primary').click();
  await page.locator('.care').waitFor();
  if (!wide) {
    await page.locator('.bottom .place').last().click();
    await page.locator('dialog[open] .line-button').first().waitFor();
    await shot('57-more');
    await escape();
  } else {
    await page.keyboard.press('Shift+Slash');
    await page.locator('dialog[open] kbd').first().waitFor();
    await shot('57-keys');
    await escape();
  }
}
