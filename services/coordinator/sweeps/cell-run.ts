import { benchmarkToProto, decodeBenchmark } from '../../shared/contracts/benchmark-codec.ts';
import { configurationFromProto } from '../../shared/contracts/configuration-codec.ts';
import type { StartRunRequest } from '../../shared/contracts/generated/scale/v1/control.ts';
import { runIdOf } from '../../shared/contracts/run-id.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import { RequestRefusedError } from '../request-refused-error.ts';

/** What the run of a cell is started with, and the id that it then has. */
export interface CellRunRequest {
  readonly runId: string;
  readonly request: StartRunRequest;
}

/** @throws RequestRefusedError for a start without a configuration */
export function idOfStart({ configuration }: StartRunRequest): string {
  if (configuration === undefined) throw new RequestRefusedError('bad-input', 'a cell has no configuration');
  return runIdOf(configurationFromProto(configuration));
}

/**
 * The runs that a cell may have, in order: the one that its start says, and then, since a run that ended without a result stays
 * as it ended, the same under the next number.
 */
export function* runsOfCell(start: StartRunRequest): Generator<CellRunRequest> {
  const { configuration } = start;
  if (configuration === undefined) throw new RequestRefusedError('bad-input', 'a cell has no configuration');
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? configuration.name : `${configuration.name}-${number}`;
    const request = { ...start, configuration: { ...configuration, name } };
    yield { runId: idOfStart(request), request };
  }
}

/** @throws BlobMissingError */
export async function withBenchmark({ blobs }: Pick<Bus, 'blobs'>, request: StartRunRequest): Promise<StartRunRequest> {
  const contentHash = request.configuration?.benchmark?.contentHash ?? '';
  return { ...request, benchmark: benchmarkToProto(decodeBenchmark(await blobs.get(contentHash))) };
}
