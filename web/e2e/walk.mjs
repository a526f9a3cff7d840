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

  await page.locator('header button').last().click();
  await page.locator('input[type=password]').waitFor();
  await shot('04-locked');
}
