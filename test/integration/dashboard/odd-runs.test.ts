import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../../../services/dashboard/addresses.ts';
import type { RunAnswer } from '../../../services/dashboard/api/run-answer.ts';
import type { SweepAnswer } from '../../../services/dashboard/api/sweep-answers.ts';
import type { WorkersAnswer } from '../../../services/dashboard/api/workers-answer.ts';
import { type PageBundle, readPage } from '../../../services/dashboard/build-page.ts';
import { pageInOneFile } from '../../../services/dashboard/page-document.ts';
import { findChromium, openBrowser } from '../../support/browser.ts';
import { type Answers, madeUpAnswers, runId, sweepId } from '../../support/made-up-answers.ts';
import { goTo, type Misdeeds, watchMisdeeds } from '../../support/page-views.ts';
import { begunState, finishedState, reportOf } from '../../unit/cli/report/made-up-report.ts';

/** As a browser does that is told to keep nothing of any site. */
const keepsNothing = `for (const name of ['localStorage', 'sessionStorage'])
  Object.defineProperty(window, name, { get() { throw new DOMException('denied', 'SecurityError'); } });`;

describe.skipIf(findChromium() === undefined)('runs that are not as usual, in Chromium', () => {
  let browser: Browser;
  let bundle: PageBundle;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scale-odd-'));
    [browser, bundle] = await Promise.all([openBrowser(), readPage()]);
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const finished = (): Answers => madeUpAnswers({ report: reportOf(finishedState()), withTranscripts: false });
  const change = <Answer>(answers: Answers, address: string, to: (answer: Answer) => Answer): Answers =>
    answers.set(address, to(answers.get(address) as Answer));

  async function open(answers: Answers, width = 1280): Promise<{ readonly page: Page; readonly seen: Misdeeds }> {
    const file = join(folder, 'page.html');
    await writeFile(file, pageInOneFile(bundle, { format: 1, answers: Object.fromEntries(answers), notes: [] }));
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    await page.addInitScript(keepsNothing);
    const url = pathToFileURL(file).href;
    const seen = watchMisdeeds(page, url);
    await page.goto(url);
    return { page, seen };
  }

  const withRun = (to: (run: RunAnswer) => RunAnswer) => () => change(finished(), ask.run(runId).address, to);
  test.each([
    ['has executed nothing yet', withRun(begun)],
    ['has no log yet', withRun(withoutLog)],
    ['has failed', withRun((run) => ended(run, 'failed'))],
    ['was cancelled', withRun((run) => ended(run, 'cancelled'))],
  ])('each view of one that %s is shown', async (_, made) => {
    const { page, seen } = await open(made());
    for (const view of ['', '/matrix', '/timeline', '/why']) {
      await goTo(page, `#/runs/${runId}${view}`);
      expect.soft(await page.textContent('main'), view).not.toContain('So far');
    }
    expect(seen.errors).toEqual([]);
    await page.close();
  });

  test('a sweep of which nothing has succeeded, and one without a cell', async () => {
    const none = (cells: SweepAnswer['cells']) => (sweep: SweepAnswer) => ({ ...sweep, cells });
    const lost = (['failed', 'cancelled', 'waiting', 'paused'] as const).map((state, index) => ({
      ...{ labels: { seed: String(index) }, state, leftOut: index === 1, ...(state !== 'waiting' && { runId: `cell-${index}` }) },
      why: 'the endpoint refused the key',
    }));
    for (const cells of [lost, []]) {
      const { page, seen } = await open(change(finished(), ask.sweep(sweepId).address, none(cells)));
      for (const view of ['#/sweeps', `#/sweeps/${sweepId}`]) {
        await goTo(page, view);
        expect.soft(await page.$('.problem'), view).toBeNull();
      }
      expect(seen.errors).toEqual([]);
      await page.close();
    }
  });

  test('workers with more jobs than slots, and an endpoint that fails, on a telephone', async () => {
    const busy = ({ workers, ...rest }: WorkersAnswer): WorkersAnswer => ({
      ...rest,
      workers: workers.map((worker) => ({ ...worker, slots: 4 })),
    });
    const { page, seen } = await open(change(finished(), ask.workers().address, busy), 400);
    await goTo(page, '#/workers');
    for (const said of ['4 of 4', '1 more job in line for an endpoint', 'fails, and is left alone for a moment'])
      expect.soft(await page.getByText(said).first().isVisible(), said).toBe(true);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(400);
    expect(seen.errors).toEqual([]);
    await page.close();
  });
});

function ended(run: RunAnswer, status: 'failed' | 'cancelled'): RunAnswer {
  const { report, row } = run;
  if (report === undefined) return run;
  const verdict = report.verdict && { ...report.verdict, isFinal: false };
  const failure = status === 'failed' ? { failure: 'the optimizer gave no usable proposal' } : {};
  return {
    ...run,
    row: { ...row, state: status },
    report: { ...report, ...(verdict && { verdict }), run: { ...report.run, status, ...failure } },
  };
}

const withoutLog = ({ row }: RunAnswer): RunAnswer => ({ row, revision: '1', limits: [] });

function begun({ row }: RunAnswer): RunAnswer {
  const { matrix: _, ...report } = reportOf(begunState());
  const { best: _best, verdict: _verdict, ...begunRow } = row;
  return { row: { ...begunRow, state: 'running', roundsCompleted: 0 }, revision: '1', limits: [], report };
}
