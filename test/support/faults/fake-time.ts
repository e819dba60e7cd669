import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Member } from '../cluster/chaos-cluster.ts';

const places = ['/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1', '/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1'];

/** Where libfaketime is (the Debian package of that name), undefined where it is not. */
async function libraryOfFakeTime(): Promise<string | undefined> {
  for (const place of [process.env.SCALE_FAKETIME_LIBRARY ?? '', ...places]) {
    const isThere = await access(place).then(
      () => true,
      () => false,
    );
    if (place !== '' && isThere) return place;
  }
  return undefined;
}

export interface FakedClocks {
  /** For the service of this name. */
  environment(name: string): Readonly<Record<string, string>>;
  /** Moves its wall clock so many seconds away from the true time; the monotonic one stays. */
  jump(member: Pick<Member, 'name'>, seconds: number): Promise<void>;
}

/** Clocks of services that jump when told; undefined where libfaketime is not. @param folder keeps a file for each */
export async function fakedClock(folder: string): Promise<FakedClocks | undefined> {
  const library = await libraryOfFakeTime();
  if (library === undefined) return undefined;
  const file = (name: string) => join(folder, `${name}.clock`);
  return {
    environment: (name) => ({
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file(name),
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      DONT_FAKE_MONOTONIC: '1',
    }),
    jump: ({ name }, seconds) => writeFile(file(name), `${seconds < 0 ? '-' : '+'}${Math.abs(seconds)}\n`),
  };
}
