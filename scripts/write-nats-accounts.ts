// Writes deploy/nats/accounts.conf from the permissions in the code: `node scripts/write-nats-accounts.ts`. Commit what changes.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { natsAccounts } from '../services/shared/messaging/access/nats-accounts.ts';

await writeFile(join(import.meta.dirname, '../deploy/nats/accounts.conf'), natsAccounts());
