import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { type Answers, comparedRounds, runId, sweepId } from './made-up-answers.ts';

/** Where each view of the dashboard's page is, by what it shows. */
export function viewsOf(answers: Answers): Readonly<Record<string, string>> {
  const { a, b } = comparedRounds(answers);
  const executed = [...answers.keys()].find((address) => address.includes('/executions?round=')) ?? '';
  const wanted = new URL(executed, 'http://page.invalid').searchParams;
  const [round, query] = [wanted.get('round'), wanted.get('query') ?? ''];
  const run = `#/runs/${runId}`;
  return {
    ...{ runs: '#/runs', run, round: `${run}/rounds/3`, matrix: `${run}/matrix`, timeline: `${run}/timeline?round=${round}` },
    ...{ execution: `${run}/rounds/${round}/queries/${encodeURIComponent(query)}`, why: `${run}/why` },
    ...{
      compare: `#/compare?a=${encodeURIComponent(a)}&b=${encodeURIComponent(b)}`,
      sweeps: '#/sweeps',
      sweep: `#/sweeps/${sweepId}`,
    },
    ...{ workers: '#/workers', 'sign-in': '#/sign-in' },
  };
}

/** The views that a page of one file has too. */
export const viewsInFile = ['run', 'round', 'matrix', 'timeline', 'execution'] as const;

const isThere =
  "document.querySelector('main h1, main .h1, main .problem') !== null && document.querySelector('.loading, .drawing:empty') === null";

/** Goes to a view of the page that is open, and waits until it is there. */
export async function goTo(page: Page, hash: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
  // By asking again and again: a page whose policy forbids eval lets nobody wait inside it.
  await expect.poll(() => page.evaluate(isThere)).toBe(true);
}

/** What a page has done that it should not have. */
export interface Misdeeds {
  readonly errors: string[];
  /** Of other servers than its own. */
  readonly requests: string[];
}

export function watchMisdeeds(page: Page, own: string): Misdeeds {
  const seen: Misdeeds = { errors: [], requests: [] };
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') seen.errors.push(message.text());
  });
  page.on('pageerror', (error) => seen.errors.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(own)) seen.requests.push(request.url());
  });
  return seen;
}
