import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const roots = ['/sys/fs/cgroup/memory', '/sys/fs/cgroup'];

/** A limit to the memory of processes, by a control group of the kernel, which kills whoever goes beyond it. */
export interface MemoryLimit extends Disposable {
  add(pid: number): void;
}

/** Undefined where this machine does not let us; containers often do not. */
export function limitMemory(name: string, bytes: number): MemoryLimit | undefined {
  for (const root of roots) {
    const folder = join(root, name);
    try {
      mkdirSync(folder);
      const isOld = root.endsWith('memory');
      writeFileSync(join(folder, isOld ? 'memory.limit_in_bytes' : 'memory.max'), String(bytes));
      return {
        add: (pid) => writeFileSync(join(folder, 'cgroup.procs'), String(pid)),
        [Symbol.dispose]() {
          // Whoever is still in it goes back, or it cannot be removed.
          for (const pid of readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean))
            writeFileSync(join(root, 'cgroup.procs'), pid);
          rmdirSync(folder);
        },
      };
    } catch {
      // The other layout, or none.
    }
  }
  return undefined;
}
