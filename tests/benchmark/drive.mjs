// Uses the page of a benchmark as a reader would, and prints what it showed, as JSON.
// Usage: node drive.mjs PLAYWRIGHT CHROMIUM PAGE
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [playwright, executablePath, file] = process.argv.slice(2);
const { chromium } = await import(pathToFileURL(path.join(playwright, 'index.mjs')).href);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
try {
  const told = { problems: [], requests: [], widths: {} };
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
  page.on('pageerror', (problem) => told.problems.push(String(problem)));
  page.on('console', (message) => told.problems.push(message.text()));
  page.on('request', (request) => {
    if (!request.url().startsWith('data:')) told.requests.push(request.url());
  });
  await page.goto(pathToFileURL(file).href);

  const firstColumn = () => page.locator('#summary tbody th').allTextContents();
  const sorted = async (heading) => {
    await page.locator('#summary').getByRole('button', { name: heading }).click();
    return firstColumn();
  };
  told.order = { before: await firstColumn(), best: await sorted('EN'), worst: await sorted('EN') };
  await page.locator('#items').getByRole('button', { name: 'EN' }).click();
  told.strips = await page.locator('#strips h3').allTextContents();

  const pictures = page.locator('#strips section').first().locator('img');
  told.pictures = await pictures.count();
  told.decoded = await pictures.evaluateAll((all) => {
    for (const image of all) image.loading = 'eager';
    return Promise.all(all.map((image) => image.decode().then(() => image.naturalWidth)));
  });

  const view = () =>
    page.evaluate(() => ({
      left: document.getElementById('left').value,
      right: document.getElementById('right').value,
      wipe: Number(document.getElementById('wipe').value),
      zoom: document.getElementById('zoom').textContent,
      uncovered: document.getElementById('right-picture').style.clipPath,
      name: document.getElementById('viewer-name').textContent,
    }));
  await page.locator('#strips section').first().locator('a').nth(1).click();
  told.opened = await view();
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowLeft');
  told.wiped = await view();
  await page.keyboard.press('+');
  await page.keyboard.press('+');
  told.zoomed = await view();
  await page.selectOption('#right', { index: 2 });
  told.chosen = await view();
  await page.locator('#wipe').focus();
  await page.keyboard.press('n');
  told.next = await view();
  await page.keyboard.press('Escape');
  told.closed = await page.locator('dialog').evaluate((dialog) => !dialog.open);

  for (const colorScheme of ['light', 'dark']) {
    const phone = await browser.newPage({ viewport: { width: 390, height: 844 }, colorScheme });
    await phone.goto(pathToFileURL(file).href);
    told.widths[colorScheme] = await phone.evaluate(() => document.documentElement.scrollWidth);
    told[colorScheme] = await phone.evaluate(() => getComputedStyle(document.body).backgroundColor);
  }
  console.log(JSON.stringify(told));
} finally {
  await browser.close();
}
