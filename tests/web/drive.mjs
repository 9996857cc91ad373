// Drives the page: for each case chooses files, or takes the drawn sample, fuses, and downloads the result.
// Usage: node drive.mjs PLAYWRIGHT CHROMIUM URL FOLDER CASES. CASES is JSON: a list of cases with `name`, `task` and
// `files`, a list a slot (left out: the sample). Prints what the page told, as JSON.
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [playwright, executablePath, url, folder, cases] = process.argv.slice(2);
const { chromium } = await import(pathToFileURL(path.join(playwright, 'index.mjs')).href);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });

/** The status once the page neither reads nor fuses. */
async function settled(panel) {
  await panel.and(panel.page().locator('[aria-busy=false]')).waitFor({ timeout: 120_000 });
  return panel.locator('.status').textContent();
}

/** Choose the files of each slot; gives what the page says to them. */
async function choose(panel, files) {
  const said = [];
  for (const [k, slot] of files.entries()) {
    await panel.locator('input[type=file]').nth(k).setInputFiles(slot);
    said.push(await settled(panel));
  }
  return said.join(' ').trim();
}

async function driven(page, { name, task, files }) {
  await page.click(`#tab-${task}`);
  const panel = page.locator(`#panel-${task}`);
  while (await panel.locator('.remove').count()) await panel.locator('.remove').first().click();
  if (!files) await panel.getByRole('button', { name: 'Take the drawn sample' }).click();
  const read = files ? await choose(panel, files) : await settled(panel);
  const fuse = panel.getByRole('button', { name: 'Fuse', exact: true });
  // Files that could not be read leave nothing to fuse.
  if (await fuse.isDisabled()) return { read };
  await fuse.click();
  const status = await settled(panel);
  const told = { read, status };
  if (!status.startsWith('Done')) return told;
  told.facts = await page.locator('#facts').textContent();
  for (const [button, suffix] of [['#png', 'png'], ['#tiff', 'tif']]) {
    if (!(await page.locator(button).isVisible())) continue;
    const [download] = await Promise.all([page.waitForEvent('download'), page.click(button)]);
    await download.saveAs(path.join(folder, `${name}.${suffix}`));
  }
  return told;
}

try {
  const page = await browser.newPage();
  const told = { problems: [], requests: [] };
  page.on('pageerror', (problem) => told.problems.push(String(problem)));
  page.on('request', (request) => told.requests.push(`${request.method()} ${new URL(request.url()).origin}`));
  await page.goto(url);
  for (const each of JSON.parse(cases)) told[each.name] = await driven(page, each);
  console.log(JSON.stringify({ ...told, requests: [...new Set(told.requests)] }));
} finally {
  await browser.close();
}
