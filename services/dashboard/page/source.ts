import type { ErrorKind } from '../../domain/errors/error-kind.ts';
import { ScaleError } from '../../domain/errors/scale-error.ts';
import type { Asked } from '../addresses.ts';
import type { Change } from '../api/change.ts';
import type { EmbeddedAnswers } from '../api/embedded-answers.ts';

interface NoAnswerOptions extends ErrorOptions {
  readonly needsSignIn?: boolean;
}

/** Why there is no answer: kind says what may help, and the message is for people. */
export class NoAnswerError extends ScaleError {
  readonly kind: ErrorKind;
  /** Signing in may help. */
  readonly needsSignIn: boolean;

  constructor(kind: ErrorKind, message: string, { needsSignIn = false, cause }: NoAnswerOptions = {}) {
    super(message, { cause });
    this.kind = kind;
    this.needsSignIn = needsSignIn;
  }
}

export type Connection = 'live' | 'connecting' | 'lost';

export interface Listener {
  changed(change: Change): void;
  /** Changes were missed: what is shown may be old. */
  missed(): void;
  /** The server answers, and tells nothing of changes: nobody may be signed in any more. */
  refused(): void;
  connection(now: Connection): void;
}

/** Where the page reads from: a server, or what is embedded in the file that it is. */
export interface Source {
  /** The file that it is says what was left out of it. Absent: it is served, and live. */
  readonly embedded?: Pick<EmbeddedAnswers, 'notes' | 'home'>;
  /** @throws NoAnswerError */
  read<Answer>(asked: Asked<Answer>, signal: AbortSignal): Promise<Answer>;
  /** @throws NoAnswerError */
  send<Answer>(method: 'POST' | 'DELETE', address: string, body: unknown): Promise<Answer>;
  /** @returns what ends it */
  watch(of: { readonly run?: string; readonly sweep?: string }, listener: Listener): () => void;
}
