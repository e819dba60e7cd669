import { describe, expect, it } from 'vitest';
import { decodeYaml } from '../../../../services/domain/workflow/decode-yaml.ts';
import { parseWorkflow } from '../../../../services/domain/workflow/parse-workflow.ts';
import { workflowFileText } from '../../../../services/shared/benchmarks/workflow-file-text.ts';
import { asReal, begunState, everyStep, finishedState, hostileState, reportOf } from './made-up-report.ts';
import { asMarkdown, asTerminal } from './written-report.ts';

describe('the report on a terminal', () => {
  it('fits on a screen and tells the best, the cost and the saving', () => {
    const text = asTerminal(reportOf(asReal(finishedState())));
    expect(text.split('\n').length).toBeLessThan(40);
    expect(text).toMatch(
      /^made up\n(Better than|As good as|Nothing better).*\n(.*\n)?Run made-up-1: completed \(all rounds done\) after 20 rounds, 83 s, started 2025-06-15 15:06 UTC$/m,
    );
    expect(text).toMatch(
      /^Best {7}round \d+ with [01]\.\d{4} \(.*\); the initial workflow: 0\.\d{4}, a difference of [+−]0\.\d{4}$/m,
    );
    expect(text).toMatch(/^Tokens {5}[\d,]+ in [\d,]+ calls\nSaved {6}\d+ % less than full evaluation .* estimated at/m);
    expect(text).not.toMatch(/simulated model/i);
  });

  it('begins with a warning if a simulated model answered', () => {
    expect(asTerminal(reportOf(finishedState()))).toMatch(/^\*\*\* Simulated model: not a result\./);
  });

  it('lets no control character through', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal
    expect(asTerminal(reportOf(hostileState()))).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });

  it('can be made of a run that has only begun', () => {
    expect(asTerminal(reportOf(begunState()))).toContain('Best       no workflow has a score yet');
  });
});

describe('the report as Markdown', () => {
  it('has a row for each round, and the tree and the best workflow as Mermaid', () => {
    const report = reportOf(asReal(finishedState()));
    const text = asMarkdown(report);
    for (const { round } of report.rounds) expect(text).toMatch(new RegExp(`^\\| ${round}(?: ★)? \\| `, 'm'));
    expect(text.match(/^```mermaid$/gm)).toHaveLength(2);
    expect(text).toMatch(/^\| total \| /m);
    expect(text).not.toMatch(/simulated model/i);
    expect(text).not.toMatch(/NaN|undefined/);
  });

  it('names both parents of a merge, in the tree and in the table of rounds', () => {
    const report = reportOf(asReal(finishedState()));
    expect(asMarkdown(report)).not.toContain('merged with');
    const rounds = report.rounds.map((round) => (round.round === 6 ? { ...round, parentRound: 2, mergedRound: 4 } : round));
    const text = asMarkdown({ ...report, rounds });
    expect(text).toMatch(/^ {2}r2 --> r6$/m);
    expect(text).toMatch(/^ {2}r4 -\.-> r6$/m);
    expect(text).toMatch(/^\| round \| parent \| merged with \|/m);
    expect(text).toMatch(/^\| 6(?: ★)? \| 2 \| 4 \|/m);
  });

  it('warns at the top if a simulated model answered', () => {
    expect(asMarkdown(reportOf(finishedState()))).toMatch(/^# made up\n\n> \*\*Simulated model: not a result\./);
  });

  it('shows what models wrote as text: every table row keeps its cells, and no block ends early', () => {
    const text = asMarkdown(reportOf(hostileState()));
    for (const [table] of text.matchAll(/(?:^\|.*\n)+/gm)) {
      const cells = table
        .trim()
        .split('\n')
        .map((line) => line.match(/(?<!\\)\|/g)?.length);
      expect(new Set(cells).size, table).toBe(1);
    }
    expect(text.split('\n').filter((line) => line.startsWith('| '))).not.toContainEqual(expect.stringMatching(/<script/));
    const fences = text.match(/^`{3,}\w*$/gm) ?? [];
    expect(fences.length % 2).toBe(0);
    expect(fences).toContain('````yaml');
  });

  it('can be made of a run that has only begun', () => {
    expect(asMarkdown(reportOf(begunState()))).toContain('**Best:** no workflow has a score yet.');
  });
});

it('the best workflow is printed as a file that can be read again', () => {
  const parsed = parseWorkflow(decodeYaml(workflowFileText({ ...everyStep, prompts: { solve: 'Solve:\n  "a" <b>' } })));
  expect(parsed).toEqual({ ok: true, workflow: { ...everyStep, prompts: { solve: 'Solve:\n  "a" <b>' } } });
});
