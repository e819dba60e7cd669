import { expect, test } from 'vitest';
import { type Asked, ask } from '../../../services/dashboard/addresses.ts';
import type { EmbeddedAnswers } from '../../../services/dashboard/api/embedded-answers.ts';
import type { SweepAnswer } from '../../../services/dashboard/api/sweep-answers.ts';
import type { AnswerAt } from '../../../services/dashboard/collected-answers.ts';
import { savedPage } from '../../../services/dashboard/saved-page.ts';
import { savedSweepPage } from '../../../services/dashboard/saved-sweep-page.ts';
import { madeUpAnswers, runId, sweepId } from '../../support/made-up-answers.ts';
import { finishedState, reportOf } from '../cli/report/made-up-report.ts';

const never = new AbortController().signal;
const bundle = { script: 'const end = "</script><!--";', style: 'p { color: red }' };
const hostile = `</script><script>alert('x')</script><!-- & "quoted" \u2028`;
const answers = madeUpAnswers({ report: reportOf(finishedState()), isLive: true, text: hostile });

const answerAt: AnswerAt = async <Answer>({ address }: Asked<Answer>) => {
  if (!answers.has(address)) throw new Error(`nothing is at ${address}`);
  return answers.get(address) as Answer;
};

function embeddedIn(html: string): EmbeddedAnswers {
  const [, json = ''] = /id="embedded-answers">(.*?)<\/script>/s.exec(html) ?? [];
  return JSON.parse(json) as EmbeddedAnswers;
}

test('a saved page has every view of the run, as the server would have answered', async () => {
  const { html, notes } = await savedPage(bundle, answerAt, runId, never);
  expect(notes).toEqual([]);
  const embedded = embeddedIn(html);
  const ofRun = [...answers.keys()].filter((address) => address.startsWith(`/api/runs/${runId}/`));
  for (const address of ofRun) expect(embedded.answers[address]).toEqual(answers.get(address));
  expect(embedded.answers[ask.session().address]).toMatchObject({ role: 'read', isSignedIn: false });
  expect(embedded.answers[ask.run(runId).address]).not.toHaveProperty('step');
  expect(embedded.answers[ask.runs().address]).toMatchObject({ runs: [{ runId }] });
});

test('no text and no string of the program can end its element', async () => {
  const { html } = await savedPage(bundle, answerAt, runId, never);
  expect(html.match(/<\/script/gi)).toHaveLength(2);
  expect(html.match(/<script/gi)).toHaveLength(2);
  expect(html).not.toContain('<!--');
  expect(html).not.toContain('http-equiv="refresh"');
});

test('what does not fit is left out from the transcripts on, and counted', async () => {
  const whole = JSON.stringify(embeddedIn((await savedPage(bundle, answerAt, runId, never)).html).answers).length;
  const { html, notes } = await savedPage(bundle, answerAt, runId, never, whole / 2);
  const embedded = embeddedIn(html);
  const addresses = Object.keys(embedded.answers);
  expect(JSON.stringify(embedded.answers).length).toBeLessThan(whole / 2 + 50_000);
  expect(addresses).toContain(ask.matrix(runId).address);
  expect(addresses).toContain(ask.round(runId, 1).address);
  const transcripts = (all: readonly string[]) => all.filter((address) => address.includes('/executions?round=')).length;
  const left = transcripts([...answers.keys()]) - transcripts(addresses);
  expect(left).toBeGreaterThan(0);
  expect(notes).toEqual([`Left out of this file for its size: ${left} transcripts. \`scale dashboard\` shows them.`]);
});

test('a saved sweep has its cells, its report and each of its runs as they stand, and opens with itself', async () => {
  const { html, notes } = await savedSweepPage(bundle, answerAt, sweepId, never);
  expect(notes).toEqual([]);
  const { answers: saved, home } = embeddedIn(html);
  expect(home).toBe(`/sweeps/${sweepId}`);
  for (const asked of [ask.sweep(sweepId), ask.sweepReport(sweepId)])
    expect(saved[asked.address]).toEqual(answers.get(asked.address));
  expect(saved[ask.sweeps().address]).toMatchObject({ sweeps: [{ sweepId }] });
  expect(saved[ask.session().address]).toMatchObject({ role: 'read', isSignedIn: false });
  const ids = (answers.get(ask.sweep(sweepId).address) as SweepAnswer).cells.flatMap((cell) => cell.runId ?? []);
  const known = ids.filter((id) => answers.has(ask.run(id).address));
  for (const id of known) expect(saved[ask.run(id).address]).not.toHaveProperty('step');
});

test('of a sweep that is too large the runs are left out first, and counted', async () => {
  const { html, notes } = await savedSweepPage(bundle, answerAt, sweepId, never, 1);
  expect(embeddedIn(html).answers).toHaveProperty([ask.sweep(sweepId).address]);
  expect(notes.join(' ')).toContain('Left out of this file for its size: 1 report');
});
