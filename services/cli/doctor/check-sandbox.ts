import { sandboxSettings } from '../../shared/config/service-settings/service-settings.ts';
import { createSandbox, type Sandbox } from '../../shared/sandbox/sandbox.ts';
import { SandboxError } from '../../shared/sandbox/sandbox-error.ts';
import type { Check } from './check.ts';

const name = 'sandbox';

/** How well programs that models write would be confined here. A search whose workflows run no code needs no sandbox. */
export async function checkSandbox(environment: Readonly<Record<string, string | undefined>>): Promise<Check> {
  try {
    await using sandbox = await createSandbox({ ...sandboxSettings(environment), environment, concurrency: 1 });
    const { isolation, python } = sandbox;
    const found = `${isolation}, with Python ${python.version} at ${python.path}`;
    const advice = adviceOn(sandbox);
    return advice === undefined ? { name, status: 'ok', found } : { name, status: 'warning', found, advice };
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error;
    return { name, status: 'warning', found: 'none: code benchmarks cannot be run', advice: error.message };
  }
}

function adviceOn({ level, isolation, rejected }: Sandbox): string | undefined {
  const reasons = rejected.map((other) => `${other.level}: ${other.reason}`).join('; ');
  if (level !== 'plain') return undefined;
  if (isolation === 'plain+seccomp+landlock') {
    return `programs are confined by seccomp, landlock and limits, but have no namespaces of their own (${reasons})`;
  }
  return `programs may reach the network or files that every user may read: install bubblewrap, or allow user namespaces (${reasons})`;
}
