// Makes the pictures of docs/pictures from the report of the demo, on the simulated model, in the Chromium of this machine:
// `node scripts/write-pictures.ts`. Look at them before you commit them.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBrowser } from '../test/support/browser.ts';

const project = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'scale-pictures-'));
const run = ['services/cli/main.ts', 'run', 'examples/demo.yaml', '--json', '--data-dir', folder];
const said = execFileSync(process.execPath, run, { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
const { files } = JSON.parse(said) as { readonly files: { readonly html: string } };

const browser = await openBrowser();
try {
  const page = await browser.newPage({ viewport: { width: 860, height: 1330 }, colorScheme: 'light' });
  await page.goto(`file://${files.html}`);
  await page.screenshot({ path: join(project, 'docs/pictures/report.png') });
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
