import { moneyOf } from '../../domain/prices/money-of.ts';
import type { PriceTable } from '../../domain/prices/price-table.ts';
import { poolOf } from '../../domain/routing/choose-route.ts';
import type { RoutingMatrix, Trial } from '../../domain/routing/routing-matrix.ts';
import type { ModelSettings } from '../../domain/run/configuration.ts';
import { tokensOf } from '../../domain/run/ledger/totals.ts';
import { Endpoint } from '../../shared/contracts/generated/scale/v1/control.ts';
import type { Cli } from '../cli.ts';
import { askVerifier } from '../in-process/ask-verifier.ts';
import { startModelServers } from '../in-process/model-servers.ts';
import { createCallAccount, createWorkflowExecutor } from '../in-process/workflow-executor.ts';

export interface VerifierModels {
  readonly executor: ModelSettings;
  /** None: the simulated model. */
  readonly endpoints: readonly Endpoint[];
  /** Costs are money where this is given, tokens otherwise. */
  readonly prices: PriceTable | undefined;
}

const atOnce = 16;

/** Has the model review each recorded answer of the workflows that routes are made of. This spends tokens, and says how many. */
export async function withVerdicts(
  cli: Cli,
  matrix: RoutingMatrix,
  models: VerifierModels,
  most: number,
): Promise<RoutingMatrix> {
  const { executor: settings, endpoints, prices } = models;
  const pool = new Set(poolOf(matrix, most).filter((place) => matrix.workflows[place]?.isQueryLevel !== true));
  const simulated = Endpoint.fromPartial({ model: settings.model, maxConcurrency: atOnce });
  const known = endpoints.map((endpoint) => ({ ...endpoint, simulated: false }));
  const servers = await startModelServers(cli, {
    endpoints: known.length > 0 ? known : [{ ...simulated, simulated: true }],
    benchmarkFiles: [],
  });
  const executor = createWorkflowExecutor({ executor: settings, endpoints: servers.endpoints }, cli.environment);
  const wanted = matrix.workflows.flatMap(({ trials }, workflow) =>
    pool.has(workflow) ? trials.flatMap((some, query) => some.map((trial) => ({ trial, query }))) : [],
  );
  const verdicts = new Map<Trial, Trial['verdict']>();
  const waiting = wanted.filter(({ trial: { answer, failed } }) => answer !== undefined && !failed).entries();
  let tokens = 0;
  const askOneByOne = async (): Promise<void> => {
    for (const [index, { trial, query }] of waiting) {
      const account = createCallAccount();
      const fields = { problem: matrix.queries[query]?.text ?? '', solution: trial.answer ?? '' };
      const asked = { id: `verify-${index}`, seed: 1, account };
      const doubt = await askVerifier(executor, fields, asked, cli.interrupts.requested);
      const used = tokensOf(account.usage);
      tokens += used;
      const cost =
        prices === undefined ? used : (moneyOf(prices, [{ model: settings.model, usage: account.usage }])?.amount ?? 0);
      verdicts.set(trial, { doubt, cost });
    }
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, askOneByOne));
  } finally {
    await executor.close();
    await servers.stop();
  }
  cli.notice(`The verifier has reviewed ${verdicts.size} answers, for ${tokens} tokens.`);
  const judged = (trial: Trial): Trial => {
    const verdict = verdicts.get(trial);
    return verdict === undefined ? trial : { ...trial, verdict };
  };
  return {
    ...matrix,
    workflows: matrix.workflows.map((workflow) => ({ ...workflow, trials: workflow.trials.map((some) => some.map(judged)) })),
  };
}
