import type { ModelSettings } from '../../domain/run/configuration.ts';
import type { RunEndpoint } from '../../shared/config/endpoints/run-endpoints.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { lookWithin, troubleOf } from '../runs/check-endpoints.ts';
import { createPreflightMeter } from '../runs/preflight-meter.ts';

interface ModelUsed {
  readonly endpoints: readonly RunEndpoint[];
  readonly executor: ModelSettings;
}

/**
 * Tries the endpoints with a small call each, but for simulated ones, which this command starts itself.
 * @returns what keeps them from answering, a sentence each; it may pass
 * @throws CliError for what only a person can mend
 */
export async function lookAtModels(cli: Cli, { endpoints, executor }: ModelUsed): Promise<readonly string[]> {
  const troubles: string[] = [];
  for (const endpoint of endpoints) {
    if (endpoint.simulated || endpoint.model !== executor.model) continue;
    const found = await lookWithin({ endpoint, settings: executor }, cli, createPreflightMeter(), cli.interrupts.requested);
    const trouble = found && troubleOf(found);
    if (trouble === undefined) continue;
    if (found?.kind === 'needs-person') throw new CliError('needs-person', trouble);
    troubles.push(trouble);
  }
  return troubles;
}
