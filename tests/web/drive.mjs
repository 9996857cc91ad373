// Drives the page: fuses the drawn sample of each task and downloads the result.
// Usage: node drive.mjs PLAYWRIGHT CHROMIUM URL FOLDER; prints what the page tells of each result, as JSON.
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [playwright, executablePath, url, folder] = process.argv.slice(2);
const { chromium } = await import(pathToFileURL(path.join(playwright, 'index.mjs')).href);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
try {
  const page = await browser.newPage();
  const told = { problems: [], requests: [] };
  page.on('pageerror', (problem) => told.problems.push(String(problem)));
  page.on('request', (request) => told.requests.push(`${request.method()} ${new URL(request.url()).origin}`));
  await page.goto(url);
  for (const task of ['ivf', 'mef', 'msf']) {
    await page.click(`#tab-${task}`);
    const panel = page.locator(`#panel-${task}`);
    await panel.getByRole('button', { name: 'Take the drawn sample' }).click();
    await panel.getByRole('button', { name: 'Fuse', exact: true }).click();
    await page.waitForFunction(
      (id) => /^(Done|Expected|Something)/.test(document.querySelector(`#panel-${id} .status`).textContent),
      task,
      { timeout: 60_000 },
    );
    told[task] = { status: await panel.locator('.status').textContent() };
    if (!told[task].status.startsWith('Done')) continue;
    told[task].facts = await page.locator('#facts').textContent();
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#png')]);
    await download.saveAs(path.join(folder, `${task}.png`));
  }
  console.log(JSON.stringify({ ...told, requests: [...new Set(told.requests)] }));
} finally {
  await browser.close();
}
