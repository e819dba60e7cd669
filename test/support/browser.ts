import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { type Browser, chromium } from 'playwright-core';

/** Debian's and others' Chromium, or the one that CHROMIUM names; undefined where there is none. Nothing is downloaded. */
export function findChromium(): string | undefined {
  const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  return [process.env.CHROMIUM ?? '', ...places].find((path) => path !== '' && existsSync(path));
}

export async function openBrowser(): Promise<Browser> {
  // Its own sandbox does not start for root, as in a container; the pages are ours.
  return chromium.launch({ executablePath: findChromium() ?? 'chromium', args: ['--no-sandbox', '--disable-gpu'] });
}

export interface Look {
  /** Pixels. */
  readonly width: number;
  readonly scheme: 'light' | 'dark';
  /** Where a picture goes, for people. */
  readonly screenshot?: string | undefined;
}

export interface Seen {
  /** Pixels by which the page is wider than the window; 0 for a page that fits. */
  readonly overflow: number;
  /** Elements that stick out to the right of the card that they are in, unless something between scrolls: tag, class, pixels. */
  readonly sticksOut: readonly string[];
  /** Rules of axe-core of serious or critical impact that something breaks, with one such thing. */
  readonly findings: readonly string[];
  /** What the page has asked the network for. */
  readonly requests: readonly string[];
  /** Fills of drawn marks and of pieces of bars that are black: what has no colour of its own is. */
  readonly black: readonly string[];
}

/** In the page, where there are no types: these sources have none of a browser's. */
const measure = `(() => {
  for (const folded of document.querySelectorAll('details')) folded.open = true;
  const root = document.documentElement;
  const sticksOut = [...document.querySelectorAll('section *')].flatMap((element) => {
    const card = element.closest('section');
    if (card === null || element.closest('.wide, pre, svg svg') !== null) return [];
    const over = element.getBoundingClientRect().right - card.getBoundingClientRect().right;
    return over > 0.5 ? [element.tagName + ' ' + (element.getAttribute('class') ?? '') + ' by ' + Math.round(over)] : [];
  });
  const drawn = [...document.querySelectorAll('.mark, [class^="p-"], [class^="m-"]')];
  const black = drawn.filter((element) => getComputedStyle(element).fill === 'rgb(0, 0, 0)');
  return {
    overflow: Math.max(0, root.scrollWidth - root.clientWidth),
    sticksOut,
    black: black.map((element) => element.getAttribute('class') ?? ''),
  };
})()`;

/** How a page of one file looks in a real browser. */
export async function look(browser: Browser, html: string, { width, scheme, screenshot }: Look): Promise<Seen> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme });
  try {
    const page = await context.newPage();
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    await page.setContent(html, { waitUntil: 'load' });
    const seen = (await page.evaluate(measure)) as Omit<Seen, 'requests' | 'findings'>;
    await page.evaluate(axe.source);
    const { violations } = (await page.evaluate("axe.run(document, { resultTypes: ['violations'] })")) as axe.AxeResults;
    const findings = violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, help, nodes }) => `${id}: ${help} (${nodes.length}), such as ${nodes[0]?.html.slice(0, 200)}`);
    if (screenshot !== undefined) await page.screenshot({ path: screenshot, fullPage: true });
    return { ...seen, findings, requests };
  } finally {
    await context.close();
  }
}
