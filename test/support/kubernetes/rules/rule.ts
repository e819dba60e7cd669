import type { Rendered } from '../manifest.ts';

/** What every overlay must keep to, and no schema says. */
export interface Rule {
  /** A sentence about what is right. */
  readonly name: string;
  /** One sentence for each place where it is not. */
  broken(rendered: Rendered): string[];
}
