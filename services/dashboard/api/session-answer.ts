import type { ApiFormat } from './api-format.ts';

/** GET /api/session */
export interface SessionAnswer {
  readonly format: ApiFormat;
  /** Of the program that serves the page. */
  readonly version: string;
  readonly cluster: {
    /** What people call it: the address of its coordinator, or the data folder of this machine. */
    readonly name: string;
    readonly kind: 'server' | 'machine';
    /** Of its coordinator. Absent: it does not answer now, and trouble says why. */
    readonly version?: string;
    readonly trouble?: string;
  };
  /** What the caller may do: look, or also pause, resume and cancel. `none`: nothing before signing in. */
  readonly role: 'none' | 'read' | 'run';
  /** How more is allowed: by a token in the form, or by the one-time link that the command printed. Absent: not at all. */
  readonly signIn?: 'token' | 'link';
  /** A token or a link was shown and holds. */
  readonly isSignedIn: boolean;
}

/** POST /api/session with this as JSON signs in; DELETE /api/session signs out. Both answer a SessionAnswer. */
export interface SignIn {
  readonly token: string;
}
