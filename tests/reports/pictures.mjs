// Draws pages of the served past, as a browser shows them.
//   node pictures.mjs URL FOLDER [PATH NAME WIDTH HEIGHT SCHEME]…     URL is the one that `iamwatch serve` prints, with its token
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const require = createRequire(join(process.env.IAMWATCH_REPORT_TOOLS, 'package.json'));
const { chromium: playwright } = require('playwright-core');
const { default: chromium } = await import(pathToFileURL(require.resolve('@sparticuz/chromium')));

const [url, folder, ...wanted] = process.argv.slice(2);
process.env.TMPDIR = process.env.IAMWATCH_REPORT_TOOLS;
const browser = await playwright.launch({
  executablePath: await chromium.executablePath(),
  args: [...chromium.args.filter((each) => each !== '--single-process'), '--no-sandbox'],
});
for (let at = 0; at + 5 <= wanted.length; at += 5) {
  const [path, name, width, height, colorScheme] = wanted.slice(at, at + 5);
  const viewport = { width: Number(width), height: Number(height) };
  const context = await browser.newContext({ viewport, colorScheme });
  const page = await context.newPage();
  await page.goto(url, { waitUntil: 'load' });
  const answer = await page.goto(new URL(path, url).href, { waitUntil: 'load' });
  if (answer.status() !== 200) throw new Error(`${path}: ${answer.status()}`);
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: process.env.FULL === '1' });
  await context.close();
}
await browser.close();
