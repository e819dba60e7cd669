import type { Result } from '../../contracts/generated/scale/v1/result.ts';
import type { Bus } from '../../messaging/bus.ts';
import { attribute, destination, messagingSystem } from '../../telemetry/conventions.ts';
import { inSpan } from '../../telemetry/tracing.ts';

/** Stores a result; the trace that it is part of travels with it to whoever takes it in. */
export function putResult({ results }: Bus, result: Result): Promise<'stored' | 'already-stored'> {
  return inSpan(
    () => ({
      ...{ name: `publish ${destination.results}`, kind: 'producer' },
      attributes: {
        [attribute.messagingSystem]: messagingSystem,
        [attribute.messagingOperation]: 'publish',
        [attribute.messagingOperationType]: 'send',
        [attribute.messagingDestination]: destination.results,
        [attribute.messagingMessageId]: result.jobId,
        [attribute.score]: result.outcome?.$case === 'execution' ? result.outcome.value.score : undefined,
        [attribute.failure]: failureOf(result),
      },
    }),
    () => results.put(result),
  );
}

function failureOf({ outcome }: Result): string | undefined {
  return outcome?.$case === 'failure' ? outcome.value.kind : outcome?.value.failure?.kind;
}
