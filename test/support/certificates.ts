import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What deploy/certificates makes: an authority, and files for NATS and each service. */
export interface Certificates extends AsyncDisposable {
  readonly folder: string;
  /** A file of one of them, e.g. ("executor", "key.pem"). */
  file(subject: string, name: string): string;
  /** Makes all certificates anew, under the same authority. */
  renew(days?: number): Promise<void>;
}

/** @param days how long the certificates are valid; below 0: they have expired */
export async function makeCertificates(days = 30): Promise<Certificates> {
  const above = await mkdtemp(join(tmpdir(), 'scale-certificates-'));
  const folder = join(above, 'secrets');
  const script = join(import.meta.dirname, '../../deploy/certificates');
  const renew = async (valid = days) => {
    await promisify(execFile)(script, [folder], { env: { ...process.env, DAYS: String(valid), CA_DAYS: '60' } });
  };
  await renew();
  return {
    folder,
    file: (subject, name) => join(folder, subject, name),
    renew,
    [Symbol.asyncDispose]: () => rm(above, { recursive: true, force: true }),
  };
}
