import { ScaleError } from '../../domain/errors/scale-error.ts';

/**
 * No program can be run safely here, or the cage itself broke; never something a program did. `no-python`: there is no Python to
 * run it with. `no-packages`: the folder of packages does not exist. `isolation-too-low`: no allowed level works on this machine.
 * `broken`: a level that worked before no longer starts. `closed`: the sandbox was closed.
 */
export type SandboxProblem = 'no-python' | 'no-packages' | 'isolation-too-low' | 'broken' | 'closed';

export class SandboxError extends ScaleError {
  readonly kind = 'failed';
  readonly problem: SandboxProblem;

  constructor(problem: SandboxProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.problem = problem;
  }
}
