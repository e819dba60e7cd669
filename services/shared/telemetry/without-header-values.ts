/**
 * What an exporter says of its failure, as an error of our own: its message may hold what the collector answered, which may
 * repeat the key that it was sent, and its other fields hold the whole answer.
 */
export function withoutHeaderValues({ message, name }: Error, headers: Readonly<Record<string, string>>): Error {
  // "Bearer KEY" and KEY alone; what is shorter is no key, and would take words away.
  const secrets = Object.values(headers).flatMap((value) => [value, ...value.split(/\s+/)]);
  const known = secrets.filter((secret) => secret.length >= shortestSecret).sort((one, other) => other.length - one.length);
  const shown = known.reduce((text, secret) => text.replaceAll(secret, '[removed]'), message);
  return Object.assign(new Error(shown), { name });
}

const shortestSecret = 8;
