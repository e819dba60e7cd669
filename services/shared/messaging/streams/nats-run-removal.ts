import { BusError } from '../errors.ts';
import { isPurgeDenied } from '../session/nats-errors.ts';
import { type NatsSession, untilDone } from '../session/nats-session.ts';
import { streams, subjects } from '../subjects-and-streams.ts';

/**
 * The log first: a store that keeps it for ever refuses before anything is lost. The manifest last: until then the run is listed.
 */
export async function removeRunFromNats(session: NatsSession, runId: string): Promise<void> {
  const places = [
    [streams.events, subjects.events(runId)],
    [streams.results, subjects.resultsOfRun(runId)],
    [streams.journal, subjects.callsOfRun(runId)],
    [streams.spending, subjects.spending(runId)],
    [streams.dead, subjects.deadOfRun(runId)],
    [streams.memory, subjects.memoryOfRun(runId)],
    // No marker stays, unlike after a delete of the bucket's: whoever follows the manifests never sees one without content.
    [streams.runs, subjects.runManifest(runId)],
  ] as const;
  for (const [stream, filter] of places) {
    const operation = `purge ${filter}`;
    try {
      await untilDone(session, operation, () => session.manager.streams.purge(stream, { filter }));
    } catch (error) {
      if (!(error instanceof BusError && isPurgeDenied(error.cause))) throw error;
      const why = `the stream ${stream} was made by a version of SCALE that let nothing be deleted, which a NATS server never takes back`;
      const remedy = 'a store that is made now has no such limit; on this machine, that is a new --data-dir';
      throw new BusError(operation, `${why}; ${remedy}`, { cause: error, retryable: false });
    }
  }
}
