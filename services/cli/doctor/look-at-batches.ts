import type { RunEndpoint } from '../../shared/config/endpoints/run-endpoints.ts';
import { within } from '../../shared/lifecycle/abort.ts';
import { systemTiming } from '../../shared/lifecycle/timing.ts';
import { createBatchApi } from '../../shared/models/batch/batch-api.ts';
import { ServerRefusal } from '../../shared/models/errors/endpoint-errors.ts';
import { createEndpointConnection } from '../../shared/models/http/endpoint-connection.ts';
import { endpointSettings } from '../../shared/models/settings/endpoint-settings.ts';
import { proxySettings } from '../../shared/models/settings/proxy-settings.ts';
import type { Environment } from '../../shared/settings/environment.ts';

const patienceMs = 10_000;

/**
 * Whether a server whose calls are to go into batches lists them: a look, whose call is made at once, does not show it.
 * @returns what is wrong, undefined for nothing
 * @throws the signal's reason
 */
export async function lookAtBatches(endpoint: RunEndpoint, environment: Environment, signal: AbortSignal) {
  using limit = within(systemTiming, patienceMs);
  const connection = createEndpointConnection(endpointSettings(endpoint, environment), proxySettings(environment));
  try {
    // It need not be there: what counts is that the question is understood.
    await createBatchApi(connection, systemTiming).findByFile('none', AbortSignal.any([signal, limit.signal]));
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    const why = error instanceof ServerRefusal ? ` (HTTP ${error.answer.status})` : '';
    return `it does not list batches${why}, which \`batch\` of the endpoint needs: without that, calls are made at once`;
  } finally {
    await connection.close();
  }
}
