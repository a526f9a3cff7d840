// The way through the app that the pictures are taken on. Things are found by their place in the
// page, not by their words, so that the same way leads through all languages.
export async function walk(page, address, shot) {
  await page.goto(address);
  await page.locator('h1').waitFor();
  await shot('01-welcome');

  await page.locator('input[type=url]').fill('https://example.org/#invitation');
  await page.locator('form button.full').click();
  await page.locator('dl').waitFor();
  await page.locator('input[autocomplete=off]').fill('Aida');
  await page.locator('form button[type=button].button:not(.quiet)').click();
  await page.waitForTimeout(200);
  await shot('02-join');
  await page.locator('form button.primary').click();
  await page.locator('footer button.primary').waitFor();
  await shot('03-home');


  // A flash report in six presses.
  await page.locator('footer button.primary').click();
  await page.locator('.press').first().waitFor();
  await shot('10-flash-what');
  await page.locator('.press').nth(1).click();
  await page.locator('button.start').waitFor();
  await shot('11-flash-where');
  await page.locator('button.start').click();
  await shot('12-flash-when');
  // The second press of a hasty two is no answer to what the first brings up.
  await page.locator('main button.big').first().dblclick({ position: { x: 40, y: 52 } });
  await shot('13-flash-hurt');
  await page.locator('main button.big').nth(1).click();
  await shot('14-flash-danger');
  await page.locator('.list label').first().click();
  await shot('15-flash-line');
  await page.locator('main textarea').fill('Октон үй күйдү');
  await page.locator('footer button.primary').click();
  await page.locator('footer button.primary.full').waitFor();
  await shot('16-flash-sent');
  await page.locator('footer button').first().click();

  // The rest of it, screen by screen.
  const next = async () => {
    await page.locator('footer button.primary').click();
    await page.waitForTimeout(150);
  };
  await page.locator('progress').waitFor();
  await shot('20-fill-what');
  await page.locator('header button').nth(-3).click();
  await page.locator('dialog[open]').waitFor();
  await shot('21-fill-contents');
  await page.keyboard.press('Escape');
  for (let at = 0; at < 4; at++) await next();
  await shot('22-fill-date');
  await next();
  await page.locator('input[type=time]').fill('05:45');
  await page.waitForTimeout(200);
  await shot('23-fill-time');
  await next();
  await next();
  await shot('24-fill-place');
  await page.locator('.chosen button').click();
  await page.locator('input[type=search]').fill('баткен');
  await page.locator('ul button').first().waitFor();
  await shot('25-fill-place-search');
  await page.locator('input[type=search]').fill('');
  await page.locator('.segments button').first().click();
  await page.locator('dialog svg[role=application]').waitFor();
  await page.waitForTimeout(300);
  await page.locator('dialog svg[role=application]').click({ position: { x: 120, y: 180 } });
  await shot('26-fill-map');
  await page.keyboard.press('Escape');
  await next();
  await next();
  await shot('27-fill-counts');
  for (let at = 0; at < 3; at++) await next();
  await shot('28-fill-people');
  await page.locator('main button.big').click();
  await page.locator('main input[type=checkbox]').first().waitFor();
  await page.locator('main input[type=checkbox]').first().click();
  await shot('29-fill-person');
  for (let at = 0; at < 5; at++) await next();
  await shot('30-fill-people-one');
  await next();
  await shot('30-fill-sources');
  await next();
  await page.locator('main textarea').fill('Таң эрте ок атылды. '.repeat(30));
  await page.waitForTimeout(900);
  await shot('31-fill-story');
  for (let at = 0; at < 3; at++) await next();
  await page.locator('.card .badge').waitFor();
  await shot('32-report');
  await page.locator('header button').first().click();
  await page.locator('header h1').waitFor();

  // What waits for her, and the rest of the house.
  await page.locator('button.asked').click();
  await page.locator('textarea').waitFor();
  await shot('40-questions');
  await page.locator('header button').first().click();
  await page.locator('main li button', { hasText: '⇄' }).first().click();
  await page.locator('article').first().waitFor();
  await shot('41-two-versions');
  await page.locator('header button').first().click();
  await page.locator('main button.line').click();
  await page.locator('dl.signs').waitFor();
  await shot('42-sync');
  await page.locator('header button').first().click();
  await page.locator('header button').first().click();
  await page.locator('fieldset').waitFor();
  await shot('43-settings');

  await page.locator('header button').last().click();
  await page.locator('input[type=password]').waitFor();
  await shot('50-locked');
  await page.locator('input[type=password]').fill('wrong');
  await page.locator('form button.primary').click();
  await page.locator('[role=alert]').waitFor();
  await shot('51-wrong');
}
