import type { Random } from '../domain/ports.ts';
import { randomInteger } from '../domain/random.ts';

/** One of several, each as likely; there must be one. */
export function pick<T>(items: readonly T[], random: Random): T {
  return items[randomInteger(random, items.length)] as T;
}
