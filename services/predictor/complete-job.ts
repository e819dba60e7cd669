import { defined } from '../domain/defined.ts';
import { FailureError } from '../domain/failure.ts';
import { failureToProto } from '../shared/contracts/result-codec.ts';
import { structuredPromptFromJson } from '../shared/contracts/structured-prompt.ts';
import type { Bus } from '../shared/messaging/bus.ts';
import { bodyOfJob } from '../shared/worker/body-of-job.ts';
import type { ModelClients } from '../shared/worker/calls/model-clients.ts';
import type { JobOutcome, JobWork } from '../shared/worker/job-work.ts';

/** Sends a prompt to the optimizer model and returns its reply unchanged, in whichever form; the coordinator parses it. */
export function createCompleteWork(bus: Bus, models: ModelClients): JobWork {
  return async (context) => {
    const { job, run, signal } = context;
    if (job.work?.$case !== 'propose' && job.work?.$case !== 'predict')
      throw new Error(`job ${job.jobId} is not for the optimizer`);
    const { round, attempt, promptBlob, structuredBlob } = job.work.value;
    const textOf = async (blob: string) => new TextDecoder().decode(await bodyOfJob(job, blob, bus.blobs));
    const [prompt, structured] = await Promise.all([
      textOf(promptBlob),
      structuredBlob === '' ? undefined : textOf(structuredBlob).then(structuredPromptFromJson),
    ]);
    const kind = job.work.$case;
    const seed = [run.configuration.seed, kind, round, attempt];
    const draw = [round, attempt];
    const { client, calls } = models.clientFor({ ...context, role: 'optimizer', prefixKey: kind, seed, draw });
    let outcome: JobOutcome['outcome'];
    try {
      const messages = [{ role: 'user', content: prompt }] as const;
      const reply = await client.complete({ callId: kind, purpose: kind, messages, ...defined({ structured }) }, signal);
      outcome = { $case: 'completion', value: { text: reply.text, finishReason: reply.finishReason } };
    } catch (error) {
      if (!(error instanceof FailureError)) throw error;
      outcome = { $case: 'completion', value: { text: '', finishReason: 'other', failure: failureToProto(error.failure) } };
    }
    return { outcome, calls: calls() };
  };
}
