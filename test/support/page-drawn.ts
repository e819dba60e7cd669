import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, BrowserContext } from 'playwright-core';

/** What the dashboard's page has once a view is there, as an expression in it. */
export const isDrawn = {
  run: "document.querySelectorAll('[role=treeitem]').length > 0 && document.querySelectorAll('.drawing svg').length > 1",
  matrix: "document.querySelectorAll('[data-cell]').length > 100",
} as const;

type Cookies = Parameters<BrowserContext['addCookies']>[0];

/** Milliseconds from the navigation to the frame in which it is drawn, in a browser that has nothing kept but these cookies. */
export async function msUntilDrawn(browser: Browser, url: string, until: string, cookies: Cookies = []): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  try {
    await context.addCookies(cookies);
    const page = await context.newPage();
    await page.addInitScript(`(() => {
      const look = () => {
        if (${until}) requestAnimationFrame(() => { window.drawnAtMs = performance.now(); });
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    })()`);
    await page.goto(url);
    for (;;) {
      const at = (await page.evaluate('window.drawnAtMs')) as number | undefined;
      if (at !== undefined) return at;
      // What is measured needs the processor, too.
      await sleep(20);
    }
  } finally {
    await context.close();
  }
}
