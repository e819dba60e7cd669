import type { Endpoint } from '../../contracts/generated/scale/v1/control.ts';
import { type Environment, fileVariableOf } from '../../settings/environment.ts';

/** A variable of a worker's environment, and an address that its value may be sent to. */
export interface KeyBinding {
  readonly variable: string;
  /** Base URLs that begin with it are included, by whole path segments: https://gw covers https://gw/v1. */
  readonly baseUrl: string;
}

/** What the endpoints of a run need: each variable that an endpoint names, bound to that endpoint's own address. */
export function keyBindingsOf(endpoints: readonly Endpoint[]): KeyBinding[] {
  return endpoints.flatMap((endpoint) =>
    secretVariablesOf(endpoint).map((variable) => ({ variable, baseUrl: endpoint.baseUrl })),
  );
}

/** The variables whose values are sent to an endpoint. */
export function secretVariablesOf({ apiKeyVariable, headers }: Pick<Endpoint, 'apiKeyVariable' | 'headers'>): string[] {
  const variables = [apiKeyVariable, ...(headers?.headers ?? []).map(({ variable }) => variable)];
  return [...new Set(variables.filter((variable) => variable !== ''))];
}

/** One line per binding, as parseKeyBindings reads them. */
export function renderKeyBindings(bindings: readonly KeyBinding[]): string {
  return bindings.map(({ variable, baseUrl }) => `${variable}=${baseUrl}\n`).join('');
}

/**
 * @param text e.g. "MY_KEY=https://gpu-1:8000/v1 MY_KEY=https://gpu-2:8000/v1", separated by spaces or line breaks
 * @returns undefined if something in it is not a binding
 */
export function parseKeyBindings(text: string): KeyBinding[] | undefined {
  const bindings: KeyBinding[] = [];
  for (const word of text.split(/\s+/).filter((each) => each !== '')) {
    const [, variable, baseUrl] = /^([A-Za-z_][A-Za-z0-9_]*)=(https?:\/\/.+)$/.exec(word) ?? [];
    if (variable === undefined || baseUrl === undefined || !URL.canParse(baseUrl)) return undefined;
    bindings.push({ variable, baseUrl });
  }
  return bindings;
}

/**
 * The part of the environment that may be sent to an address. A run names variables and addresses freely, and anyone who may
 * start a run may name their own address: so it is not the run that decides which value goes where, but the worker's own
 * settings.
 */
export function boundEnvironment(environment: Environment, bindings: readonly KeyBinding[], baseUrl: string): Environment {
  const bound = bindings.filter((binding) => covers(binding.baseUrl, baseUrl));
  // Whoever set up the worker named the file of the secret: a run can name only the variable.
  const names = bound.flatMap(({ variable }) => [variable, fileVariableOf(variable)]);
  return Object.fromEntries(names.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]])));
}

/** Compared as parsed addresses, so that neither "..", a user before the host, nor another spelling of the host slips through. */
function covers(bound: string, baseUrl: string): boolean {
  if (!URL.canParse(bound) || !URL.canParse(baseUrl)) return false;
  const [allowed, wanted] = [new URL(bound), new URL(baseUrl)];
  const path = allowed.pathname.replace(/\/+$/, '');
  const isWithinPath = wanted.pathname === path || wanted.pathname.startsWith(`${path}/`);
  return allowed.origin === wanted.origin && isWithinPath && (allowed.search === '' || allowed.search === wanted.search);
}
