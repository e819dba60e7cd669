import { X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { ServerCredentials } from '@grpc/grpc-js';
import { ScaleError } from '../../domain/errors/scale-error.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import { watchFiles } from '../../shared/lifecycle/watch-files.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';

export interface CertificateFiles {
  readonly controlCertFile?: string | undefined;
  readonly controlKeyFile?: string | undefined;
  readonly controlClientCaFile?: string | undefined;
}

export interface ControlCredentials {
  readonly credentials: ServerCredentials;
  stop(): Promise<void>;
}

/** A certificate or a key that cannot be used; the message never shows what is in the files. */
export class CertificateError extends ScaleError {
  readonly kind = 'bad-input';
}

/**
 * TLS for a gRPC server, with the certificate read again when its files change: new connections get the new one, and those that
 * are open stay. Without a certificate, no TLS.
 * @throws CertificateError if the files cannot be used together, SettingsError for one that cannot be read
 */
export async function openControlCredentials(
  { controlCertFile, controlKeyFile, controlClientCaFile }: CertificateFiles,
  { timing, logger }: { readonly timing: Timing; readonly logger: Pick<Logger, 'info' | 'warn' | 'error'> },
): Promise<ControlCredentials> {
  if (controlCertFile === undefined || controlKeyFile === undefined) {
    return { credentials: ServerCredentials.createInsecure(), stop: async () => undefined };
  }
  const authority = { variable: 'SCALE_CONTROL_CLIENT_CA_FILE', path: controlClientCaFile ?? '' };
  const files = [
    { variable: 'SCALE_CONTROL_CERT_FILE', path: controlCertFile },
    { variable: 'SCALE_CONTROL_KEY_FILE', path: controlKeyFile },
    ...(controlClientCaFile === undefined ? [] : [authority]),
  ];
  const paths = files.map(({ path }) => path);
  const credentials = new ReloadedCredentials(controlClientCaFile !== undefined);
  const stop = await watchFiles({
    files,
    timing,
    changed: ([cert, key, ca]) => {
      const context = { cert, key, ca, minVersion: 'TLSv1.2' } as const satisfies SecureContextOptions;
      const certificate = checkedCertificate(context, paths);
      credentials.use(context);
      const found = { subject: certificate.subject, until: certificate.validToDate.toISOString() };
      if (certificate.validToDate.getTime() > timing.wallMs())
        logger.info(found, `serving the certificate in ${controlCertFile}`);
      else logger.error(found, `the certificate in ${controlCertFile} has expired: clients will refuse it until it is replaced`);
    },
    failed: (err) => logger.error({ err }, `${paths.join(', ')} cannot be used; the certificate of before still holds`),
  });
  return { credentials, stop };
}

function checkedCertificate(context: SecureContextOptions & { readonly cert: Buffer | undefined }, paths: readonly string[]) {
  const [certFile = '', keyFile = '', caFile = ''] = paths;
  const attempt = <T>(complaint: string, make: () => T): T => {
    try {
      return make();
    } catch (cause) {
      throw new CertificateError(`${complaint} (${(cause as NodeJS.ErrnoException).code ?? 'unreadable'})`, { cause });
    }
  };
  const certificate = attempt(
    `${certFile} is not a certificate in PEM`,
    () => new X509Certificate(context.cert ?? Buffer.alloc(0)),
  );
  if (caFile !== '') attempt(`${caFile} is not a certificate in PEM`, () => new X509Certificate(context.ca as Buffer));
  attempt(`${keyFile} is not the private key of the certificate in ${certFile}, in PEM and without a passphrase`, () =>
    createSecureContext(context),
  );
  return certificate;
}

/** As gRPC's own for TLS, but with another certificate from time to time. */
class ReloadedCredentials extends ServerCredentials {
  constructor(hasClientAuthority: boolean) {
    // Not rejected here: whoever has no certificate may have a token, and a probe needs neither.
    super({ requestCert: hasClientAuthority, rejectUnauthorized: false });
  }

  use(context: SecureContextOptions): void {
    this.updateSecureContextOptions(context);
  }

  override _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}
