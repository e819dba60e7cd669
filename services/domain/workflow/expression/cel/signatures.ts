import { isCelError, parse, plan } from '@bufbuild/cel';
import { environment } from './environment.ts';

/** What a function is applied to, by CEL's names of types: "string", "int", "list", "dyn" … */
export interface Signature {
  readonly target: string | undefined;
  readonly arguments: readonly string[];
}

/** No value of the language is one of these. */
const leftOut = new Set(['bytes', 'google.protobuf.Timestamp', 'google.protobuf.Duration']);

const signatures = new Map<string, Signature[]>();
for (const { name, target, arguments: types } of environment.funcs) {
  const signature = { target: target && nameOf(target), arguments: types.map(nameOf) };
  if ([signature.target, ...signature.arguments].some((type) => leftOut.has(type ?? ''))) continue;
  signatures.set(name, [...(signatures.get(name) ?? []), signature]);
}

/** Every way in which a function can be called; none for a name that is no function. */
export function signaturesOf(name: string): readonly Signature[] {
  return signatures.get(name) ?? [];
}

function nameOf(type: { readonly kind: string; readonly name?: string }): string {
  return type.name ?? type.kind;
}

const matching = plan(environment, parse("''.matches(pattern)"));

/** What is wrong with a pattern of `matches`, as the evaluator says it; undefined for one that can be read. */
export function patternFault(pattern: string): string | undefined {
  const result = matching({ pattern });
  return isCelError(result) ? result.message : undefined;
}
