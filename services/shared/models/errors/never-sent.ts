import { fieldsOf } from './server-answer.ts';

/** Codes of the system, TLS and the client library: there was no connection, so the server saw nothing of the call. */
const noConnection =
  /^(ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EMFILE|UND_ERR_CONNECT_TIMEOUT|CERT_\w+|ERR_TLS_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+)$/;

/** Whether a call that failed never reached its server. False where that is unknown. */
export function wasNeverSent(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (noConnection.test(String(fieldsOf(cause).code ?? ''))) return true;
    if (cause instanceof AggregateError && cause.errors.length > 0) return cause.errors.every(wasNeverSent);
  }
  return false;
}
