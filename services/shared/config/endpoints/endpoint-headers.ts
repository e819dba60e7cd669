import { z } from 'zod';
import { text, written } from '../../settings/rules.ts';
import { isGroup } from '../../settings/sorted-text.ts';

/** The user's own headers by name: a literal value, or the variable that holds it. */
export type HeaderSettings = Readonly<Record<string, string | { readonly variable: string }>>;

/** The name of an environment variable that holds a secret. */
export function variableName() {
  return text('must be the name of an environment variable').refine((name) => !looksLikeKey(name), {
    error: 'must be the name of an environment variable that holds the key, never the key itself',
    params: { secret: true },
  });
}

/** Whatever is wrong with them, their values are not shown: they may be keys. */
export function endpointHeaders() {
  const schema = z
    .unknown()
    .superRefine((headers, context) => {
      const refuse = (path: string[], message: string) => {
        context.addIssue({ code: 'custom', path, message, params: { secret: true } });
      };
      if (!isGroup(headers)) return refuse([], 'must be a group of headers by name, each a text or { variable: NAME }');
      for (const [name, value] of Object.entries(headers)) {
        const rule = brokenRule(name, value);
        if (rule !== undefined) refuse([name], rule);
      }
    })
    .transform((headers) => headers as HeaderSettings);
  return written(schema, { only: { type: 'object', additionalProperties: { anyOf: [{ type: 'string' }, byVariable] } } });
}

const byVariable = {
  ...{ type: 'object', required: ['variable'], additionalProperties: false },
  properties: { variable: { type: 'string' } },
};

/** Set by the connection, or by what is sent. */
const own =
  /^(host|connection|content-(type|length|encoding)|transfer-encoding|accept|accept-encoding|expect|te|trailer|upgrade|keep-alive|x-scale-.*)$/i;
/** By whole words: x-portkey-provider holds none. */
const namesSecret =
  /(^|[-_.])(\w*(api|access|auth|secret|subscription)key|key|\w*(token|secret|password|cookie|credentials?|signature)|auth\w*)([-_.]|$)/i;

function brokenRule(name: string, value: unknown): string | undefined {
  if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) return 'is not the name of a header';
  if (own.test(name)) return 'is a header that SCALE sets itself';
  if (isGroup(value)) {
    const { variable, ...rest } = value;
    if (typeof variable !== 'string' || Object.keys(rest).length > 0) return 'must be a text, or { variable: NAME }';
    return looksLikeKey(variable) ? 'must name an environment variable that holds the value, never the value itself' : undefined;
  }
  if (typeof value !== 'string' || value === '') return 'must be a text, or { variable: NAME }';
  if (!/^[\t\x20-\x7e]*$/.test(value)) return 'must be one line of ASCII';
  if (!namesSecret.test(name) && !looksLikeSecret(value)) return undefined;
  return 'must be { variable: NAME }, the name of an environment variable that holds the value: a run file is no place for a secret';
}

/** A name of a variable is short and has no hyphens; keys have prefixes, hyphens, or many mixed letters and digits. */
function looksLikeKey(name: string): boolean {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return true;
  return /^(sk|hf|gsk|pk|xai|nvapi)_/.test(name) || (name.length > 24 && /[a-z]/.test(name) && /\d/.test(name));
}

/** Prefixes of well-known keys and schemes, and long words of mixed letters and digits. */
export function looksLikeSecret(value: string): boolean {
  if (/^(sk|pk|hf|gsk|xai|nvapi|gh[pousr]|glpat|xox[abp])[-_]|^(bearer|basic|token)\s|^eyJ|^AKIA|^AIza/i.test(value)) return true;
  const words = value.split(/[\s,;=]+/);
  return words.some((word) => word.length >= 24 && /[a-z]/i.test(word) && /\d/.test(word) && /^[\w+/.-]+$/.test(word));
}
