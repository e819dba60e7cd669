import { type Document, isMap, isScalar, parse, Scalar, visit } from 'yaml';
import type { Environment } from '../settings/environment.ts';
import { looksLikeSecret } from './endpoints/endpoint-headers.ts';
import { settingPath } from './sweep-file/sweep-cell-settings.ts';

/** A setting that a command line gives instead of the file: `--set search.max_rounds=5`. */
export interface Assignment {
  /** As in a run file, with `executor` and `optimizer` short for what is below `models`. */
  readonly path: string;
  readonly value: unknown;
  /** As it was typed. */
  readonly text: string;
}

/** @returns what is wrong, for people */
export function readAssignment(text: string): Assignment | string {
  const [, path = '', value = ''] = /^([A-Za-z_][\w.-]*)=(.*)$/s.exec(text) ?? [];
  if (path === '') return 'it must be a setting and its value, such as search.max_rounds=5';
  try {
    return { path: settingPath(path), value: value === '' ? '' : parse(value), text };
  } catch {
    return `its value ${JSON.stringify(value)} is not YAML`;
  }
}

/** What came from outside a file, as words by which its runs are found: `set/search.max_rounds=5`, `env/ROUNDS=5`. */
export type Provenance = readonly string[];

/** A fault of a variable, with the place where it is named. */
export interface VariableFault {
  readonly offset: number;
  readonly message: string;
}

const named = /\$?\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}/g;
const secretName = /(?:^|_)(?:API_?KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)(?:_|$)/i;

/**
 * Puts the values of environment variables where a file names them: `${NAME}`, or `${NAME:-otherwise}` for one that may be unset
 * or empty; `$${NAME}` stays as `${NAME}`. Without quotes, a value that is nothing else may be a number or true. Secrets are
 * refused: what a file says is kept with its runs.
 */
export function putVariables(document: Document, environment: Environment): { provenance: Provenance; faults: VariableFault[] } {
  const used = new Map<string, string>();
  const faults: VariableFault[] = [];
  visit(document, {
    Scalar(key, node) {
      if (key === 'key' || typeof node.value !== 'string' || !node.value.includes('${')) return;
      const text = node.value.replace(named, (whole: string, name: string, otherwise?: string) => {
        if (whole.startsWith('$$')) return whole.slice(1);
        const value = environment[name] || otherwise;
        const fault = faultOf(name, value);
        if (fault !== undefined) faults.push({ offset: node.range?.[0] ?? 0, message: fault });
        used.set(name, value ?? '');
        return value ?? '';
      });
      const isAlone = new RegExp(`^(?:${named.source})$`).test(node.value) && !node.value.startsWith('$$');
      node.value = isAlone && node.type === Scalar.PLAIN ? plainValue(text) : text;
    },
  });
  return { provenance: [...used].map(([name, value]) => word(`env/${name}=${value}`)), faults };
}

function faultOf(name: string, value: string | undefined): string | undefined {
  if (secretName.test(name) || (value !== undefined && looksLikeSecret(value))) {
    return `\${${name}} is a secret by its name or value, and what a file says is kept with its runs: name the variable with api_key_variable, or as { variable: ${name} } in headers`;
  }
  return value === undefined
    ? `\${${name}} names a variable that is not set: set it, or say what holds otherwise, as in \${${name}:-…}`
    : undefined;
}

/** Numbers, true, false and null; anything else stays a text. */
function plainValue(text: string): unknown {
  try {
    const value: unknown = parse(text);
    return typeof value === 'object' && value !== null ? text : value;
  } catch {
    return text;
  }
}

/**
 * Gives the settings that a command line says, in place of those of the file. Short forms are written out where one of their
 * parts is set.
 * @param before the keys of the group that holds the run file's settings; none if the file is one
 */
export function putAssignments(document: Document, set: readonly Assignment[], before: readonly string[] = []): Provenance {
  for (const { path, value } of set) {
    const keys = path.split('.');
    for (let length = 0; length < keys.length; length += 1) {
      const group = [...before, ...keys.slice(0, length)];
      const found = group.length === 0 ? document.contents : document.getIn(group, true);
      if (isMap(found)) continue;
      const written = writtenOut(keys.slice(0, length).join('.'), isScalar(found) ? found.value : undefined);
      if (group.length === 0) document.contents = document.createNode(written) as never;
      else document.setIn(group, document.createNode(written));
    }
    // Two words for the same.
    if (path === 'benchmark.name') document.deleteIn([...before, 'benchmark', 'file']);
    document.setIn([...before, ...keys], document.createNode(value));
  }
  return set.map(({ path, value }) => word(`set/${path}=${typeof value === 'string' ? value : JSON.stringify(value)}`));
}

function writtenOut(path: string, value: unknown): unknown {
  if (value === undefined || value === null) return {};
  if (path === 'benchmark') return { name: value };
  return path === 'search.final_pick' ? { policy: value } : {};
}

const longestWord = 63;

/** Labels hold no spaces. */
function word(text: string): string {
  return text.replace(/[^\p{L}\p{N}._:=/@+-]+/gu, '_').slice(0, longestWord);
}
