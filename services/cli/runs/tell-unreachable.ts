import type { RunFile } from '../../shared/config/run-file.ts';
import { coerceError } from '../../shared/errors/coerce-error.ts';
import { within } from '../../shared/lifecycle/abort.ts';
import { systemTiming } from '../../shared/lifecycle/timing.ts';
import { createOpenAiEndpoint } from '../../shared/models/endpoint/openai-endpoint.ts';
import { EndpointError } from '../../shared/models/errors/endpoint-errors.ts';
import { clusterBaseUrl, endpointSettings } from '../../shared/models/settings/endpoint-settings.ts';
import { proxySettings } from '../../shared/models/settings/proxy-settings.ts';
import type { Cli } from '../cli.ts';
import type { RunView } from '../progress/run-view.ts';

const patienceMs = 3_000;

/**
 * Of a run that uses the response cache: it may need no endpoint at all, so none is called, nor must any be there. Workers look
 * at them before the first call that they make.
 */
export async function tellUnreachable(
  file: RunFile,
  view: Pick<RunView, 'notice'>,
  { environment }: Pick<Cli, 'environment'>,
  signal: AbortSignal,
): Promise<void> {
  const reachedFromHere = file.endpoints.filter(({ simulated, baseUrl }) => !simulated && baseUrl !== clusterBaseUrl);
  const asked = new Map(reachedFromHere.map((endpoint) => [endpoint.baseUrl, endpoint]));
  const looks = [...asked.values()].map(async (endpoint) => {
    const client = createOpenAiEndpoint(endpointSettings(endpoint, environment), systemTiming, proxySettings(environment));
    using limit = within(systemTiming, patienceMs);
    try {
      await client.models(AbortSignal.any([signal, limit.signal]));
    } catch (error) {
      signal.throwIfAborted();
      const isAway = limit.signal.aborted || (error instanceof EndpointError && error.problem === 'unavailable');
      if (!isAway) return;
      const why = limit.signal.aborted ? `${endpoint.baseUrl} does not answer` : coerceError(error).message;
      view.notice(
        `The endpoint of ${endpoint.model} is not reachable: ${why}. What the response cache has is used; all else waits.`,
      );
    } finally {
      await client.close();
    }
  });
  await Promise.all(looks);
}
