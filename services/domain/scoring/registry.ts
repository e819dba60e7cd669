import { type Registry, registryOf } from '../names/registry.ts';
import { dropAflow } from './drop-aflow.ts';
import { dropExact } from './drop-exact.ts';
import { dropStrict } from './drop-strict.ts';
import { gsm8kAflow } from './gsm8k-aflow.ts';
import { gsm8kStrict } from './gsm8k-strict.ts';
import { hotpotqaAflow } from './hotpotqa-aflow.ts';
import { hotpotqaExact } from './hotpotqa-exact.ts';
import { hotpotqaStrict } from './hotpotqa-strict.ts';
import { humanevalAflow } from './humaneval-aflow.ts';
import { humanevalStrict } from './humaneval-strict.ts';
import { mathAflow } from './math-aflow.ts';
import { mathStrict } from './math-strict.ts';
import { mbppAflow } from './mbpp-aflow.ts';
import { mbppStrict } from './mbpp-strict.ts';
import type { Scorer } from './scorer.ts';

/** A new scorer is one file next to this one and one line here. */
export const scorers: Registry<Scorer> = registryOf('scorer', [
  gsm8kAflow,
  gsm8kStrict,
  mathAflow,
  mathStrict,
  dropAflow,
  dropStrict,
  dropExact,
  hotpotqaAflow,
  hotpotqaStrict,
  hotpotqaExact,
  humanevalAflow,
  humanevalStrict,
  mbppAflow,
  mbppStrict,
]);
