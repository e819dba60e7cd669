import type { Random } from '../domain/ports.ts';
import type { DemandedForm } from './demanded-form.ts';
import type { KnownQuery } from './known-query.ts';
import type { RequestedForm } from './requested-form.ts';

/** One request as the simulated model understands it. */
export interface Question {
  readonly model: string;
  /** All messages, joined. */
  readonly prompt: string;
  /** The benchmark query in the prompt, if it carries one. */
  readonly known: KnownQuery | undefined;
  readonly form: RequestedForm;
  readonly demanded: DemandedForm;
  /** A think block comes before the answer. */
  readonly thinking: boolean;
  /** The reply is held to a JSON schema. */
  readonly structured: boolean;
  readonly random: Random;
}
