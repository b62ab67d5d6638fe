// Looks at a page as browsers show it: on wide and narrow screens, light and dark, and on paper.
//   node look.mjs PAGE [FOLDER]     prints what is wrong as JSON; with a folder, leaves pictures there
//   node look.mjs                   unpacks the browser
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const require = createRequire(join(process.env.IAMWATCH_REPORT_TOOLS, 'package.json'));
const { chromium: playwright } = require('playwright-core');
const { default: chromium } = await import(pathToFileURL(require.resolve('@sparticuz/chromium')));
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const [page_path, folder] = process.argv.slice(2);
// The browser is unpacked beside its package, once: two that unpack it at a time would start half of it.
const own = process.env.TMPDIR;
process.env.TMPDIR = process.env.IAMWATCH_REPORT_TOOLS;
const executablePath = await chromium.executablePath();
if (own === undefined) delete process.env.TMPDIR; else process.env.TMPDIR = own;
if (page_path === undefined) process.exit();
const url = pathToFileURL(resolve(page_path)).href;
const browser = await playwright.launch({
  executablePath,
  // With a single process, the first window that is closed ends the browser.
  args: [...chromium.args.filter((each) => each !== '--single-process'), '--no-sandbox'],
});
const looks = [
  { name: 'wide', width: 1280, scheme: 'light', media: 'screen' },
  { name: 'dark', width: 1280, scheme: 'dark', media: 'screen' },
  { name: 'narrow', width: 360, scheme: 'light', media: 'screen' },
  { name: 'paper', width: 794, scheme: 'dark', media: 'print' },
];
const told = [];
for (const look of looks) {
  const context = await browser.newContext({ viewport: { width: look.width, height: 900 }, colorScheme: look.scheme });
  const page = await context.newPage();
  const errors = [];
  const requests = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('dialog', (dialog) => { errors.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on('request', (request) => request.url().startsWith('data:') || requests.push(request.url()));
  await page.emulateMedia({ media: look.media, colorScheme: look.scheme });
  const began = performance.now();
  await page.goto(url, { waitUntil: 'load' });
  const milliseconds = Math.round(performance.now() - began);
  const facts = await page.evaluate(() => ({
    text: document.body.textContent,
    width: document.documentElement.scrollWidth,
    marked: window.marked === true,
    elements: [...new Set([...document.querySelectorAll('*')].map((each) => each.localName))].sort(),
    handlers: [...document.querySelectorAll('*')].flatMap((each) => each.getAttributeNames()).filter((name) => name.startsWith('on')),
    links: [...document.querySelectorAll('a')].map((each) => each.getAttribute('href')),
  }));
  let violations = [];
  // A page of ten thousand findings is not for this.
  if (facts.text.length < 400000) {
    await page.evaluate(axe);
    const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
    violations = found.violations.map((each) => ({ id: each.id, impact: each.impact, at: each.nodes.slice(0, 3).map((node) => node.html.slice(0, 200)) }));
  }
  if (folder) await page.screenshot({ path: join(folder, `${look.name}.png`), fullPage: process.env.FULL === '1' });
  if (folder && look.media === 'print') await page.pdf({ path: join(folder, 'paper.pdf'), format: 'A4' });
  told.push({ name: look.name, viewport: look.width, milliseconds, errors, requests: requests.filter((each) => each !== url), violations, ...facts });
  await context.close();
}
await browser.close();
console.log(JSON.stringify(told));
