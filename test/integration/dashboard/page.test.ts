import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ask } from '../../../services/dashboard/addresses.ts';
import type { ExecutionsAnswer } from '../../../services/dashboard/api/execution-answers.ts';
import type { RunsAnswer } from '../../../services/dashboard/api/run-row.ts';
import type { SessionAnswer } from '../../../services/dashboard/api/session-answer.ts';
import { type PageBundle, readPage } from '../../../services/dashboard/build-page.ts';
import { pageInOneFile } from '../../../services/dashboard/page-document.ts';
import { findChromium, openBrowser } from '../../support/browser.ts';
import { madeUpAnswers, runId } from '../../support/made-up-answers.ts';
import { type PageServer, startPageServer } from '../../support/page-server.ts';
import { goTo, type Misdeeds, viewsInFile, viewsOf, watchMisdeeds } from '../../support/page-views.ts';
import { finishedState, hostileState, reportOf } from '../../unit/cli/report/made-up-report.ts';

/** Would show itself by another title, by an image, or by a word that reads backwards over what is beside it. */
const hostile = `<img src=x onerror="document.title='owned'"> "quoted" 'text' \u202Egnp.exe ${'x'.repeat(400)}\n</script><script>document.title='owned'</script>`;
const huge = `${hostile}${'a long line '.repeat(8_500)}`;

/** A folder for pictures, for people who want to see for themselves. */
const pictures = process.env.SCALE_PAGE_PICTURES;

const kinds = {
  finished: () => madeUpAnswers({ report: reportOf(finishedState()) }),
  live: () => madeUpAnswers({ report: reportOf(finishedState()), isLive: true }),
  hostile: () => madeUpAnswers({ report: reportOf(hostileState()), isLive: true, text: hostile, cells: 12 }),
} as const;
const schemes = ['light', 'dark'] as const;

/** In the page: how far it is wider than its window, and images, which none of its views has. */
const measure = `({
  over: Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth),
  images: document.querySelectorAll('img, iframe, main script').length,
})`;

/** In the page: words of a sweep's figures that stand on more than one line. */
const brokenWords = `[...document.querySelectorAll('#figures tbody bdi')].flatMap((cell) => {
  const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  const broken = [];
  while (walker.nextNode()) {
    for (const { 0: word, index } of walker.currentNode.data.matchAll(/[^\\s.]+/g)) {
      const range = document.createRange();
      range.setStart(walker.currentNode, index);
      range.setEnd(walker.currentNode, index + word.length);
      if (new Set([...range.getClientRects()].map(({ top }) => top)).size > 1) broken.push(word);
    }
  }
  return broken;
})`;

/** @param rules all, if nothing is said */
async function findings(page: Page, rules?: readonly string[]): Promise<string[]> {
  const options = { resultTypes: ['violations'], ...(rules && { runOnly: rules }) };
  const { violations } = (await page.evaluate(`axe.run(document, ${JSON.stringify(options)})`)) as axe.AxeResults;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help} (${nodes.length}), such as ${nodes[0]?.html.slice(0, 300)}`);
}

// Where there is no Chromium (apt-get install chromium), nothing can be said of how a page looks.
describe.skipIf(findChromium() === undefined)("the dashboard's page in Chromium", () => {
  let browser: Browser;
  let bundle: PageBundle;
  beforeAll(async () => {
    [browser, bundle] = await Promise.all([openBrowser(), readPage()]);
    if (pictures !== undefined) await mkdir(pictures, { recursive: true });
  });
  afterAll(async () => browser?.close());

  async function open(
    answers: ReturnType<typeof madeUpAnswers>,
    at = '',
  ): Promise<{ page: Page; server: PageServer; seen: Misdeeds }> {
    const server = await startPageServer(bundle, answers);
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
    onTestFinished(async () => {
      await context.close();
      await server[Symbol.asyncDispose]();
    });
    const page = await context.newPage();
    const seen = watchMisdeeds(page, server.url);
    await page.goto(server.url + at);
    return { page, server, seen };
  }

  test.each(Object.keys(kinds) as (keyof typeof kinds)[])('every view of a %s run fits and is accessible', async (kind) => {
    const answers = kinds[kind]();
    const { page, seen } = await open(answers);
    await page.evaluate(axe.source);
    const faults: string[] = [];
    for (const [view, hash] of Object.entries(viewsOf(answers))) {
      await goTo(page, hash);
      if (view === 'sweep') {
        await page.click('text=Work out the figures');
        await page.waitForSelector('text=undecided');
      }
      for (const width of [400, 1280]) {
        await page.setViewportSize({ width, height: 900 });
        const { over, images } = (await page.evaluate(measure)) as { readonly over: number; readonly images: number };
        const broken = (await page.evaluate(brokenWords)) as readonly string[];
        if (view === 'sweep' && kind !== 'hostile') faults.push(...broken.map((word) => `${view} breaks ${word} at ${width} px`));
        if (over > 0) faults.push(`${view} sticks out by ${over} at ${width} px`);
        if (images > 0) faults.push(`${view} has an image or a script in its texts`);
        for (const scheme of schemes) {
          await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
          if (pictures !== undefined) {
            await page.screenshot({ path: join(pictures, `${kind}-${view}-${width}-${scheme}.png`), fullPage: true });
          }
          // A scheme changes nothing but colours, and a width nothing but sizes.
          if (width !== 1280 || kind === 'hostile') continue;
          const found = await findings(page, scheme === 'dark' ? ['color-contrast'] : undefined);
          faults.push(...found.map((finding) => `${view}, ${scheme}: ${finding}`));
        }
      }
      expect.soft(await page.title()).not.toBe('owned');
    }
    expect(faults).toEqual([]);
    expect(seen).toEqual({ errors: [], requests: [] });
  });

  test('what is too wide, too faint or an image is found', async () => {
    const { page } = await open(kinds.finished(), '#/runs');
    await page.waitForSelector('main table');
    await page.evaluate(axe.source);
    await page.evaluate(`(() => {
      const [image, wide] = ['img', 'p'].map((name) => document.querySelector('main').appendChild(document.createElement(name)));
      wide.textContent = 'too faint';
      Object.assign(wide.style, { width: '3000px', color: '#ddd', background: '#fff' });
    })()`);
    expect(await page.evaluate(measure)).toEqual({ over: expect.any(Number), images: 1 });
    expect(((await page.evaluate(measure)) as { readonly over: number }).over).toBeGreaterThan(1_000);
    expect((await findings(page)).join()).toContain('color-contrast');
  });

  test('all views can be walked through by the keyboard alone', async () => {
    const { page, seen } = await open(kinds.live());
    const at = () => page.evaluate("location.hash.replace(/[?].*/, '')") as Promise<string>;
    const focused = (of: string) => page.evaluate(`document.activeElement?.${of} ?? ''`) as Promise<string>;
    // Pressed again where nothing has come of it: a busy machine draws what the keys are for before it listens to them, and
    // lets too much time pass between two that belong together.
    const pressUntil = (keys: readonly string[], isDone: () => Promise<boolean>) =>
      expect
        .poll(
          async () => {
            if (await isDone()) return true;
            for (const key of keys) await page.keyboard.press(key);
            return isDone();
          },
          { interval: 500 },
        )
        .toBe(true);
    const press = (keys: readonly string[], isThere: (hash: string) => boolean) =>
      pressUntil(keys, async () => isThere(await at()));
    const go = (key: string, to: string) => press(['g', key], (hash) => hash === to);
    const tabTo = async (selector: string) => {
      for (let presses = 0; presses < 60; presses += 1) {
        if ((await page.evaluate(`document.activeElement?.matches(${JSON.stringify(selector)})`)) === true) return;
        await page.keyboard.press('Tab');
      }
      throw new Error(`60 presses of Tab do not lead to ${selector}`);
    };
    await page.waitForSelector('main table');
    await page.keyboard.press('Tab');
    expect(await focused('textContent')).toContain('Skip to the content');
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).not.toBe('none');
    await page.keyboard.press('Enter');
    expect(await focused('id')).toBe('main');
    await page.keyboard.press('/');
    expect(await focused("getAttribute('type')")).toBe('search');
    await page.keyboard.type('page-that-is-not-there');
    await expect.poll(() => page.textContent('main')).toContain('No run fits');
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Delete');
    await page.waitForSelector('main table');
    await tabTo('tbody a.name');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await press(['Enter'], (hash) => hash === `#/runs/${runId}`);
    await page.waitForSelector('[role=tree]');
    await tabTo('[role=treeitem]');
    await page.keyboard.press('Home');
    const root = await focused('dataset.round');
    await page.keyboard.press('ArrowRight');
    expect(await focused('dataset.round')).not.toBe(root);
    await press(['Enter'], (hash) => /rounds\/\d+$/.test(hash));
    await page.waitForSelector('#queries');
    const round = await at();
    await press([']'], (hash) => hash !== round);
    await go('m', `#/runs/${runId}/matrix`);
    await page.waitForSelector('[role=grid]');
    await tabTo('[data-cell]');
    expect(await focused('dataset.cell')).toBe('0 0');
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => focused('dataset.cell')).toMatch(/^1 [1-9]/);
    await page.keyboard.press('Home');
    await expect.poll(() => focused('dataset.cell')).toBe('1 0');
    await press(['Enter'], (hash) => /rounds\/\d+\/queries\//.test(hash));
    await page.waitForSelector('#transcript');
    for (const [key, hash] of Object.entries({
      o: `#/runs/${runId}`,
      s: '#/sweeps',
      c: '#/compare',
      w: '#/workers',
      r: '#/runs',
    })) {
      await go(key, hash);
    }
    await pressUntil(['?'], async () => (await page.$('dialog[open]')) !== null);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.$('dialog[open]')).toBeNull();
    const theme = () => page.evaluate('document.documentElement.dataset.theme');
    await pressUntil(['t'], async () => (await theme()) === 'light');
    expect(seen.errors).toEqual([]);
  });

  test('a live run is followed, over a broken stream too, and acted on after a question', async () => {
    const answers = kinds.live();
    const { page, server } = await open(answers, `#/runs/${runId}`);
    const row = (answers.get(ask.runs().address) as RunsAnswer).runs[0];
    if (row === undefined) throw new Error('the made-up answers have no run');
    await page.waitForSelector('text=round 5: few-shot (12 of 40)');
    await page.waitForSelector('.c-live');
    const step = { round: 7, phase: 'final', done: 3, total: 9, ahead: [], trouble: '' };
    server.tell({
      runs: [{ ...row, roundsCompleted: 17 }],
      run: { runId, revision: '2', step, notices: ['round 6 has 0.9100'] },
    });
    await page.waitForSelector('text=round 7: final (3 of 9)');
    await page.waitForSelector('text=17 of 20 rounds');
    await expect.poll(() => page.textContent('[aria-live=polite]')).toBe('round 6 has 0.9100');
    server.hangUp();
    await expect.poll(() => server.streams).toEqual(expect.arrayContaining(['1']));
    await page.waitForSelector('.c-live');

    await page.click('button.pause');
    await page.fill('dialog[open] input', 'the endpoint is needed');
    await page.click('dialog[open] button[type=submit]');
    await expect
      .poll(() => server.actions)
      .toEqual([{ path: `/api/runs/${runId}/pause`, body: { reason: 'the endpoint is needed' } }]);
    await expect.poll(() => page.$('dialog[open]')).toBeNull();
    await page.click('button.cancel');
    await page.click('text=Leave it');
    expect(server.actions).toHaveLength(1);

    const session = answers.get(ask.session().address) as SessionAnswer;
    answers.set(ask.session().address, { ...session, role: 'read', isSignedIn: false });
    await page.reload();
    await page.waitForSelector('[role=tree]');
    expect(await page.$('button.pause, button.cancel')).toBeNull();

    // Who is not signed in any more is told that, and not that the server is lost.
    await page.waitForSelector('.connection');
    answers.set(ask.session().address, { ...session, role: 'none', isSignedIn: false });
    server.hangUp();
    await expect.poll(() => page.$('.connection, .banner')).toBeNull();
  });

  test('a cluster that was away when the page was opened, and answers since, is not said to be away', async () => {
    const answers = kinds.live();
    const session = answers.get(ask.session().address) as SessionAnswer;
    answers.set(ask.session().address, { ...session, cluster: { ...session.cluster, trouble: 'the cluster is starting' } });
    const { page, server } = await open(answers, '#/runs');
    const banner = () => page.$$eval('.banner', (all) => all.map(({ textContent }) => textContent));
    await expect.poll(banner).toEqual(['The cluster does not answer: the cluster is starting']);
    server.tell({ trouble: '' });
    await expect.poll(banner).toEqual([]);
  });

  test('a run that is deleted while it is looked at is said to be, until it is begun anew', async () => {
    const answers = kinds.live();
    const { page, server } = await open(answers, `#/runs/${runId}`);
    const row = (answers.get(ask.runs().address) as RunsAnswer).runs.find((each) => each.runId === runId);
    if (row === undefined) throw new Error('the made-up answers have no run');
    await page.waitForSelector('[role=tree]');
    await page.waitForSelector('.c-live');
    server.tell({ removedRuns: [runId] });
    await page.waitForSelector('text=This run was deleted');
    server.tell({ runs: [row] });
    await expect.poll(() => page.$('text=This run was deleted')).toBeNull();
  });

  test('says what to do where there is nothing, nothing yet, no leave or no server', async () => {
    const answers = kinds.finished();
    const { page, server } = await open(answers, '#/runs/not-there');
    const says = (text: string) => expect.poll(() => page.textContent('main')).toContain(text);
    await says('There is no such thing as the run here');
    await goTo(page, '#/no/such/view');
    await says('This link leads nowhere');
    answers.set(ask.runs().address, { runs: [] });
    answers.set(ask.sweeps().address, { sweeps: [] });
    await goTo(page, '#/sweeps');
    await says('scale sweep examples/sweep.yaml');
    await goTo(page, '#/runs');
    await says('scale run examples/demo.yaml');
    server.refusal = { status: 401, error: { kind: 'refused', message: 'this server shows nothing to who is not signed in' } };
    await page.evaluate("location.hash = '#/runs/other'");
    await says('this server shows nothing to who is not signed in');
    expect(await page.getAttribute('main a.primary', 'href')).toBe('#/sign-in');
    server.refusal = { status: 403, error: { kind: 'refused', message: 'your team may not see it' } };
    await page.evaluate("location.hash = '#/runs/another'");
    await says('You may not see the run');
    await server[Symbol.asyncDispose]();
    await page.evaluate("location.hash = '#/runs/third'");
    await says('The server of this page does not answer');
    await expect.poll(() => page.textContent('header.top')).toContain('not connected');
  });

  test('a hundred thousand characters are shown as far as somebody asks for them', async () => {
    const answers = kinds.finished();
    const hash = viewsOf(answers).execution ?? '';
    const address = [...answers.keys()].find((each) => each.includes('/executions?round=')) ?? '';
    const answer = answers.get(address) as ExecutionsAnswer;
    answers.set(address, {
      ...answer,
      executions: answer.executions.map((each) => ({ ...each, answer: huge, extracted: huge })),
    });
    const { page } = await open(answers);
    await goTo(page, hash);
    const length = () =>
      page.evaluate("Math.max(...[...document.querySelectorAll('pre')].map((each) => each.textContent.length))");
    expect(await length()).toBeLessThan(5_000);
    await page.click('text=Show all');
    expect(await length()).toBe(huge.length);
    expect(await page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth')).toBe(true);
  });

  test('as one file it needs no network, and says what was left out', async () => {
    const answers = madeUpAnswers({ report: reportOf(hostileState()), text: hostile });
    const folder = await mkdtemp(join(tmpdir(), 'scale-page-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'run.html');
    const notes = ['Transcripts of 12 of 40 executions were left out.'];
    await writeFile(file, pageInOneFile(bundle, { format: 1, answers: Object.fromEntries(answers), notes }));
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    const url = pathToFileURL(file).href;
    const seen = watchMisdeeds(page, url);
    await page.goto(url);
    await page.waitForSelector('main table');
    expect(await page.textContent('header.top')).toContain(notes[0]);
    const views = viewsOf(answers);
    for (const view of viewsInFile) {
      await goTo(page, views[view] ?? '');
      expect.soft(await page.$('.problem'), view).toBeNull();
      expect.soft(await page.evaluate(measure), view).toEqual({ over: 0, images: 0 });
    }
    await page.evaluate(`location.hash = '#/runs/${runId}/rounds/1/queries/not-there'`);
    await expect.poll(() => page.textContent('main')).toContain('it was left out for its size');
    expect(await page.title()).not.toBe('owned');
    expect(seen).toEqual({ errors: [], requests: [] });
  });
});
