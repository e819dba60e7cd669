import { findPrice } from '../../domain/prices/find-price.ts';
import type { PriceTable } from '../../domain/prices/price-table.ts';
import type { RunConfiguration } from '../../domain/run/configuration.ts';
import { isQueryLevel } from '../../domain/run/run-kind.ts';
import { CliError } from '../cli-error.ts';

/**
 * The prices that money is counted at. A workflow whose model has none would look free, and where everything is free there is
 * nothing to save.
 * @param runs those whose executions are fitted on @throws CliError
 */
export function pricesToFitBy(prices: PriceTable | undefined, runs: readonly RunConfiguration[], runId: string): PriceTable {
  const instead = 'leave out --cost money, or see docs/prices.md';
  if (prices === undefined) throw new CliError('bad-input', `nobody has said what the models of ${runId} cost: ${instead}`);
  const models = new Set(runs.flatMap((run) => [run.executor.model, ...(isQueryLevel(run) ? [run.optimizer.model] : [])]));
  const known = [...models].map((model) => {
    const price = findPrice(prices, model);
    if (price !== undefined) return price;
    throw new CliError(
      'bad-input',
      `nobody has said what the model ${model} costs, which has answered in ${runId} or in a run that is added: ${instead}`,
    );
  });
  if (known.some(({ input, output }) => input > 0 || output > 0)) return prices;
  throw new CliError(
    'bad-input',
    `at the prices of ${runId} its models cost nothing, so no route can save money: leave out --cost money`,
  );
}
