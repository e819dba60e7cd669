import { nkeys } from 'nats';

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** An identity of NATS's accounts with keys, as its own tool nsc makes them. */
function signed(issuer: nkeys.KeyPair, subject: nkeys.KeyPair, name: string, nats: object): string {
  const claims = { jti: name, iat: 1_700_000_000, iss: issuer.getPublicKey(), name, sub: subject.getPublicKey(), nats };
  const text = `${encode({ typ: 'JWT', alg: 'ed25519-nkey' })}.${encode(claims)}`;
  return `${text}.${Buffer.from(issuer.sign(Buffer.from(text))).toString('base64url')}`;
}

export interface Keys {
  /** For a server: who is trusted, and the accounts. */
  readonly configuration: string;
  /** A .creds file for a user with these permissions. */
  credsOf(name: string, permissions: { readonly publish: readonly string[]; readonly subscribe: readonly string[] }): string;
}

export function makeKeys(): Keys {
  const operator = nkeys.createOperator();
  const [account, system] = [nkeys.createAccount(), nkeys.createAccount()];
  const none = { subs: -1, data: -1, payload: -1 };
  const limits = { ...none, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 };
  const storage = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };
  const accountJwt = signed(operator, account, 'SCALE', { type: 'account', version: 2, limits: { ...limits, ...storage } });
  const systemJwt = signed(operator, system, 'SYSTEM', { type: 'account', version: 2, limits });
  return {
    configuration: `operator: ${signed(operator, operator, 'operator', { type: 'operator', version: 2 })}
system_account: ${system.getPublicKey()}
resolver: MEMORY
resolver_preload: { ${account.getPublicKey()}: ${accountJwt}, ${system.getPublicKey()}: ${systemJwt} }`,
    credsOf(name, { publish, subscribe }) {
      const user = nkeys.createUser();
      const permissions = { pub: { allow: publish }, sub: { allow: subscribe } };
      const jwt = signed(account, user, name, { type: 'user', version: 2, ...none, ...permissions });
      const seed = new TextDecoder().decode(user.getSeed());
      return `-----BEGIN NATS USER JWT-----\n${jwt}\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`;
    },
  };
}
