import type { RunFile } from '../../shared/config/run-file.ts';
import type { Cli } from '../cli.ts';
import { askedEndpoints, lookWithin } from '../runs/check-endpoints.ts';
import { createPreflightMeter } from '../runs/preflight-meter.ts';
import type { Check } from './check.ts';

/** Each endpoint of a run file, as the run would ask it: one look at its list of models, and one token. */
export async function checkEndpoints(file: RunFile, cli: Cli): Promise<Check[]> {
  return Promise.all(
    askedEndpoints(file).map(async (asked): Promise<Check> => {
      const { model, baseUrl } = asked.endpoint;
      const look = await lookWithin(asked, cli, createPreflightMeter(), cli.interrupts.requested);
      const about = { name: `endpoint of ${model}`, found: baseUrl };
      if (look === undefined)
        return { ...about, status: 'warning', advice: 'it has neither answered nor refused a small call in time' };
      if (look.kind === 'answers') return { ...about, status: 'ok' };
      const isBusy = look.kind === 'not-now' && look.error.problem !== 'unavailable';
      return { ...about, status: isBusy ? 'warning' : 'missing', advice: look.error.message };
    }),
  );
}
