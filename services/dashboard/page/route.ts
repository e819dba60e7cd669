/** Where in the page somebody is: the part of the address after its #, which needs no server. */
export interface Route {
  /** Decoded, e.g. ["runs", "gsm8k-1a2b", "rounds", "3"]. */
  readonly path: readonly string[];
  /** What a view filters and sorts by. */
  readonly wanted: Readonly<Record<string, string>>;
}

/** @param hash with or without its # */
export function parseRoute(hash: string): Route {
  const [path = '', wanted = ''] = hash.replace(/^#/, '').split('?', 2);
  return {
    path: path
      .split('/')
      .filter((part) => part !== '')
      .map(decoded),
    wanted: Object.fromEntries(new URLSearchParams(wanted)),
  };
}

/** A link for an `href`. Empty values are left out. */
export function linkTo(path: readonly (string | number)[], wanted: Readonly<Record<string, string | undefined>> = {}): string {
  const query = new URLSearchParams(Object.entries(wanted).flatMap(([name, value]) => (value ? [[name, value]] : [])));
  return `#/${path.map((part) => encodeURIComponent(part)).join('/')}${query.size === 0 ? '' : `?${query}`}`;
}

/** A link that somebody has cut short is no reason to show nothing. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const links = {
  runs: () => linkTo(['runs']),
  run: (runId: string) => linkTo(['runs', runId]),
  round: (runId: string, round: number) => linkTo(['runs', runId, 'rounds', round]),
  query: (runId: string, round: number, query: string) => linkTo(['runs', runId, 'rounds', round, 'queries', query]),
  matrix: (runId: string) => linkTo(['runs', runId, 'matrix']),
  timeline: (runId: string, round?: number) =>
    linkTo(['runs', runId, 'timeline'], { round: round === undefined ? undefined : String(round) }),
  why: (runId: string) => linkTo(['runs', runId, 'why']),
  sweeps: () => linkTo(['sweeps']),
  sweep: (sweepId: string) => linkTo(['sweeps', sweepId]),
  compare: (a?: string, b?: string) => linkTo(['compare'], { a, b }),
  workers: () => linkTo(['workers']),
  signIn: () => linkTo(['sign-in']),
} as const;
