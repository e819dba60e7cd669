import type { Command } from 'commander';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import { natsAccounts } from '../../shared/messaging/access/nats-accounts.ts';
import { natsUsers, permissionsOf } from '../../shared/messaging/nats-permissions.ts';
import type { Cli } from '../cli.ts';
import { addNamed } from '../command-words.ts';

export function addNatsConfigCommand(program: Command, cli: Cli): void {
  addNamed(program, 'nats-config')
    .option('--json', 'print the permissions alone, by service, as one JSON document', false)
    .action((options: { readonly json: boolean }) =>
      cli.answer(options.json, async () => ({
        exitCode: exitCodes.ok,
        document: Object.fromEntries(natsUsers.map((role) => [role, permissionsOf(role)])),
        text: natsAccounts().trimEnd(),
      })),
    );
}
