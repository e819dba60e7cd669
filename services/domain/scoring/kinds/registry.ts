import { type Registry, registryOf } from '../../names/registry.ts';
import { choice } from './choice.ts';
import { contains } from './contains.ts';
import { exactMatch } from './exact-match.ts';
import { judge } from './judge.ts';
import { labels } from './labels.ts';
import { number } from './number.ts';
import { pattern } from './pattern.ts';
import { python } from './python.ts';
import type { ScorerKind } from './scorer-kind.ts';
import { tokenF1 } from './token-f1.ts';

/** A new kind is one file next to this one and one entry here. */
export const scorerKinds: Registry<ScorerKind> = registryOf('kind of scorer', [
  exactMatch,
  number,
  tokenF1,
  choice,
  labels,
  contains,
  pattern,
  python,
  judge,
]);
