import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** A certificate with its key, in PEM. */
export interface MadeCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateWish {
  /** The common name. */
  readonly name: string;
  /** Alternative names, besides 127.0.0.1. Default: localhost. */
  readonly hosts?: readonly string[];
  /** Since yesterday. */
  readonly expired?: boolean;
}

export interface Authority extends MadeCertificate {
  issue(wish: CertificateWish): MadeCertificate;
}

/** A certificate authority for one test. X.509 (RFC 5280) on P-256, written here so that a test needs no openssl. */
export function makeAuthority(name = 'an authority of a test'): Authority {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const own = certificate({
    subject: name,
    subjectKey: keys.publicKey,
    issuer: name,
    issuerKey: keys.privateKey,
    isAuthority: true,
  });
  return {
    cert: own,
    key: pem(keys.privateKey),
    issue: ({ name: subject, hosts = ['localhost'], expired = false }) => {
      const leaf = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const cert = certificate({ subject, subjectKey: leaf.publicKey, issuer: name, issuerKey: keys.privateKey, hosts, expired });
      return { cert, key: pem(leaf.privateKey) };
    },
  };
}

const oid = {
  commonName: '550403',
  ecdsaWithSha256: '2a8648ce3d040302',
  basicConstraints: '551d13',
  alternativeNames: '551d11',
};
const dayMs = 86_400_000;

function certificate(wish: {
  readonly subject: string;
  readonly subjectKey: KeyObject;
  readonly issuer: string;
  readonly issuerKey: KeyObject;
  readonly hosts?: readonly string[];
  readonly isAuthority?: boolean;
  readonly expired?: boolean;
}): string {
  const algorithm = der(0x30, identifier(oid.ecdsaWithSha256));
  const [from, until] = wish.expired ? [-30, -1] : [-1, 30];
  const alternatives = [...(wish.hosts ?? []).map((host) => der(0x82, host)), der(0x87, Buffer.from([127, 0, 0, 1]))];
  const extensions = [
    ...(wish.isAuthority ? [extension(oid.basicConstraints, der(0x30, der(0x01, Buffer.from([0xff]))))] : []),
    ...(wish.hosts ? [extension(oid.alternativeNames, der(0x30, ...alternatives))] : []),
  ];
  const body = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    nameOf(wish.issuer),
    der(0x30, timeOf(from), timeOf(until)),
    nameOf(wish.subject),
    wish.subjectKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length > 0 ? [der(0xa3, der(0x30, ...extensions))] : []),
  );
  const signature = sign('sha256', body, wish.issuerKey);
  const whole = der(0x30, body, algorithm, der(0x03, Buffer.from([0]), signature));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function der(tag: number, ...parts: readonly (Buffer | string)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
  const size = content.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

function identifier(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

function extension(id: string, value: Buffer): Buffer {
  return der(0x30, identifier(id), der(0x04, value));
}

function nameOf(common: string): Buffer {
  return der(0x30, der(0x31, der(0x30, identifier(oid.commonName), der(0x0c, common))));
}

function timeOf(days: number): Buffer {
  const text = new Date(Date.now() + days * dayMs).toISOString();
  return der(0x17, `${text.slice(2, 19).replaceAll(/[-:T]/g, '')}Z`);
}

function pem(key: KeyObject): string {
  return String(key.export({ type: 'pkcs8', format: 'pem' }));
}
