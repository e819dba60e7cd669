import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';

const read = (name: string): string => readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8');

/**
 * Of localhost, 127.0.0.1 and models.internal.test. The key is no secret, and nobody trusts the certificate who is not told to.
 */
export const localhostCertificate = { key: read('localhost-key.pem'), cert: read('localhost.pem') };

/** Lets this process trust it, as NODE_EXTRA_CA_CERTS does. */
export function trustLocalhost(): void {
  setDefaultCACertificates([...getCACertificates('default'), localhostCertificate.cert]);
}
