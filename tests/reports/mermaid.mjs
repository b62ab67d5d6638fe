// Draws the diagrams of Markdown pages as browsers do on the sites that show them: mermaid.mjs PAGE…
// Prints for each page which entities its drawing shows and how many lines, or the error; with SVG=FOLDER, leaves the drawings there.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const tools = process.env.IAMWATCH_REPORT_TOOLS;
const require = createRequire(join(tools, 'package.json'));
const { chromium: playwright } = require('playwright-core');
const { default: chromium } = await import(pathToFileURL(require.resolve('@sparticuz/chromium')));
const own = process.env.TMPDIR;
process.env.TMPDIR = tools;
const executablePath = await chromium.executablePath();
if (own === undefined) delete process.env.TMPDIR; else process.env.TMPDIR = own;
const browser = await playwright.launch({
  executablePath,
  args: [...chromium.args.filter((each) => each !== '--single-process'), '--no-sandbox'],
});
const page = await browser.newPage();
await page.addScriptTag({ path: join(tools, 'mermaid.min.js') });
const told = [];
for (const path of process.argv.slice(2)) {
  const [, source] = /```mermaid\n([\s\S]*?)```/.exec(readFileSync(path, 'utf8')) ?? [];
  const drawn = await page.evaluate(async (source) => {
    // As the sites do, which leave the limits as they are.
    window.mermaid.initialize({ startOnLoad: false, securityLevel: 'strict' });
    try {
      const { svg } = await window.mermaid.render('drawing', source);
      const document = new DOMParser().parseFromString(svg, 'text/html');
      const texts = [...document.querySelectorAll('.nodeLabel, .label, text, span, p')].map((each) => each.textContent.trim());
      return { svg, texts: [...new Set(texts)], lines: document.querySelectorAll('path.relationshipLine, .er.relationshipLine, path[class*="relationship"]').length };
    } catch (error) {
      return { error: String(error) };
    }
  }, source);
  if (process.env.SVG && drawn.svg) writeFileSync(join(process.env.SVG, `${basename(path, '.md')}.svg`), drawn.svg);
  told.push({ page: basename(path), texts: drawn.texts ?? [], lines: drawn.lines ?? 0, error: drawn.error ?? null });
}
await browser.close();
console.log(JSON.stringify(told));
