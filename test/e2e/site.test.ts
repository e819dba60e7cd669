import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import axe from 'axe-core';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium, openBrowser } from '../support/browser.ts';

const project = join(import.meta.dirname, '../..');
const isSetUp = existsSync(join(project, 'site/node_modules')) && findChromium() !== undefined;
if (!isSetUp)
  console.info('the site is not built and looked at: `npm run site` installs what builds it, and Chromium looks at it');

const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

describe.skipIf(!isSetUp)('the site', () => {
  let folder = '';
  let said = '';
  let server: Server;
  let address = '';
  let browser: Browser;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scale-site-'));
    const env = { ...process.env, SCALE_SITE_OUT: folder };
    ({ stdout: said } = await promisify(execFile)(join(project, 'scripts/site'), [], { cwd: project, env }));
    server = createServer(async ({ url = '/' }, response) => {
      const file = join(folder, url === '/' ? 'index.html' : decodeURIComponent(url.split('?')[0] ?? ''));
      const bytes = await readFile(file).catch(() => undefined);
      response.writeHead(bytes === undefined ? 404 : 200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' });
      response.end(bytes);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('is built, and every link of it leads somewhere', () => expect(said).toMatch(/\d+ pages, 0 faults/));

  test.each([
    ['/', 1280, 'light'],
    ['/reading-a-report.html', 1280, 'dark'],
    ['/language.html', 400, 'light'],
    ['/cli.html', 400, 'dark'],
  ] as const)(
    '%s at %i pixels, %s, has no serious finding of axe-core, no error, and asks nobody else',
    async (path, width, scheme) => {
      const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme });
      const page = await context.newPage();
      const trouble: string[] = [];
      page.on('console', (message) => message.type() === 'error' && trouble.push(message.text()));
      page.on('pageerror', ({ message }) => trouble.push(message));
      page.on('request', (request) => request.url().startsWith(address) || trouble.push(request.url()));
      await page.goto(`${address}${path}`, { waitUntil: 'networkidle' });
      await page.evaluate(axe.source);
      const { violations } = (await page.evaluate("axe.run(document, { resultTypes: ['violations'] })")) as axe.AxeResults;
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)}`)).toEqual([]);
      expect(trouble).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
      await context.close();
    },
  );

  test('is searched by keyboard, without a network', async () => {
    const page = await browser.newPage();
    await page.goto(address, { waitUntil: 'networkidle' });
    await page.keyboard.press('Control+k');
    await page.getByRole('searchbox').fill('similarity of proposals');
    await page.getByRole('option').first().waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\.html/);
    await page.close();
  });
});
