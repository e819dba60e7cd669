import { exitCodeOf } from '../errors/exit-codes.ts';
import { SettingsError } from '../settings/settings-error.ts';

/** The settings of this process; if a variable cannot be used, one sentence on stderr and the end of the process. */
export function settingsOrEnd<Settings>(service: string, read: () => Settings): Settings {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`${service}: ${error.message}\n`);
    process.exit(exitCodeOf(error));
  }
}
