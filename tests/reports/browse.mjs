// Looks at the pages of a served store as browsers show them: wide and narrow, light and dark.
//   node browse.mjs ADDRESS [FOLDER] PATH…     prints what is wrong as JSON; with a folder that is not `-`, leaves pictures there
// The address bears the token; it is visited first, as a person does.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const require = createRequire(join(process.env.IAMWATCH_REPORT_TOOLS, 'package.json'));
const { chromium: playwright } = require('playwright-core');
const { default: chromium } = await import(pathToFileURL(require.resolve('@sparticuz/chromium')));
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const [address, folder, ...paths] = process.argv.slice(2);
const own = process.env.TMPDIR;
process.env.TMPDIR = process.env.IAMWATCH_REPORT_TOOLS;
const executablePath = await chromium.executablePath();
if (own === undefined) delete process.env.TMPDIR; else process.env.TMPDIR = own;
const origin = new URL(address).origin;
const browser = await playwright.launch({
  executablePath,
  args: [...chromium.args.filter((each) => each !== '--single-process'), '--no-sandbox'],
});
const looks = [
  { name: 'wide', width: 1280, scheme: 'light' },
  { name: 'dark', width: 1280, scheme: 'dark' },
  { name: 'narrow', width: 360, scheme: 'light' },
];
const told = [];
for (const look of looks) {
  const context = await browser.newContext({ viewport: { width: look.width, height: 900 }, colorScheme: look.scheme });
  const page = await context.newPage();
  let errors = [];
  let foreign = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('dialog', (dialog) => { errors.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on('request', (request) => request.url().startsWith(`${origin}/`) || foreign.push(request.url()));
  await page.goto(address, { waitUntil: 'load' });
  const landed = page.url();
  for (const [number, path] of paths.entries()) {
    errors = [];
    foreign = [];
    const response = await page.goto(origin + path, { waitUntil: 'load' });
    const facts = await page.evaluate(() => ({
      title: document.title,
      text: document.body.innerText,
      // What is far below is not laid out until somebody scrolls there, and may be no part of the text that is seen.
      whole: document.body.textContent,
      width: document.documentElement.scrollWidth,
      marked: window.marked === true,
      elements: [...new Set([...document.querySelectorAll('*')].map((each) => each.localName))].sort(),
      handlers: [...document.querySelectorAll('*')].flatMap((each) => each.getAttributeNames()).filter((name) => name.startsWith('on') || name === 'style'),
      links: [...document.querySelectorAll('a')].map((each) => each.getAttribute('href')),
    }));
    await page.evaluate(axe);
    const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
    const violations = found.violations.map((each) => ({ id: each.id, impact: each.impact, at: each.nodes.slice(0, 3).map((node) => node.html.slice(0, 200)) }));
    if (folder !== '-') await page.screenshot({ path: join(folder, `${number}-${look.name}.png`), fullPage: process.env.FULL === '1' });
    told.push({ name: look.name, path, landed, status: response.status(), viewport: look.width, errors, foreign, violations, ...facts });
  }
  await context.close();
}
await browser.close();
console.log(JSON.stringify(told));
