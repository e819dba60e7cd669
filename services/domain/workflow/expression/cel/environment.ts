import { type CelEnv, celEnv } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import { accessFunctions } from './access-functions.ts';
import { formatFunction } from './format-function.ts';
import { numberFunctions } from './number-functions.ts';
import { textFunctions } from './text-functions.ts';

/**
 * The evaluator with its standard functions and its strings extension, and with our own in place of those whose results differ
 * from cel-go's: test/fixtures/cel keeps the two in step. Of two functions with the same operands, the later one counts.
 */
export const environment: CelEnv = celEnv({
  funcs: [...strings, ...numberFunctions, ...textFunctions, formatFunction, ...accessFunctions],
});

/**
 * Parts of CEL that are not part of the language: a workflow has no clock, and no value passed between its steps is one of these.
 */
const leftOut = [
  'bytes',
  'timestamp',
  'duration',
  'type',
  'getFullYear',
  'getMonth',
  'getDate',
  'getDayOfMonth',
  'getDayOfWeek',
  'getDayOfYear',
  'getHours',
  'getMinutes',
  'getSeconds',
  'getMilliseconds',
  'strings.quote',
];

/** Functions as an expression calls them; operators such as "_+_" are not included. */
export const functionNames: ReadonlySet<string> = new Set(
  [...environment.funcs].map(({ name }) => name).filter((name) => /^[a-z]/i.test(name) && !leftOut.includes(name)),
);
