import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium, look, openBrowser, type Seen } from '../../support/browser.ts';
import { everythingReported, hostileState, reportOf } from '../../unit/cli/report/made-up-report.ts';
import { asHtml } from '../../unit/cli/report/written-report.ts';

const pages = {
  'with every method and phase': () => asHtml(everythingReported()),
  'with texts that are out to break it': () => asHtml(reportOf(hostileState())),
} as const;
const looks = [400, 1280].flatMap((width) => (['light', 'dark'] as const).map((scheme) => ({ width, scheme })));

// Where there is no Chromium (apt-get install chromium), nothing can be said of how a page looks.
describe.skipIf(findChromium() === undefined)('the report in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(async () => browser?.close());

  const nothing: Seen = { overflow: 0, sticksOut: [], findings: [], requests: [], black: [] };
  /** A folder for pictures, for people who want to see for themselves. */
  const pictures = process.env.SCALE_REPORT_PICTURES;

  describe.each(Object.entries(pages))('%s', (name, page) => {
    test.each(looks)('at $width px in the $scheme scheme fits, is legible, and asks the network for nothing', async (seenAs) => {
      const file = `${name.replaceAll(' ', '-')}-${seenAs.width}-${seenAs.scheme}.png`;
      const screenshot = pictures === undefined ? undefined : join(pictures, file);
      expect(await look(browser, page(), { ...seenAs, screenshot })).toEqual(nothing);
    });
  });

  test('what does not fit, has no colour, or cannot be read is found', async () => {
    const bad = `<!doctype html><html lang="en"><head><title>t</title><style>body { background: #fff }</style></head><body><main><h1>t</h1>
<section><h2>wide</h2><div style="width: 900px; color: #ddd">text that is too faint</div>
<svg role="img" aria-label="a mark"><rect class="p-none" width="9" height="9"></rect></svg></section></main></body></html>`;
    const seen = await look(browser, bad, { width: 400, scheme: 'light' });
    expect(seen.overflow).toBeGreaterThan(400);
    expect(seen.sticksOut.join()).toContain('DIV');
    expect(seen.black).toEqual(['p-none']);
    expect(seen.findings.join()).toContain('color-contrast');
  });
});
