import type { RunFile } from '../../shared/config/run-file.ts';
import type { Cli } from '../cli.ts';
import { askedEndpoints, lookWithin } from '../runs/check-endpoints.ts';
import { createPreflightMeter } from '../runs/preflight-meter.ts';
import type { Check } from './check.ts';
import { lookAtBatches } from './look-at-batches.ts';

/**
 * Each endpoint of a run file, as the run would ask it: one look at its list of models, and one token; and at its batches, where
 * it is to make any.
 */
export async function checkEndpoints(file: RunFile, cli: Cli): Promise<Check[]> {
  const checks = await Promise.all(
    askedEndpoints(file).map(async (asked): Promise<Check> => {
      const { model, baseUrl } = asked.endpoint;
      const look = await lookWithin(asked, cli, createPreflightMeter(), cli.interrupts.requested);
      const about = { name: `endpoint of ${model}`, found: baseUrl };
      if (look === undefined)
        return { ...about, status: 'warning', advice: 'it has neither answered nor refused a small call in time' };
      if (look.kind === 'answers') {
        if (asked.endpoint.batch === undefined) return { ...about, status: 'ok' };
        const advice = await lookAtBatches(asked.endpoint, cli.environment, cli.interrupts.requested);
        if (advice !== undefined) return { ...about, status: 'warning', advice };
        return { ...about, found: `${baseUrl}, which lists batches`, status: 'ok' };
      }
      const isBusy = look.kind === 'not-now' && look.error.problem !== 'unavailable';
      return { ...about, status: isBusy ? 'warning' : 'missing', advice: look.error.message };
    }),
  );
  // Two roles that ask the same model at the same place mostly find the same, which is said once.
  return [...new Map(checks.map((check) => [JSON.stringify(check), check])).values()];
}
