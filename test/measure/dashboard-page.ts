/**
 * How fast the dashboard's page opens large runs and how smoothly it scrolls, in Chromium, with answers that are in memory: what
 * is measured is the page, not the server.
 *
 *   node test/measure/dashboard-page.ts [--times 3]
 *
 * Ends with 1 if a run of 20 rounds x 264 queries opens in 1 s or more, one of 100,000 executions in 2 s or more, or the 95th
 * percentile of the frames while a sweep of 50 runs, or the matrix of the large run, scrolls is above 50 ms: medians all.
 */
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { readPage } from '../../services/dashboard/build-page.ts';
import type { ReportModel } from '../../services/domain/report/report-model.ts';
import { openBrowser } from '../support/browser.ts';
import { madeUpAnswers, runId, sweepId } from '../support/made-up-answers.ts';
import { isDrawn, msUntilDrawn } from '../support/page-drawn.ts';
import { startPageServer } from '../support/page-server.ts';
import { finishedState, reportOf } from '../unit/cli/report/made-up-report.ts';

const { values } = parseArgs({ options: { times: { type: 'string', default: '3' } } });
const times = Number(values.times);

/** Of so many rounds, each executed on so many queries. */
function grown(rounds: number, queries: number): ReportModel {
  const report = reportOf(finishedState());
  const like = report.rounds;
  const ids = Array.from({ length: queries }, (_, index) => index);
  return {
    ...report,
    rounds: Array.from({ length: rounds }, (_, index) => ({
      ...(like[index % like.length] as ReportModel['rounds'][number]),
      round: index + 1,
      parentRound: index === 0 ? 0 : 1 + Math.floor((index - 1) / 2),
    })),
    matrix: {
      queries: ids.map((index) => ({
        ...{ index, id: `query-${index}`, question: `How many are ${index} and ${index}, and why?`, executedBy: rounds },
        meanScore: (index % 7) / 7,
      })),
      rows: Array.from({ length: rounds }, (_, round) => ({
        round: round + 1,
        cells: ids.map((index) => ((index * 31 + round * 17) % 11 < 7 ? 1 : 0)),
      })),
    },
  };
}

/** The 95th percentile of the milliseconds between frames, while somebody scrolls down and up again. */
async function frames(page: Page, over: string): Promise<number> {
  await page.hover(over);
  await page.evaluate(`(() => {
    const gaps = (window.gaps = []);
    let last = performance.now();
    const note = (now) => { gaps.push(now - last); last = now; requestAnimationFrame(note); };
    requestAnimationFrame(note);
  })()`);
  for (const by of [240, -240]) for (let step = 0; step < 60; step += 1) await page.mouse.wheel(0, by);
  const gaps = ((await page.evaluate('window.gaps')) as number[]).slice(1).sort((one, other) => one - other);
  return gaps[Math.floor(gaps.length * 0.95)] ?? 0;
}

async function median(measure: () => Promise<number>): Promise<number> {
  const all: number[] = [];
  for (let time = 0; time < times; time += 1) all.push(await measure());
  return all.sort((one, other) => one - other)[Math.floor(all.length / 2)] ?? 0;
}

let failed = false;
function say(what: string, ms: number, atMost: number): void {
  failed ||= ms > atMost;
  console.log(`${what}: ${Math.round(ms)} ms (at most ${atMost})${ms > atMost ? ': too much' : ''}`);
}

const bundle = await readPage();
const browser = await openBrowser();
try {
  for (const [rounds, queries, atMost] of [
    [20, 264, 1_000],
    [100, 1_000, 2_000],
  ] as const) {
    await using server = await startPageServer(bundle, madeUpAnswers({ report: grown(rounds, queries), withTranscripts: false }));
    const at = `${server.url}#/runs/${runId}`;
    say(`${rounds} rounds x ${queries} queries, its run`, await median(() => msUntilDrawn(browser, at, isDrawn.run)), atMost);
    say('  its matrix', await median(() => msUntilDrawn(browser, `${at}/matrix`, isDrawn.matrix)), atMost);
    if (rounds !== 100) continue;
    const page = await browser.newPage();
    await page.goto(`${at}/matrix`);
    await page.waitForSelector('[data-cell]');
    say('  its matrix scrolls, 95th percentile of frames', await median(() => frames(page, '.matrix-frame')), 50);
    await page.close();
  }
  await using server = await startPageServer(bundle, madeUpAnswers({ report: grown(20, 20), isLive: true, cells: 50 }));
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(`${server.url}#/sweeps/${sweepId}`);
  await page.waitForSelector('main table');
  say('a sweep of 50 runs scrolls, 95th percentile of frames', await median(() => frames(page, 'main table')), 50);
} finally {
  await browser.close();
}
process.exitCode = failed ? 1 : 0;
