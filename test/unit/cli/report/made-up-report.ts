import { evaluationMethods } from '../../../../services/domain/evaluation/registry.ts';
import type { PriceTable } from '../../../../services/domain/prices/price-table.ts';
import { buildReport } from '../../../../services/domain/report/build-report.ts';
import type { ReportModel } from '../../../../services/domain/report/report-model.ts';
import type { Spent } from '../../../../services/domain/run/ledger/spent.ts';
import { phases } from '../../../../services/domain/run/ledger/token-use.ts';
import type { RunState } from '../../../../services/domain/run/state.ts';
import type { Step, Workflow } from '../../../../services/domain/workflow/workflow.ts';
import { madeUpBenchmark } from '../../domain/report/made-up-benchmark.ts';
import { continueRun, madeUpConfiguration, madeUpWorld, replay } from '../../domain/search/made-up-world.ts';

export const hostile = '<script>alert("x")</script> & ```| *bold* `code` [link](http://example.org) \u001b[31m';

const ask = (id: string): Step => ({ kind: 'call', id, operator: 'custom', inputs: { input: '{{ query.question }}' } });

/** One of each kind of step. */
export const everyStep: Workflow = {
  name: 'every step',
  description: '',
  prompts: { solve: hostile },
  steps: [
    { kind: 'parallel', id: 'drafts', times: 3, steps: [ask('draft')], yield: '{{ draft.response }}' },
    { kind: 'map', id: 'checked', over: '{{ drafts }}', item: 'one', max: 3, steps: [ask('check')] },
    { kind: 'set', id: 'first', value: '{{ drafts[0] }}' },
    { kind: 'if', condition: 'size(drafts) > 2', then: [ask('better'), { kind: 'return', value: '{{ better }}' }], else: [] },
    { kind: 'loop', condition: 'size(first) > 9', max: 2, steps: [ask('shorter')] },
    { kind: 'return', value: '{{ first }}' },
  ],
};

export function finishedState(queryCount = 40): RunState {
  return continueRun(madeUpWorld(5), madeUpConfiguration({ queryCount, evaluation: { warmUpRounds: 4 } })).state;
}

export function reportOf(state: RunState, spent?: Spent, prices?: PriceTable): ReportModel {
  const benchmark = madeUpBenchmark(state.configuration.benchmark.queryCount);
  const meta = { runId: 'made-up-1', startedAtMs: 1_750_000_000_000, endedAtMs: 1_750_000_083_000 };
  return buildReport(state, benchmark, meta, { spent, prices });
}

export function asReal(state: RunState): RunState {
  return { ...state, ledger: state.ledger.map((entry) => ({ ...entry, simulated: false })) };
}

export function begunState(): RunState {
  return replay([{ kind: 'run-started', configuration: madeUpConfiguration({ queryCount: 40 }) }]);
}

/** A run in which every text that a model or a user gives is out to break the report. */
export function hostileState(): RunState {
  const state = finishedState();
  return {
    ...state,
    configuration: { ...state.configuration, name: hostile },
    rounds: state.rounds.map((round) => ({
      ...round,
      modification: hostile,
      workflow: everyStep,
      proposals: round.proposals.map((proposal) =>
        proposal.failure === undefined ? proposal : { ...proposal, failure: { ...proposal.failure, message: hostile } },
      ),
      outcomes: round.outcomes.map((outcome, index) =>
        index === 1 ? { ...outcome, score: 0, failure: { kind: 'cut-off', message: hostile } } : outcome,
      ),
    })),
  };
}

/** What a score may be called: by a method, by the token budget, by a static check, or by a log from elsewhere. */
export const namesOfScores = [...evaluationMethods.keys(), 'partial', 'static-check', 'oracle <of> elsewhere'];

/** A report in which scores come from everywhere and tokens went into everything. */
export function everythingReported(): ReportModel {
  const report = reportOf(finishedState());
  const rounds = report.rounds.map((round, index) => ({
    ...round,
    score: index / 50,
    method: namesOfScores[index % namesOfScores.length] as string,
  }));
  const [total] = report.ledger.byPhase;
  if (total === undefined) throw new Error('there is no phase');
  const spending = phases.map((phase, index) => ({ round: 1 + index, phase, before: 100 * index, tokens: 100 }));
  return { ...report, rounds, spending, ledger: { ...report.ledger, byPhase: phases.map((phase) => ({ ...total, phase })) } };
}
